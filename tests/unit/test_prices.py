"""V07: carrying an amount to another price year and back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ips_econ.errors import InputError
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.parameters.prices import index_factor, index_level, price_factor

SOURCES = '[atlas]\ncitation = "Atlas of Toyland 2020"\n'
INDEX = """
[{name}]
title = "Toy prices"
kind = "estimate"
unit = "index"
beyond_last = "{rule}"

[[{name}.values]]
from = 2000-01-01
table = {{ {table} }}
source = {{ key = "atlas", basis = "seen" }}
grade = {{ quality = "high", directness = "high", reason = "counted" }}
checked = 2026-01-15
"""
PRICE = """
[coach]
title = "Coach pay"
kind = "price"
unit = "EUR/month"
price_year = 2020
price_index = "prices.held"

[[coach.values]]
from = 2019-01-01
value = 3000
distribution = { family = "fixed" }
source = { basis = "judgement" }
grade = { quality = "low", directness = "high", reason = "asked two" }
checked = 2026-01-15
"""
TABLES = {
    "held": ("hold", "2019 = 100, 2020 = 102, 2021 = 110"),
    "refused": ("refuse", "2019 = 100, 2020 = 102"),
    "chained": ("index:prices.held", "2018 = 50, 2020 = 60"),
    "circle": ("index:prices.round", "2019 = 1, 2020 = 1"),
    "round": ("index:prices.circle", "2019 = 1, 2020 = 1"),
}


@pytest.fixture
def library(tmp_path: Path) -> ParameterLibrary:
    (tmp_path / "prices").mkdir()
    (tmp_path / "work").mkdir()
    texts = [INDEX.format(name=name, rule=rule, table=t) for name, (rule, t) in TABLES.items()]
    (tmp_path / "sources.toml").write_text(SOURCES)
    (tmp_path / "prices" / "all.toml").write_text("".join(texts))
    (tmp_path / "work" / "all.toml").write_text(PRICE)
    return load_library(tmp_path)


def test_v07_the_same_year_is_one(library: ParameterLibrary) -> None:
    assert index_factor(library, "prices.held", 2020, 2020) == 1.0


def test_v07_there_and_back_returns_the_amount(library: ParameterLibrary) -> None:
    there = 154.0 * index_factor(library, "prices.held", 2019, 2021)
    assert there == pytest.approx(169.4)
    assert there * index_factor(library, "prices.held", 2021, 2019) == pytest.approx(154.0)


def test_v07_every_shipped_index_goes_there_and_back() -> None:
    library = load_library()
    indices = [id for id, parameter in library.parameters.items() if parameter.is_price_index]
    assert indices
    for id in indices:
        years = sorted(int(year) for year in library.parameters[id].values[-1].table or {})
        for year in years:
            there = index_factor(library, id, years[0], year)
            assert there * index_factor(library, id, year, years[0]) == pytest.approx(1.0)


def test_a_held_index_keeps_its_last_level(library: ParameterLibrary) -> None:
    assert index_level(library, "prices.held", 2030) == 110


def test_a_chained_index_follows_another_from_its_last_year(library: ParameterLibrary) -> None:
    assert index_level(library, "prices.chained", 2021) == pytest.approx(60 * 110 / 102)


@pytest.mark.parametrize(
    ("index", "year"),
    [
        ("prices.refused", 2021),
        ("prices.held", 2018),
        ("prices.chained", 2019),
        ("prices.circle", 2021),
    ],
)
def test_a_year_that_is_not_reached_is_refused(
    library: ParameterLibrary, index: str, year: int
) -> None:
    with pytest.raises(InputError, match=f"does not reach this year; found {year}"):
        index_level(library, index, year)


def test_what_is_no_index_is_refused(library: ParameterLibrary) -> None:
    with pytest.raises(InputError, match="work.coach: is not a price index"):
        index_level(library, "work.coach", 2020)


def test_an_amount_is_carried_by_its_own_index(library: ParameterLibrary) -> None:
    assert price_factor(library, "work.coach", 2021) == pytest.approx(110 / 102)
    assert library.value("work.coach", date(2026, 6, 1), "EUR/month") == 3000


def test_what_has_no_price_year_is_not_carried(library: ParameterLibrary) -> None:
    assert price_factor(library, "prices.held", 2021) == 1.0
