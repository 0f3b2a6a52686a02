"""Sickness and rehabilitation allowance."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import sickness
from ips_econ.tax_benefit.law import load_law
from ips_econ.tax_benefit.sickness import SicknessLaw


@pytest.fixture(scope="module")
def law() -> SicknessLaw:
    return load_law(load_library(), date(2026, 6, 1)).sickness


def test_the_allowance_is_the_minimum_then_seventy_then_fifteen_per_cent(law: SicknessLaw) -> None:
    assert sickness.sickness_allowance_day(law, 0.0) == 31.99
    assert sickness.sickness_allowance_day(law, 24_000.0) == pytest.approx(56.0)
    top = sickness.sickness_allowance_day(law, 38_899.0)
    assert top == pytest.approx((0.7 * 28_899 + 0.15 * 10_000) / 300)


def test_a_month_of_the_minimum_rate(law: SicknessLaw) -> None:
    assert sickness.sickness_allowance(law, 0.0, 0.0) == pytest.approx(799.75)
    assert sickness.rehabilitation_allowance(law, 0.0, 0.0) == pytest.approx(799.75)


def test_nothing_is_paid_beside_pay_for_work(law: SicknessLaw) -> None:
    assert sickness.sickness_allowance(law, 0.0, 5.0) == 0.0
    assert sickness.rehabilitation_allowance(law, 0.0, 5.0) == 0.0


def test_half_is_paid_beside_40_to_60_per_cent_of_full_work(law: SicknessLaw) -> None:
    full = 25.0 * 0.7 * 24_000.0 * (1 - 0.0907) / 300
    assert sickness.annual_income_that_counts(law, 2_000.0) == pytest.approx(24_000 * 0.9093)
    paid = [
        sickness.partial_sickness_allowance(law, 2_000.0, pay)
        for pay in (0.0, 799.0, 800.0, 1_200.0, 1_201.0)
    ]
    assert paid == pytest.approx([full, 0.0, full / 2, full / 2, 0.0])


def test_pay_above_the_minimum_is_taken_whole_from_a_young_persons_allowance_from_2025(
    law: SicknessLaw,
) -> None:
    """566/2005, 37 § (730/2024): nothing is left from 1,599.50 EUR a month."""
    paid = [
        sickness.young_persons_rehabilitation_allowance(law, 0.0, pay)
        for pay in (0.0, 799.75, 999.75, 1_599.50, 3_000.0)
    ]
    assert paid == pytest.approx([799.75, 799.75, 599.75, 0.0, 0.0])
    before = load_law(load_library(), date(2024, 6, 1)).sickness
    assert sickness.young_persons_rehabilitation_allowance(before, 0.0, 3_000.0) == 799.75
