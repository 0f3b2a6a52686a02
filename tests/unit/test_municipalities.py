"""What the law makes of one municipality."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.errors import InputError
from ips_econ.language import swedish_municipality_names
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.tax_benefit.municipalities import (
    Municipality,
    municipality_named,
    municipality_names,
)

SUMMER_2026 = date(2026, 6, 1)


@pytest.fixture(scope="module")
def library() -> ParameterLibrary:
    return load_library()


@pytest.mark.parametrize(
    ("name", "tax", "group"),
    [
        ("Helsinki", 0.053, 1),
        ("Espoo", 0.053, 1),
        ("Vantaa", 0.064, 1),
        ("Tampere", 0.076, 2),
        ("Turku", 0.071, 2),
        ("Oulu", 0.081, 2),
        ("Seinäjoki", 0.092, 2),
        ("Kajaani", 0.084, 3),
        ("Kauniainen", 0.047, 1),
        ("Pomarkku", 0.109, 3),
    ],
)
def test_rates_and_groups_of_2026(
    library: ParameterLibrary, name: str, tax: float, group: int
) -> None:
    """vero_municipal_rates_2026; act 938/2014, 10 §."""
    place = municipality_named(library, name, SUMMER_2026)
    assert (place.tax_share, place.housing_group) == (tax, group)
    assert not place.tax_is_average


@pytest.mark.parametrize("name", ["Kajaani", "Kouvola", "Lappeenranta", "Mikkeli", "Pori", "Vaasa"])
def test_six_cities_moved_to_the_third_group_in_2025(library: ParameterLibrary, name: str) -> None:
    groups = [
        municipality_named(library, name, date(year, 12, 31)).housing_group for year in (2024, 2025)
    ]
    assert groups == [2, 3]


@pytest.mark.parametrize("name", ["jyväskylä", "JYVASKYLA", "Jyväskylä "])
def test_case_and_accents_do_not_matter(library: ParameterLibrary, name: str) -> None:
    assert municipality_named(library, name, SUMMER_2026).name == "Jyväskylä"


@pytest.mark.parametrize(
    ("swedish", "finnish"), [("Vasa", "Vaasa"), ("Åbo", "Turku"), ("St Michel", "Mikkeli")]
)
def test_a_swedish_name_will_do(library: ParameterLibrary, swedish: str, finnish: str) -> None:
    assert municipality_named(library, swedish, SUMMER_2026).name == finnish


def test_every_swedish_name_stands_for_a_municipality(library: ParameterLibrary) -> None:
    assert set(swedish_municipality_names().values()) <= set(municipality_names(library))
    assert len(municipality_names(library)) == 292


def test_a_misspelt_name_gets_the_nearest(library: ParameterLibrary) -> None:
    with pytest.raises(InputError, match="did you mean 'Jyväskylä'"):
        municipality_named(library, "Jyvskylä", SUMMER_2026)
    with pytest.raises(InputError, match="no municipality of this name"):
        municipality_named(library, "Atlantis", SUMMER_2026)


def test_where_a_rate_is_not_known_the_average_stands_and_says_so(
    library: ParameterLibrary,
) -> None:
    place = municipality_named(library, "Vaasa", date(2024, 6, 1))
    assert (place.tax_share, place.tax_is_average, place.church_tax_share) == (0.0746, True, None)
    helsinki = municipality_named(library, "Helsinki", date(2024, 6, 1))
    assert (helsinki.tax_share, helsinki.tax_is_average) == (0.053, False)


def test_accepted_rent_grows_with_the_household(library: ParameterLibrary) -> None:
    place = municipality_named(library, "Helsinki", SUMMER_2026)
    limits = [place.rent_limit(people) for people in (1, 2, 3, 4, 5, 6)]
    assert limits == [715, 895, 1023, 1122, 1122 + 122, 1122 + 244]
    before = municipality_named(library, "Helsinki", date(2025, 6, 1))
    assert (before.rent_limit(1), before.rent_limit(2)) == (715, None)


def test_every_municipality_has_what_the_rules_need(library: ParameterLibrary) -> None:
    for name in municipality_names(library):
        place = municipality_named(library, name, SUMMER_2026)
        assert isinstance(place, Municipality)
        assert 0.04 <= place.tax_share <= 0.12
        assert place.church_tax_share is not None
        assert 0.005 <= place.church_tax_share <= 0.025
        assert place.housing_group in (1, 2, 3)
        assert len(place.rent_limits) == 5
        assert 300 <= place.rent_limits[0] < place.rent_limits[1] < place.rent_limits[2]
