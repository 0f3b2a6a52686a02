"""Local results laid over the published evidence: what the parameters are after seeing them.

The expected value of every observed figure follows exactly from a draw of the parameters (the
cohort twin), so the draws are weighted by the likelihood of what was observed. The result is a
scenario: the same scenario with the joint distribution of the parameters that moved.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ips_econ.evaluation.blocks import Plan, Worlds, plan_of
from ips_econ.evaluation.cohort import expected_after_start, expected_shares
from ips_econ.evaluation.execution import Threads, blocks_of, run_draws
from ips_econ.evaluation.importance import DRAWS, Sample, importance_sample
from ips_econ.evaluation.likelihood import (
    Course,
    Figure,
    expected,
    figure_correlations,
    log_likelihood,
    surprise,
    surprise_of_gap,
)
from ips_econ.evaluation.local_results import LocalResults
from ips_econ.evaluation.metrics import METRICS
from ips_econ.evaluation.outcomes import Draws, summary
from ips_econ.evaluation.statistics import Stat, stat
from ips_econ.evaluation.updating import Update, updates
from ips_econ.parameters.base import TomlText
from ips_econ.parameters.draws import ParameterDraws, draw_parameters, sampled_dimensions
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.parameters.sobol import sobol_points
from ips_econ.scenario.loading import LoadedScenario, resolve

BLOCK_DRAWS = 128
CORRELATION_DRAWS = 16
RELEVANCE_POINTS = 8
CHECK_SETS = ("run.draws=256", "run.people=200")
SCRAMBLINGS = 8
DISAGREEMENT = 0.05
"""Probability below which local data and evidence are said to disagree (divided by figures)."""

Values = NDArray[np.float64]
Layers = Sequence[TomlText | str]


@dataclass(frozen=True)
class Prediction:
    """A figure before and after: expected values over draws, and how surprising it was.

    ``written`` is what the written scenario gives: its distributions are smooth, so it differs a
    little from ``posterior``. ``surprise`` is the probability, before the data, of a figure as far
    out.
    """

    figure: Figure
    prior: Stat
    posterior: Stat
    written: Stat
    surprise: float


@dataclass(frozen=True)
class Calibration:
    """What local results did.

    ``text`` is the new scenario's file; ``before`` and ``after`` are summaries of small runs of
    the old and the new scenario. ``gaps`` are the surprises of differences between the arms, where
    both have a figure, told with that of the IPS arm.
    """

    results: LocalResults
    sample: Sample
    predictions: tuple[Prediction, ...]
    updates: tuple[Update, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    text: str
    gaps: tuple[tuple[Figure, float], ...] = ()

    @property
    def limit(self) -> float:
        """Probability below which something is said to disagree."""
        return DISAGREEMENT / (len(self.predictions) + len(self.gaps))

    @property
    def disagreeing(self) -> tuple[Prediction, ...]:
        """Figures further from the evidence than chance explains."""
        return tuple(p for p in self.predictions if p.surprise < self.limit)

    @property
    def disagreeing_gaps(self) -> tuple[tuple[Figure, float], ...]:
        """Differences between the arms further from the evidence than chance explains."""
        return tuple((figure, p) for figure, p in self.gaps if p < self.limit)


@dataclass(frozen=True)
class Site:
    """The service as it was when observed, and the figures observed there."""

    loaded: LoadedScenario
    figures: tuple[Figure, ...]
    jobs: int | None = None

    @property
    def axes(self) -> tuple[str, ...]:
        """The uncertain parameters: axes of the unit cube."""
        on = self.loaded.scenario.economics.policy_date
        return sampled_dimensions(self.loaded.library, on)

    def draws(self, points: Values) -> ParameterDraws:
        """Parameter values at points of the unit cube ``(draw, axis)``."""
        economics = self.loaded.scenario.economics
        return draw_parameters(
            self.loaded.library,
            on=economics.policy_date,
            price_year=economics.price_year,
            draws=len(points),
            seed=0,
            points=points,
        )

    def means(self, points: Values) -> list[Values]:
        """Expected value of every figure at every point, by figure ``(draw,)``."""
        return self.means_of(self.draws(points))

    def means_of(self, draws: ParameterDraws) -> list[Values]:
        """Expected value of every figure in every draw, by figure ``(draw,)``."""
        plan = Plan(self.loaded.scenario, self.loaded.library, draws)

        def block(rows: slice) -> dict[str, np.ndarray]:
            worlds = Worlds(plan, rows)
            hazards, population = worlds.hazards(plan.persistence), worlds.population
            shares = expected_shares(hazards, population)
            windows = {f.month for f in self.figures if METRICS[f.metric].after_start}
            held = {w: expected_after_start(hazards, population, w) for w in windows}
            courses = [
                Course(
                    shares.employed[:, arm],
                    shares.ever[:, arm],
                    {window: values[:, :, arm] for window, values in held.items()},
                )
                for arm in (0, 1)
            ]
            return {str(k): expected(f, courses[f.arm]) for k, f in enumerate(self.figures)}

        found = dict(Threads(self.jobs)(block, blocks_of(len(draws), BLOCK_DRAWS)))
        return [
            np.concatenate([found[index][str(number)] for index in sorted(found)])
            for number in range(len(self.figures))
        ]

    def correlations(self, points: Values) -> list[Values]:
        """Correlations between clients of the figures, by arm."""
        counts = [sum(f.arm == arm for f in self.figures) for arm in (0, 1)]
        if max(counts) < 2:
            return [np.eye(count) for count in counts]
        plan = Plan(self.loaded.scenario, self.loaded.library, self.draws(points))
        return figure_correlations(self.figures, Worlds(plan, slice(0, len(points))).headline)

    def relevant(self, points: Values) -> tuple[str, ...]:
        """The uncertain parameters on which the expected figures depend at all.

        Each axis alone is moved at some points; what leaves every figure exactly as it was cannot
        have been learnt about, whatever chance says.
        """
        base = np.array(self.means(points))
        found = []
        for k, axis in enumerate(self.axes):
            moved = points.copy()
            moved[:, k] = (points[:, k] + 0.5) % 1.0
            if not np.array_equal(np.array(self.means(moved)), base):
                found.append(axis)
        return tuple(found)

    def log_likelihood(self, points: Values) -> Callable[[Values], Values]:
        """The likelihood of the figures, with correlations as at some points."""
        correlations = self.correlations(points)
        return lambda u: log_likelihood(self.figures, self.means(u), correlations)


def observed_site(
    chain: Layers,
    results: LocalResults,
    file: TomlText,
    library: ParameterLibrary,
    sets: Sequence[str],
    jobs: int | None,
) -> Site:
    """The scenario with what the results say of the service observed, as long as observed."""
    top = chain[-1]
    own = {} if isinstance(top, str) else {k: top.content[k] for k in OWN if k in top.content}
    layer = replace(file, content={**own, **results.facts})
    length = f"economics.horizon_years={results.years}"
    return Site(resolve([*chain, layer], library, (*sets, length)), results.figures, jobs)


OWN = ("id", "name")
"""What the topmost layer of a scenario must say itself."""


def calibrate(
    chain: Layers,
    results: LocalResults,
    file: TomlText,
    write: Callable[[Sequence[Update], Sample], str],
    out: Path,
    library: ParameterLibrary,
    sets: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 1,
    jobs: int | None = None,
) -> Calibration:
    """Update a scenario with local results.

    Parameters
    ----------
    chain : the scenario's layers, the lowest first.
    results, file : the local results and the file they were read from.
    write : makes the text of the new scenario from what moved.
    out : where that text will stand.
    sets : changes as given with ``--set``; they hold in both scenarios.

    Raises
    ------
    InputError
        If the results' sections do not fit a scenario.
    RunError
        If the results lie too far from the evidence.
    """
    site = observed_site(chain, results, file, library, sets, jobs)
    prior, _ = sobol_points(len(site.axes), draws, seed, SCRAMBLINGS)
    likelihood = site.log_likelihood(prior[:CORRELATION_DRAWS])
    sample = importance_sample(likelihood, len(site.axes), draws, seed)
    chosen = sample.resampled(draws)
    on = site.loaded.scenario.economics.policy_date
    known = site.relevant(prior[:RELEVANCE_POINTS])
    among = [id for id in known if id in site.loaded.library.parameters]
    moved = updates(
        site.loaded.library, on, site.draws(prior), site.draws(chosen), sample.ess, among=among
    )
    text = write(moved, sample)
    new = TomlText(out, text, tomllib.loads(text))
    written = observed_site([*chain, new], results, file, library, (), jobs)
    before_means = site.means(prior)
    columns = zip(site.figures, before_means, site.means(chosen), written.means(prior), strict=True)
    predictions = tuple(
        Prediction(figure, stat(p), stat(q), stat(w), surprise(figure, p))
        for figure, p, q, w in columns
    )
    before = resolve(chain, library, (*sets, *CHECK_SETS))
    after = resolve([*chain, new], library, CHECK_SETS)
    return Calibration(
        results,
        sample,
        predictions,
        moved,
        _summary(before, jobs),
        _summary(after, jobs),
        text,
        tuple(_gaps(site.figures, before_means)),
    )


def _gaps(figures: Sequence[Figure], means: Sequence[Values]) -> Iterator[tuple[Figure, float]]:
    """Surprise of every difference between the arms, told with the figure of the IPS arm."""
    control = {
        (f.metric, f.month): (f, m) for f, m in zip(figures, means, strict=True) if f.arm == 0
    }
    for figure, mean in zip(figures, means, strict=True):
        other = control.get((figure.metric, figure.month))
        if figure.arm == 1 and other is not None and figure.seen.median is None:
            yield figure, surprise_of_gap(figure, mean, *other)


def _summary(loaded: LoadedScenario, jobs: int | None) -> dict[str, Any]:
    """Summary of a small run that is not kept."""
    plan = plan_of(loaded)
    return summary(Draws(plan, run_draws(plan, Threads(jobs))))
