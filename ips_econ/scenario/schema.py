"""The keys of a scenario, each with its meaning, unit and range.

These models describe the *resolved* scenario, in which every key has a value. A scenario file
says only what differs; :mod:`ips_econ.scenario.loading` fills in the rest. The docstring below a
key is its description in the JSON Schema that editors read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from ips_econ.parameters.base import Strict
from ips_econ.parameters.schema import LocalCorrelation

SHARE_TOLERANCE = 1e-6
WINDOWS_DEVICES = ("aux", "con", "nul", "prn")

Share = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1)]
Payer = Literal[
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
]
Perspective = Literal[Payer, "public_sector", "society"]
ComparatorKind = Literal["traditional", "active", "supported_employment_like", "none"]

PERSPECTIVES: tuple[Perspective, ...] = (
    "society",
    "public_sector",
    "wellbeing_county",
    "municipality",
    "state",
    "social_insurance",
    "pension_insurers",
    "eu",
    "employer",
    "participant",
    "other",
)
IPS_LIKENESS: Mapping[str, float] = {
    "traditional": 0.0,
    "active": 0.6,
    "supported_employment_like": 1.0,
    "none": 0.0,
}
"""How much of IPS each kind of comparator already contains, unless the scenario says so itself.

The value of an active comparator is a judgement, between the other two.
"""


class Shares(Strict):
    """A whole divided among names; the shares sum to one, and a name left out has none."""

    @model_validator(mode="after")
    def _sum_to_one(self) -> Shares:
        total = sum(share for _, share in self.items())
        if abs(total - 1) > SHARE_TOLERANCE:
            raise PydanticCustomError(
                "shares", "the shares sum to {total}, not to 1", {"total": f"{total:.6g}"}
            )
        return self

    def items(self) -> Iterator[tuple[str, float]]:
        """Name and share, in the order of the schema."""
        for name in type(self).model_fields:
            yield name, getattr(self, name)

    def __getitem__(self, name: str) -> float:
        if name not in type(self).model_fields:
            raise KeyError(name)
        return float(getattr(self, name))


class DiagnosisShares(Shares):
    """Clients by main diagnosis; shares sum to one."""

    psychosis: Share = 0.0
    """Schizophrenia and other psychoses (F20–29)."""
    bipolar: Share = 0.0
    """Bipolar disorder (F30–31)."""
    depression_anxiety: Share = 0.0
    """Depression, anxiety and other common mental disorders (F32–48)."""


class BenefitShares(Shares):
    """Clients by the benefit they live on at entry; shares sum to one."""

    general_support: Share = 0.0
    """General support (yleistuki; labour-market subsidy before 1 May 2026)."""
    sickness_allowance: Share = 0.0
    """Sickness allowance (sairauspäiväraha)."""
    rehabilitation_subsidy: Share = 0.0
    """Fixed-term disability pension (kuntoutustuki)."""
    disability_pension: Share = 0.0
    """Permanent disability pension (työkyvyttömyyseläke)."""
    none: Share = 0.0
    """No income benefit of their own (social assistance possible)."""


class ServiceShares(Shares):
    """Clients of the control arm by the service they get; shares sum to one."""

    rehabilitative_work_activity: Share = 0.0
    """Rehabilitative work activity (kuntouttava työtoiminta)."""
    kela_vocational_rehabilitation: Share = 0.0
    """Kela's vocational rehabilitation (ammatillinen kuntoutus)."""
    employment_service_coaching: Share = 0.0
    """Job coaching of the employment services (työhönvalmennus)."""
    clubhouse: Share = 0.0
    """Clubhouse (klubitalo)."""
    none: Share = 0.0
    """No vocational service."""


class FundingShares(Shares):
    """Who pays for IPS; shares sum to one."""

    wellbeing_county: Share = 0.0
    """The wellbeing services county, or Helsinki in that role."""
    municipality: Share = 0.0
    """Municipalities, as organisers of employment services."""
    state: Share = 0.0
    """State grants."""
    social_insurance: Share = 0.0
    """Kela and the funds behind it, as far as insured people and employers finance them."""
    pension_insurers: Share = 0.0
    """Earnings-related pension insurers."""
    eu: Share = 0.0
    """Recovery and structural funds of the European Union."""
    employer: Share = 0.0
    """Employers."""
    other: Share = 0.0
    """Foundations and other funders."""


class Region(Strict):
    """The place. For a region of Finland every figure has a default from regional statistics."""

    name: Text
    """A wellbeing services county, Helsinki, or Finland (in Finnish, Swedish or English); any
    name for a site in another country."""
    country: Text = "Finland"
    """Country of the site. Elsewhere than in Finland, figures left out are Finnish averages."""
    unemployment_rate: Annotated[float, Field(gt=0, lt=1)]
    """Unemployed people as a share of the labour force."""
    unemployment_measure: Literal["register", "survey"] = "register"
    """Whether the rate counts the register (main activity or jobseekers) or comes from a labour
    force survey, which counts fewer. By default the register in Finland, a survey elsewhere."""
    wage_index: Annotated[float, Field(ge=0.3, le=3)]
    """Low pay in the region relative to Finland (Finland = 1)."""
    municipal_tax_rate: Annotated[float, Field(ge=0, le=0.3)]
    """Municipal income tax as a share (0.087 for 8.7 %)."""
    municipality_group: Literal["I", "II", "III"]
    """Municipality group of general housing allowance."""
    population_18_64: Annotated[int, Field(gt=0)] | None
    """Residents aged 18–64; not known for a site abroad unless given."""


class Population(Strict):
    """The clients at entry."""

    mean_age: Annotated[float, Field(ge=16, le=68)]
    """Mean age of the clients, in years."""
    sd_age: Annotated[float, Field(gt=0, le=20)]
    """Standard deviation of age, in years."""
    min_age: Annotated[int, Field(ge=16, le=67)] = 18
    """Youngest age at entry, in years."""
    max_age: Annotated[int, Field(ge=16, le=67)] = 64
    """Oldest age at entry, in years (39 for a service for people under 40)."""
    female_share: Share
    """Share of women."""
    diagnosis: DiagnosisShares
    """Shares by main diagnosis; severe disorders and depression or anxiety have different
    evidence."""
    recent_work_share: Share
    """Share who worked at some time in the five years before entry."""
    higher_education_share: Share
    """Share with education beyond upper secondary school."""
    benefit_at_entry: BenefitShares
    """Shares by benefit at entry."""
    pension_national_only_share: Share
    """Of those on a pension, the share with national and guarantee pension only; the others have
    an earnings-related pension."""
    rent_eur_month: Annotated[float, Field(ge=0, le=3000)]
    """Monthly rent of a client living alone, in euros. By default what social assistance accepts
    in the region."""
    unemployment_days_at_entry: Annotated[float, Field(ge=0, le=5000)]
    """Mean benefit days of unemployment behind clients on general support; decides the
    municipality's share of the benefit."""

    @model_validator(mode="after")
    def _ages_are_possible(self) -> Population:
        below, above = self.mean_age - self.min_age, self.max_age - self.mean_age
        if below <= 0 or above <= 0:
            raise PydanticCustomError(
                "ages",
                "mean_age {mean} does not lie between min_age {low} and max_age {high}",
                {"mean": self.mean_age, "low": self.min_age, "high": self.max_age},
            )
        if self.sd_age**2 > below * above:
            raise PydanticCustomError(
                "ages",
                "sd_age {sd} is impossible: between {low} and {high} with mean {mean} the standard "
                "deviation is at most {limit}",
                {
                    "sd": self.sd_age,
                    "low": self.min_age,
                    "high": self.max_age,
                    "mean": self.mean_age,
                    "limit": f"{(below * above) ** 0.5:.1f}",
                },
            )
        return self


class _OneOrPerYear:
    """Marks a key that takes one value, or a list with one value per year."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        per_year = handler(core)
        return {"anyOf": [per_year["items"], per_year]}


class Programme(Strict):
    """The IPS service as staffed."""

    PER_YEAR: ClassVar[tuple[str, ...]] = ("coaches", "fidelity", "funding")

    start: date
    """First day on which clients enter. By default the policy date."""
    years: Annotated[int, Field(ge=1, le=30)] = 3
    """Years in which clients enter. By default the number of yearly values given for coaches,
    fidelity or funding, else 3."""
    coaches: Annotated[tuple[Annotated[float, Field(ge=0, le=500)], ...], _OneOrPerYear()] = (3.0,)
    """Employment specialists in full-time equivalents: one number, or one per year."""
    caseload: Annotated[float, Field(ge=1, le=40)]
    """Active clients per full-time specialist; more than 20 costs fidelity points and effect. With
    more than 40 the service is not IPS, and nothing is known of its effect."""
    fidelity: Annotated[tuple[Annotated[float, Field(ge=25, le=125)], ...], _OneOrPerYear()] = (
        100.0,
    )
    """Score on the 25-item fidelity scale: one number, or one expected per year (100–114 good,
    74–99 fair)."""
    start_up_year: Annotated[int, Field(ge=1, le=50)] = 1
    """Year of the service's life in which the programme starts: 1 for a new service, 3 or more
    for a mature one."""
    support_months: Annotated[float, Field(ge=1, le=120)] | None = None
    """Mean months in the service, when support is limited in time or known; otherwise the
    uncertain parameter programme.mean_months_in_service."""
    referrals_month: Annotated[float, Field(ge=0, le=10_000)] | None = None
    """Referrals per month; without it the service is always full."""
    funding: Annotated[tuple[FundingShares, ...], _OneOrPerYear()] = (
        FundingShares(wellbeing_county=1.0),
    )
    """Who pays for IPS: shares by payer, or one table per year."""

    @model_validator(mode="before")
    @classmethod
    def _one_value_per_year(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        spread = dict(data)
        given = [len(data[key]) for key in cls.PER_YEAR if isinstance(data.get(key), list | tuple)]
        years = spread.setdefault("years", max(given, default=cls.model_fields["years"].default))
        times = years if type(years) is int and 1 <= years <= 30 else 1
        for key in cls.PER_YEAR:
            value = spread.get(key, cls.model_fields[key].default)
            if not isinstance(value, list | tuple):
                spread[key] = (value,) * times
            elif key not in data:
                spread[key] = tuple(value) * times
            else:
                spread[key] = tuple(value)
        return spread

    @field_validator("coaches", "fidelity", "funding")
    @classmethod
    def _as_many_as_years(cls, value: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
        years = info.data.get("years")
        if years is not None and len(value) != years:
            raise PydanticCustomError(
                "per_year",
                "{count} values for {years} years (give one value, or one per year)",
                {"count": len(value), "years": years},
            )
        return value

    @field_validator("coaches")
    @classmethod
    def _somebody_works(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if not any(value):
            raise PydanticCustomError("coaches", "no year has a coach")
        return value


class Comparator(Strict):
    """What clients get today, in place of IPS."""

    kind: ComparatorKind = "traditional"
    """Traditional vocational rehabilitation, active help, help that already resembles supported
    employment, or nothing."""
    services: ServiceShares
    """Shares of clients by service. By default the uncertain parameter
    comparator.service_shares."""
    substitution: Share | None = None
    """Of the clients who would otherwise use another service, the share for whom IPS replaces
    it; otherwise the uncertain parameter
    comparator.substitution_share. Results always show 0, this and 1 side by side."""
    ips_likeness: Share
    """How much of IPS the comparator already contains, from 0 to 1; the effect shrinks by this
    share of its logarithm. Defaults: traditional 0, active 0.6, supported_employment_like 1,
    none 0."""


def _one_route(value: Any) -> Any:
    routes = value if isinstance(value, list) else [value]
    if len(routes) > 1 or value in ("both", "all"):
        raise PydanticCustomError(
            "double_counting",
            "the two treatment routes exclude each other: the effect of allocation on treatment "
            "use already contains what work does, so both together would count the same saving "
            "twice (double-counting rule); choose one",
        )
    return value


class Economics(Strict):
    """How the difference is valued."""

    horizon_years: Annotated[int, Field(ge=1, le=20)]
    """Years followed from each client's entry. Beyond 5 is an extrapolation and labelled so."""
    policy_date: date = date(2026, 6, 1)
    """Date whose benefit and tax law applies throughout."""
    reform: Literal["none", "flexible_disability_pension_2028"] = "none"
    """A proposed law laid over that of the policy date: none, or the flexible model of disability
    pension (joustomalli) that is to apply from 2028."""
    discount_rate: Annotated[float, Field(ge=0, le=0.2)]
    """Discount rate per year (0.03 for 3 %)."""
    price_year: Annotated[int, Field(ge=2000, le=2050)]
    """Year whose euros are used. By default the year of the policy date."""
    persistence: Literal["sustained", "catch_up", "ends", "hazards_only"] = "sustained"
    """What becomes of the employment gap after its peak: sustained (shrinks slowly), catch_up
    (closed by month 36), ends (closed by month 24), hazards_only (a check)."""
    effect: Literal["outside_us", "optimistic", "nordic", "sceptical"] = "outside_us"
    """Which pool of trials the effect on severe mental illness comes from."""
    treatment_route: Annotated[
        Literal["none", "allocation", "employment"], BeforeValidator(_one_route)
    ] = "none"
    """Whether treatment use differs: not at all (base case), by allocation to IPS as in trials,
    or by being in work. One route only, never both."""
    cashable_share: Share
    """Share of the value of saved treatment that becomes money for its payer."""
    perspectives: Annotated[tuple[Perspective, ...], Field(strict=False, min_length=1)] = (
        PERSPECTIVES
    )
    """Perspectives to report, in this order."""
    willingness_to_pay: Annotated[float, Field(ge=0)] | None = None
    """Euros that one additional month in work is worth to the decision maker, for the
    acceptability curve only."""

    @field_validator("perspectives")
    @classmethod
    def _named_once(cls, value: tuple[Perspective, ...]) -> tuple[Perspective, ...]:
        twice = sorted({name for name in value if value.count(name) > 1})
        if twice:
            raise PydanticCustomError("twice", "named twice: {names}", {"names": ", ".join(twice)})
        return value


class Run(Strict):
    """The size of the simulation; results depend on these and the seed only."""

    draws: Annotated[int, Field(ge=1, le=1_000_000)] = 1024
    """Draws of all uncertain parameters."""
    people: Annotated[int, Field(ge=1, le=1_000_000)] = 500
    """Simulated clients per draw; each lives once in either arm."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of all random numbers."""
    shared_replicate: bool = False
    """Whether every draw meets the same people and luck (sensitivity designs) instead of fresh
    ones."""


class Scenario(Strict):
    """A scenario with every key resolved. Frozen."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
    """Short name of lower-case letters, digits, - and _; the run directory is named after it."""
    name: Text
    """Title of the scenario in tables and reports. By default the id."""
    language: Literal["fi", "sv", "en"] = "en"
    """Language of terminal texts, reports and charts."""
    extends: Text | None = None
    """A scenario (name or path) or region on which this one builds."""
    region: Region
    population: Population
    programme: Programme
    comparator: Comparator
    economics: Economics
    run: Run
    parameters: dict[str, Any]
    """Overrides by parameter id: a number, or a table with value, distribution and source."""
    correlation: Annotated[tuple[LocalCorrelation, ...], Field(strict=False)] = ()
    """Rank correlations between uncertain parameters, in place of the published ones of the same
    pairs."""
    observed: Annotated[dict[str, Any] | None, Field(exclude=True)] = None
    """Local results, read by calibration; the same content as a file given with --observed. They
    may hold small groups of people, so no dump of a scenario (manifest, --resolved) has them."""
    calibrated: dict[str, Any] | None = None
    """Which local results the parameters have been updated with; written by calibration."""

    @field_validator("id")
    @classmethod
    def _not_a_device(cls, value: str) -> str:
        numbered = value[:3] in ("com", "lpt") and value[3:].isdigit()
        if numbered or value in WINDOWS_DEVICES:
            raise PydanticCustomError("device", "Windows reserves this name; choose another")
        return value


SECTIONS = ("region", "population", "programme", "comparator", "economics", "run")
"""Tables of a scenario whose keys are settled one by one; later layers replace single keys."""


class Behind(NamedTuple):
    """The parameter behind a scenario key."""

    id: str
    unit: str
    is_table: bool = False
    fills: bool = True
    """Whether the key, when left out, takes the parameter's base-case value."""


PARAMETER_BEHIND: Mapping[str, Behind] = {
    "population.mean_age": Behind("population.mean_age", "years"),
    "population.sd_age": Behind("population.sd_age", "years"),
    "population.female_share": Behind("population.female_share", "share"),
    "population.diagnosis": Behind("population.diagnosis_shares", "share", is_table=True),
    "population.recent_work_share": Behind("population.recent_work_share", "share"),
    "population.higher_education_share": Behind("population.higher_education_share", "share"),
    "population.benefit_at_entry": Behind(
        "population.benefit_at_entry_shares", "share", is_table=True
    ),
    "population.pension_national_only_share": Behind(
        "population.pension_national_only_share", "share"
    ),
    "population.unemployment_days_at_entry": Behind("benefits.unemployment_days_at_entry", "days"),
    "programme.caseload": Behind("programme.caseload", "clients/coach"),
    "programme.support_months": Behind("programme.mean_months_in_service", "months", fills=False),
    "comparator.services": Behind("comparator.service_shares", "share", is_table=True),
    "comparator.substitution": Behind("comparator.substitution_share", "share", fills=False),
    "economics.horizon_years": Behind("method.horizon_years", "years"),
    "economics.discount_rate": Behind("method.discount_rate", "rate/year"),
    "economics.cashable_share": Behind("treatment.cashable_share", "share"),
}
"""Scenario keys that say the same thing as a parameter.

A key that is left out takes the parameter's value; a key that is given replaces the parameter, so
that the run, which reads parameters, and the list of parameters agree with the scenario.
"""


def editor_schema(titles: Mapping[str, str]) -> dict[str, Any]:
    """JSON Schema of a scenario *file*, for editors: every key optional except the id.

    Parameters
    ----------
    titles
        Title of each parameter id, offered under ``parameters`` both quoted and dotted.
    """
    schema = Scenario.model_json_schema()
    for part in (schema, *schema["$defs"].values()):
        part.pop("required", None)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "ips-econ scenario"
    schema["required"] = ["id"]
    schema["anyOf"] = [{"required": ["region"]}, {"required": ["extends"]}]
    overrides: dict[str, Any] = {}
    for identifier, title in titles.items():
        group, name = identifier.split(".", 1)
        override = {"title": title, "type": ["number", "object"]}
        overrides[identifier] = override
        within = overrides.setdefault(group, {"type": "object", "properties": {}})
        within["properties"][name] = override
        within["additionalProperties"] = False
    schema["properties"]["parameters"] |= {
        "properties": overrides,
        "additionalProperties": False,
    }
    return schema
