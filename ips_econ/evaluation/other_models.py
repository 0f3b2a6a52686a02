"""Results of other economic models of IPS, beside this one's with their inputs.

A model file says what that model assumed, in the words of a scenario, and what it found. The same
figures are computed here, with Finnish law and prices; what differs and why stands in the file.
Agreement is not expected of every figure: the table shows where models part and on what grounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from ips_econ.errors import InputError, Problems
from ips_econ.evaluation.blocks import TRAJECTORY, plan_of
from ips_econ.evaluation.execution import Executor, Threads, run_draws
from ips_econ.evaluation.outcomes import CONTROL, DIFFERENCE, IPS, Draws, payback
from ips_econ.evaluation.statistics import NO_STAT, Stat, ratio_stat, stat
from ips_econ.ledger.accounts import PERSPECTIVES, SERVICES
from ips_econ.locations import models_directory
from ips_econ.parameters.base import Strict, add_validation_problems, read_toml
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.scenario.files import find_scenario, read_chain
from ips_econ.scenario.loading import resolve
from ips_econ.trajectories.inputs import job_terms
from ips_econ.units import MONTHS_PER_YEAR

BASIS = "finland"
SIZE = ("run.draws=256", "run.people=200")
TRIAL_PERIOD = 18
PERIOD = slice(0, TRIAL_PERIOD)


class ModelFacts(Strict):
    """What the other model is."""

    id: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]
    name_fi: Annotated[str, Field(min_length=1)]
    citation: Annotated[str, Field(min_length=1)]
    """The publication, with the figures as printed."""
    sources: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    """Keys of parameters/sources.toml."""
    note: Annotated[str, Field(min_length=1)]
    """What differs between the models, and what follows from it."""
    note_fi: Annotated[str, Field(min_length=1)]

    def told(self, key: Literal["name", "note"], language: str) -> str:
        """Name or note in a language."""
        return getattr(self, f"{key}_fi" if language == "fi" else key)


class PublishedFigure(Strict):
    """One result of the other model."""

    measure: str
    """What is compared; one of :data:`MEASURES`."""
    published: float
    """The other model's figure."""
    unit_published: str = ""
    """Its unit, where it is not that of the figure here."""
    derivation: Annotated[str, Field(min_length=1)]
    """Where it is printed, or how it follows from what is."""
    gain: Annotated[float, Field(gt=0)] | None = None
    """Full-time years per client that the other model found, where they are put in here."""


class ModelFile(Strict):
    """A model file."""

    model: ModelFacts
    population: dict[str, Any] = {}
    programme: dict[str, Any] = {}
    comparator: dict[str, Any] = {}
    economics: dict[str, Any] = {}
    figure: Annotated[tuple[PublishedFigure, ...], Field(strict=False, min_length=1)]


@dataclass(frozen=True)
class ModelComparison:
    """One figure of another model and the same of this one."""

    model: ModelFacts
    figure: PublishedFigure
    here: Stat

    @property
    def inside(self) -> bool | None:
        """Whether the published figure lies in the 95 % interval; ``None`` without one."""
        low, high = self.here["p2_5"], self.here["p97_5"]
        if low is None or high is None or self.figure.unit_published:
            return None
        return low <= self.figure.published <= high


def by_month(draws: Draws, metric: str, arm: int) -> np.ndarray:
    """A trajectory ``(draw, month)``."""
    return np.asarray(draws.blocks["trajectory"][:, arm, :, TRAJECTORY.index(metric)])


def full_time_years(draws: Draws) -> np.ndarray:
    """Additional full-time years of work per client ``(draw,)``: part-time work by its hours."""
    terms = job_terms(draws.plan.scenario, draws.plan.draws)
    part = float(np.mean(terms.hours_quantiles)) / terms.full_time_hours
    weights = {"employed_full_time": 1.0, "employed_part_time": part}
    months = np.zeros(len(draws.means))
    for metric, weight in weights.items():
        gap = by_month(draws, metric, IPS) - by_month(draws, metric, CONTROL)
        months += weight * gap.sum(axis=1)
    return months / MONTHS_PER_YEAR


def gain_before_programme(draws: Draws, perspective: str) -> np.ndarray:
    """Net present value of a perspective without the cost of IPS ``(draw,)``."""
    index = list(PERSPECTIVES).index(perspective)
    return np.asarray(draws.net_present_value[:, index] + draws.programme_cost[:, index])


def society_cost(draws: Draws) -> np.ndarray:
    """What IPS costs, whoever pays ``(draw,)``, present value."""
    return np.asarray(draws.programme_cost[:, list(PERSPECTIVES).index("society")])


def replaced_services(draws: Draws) -> np.ndarray:
    """Cost of the other services that clients with IPS did not use ``(draw,)``."""
    total = np.zeros(len(draws.means))
    present = draws.blocks["present"]
    for index, line in enumerate(draws.plan.lines):
        if draws.plan.categories[line.category].name in SERVICES:
            total += present[:, IPS, index] - present[:, CONTROL, index]
    return total


def benefit_share(draws: Draws, perspective: str) -> Stat:
    """Share of all gains before the cost of any service that goes to a perspective.

    Replaced services are taken out of the gains of the public sector and of society, as they are
    part of the programme's net cost in the models compared.
    """
    replaced = replaced_services(draws)
    society = gain_before_programme(draws, "society") - replaced
    mine = gain_before_programme(draws, perspective)
    return ratio_stat(mine - (replaced if perspective == "public_sector" else 0.0), society)


def benefit_cost_ratio(draws: Draws, perspective: str) -> Stat:
    """Gains over the cost of IPS, whoever pays it."""
    gains = gain_before_programme(draws, "society")
    if perspective != "society":
        index = list(PERSPECTIVES).index(perspective)
        gains = draws.net_present_value[:, index] + society_cost(draws)
    return ratio_stat(gains, society_cost(draws))


def ratio_at_gain(draws: Draws, perspective: str, gain: float) -> Stat:
    """The same if clients gained so many full-time years, each worth what it is worth here.

    At means only: in a draw without a gain in work a year of it has no worth.
    """
    here = float(full_time_years(draws).mean())
    ratio = benefit_cost_ratio(draws, perspective)["mean"]
    return {**NO_STAT, "mean": ratio * gain / here if ratio is not None and here > 0.0 else None}


def payback_month(draws: Draws, perspective: str) -> Stat:
    """Median month from which the cumulative result stays positive; none beyond the horizon."""
    paths = draws.cumulative[..., list(PERSPECTIVES).index(perspective)]
    found = payback(paths)
    return {**NO_STAT, "mean": found["p50"], "p2_5": found["p2_5"], "p97_5": found["p97_5"]}


def hospital_ratio(draws: Draws) -> Stat:
    """Days in hospital with IPS over those without, in 18 months; cost is in proportion."""
    days = [by_month(draws, "inpatient_days", arm)[:, PERIOD].sum(axis=1) for arm in (IPS, CONTROL)]
    return ratio_stat(*days)


def earnings_difference(draws: Draws) -> Stat:
    """Additional gross pay in 18 months, undiscounted."""
    pay = [by_month(draws, "gross_earnings", arm)[:, PERIOD].sum(axis=1) for arm in (IPS, CONTROL)]
    return stat(pay[0] - pay[1], draws.luck_of("gross_earnings", DIFFERENCE))


def probability_society_gains(draws: Draws) -> Stat:
    """Share of draws in which society gains; a probability has no interval of its own."""
    gains = draws.net_present_value[:, list(PERSPECTIVES).index("society")] > 0.0
    return {**NO_STAT, "mean": float(gains.mean())}


Measured = Callable[[Draws, PublishedFigure], Stat]
MEASURES: dict[str, tuple[str, Measured]] = {
    "participant_benefit_share": ("share", lambda d, f: benefit_share(d, "participant")),
    "public_benefit_share": ("share", lambda d, f: benefit_share(d, "public_sector")),
    "probability_society_gains": ("share", lambda d, f: probability_society_gains(d)),
    "cost_per_client": ("EUR", lambda d, f: stat(society_cost(d))),
    "fte_years_per_client": ("years", lambda d, f: stat(full_time_years(d))),
    "benefit_cost_ratio.society": ("ratio", lambda d, f: benefit_cost_ratio(d, "society")),
    "benefit_cost_ratio.public_sector": (
        "ratio",
        lambda d, f: benefit_cost_ratio(d, "public_sector"),
    ),
    "payback_month.society": ("months", lambda d, f: payback_month(d, "society")),
    "payback_month.public_sector": ("months", lambda d, f: payback_month(d, "public_sector")),
    "ratio_at_published_gain.society": (
        "ratio",
        lambda d, f: ratio_at_gain(d, "society", f.gain or 0.0),
    ),
    "ratio_at_published_gain.public_sector": (
        "ratio",
        lambda d, f: ratio_at_gain(d, "public_sector", f.gain or 0.0),
    ),
    "hospital_cost_ratio_18m": ("ratio", lambda d, f: hospital_ratio(d)),
    "earnings_difference_18m": ("EUR", lambda d, f: earnings_difference(d)),
    "replaced_services": ("EUR", lambda d, f: stat(replaced_services(d))),
}
"""What can be compared: the unit here, and how it is computed from a run's draws."""


def model_files() -> tuple[Path, ...]:
    """The shipped model files, in the order of their names."""
    return tuple(sorted(models_directory().glob("*.toml")))


def compare_models(
    paths: Sequence[Path],
    library: ParameterLibrary,
    seed: int,
    jobs: int | None = None,
    executor: Executor | None = None,
) -> list[ModelComparison]:
    """Every figure of other models beside this one's.

    Raises
    ------
    InputError
        With every problem of a file: line, key, found, allowed.
    """
    execute = executor or Threads(jobs)
    return [found for path in paths for found in _compare(path, library, seed, execute)]


def _compare(
    path: Path, library: ParameterLibrary, seed: int, execute: Executor
) -> list[ModelComparison]:
    toml = read_toml(path)
    problems = Problems()
    try:
        file = ModelFile.model_validate(toml.content)
    except ValidationError as error:
        add_validation_problems(problems, error, ModelFile, toml.content, toml=toml)
        raise InputError(problems.found) from None
    for number, figure in enumerate(file.figure):
        if figure.measure not in MEASURES:
            problems.add(
                "unknown measure",
                file=str(path),
                line=toml.line(("figure", number, "measure")),
                key=f"figure[{number + 1}].measure",
                found=figure.measure,
                allowed=", ".join(MEASURES),
            )
    problems.raise_if_any()
    sections = {s: getattr(file, s) for s in ("population", "programme", "comparator", "economics")}
    content = {"id": file.model.id, "name": file.model.name, **sections}
    chain = [*read_chain(find_scenario(BASIS)), replace(toml, content=content)]
    plan = plan_of(resolve(chain, library, (*SIZE, f"run.seed={seed}")))
    draws = Draws(plan, run_draws(plan, execute))
    return [
        ModelComparison(file.model, figure, MEASURES[figure.measure][1](draws, figure))
        for figure in file.figure
    ]
