"""A county's own results as a file: the same words as a trial file, of one's own service.

Small groups are never written out: a count of fewer than five people, of those with the outcome or
of those without it, stays in the file that was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from ips_econ.errors import InputError, Problems
from ips_econ.evaluation.likelihood import ARM_AXIS, EXPECTED, MONTHS_OF, Figure, figures_of
from ips_econ.evaluation.metrics import METRICS
from ips_econ.evaluation.outcomes import SMALLEST_GROUP
from ips_econ.evaluation.trials import (
    ARMS,
    LARGEST_ARM,
    Outcome,
    TrialFacts,
    check_outcomes,
)
from ips_econ.parameters.base import (
    KeyPath,
    Strict,
    TomlText,
    add_problem,
    add_validation_problems,
)
from ips_econ.units import DAYS_PER_MONTH, MONTHS_PER_YEAR, WEEKS_PER_MONTH

Clients = Annotated[int, Field(ge=SMALLEST_GROUP, le=LARGEST_ARM)]
SITE = ("region", "population", "programme", "comparator")


class LocalArms(Strict):
    """Clients followed by arm."""

    ips: Clients | None = None
    """Clients with IPS; at least five."""
    control: Clients | None = None
    """Clients with the usual services, where somebody followed them; at least five."""

    @model_validator(mode="after")
    def _somebody(self) -> LocalArms:
        if self.ips is None and self.control is None:
            raise PydanticCustomError("nobody", "give ips, control or both")
        return self


class LocalResults(Strict):
    """A file of local results; the sections of a scenario describe the service as it was."""

    source: str = ""
    """Who counted, when, and from which records."""
    trial: TrialFacts | None = None
    """The facts of a trial, where a trial file is given."""
    region: dict[str, Any] = {}
    """The place during the observation, in the keys of a scenario."""
    population: dict[str, Any] = {}
    """The clients, in the keys of a scenario."""
    programme: dict[str, Any] = {}
    """The service, in the keys of a scenario."""
    comparator: dict[str, Any] = {}
    """What the other clients got, in the keys of a scenario."""
    arms: LocalArms
    """How many clients were followed."""
    outcome: Annotated[tuple[Outcome, ...], Field(strict=False, min_length=1)]
    """What was observed."""

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        """What the file says of the service, by section of a scenario."""
        return {section: facts for section in SITE if (facts := getattr(self, section))}

    @property
    def told(self) -> str:
        """Where the figures come from, in words."""
        return self.source or (self.trial.citation if self.trial else "")

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every observed figure."""
        return figures_of(self.outcome, lambda arm: getattr(self.arms, arm))

    @property
    def months(self) -> int:
        """Months that the figures reach, from entry."""
        return max(METRICS[figure.metric].horizon(figure.month) for figure in self.figures)

    @property
    def years(self) -> int:
        """Years that the figures reach, rounded up."""
        return -(-self.months // MONTHS_PER_YEAR)


def read_local_results(toml: TomlText, within: KeyPath = ()) -> LocalResults:
    """Check the content of a file of local results, or of ``[observed]`` of a scenario.

    Parameters
    ----------
    toml : the file; its content is that of the results.
    within : the keys under which they stand in the file.

    Raises
    ------
    InputError
        With every problem found: file, line, key, found, allowed.
    """
    problems = Problems()
    try:
        results = LocalResults.model_validate(toml.content)
    except ValidationError as error:
        add_validation_problems(
            problems, error, LocalResults, toml.content, toml=toml, prefix=within
        )
        raise InputError(problems.found) from None
    check_outcomes(problems, toml, results.outcome, results.arms, within)
    seen: set[tuple[str, int]] = set()
    for number, outcome in enumerate(results.outcome):
        keys: KeyPath = ("outcome", number)
        twice = (outcome.metric, outcome.month)
        if twice in seen:
            message = "the same metric and month stand twice"
            add_problem(problems, message, (*keys, "month"), toml=toml, prefix=within)
        seen.add(twice)
        if outcome.metric not in EXPECTED:
            add_problem(
                problems,
                "results cannot be calibrated with this metric",
                (*keys, "metric"),
                toml=toml,
                prefix=within,
                found=outcome.metric,
                allowed=", ".join(EXPECTED),
            )
            continue
        for arm in ARMS:
            observation = outcome.observed.arm(arm)
            where: dict[str, Any] = {"toml": toml, "prefix": within}
            at = (*keys, "observed", arm)
            if observation is None:
                continue
            if observation.mean is not None and observation.sd is None:
                message = "a mean needs its standard deviation between clients (sd)"
                add_problem(problems, message, at, **where)
            if observation.median is not None and outcome.metric not in MONTHS_OF:
                message = "a median can be used of the time to the first job only; give a mean"
                add_problem(problems, message, at, **where)
            if observation.n is not None and observation.n < SMALLEST_GROUP:
                message = f"fewer than {SMALLEST_GROUP} clients say too little and are not used"
                add_problem(problems, message, at, found=observation.n, **where)
    problems.raise_if_any()
    _check_possible(problems, toml, results, within)
    problems.raise_if_any()
    return results


LIMITS = {
    "months_employed": 1.0,
    "weeks_employed": WEEKS_PER_MONTH,
    "days_employed": DAYS_PER_MONTH,
    "days_employed_of_workers": DAYS_PER_MONTH,
    "months_to_first_job": 1.0,
    "days_to_first_job": DAYS_PER_MONTH,
    "months_employed_after_start": 1.0,
}
"""Metrics that cannot exceed the months observed, with their units in a month."""


def _check_possible(
    problems: Problems, toml: TomlText, results: LocalResults, within: KeyPath
) -> None:
    """No figure lies outside its months, and counts of the same clients agree with each other."""
    where: dict[str, Any] = {"toml": toml, "prefix": within}
    figures = {(f.metric, f.month, f.arm): f for f in results.figures}
    for number, outcome in enumerate(results.outcome):
        for arm in ARMS:
            figure = figures.get((outcome.metric, outcome.month, ARM_AXIS[arm]))
            seen = outcome.observed.arm(arm)
            if figure is None or seen is None:
                continue
            at: KeyPath = ("outcome", number, "observed", arm)
            told = seen.mean if seen.mean is not None else seen.median
            if told is not None and outcome.metric in LIMITS:
                highest = outcome.month * LIMITS[outcome.metric]
                if not 0.0 <= told <= highest:
                    allowed = f"0 to {highest:g}, the time observed"
                    message = "not a time within the months observed"
                    add_problem(problems, message, at, found=told, allowed=allowed, **where)
            if outcome.metric not in ("ever_employed", "employed") or seen.events is None:
                continue
            ever = [
                f
                for f in results.figures
                if f.metric == "ever_employed" and f.arm == figure.arm and f.n == figure.n
            ]
            later = [f for f in ever if f.month >= figure.month and f is not figure]
            fewer = [f for f in later if (f.seen.events or 0) < seen.events]
            if fewer:
                message = f"more clients than had ever worked by month {fewer[0].month}"
                add_problem(problems, message, at, **where)


def written_out(figures: tuple[Figure, ...]) -> Iterator[tuple[Figure, bool]]:
    """Every figure, and whether its count may be shown.

    Counts of fewer than five people with the outcome or without it may not; nor may a count that
    differs by fewer than five from one that is shown of the same clients, as the difference would
    be such a group.
    """
    shown: list[Figure] = []
    for figure in figures:
        may = True
        if figure.seen.events is not None:
            cells = [figure.seen.events, figure.n - figure.seen.events]
            cells += [
                abs(figure.seen.events - (other.seen.events or 0))
                for other in shown
                if other.arm == figure.arm and other.n == figure.n
            ]
            may = all(cell >= SMALLEST_GROUP for cell in cells)
        if may and figure.seen.events is not None:
            shown.append(figure)
        yield figure, may
