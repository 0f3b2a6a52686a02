"""Housing allowances by hand."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import housing
from ips_econ.tax_benefit.law import Law, load_law
from ips_econ.tax_benefit.rounding import to_cents, to_euros


def general(
    law: Law,
    rent: float,
    group: int,
    wage: float = 0.0,
    benefit: float = 0.0,
    assets: float = 0.0,
    **household: float,
) -> float:
    home = housing.Dwelling(
        rent, group, int(household.get("adults", 1)), int(household.get("children", 0)), assets
    )
    partner_wage = household.get("partner_wage", 0.0)
    return housing.general_housing_allowance(law.housing, home, wage, partner_wage, benefit)


def for_pensioners(
    law: Law, rent: float, group: int, income: float, assets: float = 0.0, adults: int = 1
) -> float:
    home = housing.Dwelling(rent, group, adults, 0, assets)
    return housing.pensioners_housing_allowance(law.pensioners_housing, home, income)


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
        return general(law, 900.0, group, 0.0, 0.0, 0.0)

    allowances = [allowance(group) for group in (1, 2, 3)]
    assert allowances == pytest.approx([0.7 * 563, 0.7 * 447, 0.7 * 394])


def test_the_own_share_is_half_of_income_above_the_free_amount(law: Law) -> None:
    def allowance(wage: float, benefit: float) -> float:
        return general(law, 550.0, 2, wage, benefit, 0.0)

    assert allowance(0.0, 761.0) == pytest.approx(312.90)
    assert allowance(0.0, 780.0) == pytest.approx(312.90), "an own share below 10 is not taken"
    assert allowance(0.0, 781.0) == pytest.approx(0.7 * (447 - 10))
    assert allowance(600.4, 400.0) == allowance(600.0, 400.0), "income is rounded to the euro"
    assert allowance(1_000.0, 0.0) == pytest.approx(0.7 * (447 - 119.5))


def test_an_allowance_below_15_euros_is_not_paid(law: Law) -> None:
    last_paid = 761 + 2 * (447 - 15 / 0.7)
    wages = (int(last_paid), int(last_paid) + 1)
    allowances = [general(law, 550.0, 2, wage, 0.0, 0.0) for wage in wages]
    assert allowances[0] >= 15.0
    assert allowances[1] == 0.0


def test_pay_up_to_300_euros_did_not_count_before_april_2024(law_february_2024: Law) -> None:
    def allowance(wage: float) -> float:
        return general(law_february_2024, 550.0, 2, wage, 700.0, 0.0)

    assert allowance(300.0) == allowance(0.0) == pytest.approx(0.8 * 447)
    assert allowance(500.0) == pytest.approx(316.61), "0.8 x (447 - 0.42 x 122)"


def test_assets_count_as_income_and_end_the_allowance_at_the_ceiling(law: Law) -> None:
    def allowance(assets: float) -> float:
        return general(law, 550.0, 2, 0.0, 1_000.0, assets)

    assert allowance(10_000.0) == allowance(0.0)
    assert allowance(16_000.0) == pytest.approx(0.7 * (447 - 0.5 * (1_100 - 761)))
    assert allowance(50_000.0) == 0.0


def test_the_pensioners_allowance_has_a_basic_and_an_additional_deductible(law: Law) -> None:
    def allowance(income: float) -> float:
        return for_pensioners(law, 550.0, 2, income, 0.0)

    basic = 0.85 * (6_600 - 681.39) / 12
    assert allowance(0.0) == pytest.approx(basic)
    assert allowance(10_280 / 12) == pytest.approx(basic)
    assert allowance(990.90) == pytest.approx(basic - 0.85 * 0.435 * (990.90 - 10_280 / 12))
    assert allowance(3_000.0) == 0.0


def test_the_pensioners_allowance_is_capped_by_group_and_not_paid_below_the_smallest(
    law: Law,
) -> None:
    def allowance(rent: float, group: int) -> float:
        return for_pensioners(law, rent, group, 0.0, 0.0)

    capped = [allowance(2_000.0, group) for group in (1, 2, 3)]
    expected = [0.85 * (cap - 681.39) / 12 for cap in (9_287, 8_541, 7_493)]
    assert capped == pytest.approx(expected)
    smallest_rent = 681.39 / 12 + 7.46 / 0.85
    assert allowance(smallest_rent - 0.01, 1) == 0.0
    assert allowance(smallest_rent + 0.01, 1) > 7.46


def test_fifteen_per_cent_of_assets_above_the_limit_is_income_of_a_pensioner(law: Law) -> None:
    with_assets = for_pensioners(law, 550.0, 2, 1_000.0, 23_000.0)
    with_income = for_pensioners(law, 550.0, 2, 1_100.0)
    assert with_assets == pytest.approx(with_income)


def test_a_family_has_higher_caps_and_more_free_income(law: Law) -> None:
    caps = {(1, 1): 652, (2, 1): 828, (2, 2): 981, (2, 3): 981 + 134, (2, 5): 981 + 3 * 134}
    for (adults, children), cap in caps.items():
        allowance = general(law, 2_000.0, 2, adults=adults, children=children)
        assert allowance == pytest.approx(0.7 * cap), (adults, children)
    free = 667 + 2 * 94 + 2 * 296
    with_income = general(law, 2_000.0, 2, free + 100.0, adults=2, children=2, partner_wage=100.0)
    assert with_income == pytest.approx(0.7 * (981 - 0.5 * 200))


def test_each_workers_pay_had_its_own_disregard_until_april_2024(law_february_2024: Law) -> None:
    def allowance(wage: float, partner_wage: float) -> float:
        return general(
            law_february_2024, 900.0, 2, wage, 1_000.0, adults=2, partner_wage=partner_wage
        )

    assert allowance(300.0, 300.0) == allowance(0.0, 0.0)
    assert allowance(600.0, 0.0) < allowance(300.0, 300.0)


def test_a_couples_assets_and_income_have_limits_of_their_own(law: Law) -> None:
    assert general(law, 900.0, 2, assets=19_000.0, benefit=1_500.0, adults=2) == general(
        law, 900.0, 2, benefit=1_500.0, adults=2
    )
    alone, couple = (for_pensioners(law, 900.0, 2, 1_200.0, adults=adults) for adults in (1, 2))
    assert couple == pytest.approx(0.85 * (8_541 - 681.39) / 12)
    assert alone == pytest.approx(couple - 0.85 * 0.435 * (1_200 - 10_280 / 12))
