"""Income tax by hand, step by step."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import taxation as tax
from ips_econ.tax_benefit.law import Law, load_law


@pytest.fixture(scope="module")
def law() -> Law:
    return load_law(load_library(), date(2026, 6, 1))


@pytest.fixture(scope="module")
def law_2024() -> Law:
    return load_law(load_library(), date(2024, 6, 1))


def test_work_expenses_are_deducted_from_pay_only_and_never_more_than_the_pay(law: Law) -> None:
    assert tax.net_earned_income(law.taxation, tax.AnnualIncome(500.0, 0.0, 0.0, 0.0)) == 0.0
    income = tax.AnnualIncome(10_000.0, 3_000.0, 2_000.0, 0.0)
    assert tax.net_earned_income(law.taxation, income) == pytest.approx(9_250 + 5_000)


@pytest.mark.parametrize(
    ("taxable", "expected"),
    [
        (-5.0, 0.0),
        (0.0, 0.0),
        (10_000.0, 1_264.0),
        (22_000.0, 2_780.80),
        (32_600.0, 4_794.80),
        (40_100.0, 7_063.55),
        (52_100.0, 11_053.55),
        (62_100.0, 14_803.55),
    ],
)
def test_the_state_scale_of_2026(law: Law, taxable: float, expected: float) -> None:
    assert tax.state_scale_tax(law.taxation, taxable) == pytest.approx(expected, abs=1e-9)


def test_the_earned_income_deduction_rises_is_capped_and_tapers_off_in_2024(law_2024: Law) -> None:
    def deduction(wage: float, net_income: float) -> float:
        return tax.earned_income_deduction(law_2024.taxation, wage, net_income)

    assert deduction(2_400.0, 1_650.0) == 0.0
    assert deduction(5_000.0, 4_250.0) == pytest.approx(0.51 * 2_500)
    assert deduction(8_000.0, 7_250.0) == pytest.approx(0.51 * 4_730 + 0.28 * 770)
    assert deduction(12_000.0, 11_250.0) == 3_570.0
    assert deduction(24_750.0, 24_000.0) == pytest.approx(3_570 - 0.045 * 10_000)
    assert deduction(100_750.0, 100_000.0) == 0.0


def test_the_earned_income_deduction_is_gone_from_2025(law: Law) -> None:
    assert tax.earned_income_deduction(law.taxation, 12_000.0, 11_250.0) == 0.0


def test_the_pension_deduction_is_full_then_falls_at_two_rates_and_never_exceeds_the_pension(
    law: Law,
) -> None:
    def deduction(pension: float, net_income: float) -> float:
        return tax.pension_income_deduction(law.taxation, pension, net_income)

    assert deduction(5_000.0, 5_000.0) == 5_000.0
    assert deduction(11_080.0, 11_080.0) == 11_080.0
    assert deduction(15_080.0, 15_080.0) == pytest.approx(11_080 - 0.51 * 4_000)
    assert deduction(24_000.0, 24_000.0) == pytest.approx(11_080 - 0.51 * 11_420 - 0.196 * 1_500)
    assert deduction(60_000.0, 60_000.0) == 0.0


def test_the_basic_deduction_clears_small_incomes_and_tapers_off(law: Law) -> None:
    assert tax.basic_deduction(law.taxation, 3_000.0) == 3_000.0
    assert tax.basic_deduction(law.taxation, 4_265.0) == 4_265.0
    assert tax.basic_deduction(law.taxation, 10_265.0) == pytest.approx(4_265 - 0.18 * 6_000)
    assert tax.basic_deduction(law.taxation, 40_000.0) == 0.0


def test_the_work_income_credit_tapers_on_its_own_slices(law: Law) -> None:
    def credit(wage: float) -> float:
        return tax.work_income_credit(law.taxation, wage, wage - 750.0, 0.0)

    assert credit(10_000.0) == pytest.approx(1_800.0)
    assert credit(30_000.0) == 3_430.0
    assert credit(40_750.0) == pytest.approx(3_430 - 0.02 * 5_000)
    assert credit(90_750.0) == pytest.approx(3_430 - 0.02 * 15_550)


def test_the_second_taper_of_the_credit_replaces_the_first_above_its_limit_in_2024(
    law_2024: Law,
) -> None:
    credit = tax.work_income_credit(law_2024.taxation, 82_650.0, 81_900.0, 0.0)
    assert credit == pytest.approx(2_140 - 0.0203 * (71_900 - 23_420) - 0.0121 * 10_000)


def test_the_broadcasting_tax_starts_above_its_limit_and_is_capped(law: Law) -> None:
    assert tax.yle_tax(law.taxation, 15_150.0) == 0.0
    assert tax.yle_tax(law.taxation, 16_150.0) == pytest.approx(25.0)
    assert tax.yle_tax(law.taxation, 50_000.0) == 160.0


def test_only_the_pension_after_its_deduction_above_the_limit_bears_the_surtax(law: Law) -> None:
    assert tax.pension_surtax(law.taxation, 60_000.0, 0.0) == 0.0
    assert tax.pension_surtax(law.taxation, 71_000.0, 1_000.0) == pytest.approx(585.0)


def test_the_credit_meets_state_tax_first_and_the_rest_in_proportion(law: Law) -> None:
    """Wage 16,000, no contributions, 7.57 % municipal and 1 % church tax, by hand."""
    income = tax.AnnualIncome(16_000.0, 0.0, 0.0, 0.0)
    taxes = tax.annual_tax(law.taxation, law.contributions, income, 0.0757, 0.01)
    taxable = 15_250 - (4_265 - 0.18 * (15_250 - 4_265))
    others = (0.0757 + 0.01 + 0.011) * taxable
    share_left = 1 - (0.18 * 16_000 - 0.1264 * taxable) / others
    assert 0 < share_left < 1
    assert taxes.state == pytest.approx(0.0, abs=1e-9)
    assert taxes.municipal == pytest.approx(0.0757 * taxable * share_left)
    assert taxes.church == pytest.approx(0.01 * taxable * share_left)
    assert taxes.medical_care == pytest.approx(0.011 * taxable * share_left)
    assert taxes.yle == pytest.approx(0.025 * 100)


def test_a_benefit_is_taxed_harder_than_the_same_wage_or_pension(law: Law) -> None:
    def total(income: tax.AnnualIncome) -> float:
        return sum(tax.annual_tax(law.taxation, law.contributions, income, 0.0757, 0.0))

    benefit = total(tax.AnnualIncome(0.0, 0.0, 11_000.0, 0.0))
    assert benefit > total(tax.AnnualIncome(11_000.0, 0.0, 0.0, 0.0)) == 0.0
    assert benefit > total(tax.AnnualIncome(0.0, 11_000.0, 0.0, 0.0)) == 0.0


def test_without_income_there_is_no_tax(law: Law) -> None:
    nothing = tax.AnnualIncome(0.0, 0.0, 0.0, 0.0)
    taxes = tax.annual_tax(law.taxation, law.contributions, nothing, 0.0757, 0.01)
    assert taxes == (0.0, 0.0, 0.0, 0.0, 0.0)


def test_children_raise_the_largest_work_income_credit_from_2025(law: Law, law_2024: Law) -> None:
    def largest(rules: Law, increases: float) -> float:
        return tax.work_income_credit(rules.taxation, 22_000.0, 21_250.0, increases)

    assert largest(law, 2.0) - largest(law, 0.0) == pytest.approx(210.0)
    assert largest(law_2024, 2.0) == largest(law_2024, 0.0)


def test_the_study_grant_deduction_falls_by_half_of_income_above_it(law: Law) -> None:
    def deduction(grant: float, income: float) -> float:
        return tax.study_grant_deduction(law.taxation, grant, income)

    assert deduction(2_514.0, 2_514.0) == 2_514.0
    assert deduction(2_600.0, 2_600.0) == 2_600.0
    assert deduction(2_600.0, 4_600.0) == 1_600.0
    assert deduction(2_600.0, 7_800.0) == 0.0
    assert deduction(0.0, 1_000.0) == 0.0
