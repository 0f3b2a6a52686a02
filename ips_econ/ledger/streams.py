"""From monthly totals to euros by line: a line is a category seen by one payer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ips_econ.ledger.accounts import ALLOWANCES, SERVICES, Category, Payer
from ips_econ.ledger.posting import ITEMS, Count
from ips_econ.ledger.prices import ServiceCost
from ips_econ.ledger.walk import Prices
from ips_econ.tax_benefit.items import EMPLOYER_ITEMS, Item
from ips_econ.units import MONTHS_PER_YEAR

IPS_CATEGORIES = ("ips_staff", "ips_overhead")


class Line(NamedTuple):
    """A category seen by one payer, and the coefficient that makes a flow of an amount."""

    category: int
    payer: int
    coefficient: float


@dataclass(frozen=True)
class Ledger:
    """Flows of a block of draws, EUR of the price year per person entering; received positive.

    ``yearly`` ``(draw, arm, year, line)`` undiscounted; ``present`` ``(draw, arm, line)``
    discounted; ``by_entry`` ``(draw, arm, entry year, month, payer)`` undiscounted sums over the
    people of an entry year; ``imbalance`` ``(draw,)`` largest euros by which any transfer fails
    to cancel.
    """

    yearly: np.ndarray
    present: np.ndarray
    by_entry: np.ndarray
    imbalance: np.ndarray


def ledger_lines(categories: list[Category], ips_payers: np.ndarray) -> list[Line]:
    """Every line with a coefficient; IPS lines for everyone who ever pays for IPS."""
    lines = []
    for index, category in enumerate(categories):
        if category.name in IPS_CATEGORIES:
            ever = np.flatnonzero(ips_payers.max(axis=0))
            lines += [Line(index, int(payer), -1.0) for payer in ever]
        else:
            for payer in np.flatnonzero(category.coefficients):
                lines.append(Line(index, int(payer), float(category.coefficients[payer])))
    return lines


def category_amounts(
    monthly: np.ndarray,
    categories: list[Category],
    prices: Prices,
    cost: ServiceCost,
    pension_right_share: float,
) -> np.ndarray:
    """Amounts ``(draw, arm, entry year, month, category)`` from totals ``(…, column)``."""

    def each(values: np.ndarray) -> np.ndarray:
        return values[:, None, None, None]

    amounts = np.empty((*monthly.shape[:-1], len(categories)))
    amounts[..., :ITEMS] = monthly[..., :ITEMS]
    employer = monthly[..., list(EMPLOYER_ITEMS)].sum(axis=-1)
    contributions = (
        monthly[..., Item.employer_pension_contribution]
        - monthly[..., Item.employee_pension_contribution]
    )
    served = monthly[..., Count.IN_SERVICE]
    named = {
        "municipal_share_of_unemployment_support": monthly[..., Count.MUNICIPAL_SHARE],
        "pension_right_accrual": pension_right_share * contributions,
        "wage_subsidy": prices.wage_subsidy * monthly[..., Count.SUBSIDISED_WAGES],
        "output_produced": monthly[..., Item.gross_wage] + employer,
        "ips_staff": served * each(cost.staff),
        "ips_overhead": served * each(cost.overhead),
        "inpatient": monthly[..., Count.PAID_DAYS] * each(prices.inpatient_day),
        "outpatient": monthly[..., Count.PAID_VISITS] * each(prices.outpatient_visit),
        "medication": monthly[..., Count.MEDICATION],
    }
    for index, service in enumerate(SERVICES):
        months = monthly[..., Count.SERVICE_0 + index]
        named[service] = months * each(prices.service_month[:, index])
        if f"{service}_allowance" in ALLOWANCES:
            named[f"{service}_allowance"] = months * each(prices.allowance_month[:, index])
    for index, category in enumerate(categories[ITEMS:], start=ITEMS):
        amounts[..., index] = named[category.name]
    return amounts


def ips_funding(prices: Prices, entry_years: int, months: int) -> np.ndarray:
    """Shares ``(entry year, month, payer)`` of who pays for a month in service."""
    calendar = np.arange(entry_years)[:, None] + np.arange(months)[None, :] // MONTHS_PER_YEAR
    return prices.ips_payers[calendar]


def post(
    amounts: np.ndarray,
    categories: list[Category],
    lines: list[Line],
    prices: Prices,
    people: int,
) -> Ledger:
    """Post every amount to every payer; see :class:`Ledger`.

    ``amounts`` ``(draw, arm, entry year, month, category)`` are sums over ``people``.
    """
    draws, arms, entry_years, months, _ = amounts.shape
    funding = ips_funding(prices, entry_years, months)
    yearly = np.zeros((draws, arms, months // MONTHS_PER_YEAR, len(lines)))
    present = np.zeros((draws, arms, len(lines)))
    by_entry = np.zeros((draws, arms, entry_years, months, len(Payer)))
    sums = np.zeros((draws, arms, months, len(categories)))
    for index, line in enumerate(lines):
        flow = amounts[..., line.category] * line.coefficient
        if categories[line.category].name in IPS_CATEGORIES:
            flow = flow * funding[..., line.payer]
        by_entry[..., line.payer] += flow
        by_month = flow.sum(axis=2) / people
        sums[..., line.category] += by_month
        yearly[..., index] = by_month.reshape(draws, arms, -1, MONTHS_PER_YEAR).sum(axis=-1)
        present[..., index] = (by_month * prices.discount).sum(axis=-1)
    transfers = [i for i, category in enumerate(categories) if category.nature == "transfer"]
    imbalance = np.abs(sums[..., transfers].sum(axis=2)).max(axis=(1, 2))
    return Ledger(yearly, present, by_entry, imbalance)
