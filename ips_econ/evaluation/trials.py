"""Published trials as files: who took part, what they got, and what was observed.

A trial file describes a site in the words of a scenario and adds the size of the arms and the
outcomes as published. Whatever a trial does not state about its clients is that of the trials'
reference population, on which the published levels are solved, and is listed as assumed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from ips_econ.errors import InputError, Problems
from ips_econ.evaluation.metrics import METRICS, NOT_PREDICTED
from ips_econ.locations import trials_directory
from ips_econ.parameters.base import (
    KeyPath,
    Strict,
    TomlText,
    add_problem,
    add_validation_problems,
    read_toml,
)
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.scenario.defaults import HOME, is_home
from ips_econ.scenario.loading import LoadedScenario, resolve
from ips_econ.units import MONTHS_PER_YEAR

Role = Literal["calibration", "informed", "external"]
ARMS = ("ips", "control")
SEVERE = {"psychosis": 1.0}
"""Clients of a trial that does not state their diagnoses: severe mental illness."""
AS_IN_TRIALS = {"fidelity": 100, "start_up_year": 3}
"""A service that does not state its quality or age: all of the trials' effect is realised."""
LARGEST_ARM = 100_000
LONGEST_YEARS = 20
"""Largest horizon of a scenario."""

Count = Annotated[int, Field(ge=1, le=LARGEST_ARM)]


class TrialFacts(Strict):
    """What the trial is and how it may be used."""

    id: Annotated[str, Field(min_length=1)]
    """Short name, used in tables and files."""
    name: Annotated[str, Field(min_length=1)]
    """Title in tables."""
    country: Annotated[str, Field(min_length=1)]
    """Country of the sites."""
    years: Any = None
    """Years of recruitment, as published."""
    citation: Annotated[str, Field(min_length=1)]
    """The publication."""
    role: Role = "external"
    """calibration: the model is fitted to it; informed: its result shaped a parameter; external:
    neither, and it stays so."""
    sources: tuple[str, ...] = Field(default=(), strict=False)
    """Keys of parameters/sources.toml for the same publication."""
    note: str = ""
    """What a reader must know to compare, such as another definition of work."""
    name_fi: str = ""
    """Title in Finnish tables; by default the English one."""
    note_fi: str = ""
    """The note in Finnish; by default the English one."""

    def told(self, key: Literal["name", "note"], language: str) -> str:
        """Name or note in a language, in English where it is not translated."""
        return (language == "fi" and getattr(self, f"{key}_fi")) or getattr(self, key)


class Arms(Strict):
    """Analysed clients by arm; a service without a comparison group has no control."""

    ips: Count
    """Clients with IPS."""
    control: Count | None = None
    """Clients with the comparison."""


class Observation(Strict):
    """What was observed in one arm: events, a mean or a median."""

    events: Annotated[int, Field(ge=0)] | None = None
    """Number of clients with the outcome."""
    mean: float | None = None
    """Mean over the clients."""
    median: float | None = None
    """Median over the clients."""
    sd: Annotated[float, Field(gt=0)] | None = None
    """Standard deviation between clients, where published."""
    n: Count | None = None
    """Clients behind the figure, where it is not the whole arm."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Observation:
        given = [name for name in ("events", "mean", "median") if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError("one", "give one of events, mean and median")
        if self.events is not None and self.n is not None and self.events > self.n:
            raise PydanticCustomError("events", "more events than clients")
        return self

    @property
    def statistic(self) -> str:
        """``events``, ``mean`` or ``median``."""
        return next(k for k in ("events", "mean", "median") if getattr(self, k) is not None)


class Observed(Strict):
    """One outcome by arm."""

    ips: Observation | None = None
    """Clients with IPS."""
    control: Observation | None = None
    """Clients with the comparison."""

    @model_validator(mode="after")
    def _somebody(self) -> Observed:
        if self.ips is None and self.control is None:
            raise PydanticCustomError("nobody", "give ips, control or both")
        return self

    def arm(self, name: str) -> Observation | None:
        """The observation of one arm."""
        return self.ips if name == "ips" else self.control


class Outcome(Strict):
    """One published outcome."""

    metric: Literal[tuple(METRICS) + tuple(NOT_PREDICTED)]  # type: ignore[valid-type]
    """What is counted."""
    month: Annotated[int, Field(ge=1, le=240)]
    """Months since entry (since the start of the first job, where the metric says so)."""
    observed: Observed
    """What was found."""
    note: str = ""
    """Where the figure comes from, or how it was worked out."""

    @property
    def is_predicted(self) -> bool:
        """Whether the model computes it."""
        return self.metric in METRICS


class TrialFile(Strict):
    """A trial file; the sections of a scenario are checked as those of a scenario are."""

    trial: TrialFacts
    """What the trial is."""
    region: dict[str, Any] = {}
    """The site, in the keys of a scenario."""
    population: dict[str, Any] = {}
    """The clients, in the keys of a scenario."""
    programme: dict[str, Any] = {}
    """IPS as it was given, in the keys of a scenario."""
    comparator: dict[str, Any] = {}
    """What the other arm got, in the keys of a scenario."""
    arms: Arms
    """Sizes of the arms."""
    outcome: Annotated[tuple[Outcome, ...], Field(strict=False, min_length=1)]
    """What was observed."""


@dataclass(frozen=True)
class Trial:
    """A trial ready to be lived: its facts and the scenario that describes its site.

    ``assumed`` are the keys of the site that the file does not state.
    """

    facts: TrialFacts
    arms: Arms
    outcomes: tuple[Outcome, ...]
    scenario: LoadedScenario
    assumed: tuple[str, ...]

    @property
    def horizon(self) -> int:
        """Months to live; zero if nothing is predicted."""
        return _horizon(self.outcomes)

    def size(self, arm: str) -> int:
        """Clients in an arm; none in an arm that does not exist."""
        return getattr(self.arms, arm) or 0


def trial_files() -> tuple[Path, ...]:
    """The shipped trial files, in the order of their names."""
    return tuple(sorted(trials_directory().glob("*.toml")))


def load_trial(path: Path, library: ParameterLibrary, draws: int, seed: int) -> Trial:
    """Read and check a trial file.

    Raises
    ------
    InputError
        With every problem found: file, line, key, what was found and what is allowed.
    """
    toml = read_toml(path)
    try:
        file = TrialFile.model_validate(toml.content)
    except ValidationError as error:
        problems = Problems()
        add_validation_problems(problems, error, TrialFile, toml.content, toml=toml)
        raise InputError(problems.found) from None
    problems = Problems()
    check_outcomes(problems, toml, file.outcome, file.arms)
    problems.raise_if_any()
    content, assumed = _site(file, library, draws, seed)
    try:
        loaded = resolve([replace(toml, content=content)], library)
    except InputError as error:
        raise InputError([replace(p, file=p.file or str(path)) for p in error.problems]) from None
    return Trial(file.trial, file.arms, file.outcome, loaded, assumed)


def check_outcomes(
    problems: Problems,
    toml: TomlText,
    outcomes: Sequence[Outcome],
    sizes: Any,
    within: KeyPath = (),
) -> None:
    """Every observed arm exists, fits its size and suits the metric.

    ``sizes`` has the clients of each arm as ``ips`` and ``control``; ``within`` are the keys under
    which ``outcome`` stands in the file.
    """
    for number, outcome in enumerate(outcomes):
        for arm in ARMS:
            seen, size = outcome.observed.arm(arm), getattr(sizes, arm)
            keys = ("outcome", number, "observed", arm)
            where: dict[str, Any] = {"toml": toml, "prefix": within}
            if seen is None:
                continue
            if size is None:
                add_problem(problems, "there is no such arm under [arms]", keys, **where)
                continue
            if seen.events is not None and seen.events > (seen.n or size):
                message = "more events than clients"
                add_problem(problems, message, keys, found=seen.events, **where)
            if not outcome.is_predicted:
                continue
            is_share = METRICS[outcome.metric].is_share
            if (seen.statistic == "events") != is_share:
                wanted = "events" if is_share else "a mean or a median"
                message = f"{outcome.metric} is observed as {wanted}"
                add_problem(problems, message, keys, **where)
        if _horizon([outcome]) > LONGEST_YEARS * MONTHS_PER_YEAR:
            add_problem(
                problems,
                "more months than a life is followed",
                ("outcome", number, "month"),
                toml=toml,
                prefix=within,
                found=outcome.month,
                allowed=f"{LONGEST_YEARS} years from entry, the time to the first job included",
            )


def _horizon(outcomes: Sequence[Outcome]) -> int:
    """Months that have to be lived for the outcomes that are predicted."""
    return max((METRICS[o.metric].horizon(o.month) for o in outcomes if o.is_predicted), default=0)


def _site(
    file: TrialFile, library: ParameterLibrary, draws: int, seed: int
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The trial's site as the content of a scenario, and the keys that had to be assumed."""
    content: dict[str, Any] = {"id": "trial", "name": file.trial.name}
    assumed = []
    for section, usual in _reference(library).items():
        given = getattr(file, section)
        content[section] = {**usual, **given}
        assumed += [f"{section}.{key}" for key in usual if key not in given]
    content["region"] = {"country": file.trial.country, **content["region"]}
    if is_home(content["region"]["country"]):  # regional statistics know the place
        content["region"].setdefault("name", HOME)
    else:
        rate = _reference_value(library, "unemployment_rate", "share")
        elsewhere = {"name": file.trial.name, "unemployment_rate": rate}
        if "unemployment_rate" not in file.region:
            assumed.insert(0, "region.unemployment_rate")
        content["region"] = {**elsewhere, **content["region"]}
    years = -(-_horizon(file.outcome) // MONTHS_PER_YEAR)
    content["economics"] = {"horizon_years": max(1, years)}
    content["run"] = {"draws": draws, "people": 1, "seed": seed}
    return content, tuple(assumed)


def _reference_value(library: ParameterLibrary, name: str, unit: str) -> float:
    id = f"employment.reference_{name}"
    return library.value(id, library.parameter(id).values[-1].from_, unit)


def _reference(library: ParameterLibrary) -> Mapping[str, Mapping[str, Any]]:
    """What is assumed of a trial's clients and service: the trials' reference population."""

    def value(name: str, unit: str) -> float:
        return _reference_value(library, name, unit)

    pension = value("disability_pension_share", "share")
    return {
        "region": {},
        "population": {
            "mean_age": value("mean_age", "years"),
            "sd_age": value("sd_age", "years"),
            "diagnosis": SEVERE,
            "recent_work_share": value("recent_work_share", "share"),
            "higher_education_share": value("higher_education_share", "share"),
            "benefit_at_entry": {
                "disability_pension": pension,
                "general_support": 1.0 - pension,
            },
        },
        "programme": AS_IN_TRIALS,
        "comparator": {"kind": "traditional"},
    }


def load_trials(
    paths: Sequence[Path], library: ParameterLibrary, draws: int, seed: int
) -> list[Trial]:
    """Trials of several files; all problems of all files at once.

    Raises
    ------
    InputError
        With every problem found, also when two trials have the same id.
    """
    trials: list[Trial] = []
    problems = Problems()
    seen: dict[str, Path] = {}
    for path in paths:
        try:
            trial = load_trial(path, library, draws, seed)
        except InputError as error:
            problems.found += error.problems
            continue
        id = trial.facts.id
        if id in seen:
            message = f"the id is also that of {seen[id]}"
            problems.add(message, file=str(path), key="trial.id", found=id)
        seen[id] = path
        trials.append(trial)
    problems.raise_if_any()
    return trials
