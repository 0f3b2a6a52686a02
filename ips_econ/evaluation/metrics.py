"""Outcomes of work as trials count them, from the months of people in work.

A metric takes ``working`` ``(person, month)``, whether a person is in work in a month since entry,
and ``started`` ``(person, month)``, whether a job starts in it, and gives a value for each person
and whether the person counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ips_econ.units import DAYS_PER_MONTH, WEEKS_PER_MONTH

Months = NDArray[np.bool_]
Values = NDArray[np.float64]
Measure = Callable[[Months, Months, int], tuple[Values, NDArray[np.bool_]]]

MONTHS_TO_START = 36
"""Months in which a first job may start, for metrics that are counted from its start."""
STEADY = 0.5
"""Share of months in work from which somebody is a steady worker (Davis et al. 2018, weeks)."""


@dataclass(frozen=True)
class Metric:
    """One way of counting work.

    ``is_share``: each person has the outcome or not, so that a trial observes events.
    ``after_start``: months are counted from the start of the first job.
    """

    measure: Measure
    is_share: bool = False
    after_start: bool = False

    def horizon(self, month: int) -> int:
        """Months that have to be lived for an outcome at this month."""
        return month + MONTHS_TO_START if self.after_start else month


def everybody(values: Any) -> tuple[Values, NDArray[np.bool_]]:
    """A value for every person, all counted."""
    numbers = np.asarray(values, dtype=np.float64)
    return numbers, np.ones(len(numbers), dtype=np.bool_)


def first_start(working: Months) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Month index of the first job's start, and who has one."""
    return working.argmax(axis=1), np.asarray(working.any(axis=1))


def ever_employed(working: Months, started: Months, month: int) -> tuple[Values, NDArray[np.bool_]]:
    """In work in any month up to this one."""
    return everybody(working[:, :month].any(axis=1))


def employed(working: Months, started: Months, month: int) -> tuple[Values, NDArray[np.bool_]]:
    """In work in this month."""
    return everybody(working[:, month - 1])


def steady_worker(working: Months, started: Months, month: int) -> tuple[Values, NDArray[np.bool_]]:
    """In work in at least half of the months up to this one."""
    return everybody(working[:, :month].mean(axis=1) >= STEADY)


def months_employed(
    working: Months, started: Months, month: int
) -> tuple[Values, NDArray[np.bool_]]:
    """Months in work up to this one, zero for those who never work."""
    return everybody(working[:, :month].sum(axis=1))


def weeks_employed(
    working: Months, started: Months, month: int
) -> tuple[Values, NDArray[np.bool_]]:
    """Weeks in work up to this month."""
    return everybody(working[:, :month].sum(axis=1) * WEEKS_PER_MONTH)


def days_employed(working: Months, started: Months, month: int) -> tuple[Values, NDArray[np.bool_]]:
    """Days in work up to this month."""
    return everybody(working[:, :month].sum(axis=1) * DAYS_PER_MONTH)


def days_employed_of_workers(
    working: Months, started: Months, month: int
) -> tuple[Values, NDArray[np.bool_]]:
    """Days in work up to this month of those who worked at all."""
    days, _ = days_employed(working, started, month)
    return days, np.asarray(working[:, :month].any(axis=1))


def days_to_first_job(
    working: Months, started: Months, month: int
) -> tuple[Values, NDArray[np.bool_]]:
    """Days from entry to the first job of those who found one by this month.

    A job that starts in a month is taken to start in its middle.
    """
    start, found = first_start(working[:, :month])
    return np.asarray((start + 0.5) * DAYS_PER_MONTH, dtype=np.float64), found


def months_to_first_job(
    working: Months, started: Months, month: int
) -> tuple[Values, NDArray[np.bool_]]:
    """The same in months."""
    days, found = days_to_first_job(working, started, month)
    return days / DAYS_PER_MONTH, found


def since_start(months: Months, working: Months, month: int) -> tuple[Months, NDArray[np.bool_]]:
    """So many months from each person's first job's start, and who was followed so long."""
    start, found = first_start(working)
    followed = found & (start + month <= working.shape[1])
    columns = np.minimum(start[:, None] + np.arange(month), working.shape[1] - 1)
    return np.take_along_axis(months, columns, axis=1), followed


def months_employed_after_start(
    working: Months, started: Months, month: int
) -> tuple[Values, NDArray[np.bool_]]:
    """Months in work in so many months from the start of the first job."""
    months, followed = since_start(working, working, month)
    return months.sum(axis=1).astype(np.float64), followed


def jobs_after_start(
    working: Months, started: Months, month: int
) -> tuple[Values, NDArray[np.bool_]]:
    """Jobs held in so many months from the start of the first one."""
    months, followed = since_start(started, working, month)
    return months.sum(axis=1).astype(np.float64), followed


def in_first_job_after_start(
    working: Months, started: Months, month: int
) -> tuple[Values, NDArray[np.bool_]]:
    """Still in the first job in the last of so many months from its start."""
    months, followed = since_start(working, working, month)
    return np.asarray(months.all(axis=1), dtype=np.float64), followed


METRICS = {
    "ever_employed": Metric(ever_employed, is_share=True),
    "employed": Metric(employed, is_share=True),
    "steady_worker": Metric(steady_worker, is_share=True),
    "months_employed": Metric(months_employed),
    "weeks_employed": Metric(weeks_employed),
    "days_employed": Metric(days_employed),
    "days_employed_of_workers": Metric(days_employed_of_workers),
    "days_to_first_job": Metric(days_to_first_job),
    "months_to_first_job": Metric(months_to_first_job),
    "months_employed_after_start": Metric(months_employed_after_start, after_start=True),
    "jobs_after_start": Metric(jobs_after_start, after_start=True),
    "in_first_job_after_start": Metric(in_first_job_after_start, is_share=True, after_start=True),
}
NOT_PREDICTED = ("work_or_study",)
"""Outcomes that trials publish and the model does not compute: study is not a state of it."""
