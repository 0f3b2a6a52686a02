"""What a finished run says, as values: figures, bands, results by payer, the inputs behind them.

Euros are of the run's price year, per person entering, ips − control, positive = received.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from ips_econ.evaluation.checks import Check

PAYERS = (
    "wellbeing_county",
    "municipality",
    "state",
    "social_insurance",
    "pension_insurers",
    "participant",
    "employer",
    "eu",
    "other",
    "health_effects",
)
PUBLIC_PAYERS = PAYERS[:5]
PERSISTENCE_SHAPES = ("ends", "catch_up", "sustained")
SUBSTITUTIONS = ("0", "expected", "1")
EFFECTS = ("outside_us", "nordic", "sceptical")
HEADLINE_PERSPECTIVE = "public_sector"


@dataclass(frozen=True)
class Stat:
    """A quantity over draws; a figure that does not exist is ``None``."""

    mean: float | None
    p2_5: float | None = None
    p50: float | None = None
    p97_5: float | None = None
    sd: float | None = None


@dataclass(frozen=True)
class Band:
    """A quantity by month: mean and 95 % limits, each (month,)."""

    month: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Outcome:
    """One outcome by arm and its difference, in ``unit``."""

    unit: str
    ips: Stat
    control: Stat
    difference: Stat


@dataclass(frozen=True)
class Payback:
    """Month in which a perspective's cumulative result turns positive for good."""

    month: Stat
    share_within_horizon: float | None

    @property
    def exists(self) -> bool:
        """Whether anything is there to pay back; if not, every figure is missing."""
        stat = self.month
        figures = (stat.p2_5, stat.p50, stat.p97_5, self.share_within_horizon)
        return any(value is not None for value in figures)


@dataclass(frozen=True)
class Perspective:
    """What IPS is worth to one set of payers, euros per person entering, discounted."""

    net_present_value: Stat
    programme_cost: Stat
    benefit_cost_ratio: Stat
    p_positive: float | None
    payback: Payback


@dataclass(frozen=True)
class Comparison:
    """One result of one variant of the run, beside its headline."""

    kind: str
    variant: str
    metric: str
    perspective: str
    stat: Stat
    headline: bool


@dataclass(frozen=True)
class PayerResult:
    """Net present value for one payer; ``by_construction`` says why a sign is not a finding."""

    payer: str
    stat: Stat
    p_positive: float | None
    by_construction: str


@dataclass(frozen=True)
class Line:
    """A category seen by one payer."""

    payer: str
    category: str
    stat: Stat


@dataclass(frozen=True)
class YearlyFlow:
    """Undiscounted difference of one year since entry, for one payer."""

    year: int
    payer: str
    stat: Stat


@dataclass(frozen=True)
class ProgrammeYear:
    """One quantity of the programme as staffed in one calendar year."""

    calendar_year: int
    quantity: str
    payer: str
    stat: Stat


@dataclass(frozen=True)
class SubgroupResult:
    """One outcome of one arm, or its difference, in a subgroup of clients."""

    dimension: str
    subgroup: str
    share_of_people: float
    metric: str
    arm: str
    stat: Stat


@dataclass(frozen=True)
class PoorerMonths:
    """Months in work of one arm and benefit status, and the share that leave people poorer."""

    benefit: str
    arm: str
    working_months: float
    share: float | None


@dataclass(frozen=True)
class Driver:
    """Rank correlation of a parameter with a perspective's result over the draws."""

    parameter: str
    perspective: str
    rank_correlation: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ParameterRow:
    """A parameter as the run used it."""

    id: str
    title: str
    value: str
    low: float | None
    high: float | None
    unit: str
    price_year: str
    kind: str
    basis: str
    source: str
    citation: str
    quality: str
    directness: str
    planner_should_replace: bool
    overridden: bool

    @property
    def without_source(self) -> bool:
        """Whether a planner should put a figure of their own in its place."""
        return self.planner_should_replace or self.basis == "judgement"


@dataclass(frozen=True)
class ProgrammeFacts:
    """What the scenario says of the programme: by programme year where it can change."""

    first_year: int | None
    coaches: tuple[float, ...]
    caseload: float | None
    fidelity: tuple[float, ...]
    start_up_year: int | None
    funding: tuple[Mapping[str, float], ...]
    services: Mapping[str, float]


@dataclass(frozen=True)
class RunFacts:
    """What was run, and on what it rests."""

    id: str
    name: str
    region: str
    version: str
    seed: int
    draws: int
    people: int
    months: int
    discount_rate: float
    price_year: int
    policy_date: date
    reform: str
    status: str
    started: date | None
    control: str
    persistence: str
    effect: str
    substitution: float | None
    programme: ProgrammeFacts
    treatment_route: str
    overridden: tuple[str, ...]
    calibrated: tuple[Mapping[str, Any], ...]
    messages: tuple[str, ...]
    parameter_files: Mapping[str, str]

    @property
    def complete(self) -> bool:
        """Whether every draw of the run was finished."""
        return self.status == "complete"

    @property
    def horizon_years(self) -> float:
        """Length of the horizon in years."""
        return self.months / 12


@dataclass(frozen=True)
class Results:
    """Everything a finished run has to say."""

    run: RunFacts
    outcomes: Mapping[str, Outcome]
    perspectives: Mapping[str, Perspective]
    monte_carlo_error: Mapping[str, float | None]
    ledger_imbalance_eur: float | None
    predictive_clients: int | None
    predictive_in_work_18m: Stat
    employed: Mapping[str, Band]
    cumulative: Mapping[str, Band]
    gap: Mapping[str, Band]
    comparisons: tuple[Comparison, ...]
    payers: tuple[PayerResult, ...]
    lines: tuple[Line, ...]
    yearly: tuple[YearlyFlow, ...]
    yearly_has_intervals: bool
    programme: tuple[ProgrammeYear, ...]
    subgroups: tuple[SubgroupResult, ...]
    poorer: tuple[PoorerMonths, ...]
    drivers: tuple[Driver, ...]
    parameters: tuple[ParameterRow, ...]
    net_draws: Mapping[str, npt.NDArray[np.float64]]
    luck_share: float | None
    checks: tuple[Check, ...] = ()

    def comparison(self, kind: str, variant: str, metric: str, perspective: str) -> Stat:
        """The result of one variant; an empty :class:`Stat` where the run has none."""
        for row in self.comparisons:
            if (row.kind, row.variant, row.metric) == (kind, variant, metric) and (
                row.perspective == perspective
            ):
                return row.stat
        return Stat(None)

    def has_variant(self, kind: str, variant: str) -> bool:
        """Whether the run computed a variant."""
        return any((row.kind, row.variant) == (kind, variant) for row in self.comparisons)

    def strongest_drivers(self, perspective: str, count: int) -> tuple[Driver, ...]:
        """The parameters most correlated with a perspective's result, strongest first."""
        chosen = [driver for driver in self.drivers if driver.perspective == perspective]
        chosen.sort(key=lambda driver: (-abs(driver.rank_correlation), driver.parameter))
        return tuple(chosen[:count])
