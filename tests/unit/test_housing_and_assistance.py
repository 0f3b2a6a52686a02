"""Housing allowances and basic social assistance by hand."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import housing_and_assistance as housing
from ips_econ.tax_benefit.law import Law, load_law
from ips_econ.tax_benefit.rounding import to_cents, to_euros


@pytest.fixture(scope="module")
def law() -> Law:
    return load_law(load_library(), date(2026, 6, 1))


@pytest.fixture(scope="module")
def law_february_2024() -> Law:
    return load_law(load_library(), date(2024, 2, 1))


def test_rounding_is_half_up() -> None:
    assert (to_euros(1_363.5), to_euros(1_363.49)) == (1_364.0, 1_363.0)
    assert (to_cents(1.005001), to_cents(1.0049)) == (1.01, 1.0)


def test_rent_above_the_cap_of_the_group_does_not_count(law: Law) -> None:
    def allowance(group: int) -> float:
        return housing.general_housing_allowance(law.housing, 900.0, group, 0.0, 0.0, 0.0)

    allowances = [allowance(group) for group in (1, 2, 3)]
    assert allowances == pytest.approx([0.7 * 563, 0.7 * 447, 0.7 * 394])


def test_the_own_share_is_half_of_income_above_the_free_amount(law: Law) -> None:
    def allowance(wage: float, benefit: float) -> float:
        return housing.general_housing_allowance(law.housing, 550.0, 2, wage, benefit, 0.0)

    assert allowance(0.0, 761.0) == pytest.approx(312.90)
    assert allowance(0.0, 780.0) == pytest.approx(312.90), "an own share below 10 is not taken"
    assert allowance(0.0, 781.0) == pytest.approx(0.7 * (447 - 10))
    assert allowance(600.4, 400.0) == allowance(600.0, 400.0), "income is rounded to the euro"
    assert allowance(1_000.0, 0.0) == pytest.approx(0.7 * (447 - 119.5))


def test_an_allowance_below_15_euros_is_not_paid(law: Law) -> None:
    last_paid = 761 + 2 * (447 - 15 / 0.7)
    wages = (int(last_paid), int(last_paid) + 1)
    allowances = [
        housing.general_housing_allowance(law.housing, 550.0, 2, wage, 0.0, 0.0) for wage in wages
    ]
    assert allowances[0] >= 15.0
    assert allowances[1] == 0.0


def test_pay_up_to_300_euros_did_not_count_before_april_2024(law_february_2024: Law) -> None:
    def allowance(wage: float) -> float:
        return housing.general_housing_allowance(
            law_february_2024.housing, 550.0, 2, wage, 700.0, 0.0
        )

    assert allowance(300.0) == allowance(0.0) == pytest.approx(0.8 * 447)
    assert allowance(500.0) == pytest.approx(316.61), "0.8 x (447 - 0.42 x 122)"


def test_assets_count_as_income_and_end_the_allowance_at_the_ceiling(law: Law) -> None:
    def allowance(assets: float) -> float:
        return housing.general_housing_allowance(law.housing, 550.0, 2, 0.0, 1_000.0, assets)

    assert allowance(10_000.0) == allowance(0.0)
    assert allowance(16_000.0) == pytest.approx(0.7 * (447 - 0.5 * (1_100 - 761)))
    assert allowance(50_000.0) == 0.0


def test_the_pensioners_allowance_has_a_basic_and_an_additional_deductible(law: Law) -> None:
    def allowance(income: float) -> float:
        return housing.pensioners_housing_allowance(law.pensioners_housing, 550.0, 2, income, 0.0)

    basic = 0.85 * (6_600 - 681.39) / 12
    assert allowance(0.0) == pytest.approx(basic)
    assert allowance(10_280 / 12) == pytest.approx(basic)
    assert allowance(990.90) == pytest.approx(basic - 0.85 * 0.435 * (990.90 - 10_280 / 12))
    assert allowance(3_000.0) == 0.0


def test_the_pensioners_allowance_is_capped_by_group_and_not_paid_below_the_smallest(
    law: Law,
) -> None:
    def allowance(rent: float, group: int) -> float:
        return housing.pensioners_housing_allowance(law.pensioners_housing, rent, group, 0.0, 0.0)

    capped = [allowance(2_000.0, group) for group in (1, 2, 3)]
    expected = [0.85 * (cap - 681.39) / 12 for cap in (9_287, 8_541, 7_493)]
    assert capped == pytest.approx(expected)
    smallest_rent = 681.39 / 12 + 7.46 / 0.85
    assert allowance(smallest_rent - 0.01, 1) == 0.0
    assert allowance(smallest_rent + 0.01, 1) > 7.46


def test_fifteen_per_cent_of_assets_above_the_limit_is_income_of_a_pensioner(law: Law) -> None:
    rules = law.pensioners_housing
    with_assets = housing.pensioners_housing_allowance(rules, 550.0, 2, 1_000.0, 23_000.0)
    with_income = housing.pensioners_housing_allowance(rules, 550.0, 2, 1_100.0, 0.0)
    assert with_assets == pytest.approx(with_income)


def test_social_assistance_fills_the_gap_between_need_and_means(law: Law) -> None:
    rules = law.social_assistance
    assert housing.social_assistance(rules, 578.43, 550.0, 0.0, 700.0, 0.0) == pytest.approx(428.43)
    assert housing.social_assistance(rules, 578.43, 550.0, 100.0, 700.0, 0.0) == pytest.approx(
        328.43
    )
    assert housing.social_assistance(rules, 578.43, 550.0, 0.0, 1_200.0, 0.0) == 0.0
    assert housing.social_assistance(rules, 578.43, 550.0, 0.0, 700.0, 5_000.0) == 0.0


def test_the_disregard_of_150_euros_of_net_pay_ended_on_1_march_2026() -> None:
    february = load_law(load_library(), date(2026, 2, 28)).social_assistance
    assistance = [
        housing.social_assistance(february, 596.32, 0.0, pay, 0.0, 0.0)
        for pay in (0.0, 100.0, 150.0, 250.0)
    ]
    assert assistance == pytest.approx([596.32, 596.32, 596.32, 496.32])


def test_the_basic_amount_counts_parents_and_children(law: Law) -> None:
    rules = law.social_assistance
    assert housing.basic_amount(rules, False, 0, 0) == 578.43
    ratio = 1.15 + 0.722 + 2 * 0.65 - 0.05 - 0.10
    assert housing.basic_amount(rules, True, 1, 2) == pytest.approx(ratio * 578.43)
