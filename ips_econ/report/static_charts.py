"""Draws a chart with matplotlib: SVG and PNG the width of a Word page, no browser, no pyplot.

Places are worked out in points from the texts' own sizes, so that a long Finnish title moves the
axes down and never covers them.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from ips_econ.language import Language
from ips_econ.report.chart_shapes import (
    DASHES,
    GAIN,
    LOSS,
    STYLES,
    TOTAL,
    BarPanel,
    Chart,
    HistogramPanel,
    LinePanel,
    Panel,
    month_step,
)

WIDTH = 454.0
"""Points: 16 cm, the text width of an A4 page."""
PNG_DPI = 300
_COMPRESSION = 3  # a third faster than the default 6, a sixth larger

_FONT = "DejaVu Sans"
_TITLE, _TEXT, _SMALL = 10.5, 8.0, 7.0
_LEADING = 1.32
_EDGE = 6.0
_TICK_ROOM = 22.0
_INK, _GREY, _RULE = "#16202a", "#4d5761", "#d7dde2"
_STYLE: Any = {
    "font.family": _FONT,
    "font.size": _TEXT,
    "text.parse_math": False,
    "text.color": _INK,
    "axes.edgecolor": _GREY,
    "axes.labelcolor": _GREY,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": _GREY,
    "ytick.color": _GREY,
    "xtick.labelsize": _SMALL,
    "ytick.labelsize": _SMALL,
    "hatch.linewidth": 0.7,
    "svg.fonttype": "path",
    "svg.hashsalt": "ips-econ",
    "path.simplify": True,
}


def draw(chart: Chart, language: Language) -> tuple[bytes, bytes]:
    """A chart as SVG and as PNG at 300 dpi, the same bytes for the same chart."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        figure = lay_out(chart, language)
        svg, png = io.BytesIO(), io.BytesIO()
        FigureCanvasSVG(figure).print_svg(
            svg, metadata={"Date": None, "Creator": None, "Title": chart.title}
        )
        figure.set_dpi(PNG_DPI)
        FigureCanvasAgg(figure).print_png(
            png,
            metadata={"Software": None, "Title": chart.title},
            pil_kwargs={"compress_level": _COMPRESSION},
        )
    return svg.getvalue(), png.getvalue()


def lay_out(chart: Chart, language: Language) -> Figure:
    """The finished matplotlib figure of a chart."""
    title = _wrap(chart.title, _TITLE, WIDTH - 2 * _EDGE, bold=True)
    caption = _wrap(chart.caption, _SMALL, WIDTH - 2 * _EDGE)
    top = _EDGE + len(title) * _TITLE * _LEADING + 8
    bottom = _EDGE + len(caption) * _SMALL * _LEADING + 4
    room = WIDTH - 2 * _EDGE
    if chart.side_by_side:
        room /= len(chart.panels)
    heights = [_height(panel, room) for panel in chart.panels]
    body = max(heights) if chart.side_by_side else sum(heights)
    height = top + body + bottom
    figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
    _write(figure, title, _EDGE, height - _EDGE, _TITLE, bold=True)
    _write(figure, caption, _EDGE, bottom - 4, _SMALL, colour=_GREY)
    left, width = _EDGE, WIDTH - 2 * _EDGE
    upper = height - top
    for index, panel in enumerate(chart.panels):
        if chart.side_by_side:
            share = width / len(chart.panels)
            box = (left + index * share, upper - body, share, body)
        else:
            box = (left, upper - heights[index], width, heights[index])
            upper -= heights[index]
        _PAINTERS[type(panel)](figure, panel, box, language)
    return figure


def title_band(chart: Chart) -> float:
    """Height of the title as a share of the picture's width, for a page that prints it itself."""
    lines = _wrap(chart.title, _TITLE, WIDTH - 2 * _EDGE, bold=True)
    return (_EDGE + len(lines) * _TITLE * _LEADING + 2) / WIDTH


def caption_band(chart: Chart) -> float:
    """Height of the caption as a share of the picture's width."""
    lines = _wrap(chart.caption, _SMALL, WIDTH - 2 * _EDGE)
    return (_EDGE + len(lines) * _SMALL * _LEADING + 2) / WIDTH


Box = tuple[float, float, float, float]
"""Left, bottom, width and height in points from the lower left corner."""


def _height(panel: Panel, width: float) -> float:
    """Height of a panel in points on a given width."""
    if isinstance(panel, BarPanel):
        return len(panel.bars) * _bar_row(panel, width) + 34
    heading = len(_heading(panel, width)) * _TEXT * _LEADING
    if isinstance(panel, HistogramPanel):
        return heading + 118
    return heading + (178 if heading else 230)


def _heading(panel: LinePanel | HistogramPanel, width: float) -> list[str]:
    """The heading of a panel in lines that fit; its first text is printed bold."""
    return [
        line
        for index, text in enumerate(panel.heading)
        for line in _wrap(text, _TEXT, width - 30, bold=index == 0)
    ]


def _axes(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    total_width, total_height = (72 * size for size in figure.get_size_inches())
    return figure.add_axes(
        (
            left / total_width,
            bottom / total_height,
            width / total_width,
            height / total_height,
        )
    )


def _lines(figure: Figure, panel: LinePanel, box: Box, language: Language) -> None:
    left, bottom, width, height = box
    labels = [line for line in panel.lines if line.name] if panel.labelled else []
    right = max((_text_width(line.name, _SMALL) for line in labels), default=0.0) + 14
    texts = _heading(panel, width)
    heading = len(texts) * _TEXT * _LEADING
    y_title = 12 * _LEADING if panel.y_title else 0
    ticks = {"percent": 34, "points": 20}.get(panel.unit, 44)
    upper = height - heading - y_title - 6
    axes = _axes(figure, left + ticks, bottom + 34, width - ticks - right, upper - 34)
    start = left + ticks if panel.heading else left
    _write(figure, texts, start, bottom + height, _TEXT, bold_first=True)
    if panel.y_title:
        _write(figure, [panel.y_title], start, bottom + height - heading, _SMALL, colour=_GREY)
    for line in panel.lines:
        style = STYLES[line.style]
        if line.low:
            axes.fill_between(
                line.x, line.low, line.high, color=style.colour, alpha=0.16, linewidth=0
            )
        axes.plot(
            line.x,
            line.y,
            color=style.colour,
            linestyle=_line(style.dash),
            linewidth=style.width,
        )
    last = max(line.x[-1] for line in panel.lines)
    axes.set_xlim(0, last)
    room = (width - ticks - right) / _TICK_ROOM
    axes.xaxis.set_major_locator(MultipleLocator(panel.x_step or month_step(last, room)))
    if panel.y_range:
        axes.set_ylim(*panel.y_range)
    elif panel.unit == "percent":
        axes.set_ylim(bottom=0)
    else:
        axes.axhline(0, color=_INK, linewidth=0.8)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    _number_axis(axes.yaxis, panel.unit, language)
    if panel.x_step:
        _number_axis(axes.xaxis, "euro", language)
    axes.grid(axis="y", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(panel.x_title, fontsize=_SMALL)
    low, high = axes.get_ylim()
    for mark in panel.marks:
        axes.axvline(mark.x, color=_INK, linewidth=0.9, linestyle=_line("dot"))
        to_left = mark.x > last / 2
        axes.annotate(
            mark.text,
            (mark.x, high),
            xytext=(-4 if to_left else 4, -2),
            textcoords="offset points",
            ha="right" if to_left else "left",
            va="top",
            fontsize=_SMALL,
        )
    points = (upper - 34) / (high - low)
    places = spread(
        [(line.y[-1] - low) * points for line in labels], _SMALL * 1.25, 0.0, upper - 34
    )
    for line, place in zip(labels, places, strict=True):
        axes.annotate(
            line.name,
            (last, line.y[-1]),
            xytext=(width - ticks - right + 10, place),
            textcoords="axes points",
            va="center",
            fontsize=_SMALL,
            color=STYLES[line.style].colour,
            fontweight="bold" if STYLES[line.style].width > 2 else "normal",
            arrowprops={
                "arrowstyle": "-",
                "color": STYLES[line.style].colour,
                "linewidth": 0.6,
                "shrinkA": 1,
                "shrinkB": 1,
            },
        )


_BAR = 8.0
_LABEL_LINES = 2


def _bar_labels(panel: BarPanel, width: float) -> list[list[str]]:
    """The label of each bar in at most two lines beside its value."""
    labels = []
    for bar in panel.bars:
        room = width - 8 - _text_width(bar.value, _SMALL, bold=bar.role == "total") - 12
        lines = _wrap(bar.label, _SMALL, room, bold=bar.role == "total")
        if len(lines) > _LABEL_LINES:
            rest = " ".join(lines[_LABEL_LINES - 1 :])
            lines = [*lines[: _LABEL_LINES - 1], _shortened(rest, _SMALL, room)]
        labels.append(lines)
    return labels


def _bar_row(panel: BarPanel, width: float) -> float:
    """Height of a bar with its label in points."""
    lines = max(len(label) for label in _bar_labels(panel, width))
    return _BAR + 8 + lines * _SMALL * _LEADING


def _bars(figure: Figure, panel: BarPanel, box: Box, language: Language) -> None:
    left, bottom, width, height = box
    axes = _axes(figure, left + 4, bottom + 30, width - 8, height - 34)
    count, row, labels = len(panel.bars), _bar_row(panel, width), _bar_labels(panel, width)
    colours = {"gain": GAIN, "loss": LOSS, "total": TOTAL}
    for index, bar in enumerate(panel.bars):
        y = (count - 1 - index) * row + _BAR / 2 + 2
        axes.barh(
            y,
            bar.end - bar.start,
            left=bar.start,
            height=_BAR,
            color=colours[bar.role],
            edgecolor=_INK,
            linewidth=0.5,
            hatch="////" if bar.role == "loss" else None,
        )
        if bar.low is not None and bar.high is not None:
            axes.plot([bar.low, bar.high], [y, y], color=_INK, linewidth=0.9)
            for limit in (bar.low, bar.high):
                axes.plot([limit, limit], [y - 2.4, y + 2.4], color=_INK, linewidth=0.9)
        if bar.point is not None:
            axes.plot(bar.point, y, marker="D", markersize=5, color="white", markeredgecolor=_INK)
        if panel.connected and index + 1 < count:
            axes.plot([bar.end, bar.end], [y - row, y], color=_GREY, linewidth=0.5)
        weight = "bold" if bar.role == "total" else "normal"
        place: Any = {
            "xycoords": ("axes fraction", "data"),
            "va": "bottom",
            "fontweight": weight,
            "bbox": {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.4},
        }
        label = "\n".join(labels[index])
        axes.annotate(label, (0, y + _BAR / 2 + 1.5), ha="left", fontsize=_SMALL, **place)
        axes.annotate(bar.value, (1, y + _BAR / 2 + 1.5), ha="right", fontsize=_SMALL, **place)
    axes.set_ylim(-2, count * row)
    axes.axvline(0, color=_INK, linewidth=0.8)
    _horizontal(axes, panel.unit, language)
    axes.set_xlabel(panel.x_title, fontsize=_SMALL)


def _histogram(figure: Figure, panel: HistogramPanel, box: Box, language: Language) -> None:
    left, bottom, width, height = box
    texts = _heading(panel, width)
    heading = len(texts) * _TEXT * _LEADING
    below = bottom + height - heading
    heading += _SMALL * _LEADING
    axes = _axes(figure, left + 34, bottom + 30, width - 44, height - heading - 36)
    _write(figure, texts, left, bottom + height, _TEXT, bold_first=True)
    _write(figure, [panel.y_title], left, below, _SMALL, colour=_GREY)
    gains = [edge >= 0 for edge in panel.edges[:-1]]
    for chosen, colour, hatch in ((True, GAIN, None), (False, LOSS, "////")):
        picked = [index for index, gain in enumerate(gains) if gain is chosen]
        axes.bar(
            [panel.edges[index] for index in picked],
            [panel.shares[index] for index in picked],
            width=panel.edges[1] - panel.edges[0],
            align="edge",
            color=colour,
            edgecolor="white" if chosen else _INK,
            linewidth=0.3,
            hatch=hatch,
        )
    axes.set_xlim(panel.edges[0], panel.edges[-1])
    axes.axvline(0, color=_INK, linewidth=1.2)
    axes.axvline(panel.mean.x, color=_INK, linewidth=1.0, linestyle=_line("dash"))
    middle = (panel.edges[0] + panel.edges[-1]) / 2
    axes.set_ylim(0, max(panel.shares) * 1.18)
    axes.annotate(
        language.text("chart.mean", value=panel.mean.text),
        (panel.mean.x, max(panel.shares) * 1.17),
        xytext=(-4 if panel.mean.x > middle else 4, 0),
        textcoords="offset points",
        ha="right" if panel.mean.x > middle else "left",
        va="top",
        fontsize=_SMALL,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )
    axes.yaxis.set_major_locator(MaxNLocator(3))
    _number_axis(axes.yaxis, "percent", language)
    _horizontal(axes, panel.unit, language)
    axes.set_xlabel(panel.x_title, fontsize=_SMALL)


def _horizontal(axes: Axes, unit: str, language: Language) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    _number_axis(axes.xaxis, unit, language)
    axes.grid(axis="x", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    if unit != "euro" or axes.get_ylim()[0] < 0:
        axes.yaxis.set_visible(False)
        axes.spines["left"].set_visible(False)


def _number_axis(axis: Any, unit: str, language: Language) -> None:
    ticks = axis.get_majorticklocs()
    gap = min((later - earlier for earlier, later in pairwise(ticks)), default=1.0)
    step = min(1.0, 10.0 ** math.floor(math.log10(gap) + 1e-9))

    def text(value: float, _: object) -> str:
        if unit == "percent":
            return language.percent(value / 100, step)
        return language.number(value, step)

    axis.set_major_formatter(FuncFormatter(text))


def _line(dash: str) -> Any:
    return (0, DASHES[dash]) if DASHES[dash] else "-"


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places moved as little as needed to lie ``gap`` apart between ``low`` and ``high``.

    >>> spread([10.0, 11.0, 40.0], 8.0, 0.0, 50.0)
    [6.5, 14.5, 40.0]
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[list[float]] = []  # [sum of wanted first places, count, first place]
    for index in order:
        groups.append([places[index], 1, places[index]])
        while len(groups) > 1 and groups[-2][2] + groups[-2][1] * gap > groups[-1][2]:
            later, earlier = groups.pop(), groups.pop()
            count = earlier[1] + later[1]
            wanted = earlier[0] + later[0] - later[1] * earlier[1] * gap
            groups.append([wanted, count, wanted / count])
    moved = [0.0] * len(places)
    position = 0
    for _, count, first in groups:
        for step in range(int(count)):
            moved[order[position]] = first + step * gap
            position += 1
    floor = low
    for index in order:
        moved[index] = floor = max(moved[index], floor)
        floor += gap
    ceiling = high
    for index in reversed(order):
        moved[index] = ceiling = min(moved[index], ceiling)
        ceiling -= gap
    return moved


def _write(
    figure: Figure,
    lines: Sequence[str],
    x: float,
    top: float,
    size: float,
    *,
    bold: bool = False,
    bold_first: bool = False,
    colour: str = _INK,
) -> None:
    width, height = (72 * inches for inches in figure.get_size_inches())
    for index, line in enumerate(lines):
        figure.text(
            x / width,
            (top - index * size * _LEADING) / height,
            line,
            fontsize=size,
            fontweight="bold" if bold or (bold_first and index == 0) else "normal",
            color=colour,
            va="top",
        )


def _wrap(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Text in lines of at most ``width`` points, broken at spaces; a no-break space stays whole."""
    space = _text_width(" ", size, bold=bold)
    lines: list[list[str]] = [[]]
    used = 0.0
    for word in text.split(" "):
        needed = _text_width(word, size, bold=bold)
        if lines[-1] and used + space + needed > width:
            lines.append([])
            used = 0.0
        used += needed + (space if lines[-1] else 0.0)
        lines[-1].append(word)
    return [" ".join(line) for line in lines]


def _shortened(text: str, size: float, width: float) -> str:
    if _text_width(text, size) <= width:
        return text
    while text and _text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


@lru_cache(maxsize=4096)
def _text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of text in points."""
    font = get_font(findfont(FontProperties(family=_FONT, weight="bold" if bold else "normal")))
    font.set_size(size, 72)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0] / 64)


_PAINTERS: dict[type, Any] = {LinePanel: _lines, BarPanel: _bars, HistogramPanel: _histogram}
