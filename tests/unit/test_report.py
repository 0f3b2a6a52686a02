"""The report of a finished run: complete, self-contained, honest, the same each time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ips_econ.errors import InputError, RunError
from ips_econ.language import Language, load_language
from ips_econ.report import headline_table, load_results, write_report
from ips_econ.report.answer import answer
from ips_econ.report.charts import all_charts
from ips_econ.report.detail_tables import poorer, programme, subgroups, yearly
from ips_econ.report.evidence_tables import (
    FIRST_PAGE_ASSUMPTIONS,
    assumptions_to_replace,
    programme_assumptions,
)
from ips_econ.report.figures import difference_figure, euros, figure, parameter_value
from ips_econ.report.result_shapes import Outcome, ParameterRow, Results, Stat
from ips_econ.report.tables import Cell, employment_outcomes, payers, side_by_side
from tests.report_fixture import NET_BY_PAYER, PARAMETERS, PUBLIC, build_run_directory

CHARTS = (
    "employment",
    "cumulative_net_result",
    "who_pays_who_gains",
    "net_result_distribution",
    "persistence",
    "drivers",
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = build_run_directory(tmp_path_factory.mktemp("run"))
    write_report(directory, "en")
    return directory


@pytest.fixture(scope="module")
def page(written: Path) -> str:
    return (written / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def results(written: Path) -> Results:
    return load_results(written)


@pytest.fixture
def english() -> Language:
    return load_language("en")


# ------------------------------------------------------------------------------- the files


def test_every_chart_stands_beside_its_numbers(written: Path) -> None:
    names = {path.name for path in (written / "charts").iterdir()}
    expected = {f"{name}.{end}" for name in CHARTS for end in ("html", "svg", "png", "csv")}
    assert names == expected | {"plotly.min.js"}
    header = (written / "charts" / "employment.csv").read_text(encoding="utf-8").split("\n")[0]
    assert header == "arm,month,mean,p2_5,p97_5"


def test_writing_twice_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    build_run_directory(tmp_path)
    write_report(tmp_path, "en")
    for path in [written / "report.html", *(written / "charts").iterdir()]:
        assert path.read_bytes() == (tmp_path / path.relative_to(written)).read_bytes(), path.name


def test_machine_files_are_the_same_in_every_language(written: Path, tmp_path: Path) -> None:
    build_run_directory(tmp_path)
    write_report(tmp_path, "fi")
    for name in CHARTS:
        file = Path("charts") / f"{name}.csv"
        assert (written / file).read_bytes() == (tmp_path / file).read_bytes()


class Addresses(HTMLParser):
    """Every address a page could ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.policy = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.found += [str(given[name]) for name in ("src", "href", "srcset") if name in given]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(given["content"])


def test_no_request_leaves_the_page(page: str) -> None:
    addresses = Addresses()
    addresses.feed(page)
    assert len(addresses.found) > 10
    assert all(address.startswith(("#", "data:")) for address in addresses.found)
    assert addresses.policy.startswith("default-src 'none'")
    assert "http" not in addresses.policy
    assert page.count("plotly.js v") == 1


def test_the_static_picture_stands_in_for_each_interactive_one(page: str) -> None:
    assert page.count('<img src="data:image/svg+xml;base64,') == len(CHARTS)
    for name in CHARTS:
        assert f'data-chart="data-{name}"' in page
    pictures = re.findall(r'<img [^>]*alt="([^"]*)"', page)
    assert len(pictures) == len(CHARTS)
    assert all(re.search(r"\d", text) for text in pictures)


def test_what_users_write_never_becomes_markup(tmp_path: Path) -> None:
    name = '<script>alert(1)</script> & "$x$" {{ 7*7 }} </script>'
    build_run_directory(tmp_path, name=name)
    write_report(tmp_path, "en")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;$x$&#34; {{ 7*7 }}" in page
    assert "<script>alert" not in page
    # the page's own: one of data for each chart, plotly, the page's
    assert page.count("<script") - page.count("'<script") <= len(CHARTS) + 2 + _plotly_mentions()


def _plotly_mentions() -> int:
    from ips_econ.report.interactive_charts import plotly_script

    return plotly_script().count("<script")


def test_the_first_page_names_law_version_and_seed(page: str) -> None:
    first = page[: page.index('id="charts"')]
    for text in ("1 June 2026", "ips-econ 0.1.0", "20260601", "256 draws × 500 people"):
        assert text in first
    assert first.count("<li><b>") == 5


# ---------------------------------------------------------------------------- the numbers


def test_text_table_and_chart_take_a_number_from_one_place(
    tmp_path: Path, results: Results, english: Language
) -> None:
    moved = load_results(build_run_directory(tmp_path, public_shift=6000.0))
    before = sum(NET_BY_PAYER[payer][0] for payer in PUBLIC)
    for run, mean in ((results, before), (moved, before + 6000.0)):
        assert run.perspectives["public_sector"].net_present_value.mean == pytest.approx(mean)
        printed = euros(run.perspectives["public_sector"].net_present_value, english)
        headline = headline_table(run, "en").replace("-", "−")
        row = next(row for row in payers(run, english).rows if row.heading == "Public sector")
        assert printed.sentence in answer(run, english)[1].text
        assert printed.bare == row.cells[0].text
        assert printed.cell in headline.replace(" ", "\u00a0").replace("\u00a0(", " (")
        waterfall = next(c for c in all_charts(run, english) if c.id == "who_pays_who_gains")
        assert printed.sentence in waterfall.alt
    assert answer(results, english)[1].text != answer(moved, english)[1].text


def test_a_loss_is_told_in_the_same_words_and_place_as_a_gain(
    tmp_path: Path, results: Results, english: Language
) -> None:
    gain = load_results(build_run_directory(tmp_path, public_shift=9000.0))
    told = [answer(run, english)[1].text for run in (results, gain)]
    assert (
        "would on average pay more than it gets back if the assumptions below hold: −€1,800"
        in (told[0])
    )
    assert "so a gain is possible too" in told[0]
    assert "would get back more than it pays if the assumptions below hold: +€" in told[1]
    losers = answer(results, english)[2].text
    assert (
        "these would lose: wellbeing services county −€5,400 (−7,200\u00a0to\u00a0−3,600)" in losers
    )


def test_no_probability_of_gain_without_what_it_assumes(
    results: Results, page: str, english: Language
) -> None:
    assumption = (
        "IPS replaces the other service of 88% of the clients who would otherwise use one "
        "(57% of all clients)"
    )
    persistence = "the difference in work lasts, slowly shrinking (sustained)"
    assert assumption in answer(results, english)[3].text
    for text in (payers(results, english).notes[-1], headline_table(results, "en")):
        flat = " ".join(text.split())
        assert assumption in flat
        assert persistence in flat
    for chart in all_charts(results, english):
        if "probability" in chart.title + chart.alt:
            assert assumption in chart.caption


def test_a_sign_that_follows_from_the_model_has_no_probability(
    results: Results, english: Language
) -> None:
    employer = next(row for row in payers(results, english).rows if row.heading == "Employer")
    assert employer.cells[1].text == "by construction"
    assert employer.cells[1].detail == "nothing is booked here"


def test_variants_stand_side_by_side_with_the_headline_marked(
    results: Results, english: Language
) -> None:
    table = side_by_side(results, english)
    assert table.columns == (
        "0%",
        "88% (headline)",
        "100%",
        "ends early",
        "is caught up",
        "slowly shrinks (headline)",
        "trials outside the US (headline)",
        "Nordic trials",
        "sceptical (comparator already like IPS)",
    )
    assert [span for _, span in table.groups] == [3, 3, 3]
    public = table.rows[0]
    assert public.heading == "Public sector"
    assert public.cells[1] == public.cells[5] == public.cells[6]
    assert len({cell.text for cell in public.cells}) > 3


def test_effects_are_left_out_where_the_run_has_none(tmp_path: Path, english: Language) -> None:
    path = build_run_directory(tmp_path) / "comparisons.csv"
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(row for row in rows if not row.startswith("effect,")), encoding="utf-8")
    old = load_results(tmp_path)
    assert [span for _, span in side_by_side(old, english).groups] == [3, 3]
    assert "Effect from" not in headline_table(old, "en")


def test_whole_per_cents_that_seem_not_to_add_show_a_decimal(english: Language) -> None:
    def printed(ips: float, control: float) -> str:
        gap = ips - control
        outcome = Outcome("share", Stat(ips), Stat(control), Stat(gap, gap - 0.04, gap, gap + 0.04))
        return difference_figure(outcome, english).cell

    assert printed(0.166, 0.112) == "+5.4 (+1.4\u00a0to\u00a0+9.4)"
    assert printed(0.170, 0.110) == "+6 (+2\u00a0to\u00a0+10)"


def test_nothing_to_pay_back_is_a_dash_and_no_month(results: Results, english: Language) -> None:
    unmarked = [replace(row, by_construction="") for row in results.payers]
    rows = payers(replace(results, payers=tuple(unmarked)), english).rows
    cells = {row.heading: row.cells[2] for row in rows}
    assert cells["Employer"] == cells["EU funds"] == Cell("–")
    assert cells["Municipality"].text == "month 31"
    assert cells["Wellbeing services county"].text == "not within 5 years"


def test_the_services_replaced_stand_beside_the_public_result(
    results: Results, english: Language
) -> None:
    # 1,500 of the service and 150 of its allowance, from the fixture's public payers
    told = "mean net result of −€1,800 per person contains +€1,650 from other services"
    assert told in side_by_side(results, english).notes[0]
    assert told in " ".join(headline_table(results, "en").replace("-", "−").split())


def test_the_first_page_says_what_was_assumed_of_the_programme(
    results: Results, page: str, english: Language
) -> None:
    table = programme_assumptions(results, english)
    assert [row.cells[0].text for row in table.rows] == [
        "2026",
        "2026: 2; 2027: 3; 2028: 3",
        "20",
        "2026: 90; 2027: 100; 2028: 100",
        "1 (a new service)",
        "9 months (7.0–15.0)",
        "wellbeing services county 75% and state 25% in each year",
        "today's services: rehabilitative work activity 40%, no other service 35% "
        "and Clubhouse 25%",
    ]
    assert page.index(table.title) < page.index('id="charts"')


def test_the_programmes_own_clients_carry_chance_on_top(
    results: Results, english: Language
) -> None:
    note = employment_outcomes(results, english).notes[0]
    assert "Of this programme's own 60 clients, 17 (7–27) would be in paid work" in note


def test_assumptions_without_a_source_stand_first_by_influence(
    results: Results, english: Language
) -> None:
    first, others = assumptions_to_replace(results, english)
    unsourced = [row[0] for row in PARAMETERS if row[10] or row[8] == "judgement"]
    shown = [row.code for row in (*first.rows, *others.rows)]
    assert sorted(shown) == sorted(unsourced)
    assert len(first.rows) == min(FIRST_PAGE_ASSUMPTIONS, len(unsourced))
    ranks = [row.cells[2].text for row in first.rows if row.cells[2].text != "–"]
    assert ranks == sorted(ranks, key=lambda text: int(text.removeprefix("no. ")))


def test_optional_files_add_sections(results: Results, page: str, english: Language) -> None:
    assert 'id="programme"' in page
    table = programme(results, english)
    assert [row.heading for row in table.rows][0] == "Clients who start"
    assert "Cumulative net result, wellbeing services county, € thousand" in [
        row.heading for row in table.rows
    ]
    assert len(subgroups(results, english).rows) == 3 + 10
    assert poorer(results, english).rows[2].cells[0].text == "41%"


def test_without_optional_files_their_sections_are_left_out(tmp_path: Path) -> None:
    write_report(build_run_directory(tmp_path, with_optional=False), "en")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'id="programme"' not in page
    assert 'id="about"' in page


def test_yearly_intervals_come_from_their_own_file(tmp_path: Path, english: Language) -> None:
    build_run_directory(tmp_path)
    without = yearly(load_results(tmp_path), english)
    assert without.rows[0].cells[0].detail == ""
    assert "Means, to the nearest hundred" in without.notes[0]
    (tmp_path / "yearly.csv").write_text(
        "year,perspective,mean,p2_5,p50,p97_5\n1,public_sector,-900,-2000,-900,300\n",
        encoding="utf-8",
    )
    table = yearly(load_results(tmp_path), english)
    assert table.rows[0].cells[0].detail == "−2,000\u00a0to\u00a0+300"


def test_a_short_horizon_says_what_it_can(tmp_path: Path) -> None:
    build_run_directory(tmp_path, months=12, with_optional=False)
    write_report(tmp_path, "en")
    text = headline_table(load_results(tmp_path), "en")
    assert "1 year, per person entering" in " ".join(text.split())
    assert "In work at 12 months" in text
    assert "In work at 24 months" not in text


def test_an_unfinished_run_says_so_first(tmp_path: Path) -> None:
    build_run_directory(tmp_path, status="partial")
    write_report(tmp_path, "fi")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<p class="warning">Tämä ajo on kesken' in page
    assert "Tämä ajo on kesken" in headline_table(load_results(tmp_path), "fi").split("\n\n")[1]


# ------------------------------------------------------------------------------ rounding


@pytest.mark.parametrize(
    ("stat", "unit", "printed"),
    [
        (Stat(-1790.0, -5483.0, None, 1912.0), "EUR", "−€1,800 (−5,500\u00a0to\u00a0+1,900)"),
        (Stat(5.23, 1.87, None, 8.66), "months", "+5.2 (+1.9\u00a0to\u00a0+8.7)"),
        (Stat(0.114, 0.049, None, 0.171), "share", "+11% (+5\u00a0to\u00a0+17)"),
        (Stat(0.0, 0.0, None, 0.0), "EUR", "€0"),
        (Stat(1234.5), "EUR", "+€1,230"),
        (Stat(None), "EUR", "–"),
    ],
)
def test_no_more_digits_than_the_interval_supports(
    stat: Stat, unit: str, printed: str, english: Language
) -> None:
    assert figure(stat, english, unit, signed=True).sentence == printed


def parameter(value: str, unit: str, low: float | None = None, high: float | None = None) -> object:
    marks = {"planner_should_replace": False, "overridden": False}
    texts = dict.fromkeys(
        ("id", "title", "price_year", "kind", "basis", "source", "citation"), ""
    ) | {"quality": "", "directness": ""}
    return ParameterRow(value=value, unit=unit, low=low, high=high, **texts, **marks)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "printed"),
    [
        (parameter("0.88", "share", 0.70, 0.98), "88% (70–98)"),
        (parameter("3588.2", "EUR/month"), "3,588 € a month"),
        (parameter("0.0417", "rate/month"), "0.0417 a month (rate)"),
        (parameter("1.0998", "ratio", 0.9, 1.3), "1.1 (ratio) (0.90–1.30)"),
        (parameter("0", "log-ratio", -0.19, 0.18), "0 (log ratio) (−0.19\u00a0to\u00a00.18)"),
        (parameter("low=600; high=1500", "EUR/month"), "low 600 € a month; high 1,500 € a month"),
        (parameter("0:0.1; 20000:0.2", "share"), "from 0: 10%; from 20,000: 20%"),
        (parameter("; ".join(f"{y}=1" for y in range(2000, 2027)), "index"), "27 values"),
        (parameter("free text", "share"), "free text"),
    ],
)
def test_inputs_are_shown_as_they_were_given(
    row: ParameterRow, printed: str, english: Language
) -> None:
    assert parameter_value(row, english).sentence == printed


# ------------------------------------------------------------------------------ terminal


@pytest.mark.parametrize("code", ["en", "fi"])
@pytest.mark.parametrize("shift", [0.0, 250_000.0])
def test_the_headline_fits_a_terminal_and_an_email(tmp_path: Path, code: str, shift: float) -> None:
    text = headline_table(load_results(build_run_directory(tmp_path, public_shift=shift)), code)
    assert max(len(line) for line in text.split("\n")) <= 80
    text.encode("cp1252")
    assert "\u00a0" not in text
    assert all(line == line.rstrip() for line in text.split("\n"))


def test_the_headline_shows_variants_payers_and_facts(results: Results) -> None:
    text = headline_table(results, "en")
    for part in ("88% *", "slowly shrinks *", "ends early", "Law of 1 June 2026", "seed 20260601"):
        assert part in text
    for payer in ("Wellbeing services county", "Municipality", "State", "Society"):
        assert payer in text


# -------------------------------------------------------------------------------- errors


def test_an_empty_directory_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_report(tmp_path, "en")
    assert "not a finished run directory: manifest.json is missing" in str(caught.value)
    assert "ips-econ simulate" in str(caught.value)
    assert not (tmp_path / "report.html").exists()


def _break_json(directory: Path) -> str:
    (directory / "summary.json").write_text("{", encoding="utf-8")
    return "not readable as JSON"


def _drop_key(directory: Path) -> str:
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    del manifest["policy_date"]
    (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return "manifest.json: policy_date: a key is missing"


def _drop_column(directory: Path) -> str:
    path = directory / "payers.csv"
    text = path.read_text(encoding="utf-8").replace("by_construction", "by_constuction", 1)
    path.write_text(text, encoding="utf-8")
    return "did you mean 'by_constuction'?"


def _spoil_number(directory: Path) -> str:
    path = directory / "gap.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[3] = "ends,3,nan,0.1,0.2"
    path.write_text("\n".join(lines), encoding="utf-8")
    return "gap.csv:4: mean: this is not a finite number"


def _cut_row(directory: Path) -> str:
    path = directory / "lines.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[2] = "state,church_tax"
    path.write_text("\n".join(lines), encoding="utf-8")
    return "lines.csv:3: 6 cells are expected"


def _spoil_parquet(directory: Path) -> str:
    (directory / "draws.parquet").write_bytes(b"PAR1 nothing PAR1")
    return "draws.parquet: this is not readable as parquet"


def _wrong_columns_in_parquet(directory: Path) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"net_present_value.publc_sector": [1.0]}), directory / "draws.parquet")
    return "did you mean 'net_present_value.publc_sector'?"


@pytest.mark.parametrize(
    "damage",
    [
        _break_json,
        _drop_key,
        _drop_column,
        _spoil_number,
        _cut_row,
        _spoil_parquet,
        _wrong_columns_in_parquet,
    ],
)
def test_a_damaged_file_is_named_with_its_place(
    tmp_path: Path, damage: Callable[[Path], str]
) -> None:
    build_run_directory(tmp_path)
    message = damage(tmp_path)
    with pytest.raises(InputError) as caught:
        load_results(tmp_path)
    assert message in str(caught.value)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    build_run_directory(tmp_path)
    (tmp_path / "charts").write_text("a file in the way", encoding="utf-8")
    with pytest.raises(RunError) as caught:
        write_report(tmp_path, "en")
    assert "could not be written" in str(caught.value)


def test_the_results_of_the_summary_are_taken_as_they_stand(written: Path) -> None:
    summary = json.loads((written / "summary.json").read_text(encoding="utf-8"))
    results = load_results(written)
    stat = summary["outcomes"]["employed_at_24m"]["difference"]
    assert results.outcomes["employed_at_24m"].difference == Stat(**stat)
    draws = results.net_draws["public_sector"]
    stated = summary["perspectives"]["public_sector"]["net_present_value"]["sd"]
    assert draws.std(ddof=1) <= stated * (1 + 1e-9)
