"""The library: what a parameter file must say (V08), values by date, and a scenario's overrides."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from ips_econ.cli.inspect import _description, parameters
from ips_econ.errors import InputError, RunError
from ips_econ.file_formats import csv_columns, json_value
from ips_econ.parameters.base import line_of, read_toml
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.parameters.listing import export_rows, parameter_rows
from ips_econ.parameters.schema import UNITS

ON = date(2026, 6, 1)
SOURCES = '[atlas]\ncitation = "Atlas of Toyland 2020"\nyear = 2020\n'
PRICES = """
[toys]
title = "Toy prices"
kind = "estimate"
unit = "index"

[[toys.values]]
from = 2000-01-01
table = { 2019 = 100, 2020 = 102, 2021 = 110 }
source = { key = "atlas", locator = "table 1", basis = "seen" }
grade = { quality = "high", directness = "high", reason = "counted" }
checked = 2026-01-15
"""
DISTRIBUTION = 'distribution = { family = "lognormal", value_is = "median", ci95 = [1.46, 1.82] }'
WORK = """
[ratio]
title = "Work ratio"
kind = "estimate"
unit = "ratio"

[[ratio.values]]
from = 2019-01-01
value = 1.63
DISTRIBUTION
source = { key = "atlas", locator = "page 3", basis = "seen" }
grade = { quality = "high", directness = "low", reason = "one town" }
checked = 2026-01-15

[coach]
title = "Coach pay"
kind = "price"
unit = "EUR/month"
price_year = 2020
price_index = "prices.toys"
planner_should_replace = true

[[coach.values]]
from = 2019-01-01
value = 3000
distribution = { family = "gamma", cv = 0.1 }
source = { basis = "judgement" }
grade = { quality = "low", directness = "high", reason = "asked two" }
checked = 2026-01-15
payer = { municipality = 1.0 }

[[coach.values]]
from = 2023-01-01
value = 3100
distribution = { family = "gamma", cv = 0.1 }
source = { basis = "judgement" }
grade = { quality = "low", directness = "high", reason = "asked two" }
checked = 2026-01-15
payer = { wellbeing_county = 0.75, state = 0.25 }

[allowance]
title = "Allowance"
kind = "statute"
unit = "EUR/month"
price_basis = "nominal"

[[allowance.values]]
from = 2024-01-01
value = 700
source = { key = "atlas", locator = "section 2", basis = "seen" }
checked = 2026-01-15

[old_benefit]
title = "Old benefit"
kind = "statute"
unit = "share"

[[old_benefit.values]]
from = 2024-01-01
value = 0.5
source = { key = "atlas", locator = "section 3", basis = "seen" }
checked = 2026-01-15

[[old_benefit.values]]
from = 2026-05-01
ends = "replaced by work.allowance"

[unknown_price]
title = "Unknown price"
kind = "assumption"
unit = "share"

[[unknown_price.values]]
from = 2024-01-01
missing = "a survey of toy shops"

[levels]
title = "Levels"
kind = "assumption"
unit = "share"

[[levels.values]]
from = 2020-01-01
table = { low = 0.5, middle = 0.3, high = 0.2 }
distribution = { family = "dirichlet", counts = 20 }
source = { basis = "judgement" }
checked = 2026-01-15
payer_schedule = "work.payers"

[payers]
title = "Who pays"
kind = "statute"
unit = "share"

[[payers.values]]
from = 2020-01-01
table = { state = 0.4, municipality = 0.6 }
source = { key = "atlas", basis = "seen" }
checked = 2026-01-15

[scale]
title = "Tax scale"
kind = "statute"
unit = "share"
price_basis = "nominal"
beyond_last = "index:prices.toys"

[[scale.values]]
from = 2020-01-01
schedule = [[0, 0.1], [1000, 0.3]]
source = { key = "atlas", basis = "seen" }
checked = 2020-06-01
""".replace("DISTRIBUTION", DISTRIBUTION)


def tree(directory: Path, **files: str) -> Path:
    """A parameter tree; keyword ``work__pay`` is the file work/pay.toml."""
    contents = {"sources": SOURCES, "prices__toys": PRICES, "work__all": WORK} | files
    for name, content in contents.items():
        path = directory / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return directory


@pytest.fixture
def library(tmp_path: Path) -> ParameterLibrary:
    return load_library(tree(tmp_path))


def problems(directory: Path, **files: str) -> list[str]:
    with pytest.raises(InputError) as raised:
        load_library(tree(directory, **files))
    return [str(problem).replace(f"{directory}/", "") for problem in raised.value.problems]


def changed(old: str, new: str) -> str:
    assert old in WORK
    return WORK.replace(old, new, 1)


class TestDates:
    def test_a_value_holds_until_the_next(self, library: ParameterLibrary) -> None:
        assert library.value("work.coach", date(2022, 12, 31), "EUR/month") == 3000
        assert library.value("work.coach", date(2023, 1, 1), "EUR/month") == 3100

    def test_a_date_before_the_first_value_is_refused(self, library: ParameterLibrary) -> None:
        with pytest.raises(InputError, match="not modelled on 2018-12-31.*2019-01-01"):
            library.value("work.ratio", date(2018, 12, 31), "ratio")

    def test_a_statute_is_not_guessed_beyond_what_was_checked(
        self, library: ParameterLibrary
    ) -> None:
        assert library.value("work.allowance", date(2026, 12, 31), "EUR/month") == 700
        with pytest.raises(InputError, match="known until 2026-12-31"):
            library.value("work.allowance", date(2027, 1, 1), "EUR/month")

    def test_an_estimate_holds(self, library: ParameterLibrary) -> None:
        assert library.value("work.ratio", date(2040, 1, 1), "ratio") == 1.63

    def test_what_ended_says_what_replaced_it(self, library: ParameterLibrary) -> None:
        assert library.value("work.old_benefit", date(2026, 4, 30), "share") == 0.5
        with pytest.raises(InputError, match="ended on 2026-05-01 .replaced by work.allowance"):
            library.value("work.old_benefit", date(2026, 5, 1), "share")

    def test_what_is_missing_says_what_would_fill_it(self, library: ParameterLibrary) -> None:
        with pytest.raises(InputError, match="supply one under .parameters.*survey of toy shops"):
            library.value("work.unknown_price", ON, "share")

    def test_thresholds_follow_an_index_and_rates_do_not(self, library: ParameterLibrary) -> None:
        (none, low), (threshold, high) = library.schedule("work.scale", ON, "share")
        assert (none, low, high) == (0.0, 0.1, 0.3)
        assert threshold == pytest.approx(1000 * 110 / 102)

    def test_a_nominal_amount_held_real_follows_consumer_prices(self, tmp_path: Path) -> None:
        held = WORK.replace("checked = 2026-01-15\n\n[old", "checked = 2019-01-15\n\n[old")
        held = held.replace("from = 2024-01-01\nvalue = 700", "from = 2018-01-01\nvalue = 700")
        held = held.replace('"nominal"\n', '"nominal"\nbeyond_last = "hold_real"\n', 1)
        consumer = PRICES.replace("toys", "consumer")
        library = load_library(tree(tmp_path, work__all=held, prices__consumer=consumer))
        value = library.value("work.allowance", date(2021, 3, 1), "EUR/month")
        assert value == pytest.approx(700 * 1.1)


class TestLookups:
    def test_the_wrong_unit_is_refused(self, library: ParameterLibrary) -> None:
        with pytest.raises(InputError, match="another unit; found 'EUR/day'; allowed: EUR/month"):
            library.value("work.coach", ON, "EUR/day")

    def test_an_unknown_id_is_answered_with_the_nearest(self, library: ParameterLibrary) -> None:
        with pytest.raises(InputError, match="did you mean 'work.ratio'"):
            library.value("work.ratoi", ON, "ratio")

    def test_the_form_is_checked(self, library: ParameterLibrary) -> None:
        with pytest.raises(InputError, match="is a table, not a value"):
            library.value("work.levels", ON, "share")

    def test_payers_are_dated(self, library: ParameterLibrary) -> None:
        assert library.payer("work.coach", date(2022, 1, 1)) == {"municipality": 1.0}
        assert library.payer("work.coach", ON) == {"wellbeing_county": 0.75, "state": 0.25}
        assert library.payer("work.levels", ON) == {"state": 0.4, "municipality": 0.6}
        assert library.payer("work.ratio", ON) == {}

    def test_rows_describe_every_parameter_in_force(self, library: ParameterLibrary) -> None:
        rows = {row["id"]: row for row in parameter_rows(library, ON, frozenset({"prices"}))}
        assert "work.old_benefit" not in rows and "prices.toys" not in rows
        assert rows["work.ratio"]["low"] == pytest.approx(1.46)
        assert rows["work.ratio"]["citation"] == "Atlas of Toyland 2020"
        assert rows["work.levels"]["value"] == "low=0.5; middle=0.3; high=0.2"
        assert rows["work.coach"]["planner_should_replace"] is True
        exported = {row["id"]: row for row in export_rows(library, ON)}
        stated = "lognormal, value is median, ci95 1.46 to 1.82"
        assert exported["work.ratio"]["distribution"] == stated


class TestV08WhatAFileMustSay:
    """V08: an unknown unit, a missing price year, source or status stops the run."""

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            (
                'unit = "ratio"',
                'unit = "ratoi"',
                "work/all.toml:5: ratio.unit: unknown unit; found 'ratoi'.*did you mean 'ratio'",
            ),
            (
                "price_year = 2020\n",
                "",
                "work/all.toml:15: coach.price_year: an amount in euros needs price_year",
            ),
            (
                'price_index = "prices.toys"\n',
                "",
                "coach.price_index: an amount with a price_year needs a price_index",
            ),
            (
                'price_index = "prices.toys"',
                'price_index = "prices.toy"',
                "all.toml:20: coach.price_index: .*'prices.toy'; did you mean 'prices.toys'",
            ),
            (
                'price_basis = "nominal"\n',
                "",
                'allowance.price_basis: an amount in a statute needs price_basis = "nominal"',
            ),
            (
                'unit = "ratio"',
                'unit = "ratio"\nprice_year = 2020',
                "ratio.price_year: only an amount in euros has prices",
            ),
            (
                'basis = "seen" }',
                'basis = "sen" }',
                "all.toml:11: ratio.values.1..source.basis: not one.*'sen'.*did you mean 'seen'",
            ),
            (
                'source = { key = "atlas", locator = "page 3", basis = "seen" }\n',
                "",
                "ratio.values\\[1\\].source: every value needs a source",
            ),
            (
                'key = "atlas", locator = "page 3"',
                'key = "atlass", locator = "page 3"',
                "work/all.toml:11: .*unknown source key; found 'atlass'; did you mean 'atlas'",
            ),
            (
                'key = "atlas", locator = "page 3", basis = "seen"',
                'basis = "seen"',
                "source.key: only a judgement may have no source key",
            ),
            (
                'locator = "page 3", basis = "seen"',
                'locator = "page 3", basis = "derived"',
                "source.formula: a derived value needs its formula",
            ),
            (
                'locator = "page 3", basis = "seen"',
                'basis = "scenario"',
                "source.basis: only a scenario's override has this basis",
            ),
            (
                'reason = "one town" }\nchecked = 2026-01-15',
                'reason = "one town" }',
                "checked: every value needs the date on which it was checked",
            ),
            (
                'grade = { quality = "high", directness = "low", reason = "one town" }\n',
                "",
                "grade: an estimate needs a grade",
            ),
            (
                f"{DISTRIBUTION}\n",
                "",
                "distribution: an estimate needs a distribution",
            ),
            (
                "value = 700",
                'value = 700\ndistribution = { family = "normal", sd = 3 }',
                "a statute has no distribution",
            ),
            (
                "ci95 = [1.46, 1.82]",
                "ci95 = [1.46, 1.82], sd = 2",
                "needs one statement of its spread; found 'sd, ci95'",
            ),
            (
                "ci95 = [1.46, 1.82]",
                "ci95 = [1.82, 1.46]",
                "the lower limit must lie below the upper",
            ),
            ("ci95 = [1.46, 1.82]", "ci95 = [1.46, 1.82], low = 1", "lognormal does not take low"),
            (
                "ci95 = [1.46, 1.82]",
                "ci95 = [1.0, 1.2]",
                "work/all.toml:10: .*distribution: the interval 1 to 1.2 implies mean",
            ),
            ("ci95 = [1.46, 1.82]", "sdd = 2", "distribution.sdd: unknown key; did you mean 'sd'"),
            (
                '"lognormal", value_is = "median", ci95 = [1.46, 1.82]',
                '"normal", sd = 1',
                "normal can leave the range of ratio",
            ),
            (
                "value = 1.63",
                "value = nan",
                "work/all.toml:9: ratio.values\\[1\\].value: must be a finite number; found nan",
            ),
            (
                "value = 1.63",
                'value = "1.63"',
                "value: wrong type; found '1.63'; allowed: a number",
            ),
            ("value = 1.63", "value = true", "value: wrong type; found True; allowed: a number"),
            (
                "value = 1.63",
                "value = -1.63",
                "value: out of range; found -1.63; allowed: 0 or more",
            ),
            (
                "value = 1.63",
                "",
                "give exactly one of value, table, schedule, ends, missing; found 'none of them'",
            ),
            ("value = 1.63", "value = 1.63\nmissing = 'x'", "exactly one.*found 'value, missing'"),
            ("from = 2023-01-01", "from = 2018-01-01", "coach.values\\[2\\].from: dates must rise"),
            (
                "value = 3000",
                "value = 3000\nto = 2022-12-30",
                "coach.values\\[1\\].to: dates must neither overlap nor leave a gap",
            ),
            (
                "municipality = 1.0",
                "municipality = 0.9",
                "payer: the shares of the payers must sum to one; found 0.9",
            ),
            (
                "municipality = 1.0",
                "municipalty = 1.0",
                "payer.municipalty: unknown payer.*did you mean 'municipality'",
            ),
            (
                '"work.payers"',
                '"work.payer"',
                "unknown payer schedule; found 'work.payer'; did you mean 'work.payers'",
            ),
            (
                "high = 0.2 }",
                "high = 0.3 }",
                "levels.values\\[1\\].table: shares with a Dirichlet distribution must sum to one",
            ),
            ("[[0, 0.1], [1000, 0.3]]", "[[0, 0.1], [0, 0.3]]", "schedule: thresholds must rise"),
            (
                "[[0, 0.1], [1000, 0.3]]",
                "[[0, 0.1], [10, 1.3]]",
                "out of range; found 1.3; allowed: 0 to 1",
            ),
            (
                "index:prices.toys",
                "index:prices.tos",
                "scale.beyond_last: unknown index; found 'prices.tos'; did you mean 'prices.toys'",
            ),
            ("index:prices.toys", "forever", "scale.beyond_last: unknown rule"),
            (
                'title = "Work ratio"\n',
                "",
                "work/all.toml:2: ratio.title: a required key is missing",
            ),
            (
                "[ratio]",
                "[ratio]\nreciever = 'state'",
                "work/all.toml:3: ratio.reciever: unknown key; did you mean 'receiver'",
            ),
            (
                "[ratio]",
                "[ratio]\nreceiver = 'stat'",
                "ratio.receiver: unknown payer.*did you mean 'state'",
            ),
        ],
    )
    def test_is_refused_in_words(self, tmp_path: Path, old: str, new: str, message: str) -> None:
        found = problems(tmp_path, work__all=changed(old, new))
        assert any(re.search(message, text) for text in found), found

    def test_all_problems_of_all_files_are_reported_at_once(self, tmp_path: Path) -> None:
        broken = changed('unit = "ratio"', 'unit = "ratoi"').replace("municipality = 1.0", "eu = 2")
        found = problems(tmp_path, work__all=broken, prices__toys="", sources="[atlas]\nurl = 'x'")
        text = "\n".join(found)
        for part in ("unknown unit", "sum to one", "file is empty", "atlas.citation: a required"):
            assert part in text

    def test_one_id_stands_once(self, tmp_path: Path) -> None:
        assert "already in" in problems(tmp_path, work__again=WORK)[0]

    def test_parameters_stand_in_a_group(self, tmp_path: Path) -> None:
        assert "folder named after their group" in problems(tmp_path, stray=WORK)[0]

    def test_every_shipped_row_has_source_unit_price_year_and_status(self) -> None:
        library = load_library()
        assert len(library.parameters) > 150
        for id, parameter in library.parameters.items():
            assert parameter.unit in UNITS, id
            if parameter.unit.startswith("EUR"):
                dated = parameter.price_year and parameter.price_index in library.parameters
                assert dated or parameter.price_basis == "nominal", id
            for entry in parameter.values:
                if entry.form in ("ends", "missing"):
                    continue
                assert entry.source and entry.checked, id
                assert entry.source.key in library.sources or entry.source.basis == "judgement", id
                if parameter.kind in ("estimate", "price"):
                    assert entry.grade, id
                if entry.source.basis == "derived":
                    assert entry.source.formula, id


class TestCorrelations:
    FILE = (
        '[[correlation]]\nbetween = ["{}", "{}"]\nrank = {}\nsource = {{ basis = "judgement" }}\n'
    )

    def file(self, *pairs: tuple[str, str, float]) -> str:
        return "".join(self.FILE.format(*pair) for pair in pairs)

    def test_are_read(self, tmp_path: Path) -> None:
        text = self.file(("work.ratio", "work.coach", 0.5))
        library = load_library(tree(tmp_path, correlations=text))
        assert library.correlations[0].between == ("work.ratio", "work.coach")

    @pytest.mark.parametrize(
        ("first", "second", "rank", "message"),
        [
            (
                "work.ratio",
                "work.coahc",
                0.5,
                "correlations.toml:2: correlation.*did you mean 'work.coach'",
            ),
            ("work.ratio", "work.ratio", 0.5, "a parameter with itself"),
            (
                "work.ratio",
                "work.levels",
                0.5,
                "only single numbers can be correlated; found 'work.levels'",
            ),
            ("work.ratio", "work.allowance", 0.5, "never drawn; found 'work.allowance'"),
            (
                "work.ratio",
                "work.coach",
                1.5,
                "correlations.toml:3: correlation.1..rank: should be less than 1",
            ),
        ],
    )
    def test_are_refused(
        self, tmp_path: Path, first: str, second: str, rank: float, message: str
    ) -> None:
        found = problems(tmp_path, correlations=self.file((first, second, rank)))
        assert re.search(message, found[0]), found

    def test_that_cannot_hold_together_are_named(self, tmp_path: Path) -> None:
        third = (
            WORK[: WORK.index("[coach]")].replace("ratio", "other", 1).replace("ratio.", "other.")
        )
        pairs = (
            ("work.ratio", "work.coach", 0.9),
            ("work.coach", "second.other", 0.9),
            ("work.ratio", "second.other", -0.9),
        )
        found = problems(tmp_path, correlations=self.file(*pairs), second__all=third)
        assert (
            "second.other, work.coach, work.ratio: these rank correlations cannot hold" in found[0]
        )
        assert "work.ratio ~ second.other -0.9" in found[0]

    def test_a_pair_stands_once(self, tmp_path: Path) -> None:
        pairs = (("work.ratio", "work.coach", 0.1), ("work.coach", "work.ratio", 0.2))
        assert "stands twice" in problems(tmp_path, correlations=self.file(*pairs))[0]


class TestOverrides:
    def entry(self, library: ParameterLibrary, id: str, override: object):  # type: ignore[no-untyped-def]
        return library.with_overrides({id: override}).in_force(id, ON)

    def test_a_number_is_fixed_on_every_date(self, library: ParameterLibrary) -> None:
        local = library.with_overrides({"work.coach": 3300, "work.allowance": 720.5})
        for on in (date(1990, 1, 1), ON, date(2050, 1, 1)):
            assert local.value("work.coach", on, "EUR/month") == 3300
            assert local.value("work.allowance", on, "EUR/month") == 720.5
        entry = local.in_force("work.coach", ON)
        assert not entry.is_random
        assert entry.source and entry.source.basis == "scenario"
        assert local.overridden == ("work.allowance", "work.coach")
        assert not local.parameter("work.coach").planner_should_replace

    def test_the_library_itself_does_not_change(self, library: ParameterLibrary) -> None:
        library.with_overrides({"work.coach": 3300})
        assert library.value("work.coach", ON, "EUR/month") == 3100
        assert library.overridden == ()

    def test_dated_payers_are_kept(self, library: ParameterLibrary) -> None:
        local = library.with_overrides({"work.coach": 3300})
        assert local.payer("work.coach", date(2022, 1, 1)) == {"municipality": 1.0}
        assert local.payer("work.coach", ON) == {"wellbeing_county": 0.75, "state": 0.25}

    def test_a_gap_is_filled(self, library: ParameterLibrary) -> None:
        assert self.entry(library, "work.unknown_price", 0.4).value == 0.4

    @pytest.mark.parametrize(
        ("override", "family", "value"),
        [
            ({"value": 1.2, "low": 1.0, "high": 1.5}, "pert", 1.2),
            ({"value": 1.2, "distribution": "gamma", "cv": 0.1}, "gamma", 1.2),
            ({"value": 1.2, "distribution": {"family": "gamma", "sd": 0.1}}, "gamma", 1.2),
            ({"distribution": {"family": "gamma", "sd": 0.1}}, "gamma", 1.63),
            ({"low": 1.5, "high": 1.8}, "pert", 1.63),
        ],
    )
    def test_a_distribution_may_be_stated(
        self, library: ParameterLibrary, override: object, family: str, value: float
    ) -> None:
        entry = self.entry(library, "work.ratio", override)
        assert entry.distribution.family == family
        assert entry.value == value

    def test_a_value_without_a_distribution_is_fixed(self, library: ParameterLibrary) -> None:
        assert not self.entry(
            library, "work.ratio", {"value": 1.2, "source": "our register"}
        ).is_random

    def test_the_source_is_kept_in_words(self, library: ParameterLibrary) -> None:
        local = library.with_overrides({"work.ratio": {"value": 1.2, "source": "our register"}})
        row = next(row for row in parameter_rows(local, ON) if row["id"] == "work.ratio")
        assert (row["source"], row["basis"], row["overridden"]) == (
            "our register",
            "scenario",
            True,
        )

    def test_a_payer_alone_leaves_the_value(self, library: ParameterLibrary) -> None:
        entry = self.entry(library, "work.coach", {"payer": {"eu": 1.0}})
        assert (entry.value, entry.payer, entry.is_random) == (3100, {"eu": 1.0}, True)
        assert entry.source.basis == "judgement"

    @pytest.mark.parametrize(
        "override",
        [
            {"low": 0.2, "middle": 0.3, "high": 0.5},
            {"table": {"low": 0.2, "middle": 0.3, "high": 0.5}},
        ],
    )
    def test_a_table_takes_all_its_names(
        self, library: ParameterLibrary, override: Mapping[str, object]
    ) -> None:
        local = library.with_overrides({"work.levels": override})
        assert local.table("work.levels", ON, "share") == {"low": 0.2, "middle": 0.3, "high": 0.5}

    def test_a_price_may_be_of_another_year(self, library: ParameterLibrary) -> None:
        local = library.with_overrides({"work.coach": {"value": 3300, "price_year": 2021}})
        assert local.parameter("work.coach").price_year == 2021

    @pytest.mark.parametrize(
        ("id", "override", "message"),
        [
            ("work.ratoi", 1, "work.ratoi: unknown parameter; did you mean 'work.ratio'"),
            ("work.ratio", -1, "^work.ratio.value: out of range; found -1.0"),
            ("work.ratio", float("nan"), "work.ratio.value: must be a finite number"),
            (
                "work.ratio",
                True,
                "work.ratio: wrong type; found True; allowed: a number, or a table",
            ),
            ("work.ratio", "1.2", "work.ratio: wrong type; found '1.2'"),
            ("work.ratio", {"valeu": 1}, "work.ratio.valeu: unknown key; did you mean 'value'"),
            (
                "work.ratio",
                {"value": "1"},
                "work.ratio.value: wrong type; found '1'; allowed: a number",
            ),
            (
                "work.ratio",
                {"value": 1, "sd": 0.1},
                "work.ratio.distribution: a spread needs the name",
            ),
            (
                "work.ratio",
                {"value": 1, "distribution": "gama", "sd": 1},
                "not one of the allowed values; found 'gama'.*did you mean 'gamma'",
            ),
            (
                "work.ratio",
                {"value": 1, "distribution": {"family": "gamma", "sdd": 1}},
                "work.ratio.distribution.sdd: unknown key; did you mean 'sd'",
            ),
            ("work.ratio", {"value": 3, "low": 1, "high": 2}, "outside its own distribution"),
            (
                "work.ratio",
                {"table": {"a": 1.0}},
                "another form than the parameter's; found 'a table'; allowed: a value",
            ),
            (
                "work.levels",
                0.5,
                "another form than the parameter's; found 'a value'; allowed: a table",
            ),
            (
                "work.levels",
                {"low": 0.5, "high": 0.5},
                "a table must give every name.*allowed: high, low, middle",
            ),
            (
                "work.allowance",
                {"value": 1, "distribution": "gamma", "sd": 1},
                "a statute has no distribution",
            ),
            (
                "work.coach",
                {"value": 1, "payer": {"stat": 1.0}},
                "unknown payer; found 'stat'.*'state'",
            ),
            ("work.ratio", {"value": 1, "price_year": 2020}, "has no price year"),
            (
                "prices.toys",
                {"distribution": {"family": "dirichlet", "counts": 3}},
                "prices.toys.distribution: this parameter is never drawn",
            ),
        ],
    )
    def test_is_refused_in_words(
        self, library: ParameterLibrary, id: str, override: object, message: str
    ) -> None:
        with pytest.raises(InputError) as raised:
            library.with_overrides({id: override})
        assert re.search(message, str(raised.value)), str(raised.value)

    def test_all_problems_are_reported_at_once(self, library: ParameterLibrary) -> None:
        with pytest.raises(InputError) as raised:
            library.with_overrides({"work.ratoi": 1, "work.levels": 2, "work.coach": -3})
        assert len(raised.value.problems) == 3


class TestFiles:
    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no such file"):
            read_toml(tmp_path / "nothing.toml")

    def test_directory(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="directory, not a TOML file"):
            read_toml(tmp_path)

    def test_not_utf8(self, tmp_path: Path) -> None:
        path = tmp_path / "latin.toml"
        path.write_bytes("x = 1\ntitle = 'työ'\n".encode("latin-1"))
        with pytest.raises(InputError, match="latin.toml:2: the file is not UTF-8"):
            read_toml(path)

    def test_byte_order_mark_is_no_fault(self, tmp_path: Path) -> None:
        path = tmp_path / "bom.toml"
        path.write_text("x = 1\n", encoding="utf-8-sig")
        assert read_toml(path).content == {"x": 1}

    @pytest.mark.parametrize("text", ["", "  \n\n"])
    def test_empty(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "empty.toml"
        path.write_text(text)
        with pytest.raises(InputError, match="the file is empty"):
            read_toml(path)

    def test_not_toml(self, tmp_path: Path) -> None:
        path = tmp_path / "broken.toml"
        path.write_text("x = 1\ny = = 2\n")
        with pytest.raises(InputError, match="broken.toml:2: not valid TOML"):
            read_toml(path)

    def test_no_directory(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no such directory of parameters"):
            load_library(tmp_path / "nowhere")

    def test_lines_are_found_behind_lists_and_texts_of_several_lines(self) -> None:
        text = '''[a]
long = """
x = 1
"""
list = [
  1, # ]
  "]",
]
"quoted key".b = 2
[[a.values]]
x = 1
[[a.values]]
y = { z = "}" }
source.key = 'k'
'''
        assert line_of(text, ("a", "list")) == 5
        assert line_of(text, ("a", "quoted key", "b")) == 9
        assert line_of(text, ("a", "values", 0, "x")) == 11
        assert line_of(text, ("a", "values", 1, "y", "z")) == 13
        assert line_of(text, ("a", "values", 1, "source", "key")) == 14
        assert line_of(text, ("a", "values", 1, "missing")) == 12
        assert line_of(text, ("b",)) is None


class TestCommand:
    def run(self, *words: str) -> list[str]:
        result = CliRunner().invoke(
            parameters, words, catch_exceptions=False, standalone_mode=False
        )
        if result.exception is not None:
            raise result.exception
        return result.output.splitlines()

    def test_list_names_every_parameter_of_a_group(self) -> None:
        lines = self.run("list", "--group", "effect", "--date", "2026-06-01")
        ids = {id for id in load_library().parameters if id.startswith("effect.")}
        assert {line.split()[0].rstrip("*") for line in lines} == ids

    def test_list_can_show_only_what_a_planner_should_replace(self) -> None:
        lines = self.run("list", "--replace")
        assert lines and all(line.split()[0].endswith("*") for line in lines)

    def test_without_a_word_it_lists(self) -> None:
        assert self.run() == self.run("list")

    def test_an_unknown_group_is_refused(self) -> None:
        with pytest.raises(InputError, match="--group: unknown group; found 'efect'.*effect"):
            self.run("list", "--group", "efect")

    def test_show_says_where_a_number_comes_from(self) -> None:
        text = "\n".join(self.run("show", "effect.competitive_work_ratio"))
        for part in ("unit: ratio", "distribution: lognormal", "95 % interval", "grade: quality"):
            assert part in text

    def test_show_describes_every_parameter(self) -> None:
        library = load_library()
        for id, parameter in library.parameters.items():
            lines = list(_description(library, id))
            assert lines[0] == f"{id}: {parameter.title}"
            assert sum(line.startswith("  from ") for line in lines) == len(parameter.values)

    @pytest.mark.parametrize("name", ["all.csv", "all.json"])
    def test_export_writes_every_parameter(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        self.run("export", str(path), "--date", "2026-06-01")
        data = path.read_bytes()
        if name.endswith("csv"):
            ids = csv_columns(data)["id"]
        else:
            ids = [row["id"] for row in json_value(data)]
        expected = [row["id"] for row in parameter_rows(load_library(), ON)]
        assert ids == expected
        assert [path.name for path in tmp_path.iterdir()] == [name]

    def test_export_refuses_another_kind_of_file(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="found 'all.xls'; allowed: a name in .csv or .json"):
            self.run("export", str(tmp_path / "all.xls"))

    def test_export_into_nowhere_is_one_line(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match="all.csv cannot be written"):
            self.run("export", str(tmp_path / "nowhere" / "all.csv"))


def test_importing_what_a_run_needs_does_not_import_scipy_stats() -> None:
    code = "import sys, ips_econ.parameters.draws; sys.exit('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
