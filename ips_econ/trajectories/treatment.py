"""Treatment use: admissions, hospital days, outpatient visits.

Two-part and heavy-tailed: a frailty per person, admissions by month, lognormal lengths. Days are
used up month by month, so nobody spends more days in hospital than the month has; a hospital day
of a client in work is a day of sick leave, not of work. Two mutually exclusive routes by which IPS
may change use, both off in the headline: by allocation, or by being in work.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ips_econ.compilation import step
from ips_econ.units import DAYS_PER_MONTH


class Treatment(NamedTuple):
    """Inputs of treatment use; ratios are one where a route is off."""

    episode_days: np.ndarray  # (draw,) mean
    episode_sigma: np.ndarray  # (draw,) spread of the log length
    allocation_ratio: np.ndarray  # (draw,) on inpatient days of the IPS arm
    allocation_months: float
    employment_ratio: np.ndarray  # (draw,) on visits in a month in work
    cashable: float  # share of saved use whose cost is released


@step
def hospital_days(remaining):  # type: ignore[no-untyped-def]
    """Days of a started episode that fall in one month."""
    return min(remaining, DAYS_PER_MONTH)


@step
def episode_length(z, mean_days, sigma):  # type: ignore[no-untyped-def]
    """Days of an episode: lognormal with the given mean, at a standard normal ``z``."""
    return mean_days * math.exp(sigma * z - 0.5 * sigma * sigma)


@step
def paid(before, after, cashable):  # type: ignore[no-untyped-def]
    """Use that is paid for when it goes from ``before`` to ``after``: what is cashable is saved."""
    return before + cashable * (after - before)
