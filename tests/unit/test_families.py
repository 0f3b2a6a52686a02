"""Child benefit, maintenance support and the day-care fee by hand."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import families
from ips_econ.tax_benefit.families import FamilyLaw
from ips_econ.tax_benefit.law import load_law


@pytest.fixture(scope="module")
def law() -> FamilyLaw:
    return load_law(load_library(), date(2026, 6, 1)).families


def test_child_benefit_grows_with_the_order_of_the_child(law: FamilyLaw) -> None:
    totals = [families.child_benefit(law, n, 0, False) for n in range(7)]
    steps = [after - before for before, after in zip(totals, totals[1:], strict=False)]
    assert steps == pytest.approx([94.88, 104.84, 133.79, 173.24, 192.69, 192.69])


def test_small_children_and_single_parents_get_supplements(law: FamilyLaw) -> None:
    couple, single = (families.child_benefit(law, 2, 1, alone) for alone in (False, True))
    assert couple == pytest.approx(94.88 + 104.84 + 26.0)
    assert single == pytest.approx(couple + 2 * 73.30)
    march = load_law(load_library(), date(2024, 3, 1)).families
    assert families.child_benefit(march, 1, 1, False) == 94.88


def test_maintenance_support_is_paid_for_each_child(law: FamilyLaw) -> None:
    assert families.maintenance_support(law, 3) == pytest.approx(3 * 197.71)


def test_the_day_care_fee_is_a_share_of_income_above_the_limit_of_the_family(
    law: FamilyLaw,
) -> None:
    fees = [families.day_care_fee(law, 2, 1, income) for income in (4_066, 4_300, 5_066, 9_000)]
    assert fees == [0.0, 0.0, 107.0, 311.0], "25 EUR is below the smallest fee"
    assert families.day_care_fee(law, 4, 1, 5_956 + 1_000) == 107.0
    assert families.day_care_fee(law, 8, 1, 7_376 + 2 * 275 + 1_000) == 107.0
    august = load_law(load_library(), date(2026, 8, 1)).families
    assert families.day_care_fee(august, 2, 1, 9_000) == 335.0


def test_a_second_child_pays_40_per_cent_and_a_third_20(law: FamilyLaw) -> None:
    assert families.day_care_fee(law, 5, 3, 20_000) == 311.0 + 124.0 + 62.0
    assert families.day_care_fee(law, 5, 0, 20_000) == 0.0
