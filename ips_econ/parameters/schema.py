"""The shape of a parameter: what must be said about every number, and which words are allowed.

Types are checked here by pydantic; what several keys must say together is checked by
:func:`ips_econ.parameters.checks.parameter_faults`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, NamedTuple

from pydantic import Discriminator, Field, Tag

from ips_econ.parameters.base import Strict

UNITS: Mapping[str, tuple[float, float]] = {
    "share": (0.0, 1.0),
    "probability": (0.0, 1.0),
    "probability/month": (0.0, 1.0),
    "probability/year": (0.0, 1.0),
    "ratio": (0.0, math.inf),
    "factor": (0.0, math.inf),
    "rate/month": (0.0, math.inf),
    "rate/year": (0.0, math.inf),
    "days": (0.0, math.inf),
    "days/week": (0.0, 7.0),
    "days/month": (0.0, 31.0),
    "days/year": (0.0, 366.0),
    "weeks": (0.0, math.inf),
    "months": (0.0, math.inf),
    "years": (0.0, math.inf),
    "hours/day": (0.0, 24.0),
    "hours/week": (0.0, 168.0),
    "hours/month": (0.0, 744.0),
    "hours/year": (0.0, 8784.0),
    "count": (0.0, math.inf),
    "count/month": (0.0, math.inf),
    "count/year": (0.0, math.inf),
    "clients/coach": (0.0, math.inf),
    "EUR": (0.0, math.inf),
    "EUR/hour": (0.0, math.inf),
    "EUR/day": (0.0, math.inf),
    "EUR/month": (0.0, math.inf),
    "EUR/year": (0.0, math.inf),
    "EUR/visit": (0.0, math.inf),
    "EUR/client": (0.0, math.inf),
    "EUR/client-month": (0.0, math.inf),
    "EUR/client-year": (0.0, math.inf),
    "EUR/coach-year": (0.0, math.inf),
    "index": (0.0, math.inf),
    "percentile": (0.0, 100.0),
    "log-ratio": (-math.inf, math.inf),
    "exponent": (-math.inf, math.inf),
}
"""The closed list of units, each with the lowest and highest value it can have."""

PAYERS = (
    "participant",
    "employer",
    "wellbeing_county",
    "municipality",
    "state",
    "social_insurance",
    "pension_insurers",
    "eu",
    "other",
    "health_effects",
)

Kind = Literal["statute", "price", "estimate", "assumption", "choice"]
Family = Literal[
    "fixed",
    "beta",
    "gamma",
    "lognormal",
    "normal",
    "truncated_normal",
    "pert",
    "triangular",
    "uniform",
    "dirichlet",
    "quantiles",
]
Basis = Literal["seen", "seen_secondary", "derived", "recalled", "judgement", "scenario"]
Level = Literal["high", "moderate", "low", "very_low"]
Pair = Annotated[tuple[float, float], Field(strict=False)]
Text = Annotated[str, Field(min_length=1)]


class Spread(Strict):
    """What the value is of a distribution, and one statement of how wide it is."""

    value_is: Literal["mean", "median", "mode"] | None = None
    """What the value is of the distribution (by default the mean; of PERT and triangular the
    mode; of quantiles the median)."""
    sd: Annotated[float, Field(gt=0)] | None = None
    """Standard deviation, in the parameter's unit."""
    se: Annotated[float, Field(gt=0)] | None = None
    """Standard error, in the parameter's unit: the standard deviation of what we know."""
    cv: Annotated[float, Field(gt=0)] | None = None
    """Coefficient of variation: standard deviation over mean."""
    ci95: Pair | None = None
    """Lower and upper 95 % limit; both are reproduced."""
    counts: Pair | Annotated[float, Field(gt=0)] | None = None
    """Beta: [events, non-events]. Gamma: [events, time at risk]. Dirichlet: the total."""
    log_sd: Annotated[float, Field(gt=0)] | None = None
    """Lognormal: standard deviation of the logarithm."""
    low: float | None = None
    """Lowest possible value."""
    high: float | None = None
    """Highest possible value."""
    p10: float | None = None
    """Quantiles: the value exceeded with probability 0.9."""
    p50: float | None = None
    """Quantiles: the median; by default the value."""
    p90: float | None = None
    """Quantiles: the value exceeded with probability 0.1."""


class Distribution(Spread):
    """How uncertain a value is: a family, and one statement of its spread."""

    family: Family
    """The family; `quantiles` takes published 10 %, 50 % and 90 % points."""


class FamilyRule(NamedTuple):
    """Which keys of a distribution a family takes."""

    spreads: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    value_is: tuple[str, ...] = ("mean", "median", "mode")


FAMILIES: Mapping[str, FamilyRule] = {
    "fixed": FamilyRule(()),
    "beta": FamilyRule(("sd", "se", "cv", "ci95", "counts")),
    "gamma": FamilyRule(("sd", "se", "cv", "ci95", "counts")),
    "lognormal": FamilyRule(("sd", "se", "cv", "ci95", "log_sd")),
    "normal": FamilyRule(("sd", "se", "cv", "ci95")),
    "truncated_normal": FamilyRule(("sd", "se", "cv", "ci95"), optional=("low", "high")),
    "pert": FamilyRule((), required=("low", "high")),
    "triangular": FamilyRule((), required=("low", "high")),
    "uniform": FamilyRule((), required=("low", "high"), value_is=("mean", "median")),
    "dirichlet": FamilyRule(("counts",), value_is=("mean",)),
    "quantiles": FamilyRule(
        (), required=("p10", "p90"), optional=("p50", "low", "high"), value_is=("median",)
    ),
}


class Source(Strict):
    """Where a value comes from, and how it was seen."""

    key: Text | None = None
    """The study's key in sources.toml; only a judgement or a scenario may leave it out."""
    locator: Text | None = None
    """Page, table or section."""
    basis: Basis
    """Seen, seen through another publication, derived (with formula), recalled, or a judgement."""
    formula: Text | None = None
    """How a derived value was computed."""
    note: Text | None = None
    """Anything a reader of the number should know."""


class Grade(Strict):
    """How good the evidence is, and how directly it speaks to this use in Finland."""

    quality: Level
    directness: Level
    reason: Text


class DatedValue(Strict):
    """A value from a date on: exactly one of value, table, schedule, ends, missing."""

    from_: Annotated[date, Field(alias="from")]
    """First day on which the value holds."""
    to: date | None = None
    """Last day on which the last value is known to hold (default: the end of the year in which
    it was checked)."""
    value: float | None = None
    """The base case, written once."""
    table: dict[str, float] | None = None
    """Name and number; with a Dirichlet distribution, shares that sum to one."""
    schedule: Annotated[tuple[Pair, ...], Field(strict=False, min_length=1)] | None = None
    """Pairs of threshold and rate, thresholds rising."""
    ends: Text | None = None
    """What replaced the parameter from this date."""
    missing: Text | None = None
    """What would fill the gap; a run then needs the scenario to supply it."""
    distribution: Distribution | None = None
    source: Source | None = None
    grade: Grade | None = None
    checked: date | None = None
    """When somebody last checked that the value still holds."""
    payer: dict[str, float] | None = None
    """Payers and their shares, which sum to one."""
    payer_schedule: Text | None = None
    """Id of a table of payers and shares, in place of `payer`."""
    note: Text | None = None

    @property
    def form(self) -> str:
        """Which of the five forms the value has."""
        return next(iter(self.forms), "nothing")

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form that was written; valid is exactly one."""
        names = ("value", "table", "schedule", "ends", "missing")
        return tuple(name for name in names if getattr(self, name) is not None)

    @property
    def is_random(self) -> bool:
        """Whether the value has a distribution that is not fixed."""
        return self.distribution is not None and self.distribution.family != "fixed"


class Parameter(Strict):
    """One parameter: what it is, in which unit and prices, and its dated values."""

    title: Text
    title_fi: Text | None = None
    title_sv: Text | None = None
    kind: Kind
    unit: str
    """One of the closed list of units."""
    population: Text | None = None
    """Whom the evidence is about."""
    price_year: Annotated[int, Field(ge=1990, le=2100)] | None = None
    """Year of the euros."""
    price_index: Text | None = None
    """Id of the index that carries the price to another year."""
    price_basis: Literal["nominal"] | None = None
    """Euros as the law writes them, in place of price year and index."""
    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    """Ledger category the amount belongs to."""
    receiver: str | None = None
    """Who receives the amount; without a receiver it is a real resource."""
    beyond_last: str | None = None
    """What holds after the last known date: hold, hold_real, index:<id> or refuse (by default
    refuse for a statute, hold_real for a price, hold otherwise)."""
    planner_should_replace: bool = False
    """A working value that a planner should replace by a local one."""
    note: Text | None = None
    values: Annotated[tuple[DatedValue, ...], Field(strict=False)]
    """The values by date; each holds until the next."""

    @property
    def after_last(self) -> str:
        """What holds after the last known date, the default by kind filled in."""
        defaults = {"statute": "refuse", "price": "hold_real"}
        return self.beyond_last or defaults.get(self.kind, "hold")

    @property
    def is_price_index(self) -> bool:
        """Whether the parameter is a table of years and levels of an index."""
        table = self.values[-1].table if self.values else None
        return self.unit == "index" and bool(table) and all(map(str.isdecimal, table or {}))

    def entry_on(self, on: date) -> DatedValue | None:
        """The last entry whose first day is not after the date."""
        entries = [entry for entry in self.values if entry.from_ <= on]
        return entries[-1] if entries else None

    @property
    def known_until(self) -> date:
        """Last day on which the last value is known to hold."""
        last = self.values[-1]
        if last.to is not None:
            return last.to
        if last.checked is None:
            return date.max
        return date(max(last.checked.year, last.from_.year), 12, 31)


class SourceRecord(Strict):
    """A study or document; stands once, in sources.toml."""

    citation: Text
    url: Text | None = None
    year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    note: Text | None = None


class LocalCorrelation(Strict):
    """Rank correlation between two uncertain parameters, as a scenario states it."""

    between: Annotated[tuple[str, str], Field(strict=False)]
    """Ids of the two parameters."""
    rank: Annotated[float, Field(gt=-1, lt=1)]
    """Spearman's rank correlation."""


class Correlation(LocalCorrelation):
    """Rank correlation as the parameter files state it, with its source."""

    source: Source
    note: Text | None = None


class CorrelationFile(Strict):
    """The file correlations.toml."""

    correlation: Annotated[tuple[Correlation, ...], Field(strict=False)] = ()


def _is_text(written: object) -> str:
    return "text" if isinstance(written, str) else "table"


NameOrDistribution = Annotated[
    Annotated[Family, Tag("text")] | Annotated[Distribution, Tag("table")],
    Discriminator(_is_text),
]
TextOrSource = Annotated[
    Annotated[Text, Tag("text")] | Annotated[Source, Tag("table")], Discriminator(_is_text)
]


class Override(Spread):
    """What a scenario puts in place of a parameter's value, on every date.

    ``distribution`` is a table as in the parameter files, or a family's name beside which its
    spread stands. ``low`` and ``high`` alone make a PERT distribution.
    """

    value: float | None = None
    """The local value; by default the published one."""
    table: dict[str, float] | None = None
    """All named numbers of a table parameter."""
    schedule: Annotated[tuple[Pair, ...], Field(strict=False, min_length=1)] | None = None
    """Pairs of threshold and rate."""
    ends: Text | None = None
    """What replaced the parameter."""
    distribution: NameOrDistribution | None = None
    """How uncertain the value is; a value without it is fixed."""
    source: TextOrSource | None = None
    """Where the value comes from, in words or as in the parameter files."""
    grade: Grade | None = None
    payer: dict[str, float] | None = None
    """Payers and their shares; by default the published ones, with their dates."""
    price_year: Annotated[int, Field(ge=1990, le=2100)] | None = None
    """Year of the euros; by default the parameter's own price year."""
    note: Text | None = None

    @property
    def spread(self) -> dict[str, object]:
        """The statements of spread that stand beside the family's name."""
        keys = Spread.model_fields
        return {key: getattr(self, key) for key in keys if getattr(self, key) is not None}
