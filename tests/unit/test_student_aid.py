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


def test_the_grant_is_paid_while_own_income_stays_within_the_yearly_limit() -> None:
    rules = law(2025, 9)
    limit = 9 * 1_118 + 3 * 3_355
    assert student_aid.yearly_income_limit(rules) == limit
    assert student_aid.study_grant(rules, False, limit / 12) == 279.38
    assert student_aid.study_grant(rules, False, limit / 12 + 0.01) == 0.0
    assert student_aid.yearly_income_limit(law(2024, 9)) == 9 * 1_040 + 3 * 3_120


def test_a_parent_gets_a_supplement() -> None:
    assert student_aid.study_grant(law(2026, 6), True, 0.0) == pytest.approx(279.38 + 141.63)


def test_the_housing_supplement_began_in_august_2025() -> None:
    assert student_aid.housing_supplement(law(2025, 7), 400.0, 1) == 0.0
    supplements = [student_aid.housing_supplement(law(2025, 8), 400.0, g) for g in (1, 2, 3)]
    assert supplements == pytest.approx([296.0, 248.0, 216.0])
    assert student_aid.housing_supplement(law(2025, 8), 200.0, 2) == pytest.approx(160.0)
