"""Benefit status, a process of its own: entry, review and exit; what work does to it.

Work does not by itself end a pension. Pay above the earnings limit suspends it (lepäämään
jättäminen, act 738/2009) for as long as the job lasts, at most for the limit; losing the job
restores it, and a longer suspension ends it. Unemployment support follows where nothing better
is due.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ips_econ.compilation import step
from ips_econ.population.attributes import Benefit

NONE = Benefit.NONE.value
SUPPORT = Benefit.UNEMPLOYMENT_SUPPORT.value
SICKNESS = Benefit.SICKNESS_ALLOWANCE.value
SUBSIDY = Benefit.REHABILITATION_SUBSIDY.value
PENSION = Benefit.DISABILITY_PENSION.value


class BenefitHazards(NamedTuple):
    """Monthly probabilities between statuses, ``(draw,)``; of one draw in the walk."""

    sickness_start: np.ndarray
    sickness_end: np.ndarray
    sickness_to_pension: np.ndarray  # share of the endings
    pension_start: np.ndarray
    pension_start_in_work: np.ndarray
    subsidy_permanent: np.ndarray
    subsidy_end: np.ndarray
    pension_end: np.ndarray


@step
def of_draw(hazards, d):  # type: ignore[no-untyped-def]
    """The hazards of one draw, as numbers."""
    return BenefitHazards(
        hazards.sickness_start[d],
        hazards.sickness_end[d],
        hazards.sickness_to_pension[d],
        hazards.pension_start[d],
        hazards.pension_start_in_work[d],
        hazards.subsidy_permanent[d],
        hazards.subsidy_end[d],
        hazards.pension_end[d],
    )


@step
def review(u, benefit, months_sick, sickness_limit, working, hazards):  # type: ignore[no-untyped-def]
    """Status after this month's review, from last month's; one uniform decides.

    Sickness allowance ends after ``sickness_limit`` months; ``hazards`` are those of one draw.
    """
    if benefit == SUBSIDY:
        if u < hazards.subsidy_permanent:
            return PENSION
        if u < hazards.subsidy_permanent + hazards.subsidy_end:
            return SUPPORT
        return SUBSIDY
    if benefit == PENSION:
        return SUPPORT if u < hazards.pension_end else PENSION
    if benefit == SICKNESS:
        end = 1.0 if months_sick >= sickness_limit else hazards.sickness_end
        if u < end * hazards.sickness_to_pension:
            return SUBSIDY
        return SUPPORT if u < end else SICKNESS
    if working:
        return SUBSIDY if u < hazards.pension_start_in_work else benefit
    if u < hazards.pension_start:
        return SUBSIDY
    if benefit == SUPPORT and u < hazards.pension_start + hazards.sickness_start:
        return SICKNESS
    return benefit
