"""What the families share: the fitted distribution, what was stated, and root finding."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ips_econ.parameters.schema import Distribution

Array = NDArray[np.float64]
Quantile = Callable[[Array], Array]


class FitError(ValueError):
    """The value and the spread cannot both hold in this family; the text says why."""


@dataclass(frozen=True)
class Fitted:
    """A distribution with known numbers; ``quantile`` maps uniforms (any shape) to values.

    ``numbers`` are the family's own parameters by name; ``mode`` is NaN where none is known.
    """

    quantile: Quantile
    mean: float
    sd: float
    mode: float
    numbers: tuple[tuple[str, float], ...]


def median(fitted: Fitted) -> float:
    """The 50 % point of a fitted distribution."""
    return float(fitted.quantile(np.array([0.5]))[0])


def value_is_of(distribution: Distribution) -> str:
    """Whether the value is the mean, median or mode, the family's default filled in."""
    defaults = {"pert": "mode", "triangular": "mode", "quantiles": "median"}
    return distribution.value_is or defaults.get(distribution.family, "mean")


def stated_sd(distribution: Distribution) -> Callable[[float], float]:
    """The stated standard deviation as a function of the mean (a cv depends on it)."""
    if distribution.cv is not None:
        cv = distribution.cv
        return lambda mean: cv * abs(mean)
    sd = distribution.sd if distribution.sd is not None else distribution.se
    assert sd is not None
    return lambda mean: sd


def stated_bounds(distribution: Distribution) -> tuple[float, float]:
    """The lowest and highest value of a family that needs both."""
    assert distribution.low is not None and distribution.high is not None
    return distribution.low, distribution.high


def count_pair(counts: tuple[float, float] | float) -> tuple[float, float]:
    """Events and non-events, or events and time at risk."""
    assert isinstance(counts, tuple)
    return counts


def log_root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of a positive number is zero, searched on its logarithm."""
    return math.exp(root(lambda x: function(math.exp(x)), math.log(low), math.log(high)))


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function changes sign between ``low`` and ``high``, by Ridders' method.

    Raises
    ------
    FitError
        If it does not change sign there.
    """
    at_low, at_high = function(low), function(high)
    if at_low == 0 or at_high == 0:
        return low if at_low == 0 else high
    if (at_low > 0) == (at_high > 0):
        raise FitError("the value and the spread cannot both hold in this family")
    for _ in range(200):
        middle = (low + high) / 2
        at_middle = function(middle)
        slope = math.copysign(1.0, at_low - at_high)
        share = slope * at_middle / math.sqrt(at_middle**2 - at_low * at_high)
        new = middle + (middle - low) * share
        at_new = function(new)
        if at_new == 0 or at_middle == 0:
            return new if at_new == 0 else middle
        if (at_middle > 0) != (at_new > 0):
            ends = sorted([(middle, at_middle), (new, at_new)])
        elif (at_low > 0) != (at_new > 0):
            ends = [(low, at_low), (new, at_new)]
        else:
            ends = [(new, at_new), (high, at_high)]
        (low, at_low), (high, at_high) = ends
        if high - low <= 4e-16 * (abs(low) + abs(high)) + 1e-300:
            break
    return low if abs(at_low) < abs(at_high) else high
