"""Structural values fitted to what the calibration trials observed.

How jobs are lost and found again, how early first jobs come and what is left of a difference are
not read off one publication. They are common to all places but for a stated spread; how much work
clients reach at all, and how much IPS adds, differs from trial to trial and is fitted anew for each
(and not kept: that is what the published meta-analyses are for). The posterior of all of it is
sampled together, and what runs draw is the posterior for one new place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from scipy.special import expit, logit, ndtri

from ips_econ.evaluation.blocks import Worlds, plan_of
from ips_econ.evaluation.calibration import SCRAMBLINGS, Site, Values
from ips_econ.evaluation.importance import Sample, importance_sample
from ips_econ.evaluation.likelihood import (
    EXPECTED,
    MONTHS_OF,
    Figure,
    figures_of,
    log_likelihood,
)
from ips_econ.evaluation.metrics import METRICS
from ips_econ.evaluation.statistics import Stat, stat
from ips_econ.evaluation.trials import Observation, Trial
from ips_econ.evaluation.updating import Update, updates
from ips_econ.ledger.walk import History, trace_block
from ips_econ.parameters.draws import ParameterDraws
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.parameters.sobol import sobol_points

STRUCTURAL = (
    "effect.found_by_month_9_share",
    "effect.gap_left_month_36",
    "effect.job_loss_ratio",
    "employment.job_loss_rate_month",
    "employment.job_loss_shape",
    "employment.jobs_per_person_24m",
    "employment.low_finder_hazard_ratio",
    "employment.low_finder_share",
    "employment.reemployment_rate_month",
    "employment.reemployment_ratio_without_service",
)
"""What is fitted: common to all places."""
OF_A_PLACE = (
    "effect.competitive_work_ratio",
    "effect.competitive_work_ratio_common",
    "effect.control_ever_employed_18m_common",
    "effect.control_ever_employed_18m_severe",
    "effect.start_up_year_1_share",
    "effect.start_up_year_2_share",
    "programme.mean_months_in_service",
)
"""What each place has of its own; fitted beside the rest and not kept."""
SPREAD = {
    "effect.found_by_month_9_share": (logit, expit),
    "employment.job_loss_rate_month": (np.log, np.exp),
    "employment.reemployment_rate_month": (np.log, np.exp),
}
"""Structural values that also differ between places, with the scale on which they do."""
SPREAD_ID = "context.between_places_log_sd"
CORRELATION_DRAWS = 16
SHAPE_PEOPLE = 1000
MEDIANS_AS_MEANS = ("days_employed_of_workers",)
"""Metrics whose median is compared through the mean that goes with it."""
ERROR_OF_A_MEDIAN = 1.2533
"""Standard error of a median over that of a mean, normal sample: sqrt(pi / 2)."""


@dataclass(frozen=True)
class Target:
    """One observed figure of a trial, expected before and after the fit."""

    trial: Trial
    figure: Figure
    prior: Stat
    posterior: Stat


@dataclass(frozen=True)
class StructuralFit:
    """The fit: its sample, what was fitted to, and the values for one new place.

    ``unmoved`` are structural values about which the trials say nothing; they keep their prior.
    ``levels`` is the mean of each place's own values by trial and parameter.
    """

    sample: Sample
    targets: tuple[Target, ...]
    updates: tuple[Update, ...]
    unmoved: tuple[str, ...]
    left_out: tuple[str, ...]
    levels: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Joint:
    """The space of the fit: axes common to all places, then for each trial axes of its own.

    ``common`` are names of the uncertain parameters in the library's order.
    """

    sites: Sequence[Site]
    common: tuple[str, ...]
    spread: float

    @property
    def axes(self) -> int:
        """Dimensions of the unit cube."""
        return len(self.common) + len(self.sites) * self.own

    @property
    def own(self) -> int:
        """Axes of each place."""
        return len(OF_A_PLACE) + len(SPREAD)

    def draws(self, points: Values, place: int) -> ParameterDraws:
        """Parameter values of one place at points of the joint space."""
        start = len(self.common) + place * self.own
        of_place = points[:, start : start + self.own]
        columns = dict(zip(self.common, points[:, : len(self.common)].T, strict=True))
        columns |= dict(zip(OF_A_PLACE, of_place.T))
        site = self.sites[place]
        draws = site.draws(np.stack([columns[axis] for axis in site.axes], axis=1))
        return self.deviating(draws, of_place[:, len(OF_A_PLACE) :])

    def deviating(self, draws: ParameterDraws, points: Values) -> ParameterDraws:
        """Draws with the deviations of a place, given as points ``(draw, spread parameter)``."""
        values = draws.values.copy()
        for k, (id, (onto, back)) in enumerate(SPREAD.items()):
            column = draws.ids.index(id)
            values[:, column] = back(onto(values[:, column]) + self.spread * ndtri(points[:, k]))
        return replace(draws, values=values)

    def means(self, points: Values) -> list[list[Values]]:
        """Expected values by place and figure ``(draw,)``."""
        return [site.means_of(self.draws(points, place)) for place, site in enumerate(self.sites)]


def fit_structure(
    trials: Sequence[Trial], library: ParameterLibrary, on: date, draws: int, seed: int
) -> StructuralFit:
    """Fit the structural values to trials.

    Parameters
    ----------
    trials : loaded with the library of priors.
    library : the parameters without an earlier fit.
    on : the date whose values are meant.
    draws : draws of each stage of the sampler.
    """
    of_trials = [_figures(trial) for trial in trials]
    sites = [Site(t.scenario, figures) for t, (figures, _) in zip(trials, of_trials, strict=True)]
    named = {axis for site in sites for axis in site.axes}
    common = tuple(axis for axis in library.dimensions if axis in named)
    joint = Joint(sites, common, library.value(SPREAD_ID, on, "log-ratio"))
    prior, _ = sobol_points(joint.axes, draws, seed, SCRAMBLINGS)
    place = {axis: k for k, axis in enumerate(common)}
    correlations = [
        site.correlations(prior[:CORRELATION_DRAWS, [place[axis] for axis in site.axes]])
        for site in sites
    ]

    def likelihood(points: Values) -> Values:
        total = np.zeros(len(points))
        for site, means, correlation in zip(sites, joint.means(points), correlations, strict=True):
            total += log_likelihood(site.figures, means, correlation)
        return total

    sample = importance_sample(likelihood, joint.axes, draws, seed)
    chosen = sample.resampled(draws)
    before, after = joint.means(prior), joint.means(chosen)
    targets = tuple(
        Target(trial, figure, stat(p), stat(q))
        for trial, site, b, a in zip(trials, sites, before, after, strict=True)
        for figure, p, q in zip(site.figures, b, a, strict=True)
    )
    widest = max(sites, key=lambda site: len(site.axes))
    assert widest.axes == common
    published = widest.draws(prior[:, : len(common)])
    fitted = _new_place(joint, widest.draws(chosen[:, : len(common)]), seed)
    found = updates(library, on, published, fitted, sample.ess, among=STRUCTURAL, linked=True)
    moved = {update.id for update in found}
    levels = {
        trial.facts.id: {
            id: float(joint.draws(chosen, k).column(id).mean()) for id in (*OF_A_PLACE[:4], *SPREAD)
        }
        for k, trial in enumerate(trials)
    }
    left_out = tuple(f"{t.facts.id}: {o}" for t, (_, out) in zip(trials, of_trials) for o in out)
    return StructuralFit(
        sample,
        targets,
        found,
        tuple(id for id in STRUCTURAL if id not in moved),
        left_out,
        levels,
    )


def _new_place(joint: Joint, draws: ParameterDraws, seed: int) -> ParameterDraws:
    """Draws of the common values with the deviations of a place that nobody has seen."""
    points, _ = sobol_points(len(SPREAD), len(draws), seed + 1, SCRAMBLINGS)
    return joint.deviating(draws, points)


def _figures(trial: Trial) -> tuple[tuple[Figure, ...], list[str]]:
    """Figures of a trial whose expectation is exact, and the names of those left out."""
    used, left_out = [], []
    for published in figures_of(trial.outcomes, lambda arm: trial.size(arm) or None):
        figure = _as_mean(published, trial)
        seen = figure.seen
        known = figure.metric in EXPECTED
        if known and seen.mean is not None:
            known = seen.sd is not None
        if known and seen.median is not None:
            known = figure.metric in MONTHS_OF
        if known:
            used.append(figure)
        elif figure.metric not in left_out:
            left_out.append(figure.metric)
    return tuple(used), left_out


def _as_mean(figure: Figure, trial: Trial) -> Figure:
    """A median of days in work as the mean that goes with it among simulated clients.

    Only means are known exactly. The ratio of median to mean, and the spread between clients, are
    those of simulated clients; the error of a median is that of a normal sample.
    """
    if figure.seen.median is None or figure.metric not in MEDIANS_AS_MEANS:
        return figure
    run = trial.scenario.scenario.run.model_copy(update={"draws": CORRELATION_DRAWS})
    scenario = trial.scenario.scenario.model_copy(update={"run": run})
    plan = plan_of(replace(trial.scenario, scenario=scenario))
    world = Worlds(plan, slice(0, CORRELATION_DRAWS)).headline
    _, _, histories = trace_block(world._replace(people=SHAPE_PEOPLE, months=figure.month))
    ratios, spreads = [], []
    for working in histories[:, :, figure.arm, :, History.WORKING] > 0.0:
        values, counted = METRICS[figure.metric].measure(working, working, figure.month)
        mean = values[counted].mean()
        ratios.append(float(np.median(values[counted]) / mean))
        spreads.append(float(values[counted].std() / mean))
    mean = figure.seen.median / float(np.mean(ratios))
    sd = ERROR_OF_A_MEDIAN * float(np.mean(spreads)) * mean
    return figure._replace(seen=Observation(mean=mean, sd=sd, n=figure.seen.n))
