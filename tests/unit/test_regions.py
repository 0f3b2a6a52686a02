"""Regional statistics: complete, sourced, consistent with themselves, found by any name."""

import re
import shutil

import pytest

from ips_econ.errors import InputError, RunError
from ips_econ.locations import parameters_directory
from ips_econ.scenario import regions

COUNTIES = [id for id in regions.region_ids() if id != regions.NATIONAL]
NEEDED = (
    "unemployment_rate",
    "wage_index",
    "municipal_tax_rate",
    "municipality_group",
    "rent_eur_month",
    "population_18_64",
)


def operands(formula: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,.]*\d", formula)]


def test_there_are_21_counties_helsinki_and_the_whole_country():
    assert len(regions.region_ids()) == 23
    assert regions.region_ids()[0] == "finland"
    assert "Etelä-Pohjanmaa" in regions.region_names()
    assert "Helsinki" in regions.region_names()


@pytest.mark.parametrize("id", regions.region_ids())
def test_every_figure_states_source_year_and_basis(id):
    place = regions.region(id)
    known = regions.sources()
    for key, datum in place.data.items():
        assert datum.source in known, key
        assert 2010 <= datum.year <= 2026, key
        assert datum.basis in ("seen", "seen_secondary", "derived"), key
        assert (datum.formula is not None) == (datum.basis == "derived"), key
        if datum.low is not None and datum.high is not None:
            assert datum.low <= float(datum.value) <= datum.high, key
    assert not set(NEEDED) & set(place.national)


@pytest.mark.parametrize("id", regions.region_ids())
def test_figures_are_in_range(id):
    place = regions.region(id)
    assert 0.05 < place.unemployment_rate < 0.2
    assert 0.9 < place.wage_index < 1.1
    assert 0.04 < place.municipal_tax_rate < 0.11
    assert 400 < place.rent_eur_month < 750
    assert place.population_18_64 > 30_000


@pytest.mark.parametrize("id", regions.region_ids())
def test_unemployment_rate_is_what_its_formula_says(id):
    datum = regions.region(id).data["unemployment_rate"]
    unemployed, again, employed = operands(datum.formula)[:3]
    assert unemployed == again
    assert datum.value == pytest.approx(unemployed / (unemployed + employed), abs=5e-5)


@pytest.mark.parametrize("id", regions.region_ids())
def test_municipality_group_has_the_most_residents(id):
    datum = regions.region(id).data["municipality_group"]
    assert sum(datum.shares.values()) == pytest.approx(1, abs=2e-3)
    assert datum.shares[datum.value] == max(datum.shares.values())


def test_wage_index_is_one_on_average_over_employed_residents():
    weights, total = 0.0, 0.0
    for id in COUNTIES:
        place = regions.region(id)
        employed = operands(place.data["unemployment_rate"].formula)[2]
        weights += employed
        total += employed * place.wage_index
    assert total / weights == pytest.approx(1, abs=5e-4)


def test_the_country_is_the_sum_of_its_regions():
    country = regions.region("Finland")
    for key in ("population", "population_18_64"):
        parts = [regions.region(id).data[key].value for id in COUNTIES]
        assert country.data[key].value == sum(parts)


def test_published_figures_of_one_region():
    place = regions.region("Etelä-Pohjanmaa")
    assert place.unemployment_rate == pytest.approx(0.087, abs=5e-4)  # Paavo 2024: 7,529 people
    assert place.municipal_tax_rate == pytest.approx(0.0920)
    assert place.rent_eur_month == 470
    assert place.municipality_group == "III"
    assert place.population_18_64 == 101_700
    assert place.wage_index == pytest.approx(12.2 / 12.567, abs=1e-3)


@pytest.mark.parametrize(
    "name",
    ["Pohjois-Karjala", "pohjois-karjala", "NORRA KARELEN", "North Karelia", " Pohjois-Karjala "],
)
def test_a_region_is_found_by_any_of_its_names(name):
    assert regions.region(name).id == "pohjois-karjala"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("Laplant", "Lapland"), ("Etelä-Pohjanma", "Etelä-Pohjanmaa"), ("Kainu", "Kainuu")],
)
def test_an_unknown_region_names_the_nearest(name, nearest):
    with pytest.raises(InputError, match="unknown region") as caught:
        regions.region(name)
    assert f"did you mean {nearest!r}?" in str(caught.value)
    assert "a wellbeing services county" in str(caught.value)


def test_a_missing_figure_is_the_national_one_and_named():
    place = regions.region("Etelä-Savo")
    assert place.national == ("jobseeker_rate",)
    national = regions.region("Finland").data["jobseeker_rate"]
    assert place.data["jobseeker_rate"] == national


def test_a_figure_without_a_source_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "regions"
    shutil.copytree(parameters_directory() / "regions", folder)
    file = folder / "kainuu.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('source = "paavo_2024"', 'origin = "?"', 1), encoding="utf-8")
    monkeypatch.setattr(regions, "parameters_directory", lambda: tmp_path)
    with pytest.raises(RunError) as caught:
        regions.region("Kainuu")
    assert "unknown keys ['origin'], missing keys ['source']" in str(caught.value)
    assert "kainuu.toml" in str(caught.value)
