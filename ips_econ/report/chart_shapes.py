"""The shape of a chart: one specification, drawn twice.

A specification holds the finished numbers and texts; :mod:`~ips_econ.report.static_charts` draws
it with matplotlib, :mod:`~ips_econ.report.interactive_charts` with plotly, and neither computes
anything. Colours differ in hue and in lightness, and lines also in dash, so that a grey print and
a colour-blind reader lose nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

Numbers = tuple[float, ...]
DASHES: dict[str, Numbers] = {
    "solid": (),
    "dash": (5, 2),
    "dot": (1.2, 1.6),
    "dashdot": (6, 2, 1.2, 2),
    "longdash": (9, 3),
    "longdashdot": (9, 2.5, 1.2, 2.5),
}


@dataclass(frozen=True)
class Style:
    """How a line is drawn: colour, dash by plotly's names, width in points."""

    colour: str
    dash: str = "solid"
    width: float = 1.6

    @property
    def pattern(self) -> tuple[float, ...]:
        """Lengths of dashes and gaps in line widths; empty for a solid line."""
        return DASHES[self.dash]


STYLES = {
    "ips": Style("#0b4f8a", width=2.4),
    "control": Style("#c2570c", "dash", 2.0),
    "public_sector": Style("#16202a", width=2.8),
    "society": Style("#7a7f87", "longdash", 2.0),
    "wellbeing_county": Style("#c2570c"),
    "state": Style("#0b4f8a", "dash"),
    "participant": Style("#00897b", "dashdot"),
    "municipality": Style("#b0559b", "dot"),
    "social_insurance": Style("#8a6d00", "longdashdot"),
    "pension_insurers": Style("#4c9bd6", "dot"),
    "gap": Style("#0b4f8a", width=2.2),
    "hazards_only": Style("#5b636b", "dot", 1.4),
}
GAIN, LOSS, TOTAL = "#0b4f8a", "#e58a3c", "#3c4650"


@dataclass(frozen=True)
class Line:
    """One line with, where given, its 95 % band; ``hover`` is the text of each point."""

    name: str
    style: str
    x: Numbers
    y: Numbers
    low: Numbers = ()
    high: Numbers = ()
    hover: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A dotted vertical line at ``x`` with a text."""

    x: float
    text: str


@dataclass(frozen=True)
class LinePanel:
    """Lines over months since entry; ``unit`` is percent, points or euro.

    ``heading`` holds one text a line of print; ``labelled`` writes names beside the lines. With
    ``x_step`` the horizontal axis is of euros, in such steps, instead of months.
    """

    lines: tuple[Line, ...]
    x_title: str
    y_title: str
    unit: str
    heading: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    labelled: bool = True
    y_range: tuple[float, float] | None = None
    x_step: float | None = None


@dataclass(frozen=True)
class Bar:
    """A bar from ``start`` to ``end`` with whiskers; ``role`` is gain, loss or total.

    ``point`` is a value set beside the bar, drawn as a diamond on it.
    """

    label: str
    value: str
    start: float
    end: float
    low: float | None
    high: float | None
    role: str
    point: float | None = None


@dataclass(frozen=True)
class BarPanel:
    """Bars one beneath the other, each with its label above it."""

    bars: tuple[Bar, ...]
    x_title: str
    unit: str
    connected: bool = False


@dataclass(frozen=True)
class HistogramPanel:
    """Shares of draws, in per cent, by bin; bins right of zero are gains."""

    heading: tuple[str, ...]
    edges: Numbers
    shares: Numbers
    mean: Mark
    hover: tuple[str, ...]
    x_title: str
    y_title: str
    unit: str


def month_step(months: float, most: float) -> int:
    """Months between ticks, whole years, so that at most ``most`` ticks follow the first.

    >>> month_step(60, 10), month_step(240, 6)
    (12, 60)
    """
    return next((step for step in (12, 24, 60) if months / step <= most), 120)


Panel = LinePanel | BarPanel | HistogramPanel


@dataclass(frozen=True)
class Chart:
    """A chart: what it says, its panels, and its numbers as a table for a CSV file."""

    id: str
    title: str
    alt: str
    caption: str
    panels: tuple[Panel, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    side_by_side: bool = False

    @property
    def legend(self) -> tuple[tuple[str, Style], ...]:
        """Names and styles of the lines of all panels, each once."""
        found = {
            line.name: STYLES[line.style]
            for panel in self.panels
            if isinstance(panel, LinePanel)
            for line in panel.lines
            if line.name
        }
        return tuple(found.items())
