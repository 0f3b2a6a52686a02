"""A result as it is printed: mean and 95 % interval, no more digits than the interval supports."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ips_econ.language import Language, rounding_step
from ips_econ.report.result_shapes import Outcome, ParameterRow, Stat

_SHARES = ("share", "probability", "percent")
_ENTRIES_LISTED = 6


@dataclass(frozen=True)
class Figure:
    """One result in one language."""

    bare: str
    """The mean without its unit, for a table whose heading names the unit."""
    full: str
    """The mean with its unit, for a sentence."""
    interval: str
    """The 95 % interval without unit; empty where none exists."""

    @property
    def sentence(self) -> str:
        """Mean with unit and, in brackets, the interval."""
        return f"{self.full} ({self.interval})" if self.interval else self.full

    @property
    def cell(self) -> str:
        """Mean without unit and, in brackets, the interval."""
        return f"{self.bare} ({self.interval})" if self.interval else self.bare


def kind_of(unit: str) -> str:
    """How a unit is printed: ``euro``, ``percent``, ``correlation`` or ``plain``."""
    if unit.startswith("EUR"):
        return "euro"
    if unit == "correlation":
        return unit
    return "percent" if unit in _SHARES else "plain"


def figure(stat: Stat, language: Language, unit: str, *, signed: bool = False) -> Figure:
    """A result in its unit; a share is printed in per cent, in whole per cent at the finest."""
    if stat.mean is None:
        missing = language.text("format.missing")
        return Figure(missing, missing, "")
    kind = kind_of(unit)
    scale = 100.0 if kind == "percent" else 1.0
    low, high = stat.p2_5, stat.p97_5
    scaled = None
    if low is not None and high is not None and high > low:
        scaled = (scale * low, scale * high)
    if scaled:
        step = rounding_step(*scaled)
    elif kind == "euro":
        step = rounding_step(None, None, stat.mean)
    else:
        step = _input_step(scale * stat.mean)
    step = max(step, {"percent": 1.0, "correlation": 0.01}.get(kind, 0.0))
    if kind == "euro":
        full = language.euros(stat.mean, step, signed=signed)
    elif kind == "percent":
        full = language.percent(stat.mean, step, signed=signed)
    else:
        full = language.number(stat.mean, step, signed=signed)
    return Figure(
        bare=language.number(scale * stat.mean, step, signed=signed),
        full=full,
        interval=interval(scaled, language, step, signed=signed),
    )


def interval(
    limits: tuple[float, float] | None, language: Language, step: float, *, signed: bool = False
) -> str:
    """Two limits as a range; empty where there are none."""
    if limits is None:
        return ""
    low, high = (language.number(limit, step, signed=signed) for limit in limits)
    separated = signed or limits[0] < 0
    return language.text("format.interval" if separated else "format.range", low=low, high=high)


def difference_figure(outcome: Outcome, language: Language) -> Figure:
    """The difference between the arms; in tenths of a per cent where whole ones seem not to add."""
    found = figure(outcome.difference, language, outcome.unit, signed=True)
    means = (outcome.ips.mean, outcome.control.mean, outcome.difference.mean)
    if kind_of(outcome.unit) != "percent" or None in means:
        return found
    ips, control, difference = (round(100.0 * mean) for mean in means if mean is not None)
    if ips - control == difference:
        return found
    step = 0.1
    low, high = outcome.difference.p2_5, outcome.difference.p97_5
    limits = None if low is None or high is None else (100.0 * low, 100.0 * high)
    mean = outcome.difference.mean or 0.0
    return Figure(
        bare=language.number(100.0 * mean, step, signed=True),
        full=language.percent(mean, step, signed=True),
        interval=interval(limits, language, step, signed=True),
    )


def euros(stat: Stat, language: Language) -> Figure:
    """A net result in euros, with its sign."""
    return figure(stat, language, "EUR", signed=True)


def parameter_value(row: ParameterRow, language: Language) -> Figure:
    """The value of a parameter in its own unit; a table or schedule as it stands."""
    scale = 100.0 if row.unit in _SHARES else 1.0
    try:
        value = float(row.value)
    except ValueError:
        listed = _listed(row, language)
        return Figure(listed, listed, "")
    limits = None
    if row.low is not None and row.high is not None and row.high > row.low:
        limits = (scale * row.low, scale * row.high)
    step = rounding_step(*limits) if limits else 1.0
    shown = _input(value, row.unit, language)
    return Figure(shown, shown, interval(limits, language, step))


def _listed(row: ParameterRow, language: Language) -> str:
    """The entries of a table (``name=number``) or schedule (``from:number``), if they are few."""
    parts = [part for part in row.value.split("; ") if part]
    if len(parts) > _ENTRIES_LISTED:
        return language.text("table.parameters.many", count=len(parts))
    told = []
    for part in parts:
        name, separator, number = part.partition("=" if "=" in part else ":")
        try:
            shown = _input(float(number), row.unit, language)
            start = None if separator == "=" else float(name)
        except ValueError:
            return row.value
        if start is None:
            told.append(f"{language.name('entry', name)} {shown}")
        else:
            first = language.number(start, _input_step(start))
            told.append(language.text("table.parameters.step", start=first, value=shown))
    return "; ".join(told)


def _input(value: float, unit: str, language: Language) -> str:
    """A value of an input with its unit."""
    if unit in _SHARES:
        return language.percent(value, _input_step(100.0 * value))
    return f"{language.number(value, _input_step(value))} {language.name('unit', unit)}".rstrip()


def _input_step(value: float) -> float:
    """Step that shows three significant digits of an input, all whole ones, and no idle zeros."""
    step = min(1.0, rounding_step(None, None, value))
    shown = round(value / step) * step
    while step < 1 and math.isclose(shown, round(shown / (10 * step)) * 10 * step, abs_tol=1e-12):
        step *= 10
    return step
