"""Draws a chart for plotly: data and layout as plain JSON, for a wide page and for a narrow one.

Only plotly's script is used, not its Python package, which would take longer to import than the
whole report takes to write. Texts are escaped: plotly reads some markup in them.
"""

from __future__ import annotations

import html
import importlib.util
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ips_econ.errors import RunError
from ips_econ.language import Language
from ips_econ.report.chart_shapes import (
    GAIN,
    LOSS,
    STYLES,
    TOTAL,
    Bar,
    BarPanel,
    Chart,
    HistogramPanel,
    Line,
    LinePanel,
    Mark,
    Panel,
    month_step,
)

_INK, _GREY, _RULE = "#16202a", "#4d5761", "#d7dde2"
_VEIL = "rgba(255,255,255,0.8)"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_LINE = 17
"""Pixels of a line of text."""
_BAR_ROOM = 29
"""Pixels of a bar without its label."""
_NARROW_LETTERS = 44
"""Letters that fit beside each other on a narrow page."""

Json = dict[str, Any]


def plotly_script() -> str:
    """Plotly's own script, from the installed package."""
    package = importlib.util.find_spec("plotly")
    places = package.submodule_search_locations if package else None
    path = Path(places[0]) / "package_data" / "plotly.min.js" if places else None
    if path is None or not path.is_file():
        raise RunError("plotly.min.js is missing; install the package plotly again")
    return path.read_text(encoding="utf-8")


def figure(chart: Chart, language: Language) -> Json:
    """What the page hands to plotly: ``wide`` and ``narrow``, each data, layout and height."""
    return {
        "wide": _figure(chart, language, narrow=False),
        "narrow": _figure(chart, language, narrow=True),
    }


def _figure(chart: Chart, language: Language, *, narrow: bool) -> Json:
    side_by_side = chart.side_by_side and not narrow
    heights = [_height(panel, narrow) for panel in chart.panels]
    height = max(heights) if side_by_side else sum(heights)
    data: list[Json] = []
    layout: Json = {
        "height": height,
        "margin": {"l": 0, "r": 12, "t": 0, "b": 0},
        "font": {"family": _FONT, "size": 12 if narrow else 13, "color": _INK},
        "separators": language.text("format.decimal") + language.text("format.group"),
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "barmode": "overlay",
        "bargap": 0,
        "annotations": [],
        "shapes": [],
    }
    top = 0.0
    for index, panel in enumerate(chart.panels):
        number = "" if index == 0 else str(index + 1)
        if side_by_side:
            share = 1 / len(chart.panels)
            box = (index * share, (index + 1) * share, 0.0, 1.0, 1.0 * height)
        else:
            lower = 1 - (top + heights[index]) / height
            box = (0.0, 1.0, max(0.0, lower), 1 - top / height, 1.0 * heights[index])
            top += heights[index]
        if isinstance(panel, LinePanel):
            _lines(panel, box, number, data, layout, language, narrow)
        elif isinstance(panel, BarPanel):
            _bars(panel, box, number, data, layout, narrow)
        else:
            _histogram(panel, box, number, data, layout, language, narrow)
    return {"data": data, "layout": layout}


def _height(panel: Panel, narrow: bool) -> int:
    if isinstance(panel, BarPanel):
        return len(panel.bars) * _bar_row(panel, narrow) + 60
    heading = _LINE * len(_heading_lines(panel, narrow))
    if isinstance(panel, HistogramPanel):
        return 220 + heading
    return (250 if heading else 380) + heading


def _heading_lines(panel: LinePanel | HistogramPanel, narrow: bool) -> tuple[str, ...]:
    if not narrow:
        return panel.heading
    return tuple(part for line in panel.heading for part in _broken(line))


def _broken(text: str) -> list[str]:
    return textwrap.wrap(text, _NARROW_LETTERS, break_long_words=False, break_on_hyphens=False)


def _bar_row(panel: BarPanel, narrow: bool) -> int:
    """Pixels of a bar with its label: on a narrow page the value has a line of its own."""
    if not narrow:
        return _BAR_ROOM + _LINE
    return _BAR_ROOM + _LINE * (1 + max(len(_broken(bar.label)) for bar in panel.bars))


Box = tuple[float, float, float, float, float]
"""Left, right, bottom and top as shares of the page, and the height in pixels."""


def _axes(
    layout: Json, panel: Panel, box: Box, number: str, *, above: float, left: float
) -> tuple[Json, Json]:
    """The two axes of a panel: ``above`` and ``left`` are room in pixels for text and ticks."""
    start, end, bottom, top, height = box
    unit = (top - bottom) / height
    x: Json = {
        "domain": [start + (left / 1000 if start or end < 1 else 0), end],
        "anchor": f"y{number}",
        "fixedrange": True,
        "gridcolor": _RULE,
        "linecolor": _GREY,
        "zeroline": False,
        "title": {
            "text": html.escape(panel.x_title, quote=False),
            "standoff": 6,
            "font": {"size": 12, "color": _GREY},
        },
        "tickfont": {"color": _GREY},
        "automargin": True,
    }
    y: Json = {
        "domain": [bottom + 46 * unit, top - above * unit],
        "anchor": f"x{number}",
        "fixedrange": True,
        "gridcolor": _RULE,
        "zeroline": False,
        "tickfont": {"color": _GREY},
        "automargin": True,
    }
    layout[f"xaxis{number}"], layout[f"yaxis{number}"] = x, y
    return x, y


def _lines(
    panel: LinePanel,
    box: Box,
    number: str,
    data: list[Json],
    layout: Json,
    language: Language,
    narrow: bool,
) -> None:
    heading = _heading_lines(panel, narrow)
    above = _LINE * len(heading) + (22 if panel.y_title else 6)
    x, y = _axes(layout, panel, box, number, above=above, left=45)
    last = max(line.x[-1] for line in panel.lines)
    most = 6 if narrow or box[1] - box[0] < 1 else 20
    step = panel.x_step or month_step(last, most)
    x.update(dtick=step, range=[0, last], showgrid=False, showline=True)
    _unit(y, panel.unit, language)
    if panel.x_step:
        _unit(x, "euro", language)
    if panel.y_range:
        y["range"] = list(panel.y_range)
    elif panel.unit == "percent" or panel.x_step:
        y["rangemode"] = "tozero"
    else:
        y.update(zeroline=True, zerolinecolor=_INK, zerolinewidth=1)
    for line in panel.lines:
        if line.low:
            data.append(_band(line, number))
        style = STYLES[line.style]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": line.name,
                "x": _short(line.x),
                "y": _short(line.y),
                "text": [html.escape(text, quote=False) for text in line.hover],
                "hovertemplate": "%{text}<extra></extra>",
                "line": {"color": style.colour, "dash": style.dash, "width": style.width * 1.2},
                "xaxis": f"x{number}",
                "yaxis": f"y{number}",
            }
        )
    _heading(heading, box, layout)
    if panel.y_title:
        _text(layout, panel.y_title, box, _LINE * len(heading), colour=_GREY)
    for mark in panel.marks:
        _mark(layout, mark, number, "dot", mark.x > last / 2)


def _band(line: Line, number: str) -> Json:
    colour = STYLES[line.style].colour
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": line.name,
        "x": _short((*line.x, *reversed(line.x))),
        "y": _short((*line.high, *reversed(line.low))),
        "fill": "toself",
        "fillcolor": f"rgba({red},{green},{blue},0.16)",
        "line": {"width": 0, "color": "rgba(0,0,0,0)"},
        "hoverinfo": "skip",
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
    }


def _bars(
    panel: BarPanel, box: Box, number: str, data: list[Json], layout: Json, narrow: bool
) -> None:
    x, y = _axes(layout, panel, box, number, above=2, left=0)
    row, count = _bar_row(panel, narrow), len(panel.bars)
    places = [(count - 1 - index) * row + 11 for index in range(count)]
    y.update(range=[0, count * row], visible=False)
    x.update(zeroline=True, zerolinecolor=_INK, zerolinewidth=1, range=_padded(panel.bars))
    if panel.unit == "euro":
        x["tickformat"] = ",d"
    if panel.unit == "percent":
        x["ticksuffix"] = "\u00a0%"
    for role, colour in (("gain", GAIN), ("loss", LOSS), ("total", TOTAL)):
        chosen = [(bar, y) for bar, y in zip(panel.bars, places, strict=True) if bar.role == role]
        if not chosen:
            continue
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": [place for _, place in chosen],
                "x": _short([bar.end - bar.start for bar, _ in chosen]),
                "base": _short([bar.start for bar, _ in chosen]),
                "width": 14,
                "marker": _marker(colour, hatched=role == "loss"),
                "text": [
                    html.escape(f"{bar.label}: {bar.value}", quote=False) for bar, _ in chosen
                ],
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
                "xaxis": f"x{number}",
                "yaxis": f"y{number}",
            }
        )
    whiskers_x: list[float | None] = []
    whiskers_y: list[float | None] = []
    for bar, place in zip(panel.bars, places, strict=True):
        if bar.low is not None and bar.high is not None:
            for limit in (bar.low, bar.high):
                whiskers_x += [limit, limit, None]
                whiskers_y += [place - 4, place + 4, None]
            whiskers_x += [bar.low, bar.high, None]
            whiskers_y += [place, place, None]
    if panel.connected:
        for bar, place in zip(panel.bars[:-1], places[:-1], strict=True):
            whiskers_x += [bar.end, bar.end, None]
            whiskers_y += [place, place - row, None]
    data.append(
        {
            "type": "scatter",
            "mode": "lines",
            "x": [None if value is None else _rounded(value) for value in whiskers_x],
            "y": whiskers_y,
            "line": {"color": _INK, "width": 1},
            "hoverinfo": "skip",
            "xaxis": f"x{number}",
            "yaxis": f"y{number}",
        }
    )
    points = [(bar.point, y) for bar, y in zip(panel.bars, places, strict=True)]
    marked = [(value, place) for value, place in points if value is not None]
    if marked:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [_rounded(value) for value, _ in marked],
                "y": [place for _, place in marked],
                "marker": {
                    "symbol": "diamond",
                    "size": 9,
                    "color": "white",
                    "line": {"color": _INK, "width": 1},
                },
                "hoverinfo": "x",
                "xaxis": f"x{number}",
                "yaxis": f"y{number}",
            }
        )
    for bar, place in zip(panel.bars, places, strict=True):
        parts = _broken(bar.label) if narrow else [bar.label]
        label = "<br>".join(html.escape(part, quote=False) for part in parts)
        value = html.escape(bar.value, quote=False)
        if bar.role == "total":
            label, value = f"<b>{label}</b>", f"<b>{value}</b>"
        common = {
            "xref": "paper",
            "yref": f"y{number}",
            "y": place + 8,
            "yanchor": "bottom",
            "showarrow": False,
            "bgcolor": _VEIL,
            "borderpad": 0,
        }
        if narrow:
            text = f"{label}<br>{value}"
            layout["annotations"].append(
                {**common, "x": 0, "xanchor": "left", "align": "left", "text": text}
            )
        else:
            layout["annotations"].append({**common, "x": 0, "xanchor": "left", "text": label})
            layout["annotations"].append({**common, "x": 1, "xanchor": "right", "text": value})


def _histogram(
    panel: HistogramPanel,
    box: Box,
    number: str,
    data: list[Json],
    layout: Json,
    language: Language,
    narrow: bool,
) -> None:
    heading = _heading_lines(panel, narrow)
    above = _LINE * len(heading) + 22
    x, y = _axes(layout, panel, box, number, above=above, left=0)
    width = panel.edges[1] - panel.edges[0]
    x.update(range=[panel.edges[0], panel.edges[-1]], zeroline=True)
    x.update(zerolinecolor=_INK, zerolinewidth=1.5, tickformat=",d")
    y.update(range=[0, max(panel.shares) * 1.18], nticks=4)
    _unit(y, "percent", language)
    for colour, loss in ((GAIN, False), (LOSS, True)):
        chosen = [index for index, edge in enumerate(panel.edges[:-1]) if (edge < 0) is loss]
        data.append(
            {
                "type": "bar",
                "x": [panel.edges[index] + width / 2 for index in chosen],
                "y": _short([panel.shares[index] for index in chosen]),
                "width": width,
                "marker": _marker(colour, hatched=loss),
                "text": [html.escape(panel.hover[index], quote=False) for index in chosen],
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
                "xaxis": f"x{number}",
                "yaxis": f"y{number}",
            }
        )
    _heading(heading, box, layout)
    _text(layout, panel.y_title, box, _LINE * len(heading), colour=_GREY)
    middle = (panel.edges[0] + panel.edges[-1]) / 2
    mark = Mark(panel.mean.x, language.text("chart.mean", value=panel.mean.text))
    _mark(layout, mark, number, "dash", mark.x > middle)


def _marker(colour: str, *, hatched: bool) -> Json:
    marker: Json = {"color": colour, "line": {"color": _INK, "width": 0.5}}
    if hatched:
        marker["pattern"] = {"shape": "/", "fgcolor": _INK, "size": 6, "solidity": 0.15}
        marker["pattern"]["fillmode"] = "overlay"
    return marker


def _padded(bars: Sequence[Bar]) -> list[float]:
    """Range of an axis that holds bars and whiskers with a little room to each side."""
    values = [value for bar in bars for value in (bar.start, bar.end, bar.low, bar.high)]
    known = [value for value in values if value is not None]
    room = 0.03 * (max(known) - min(known)) or 1.0
    return [min(known) - room, max(known) + room]


def _unit(axis: Json, unit: str, language: Language) -> None:
    """Ticks in the language's own number format."""
    if unit == "points":
        return
    if unit == "percent":
        axis["ticksuffix"] = language.text("format.percent", number="")
    else:
        axis["tickformat"] = ",d"


def _heading(lines: Sequence[str], box: Box, layout: Json) -> None:
    for index, line in enumerate(lines):
        text = html.escape(line, quote=False)
        _text(layout, text if index else f"<b>{text}</b>", box, _LINE * index, escaped=True)


def _text(
    layout: Json,
    text: str,
    box: Box,
    below: float,
    *,
    colour: str = _INK,
    escaped: bool = False,
) -> None:
    """A line of text at a panel's left edge, ``below`` pixels beneath its top."""
    layout["annotations"].append(
        {
            "xref": "paper",
            "yref": "paper",
            "x": box[0],
            "y": box[3],
            "xanchor": "left",
            "yanchor": "top",
            "yshift": -below,
            "showarrow": False,
            "text": text if escaped else html.escape(text, quote=False),
            "font": {"color": colour},
            "align": "left",
        }
    )


def _mark(layout: Json, mark: Mark, number: str, dash: str, to_left: bool) -> None:
    domain = f"y{number} domain"
    line = {"color": _INK, "width": 1.2, "dash": dash}
    layout["shapes"].append(
        {
            "type": "line",
            "xref": f"x{number}",
            "yref": domain,
            "x0": mark.x,
            "x1": mark.x,
            "y0": 0,
            "y1": 1,
            "line": line,
        }
    )
    layout["annotations"].append(
        {
            "xref": f"x{number}",
            "yref": domain,
            "x": mark.x,
            "y": 1,
            "xanchor": "right" if to_left else "left",
            "yanchor": "top",
            "xshift": -3 if to_left else 3,
            "showarrow": False,
            "text": html.escape(mark.text, quote=False),
            "bgcolor": _VEIL,
        }
    )


def _short(values: Sequence[float]) -> list[float]:
    return [_rounded(value) for value in values]


def _rounded(value: float) -> float:
    """Enough digits for a screen, so that the page stays small."""
    return float(f"{value:.6g}")
