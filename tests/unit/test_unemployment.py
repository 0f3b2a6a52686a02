"""Labour-market subsidy and general support, adjusted for pay."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import unemployment
from ips_econ.tax_benefit.law import Law, load_law

ALONE = unemployment.Means(0.0, 0.0, 0.0, False, 0)


def law_on(year: int, month: int, day: int = 1) -> Law:
    return load_law(load_library(), date(year, month, day))


def test_a_month_of_the_full_benefit() -> None:
    before, after = law_on(2026, 4, 30).unemployment, law_on(2026, 5, 1).unemployment
    assert unemployment.labour_market_subsidy(before, 0.0, ALONE) == pytest.approx(800.015)
    assert unemployment.general_support(after, 0.0, ALONE) == pytest.approx(800.015)


def test_one_of_the_two_is_in_force_on_any_date() -> None:
    before, after = law_on(2026, 4, 30).unemployment, law_on(2026, 5, 1).unemployment
    assert unemployment.general_support(before, 0.0, ALONE) == 0.0
    assert unemployment.labour_market_subsidy(after, 0.0, ALONE) == 0.0


def test_half_of_pay_is_taken_until_nothing_is_left() -> None:
    law = law_on(2026, 6).unemployment
    assert unemployment.general_support(law, 600.0, ALONE) == pytest.approx(500.015)
    assert unemployment.general_support(law, 1_600.03, ALONE) == pytest.approx(0.0, abs=1e-9)
    assert unemployment.general_support(law, 3_000.0, ALONE) == 0.0


def test_the_disregard_of_300_euros_ended_on_1_april_2024() -> None:
    march, april = law_on(2024, 3, 31).unemployment, law_on(2024, 4, 1).unemployment
    assert unemployment.labour_market_subsidy(march, 300.0, ALONE) == pytest.approx(800.015)
    assert unemployment.labour_market_subsidy(march, 500.0, ALONE) == pytest.approx(700.015)
    assert unemployment.labour_market_subsidy(april, 500.0, ALONE) == pytest.approx(550.015)


def test_one_of_the_flat_rate_benefits_for_those_who_meet_the_work_condition_ended() -> None:
    before, after = law_on(2026, 4, 30).unemployment, law_on(2026, 5, 1).unemployment
    assert unemployment.basic_unemployment_allowance(before, 600.0, 0.0, 0) == pytest.approx(
        500.015
    )
    assert unemployment.basic_unemployment_allowance(after, 600.0, 0.0, 0) == 0.0


def test_children_raised_a_benefit_until_april_2024() -> None:
    march, april = law_on(2024, 3).unemployment, law_on(2024, 4).unemployment
    full = {
        n: unemployment.basic_unemployment_allowance(march, 0.0, 0.0, n) / 21.5 for n in range(5)
    }
    increases = {0: 0.0, 1: 5.84, 2: 8.57, 3: 11.05, 4: 11.05}
    assert full == pytest.approx({n: 37.21 + increase for n, increase in increases.items()})
    assert unemployment.basic_unemployment_allowance(april, 0.0, 0.0, 2) == pytest.approx(800.015)


def test_the_means_test_takes_three_quarters_then_half_of_other_income() -> None:
    april, may = law_on(2026, 4).unemployment, law_on(2026, 5).unemployment
    means = unemployment.Means(0.0, 411.0, 0.0, False, 0)
    assert unemployment.labour_market_subsidy(april, 0.0, means) == pytest.approx(800.015 - 75.0)
    assert unemployment.general_support(may, 0.0, means) == pytest.approx(800.015 - 50.0)
    family = unemployment.Means(0.0, 1_404.0, 0.0, True, 2)
    assert unemployment.labour_market_subsidy(april, 0.0, family) == pytest.approx(800.015 - 50.0)
    assert unemployment.general_support(may, 0.0, family) == pytest.approx(800.015 - 1_093 / 2)


def test_parents_income_lowers_a_young_persons_benefit_down_to_a_smallest_share() -> None:
    smallest = {}
    for year in (2024, 2026):
        law = law_on(year, 4).unemployment
        some = unemployment.Means(0.0, 0.0, 1_981.0, False, 0)
        rich = unemployment.Means(0.0, 0.0, 9_000.0, False, 0)
        assert unemployment.labour_market_subsidy(law, 0.0, some) == pytest.approx(700.015)
        smallest[year] = unemployment.labour_market_subsidy(law, 0.0, rich)
    assert smallest == pytest.approx({2024: 0.5 * 800.015, 2026: 0.35 * 800.015})


def allowance_day(year: int, month: int, wage: float, days: float = 0.0) -> float:
    law = law_on(year, month).unemployment
    return unemployment.earnings_related_allowance_day(law, wage, days, 0)


def test_the_earnings_part_is_45_then_20_per_cent_of_the_daily_wage_above_the_basic_part() -> None:
    daily = 2_500.0 * (1 - 0.03834) / 21.5
    assert allowance_day(2026, 6, 2_500.0) == pytest.approx(37.21 + 0.45 * (daily - 37.21))
    bend, high = 95 * 37.21 / 21.5, 5_000.0 * (1 - 0.03834) / 21.5
    expected = 37.21 + 0.45 * (bend - 37.21) + 0.20 * (high - bend)
    assert allowance_day(2026, 6, 5_000.0) == pytest.approx(expected)
    assert allowance_day(2026, 6, 500.0) == 37.21, "never below the basic part"


def test_the_allowance_steps_down_after_40_and_170_days_from_september_2024() -> None:
    full = allowance_day(2026, 6, 2_500.0)
    steps = [allowance_day(2026, 6, 2_500.0, days) / full for days in (39, 40, 169, 170, 399)]
    assert steps == pytest.approx([1.0, 0.8, 0.8, 0.75, 0.75])
    assert allowance_day(2024, 8, 2_500.0, 200) == allowance_day(2024, 8, 2_500.0)


def test_an_adjusted_allowance_and_pay_stay_below_earlier_pay_and_the_basic_part_is_kept() -> None:
    law = law_on(2026, 6).unemployment

    def adjusted(wage: float, earlier: float = 2_000.0) -> float:
        return unemployment.earnings_related_allowance(law, earlier, 0.0, 0, 0.0, wage)

    full = 21.5 * allowance_day(2026, 6, 2_000.0)
    assert adjusted(0.0) == pytest.approx(full)
    assert adjusted(600.0) == pytest.approx(full - 300.0)
    assert adjusted(1_700.0) == pytest.approx(2_000 * (1 - 0.03834) - 1_700.0)
    assert adjusted(700.0, earlier=900.0) == pytest.approx(21.5 * 37.21 - 350.0), "basic part"


def test_a_partial_disability_pension_is_taken_whole_from_an_unemployment_benefit() -> None:
    """TTL 4 luku 7 §: from the full benefit, before it is adjusted for pay."""
    april, may = law_on(2026, 4).unemployment, law_on(2026, 5).unemployment
    means = unemployment.Means(300.0, 0.0, 0.0, False, 0)
    assert unemployment.labour_market_subsidy(april, 0.0, means) == pytest.approx(500.015)
    assert unemployment.general_support(may, 200.0, means) == pytest.approx(400.015)
    assert unemployment.basic_unemployment_allowance(april, 200.0, 300.0, 0) == pytest.approx(
        400.015
    )
    full = 21.5 * allowance_day(2026, 6, 2_500.0)
    paid = unemployment.earnings_related_allowance(may, 2_500.0, 0.0, 0, 300.0, 200.0)
    assert paid == pytest.approx(full - 300.0 - 100.0)
    rich = unemployment.Means(900.0, 0.0, 0.0, False, 0)
    assert unemployment.labour_market_subsidy(april, 0.0, rich) == 0.0


def test_the_basic_part_is_what_state_and_municipality_pay_of_the_allowance() -> None:
    """555/1998, 4 §: whole on a full day, after a step too; as of a full day when adjusted."""
    law = law_on(2026, 6).unemployment

    def share(days: float, adjusted: bool) -> float:
        return unemployment.basic_part_share(law, 2_500.0, days, adjusted)

    assert share(0.0, False) == pytest.approx(37.21 / allowance_day(2026, 6, 2_500.0))
    assert share(50.0, False) == pytest.approx(37.21 / allowance_day(2026, 6, 2_500.0, 50.0))
    assert share(50.0, True) == share(0.0, False)
    assert unemployment.basic_part_share(law, 0.0, 0.0, False) == 1.0


def test_seven_days_of_the_first_month_are_not_paid() -> None:
    law = law_on(2026, 6).unemployment
    assert unemployment.share_after_waiting(law) == pytest.approx(14.5 / 21.5)


@pytest.mark.parametrize("on", [date(2024, 6, 1), date(2026, 6, 1)])
def test_during_a_service_means_are_not_tested_but_a_pension_is_taken(on: date) -> None:
    rules = load_law(load_library(), on).unemployment
    means = unemployment.Means(200.0, 5_000.0, 9_000.0, False, 0)
    assert unemployment.means_tested(rules, 800.0, means._replace(in_service=True)) == 600.0
    assert unemployment.means_tested(rules, 800.0, means) == 0.0


@pytest.mark.parametrize(
    ("on", "days", "step"),
    [
        (date(2024, 8, 1), 200.0, 1.0),
        (date(2024, 12, 2), 40.0, 0.8),
        (date(2024, 12, 2), 70.0, 1.0),
        (date(2025, 9, 1), 200.0, 0.75),
        (date(2025, 9, 1), 270.0, 1.0),
    ],
)
def test_steps_fall_on_those_who_met_the_work_condition_since_september_2024(
    on: date, days: float, step: float
) -> None:
    """13 weeks lie between 2 September and 2 December 2024: 65 days of benefit at most."""
    rules = load_law(load_library(), on).unemployment
    assert unemployment.earnings_related_step(rules, days) == step
