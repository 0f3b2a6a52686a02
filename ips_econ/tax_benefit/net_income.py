"""One person's month: circumstances in, every tax, contribution and benefit out, in legal order.

:func:`monthly_budget` is the one place where the order of application stands. It is a step: the
simulation tabulates it, and a single budget (:func:`budget`) calls it as plain Python.

Simplifications, all deliberate: annual tax on twelve equal months of the current state, divided
by twelve; one adult living alone; sickness and rehabilitation allowances at the minimum rate.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ips_econ.compilation import step
from ips_econ.tax_benefit import contributions as contribution
from ips_econ.tax_benefit.circumstances import (
    BENEFIT_ITEMS,
    EMPLOYER_ITEMS,
    FIRST_EMPLOYER_ITEM,
    NOT_MODELLED,
    PENSION_STATUSES,
    TAX_ITEMS,
    BenefitStatus,
    Circumstances,
    Item,
    check_circumstances,
    modelled,
    on_disability_pension,
    status_named,
)
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
from ips_econ.units import MONTHS_PER_YEAR

__all__ = [
    "BENEFIT_ITEMS",
    "EMPLOYER_ITEMS",
    "NOT_MODELLED",
    "PENSION_STATUSES",
    "TAX_ITEMS",
    "BenefitStatus",
    "Circumstances",
    "Item",
    "budget",
    "check_circumstances",
    "employer_cost",
    "monthly_budget",
    "net_income",
    "participation_tax_rate",
    "status_named",
]


@step
def paid(amount: float) -> float:
    """An amount the participant pays, as a negative item; nothing stays a plain zero."""
    return 0.0 - amount


@step
def pay_pensions(
    law: Law, circumstances: Circumstances, out: NDArray[np.float64]
) -> DisabilityPension:
    """Write the pensions and the care allowance of the month; nothing without a pension."""
    if not on_disability_pension(circumstances.status):
        return DisabilityPension(0.0, 0.0, 0.0, False)
    pension = disability_pension(
        law.pensions,
        circumstances.earnings_related_pension_eur_month,
        circumstances.personal_earnings_limit_eur_month,
        circumstances.lives_alone,
        circumstances.gross_wage_eur_month,
        circumstances.spell_reaches_three_months,
        circumstances.status == BenefitStatus.suspended_disability_pension,
    )
    out[Item.national_pension] = pension.national
    out[Item.guarantee_pension] = pension.guarantee
    out[Item.earnings_related_pension] = pension.earnings_related
    out[Item.care_allowance] = care_allowance(
        law.pensions, circumstances.care_allowance, pension.all_suspended
    )
    return pension


@step
def pay_benefit(law: Law, circumstances: Circumstances, out: NDArray[np.float64]) -> float:
    """Write the taxable benefit of the month that is no pension, and return it, EUR/month."""
    wage, status = circumstances.gross_wage_eur_month, circumstances.status
    if status == BenefitStatus.labour_market_subsidy:
        out[Item.labour_market_subsidy] = labour_market_subsidy(law.unemployment, wage)
        return out[Item.labour_market_subsidy]
    if status == BenefitStatus.general_support:
        out[Item.general_support] = general_support(law.unemployment, wage)
        return out[Item.general_support]
    if status == BenefitStatus.sickness_allowance:
        out[Item.sickness_allowance] = sickness_allowance(law.sickness, 0.0, wage)
        return out[Item.sickness_allowance]
    if status == BenefitStatus.rehabilitation_allowance:
        out[Item.rehabilitation_allowance] = rehabilitation_allowance(law.sickness, 0.0, wage)
        return out[Item.rehabilitation_allowance]
    return 0.0


@step
def levy_contributions(law: Law, circumstances: Circumstances, out: NDArray[np.float64]) -> float:
    """Write the employee's contributions on pay, and return their sum, EUR/month."""
    rates = law.contributions
    wage, age = circumstances.gross_wage_eur_month, circumstances.age
    yearly = contribution.daily_allowance_contribution(rates, MONTHS_PER_YEAR * wage)
    daily_allowance = yearly / MONTHS_PER_YEAR
    pension = contribution.employee_pension_contribution(rates, wage, age)
    unemployment = contribution.employee_unemployment_contribution(rates, wage, age)
    out[Item.daily_allowance_contribution] = paid(daily_allowance)
    out[Item.employee_pension_contribution] = paid(pension)
    out[Item.employee_unemployment_contribution] = paid(unemployment)
    return daily_allowance + pension + unemployment


@step
def levy_taxes(
    law: Law,
    circumstances: Circumstances,
    pensions: float,
    benefit: float,
    contributions: float,
    out: NDArray[np.float64],
) -> float:
    """Write a twelfth of the tax on twelve equal months, and return its sum, EUR/month."""
    income = AnnualIncome(
        MONTHS_PER_YEAR * circumstances.gross_wage_eur_month,
        MONTHS_PER_YEAR * pensions,
        MONTHS_PER_YEAR * benefit,
        MONTHS_PER_YEAR * contributions,
    )
    tax = annual_tax(
        law.taxation,
        law.contributions,
        income,
        circumstances.municipal_tax_share,
        circumstances.church_tax_share,
    )
    out[Item.state_income_tax] = paid(tax.state / MONTHS_PER_YEAR)
    out[Item.municipal_tax] = paid(tax.municipal / MONTHS_PER_YEAR)
    out[Item.church_tax] = paid(tax.church / MONTHS_PER_YEAR)
    out[Item.yle_tax] = paid(tax.yle / MONTHS_PER_YEAR)
    out[Item.medical_care_contribution] = paid(tax.medical_care / MONTHS_PER_YEAR)
    yearly = tax.state + tax.municipal + tax.church + tax.yle + tax.medical_care
    return yearly / MONTHS_PER_YEAR


@step
def pay_housing_allowance(
    law: Law,
    circumstances: Circumstances,
    pension_suspended: bool,
    other_gross_income: float,
    out: NDArray[np.float64],
) -> float:
    """Write the general or the pensioners' housing allowance, and return it, EUR/month."""
    if not circumstances.claims_housing_allowance:
        return 0.0
    rent, group = circumstances.rent_eur_month, circumstances.municipality_group
    wage, assets = circumstances.gross_wage_eur_month, circumstances.assets_eur
    goes_on = circumstances.pensioners_housing_allowance_in_suspension
    if on_disability_pension(circumstances.status) and (goes_on or not pension_suspended):
        allowance = pensioners_housing_allowance(
            law.pensioners_housing, rent, group, wage + other_gross_income, assets
        )
        out[Item.pensioners_housing_allowance] = allowance
        return allowance
    allowance = general_housing_allowance(
        law.housing, rent, group, wage, other_gross_income, assets
    )
    out[Item.general_housing_allowance] = allowance
    return allowance


@step
def pay_social_assistance(
    law: Law,
    circumstances: Circumstances,
    taxed_benefits: float,
    contributions: float,
    tax: float,
    housing_allowance: float,
    out: NDArray[np.float64],
) -> None:
    """Write basic social assistance; tax falls on pay and on benefits in proportion."""
    claimed = circumstances.claims_social_assistance
    if not (claimed or circumstances.status == BenefitStatus.social_assistance):
        return
    wage = circumstances.gross_wage_eur_month
    gross = wage + taxed_benefits
    tax_on_wage = tax * wage / gross if gross > 0.0 else 0.0
    out[Item.social_assistance] = social_assistance(
        law.social_assistance,
        basic_amount(law.social_assistance, False, 0, 0),
        min(circumstances.rent_eur_month, circumstances.social_assistance_rent_limit_eur_month),
        wage - contributions - tax_on_wage,
        taxed_benefits - (tax - tax_on_wage) + housing_allowance,
        circumstances.assets_eur,
    )


@step
def charge_employer(law: Law, circumstances: Circumstances, out: NDArray[np.float64]) -> None:
    """Write what the employer pays on top of the wage, EUR/month."""
    rates = law.contributions
    wage, age = circumstances.gross_wage_eur_month, circumstances.age
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
def monthly_budget(law: Law, circumstances: Circumstances, out: NDArray[np.float64]) -> None:
    """Fill ``out[Item]`` with one person's month, EUR/month; the order of application of the law.

    Pay; pensions, suspended above their limits; benefits adjusted for pay; contributions and tax
    on gross amounts; housing allowance on gross income; basic social assistance on what is left
    net; what the employer pays on top. Circumstances outside the rules give NaN in every item,
    never a wrong number.

    Parameters
    ----------
    out
        Shape ``(item,)``, overwritten.
    """
    if not modelled(circumstances):
        out[:] = math.nan
        return
    out[:] = 0.0
    out[Item.gross_wage] = circumstances.gross_wage_eur_month
    pension = pay_pensions(law, circumstances, out)
    pensions = pension.national + pension.guarantee + pension.earnings_related
    benefit = pay_benefit(law, circumstances, out)
    contributions = levy_contributions(law, circumstances, out)
    tax = levy_taxes(law, circumstances, pensions, benefit, contributions, out)
    taxed_benefits = pensions + benefit
    housing_allowance = pay_housing_allowance(
        law, circumstances, pension.all_suspended, taxed_benefits, out
    )
    pay_social_assistance(
        law, circumstances, taxed_benefits, contributions, tax, housing_allowance, out
    )
    charge_employer(law, circumstances, out)


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
