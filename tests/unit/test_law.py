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
    assert set(dated.PensionLaw._fields) == set(dated.PENSION_UNITS)
    assert set(dated.ContributionLaw._fields) == set(dated.CONTRIBUTION_UNITS)
    assert set(dated.SicknessLaw._fields) == set(dated.SICKNESS_UNITS)
    assert set(dated.UnemploymentLaw._fields) == set(dated.UNEMPLOYMENT_UNITS)
    assert set(dated.HousingLaw._fields) == set(dated.HOUSING_UNITS)
    assert set(dated.PensionersHousingLaw._fields) == set(dated.PENSIONERS_HOUSING_UNITS)
    assert set(dated.SocialAssistanceLaw._fields) == set(dated.SOCIAL_ASSISTANCE_UNITS)
    scale = {"state_scale_thresholds", "state_scale_rates"}
    assert set(dated.TaxationLaw._fields) - scale == set(dated.TAXATION_UNITS)


def test_an_override_of_a_statute_reaches_the_law(library: ParameterLibrary) -> None:
    changed = library.with_overrides({"tax_benefit.earnings_limit": 1_200.0})
    assert load_law(changed, date(2026, 6, 1)).pensions.earnings_limit == 1_200.0
