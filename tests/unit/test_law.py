"""Dated law: every regime, its limits, and what is asked outside them."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.errors import InputError
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.tax_benefit import law as dated
from ips_econ.tax_benefit.law import load_law, modelled_range


@pytest.fixture(scope="module")
def library() -> ParameterLibrary:
    return load_library()


def test_the_modelled_range_is_2024_to_2026(library: ParameterLibrary) -> None:
    assert modelled_range(library) == (date(2024, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("on", [date(2023, 12, 31), date(2027, 1, 1)])
def test_a_date_outside_is_refused_with_the_range(library: ParameterLibrary, on: date) -> None:
    with pytest.raises(InputError, match="modelled from 2024-01-01 to 2026-12-31") as refused:
        load_law(library, on)
    assert f"not modelled on {on}" in str(refused.value)


def test_2026_has_three_regimes(library: ParameterLibrary) -> None:
    winter, spring, summer = (load_law(library, date(2026, month, 1)) for month in (2, 3, 5))
    assert winter.social_assistance.basic_amount == 596.32
    assert spring.social_assistance.basic_amount == 578.43
    assert winter.social_assistance.earnings_disregard == 150.0
    assert spring.social_assistance.earnings_disregard == 0.0
    assert spring.unemployment.general_support_eur_day == 0.0
    assert summer.unemployment.labour_market_subsidy_eur_day == 0.0
    assert winter.taxation == spring.taxation == summer.taxation


def test_april_2024_changed_unemployment_and_housing(library: ParameterLibrary) -> None:
    march, april = (load_law(library, date(2024, month, 1)) for month in (3, 4))
    assert (march.housing.share, april.housing.share) == (0.8, 0.7)
    assert march.unemployment.unemployment_earnings_disregard == 300.0
    assert april.unemployment.unemployment_earnings_disregard == 0.0


def test_every_date_has_a_law_of_the_same_shape(library: ParameterLibrary) -> None:
    def shape(value: object) -> object:
        return tuple(map(shape, value)) if isinstance(value, tuple) else type(value)

    shapes = {
        shape(load_law(library, date(year, month, 1)))
        for year in (2024, 2025, 2026)
        for month in range(1, 13)
    }
    assert len(shapes) == 1, "one compiled loop serves every date"


def test_every_branch_names_exactly_the_fields_it_has() -> None:
    pensions = set(dated.PENSION_UNITS) | set(dated.FLEXIBLE_PENSION_UNITS)
    assert set(dated.PensionLaw._fields) == pensions
    assert set(dated.ContributionLaw._fields) == set(dated.CONTRIBUTION_UNITS)
    assert set(dated.SicknessLaw._fields) == set(dated.SICKNESS_UNITS)
    since = {"days_since_earnings_related_allowance_steps"}
    assert set(dated.UnemploymentLaw._fields) - since == set(dated.UNEMPLOYMENT_UNITS)
    caps = {"caps_group_1", "caps_group_2", "caps_group_3"}
    assert set(dated.HousingLaw._fields) - caps == set(dated.HOUSING_UNITS)
    assert set(dated.FamilyLaw._fields) - {"child_benefit", "day_care_limits"} == set(
        dated.FAMILY_UNITS
    )
    assert set(dated.StudentAidLaw._fields) == set(dated.STUDENT_AID_UNITS)
    assert set(dated.PensionersHousingLaw._fields) == set(dated.PENSIONERS_HOUSING_UNITS)
    assert set(dated.SocialAssistanceLaw._fields) == set(dated.SOCIAL_ASSISTANCE_UNITS)
    scale = {"state_scale_thresholds", "state_scale_rates"}
    assert set(dated.TaxationLaw._fields) - scale == set(dated.TAXATION_UNITS)


def test_an_override_of_a_statute_reaches_the_law(library: ParameterLibrary) -> None:
    changed = library.with_overrides({"tax_benefit.earnings_limit": 1_200.0})
    assert load_law(changed, date(2026, 6, 1)).pensions.earnings_limit == 1_200.0


def test_a_reform_is_laid_over_the_law_only_by_its_name(library: ParameterLibrary) -> None:
    plain = load_law(library, date(2026, 6, 1))
    reformed = load_law(library, date(2026, 6, 1), "flexible_disability_pension_2028")
    assert plain.pensions.flexible_pension_longest_months == 0.0
    assert reformed.pensions.flexible_pension_longest_months == 24.0
    assert reformed._replace(pensions=plain.pensions) == plain
    with pytest.raises(InputError, match="no reform of this name") as refused:
        load_law(library, date(2026, 6, 1), "flexible_pension_2028")
    assert "did you mean 'flexible_disability_pension_2028'" in str(refused.value)
