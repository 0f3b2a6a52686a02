"""What the cohort twin expects after the start of the first job: months in work, and jobs.

Exact for given hazards: everybody who starts in a month is followed from there as a cohort of its
own, and the cohorts are weighted by how many start.
"""

from __future__ import annotations

import numpy as np

from ips_econ.compilation import compiled, step
from ips_econ.population.attributes import STRATA_PER_GROUP
from ips_econ.trajectories import cohort as twin
from ips_econ.trajectories.hazards import Hazards, month_hazards

MONTHS, JOBS, STILL = 0, 1, 2


@step
def follow(d, arm, y, group, start, window, hazards, result):  # type: ignore[no-untyped-def]
    """Expectations of those whose first job starts in month ``start``, over ``window`` months."""
    nobody = np.zeros(STRATA_PER_GROUP)
    cohort = twin.Cohort(nobody, nobody.copy(), np.zeros(window + 2), np.zeros(2))
    cohort.first[1] = 1.0
    result[MONTHS], result[JOBS] = 1.0, 1.0
    for month in range(start + 1, start + window):
        here = month_hazards(d, arm, y, group, month, hazards)
        m = hazards.multiplier[d, arm, y, group, month - 1]
        _, found = twin.flows(cohort, here, m)
        result[JOBS] += found
        twin.advance(cohort, here, m)
        result[MONTHS] += twin.employed(cohort)
    result[STILL] = cohort.first[window]


@compiled
def fill_after_start(hazards, started, window, held):  # type: ignore[no-untyped-def]
    """Expectations of every draw, arm, entry year and group, in place; see :func:`after_start`."""
    draws, arms, years, groups, starts = started.shape
    result = np.zeros(3)
    for d in range(draws):
        for arm in range(arms):
            for y in range(years):
                for group in range(groups):
                    for s in range(starts):
                        follow(d, arm, y, group, s + 1, window, hazards, result)
                        for k in range(3):
                            held[k, d, arm, y, group] += started[d, arm, y, group, s] * result[k]


def after_start(hazards: Hazards, started: np.ndarray, window: int) -> np.ndarray:
    """Months in work, jobs held, and share still in the first job, over a window from its start.

    Parameters
    ----------
    started : ``(draw, arm, year, group, month)`` shares of the clients who start their first job
        in each of the first months since entry.
    window : months from the start, that month included.

    Returns
    -------
    ``(what, draw, arm, year, group)`` sums over those who start, so that dividing by the share
    who start gives means.
    """
    held = np.zeros((3, *started.shape[:-1]))
    fill_after_start(hazards, started, window, held)
    return held
