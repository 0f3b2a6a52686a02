"""Job loss and re-employment: from published months in a job to monthly probabilities.

Convention: a job is held for at least the month it starts in and ends at the beginning of a later
month, so the months worked in the first 24 after a start are the sum of survival over 0..23, and
the published restricted mean of a first job (9.96 months at 0.088 a month) stays what it is.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ips_econ.compilation import step

WINDOW_MONTHS = 24
BISECTIONS = 60
SHORTEST_MONTHS = 1e-6  # out of work between jobs; only a draw far beyond any evidence has less


class LaterJobs(NamedTuple):
    """What happens after the first job, monthly probabilities."""

    reemployment: float
    loss: float


@step
def restricted_mean(rate):  # type: ignore[no-untyped-def]
    """Mean months in a job over the window at a constant loss rate per month."""
    return (1.0 - math.exp(-WINDOW_MONTHS * rate)) / rate


@step
def weibull_scale(rate, shape):  # type: ignore[no-untyped-def]
    """Scale (months) of a Weibull of given shape with the restricted mean of a constant rate."""
    target = restricted_mean(rate)
    low, high = 1e-3, 1e5
    for _ in range(2 * BISECTIONS):
        middle = math.sqrt(low * high)
        total = 0.0
        for t in range(WINDOW_MONTHS):
            total += math.exp(-((t / middle) ** shape))
        if total < target:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)


@step
def loss_rate(tenure, scale, shape):  # type: ignore[no-untyped-def]
    """Cumulative hazard added by the ``tenure``-th completed month (1-based) of a Weibull job."""
    return (tenure / scale) ** shape - ((tenure - 1) / scale) ** shape


@step
def constant_loss(rate):  # type: ignore[no-untyped-def]
    """Monthly loss probability with the restricted mean of a constant rate, in whole months."""
    target = restricted_mean(rate)
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        total = (1.0 - (1.0 - middle) ** WINDOW_MONTHS) / middle
        if total > target:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@step
def later_months(scale, shape, loss, reemployment):  # type: ignore[no-untyped-def]
    """Months in later jobs within the window after a first start, and share out of work at its end.

    Returns (months in later jobs, share not working in the window's last month).
    """
    later = 0.0
    out = 0.0
    months = 0.0
    for t in range(1, WINDOW_MONTHS):
        lost = math.exp(-(((t - 1) / scale) ** shape)) - math.exp(-((t / scale) ** shape))
        found = reemployment * out
        out += lost + loss * later - found
        later += found - loss * later
        months += later
    return months, out


@step
def later_jobs(rate, reemployment, jobs, scale, shape):  # type: ignore[no-untyped-def]
    """Re-employment and later-job loss that split the same months of work into ``jobs`` jobs.

    Published: months in the first job (``rate``), months worked in all over 24 months (which the
    published ``reemployment`` hazard implies when all jobs last alike), and the number of jobs per
    person in that window, which needs later jobs to be shorter and found sooner. The number of
    later jobs is the re-employment probability times the months spent out of work; the loss
    probability of later jobs then follows from the months left for them.
    """
    same = constant_loss(rate)
    working = 1.0
    worked = 1.0
    for _ in range(1, WINDOW_MONTHS):
        working += reemployment * (1.0 - working) - same * working
        worked += working
    target = max(worked - restricted_mean(rate), 0.05)
    found = min((jobs - 1.0) / max(WINDOW_MONTHS - worked, SHORTEST_MONTHS), 0.9)
    loss = same
    for _ in range(6):
        low, high = 0.0, 1.0
        out = 0.0
        for _ in range(BISECTIONS):
            loss = 0.5 * (low + high)
            months, out = later_months(scale, shape, loss, found)
            if months > target:
                low = loss
            else:
                high = loss
        idle = WINDOW_MONTHS - restricted_mean(rate) - target - out
        found = min((jobs - 1.0) / max(idle, SHORTEST_MONTHS), 0.9)
    return LaterJobs(found, loss)
