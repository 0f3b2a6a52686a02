"""Basic social assistance by hand."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit.law import Law, load_law
from ips_econ.tax_benefit.social_assistance import (
    Need,
    SocialAssistanceLaw,
    basic_amount,
    social_assistance,
)


@pytest.fixture(scope="module")
def law() -> Law:
    return load_law(load_library(), date(2026, 6, 1))


def assistance(
    law: SocialAssistanceLaw,
    basic: float,
    rent: float,
    net_wage: float,
    other: float,
    assets: float,
) -> float:
    return social_assistance(law, Need(basic, rent, 0.0), net_wage, 0.0, other, assets)


def test_social_assistance_fills_the_gap_between_need_and_means(law: Law) -> None:
    rules = law.social_assistance
    assert assistance(rules, 578.43, 550.0, 0.0, 700.0, 0.0) == pytest.approx(428.43)
    assert assistance(rules, 578.43, 550.0, 100.0, 700.0, 0.0) == pytest.approx(328.43)
    assert assistance(rules, 578.43, 550.0, 0.0, 1_200.0, 0.0) == 0.0
    assert assistance(rules, 578.43, 550.0, 0.0, 700.0, 5_000.0) == 0.0


def test_the_disregard_of_150_euros_of_net_pay_ended_on_1_march_2026() -> None:
    february = load_law(load_library(), date(2026, 2, 28)).social_assistance
    left = [assistance(february, 596.32, 0.0, pay, 0.0, 0.0) for pay in (0.0, 100.0, 150.0, 250.0)]
    assert left == pytest.approx([596.32, 596.32, 596.32, 496.32])


def test_the_basic_amount_counts_parents_and_children(law: Law) -> None:
    rules = law.social_assistance
    assert basic_amount(rules, 1, 0, 0) == 578.43
    ratio = 1.15 + 0.722 + 2 * 0.65 - 0.05 - 0.10
    assert basic_amount(rules, 1, 1, 2) == pytest.approx(ratio * 578.43)


def test_a_couple_gets_two_smaller_amounts_and_two_disregards(law: Law) -> None:
    assert basic_amount(law.social_assistance, 2, 0, 0) == pytest.approx(2 * 0.86 * 578.43)
    february = load_law(load_library(), date(2026, 2, 28)).social_assistance
    need = Need(1_000.0, 500.0, 0.0)
    one_works = social_assistance(february, need, 400.0, 0.0, 0.0, 0.0)
    both_work = social_assistance(february, need, 200.0, 200.0, 0.0, 0.0)
    assert (one_works, both_work) == pytest.approx((1_250.0, 1_400.0))


def test_a_day_care_fee_is_a_cost_that_is_accepted(law: Law) -> None:
    need = Need(800.0, 500.0, 60.0)
    assert social_assistance(law.social_assistance, need, 0.0, 0.0, 1_000.0, 0.0) == 360.0
