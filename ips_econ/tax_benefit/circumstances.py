"""A person's circumstances in one month, and which of them the rules do not cover."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.errors import InputError, Problem, Problems, nearest_name
from ips_econ.tax_benefit.contributions import Employer
from ips_econ.tax_benefit.law import Law
from ips_econ.tax_benefit.unemployment import longest_days_of_allowance

OLDEST_CHILD = 17
MOST_CHILDREN = 20
LASTING_JOB_MONTHS = 12
"""Length of a job when nothing else is said: it lasts, and is in its first year."""


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
    basic_unemployment_allowance = 13
    partial_sickness_allowance = 14
    young_persons_rehabilitation_allowance = 15


FULL_PENSION_STATUSES = (
    BenefitStatus.national_disability_pension,
    BenefitStatus.earnings_related_disability_pension,
    BenefitStatus.rehabilitation_subsidy,
    BenefitStatus.suspended_disability_pension,
)
PENSION_STATUSES = (*FULL_PENSION_STATUSES, BenefitStatus.partial_disability_pension)
UNEMPLOYMENT_STATUSES = (
    BenefitStatus.labour_market_subsidy,
    BenefitStatus.basic_unemployment_allowance,
    BenefitStatus.general_support,
    BenefitStatus.earnings_related_unemployment,
)


class Children(NamedTuple):
    """Number of children of a household by the ages at which a rule changes.

    ``in_day_care`` of them are in municipal early childhood education for the whole day.
    """

    under_3: int = 0
    from_3_to_9: int = 0
    from_10_to_15: int = 0
    aged_16: int = 0
    aged_17: int = 0
    in_day_care: int = 0


NO_CHILDREN = Children()


def children_of_ages(ages: Iterable[int], in_day_care: int = 0) -> Children:
    """Children of these ages in whole years.

    >>> children_of_ages([2, 8, 17])
    Children(under_3=1, from_3_to_9=1, from_10_to_15=0, aged_16=0, aged_17=1, in_day_care=0)

    Raises
    ------
    InputError
        If an age is not one of a child.
    """
    known = list(ages)
    for age in known:
        if not 0 <= age <= OLDEST_CHILD:
            raise InputError(
                "is no age of a child", key="children", found=age, allowed=f"0 to {OLDEST_CHILD}"
            )
    bounds = (0, 3, 10, 16, 17, OLDEST_CHILD + 1)
    counts = [
        sum(low <= age < high for age in known)
        for low, high in zip(bounds, bounds[1:], strict=False)
    ]
    return Children(*counts)._replace(in_day_care=in_day_care)


class Circumstances(NamedTuple):
    """One person in one month. Euros are nominal euros of the law's date, EUR/month.

    Parameters
    ----------
    status
        A :class:`BenefitStatus`.
    age
        Years; decides contributions (18–64).
    rent_eur_month
        Housing costs of the household.
    municipal_tax_share, church_tax_share
        Shares of taxable income: 0.0757, not 7.57.
    municipality_group, pensioners_municipality_group
        Group of the general and of the pensioners' housing allowance: 1 (capital region), 2 or
        3; the two lists differ since 2025.
    earnings_related_pension_eur_month
        The earnings-related pension that is paid when pay is below its limit: a full or partial
        disability pension with a pension status, a partial one with an unemployment benefit, a
        pension of another kind otherwise; 0 if there is none.
    personal_earnings_limit_eur_month
        Limit of the earnings-related disability pension as its insurer states it, where earlier
        pay is not known; the fixed limit of the national pension is its floor.
    care_allowance
        Tier of the care allowance for pensioners, or of the disability allowance without a
        pension: 0 none, 1 basic, 2 middle, 3 highest.
    months_in_work
        How long the job lasts: pay over a limit for less than three months suspends nothing, and
        a suspension ends with the pension after 24 months.
    pensioners_housing_allowance_in_suspension
        Whether that allowance goes on while the whole pension is suspended; otherwise the
        general housing allowance takes its place.
    assets_eur
        Available assets of the household, EUR.
    social_assistance_rent_limit_eur_month
        Largest rent that basic social assistance accepts in the municipality.
    earlier_wage_eur_month
        Stable pay before unemployment, sickness or disability, gross; decides earnings-related
        allowances and the limits of an earnings-related pension.
    unemployment_days_paid
        Days of unemployment benefit already paid; decides the steps of the earnings-related
        allowance.
    other_taxable_benefit_eur_month
        A taxable benefit that is not among the statuses.
    parents_income_eur_month
        Income of the parents a young unemployed person lives with; 0 if they do not.
    service_days_month
        Days in a service or in rehabilitation that give the maintenance allowance.
    has_partner, partner_wage_eur_month
        A married or cohabiting partner, and the partner's gross pay, their only income.
    children
        Children of the household by age.
    receives_maintenance_support
        Whether maintenance support is paid for the children of a single parent.
    employer
        An :class:`~ips_econ.tax_benefit.contributions.Employer`.
    first_month_of_unemployment
        Whether the waiting time (omavastuuaika) falls in this month.
    """

    status: int
    gross_wage_eur_month: float
    age: float
    rent_eur_month: float
    municipal_tax_share: float
    church_tax_share: float = 0.0
    municipality_group: int = 2
    pensioners_municipality_group: int = 2
    earnings_related_pension_eur_month: float = 0.0
    personal_earnings_limit_eur_month: float = 0.0
    claims_housing_allowance: bool = True
    claims_social_assistance: bool = False
    care_allowance: int = 0
    months_in_work: int = LASTING_JOB_MONTHS
    pensioners_housing_allowance_in_suspension: bool = True
    assets_eur: float = 0.0
    social_assistance_rent_limit_eur_month: float = math.inf
    earlier_wage_eur_month: float = 0.0
    unemployment_days_paid: float = 0.0
    other_taxable_benefit_eur_month: float = 0.0
    parents_income_eur_month: float = 0.0
    service_days_month: float = 0.0
    has_partner: bool = False
    partner_wage_eur_month: float = 0.0
    children: Children = NO_CHILDREN
    receives_maintenance_support: bool = False
    employer: int = Employer.average.value
    first_month_of_unemployment: bool = False


@step
def on_full_pension(status: int) -> bool:
    """Whether the status is a full disability pension or rehabilitation subsidy, paid or not."""
    return (
        status == BenefitStatus.national_disability_pension
        or status == BenefitStatus.earnings_related_disability_pension
        or status == BenefitStatus.rehabilitation_subsidy
        or status == BenefitStatus.suspended_disability_pension
    )


@step
def on_partial_pension(status: int, pension: float) -> bool:
    """Whether the pension of the circumstances is a partial disability pension."""
    unemployed = (
        status == BenefitStatus.labour_market_subsidy
        or status == BenefitStatus.basic_unemployment_allowance
        or status == BenefitStatus.general_support
        or status == BenefitStatus.earnings_related_unemployment
    )
    return status == BenefitStatus.partial_disability_pension or (unemployed and pension > 0.0)


@step
def under_10(children: Children) -> int:
    """Children under ten."""
    return children.under_3 + children.from_3_to_9


@step
def adults(has_partner: bool) -> int:
    """Adults of the household."""
    return 2 if has_partner else 1


@step
def under_16(children: Children) -> int:
    """Children under 16, the age limit of the child increase to pensions."""
    return under_10(children) + children.from_10_to_15


@step
def under_17(children: Children) -> int:
    """Children under 17, the age limit of child benefit and in taxation."""
    return under_16(children) + children.aged_16


@step
def under_18(children: Children) -> int:
    """All children."""
    return under_17(children) + children.aged_17


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


def in_force(law: Law, status: BenefitStatus) -> BenefitStatus:
    """The benefit that stands in the place of this one under the law of another date.

    The general support (yleistuki) takes the place of the labour market subsidy and of the basic
    unemployment allowance.
    """
    problem = _status_problem(law, status)
    return status if problem is None or problem.nearest is None else BenefitStatus[problem.nearest]


def flat_rate_unemployment_benefit(law: Law) -> BenefitStatus:
    """The flat-rate benefit without a work condition: general support or labour-market subsidy."""
    return in_force(law, BenefitStatus.general_support)


def in_words(name: str) -> str:
    """A status as a reader of English writes it.

    >>> in_words("earnings_related_unemployment")
    'earnings-related unemployment'
    """
    return name.replace("_related", "-related").replace("_", " ")


def _status_problem(law: Law, status: int) -> Problem | None:
    """Why a benefit status cannot be computed under this law, or ``None``."""
    if status not in set(BenefitStatus):
        allowed = ", ".join(f"{known.value} {known.name}" for known in BenefitStatus)
        return Problem("is not a benefit status", key="status", found=status, allowed=allowed)
    rules = law.unemployment
    ended = {
        BenefitStatus.labour_market_subsidy: rules.labour_market_subsidy_eur_day,
        BenefitStatus.basic_unemployment_allowance: rules.basic_unemployment_allowance_eur_day,
    }
    day = date.fromordinal(int(law.in_force_on))
    name = BenefitStatus(status).name
    if ended.get(BenefitStatus(status)) == 0.0:
        message = f"the {in_words(name)} has ended before {day}"
        return Problem(message, key="status", found=name, nearest="general_support")
    if status == BenefitStatus.general_support and rules.general_support_eur_day == 0.0:
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
    ("months_in_work", 0, 600, "months"),
    ("earlier_wage_eur_month", 0.0, 100_000.0, "EUR/month"),
    ("unemployment_days_paid", 0.0, 20_000.0, "days"),
    ("other_taxable_benefit_eur_month", 0.0, 20_000.0, "EUR/month"),
    ("parents_income_eur_month", 0.0, 100_000.0, "EUR/month"),
    ("service_days_month", 0.0, 23.0, "days/month"),
    ("partner_wage_eur_month", 0.0, 100_000.0, "EUR/month"),
)


def check_circumstances(law: Law, circumstances: Circumstances) -> None:
    """Refuse circumstances that the rules do not cover, all problems at once.

    Raises
    ------
    InputError
        Naming each key, what was found and what is allowed.
    """
    problems = Problems()
    unusable = _status_problem(law, int(circumstances.status))
    if unusable is not None:
        problems.found.append(unusable)
    for key, low, high, what in _RANGES:
        value = getattr(circumstances, key)
        if not low <= value <= high:
            allowed = f"{low:g} to {high:g} ({what})"
            problems.add("is out of range", key=key, found=value, allowed=allowed)
    _check_choices(problems, circumstances)
    _check_combinations(problems, law, circumstances)
    problems.raise_if_any()


def _check_choices(problems: Problems, circumstances: Circumstances) -> None:
    for key in ("municipality_group", "pensioners_municipality_group"):
        if getattr(circumstances, key) not in (1, 2, 3):
            problems.add(
                "is not a municipality group of the housing allowances",
                key=key,
                found=getattr(circumstances, key),
                allowed="1 (capital region), 2 or 3",
            )
    if circumstances.employer not in set(Employer):
        problems.add(
            "is not a kind of employer",
            key="employer",
            found=circumstances.employer,
            allowed=", ".join(f"{kind.value} {kind.name}" for kind in Employer),
        )
    if circumstances.care_allowance not in (0, 1, 2, 3):
        problems.add(
            "is not a tier of the care allowance",
            key="care_allowance",
            found=circumstances.care_allowance,
            allowed="0 (none), 1 (basic), 2 (middle) or 3 (highest)",
        )


def _check_combinations(problems: Problems, law: Law, circumstances: Circumstances) -> None:
    status = circumstances.status
    pension = circumstances.earnings_related_pension_eur_month
    needs_pension = (
        BenefitStatus.earnings_related_disability_pension,
        BenefitStatus.partial_disability_pension,
    )
    if status in needs_pension and pension == 0.0:
        name = in_words(BenefitStatus(status).name)
        problems.add(
            f"an {name} needs its amount" if name[0] in "aeiou" else f"a {name} needs its amount",
            key="earnings_related_pension_eur_month",
            found=pension,
            allowed="more than 0 EUR/month",
        )
    longest = longest_days_of_allowance(law.unemployment, circumstances.age)
    days = circumstances.unemployment_days_paid
    if status == BenefitStatus.earnings_related_unemployment and days >= longest:
        problems.add(
            "the earnings-related unemployment allowance has ended after so many days",
            key="unemployment_days_paid",
            found=days,
            allowed=f"less than {longest:g}",
        )
    if circumstances.partner_wage_eur_month > 0.0 and not circumstances.has_partner:
        problems.add(
            "goes with a partner",
            key="partner_wage_eur_month",
            found=circumstances.partner_wage_eur_month,
            allowed="0",
        )
    children = circumstances.children
    if min(children[:-1]) < 0 or under_18(children) > MOST_CHILDREN:
        problems.add(
            "is out of range",
            key="children",
            found=under_18(children),
            allowed=f"0 to {MOST_CHILDREN} (children)",
        )
    if children.in_day_care < 0:
        problems.add("is out of range", key="in_day_care", found=children.in_day_care)
    if circumstances.receives_maintenance_support and under_18(children) == 0:
        problems.add("maintenance support is paid for children", key="children", found=0)
    if circumstances.first_month_of_unemployment and status not in UNEMPLOYMENT_STATUSES:
        problems.add(
            "the waiting time belongs to an unemployment benefit",
            key="first_month_of_unemployment",
            found=in_words(BenefitStatus(status).name),
        )
    if children.in_day_care > under_10(children):
        problems.add(
            "more children in day care than children under ten",
            key="in_day_care",
            found=children.in_day_care,
        )
