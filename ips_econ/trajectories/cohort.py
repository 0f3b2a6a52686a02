"""The cohort twin: exact expected occupancy of work, without individuals.

The same month order as the walk over people (job end, then job start; a job lost this month is
not replaced this month), with mass instead of people. It serves two masters: the persistence path
is solved on it, and the mean of the individual simulation is tested against it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ips_econ.compilation import step


class Cohort(NamedTuple):
    """Mass by state of one arm; changed in place month by month.

    ``easy``, ``hard``: not yet entered, by stratum. ``first``: in the first job, by completed
    months of tenure. ``after``: in a later job, out of work after a job (index 0, 1).
    """

    easy: np.ndarray
    hard: np.ndarray
    first: np.ndarray
    after: np.ndarray


class MonthHazards(NamedTuple):
    """One month's probabilities before the persistence multiplier.

    ``find``: ``(class, stratum)``; ``first_loss``: by completed months of tenure (index 1 is the
    first possible loss); ``later_loss`` and ``reemployment`` are scalars.
    """

    find: np.ndarray
    first_loss: np.ndarray
    later_loss: float
    reemployment: float


@step
def new_cohort(weights, low_share, months):  # type: ignore[no-untyped-def]
    """Everybody looking for the first job, split by class; ``weights`` are stratum shares."""
    return Cohort(
        weights * (1.0 - low_share), weights * low_share, np.zeros(months + 2), np.zeros(2)
    )


@step
def employed(cohort):  # type: ignore[no-untyped-def]
    """Share of the cohort in work."""
    total = cohort.after[0]
    for tenure in range(len(cohort.first)):
        total += cohort.first[tenure]
    return total


@step
def not_yet_entered(cohort):  # type: ignore[no-untyped-def]
    """Share of the cohort that has not had a job."""
    total = 0.0
    for s in range(len(cohort.easy)):
        total += cohort.easy[s] + cohort.hard[s]
    return total


@step
def flows(cohort, hazards, multiplier):  # type: ignore[no-untyped-def]
    """Shares that lose and find work this month at a multiplier, caps included: (lost, found)."""
    lost = min(1.0, hazards.later_loss / multiplier) * cohort.after[0]
    for tenure in range(1, len(cohort.first)):
        lost += min(1.0, hazards.first_loss[tenure] / multiplier) * cohort.first[tenure]
    found = min(1.0, hazards.reemployment * multiplier) * cohort.after[1]
    for s in range(len(cohort.easy)):
        found += min(1.0, hazards.find[0, s] * multiplier) * cohort.easy[s]
        found += min(1.0, hazards.find[1, s] * multiplier) * cohort.hard[s]
    return lost, found


@step
def advance(cohort, hazards, multiplier):  # type: ignore[no-untyped-def]
    """One month on: finding is multiplied, losing divided by ``multiplier``, both capped at one."""
    first = cohort.first
    lost = 0.0
    for tenure in range(len(first) - 1, 0, -1):
        staying = first[tenure]
        loss = staying * min(1.0, hazards.first_loss[tenure] / multiplier)
        lost += loss
        if tenure + 1 < len(first):
            first[tenure + 1] = staying - loss
    entered = 0.0
    for s in range(len(cohort.easy)):
        easy = cohort.easy[s] * min(1.0, hazards.find[0, s] * multiplier)
        hard = cohort.hard[s] * min(1.0, hazards.find[1, s] * multiplier)
        cohort.easy[s] -= easy
        cohort.hard[s] -= hard
        entered += easy + hard
    first[1] = entered
    later_lost = cohort.after[0] * min(1.0, hazards.later_loss / multiplier)
    again = cohort.after[1] * min(1.0, hazards.reemployment * multiplier)
    cohort.after[0] += again - later_lost
    cohort.after[1] += lost + later_lost - again
