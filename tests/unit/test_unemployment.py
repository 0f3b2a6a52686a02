"""Labour-market subsidy and general support, adjusted for pay."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import unemployment
from ips_econ.tax_benefit.law import Law, load_law


def law_on(year: int, month: int, day: int = 1) -> Law:
    return load_law(load_library(), date(year, month, day))


def test_a_month_of_the_full_benefit() -> None:
    before, after = law_on(2026, 4, 30).unemployment, law_on(2026, 5, 1).unemployment
    assert unemployment.labour_market_subsidy(before, 0.0) == pytest.approx(800.015)
    assert unemployment.general_support(after, 0.0) == pytest.approx(800.015)


def test_one_of_the_two_is_in_force_on_any_date() -> None:
    before, after = law_on(2026, 4, 30).unemployment, law_on(2026, 5, 1).unemployment
    assert unemployment.general_support(before, 0.0) == 0.0
    assert unemployment.labour_market_subsidy(after, 0.0) == 0.0


def test_half_of_pay_is_taken_until_nothing_is_left() -> None:
    law = law_on(2026, 6).unemployment
    assert unemployment.general_support(law, 600.0) == pytest.approx(500.015)
    assert unemployment.general_support(law, 1_600.03) == pytest.approx(0.0, abs=1e-9)
    assert unemployment.general_support(law, 3_000.0) == 0.0


def test_the_disregard_of_300_euros_ended_on_1_april_2024() -> None:
    march, april = law_on(2024, 3, 31).unemployment, law_on(2024, 4, 1).unemployment
    assert unemployment.labour_market_subsidy(march, 300.0) == pytest.approx(800.015)
    assert unemployment.labour_market_subsidy(march, 500.0) == pytest.approx(700.015)
    assert unemployment.labour_market_subsidy(april, 500.0) == pytest.approx(550.015)
