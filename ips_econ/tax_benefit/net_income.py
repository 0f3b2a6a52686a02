"""One person's month: circumstances in, every tax, contribution and benefit out, in legal order.

:func:`monthly_budget` is the one place where the order of application stands. It is a step: the
simulation tabulates it, and a single budget (:func:`budget`) calls it as plain Python.

Simplifications, all deliberate: annual tax on twelve equal months of the current state, divided
by twelve; a partner has pay and no other income, is of the same age and pays the same municipal
tax; household benefits stand with the participant.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ips_econ.compilation import step
from ips_econ.tax_benefit import contributions as contribution
from ips_econ.tax_benefit.circumstances import (
    PENSION_STATUSES,
    BenefitStatus,
    Circumstances,
    adults,
    check_circumstances,
    on_full_pension,
    on_partial_pension,
    under_10,
    under_16,
    under_17,
    under_18,
)
from ips_econ.tax_benefit.families import child_benefit, day_care_fee, maintenance_support
from ips_econ.tax_benefit.housing import (
    Dwelling,
    general_housing_allowance,
    pensioners_housing_allowance,
)
from ips_econ.tax_benefit.items import FIRST_EMPLOYER_ITEM, Item
from ips_econ.tax_benefit.law import Law
from ips_econ.tax_benefit.pensions import (
    DisabilityPension,
    care_allowance,
    disability_allowance,
    disability_pension,
    pension_claim,
)
from ips_econ.tax_benefit.sickness import (
    annual_income_that_counts,
    partial_sickness_allowance,
    rehabilitation_allowance,
    sickness_allowance,
    young_persons_rehabilitation_allowance,
)
from ips_econ.tax_benefit.social_assistance import Need, basic_amount, social_assistance
from ips_econ.tax_benefit.student_aid import (
    housing_supplement,
    share_of_aid_kept,
    study_grant,
)
from ips_econ.tax_benefit.taxation import AnnualIncome, annual_tax
from ips_econ.tax_benefit.unemployment import (
    Means,
    basic_unemployment_allowance,
    earnings_related_allowance,
    general_support,
    labour_market_subsidy,
    share_after_waiting,
)
from ips_econ.units import MONTHS_PER_YEAR

STATUSES = len(BenefitStatus)


class Income(NamedTuple):
    """Gross income of the month by how it is taxed, EUR/month."""

    wage: float
    pensions: float
    benefits: float
    study_grant: float
    child_increases: float


@step
def paid(amount: float) -> float:
    """An amount the participant pays, as a negative item; nothing stays a plain zero."""
    return 0.0 - amount


@step
def pay_pensions(
    law: Law, circumstances: Circumstances, out: NDArray[np.float64]
) -> DisabilityPension:
    """Write the pensions of the month and the allowances that go with them."""
    status, amount = circumstances.status, circumstances.earnings_related_pension_eur_month
    partial = on_partial_pension(status, amount)
    if not (on_full_pension(status) or partial):
        out[Item.earnings_related_pension] = amount
        out[Item.disability_allowance] = disability_allowance(
            law.pensions, circumstances.care_allowance, False
        )
        return DisabilityPension(0.0, 0.0, amount, False, False, False)
    claim = pension_claim(
        law.pensions,
        amount,
        circumstances.personal_earnings_limit_eur_month,
        circumstances.earlier_wage_eur_month,
        partial,
        not circumstances.has_partner,
    )
    pension = disability_pension(
        law.pensions,
        claim,
        circumstances.gross_wage_eur_month,
        circumstances.months_in_work,
        status == BenefitStatus.suspended_disability_pension,
    )
    out[Item.national_pension] = pension.national
    out[Item.guarantee_pension] = pension.guarantee
    out[Item.earnings_related_pension] = pension.earnings_related
    if pension.national + pension.guarantee + pension.earnings_related > 0.0:
        increase = law.pensions.national_pension_child_increase
        out[Item.pension_child_increase] = under_16(circumstances.children) * increase
    if pension.ended:
        return pension
    if partial or pension.made_partial:
        out[Item.disability_allowance] = disability_allowance(
            law.pensions, circumstances.care_allowance, False
        )
    elif pension.all_suspended:
        out[Item.disability_allowance] = disability_allowance(
            law.pensions, circumstances.care_allowance, True
        )
    else:
        out[Item.care_allowance] = care_allowance(law.pensions, circumstances.care_allowance)
    return pension


@step
def means_of(circumstances: Circumstances, pension: float) -> Means:
    """What the means test of unemployment benefits looks at; ``pension`` as it is paid."""
    of_family = under_18(circumstances.children)
    return Means(
        pension,
        circumstances.other_taxable_benefit_eur_month,
        circumstances.parents_income_eur_month,
        circumstances.has_partner or of_family > 0,
        of_family,
        circumstances.service_days_month > 0.0,
    )


@step
def pay_benefit(law: Law, circumstances: Circumstances, out: NDArray[np.float64]) -> float:
    """Write the taxable benefits of the month that are no pension or grant, and return them."""
    wage, status = circumstances.gross_wage_eur_month, circumstances.status
    rules = law.unemployment
    earlier, days = circumstances.earlier_wage_eur_month, circumstances.unemployment_days_paid
    of_family, pension = under_18(circumstances.children), out[Item.earnings_related_pension]
    income = annual_income_that_counts(law.sickness, earlier)
    paid_share = 1.0
    if circumstances.first_month_of_unemployment:
        paid_share = share_after_waiting(rules)
    benefit = 0.0
    if status == BenefitStatus.labour_market_subsidy:
        benefit = labour_market_subsidy(rules, wage, means_of(circumstances, pension))
        benefit *= paid_share
        out[Item.labour_market_subsidy] = benefit
    elif status == BenefitStatus.basic_unemployment_allowance:
        benefit = basic_unemployment_allowance(rules, wage, pension, of_family)
        benefit *= paid_share
        out[Item.basic_unemployment_allowance] = benefit
    elif status == BenefitStatus.general_support:
        benefit = general_support(rules, wage, means_of(circumstances, pension))
        benefit *= paid_share
        out[Item.general_support] = benefit
    elif status == BenefitStatus.earnings_related_unemployment:
        benefit = earnings_related_allowance(rules, earlier, days, of_family, pension, wage)
        benefit *= paid_share
        out[Item.earnings_related_unemployment_allowance] = benefit
    elif status == BenefitStatus.sickness_allowance:
        benefit = sickness_allowance(law.sickness, income, wage)
        out[Item.sickness_allowance] = benefit
    elif status == BenefitStatus.partial_sickness_allowance:
        benefit = partial_sickness_allowance(law.sickness, earlier, wage)
        out[Item.sickness_allowance] = benefit
    elif status == BenefitStatus.rehabilitation_allowance:
        benefit = rehabilitation_allowance(law.sickness, income, wage)
        out[Item.rehabilitation_allowance] = benefit
    elif status == BenefitStatus.young_persons_rehabilitation_allowance:
        benefit = young_persons_rehabilitation_allowance(law.sickness, income, wage)
        out[Item.rehabilitation_allowance] = benefit
    other = circumstances.other_taxable_benefit_eur_month
    out[Item.other_taxable_benefit] = other
    return benefit + other


@step
def pay_study_grant(
    law: Law, circumstances: Circumstances, aid_kept: float, out: NDArray[np.float64]
) -> float:
    """Write the study grant of a student, and return it, EUR/month; ``aid_kept`` of it is left."""
    if circumstances.status != BenefitStatus.student:
        return 0.0
    grant = aid_kept * study_grant(law.student_aid, under_18(circumstances.children) > 0)
    out[Item.study_grant] = grant
    return grant


@step
def pay_family_benefits(law: Law, circumstances: Circumstances, out: NDArray[np.float64]) -> float:
    """Write what is tax-free whatever the income, and return what counts as net income."""
    out[Item.maintenance_allowance] = (
        circumstances.service_days_month * law.maintenance_allowance_eur_day
    )
    single_parent = not circumstances.has_partner
    out[Item.child_benefit] = child_benefit(
        law.families,
        under_17(circumstances.children),
        circumstances.children.under_3,
        single_parent,
    )
    if circumstances.receives_maintenance_support:
        out[Item.maintenance_support] = maintenance_support(
            law.families, under_18(circumstances.children)
        )
    return (
        out[Item.child_benefit] + out[Item.maintenance_support] + out[Item.pension_child_increase]
    )


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
    income: Income,
    contributions: float,
    out: NDArray[np.float64],
) -> float:
    """Write a twelfth of the tax on twelve equal months, and return its sum, EUR/month."""
    of_year = AnnualIncome(
        MONTHS_PER_YEAR * income.wage,
        MONTHS_PER_YEAR * income.pensions,
        MONTHS_PER_YEAR * income.benefits,
        MONTHS_PER_YEAR * contributions,
        MONTHS_PER_YEAR * income.study_grant,
        income.child_increases,
    )
    tax = annual_tax(
        law.taxation,
        law.contributions,
        of_year,
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
def credit_increases(circumstances: Circumstances) -> float:
    """Child increases of the work-income credit: one a child, two for a single parent."""
    of_each_child = 1.0 if circumstances.has_partner else 2.0
    return of_each_child * under_17(circumstances.children)


@step
def net_pay_of_partner(law: Law, circumstances: Circumstances) -> float:
    """Net pay of a partner who has no other income, EUR/month."""
    wage, age, rates = circumstances.partner_wage_eur_month, circumstances.age, law.contributions
    if wage <= 0.0:
        return 0.0
    due = contribution.daily_allowance_contribution(rates, MONTHS_PER_YEAR * wage)
    due += MONTHS_PER_YEAR * contribution.employee_pension_contribution(rates, wage, age)
    due += MONTHS_PER_YEAR * contribution.employee_unemployment_contribution(rates, wage, age)
    tax = annual_tax(
        law.taxation,
        rates,
        AnnualIncome(MONTHS_PER_YEAR * wage, 0.0, 0.0, due, 0.0, credit_increases(circumstances)),
        circumstances.municipal_tax_share,
        circumstances.church_tax_share,
    )
    yearly = tax.state + tax.municipal + tax.church + tax.yle + tax.medical_care
    return wage - (due + yearly) / MONTHS_PER_YEAR


@step
def pay_housing_allowance(
    law: Law,
    circumstances: Circumstances,
    pension: DisabilityPension,
    other_income: float,
    aid_kept: float,
    out: NDArray[np.float64],
) -> float:
    """Write the one housing benefit that is due, and return it, EUR/month.

    The pensioners' allowance with a full pension and no children; the student supplement for a
    student without children from August 2025; otherwise the general housing allowance.
    """
    if not circumstances.claims_housing_allowance:
        return 0.0
    of_family, status = under_18(circumstances.children), circumstances.status
    wage, partner_wage = circumstances.gross_wage_eur_month, circumstances.partner_wage_eur_month
    goes_on = circumstances.pensioners_housing_allowance_in_suspension
    pensioner = on_full_pension(status) and (goes_on or not pension.all_suspended)
    pensioner = pensioner and of_family == 0 and not (pension.ended or pension.made_partial)
    group = circumstances.municipality_group
    if pensioner:
        group = circumstances.pensioners_municipality_group
    dwelling = Dwelling(
        circumstances.rent_eur_month,
        group,
        adults(circumstances.has_partner),
        of_family,
        circumstances.assets_eur,
    )
    if pensioner:
        gross = wage + partner_wage + other_income
        allowance = pensioners_housing_allowance(law.pensioners_housing, dwelling, gross)
        out[Item.pensioners_housing_allowance] = allowance
        return allowance
    supplement = law.student_aid.student_housing_supplement_share > 0.0
    if status == BenefitStatus.student and of_family == 0 and supplement:
        own_rent = circumstances.rent_eur_month / dwelling.adults
        allowance = aid_kept * housing_supplement(law.student_aid, own_rent, group)
        out[Item.student_housing_supplement] = allowance
        return allowance
    if status == BenefitStatus.student and of_family > 0:
        other_income -= aid_kept * law.student_aid.study_grant_provider_supplement
    allowance = general_housing_allowance(law.housing, dwelling, wage, partner_wage, other_income)
    out[Item.general_housing_allowance] = allowance
    return allowance


@step
def charge_day_care(
    law: Law, circumstances: Circumstances, other_income: float, out: NDArray[np.float64]
) -> float:
    """Write the fee of early childhood education, and return it, EUR/month.

    Maintenance support counts as income, a study grant does not (1503/2016, 11 §).
    """
    gross = circumstances.gross_wage_eur_month + circumstances.partner_wage_eur_month
    size = under_18(circumstances.children) + adults(circumstances.has_partner)
    fee = day_care_fee(
        law.families,
        size,
        circumstances.children.in_day_care,
        gross + other_income - out[Item.study_grant] + out[Item.maintenance_support],
    )
    out[Item.day_care_fee] = paid(fee)
    return fee


@step
def pay_social_assistance(
    law: Law,
    circumstances: Circumstances,
    income: Income,
    contributions: float,
    tax: float,
    tax_free_income: float,
    fees: float,
    out: NDArray[np.float64],
) -> None:
    """Write basic social assistance; tax falls on pay and on benefits in proportion.

    A student is taken to draw the student loan, which counts as income.
    """
    claimed = circumstances.claims_social_assistance
    if not (claimed or circumstances.status == BenefitStatus.social_assistance):
        return
    wage = circumstances.gross_wage_eur_month
    taxed_benefits = income.pensions + income.benefits + income.study_grant
    gross = wage + taxed_benefits
    tax_on_wage = tax * wage / gross if gross > 0.0 else 0.0
    young = under_10(circumstances.children)
    older = under_18(circumstances.children) - young
    if circumstances.status == BenefitStatus.student:
        tax_free_income += law.student_aid.student_loan_month
    limit = circumstances.social_assistance_rent_limit_eur_month
    need = Need(
        basic_amount(law.social_assistance, adults(circumstances.has_partner), older, young),
        min(circumstances.rent_eur_month, limit),
        fees,
    )
    out[Item.social_assistance] = social_assistance(
        law.social_assistance,
        need,
        wage - contributions - tax_on_wage,
        net_pay_of_partner(law, circumstances),
        taxed_benefits - (tax - tax_on_wage) + tax_free_income,
        circumstances.assets_eur,
    )


@step
def charge_employer(law: Law, circumstances: Circumstances, out: NDArray[np.float64]) -> None:
    """Write what the employer pays on top of the wage, EUR/month."""
    rates = law.contributions
    wage, age = circumstances.gross_wage_eur_month, circumstances.age
    employer = circumstances.employer
    out[Item.employer_pension_contribution] = contribution.employer_pension_contribution(
        rates, wage, age, employer
    )
    out[Item.employer_health_contribution] = contribution.employer_health_contribution(rates, wage)
    out[Item.employer_unemployment_contribution] = contribution.employer_unemployment_contribution(
        rates, wage, age, employer
    )
    out[Item.employer_accident_insurance] = contribution.employer_accident_insurance(rates, wage)
    out[Item.employer_group_life] = contribution.employer_group_life(rates, wage)


@step
def monthly_budget(law: Law, circumstances: Circumstances, out: NDArray[np.float64]) -> None:
    """Fill ``out[Item]`` with one person's month, EUR/month; the order of application of the law.

    Pay; pensions, suspended above their limits; benefits adjusted for pay and means; benefits of
    families; contributions and tax on gross amounts; the housing benefit on gross income; the
    day-care fee; basic social assistance on what is left net; what the employer pays on top.
    The circumstances are those that :func:`check_circumstances` lets pass; a status that does
    not exist gives NaN in every item, never a wrong number.

    Parameters
    ----------
    out
        Shape ``(item,)``, overwritten.
    """
    if not 0 <= circumstances.status < STATUSES:
        out[:] = math.nan
        return
    out[:] = 0.0
    out[Item.gross_wage] = circumstances.gross_wage_eur_month
    pension = pay_pensions(law, circumstances, out)
    pensions = pension.national + pension.guarantee + pension.earnings_related
    benefits = pay_benefit(law, circumstances, out)
    before_grant = circumstances.gross_wage_eur_month + pensions + benefits
    aid_kept = share_of_aid_kept(law.student_aid, before_grant)
    grant = pay_study_grant(law, circumstances, aid_kept, out)
    tax_free = pay_family_benefits(law, circumstances, out)
    income = Income(
        circumstances.gross_wage_eur_month,
        pensions,
        benefits,
        grant,
        credit_increases(circumstances),
    )
    contributions = levy_contributions(law, circumstances, out)
    tax = levy_taxes(law, circumstances, income, contributions, out)
    taxed_benefits = pensions + benefits + grant
    housing = pay_housing_allowance(law, circumstances, pension, taxed_benefits, aid_kept, out)
    fees = charge_day_care(law, circumstances, taxed_benefits, out)
    pay_social_assistance(
        law, circumstances, income, contributions, tax, tax_free + housing, fees, out
    )
    charge_employer(law, circumstances, out)


@step
def net_income(items: NDArray[np.float64]) -> float:
    """Disposable income, EUR/month: pay and benefits less taxes, contributions and fees."""
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


def pension_has_ended(law: Law, circumstances: Circumstances) -> bool:
    """Whether pay above the limit has lasted so long that the right to the pension is gone."""
    status = circumstances.status
    return (
        status in PENSION_STATUSES and pay_pensions(law, circumstances, np.zeros(len(Item))).ended
    )


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
