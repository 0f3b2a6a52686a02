"""Published trials lived again: what the model predicts against what was observed.

Every draw of the uncertain parameters lives one replicate of the trial: as many clients in each
arm as were analysed, other people in one arm than in the other, and the outcome counted as the
trial counts it. The spread of the replicates is therefore the predictive distribution of the
published figure: what is not known about the parameters, and the luck of a trial of that size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ips_econ.evaluation.blocks import Arrays, Plan, Worlds, plan_of
from ips_econ.evaluation.execution import Executor, Threads
from ips_econ.evaluation.metrics import METRICS, Metric
from ips_econ.evaluation.trials import ARMS, Observation, Outcome, Trial
from ips_econ.ledger.walk import History, trace_block

HISTORY_BYTES = 8 * len(History)
BLOCK_BYTES = 2.0e8
LARGEST_BLOCK = 16
OVERSAMPLING = 4
"""Clients lived for each one that must have had a job for so long; the rest is not counted."""
PERCENTILES = (5, 25, 75, 95)
STUDY = "work or study: study is not a state of the model"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Predicted:
    """One arm's figure: as observed, and over the replicates. Shares, or the metric's unit."""

    observed: float
    n: int
    mean: float
    sd: float
    p5: float
    p25: float
    p75: float
    p95: float

    @property
    def in_50(self) -> bool:
        """Whether the observed figure lies in the 50 % predictive interval."""
        return self.p25 <= self.observed <= self.p75

    @property
    def in_90(self) -> bool:
        """Whether the observed figure lies in the 90 % predictive interval."""
        return self.p5 <= self.observed <= self.p95

    @property
    def error(self) -> float:
        """Observed less predicted, in standard deviations of the prediction."""
        return (self.observed - self.mean) / self.sd if self.sd > 0.0 else math.nan


@dataclass(frozen=True)
class LogRatio:
    """Logarithm of the ratio of the arms: observed with its standard error, and predicted.

    ``observed_se`` is NaN where the publication does not give what it follows from.
    """

    observed: float
    observed_se: float
    mean: float
    sd: float


@dataclass(frozen=True)
class Comparison:
    """One outcome of one trial; ``unmet`` says why nothing is predicted."""

    trial: Trial
    outcome: Outcome
    arms: dict[str, Predicted]
    log_ratio: LogRatio | None = None
    unmet: str | None = None


def validate(
    trials: Sequence[Trial],
    jobs: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> list[Comparison]:
    """Live every trial again, once for each draw.

    Parameters
    ----------
    trials : the trials, each with its number of draws.
    jobs : threads; all cores by default.
    progress : called with the finished and all draws after every block.
    """
    execute = executor or Threads(jobs)
    total = sum(trial.scenario.scenario.run.draws for trial in trials)
    comparisons, done = [], 0
    for trial in trials:
        figures, done = _live(trial, execute, done, total, progress)
        comparisons += list(_compare(trial, figures))
    return comparisons


def _live(
    trial: Trial, execute: Executor, done: int, total: int, progress: Progress | None
) -> tuple[Arrays, int]:
    """Figures of every replicate ``(draw,)`` by outcome and arm, and the draws finished so far."""
    if trial.horizon == 0:
        return {}, done + trial.scenario.scenario.run.draws
    plan = plan_of(trial.scenario)
    plan.prepare()
    rows = dict(enumerate(_blocks(trial, len(plan.draws))))
    found: dict[int, Arrays] = {}
    for index, arrays in execute(lambda block: _replicates(plan, trial, block), list(rows.items())):
        found[index] = arrays
        done += rows[index].stop - rows[index].start
        if progress is not None:
            progress(done, total)
    names = found[0].keys()
    return {name: np.concatenate([found[i][name] for i in sorted(found)]) for name in names}, done


def _people(trial: Trial) -> int:
    """Clients to live in each arm: its size, more where only those with a job count."""
    largest = max(trial.size(arm) for arm in ARMS)
    after_start = any(METRICS[o.metric].after_start for o in trial.outcomes if o.is_predicted)
    return largest * (OVERSAMPLING if after_start else 1)


def _blocks(trial: Trial, draws: int) -> Iterator[slice]:
    """Blocks of draws that keep the histories of a block small."""
    size = len(ARMS) * _people(trial) * len(ARMS) * trial.horizon * HISTORY_BYTES
    step = max(1, min(LARGEST_BLOCK, int(BLOCK_BYTES / size)))
    for start in range(0, draws, step):
        yield slice(start, min(start + step, draws))


def _replicates(plan: Plan, trial: Trial, rows: slice) -> Arrays:
    """One replicate of the trial for each draw of a block: figures ``(draw,)`` by name."""
    people = _people(trial)
    world = Worlds(plan, rows).headline
    world = world._replace(people=len(ARMS) * people, months=trial.horizon)
    _, _, histories = trace_block(world)
    result: Arrays = {}
    for position, arm in enumerate(ARMS):
        mine = histories[:, position * people : (position + 1) * people, 1 - position]
        working = mine[..., History.WORKING] > 0.0
        started = mine[..., History.TENURE] == 1.0
        for number, outcome in enumerate(trial.outcomes):
            seen = outcome.observed.arm(arm)
            if seen is None or not outcome.is_predicted:
                continue
            metric, n = METRICS[outcome.metric], seen.n or trial.size(arm)
            result[f"{number}.{arm}"] = np.array(
                [
                    _figure(metric, outcome.month, seen.statistic, n, working[d], started[d])
                    for d in range(len(working))
                ]
            )
    return result


def _figure(
    metric: Metric,
    month: int,
    statistic: str,
    n: int,
    working: NDArray[np.bool_],
    started: NDArray[np.bool_],
) -> float:
    """What a trial of ``n`` clients would print; NaN if nobody counts."""
    values, counted = metric.measure(working, started, month)
    if not metric.after_start:
        values, counted = values[:n], counted[:n]
    values = values[counted][:n]
    if len(values) == 0:
        return math.nan
    return float(np.median(values) if statistic == "median" else values.mean())


def _compare(trial: Trial, figures: Arrays) -> Iterator[Comparison]:
    for number, outcome in enumerate(trial.outcomes):
        if not outcome.is_predicted:
            yield Comparison(trial, outcome, {}, unmet=STUDY)
            continue
        replicates = {
            arm: figures[f"{number}.{arm}"] for arm in ARMS if f"{number}.{arm}" in figures
        }
        arms = {
            arm: _predicted(outcome.observed.arm(arm), trial.size(arm), values)
            for arm, values in replicates.items()
        }
        ratio = _log_ratio(trial, outcome, replicates) if len(replicates) == 2 else None
        yield Comparison(trial, outcome, arms, ratio)


def observed_figure(seen: Observation, size: int) -> float:
    """The published figure: a share, a mean or a median."""
    if seen.events is not None:
        return seen.events / (seen.n or size)
    value = seen.mean if seen.mean is not None else seen.median
    assert value is not None
    return value


def _predicted(seen: Observation | None, size: int, values: NDArray[np.float64]) -> Predicted:
    assert seen is not None
    known = values[~np.isnan(values)]
    if len(known) == 0:
        known = np.array([math.nan])
    low, lower, upper, high = np.percentile(known, PERCENTILES)
    return Predicted(
        observed_figure(seen, size),
        seen.n or size,
        float(known.mean()),
        float(known.std(ddof=1)) if len(known) > 1 else math.nan,
        float(low),
        float(lower),
        float(upper),
        float(high),
    )


def _log_ratio(
    trial: Trial, outcome: Outcome, replicates: dict[str, NDArray[np.float64]]
) -> LogRatio | None:
    """Log of IPS over control; half an event is added to both arms where one has none."""
    sizes = [outcome.observed.arm(a).n or trial.size(a) for a in ARMS]  # type: ignore[union-attr]
    values = [replicates[arm] for arm in ARMS]
    figures = [
        observed_figure(outcome.observed.arm(arm), trial.size(arm))  # type: ignore[arg-type]
        for arm in ARMS
    ]
    if METRICS[outcome.metric].is_share:
        none = (values[0] == 0.0) | (values[1] == 0.0)
        values = [
            np.where(none, (v * n + 0.5) / (n + 1.0), v) for v, n in zip(values, sizes, strict=True)
        ]
        if 0.0 in figures:
            figures = [(f * n + 0.5) / (n + 1.0) for f, n in zip(figures, sizes, strict=True)]
        variance = sum((1.0 - f) / (f * n) for f, n in zip(figures, sizes, strict=True))
    else:
        variance = 0.0
        for arm, figure, n in zip(ARMS, figures, sizes, strict=True):
            sd = outcome.observed.arm(arm).sd  # type: ignore[union-attr]
            variance += (sd / figure) ** 2 / n if sd is not None and figure > 0.0 else math.nan
    if min(figures) <= 0.0:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values[0]) - np.log(values[1])
    logs = logs[np.isfinite(logs)]
    return LogRatio(
        math.log(figures[0] / figures[1]),
        math.sqrt(variance) if not math.isnan(variance) else math.nan,
        float(logs.mean()),
        float(logs.std(ddof=1)),
    )


@dataclass(frozen=True)
class Scores:
    """How well predictions and observations agree; ``None`` where there is too little to say.

    ``coverage_50``, ``coverage_90``: share of arm figures inside the predictive intervals.
    ``mean_error``: mean of (observed - predicted) / sd. ``log_ratio_bias``: predicted less
    observed log ratio, weighted by precision, with ``log_ratio_bias_se``. ``slope``: of observed
    on predicted log odds of shares (one is perfect), with ``slope_se``.
    """

    figures: int
    coverage_50: float | None
    coverage_90: float | None
    mean_error: float | None
    log_ratios: int
    log_ratio_bias: float | None
    log_ratio_bias_se: float | None
    slope: float | None
    slope_se: float | None


def scores(comparisons: Sequence[Comparison]) -> Scores:
    """Agreement over all figures of some comparisons."""
    arms = [p for c in comparisons for p in c.arms.values() if not math.isnan(p.sd)]
    errors = [p.error for p in arms if p.sd > 0.0]
    ratios = [c.log_ratio for c in comparisons if c.log_ratio is not None]
    bias, bias_se = _bias(ratios)
    slope, slope_se = _slope(
        [
            p
            for c in comparisons
            for p in c.arms.values()
            if METRICS[c.outcome.metric].is_share and 0.0 < p.observed < 1.0 and p.sd > 0.0
        ]
    )
    n = len(arms)
    return Scores(
        n,
        sum(p.in_50 for p in arms) / n if n else None,
        sum(p.in_90 for p in arms) / n if n else None,
        float(np.mean(errors)) if errors else None,
        len(ratios),
        bias,
        bias_se,
        slope,
        slope_se,
    )


def _bias(ratios: Sequence[LogRatio]) -> tuple[float | None, float | None]:
    """Mean of predicted less observed log ratios, weighted by both variances."""
    known = [r for r in ratios if not math.isnan(r.observed_se)]
    if not known:
        return None, None
    weights = np.array([1.0 / (r.observed_se**2 + r.sd**2) for r in known])
    errors = np.array([r.mean - r.observed for r in known])
    return float((weights * errors).sum() / weights.sum()), float(weights.sum() ** -0.5)


def _slope(shares: Sequence[Predicted]) -> tuple[float | None, float | None]:
    """Slope of observed on predicted log odds, weighted by the predictive variance."""
    if len(shares) < 3:
        return None, None

    def logit(p: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.log(p / (1.0 - p)))

    x = logit(np.array([p.mean for p in shares]))
    y = logit(np.array([p.observed for p in shares]))
    spread = np.array([p.sd / (p.mean * (1.0 - p.mean)) for p in shares])
    if np.ptp(x) == 0.0:
        return None, None
    coefficients, covariance = np.polyfit(x, y, 1, w=1.0 / spread, cov=True)
    return float(coefficients[0]), math.sqrt(covariance[0, 0])
