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
from ips_econ.evaluation.trials import Observation
from ips_econ.ledger.walk import History, World, trace_block
from ips_econ.units import DAYS_PER_MONTH, WEEKS_PER_MONTH

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


def months_in_work(employed: Values, ever: Values, month: int) -> Values:
    """Expected months in work up to a month."""
    return np.asarray(employed[:, :month].sum(axis=1))


def months_to_work(employed: Values, ever: Values, month: int) -> Values:
    """Expected months to the first job of those who find one; a job starts amid its month."""
    found = np.diff(ever[:, :month], axis=1, prepend=0.0)
    total = np.maximum(ever[:, month - 1], SMALLEST_PROBABILITY)
    return np.asarray(found @ (np.arange(month) + 0.5) / total)


EXPECTED: dict[str, Callable[[Values, Values, int], Values]] = {
    "ever_employed": lambda employed, ever, month: ever[:, month - 1],
    "employed": lambda employed, ever, month: employed[:, month - 1],
    "months_employed": months_in_work,
    "weeks_employed": lambda *shares: WEEKS_PER_MONTH * months_in_work(*shares),
    "days_employed": lambda *shares: DAYS_PER_MONTH * months_in_work(*shares),
    "months_to_first_job": months_to_work,
    "days_to_first_job": lambda *shares: DAYS_PER_MONTH * months_to_work(*shares),
}
"""Metrics whose expectation ``(draw,)`` follows exactly from the shares in work and ever in work
``(draw, month)``."""
MONTHS_OF = {"months_to_first_job": 1.0, "days_to_first_job": DAYS_PER_MONTH}
"""Metrics of which a median can be compared, with their units in a month."""


def expected(figure: Figure, employed: Values, ever: Values) -> Values:
    """Expected value of a figure by draw, from the shares of its arm ``(draw, month)``.

    Of a median: the share of those who find work that has found it by then.
    """
    if figure.seen.median is None:
        return EXPECTED[figure.metric](employed, ever, figure.month)
    at = figure.seen.median / MONTHS_OF[figure.metric]
    months = np.arange(figure.month + 1)
    below = int(min(np.floor(at), figure.month - 1))
    padded = np.column_stack([np.zeros(len(ever)), ever[:, : figure.month]])
    found = padded[:, below] + min(at - months[below], 1.0) * (
        padded[:, below + 1] - padded[:, below]
    )
    return np.asarray(found / np.maximum(padded[:, -1], SMALLEST_PROBABILITY))


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
    """Pairwise correlation of people's own values, over those who count for both figures."""
    columns = []
    for figure in figures:
        values, counted = METRICS[figure.metric].measure(working, started, figure.month)
        if figure.seen.median is not None:
            values = (values < figure.seen.median).astype(float)
        columns.append(np.where(counted, values, np.nan))
    table = np.ma.corrcoef(np.ma.masked_invalid(columns))
    return np.asarray(np.ma.filled(table, 0.0)) * (1 - np.eye(len(figures))) + np.eye(len(figures))


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
