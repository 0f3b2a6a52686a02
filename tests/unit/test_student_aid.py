"""Study grant and student housing supplement by hand."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import student_aid
from ips_econ.tax_benefit.law import load_law
from ips_econ.tax_benefit.student_aid import StudentAidLaw


def law(year: int, month: int) -> StudentAidLaw:
    return load_law(load_library(), date(year, month, 1)).student_aid


@pytest.mark.parametrize(
    ("excess", "months"),
    [(0.0, 0), (373.0, 0), (375.0, 1), (2_236.0, 1), (2_238.0, 2), (8 * 2_237 + 1, 9), (5e4, 9)],
)
def test_income_above_the_yearly_limit_takes_months_of_aid_back(excess: float, months: int) -> None:
    """A month for every 2,237 EUR begun, when the excess is 374 EUR or more (2025)."""
    rules = law(2025, 9)
    limit = 9 * 1_118 + 3 * 3_355
    assert student_aid.yearly_income_limit(rules) == limit
    kept = student_aid.share_of_aid_kept(rules, (limit + excess) / 12)
    assert kept == pytest.approx((9 - months) / 9)


def test_the_limit_of_2024_was_lower() -> None:
    rules = law(2024, 9)
    limit = 9 * 1_040 + 3 * 3_120
    assert student_aid.yearly_income_limit(rules) == limit
    assert student_aid.share_of_aid_kept(rules, (limit + 347) / 12) == 1.0
    assert student_aid.share_of_aid_kept(rules, (limit + 2_081) / 12) == pytest.approx(7 / 9)


def test_a_parent_gets_a_supplement() -> None:
    assert student_aid.study_grant(law(2026, 6), True) == pytest.approx(279.38 + 141.63)
    assert student_aid.study_grant(law(2026, 6), False) == 279.38


def test_the_housing_supplement_began_in_august_2025() -> None:
    assert student_aid.housing_supplement(law(2025, 7), 400.0, 1) == 0.0
    supplements = [student_aid.housing_supplement(law(2025, 8), 400.0, g) for g in (1, 2, 3)]
    assert supplements == pytest.approx([296.0, 248.0, 216.0])
    assert student_aid.housing_supplement(law(2025, 8), 200.0, 2) == pytest.approx(160.0)
