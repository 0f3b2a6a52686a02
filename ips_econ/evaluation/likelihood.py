"""How likely observed results of work are under every draw, from exact expected shares.

Each figure becomes a signed root deviance, a standard normal where the model holds: of one figure
its likelihood is the binomial (or normal) one exactly. Figures of the same clients are not
independent; their root deviances are joined with the correlation that the figures have between
simulated clients.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtr, xlogy

from ips_econ.evaluation.metrics import METRICS
from ips_econ.evaluation.trials import ARMS, Observation, Outcome
from ips_econ.ledger.walk import History, World, trace_block
from ips_econ.trajectories.after_first_job import JOBS, MONTHS, STILL
from ips_econ.units import DAYS_PER_MONTH, WEEKS_PER_MONTH

ARM_AXIS = {"control": 0, "ips": 1}
SMALLEST_PROBABILITY = 1e-12
CORRELATION_PEOPLE = 1000
LEAST_VARIED = 1e-6
"""Added to a correlation matrix's diagonal, which is then divided by one more."""

Values = NDArray[np.float64]


class Figure(NamedTuple):
    """One observed figure: what, when, in which arm (0 control, 1 IPS), of how many clients."""

    metric: str
    month: int
    arm: int
    seen: Observation
    n: int

    @property
    def observed(self) -> float:
        """A share, a mean, or (of a median) the half of the clients that lie below it."""
        if self.seen.events is not None:
            return self.seen.events / self.n
        return 0.5 if self.seen.mean is None else self.seen.mean

    @property
    def is_share(self) -> bool:
        """Whether the likelihood is binomial."""
        return self.seen.mean is None


def figures_of(
    outcomes: Sequence[Outcome], size: Callable[[str], int | None]
) -> tuple[Figure, ...]:
    """Every observed figure of some outcomes; ``size`` gives the clients of an arm by its name."""
    return tuple(
        Figure(outcome.metric, outcome.month, ARM_AXIS[arm], seen, seen.n or clients)
        for outcome in outcomes
        for arm in ARMS
        if (seen := outcome.observed.arm(arm)) is not None
        if (clients := size(arm)) is not None
    )


class Course(NamedTuple):
    """What is expected of one arm's clients.

    ``employed``, ``ever`` ``(draw, month)``: shares in work, and in work so far; ``held`` by
    window: months in work, jobs and share still in the first job ``(what, draw)`` of those who
    start one.
    """

    employed: Values
    ever: Values
    held: dict[int, Values]


def months_in_work(course: Course, month: int) -> Values:
    """Expected months in work up to a month."""
    return np.asarray(course.employed[:, :month].sum(axis=1))


def days_of_workers(course: Course, month: int) -> Values:
    """Expected days in work up to a month of those who have worked by then."""
    worked = np.maximum(course.ever[:, month - 1], SMALLEST_PROBABILITY)
    return np.asarray(DAYS_PER_MONTH * months_in_work(course, month) / worked)


def months_to_work(course: Course, month: int) -> Values:
    """Expected months to the first job of those who find one; a job starts amid its month."""
    found = np.diff(course.ever[:, :month], axis=1, prepend=0.0)
    total = np.maximum(course.ever[:, month - 1], SMALLEST_PROBABILITY)
    return np.asarray(found @ (np.arange(month) + 0.5) / total)


EXPECTED: dict[str, Callable[[Course, int], Values]] = {
    "ever_employed": lambda course, month: course.ever[:, month - 1],
    "employed": lambda course, month: course.employed[:, month - 1],
    "months_employed": months_in_work,
    "weeks_employed": lambda course, month: WEEKS_PER_MONTH * months_in_work(course, month),
    "days_employed": lambda course, month: DAYS_PER_MONTH * months_in_work(course, month),
    "days_employed_of_workers": days_of_workers,
    "months_to_first_job": months_to_work,
    "days_to_first_job": lambda course, month: DAYS_PER_MONTH * months_to_work(course, month),
    "months_employed_after_start": lambda course, month: course.held[month][MONTHS],
    "jobs_after_start": lambda course, month: course.held[month][JOBS],
    "in_first_job_after_start": lambda course, month: course.held[month][STILL],
}
"""Metrics whose expectation ``(draw,)`` follows exactly from the cohort twin."""
MONTHS_OF = {"months_to_first_job": 1.0, "days_to_first_job": DAYS_PER_MONTH}
"""Metrics of which a median can be compared, with their units in a month."""


def expected(figure: Figure, course: Course) -> Values:
    """Expected value of a figure by draw.

    Of a median: the share of those who find work that has found it by then.
    """
    if figure.seen.median is None:
        return EXPECTED[figure.metric](course, figure.month)
    at = figure.seen.median / MONTHS_OF[figure.metric]
    below = int(min(np.floor(at), figure.month - 1))
    ever = np.column_stack([np.zeros(len(course.ever)), course.ever[:, : figure.month]])
    found = ever[:, below] + min(at - below, 1.0) * (ever[:, below + 1] - ever[:, below])
    return np.asarray(found / np.maximum(ever[:, -1], SMALLEST_PROBABILITY))


def root_deviance(figure: Figure, mean: Values) -> Values:
    """Signed root of the deviance of a figure from its expectation ``(draw,)``."""
    if not figure.is_share:
        assert figure.seen.mean is not None and figure.seen.sd is not None
        return np.asarray((figure.seen.mean - mean) * np.sqrt(figure.n) / figure.seen.sd)
    p = np.clip(mean, SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY)
    q = figure.observed
    deviance = 2.0 * figure.n * (xlogy(q, q / p) + xlogy(1.0 - q, (1.0 - q) / (1.0 - p)))
    return np.asarray(np.sign(q - p) * np.sqrt(np.maximum(deviance, 0.0)))


def log_likelihood(
    figures: Sequence[Figure], means: Sequence[Values], correlations: Sequence[Values]
) -> Values:
    """Logarithm of the likelihood of every draw, up to a constant.

    Parameters
    ----------
    figures : the observed figures.
    means : expected value of each figure ``(draw,)``.
    correlations : by arm, of the figures of that arm in their order.
    """
    total = np.zeros(len(means[0]))
    for arm, correlation in enumerate(correlations):
        roots = [root_deviance(f, m) for f, m in zip(figures, means, strict=True) if f.arm == arm]
        if roots:
            z = np.stack(roots)
            total -= 0.5 * (z * np.linalg.solve(correlation, z)).sum(axis=0)
    return total


def figure_correlations(figures: Sequence[Figure], world: World) -> list[Values]:
    """Correlations between simulated clients of the figures of each arm, averaged over draws."""
    counts = [sum(f.arm == arm for f in figures) for arm in (0, 1)]
    matrices = [np.eye(count) for count in counts]
    months = max(METRICS[f.metric].horizon(f.month) for f in figures)
    _, _, histories = trace_block(world._replace(people=CORRELATION_PEOPLE, months=months))
    for arm, count in enumerate(counts):
        if count < 2:
            continue
        working = histories[:, :, arm, :, History.WORKING] > 0.0
        started = histories[:, :, arm, :, History.TENURE] == 1.0
        mine = [f for f in figures if f.arm == arm]
        found = [_correlation(mine, w, s) for w, s in zip(working, started, strict=True)]
        mean = np.mean(found, axis=0)
        matrices[arm] = (mean + LEAST_VARIED * np.eye(count)) / (1.0 + LEAST_VARIED)
    return matrices


def _correlation(
    figures: Sequence[Figure], working: NDArray[np.bool_], started: NDArray[np.bool_]
) -> Values:
    """Correlation of the figures' errors: of what each person adds to them.

    A person adds the distance from the mean of those who count, and nothing where not counted, so
    that the matrix of any figures together is one of correlations.
    """
    columns = []
    for figure in figures:
        values, counted = METRICS[figure.metric].measure(working, started, figure.month)
        if figure.seen.median is not None:
            values = (values < figure.seen.median).astype(float)
        mean = values[counted].mean() if counted.any() else 0.0
        columns.append(np.where(counted, values - mean, 0.0))
    spread = np.std(columns, axis=1)
    scaled = np.array(columns) / np.where(spread > 0.0, spread, 1.0)[:, None]
    own = np.diag((spread == 0.0).astype(float))  # a figure without spread is tied to no other
    return np.asarray(scaled @ scaled.T / scaled.shape[1] + own)


def surprise(figure: Figure, mean: Values) -> float:
    """Probability, before the data, of a figure at least as far out as the observed one.

    Two-sided, over the draws of the parameters and the luck of so many clients; half of what is
    exactly as far out counts.
    """
    if not figure.is_share:
        assert figure.seen.sd is not None
        below = float(ndtr(root_deviance(figure, mean)).mean())
        return 2.0 * min(below, 1.0 - below)
    p = np.clip(mean, 0.0, 1.0)
    k = np.floor(figure.observed * figure.n + 1e-9)
    upto = float(bdtr(k, figure.n, p).mean())
    before = float(bdtr(k - 1.0, figure.n, p).mean()) if k >= 1.0 else 0.0
    middle = 0.5 * (upto + before)
    return 2.0 * min(middle, 1.0 - middle)


def surprise_of_gap(ips: Figure, ips_mean: Values, control: Figure, control_mean: Values) -> float:
    """The same of the difference between the arms, by its normal approximation."""
    variance = np.zeros(len(ips_mean))
    for figure, mean in ((ips, ips_mean), (control, control_mean)):
        if figure.is_share:
            variance += np.clip(mean * (1.0 - mean), SMALLEST_PROBABILITY, None) / figure.n
        else:
            assert figure.seen.sd is not None
            variance += figure.seen.sd**2 / figure.n
    apart = (ips.observed - control.observed) - (ips_mean - control_mean)
    below = float(ndtr(apart / np.sqrt(variance)).mean())
    return 2.0 * min(below, 1.0 - below)
