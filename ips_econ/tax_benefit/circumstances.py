"""A person's circumstances in one month, the items of a budget, and what the rules do not cover."""

from __future__ import annotations

import math
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.errors import InputError, Problem, Problems, nearest_name
from ips_econ.tax_benefit.law import Law


class BenefitStatus(IntEnum):
    """The primary benefit a person lives on. Values are stable; names are ids."""

    none = 0
    labour_market_subsidy = 1
    general_support = 2
    earnings_related_unemployment = 3
    sickness_allowance = 4
    rehabilitation_allowance = 5
    national_disability_pension = 6
    earnings_related_disability_pension = 7
    partial_disability_pension = 8
    rehabilitation_subsidy = 9
    suspended_disability_pension = 10
    social_assistance = 11
    student = 12


class Item(IntEnum):
    """The lines of a monthly budget. Values are stable; names are ids.

    Up to ``social_assistance`` from the participant's view: received positive, paid negative.
    From ``employer_pension_contribution`` on positive amounts that the employer pays on top of
    the wage. ``care_allowance`` holds the disability allowance that replaces it in suspension.
    """

    gross_wage = 0
    state_income_tax = 1
    municipal_tax = 2
    church_tax = 3
    yle_tax = 4
    medical_care_contribution = 5
    daily_allowance_contribution = 6
    employee_pension_contribution = 7
    employee_unemployment_contribution = 8
    national_pension = 9
    guarantee_pension = 10
    earnings_related_pension = 11
    sickness_allowance = 12
    rehabilitation_allowance = 13
    labour_market_subsidy = 14
    general_support = 15
    earnings_related_unemployment_allowance = 16
    general_housing_allowance = 17
    pensioners_housing_allowance = 18
    care_allowance = 19
    social_assistance = 20
    employer_pension_contribution = 21
    employer_health_contribution = 22
    employer_unemployment_contribution = 23
    employer_accident_insurance = 24
    employer_group_life = 25


FIRST_EMPLOYER_ITEM = Item.employer_pension_contribution.value
FIRST_BENEFIT_ITEM = Item.national_pension.value
TAX_ITEMS = tuple(item for item in Item if 0 < item < FIRST_BENEFIT_ITEM)
BENEFIT_ITEMS = tuple(item for item in Item if FIRST_BENEFIT_ITEM <= item < FIRST_EMPLOYER_ITEM)
EMPLOYER_ITEMS = tuple(item for item in Item if item >= FIRST_EMPLOYER_ITEM)

PENSION_STATUSES = (
    BenefitStatus.national_disability_pension,
    BenefitStatus.earnings_related_disability_pension,
    BenefitStatus.rehabilitation_subsidy,
    BenefitStatus.suspended_disability_pension,
)
NOT_MODELLED = (
    BenefitStatus.earnings_related_unemployment,
    BenefitStatus.partial_disability_pension,
    BenefitStatus.student,
)


class Circumstances(NamedTuple):
    """One person in one month. Euros are nominal euros of the law's date, EUR/month.

    Parameters
    ----------
    status
        A :class:`BenefitStatus`.
    age
        Years; decides contributions (18–64).
    municipal_tax_share, church_tax_share
        Shares of taxable income: 0.0757, not 7.57.
    municipality_group
        Group of the housing allowances: 1 (capital region), 2 or 3.
    earnings_related_pension_eur_month
        Full earnings-related disability pension; 0 if there is none.
    personal_earnings_limit_eur_month
        Limit of the earnings-related pension (40 % of earlier earnings); the fixed limit of the
        national pension is its floor.
    care_allowance
        Tier of the care allowance for pensioners: 0 none, 1 basic, 2 middle, 3 highest.
    spell_reaches_three_months
        Pay over a limit lasts three months or more, so that the pension is suspended.
    pensioners_housing_allowance_in_suspension
        Whether that allowance goes on while the whole pension is suspended; otherwise the
        general housing allowance takes its place.
    lives_alone
        Only one-adult households are modelled.
    assets_eur
        Available assets, EUR.
    social_assistance_rent_limit_eur_month
        Largest rent that basic social assistance accepts in the municipality.
    """

    status: int
    gross_wage_eur_month: float
    age: float
    rent_eur_month: float
    municipal_tax_share: float
    church_tax_share: float = 0.0
    municipality_group: int = 2
    earnings_related_pension_eur_month: float = 0.0
    personal_earnings_limit_eur_month: float = 0.0
    claims_housing_allowance: bool = True
    claims_social_assistance: bool = False
    care_allowance: int = 0
    spell_reaches_three_months: bool = True
    pensioners_housing_allowance_in_suspension: bool = True
    lives_alone: bool = True
    assets_eur: float = 0.0
    social_assistance_rent_limit_eur_month: float = math.inf


@step
def on_disability_pension(status: int) -> bool:
    """Whether the status is a full disability pension or rehabilitation subsidy, paid or not."""
    return (
        status == BenefitStatus.national_disability_pension
        or status == BenefitStatus.earnings_related_disability_pension
        or status == BenefitStatus.rehabilitation_subsidy
        or status == BenefitStatus.suspended_disability_pension
    )


@step
def modelled(circumstances: Circumstances) -> bool:
    """Whether the rules cover these circumstances at all."""
    status = circumstances.status
    return (
        circumstances.lives_alone
        and 0 <= status <= BenefitStatus.social_assistance
        and status != BenefitStatus.earnings_related_unemployment
        and status != BenefitStatus.partial_disability_pension
    )


def status_named(name: str) -> BenefitStatus:
    """The benefit status with this id.

    Raises
    ------
    InputError
        If there is none; names the nearest.
    """
    names = [status.name for status in BenefitStatus]
    if name not in names:
        raise InputError(
            "there is no benefit status of this name",
            key="benefit",
            found=name,
            allowed=", ".join(names),
            nearest=nearest_name(name, names),
        )
    return BenefitStatus[name]


def _status_problem(law: Law, status: int) -> Problem | None:
    """Why a benefit status cannot be computed under this law, or ``None``."""
    if status not in set(BenefitStatus):
        allowed = ", ".join(f"{known.value} {known.name}" for known in BenefitStatus)
        return Problem("is not a benefit status", key="status", found=status, allowed=allowed)
    name = BenefitStatus(status).name
    if status in NOT_MODELLED:
        return Problem(f"the rules of {name} are not modelled", key="status", found=name)
    day = date.fromordinal(int(law.in_force_on))
    no_subsidy = law.unemployment.labour_market_subsidy_eur_day == 0.0
    if status == BenefitStatus.labour_market_subsidy and no_subsidy:
        message = f"the labour-market subsidy has ended before {day}"
        return Problem(message, key="status", found=name, nearest="general_support")
    no_support = law.unemployment.general_support_eur_day == 0.0
    if status == BenefitStatus.general_support and no_support:
        message = f"the general support has not begun by {day}"
        return Problem(message, key="status", found=name, nearest="labour_market_subsidy")
    return None


_RANGES = (
    ("gross_wage_eur_month", 0.0, 100_000.0, "EUR/month"),
    ("age", 18.0, 65.0, "years"),
    ("rent_eur_month", 0.0, 10_000.0, "EUR/month"),
    ("municipal_tax_share", 0.0, 0.2, "a share: 0.0757, not 7.57"),
    ("church_tax_share", 0.0, 0.05, "a share: 0.0138, not 1.38"),
    ("earnings_related_pension_eur_month", 0.0, 20_000.0, "EUR/month"),
    ("personal_earnings_limit_eur_month", 0.0, 20_000.0, "EUR/month"),
    ("assets_eur", 0.0, 1e9, "EUR"),
    ("social_assistance_rent_limit_eur_month", 0.0, math.inf, "EUR/month"),
)


def check_circumstances(law: Law, circumstances: Circumstances) -> None:
    """Refuse circumstances that the rules do not cover, all problems at once.

    Raises
    ------
    InputError
        Naming each key, what was found and what is allowed.
    """
    problems = Problems()
    status = int(circumstances.status)
    unusable = _status_problem(law, status)
    if unusable is not None:
        problems.found.append(unusable)
    for key, low, high, what in _RANGES:
        value = getattr(circumstances, key)
        if not low <= value <= high:
            allowed = f"{low:g} to {high:g} ({what})"
            problems.add("is out of range", key=key, found=value, allowed=allowed)
    if circumstances.municipality_group not in (1, 2, 3):
        problems.add(
            "is not a municipality group of the housing allowances",
            key="municipality_group",
            found=circumstances.municipality_group,
            allowed="1 (capital region), 2 or 3",
        )
    if circumstances.care_allowance not in (0, 1, 2, 3):
        problems.add(
            "is not a tier of the care allowance",
            key="care_allowance",
            found=circumstances.care_allowance,
            allowed="0 (none), 1 (basic), 2 (middle) or 3 (highest)",
        )
    if not circumstances.lives_alone:
        problems.add("only one adult living alone is modelled", key="lives_alone", found=False)
    pension = circumstances.earnings_related_pension_eur_month
    if status == BenefitStatus.earnings_related_disability_pension and pension == 0.0:
        problems.add(
            "an earnings-related disability pension needs its amount",
            key="earnings_related_pension_eur_month",
            found=pension,
            allowed="more than 0 EUR/month",
        )
    if status not in PENSION_STATUSES:
        for key in ("earnings_related_pension_eur_month", "care_allowance"):
            if getattr(circumstances, key) != 0:
                problems.add(
                    "goes with a disability pension or rehabilitation subsidy only",
                    key=key,
                    found=getattr(circumstances, key),
                    allowed="0",
                )
    problems.raise_if_any()
