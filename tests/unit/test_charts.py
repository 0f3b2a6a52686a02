"""Charts: one specification, two drawings, nothing overlapping, readable in grey."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from ips_econ.language import load_language
from ips_econ.report import interactive_charts, static_charts
from ips_econ.report.chart_shapes import (
    GAIN,
    LOSS,
    TOTAL,
    BarPanel,
    Chart,
    HistogramPanel,
    LinePanel,
    Style,
)
from ips_econ.report.charts import all_charts
from ips_econ.report.results import Results, load_results
from tests.report_fixture import DRAWS, NET_BY_PAYER, build_run_directory

IDS = [
    "employment",
    "cumulative_net_result",
    "who_pays_who_gains",
    "net_result_distribution",
    "persistence",
    "drivers",
]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return load_results(build_run_directory(tmp_path_factory.mktemp("run")))


@pytest.fixture(scope="module")
def charts(results: Results) -> tuple[Chart, ...]:
    return all_charts(results, load_language("en"))


def chart(charts: tuple[Chart, ...], name: str) -> Chart:
    return next(item for item in charts if item.id == name)


def test_the_six_charts_come_in_order_with_numbers_and_words(charts: tuple[Chart, ...]) -> None:
    assert [item.id for item in charts] == IDS
    for item in charts:
        assert len(item.rows) > 5
        assert all(len(row) == len(item.columns) for row in item.rows)
        assert any(character.isdigit() for character in item.alt)
        assert "1 June 2026" in item.caption
        assert "ips-econ 0.1.0" in item.caption
        assert item.title


def test_titles_state_the_finding(results: Results, charts: tuple[Chart, ...]) -> None:
    assert chart(charts, "employment").title == (
        "After 24 months 27% are in paid work with IPS, 16% with today's services"
    )
    assert chart(charts, "who_pays_who_gains").title == (
        "Pays most: wellbeing services county (−€5,400); gains most: participant (+€5,000)"
    )
    title = chart(charts, "net_result_distribution").title
    assert "if the difference in work lasts, slowly shrinking (sustained)" in title
    assert "IPS replaces 88% of other services" in title


def test_a_payback_changes_the_title_and_is_marked(tmp_path: Path) -> None:
    results = load_results(build_run_directory(tmp_path, public_shift=6000.0))
    item = chart(all_charts(results, load_language("en")), "cumulative_net_result")
    assert (
        item.title
        == "More likely than not, the public sector would have its money back by month 31"
    )
    panel = item.panels[0]
    assert isinstance(panel, LinePanel)
    assert [mark.x for mark in panel.marks] == [31.0]


def test_the_waterfall_starts_each_bar_where_the_last_ended(charts: tuple[Chart, ...]) -> None:
    panel = chart(charts, "who_pays_who_gains").panels[0]
    assert isinstance(panel, BarPanel)
    reached = 0.0
    for bar in panel.bars:
        if bar.role == "total":
            assert (bar.start, bar.end) == (0.0, pytest.approx(reached))
        else:
            assert bar.start == pytest.approx(reached)
            reached = bar.end
    assert reached == pytest.approx(sum(mean for mean, _ in NET_BY_PAYER.values()))
    assert [bar.label for bar in panel.bars if bar.role == "total"] == ["Public sector", "Society"]


def test_the_histogram_holds_every_draw_and_splits_at_zero(
    results: Results, charts: tuple[Chart, ...]
) -> None:
    item = chart(charts, "net_result_distribution")
    for panel, name in zip(item.panels, results.net_draws, strict=True):
        assert isinstance(panel, HistogramPanel)
        assert 0.0 in panel.edges
        assert sum(panel.shares) == pytest.approx(100.0)
        pairs = zip(panel.edges, panel.shares, strict=False)
        gains = sum(share for edge, share in pairs if edge >= 0)
        draws = results.net_draws[name]
        assert gains == pytest.approx(100 * np.mean(draws >= 0), abs=1e-9)
        assert len(draws) == DRAWS


def test_persistence_panels_share_their_scale(charts: tuple[Chart, ...]) -> None:
    panels = chart(charts, "persistence").panels
    assert len(panels) == 3
    assert len({panel.y_range for panel in panels if isinstance(panel, LinePanel)}) == 1


def test_drivers_are_the_ten_strongest_in_order(charts: tuple[Chart, ...]) -> None:
    panel = chart(charts, "drivers").panels[0]
    assert isinstance(panel, BarPanel)
    sizes = [abs(bar.end) for bar in panel.bars]
    assert len(sizes) == 10
    assert sizes == sorted(sizes, reverse=True)
    for bar in panel.bars:
        assert bar.role == ("gain" if bar.end >= 0 else "loss")


def shown_texts(figure: Figure) -> list[Text]:
    """Texts of a figure that are drawn: of an axis, the ticks within its limits."""
    texts = list(figure.texts)
    for axes in figure.axes:
        texts += axes.texts
        for axis in (axes.xaxis, axes.yaxis):
            if axis.get_visible():
                low, high = sorted(axis.get_view_interval())
                ticks = axis.get_major_ticks()
                texts += [tick.label1 for tick in ticks if low <= tick.get_loc() <= high]
                texts.append(axis.label)
    return [text for text in texts if text.get_text().strip()]


@pytest.mark.parametrize("code", ["en", "fi"])
@pytest.mark.parametrize("months", [12, 60, 240])
def test_no_text_of_a_static_chart_overlaps_or_is_cut(
    tmp_path: Path, code: str, months: int
) -> None:
    results = load_results(build_run_directory(tmp_path, months=months, public_shift=6000.0))
    language = load_language(code)
    for item in all_charts(results, language):
        figure = static_charts.lay_out(item, language)
        figure.set_dpi(static_charts.PNG_DPI)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        boxes = [
            (text.get_text(), text.get_window_extent(canvas.get_renderer()))
            for text in shown_texts(figure)
        ]
        assert len(boxes) > 10
        width, height = canvas.get_width_height()
        for words, box in boxes:
            inside = box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height
            assert inside, f"{item.id}: {words!r} leaves the picture"
        for (first, a), (second, b) in combinations(boxes, 2):
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            along = min(a.y1, b.y1) - max(a.y0, b.y0)
            assert across < 1 or along < 5, f"{item.id}: {first!r} covers {second!r}"


def test_static_pictures_are_the_same_bytes_each_time_and_fit_a_page(
    charts: tuple[Chart, ...],
) -> None:
    language = load_language("en")
    svg, png = static_charts.draw(charts[2], language)
    assert (svg, png) == static_charts.draw(charts[2], language)
    assert b"<dc:date>" not in svg
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.width == pytest.approx(static_charts.WIDTH / 72 * 300, abs=2)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=1)


def test_the_interactive_drawing_holds_the_same_numbers(charts: tuple[Chart, ...]) -> None:
    language = load_language("en")
    for item in charts:
        figures = interactive_charts.figure(item, language)
        json.dumps(figures, allow_nan=False)
        for figure in figures.values():
            drawn = [trace for trace in figure["data"] if trace.get("hovertemplate")]
            for panel in item.panels:
                if isinstance(panel, LinePanel):
                    for line in panel.lines:
                        trace = drawn.pop(0)
                        assert trace["y"] == pytest.approx(line.y, rel=1e-5)
                        assert trace["text"] == [text.replace("&", "&amp;") for text in line.hover]
                elif isinstance(panel, BarPanel):
                    lengths = [bar.end - bar.start for bar in panel.bars]
                    shown = [x for trace in drawn for x in trace["x"]]
                    assert sorted(shown) == pytest.approx(sorted(lengths), rel=1e-5)
                else:
                    traces = [drawn.pop(0), drawn.pop(0)]
                    shares = [y for trace in traces for y in trace["y"]]
                    assert sum(shares) == pytest.approx(100.0, rel=1e-4)


def test_texts_for_plotly_are_escaped(tmp_path: Path) -> None:
    build_run_directory(tmp_path)
    path = tmp_path / "parameters.csv"
    written = path.read_text(encoding="utf-8")
    path.write_text(
        written.replace("Training of a coach", "<a href=x>&"), encoding="utf-8", newline=""
    )
    language = load_language("en")
    item = chart(all_charts(load_results(tmp_path), language), "drivers")
    figure = json.dumps(interactive_charts.figure(item, language))
    assert "&lt;a href=x&gt;&amp;" in figure
    assert "<a href" not in figure


def luminance(colour: str) -> float:
    """Relative luminance of a colour, 0 (black) to 1 (white), as WCAG 2.1 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_lines_differ_without_colour_and_stand_out_from_paper(charts: tuple[Chart, ...]) -> None:
    for item in charts:
        styles: list[Style] = [style for _, style in item.legend]
        for one, other in combinations(styles, 2):
            differs = (
                one.dash != other.dash
                or abs(one.width - other.width) > 0.5
                or contrast(one.colour, other.colour) > 1.5
            )
            assert differs, f"{item.id}: {one} looks like {other} in grey"
        assert all(contrast(style.colour, "#ffffff") > 3 for style in styles)
    assert contrast(GAIN, LOSS) > 2.5
    assert contrast(TOTAL, LOSS) > 2.5


@given(st.lists(st.floats(0, 200), min_size=1, max_size=12))
def test_spread_labels_keep_their_order_and_their_distance(places: list[float]) -> None:
    moved = static_charts.spread(places, 9.0, 0.0, 200.0)
    order = sorted(range(len(places)), key=lambda index: places[index])
    gaps = np.diff([moved[index] for index in order])
    assert (gaps >= 9.0 - 1e-6).all()
    assert min(moved) >= -1e-9
    assert max(moved) <= 200.0 + 1e-9


def test_drawing_loads_neither_pyplot_nor_plotly_nor_pandas(tmp_path: Path) -> None:
    build_run_directory(tmp_path)
    code = (
        "import sys; from ips_econ.report import write_report; "
        f"write_report({str(tmp_path)!r}, 'en'); "
        "print([m for m in ('matplotlib.pyplot', 'plotly', 'pandas', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
