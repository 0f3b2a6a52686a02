"""Conversions between rates, probabilities, years, months and dates. Nothing else converts.

A *rate* (or hazard) is per unit of time and may exceed one; a *probability* is of an event within
a stated time. Annual probability 0.40 is 0.0417 a month, not 0.0333.
"""

from __future__ import annotations

import math
from datetime import date

MONTHS_PER_YEAR = 12
WEEKS_PER_MONTH = 52.0 / 12.0
DAYS_PER_MONTH = 365.25 / 12.0
BENEFIT_DAYS_PER_MONTH = 21.5


def probability_from_rate(rate: float, time: float = 1.0) -> float:
    """Probability of an event within ``time`` at a constant ``rate`` per unit of time.

    >>> round(probability_from_rate(0.5, time=1 / 12), 6)
    0.040811
    """
    if rate < 0:
        raise ValueError(f"a rate is not negative: {rate}")
    return -math.expm1(-rate * time)


def rate_from_probability(probability: float, time: float = 1.0) -> float:
    """Constant rate per unit of time that gives ``probability`` within ``time``.

    >>> round(rate_from_probability(0.4), 6)
    0.510826
    """
    if not 0 <= probability < 1:
        raise ValueError(f"a probability with a finite rate lies in [0, 1): {probability}")
    return -math.log1p(-probability) / time


def monthly_from_annual_probability(probability_year: float) -> float:
    """Monthly probability that compounds to an annual one.

    >>> round(monthly_from_annual_probability(0.40), 4)
    0.0417
    """
    return probability_from_rate(rate_from_probability(probability_year), 1 / MONTHS_PER_YEAR)


def annual_from_monthly_probability(probability_month: float) -> float:
    """Annual probability that a monthly one compounds to."""
    return probability_from_rate(rate_from_probability(probability_month), MONTHS_PER_YEAR)


def month_start(start: date, month: int) -> date:
    """First day of ``month`` (1-based) counted from the month in which ``start`` lies.

    >>> month_start(date(2026, 6, 1), 8)
    datetime.date(2027, 1, 1)
    """
    if month < 1:
        raise ValueError(f"months are counted from 1: {month}")
    months = start.year * MONTHS_PER_YEAR + start.month - 1 + month - 1
    return date(months // MONTHS_PER_YEAR, months % MONTHS_PER_YEAR + 1, 1)


def discount_factor(month: int, rate_year: float) -> float:
    """Present value of one euro in the middle of ``month`` (1-based), discounted to entry.

    >>> round(discount_factor(1, 0.03), 6)
    0.998769
    """
    return float((1.0 + rate_year) ** (-(month - 0.5) / MONTHS_PER_YEAR))
