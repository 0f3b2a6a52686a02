"""Every language says everything, in its own words and its own numbers."""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ips_econ.errors import InputError
from ips_econ.evaluation.outcomes import UNITS as OUTCOMES
from ips_econ.evaluation.programme import QUANTITIES
from ips_econ.language import languages, load_language, rounding_step
from ips_econ.ledger.accounts import PERSPECTIVES, other_categories
from ips_econ.locations import parameters_directory
from ips_econ.parameters.schema import UNITS
from ips_econ.report import headline_table, load_results, write_report
from ips_econ.tax_benefit.items import Item
from tests.report_fixture import build_run_directory

SAME_IN_EVERY_LANGUAGE = {
    "arm.ips", "unit.EUR", "sign.euro", "sign.percent",
    "report.facts.version_value", "report.group", "table.programme.by_payer",
    "table.parameters.graded", "chart.persistence.interval", "assumes.calibrated_figure",
    "table.programme_assumptions.by_year", "table.programme_assumptions.payer_share",
    "table.programme_assumptions.service_share", "table.programme_assumptions.services_of",
}  # fmt: skip
ENGLISH = set(
    re.findall(
        r"\w+",
        """the of and with without is are was by per from for to an not this that it its person
        people months month years year cost costs net result results difference probability
        employment work paid share value table chart source assumptions sector county state""",
    )
)
"""Words that no Finnish text has."""

NAME = "Koealue (keksityt luvut)"


@pytest.mark.parametrize("code", languages())
def test_every_language_has_every_key_and_placeholder(code: str) -> None:
    english, other = load_language("en").texts, load_language(code).texts
    assert set(english) == set(other)
    for key, text in english.items():
        if key != "format.date":
            assert _placeholders(text) == _placeholders(other[key]), key
        assert other[key].strip() or key == "format.group", key


def _placeholders(text: str) -> set[str]:
    """Names in braces; a text may give the horizon as a number or with its years."""
    return {"years" if name == "horizon" else name for name in re.findall(r"{(\w+)}", text)}


def test_finnish_is_not_english() -> None:
    english, finnish = load_language("en").texts, load_language("fi").texts
    same = {
        key
        for key, text in english.items()
        if text == finnish[key] and not key.startswith("format.")
    }
    assert same == SAME_IN_EVERY_LANGUAGE


def test_every_parameter_has_a_title_in_every_language_but_its_own() -> None:
    ids = set()
    for path in parameters_directory().glob("*/*.toml"):
        if path.parent.name not in ("regions", "check", "context"):
            names = tomllib.loads(path.read_text(encoding="utf-8"))
            ids |= {f"{path.parent.name}.{name}" for name in names}
    assert len(ids) > 200
    for code in languages():
        if code != "en":
            assert ids - set(load_language(code).titles) == set()


@pytest.mark.parametrize("code", languages())
def test_every_machine_key_of_a_result_has_a_name(code: str) -> None:
    language = load_language(code)
    categories = [item.name.lower() for item in Item]
    categories += [category.name for category in other_categories(defaultdict(dict))]
    quantities = (*QUANTITIES, "net", "cumulative_net")
    units = {unit.split(" ")[0].rstrip(",") for unit in OUTCOMES.values()}
    for group, keys in (
        ("category", categories),
        ("payer", PERSPECTIVES),
        ("outcome", OUTCOMES),
        ("quantity", quantities),
        ("unit", {*UNITS, *units}),
    ):
        assert [key for key in keys if not language.has(f"{group}.{key}")] == []


def test_numbers_and_dates_are_written_as_in_the_country() -> None:
    finnish, english = load_language("fi"), load_language("en")
    assert finnish.number(-1234567.891, 0.01) == "−1\u00a0234\u00a0567,89"
    assert english.number(-1234567.891, 0.01) == "−1,234,567.89"
    assert finnish.euros(-1200, 100, signed=True) == "−1\u00a0200\u00a0€"
    assert english.euros(1200, 100, signed=True) == "+€1,200"
    assert finnish.percent(0.384) == "38\u00a0%"
    assert finnish.date(date(2026, 6, 1)) == "1.6.2026"
    assert english.date(date(2026, 6, 1)) == "1 June 2026"
    assert english.listing(["a", "b", "c"]) == "a, b and c"
    assert finnish.listing(["a"]) == "a"


def test_nothing_is_rounded_to_minus_zero_or_into_certainty() -> None:
    language = load_language("en")
    assert language.number(-40.0, 100, signed=True) == "0"
    assert language.euros(-40.0, 100, signed=True) == "€0"
    assert language.probability(0.0) == "under 1%"
    assert language.probability(1.0) == "over 99%"
    assert language.probability(0.5) == "50%"


@pytest.mark.parametrize(
    ("low", "high", "step"),
    [(-6500, 4000, 500), (0, 99_000, 1000), (0.1, 0.3, 0.01), (1.0, 1.9, 0.01), (5, 5, 1.0)],
)
def test_an_interval_is_cut_in_twenty_to_a_hundred_steps(
    low: float, high: float, step: float
) -> None:
    assert rounding_step(low, high) == pytest.approx(step)
    if high > low:
        assert 20 <= (high - low) / rounding_step(low, high) * (1 + 1e-9) <= 101


def test_a_language_without_texts_is_refused_by_name() -> None:
    with pytest.raises(InputError) as caught:
        load_language("sw")
    assert "language: there are no texts in this language yet; found 'sw'" in str(caught.value)
    assert "en" in str(caught.value)
    assert "fi" in str(caught.value)


@pytest.fixture(scope="module")
def finnish_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = build_run_directory(tmp_path_factory.mktemp("run"), name=NAME, region="Koealue")
    write_report(directory, "fi")
    return directory


def test_no_english_leaks_into_a_finnish_report(finnish_run: Path) -> None:
    page = (finnish_run / "report.html").read_text(encoding="utf-8")
    assert '<html lang="fi">' in page
    assert _english_in(_visible_texts(page)) == []


def test_no_english_leaks_into_finnish_charts_or_the_terminal(finnish_run: Path) -> None:
    for path in (finnish_run / "charts").glob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert _english_in(_visible_texts(page)) == []
        data = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S)
        assert data is not None
        assert _english_in(_texts_of_json(json.loads(data[1]))) == []
    assert _english_in([headline_table(load_results(finnish_run), "fi")]) == []


def test_the_search_for_english_finds_english(tmp_path: Path) -> None:
    write_report(build_run_directory(tmp_path, name=NAME), "en")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert len(_english_in(_visible_texts(page))) > 500
    assert _english_in(['<p lang="en">the county</p>'])


def _english_in(texts: list[str]) -> list[str]:
    return [
        f"{word} in {text!r}"
        for text in texts
        for word in re.findall(r"[a-zåäö]+", text.lower())
        if word in ENGLISH
    ]


class _Visible(HTMLParser):
    """Texts a reader sees or hears; not code, citations, or what is marked as English."""

    silent = {"script", "style", "code", "cite"}
    void = {"meta", "img", "br", "line", "link"}

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[bool] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        for name in ("alt", "aria-label", "title", "data-label", "data-group"):
            if given.get(name):
                self.texts.append(str(given[name]))
        if tag not in self.void:
            hidden = tag in self.silent or given.get("lang") == "en"
            self.stack.append(hidden or any(self.stack))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.void:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self.stack):
            self.texts.append(data)


def _visible_texts(page: str) -> list[str]:
    parser = _Visible()
    parser.feed(page)
    assert len(parser.texts) > 4
    return parser.texts


def _texts_of_json(node: Any) -> list[str]:
    return list(_walk(node))


def _walk(node: Any, key: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _walk(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _walk(value, key)
    elif isinstance(node, str) and key in ("text", "name", "ticksuffix"):
        yield re.sub("<[^>]*>", " ", node)
