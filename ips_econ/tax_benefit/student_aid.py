"""Study grant and housing supplement of an adult student who lives independently (opintotuki).

Law: opintotukilaki 65/1994. Amounts: ``sisu_2026``. The grant is taxable, the supplement not.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.tax_benefit.housing import by_group
from ips_econ.units import MONTHS_PER_YEAR


class StudentAidLaw(NamedTuple):
    """Student financial aid in force on one date; EUR/month."""

    study_grant: float
    study_grant_provider_supplement: float
    study_grant_income_limit_aid_month: float
    study_grant_income_limit_other_month: float
    study_grant_aid_months_year: float
    study_grant_recovery_tolerance_eur_year: float
    study_grant_recovery_step_eur_year: float
    student_loan_month: float
    student_housing_supplement_share: float
    student_housing_supplement_cap_group_1: float
    student_housing_supplement_cap_group_2: float
    student_housing_supplement_cap_group_3: float


@step
def yearly_income_limit(law: StudentAidLaw) -> float:
    """Own income of a year that is free beside the aid, EUR/year (vapaa tulo, 65/1994, 17 §)."""
    aid = law.study_grant_aid_months_year
    other = MONTHS_PER_YEAR - aid
    limit = aid * law.study_grant_income_limit_aid_month
    return limit + other * law.study_grant_income_limit_other_month


@step
def share_of_aid_kept(law: StudentAidLaw, other_income_eur_month: float) -> float:
    """Share of a year's grant and supplement that own income leaves (65/1994, 27 §).

    A month of aid is taken back for every step, begun or full, by which the year's income exceeds
    the limit; a small excess is tolerated. Twelve equal months are assumed, and that the student
    returns the aid in time, without the surcharge of a recovery.
    """
    excess = MONTHS_PER_YEAR * other_income_eur_month - yearly_income_limit(law)
    if excess < law.study_grant_recovery_tolerance_eur_year:
        return 1.0
    aid = law.study_grant_aid_months_year
    months = math.floor(excess / law.study_grant_recovery_step_eur_year) + 1.0
    return max(0.0, aid - months) / aid


@step
def study_grant(law: StudentAidLaw, has_children: bool) -> float:
    """Study grant in a month with aid, EUR/month (opintoraha, 65/1994, 11 §)."""
    supplement = law.study_grant_provider_supplement if has_children else 0.0
    return law.study_grant + supplement


@step
def housing_supplement(law: StudentAidLaw, rent: float, group: int) -> float:
    """Student housing supplement, EUR/month (opintotuen asumislisä), from 1 August 2025.

    A share of the rent up to the cap of the municipality's group; it took the place of the
    general housing allowance for students without children.
    """
    cap = by_group(
        group,
        law.student_housing_supplement_cap_group_1,
        law.student_housing_supplement_cap_group_2,
        law.student_housing_supplement_cap_group_3,
    )
    return law.student_housing_supplement_share * min(rent, cap)
