"""One person's month: circumstances in, every tax, contribution and benefit out, in legal order.

:func:`monthly_budget` is the one place where the order of application stands. It is a step: the
simulation tabulates it, and a single budget (:func:`budget`) calls it as plain Python.

Simplifications, all deliberate: annual tax on twelve equal months of the current state, divided
by twelve; one adult living alone; sickness and rehabilitation allowances at the minimum rate.
"""

from __future__ import annotations

import math
from datetime import date
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ips_econ.compilation import step
from ips_econ.errors import InputError, Problem, Problems
from ips_econ.tax_benefit import contributions as contribution
from ips_econ.tax_benefit.housing_and_assistance import (
    basic_amount,
    general_housing_allowance,
    pensioners_housing_allowance,
    social_assistance,
)
from ips_econ.tax_benefit.law import Law
from ips_econ.tax_benefit.pensions import DisabilityPension, care_allowance, disability_pension
from ips_econ.tax_benefit.sickness import rehabilitation_allowance, sickness_allowance
from ips_econ.tax_benefit.taxation import AnnualIncome, annual_tax
from ips_econ.tax_benefit.unemployment import general_support, labour_market_subsidy

MONTHS_PER_YEAR = 12.0


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


@step
def paid(amount: float) -> float:
    """An amount the participant pays, as a negative item; nothing stays a plain zero."""
    return 0.0 - amount


@step
def pensions_paid(law: Law, circumstances: Circumstances) -> DisabilityPension:
    """Pensions paid in the month, EUR/month; nothing, and nothing suspended, without a pension."""
    if not on_disability_pension(circumstances.status):
        return DisabilityPension(0.0, 0.0, 0.0, False)
    return disability_pension(
        law.pensions,
        circumstances.earnings_related_pension_eur_month,
        circumstances.personal_earnings_limit_eur_month,
        circumstances.lives_alone,
        circumstances.gross_wage_eur_month,
        circumstances.spell_reaches_three_months,
        circumstances.status == BenefitStatus.suspended_disability_pension,
    )


@step
def housing_allowances(
    law: Law,
    circumstances: Circumstances,
    pensioner: bool,
    pension_suspended: bool,
    other_gross_income: float,
) -> tuple[float, float]:
    """General and pensioners' housing allowance, EUR/month; one of the two at most is paid."""
    if not circumstances.claims_housing_allowance:
        return 0.0, 0.0
    wage = circumstances.gross_wage_eur_month
    goes_on = circumstances.pensioners_housing_allowance_in_suspension
    if pensioner and (goes_on or not pension_suspended):
        pensioners = pensioners_housing_allowance(
            law.pensioners_housing,
            circumstances.rent_eur_month,
            circumstances.municipality_group,
            wage + other_gross_income,
            circumstances.assets_eur,
        )
        return 0.0, pensioners
    general = general_housing_allowance(
        law.housing,
        circumstances.rent_eur_month,
        circumstances.municipality_group,
        wage,
        other_gross_income,
        circumstances.assets_eur,
    )
    return general, 0.0


@step
def monthly_budget(law: Law, circumstances: Circumstances, out: NDArray[np.float64]) -> None:
    """Fill ``out[Item]`` with one person's month, EUR/month; the order of application of the law.

    1. pay; 2. pensions, suspended above their limits; 3. benefits adjusted for pay;
    4. contributions and tax on the gross amounts; 5. housing allowance on gross income;
    6. basic social assistance on what is left net; 7. what the employer pays on top.
    Circumstances outside the rules give NaN in every item, never a wrong number.

    Parameters
    ----------
    out
        Shape ``(item,)``, overwritten.
    """
    if not modelled(circumstances):
        out[:] = math.nan
        return
    out[:] = 0.0
    wage = circumstances.gross_wage_eur_month
    status = circumstances.status
    out[Item.gross_wage] = wage

    pension = pensions_paid(law, circumstances)
    out[Item.national_pension] = pension.national
    out[Item.guarantee_pension] = pension.guarantee
    out[Item.earnings_related_pension] = pension.earnings_related
    pensions = pension.national + pension.guarantee + pension.earnings_related

    benefit = 0.0
    if status == BenefitStatus.labour_market_subsidy:
        benefit = labour_market_subsidy(law.unemployment, wage)
        out[Item.labour_market_subsidy] = benefit
    elif status == BenefitStatus.general_support:
        benefit = general_support(law.unemployment, wage)
        out[Item.general_support] = benefit
    elif status == BenefitStatus.sickness_allowance:
        benefit = sickness_allowance(law.sickness, 0.0, wage)
        out[Item.sickness_allowance] = benefit
    elif status == BenefitStatus.rehabilitation_allowance:
        benefit = rehabilitation_allowance(law.sickness, 0.0, wage)
        out[Item.rehabilitation_allowance] = benefit
    pensioner = on_disability_pension(status)
    if pensioner:
        out[Item.care_allowance] = care_allowance(
            law.pensions, circumstances.care_allowance, pension.all_suspended
        )

    rates = law.contributions
    age = circumstances.age
    daily_allowance = contribution.daily_allowance_contribution(rates, MONTHS_PER_YEAR * wage)
    daily_allowance /= MONTHS_PER_YEAR
    employee_pension = contribution.employee_pension_contribution(rates, wage, age)
    employee_unemployment = contribution.employee_unemployment_contribution(rates, wage, age)
    wage_contributions = daily_allowance + employee_pension + employee_unemployment
    income = AnnualIncome(
        MONTHS_PER_YEAR * wage,
        MONTHS_PER_YEAR * pensions,
        MONTHS_PER_YEAR * benefit,
        MONTHS_PER_YEAR * wage_contributions,
    )
    tax = annual_tax(
        law.taxation,
        rates,
        income,
        circumstances.municipal_tax_share,
        circumstances.church_tax_share,
    )
    out[Item.state_income_tax] = paid(tax.state / MONTHS_PER_YEAR)
    out[Item.municipal_tax] = paid(tax.municipal / MONTHS_PER_YEAR)
    out[Item.church_tax] = paid(tax.church / MONTHS_PER_YEAR)
    out[Item.yle_tax] = paid(tax.yle / MONTHS_PER_YEAR)
    out[Item.medical_care_contribution] = paid(tax.medical_care / MONTHS_PER_YEAR)
    out[Item.daily_allowance_contribution] = paid(daily_allowance)
    out[Item.employee_pension_contribution] = paid(employee_pension)
    out[Item.employee_unemployment_contribution] = paid(employee_unemployment)
    all_tax = tax.state + tax.municipal + tax.church + tax.yle + tax.medical_care
    all_tax /= MONTHS_PER_YEAR

    general, pensioners = housing_allowances(
        law, circumstances, pensioner, pension.all_suspended, pensions + benefit
    )
    out[Item.general_housing_allowance] = general
    out[Item.pensioners_housing_allowance] = pensioners

    if circumstances.claims_social_assistance or status == BenefitStatus.social_assistance:
        gross = wage + pensions + benefit
        tax_on_wage = all_tax * wage / gross if gross > 0.0 else 0.0
        net_wage = wage - wage_contributions - tax_on_wage
        other_net = pensions + benefit - (all_tax - tax_on_wage) + general + pensioners
        out[Item.social_assistance] = social_assistance(
            law.social_assistance,
            basic_amount(law.social_assistance, False, 0, 0),
            min(circumstances.rent_eur_month, circumstances.social_assistance_rent_limit_eur_month),
            net_wage,
            other_net,
            circumstances.assets_eur,
        )

    out[Item.employer_pension_contribution] = contribution.employer_pension_contribution(
        rates, wage, age
    )
    out[Item.employer_health_contribution] = contribution.employer_health_contribution(rates, wage)
    out[Item.employer_unemployment_contribution] = contribution.employer_unemployment_contribution(
        rates, wage, age
    )
    out[Item.employer_accident_insurance] = contribution.employer_accident_insurance(rates, wage)
    out[Item.employer_group_life] = contribution.employer_group_life(rates, wage)


@step
def net_income(items: NDArray[np.float64]) -> float:
    """Disposable income, EUR/month: pay and benefits less taxes and contributions."""
    total = 0.0
    for item in range(FIRST_EMPLOYER_ITEM):
        total += items[item]
    return total


@step
def employer_cost(items: NDArray[np.float64]) -> float:
    """What the employer pays in all, EUR/month: gross wage and contributions on top."""
    total = items[0]
    for item in range(FIRST_EMPLOYER_ITEM, len(items)):
        total += items[item]
    return total


def participation_tax_rate(net_at_work: float, net_without: float, wage_eur_month: float) -> float:
    """Share of gross pay that taking the job does not add to disposable income.

    Above one the person loses money by working.

    >>> round(participation_tax_rate(1481.30, 1488.00, 1126.67), 3)
    1.006
    """
    return 1.0 - (net_at_work - net_without) / wage_eur_month


def status_named(name: str) -> BenefitStatus:
    """The benefit status with this id.

    Raises
    ------
    InputError
        If there is none; names the nearest.
    """
    from ips_econ.errors import nearest_name

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
    ("age", 18.0, 65.0, "years; from 18 to below 65"),
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


def budget(law: Law, circumstances: Circumstances) -> NDArray[np.float64]:
    """One person's month by :class:`Item`, EUR/month, shape ``(item,)``, after a check.

    Raises
    ------
    InputError
        If the circumstances are not covered by the rules.
    """
    check_circumstances(law, circumstances)
    out = np.empty(len(Item))
    monthly_budget(law, circumstances, out)
    return out
