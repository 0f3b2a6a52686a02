"""Income tax on wages, pensions and taxable benefits (ansiotulon verotus), for one year.

Laws: tuloverolaki 1535/1992 (TVL), laki Yleisradioverosta 484/2012, kirkkolaki 652/2023. From
2023 state and municipal tax have the same taxable income. Order of calculation and parameters:
sources ``sisu_2026`` and ``vero_automatic_deductions``.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.tax_benefit.contributions import ContributionLaw, medical_care_contribution


class TaxationLaw(NamedTuple):
    """Scales, deductions and credits in force on one date; EUR are EUR/year, shares are shares.

    ``state_scale_thresholds`` and ``state_scale_rates`` have equal, fixed length; unused brackets
    at the end start at infinity.
    """

    state_scale_thresholds: tuple[float, ...]
    state_scale_rates: tuple[float, ...]
    work_expense_deduction: float
    earned_income_deduction_max: float
    earned_income_deduction_from: float
    earned_income_deduction_bend: float
    earned_income_deduction_rate_1: float
    earned_income_deduction_rate_2: float
    earned_income_deduction_taper_from: float
    earned_income_deduction_taper: float
    work_credit_rate: float
    work_credit_max: float
    work_credit_taper_1_from: float
    work_credit_taper_1: float
    work_credit_taper_2_from: float
    work_credit_taper_2: float
    work_credit_child_increase: float
    study_grant_deduction_max: float
    study_grant_deduction_taper: float
    basic_deduction_max: float
    basic_deduction_taper: float
    pension_deduction_full: float
    pension_deduction_taper_1: float
    pension_deduction_bend: float
    pension_deduction_taper_2: float
    pension_surtax_from: float
    pension_surtax_rate: float
    yle_tax_rate: float
    yle_tax_from: float
    yle_tax_max: float
    average_municipal_tax_share: float


class AnnualIncome(NamedTuple):
    """What is taxed in a year, EUR/year, and the contributions that are deducted from it.

    ``benefit`` is every taxable benefit but the study grant; ``child_increases`` the number of
    increases of the work-income credit: one a child, two for a single parent.
    """

    wage: float
    pension: float
    benefit: float
    deductible_contributions: float
    study_grant: float = 0.0
    child_increases: float = 0.0


class AnnualTax(NamedTuple):
    """Taxes of a year, EUR/year, positive; the medical-care contribution follows the same base."""

    state: float
    municipal: float
    church: float
    medical_care: float
    yle: float


@step
def net_earned_income(law: TaxationLaw, income: AnnualIncome) -> float:
    """Net earned income, EUR/year (puhdas ansiotulo, TVL 30 ja 95 §).

    Pay after the standard deduction for work expenses (tulonhankkimisvähennys, at most the pay),
    plus pensions and taxable benefits.
    """
    pay = max(0.0, income.wage - law.work_expense_deduction)
    return pay + income.pension + income.benefit + income.study_grant


@step
def earned_income_deduction(law: TaxationLaw, wage: float, net_income: float) -> float:
    """Earned-income deduction, EUR/year (ansiotulovähennys, TVL 105 a §; abolished from 2025)."""
    first = min(wage, law.earned_income_deduction_bend) - law.earned_income_deduction_from
    second = wage - law.earned_income_deduction_bend
    deduction = law.earned_income_deduction_rate_1 * max(0.0, first)
    deduction += law.earned_income_deduction_rate_2 * max(0.0, second)
    deduction = min(deduction, law.earned_income_deduction_max)
    excess = max(0.0, net_income - law.earned_income_deduction_taper_from)
    return min(max(0.0, deduction - law.earned_income_deduction_taper * excess), net_income)


@step
def pension_income_deduction(law: TaxationLaw, pension: float, net_income: float) -> float:
    """Pension-income deduction, EUR/year (eläketulovähennys, TVL 100 §); at most the pension."""
    full = law.pension_deduction_full
    below_bend = min(net_income, law.pension_deduction_bend) - full
    above_bend = net_income - law.pension_deduction_bend
    reduction = law.pension_deduction_taper_1 * max(0.0, below_bend)
    reduction += law.pension_deduction_taper_2 * max(0.0, above_bend)
    return min(pension, max(0.0, full - reduction))


@step
def study_grant_deduction(law: TaxationLaw, study_grant: float, net_income: float) -> float:
    """Study-grant deduction, EUR/year (opintorahavähennys, TVL 105 §); at most the grant."""
    excess = max(0.0, net_income - law.study_grant_deduction_max)
    deduction = law.study_grant_deduction_max - law.study_grant_deduction_taper * excess
    return min(study_grant, max(0.0, deduction))


@step
def basic_deduction(law: TaxationLaw, income_before: float) -> float:
    """Basic deduction, EUR/year (perusvähennys, TVL 106 §), on income after other deductions."""
    excess = max(0.0, income_before - law.basic_deduction_max)
    deduction = min(income_before, law.basic_deduction_max) - law.basic_deduction_taper * excess
    return max(0.0, deduction)


@step
def state_scale_tax(law: TaxationLaw, taxable_income: float) -> float:
    """State income tax by the progressive scale, EUR/year (tuloveroasteikkolaki)."""
    tax = 0.0
    rate_below = 0.0
    for bracket in range(len(law.state_scale_thresholds)):
        above = taxable_income - law.state_scale_thresholds[bracket]
        if above > 0.0:
            tax += (law.state_scale_rates[bracket] - rate_below) * above
            rate_below = law.state_scale_rates[bracket]
    return tax


@step
def pension_surtax(law: TaxationLaw, pension: float, pension_deduction: float) -> float:
    """Surtax on large pensions, EUR/year (eläketulon lisävero, TVL 124 §)."""
    base = pension - pension_deduction - law.pension_surtax_from
    return law.pension_surtax_rate * max(0.0, base)


@step
def work_income_credit(
    law: TaxationLaw, wage: float, net_income: float, child_increases: float
) -> float:
    """Work-income credit, EUR/year (työtulovähennys, TVL 125 §), before it meets the taxes.

    A share of pay up to a maximum, which children raise from 2025, tapered on net earned income,
    each rate on its own slice.
    """
    largest = law.work_credit_max + law.work_credit_child_increase * child_increases
    first = min(net_income, law.work_credit_taper_2_from) - law.work_credit_taper_1_from
    second = net_income - law.work_credit_taper_2_from
    reduction = law.work_credit_taper_1 * max(0.0, first)
    reduction += law.work_credit_taper_2 * max(0.0, second)
    return max(0.0, min(law.work_credit_rate * wage, largest) - reduction)


@step
def yle_tax(law: TaxationLaw, net_income: float) -> float:
    """Public broadcasting tax, EUR/year (Yleisradiovero, 484/2012, 2 §)."""
    return min(law.yle_tax_max, law.yle_tax_rate * max(0.0, net_income - law.yle_tax_from))


@step
def annual_tax(
    law: TaxationLaw,
    contributions: ContributionLaw,
    income: AnnualIncome,
    municipal_tax_share: float,
    church_tax_share: float,
) -> AnnualTax:
    """All taxes on earned income of one year, EUR/year.

    The work-income credit meets the state tax first; what is left of it meets municipal tax,
    church tax and the medical-care contribution in proportion (TVL 125 §, 4 mom.). Nothing is
    paid out. The surtax on pensions and the Yle tax stand outside the credit.
    """
    net_income = net_earned_income(law, income)
    pension_deduction = pension_income_deduction(law, income.pension, net_income)
    before_basic = net_income - income.deductible_contributions - pension_deduction
    before_basic -= earned_income_deduction(law, income.wage, net_income)
    before_basic -= study_grant_deduction(law, income.study_grant, net_income)
    before_basic = max(0.0, before_basic)
    taxable = before_basic - basic_deduction(law, before_basic)

    state = state_scale_tax(law, taxable)
    municipal = municipal_tax_share * taxable
    church = church_tax_share * taxable
    medical_care = medical_care_contribution(contributions, taxable, income.wage)

    credit = work_income_credit(law, income.wage, net_income, income.child_increases)
    against_state = min(credit, state)
    others = municipal + church + medical_care
    share_left = 1.0
    if others > 0.0:
        share_left = 1.0 - min(1.0, (credit - against_state) / others)
    return AnnualTax(
        state - against_state + pension_surtax(law, income.pension, pension_deduction),
        municipal * share_left,
        church * share_left,
        medical_care * share_left,
        yle_tax(law, net_income),
    )
