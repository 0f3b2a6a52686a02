"""A result as it is printed: mean and 95 % interval, no more digits than the interval supports."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ips_econ.language import Language, rounding_step
from ips_econ.report.results import ParameterRow, Stat

_SHARES = ("share", "probability", "percent")


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
    """How a unit is printed: ``euro``, ``percent`` or ``plain``."""
    if unit.startswith("EUR"):
        return "euro"
    return "percent" if unit in _SHARES else "plain"


def figure(stat: Stat, language: Language, unit: str, *, signed: bool = False) -> Figure:
    """A result in its unit; a share is printed in per cent, in whole per cent at the finest."""
    if stat.mean is None:
        missing = language.text("format.missing")
        return Figure(missing, missing, "")
    kind = kind_of(unit)
    scale = 100.0 if kind == "percent" else 1.0
    low, high = stat.p2_5, stat.p97_5
    scaled = None if low is None or high is None else (scale * low, scale * high)
    step = rounding_step(*(scaled or (None, None)), scale * stat.mean)
    if kind == "percent":
        step = max(step, 1.0)
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
    return language.text("format.interval", low=low, high=high)


def euros(stat: Stat, language: Language) -> Figure:
    """A net result in euros, with its sign."""
    return figure(stat, language, "EUR", signed=True)


def parameter_value(row: ParameterRow, language: Language) -> Figure:
    """The value of a parameter in its own unit; a table or schedule as it stands."""
    try:
        value = float(row.value)
    except ValueError:
        return Figure(row.value, row.value, "")
    scale = 100.0 if row.unit in _SHARES else 1.0
    bare = language.number(scale * value, _input_step(scale * value))
    limits = None
    if row.low is not None and row.high is not None and row.high > row.low:
        limits = (scale * row.low, scale * row.high)
    if row.unit in _SHARES:
        full = language.text("format.percent", number=bare)
    else:
        full = f"{bare} {language.name('unit', row.unit)}".rstrip()
    step = rounding_step(*limits) if limits else 1.0
    return Figure(bare, full, interval(limits, language, step))


def _input_step(value: float) -> float:
    """Step that shows four significant digits of an input and no idle zeros."""
    step = rounding_step(None, None, value) / 10
    while value and math.isclose(value, round(value / (10 * step)) * 10 * step, rel_tol=5e-5):
        step *= 10
    return step
