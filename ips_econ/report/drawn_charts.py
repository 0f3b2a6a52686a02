"""Charts drawn: pictures, numbers, and pages that open offline."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ips_econ.file_formats import csv_bytes
from ips_econ.language import Language
from ips_econ.report.pages import assets, environment

if TYPE_CHECKING:
    from ips_econ.report.chart_shapes import Chart

_PLOTLY = "plotly.min.js"


@dataclass(frozen=True)
class DrawnChart:
    """A chart with its pictures and its numbers, ready for a page."""

    chart: Chart
    svg: bytes
    png: bytes
    csv: bytes
    json: str
    title_band: float
    caption_band: float

    @property
    def svg_uri(self) -> str:
        """The static picture as part of a page."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg).decode("ascii")

    @property
    def csv_uri(self) -> str:
        """The numbers as a link that needs no file."""
        return "data:text/csv;charset=utf-8;base64," + base64.b64encode(self.csv).decode("ascii")


def draw_charts(charts: Iterable[Chart], language: Language) -> tuple[DrawnChart, ...]:
    """Charts as pictures, as pages and with their numbers."""
    from ips_econ.report import interactive_charts, static_charts

    drawn = []
    for chart in charts:
        svg, png = static_charts.draw(chart, language)
        columns = list(zip(*chart.rows, strict=True)) or [()] * len(chart.columns)
        drawn.append(
            DrawnChart(
                chart=chart,
                svg=svg,
                png=png,
                csv=csv_bytes(chart.columns, columns),
                json=_script_json(interactive_charts.figure(chart, language)),
                title_band=static_charts.title_band(chart),
                caption_band=static_charts.caption_band(chart),
            )
        )
    return tuple(drawn)


def chart_files(drawn: tuple[DrawnChart, ...], language: Language) -> dict[str, bytes]:
    """The files of ``charts/``: each chart as page, pictures and numbers, and plotly's script."""
    from ips_econ.report.interactive_charts import plotly_script

    template = environment().get_template("chart.html.j2")
    files = {_PLOTLY: plotly_script().encode("utf-8")}
    for item in drawn:
        name = item.chart.id
        page = template.render(
            item=item, t=language.text, language=language, plotly_file=_PLOTLY, **assets()
        )
        files |= {
            f"{name}.html": page.encode("utf-8"),
            f"{name}.svg": item.svg,
            f"{name}.png": item.png,
            f"{name}.csv": item.csv,
        }
    return files


def _script_json(value: Mapping[str, Any]) -> str:
    """JSON that may stand inside a script element, whatever its texts hold."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
