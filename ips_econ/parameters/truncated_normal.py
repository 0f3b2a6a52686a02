"""The normal cut off at one or two bounds, fitted to moments or limits of what remains."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from ips_econ.parameters.families import fit_normal
from ips_econ.parameters.fitting import (
    Array,
    FitError,
    Fitted,
    log_root,
    root,
    stated_sd,
    value_is_of,
)
from ips_econ.parameters.schema import Distribution


def fit_truncated_normal(distribution: Distribution, value: float) -> Fitted:
    """The cut normal whose own mean, median or mode, and sd or limits, are those stated."""
    low = -math.inf if distribution.low is None else distribution.low
    high = math.inf if distribution.high is None else distribution.high
    if not low < value < high:
        raise FitError(f"the value {value:g} must lie inside {low:g} to {high:g}")
    reach = min(value - low, high - value)
    if math.isinf(reach):
        return fit_normal(distribution, value)
    value_is = value_is_of(distribution)
    limits = distribution.ci95

    def location_at(scale: float) -> float:
        if limits is None and value_is == "mode":
            return value

        def gap(location: float) -> float:
            normal = _Truncated(location, scale, low, high)
            if limits is not None:
                return 0.025 - normal.cdf(limits[0])
            return normal.mean - value if value_is == "mean" else 0.5 - normal.cdf(value)

        return root(gap, value - 25 * scale, value + 25 * scale)

    def excess(scale: float) -> float:
        normal = _Truncated(location_at(scale), scale, low, high)
        if limits is not None:
            return normal.cdf(limits[1]) - 0.975
        return stated_sd(distribution)(normal.mean) / normal.sd - 1

    if limits is not None:
        width = limits[1] - limits[0]
        if not low < limits[0] < limits[1] < high:
            raise FitError(f"the 95 % limits must lie inside {low:g} to {high:g}")
    else:
        width = stated_sd(distribution)(abs(value))
    try:
        scale = log_root(excess, width / 8, width * 20)
    except FitError:
        widest = _Truncated(location_at(width * 20), width * 20, low, high)
        raise FitError(
            f"a normal cut off outside {low:g} to {high:g} with the {value_is} {value:g} cannot "
            f"be this wide; its standard deviation stays below {widest.sd:.3g}"
        ) from None
    normal = _Truncated(location_at(scale), scale, low, high)
    return Fitted(
        normal.quantile,
        normal.mean,
        normal.sd,
        min(max(normal.location, low), high),
        (("location", normal.location), ("scale", scale), ("low", low), ("high", high)),
    )


@dataclass(frozen=True)
class _Truncated:
    """A normal cut off outside low to high; location and scale are those of the uncut normal."""

    location: float
    scale: float
    low: float
    high: float

    def _bounds(self) -> tuple[float, float, bool]:
        """Standardised bounds, mirrored if most of the uncut normal lies below ``low``."""
        a = (self.low - self.location) / self.scale
        b = (self.high - self.location) / self.scale
        mirrored = a + b > 0 if math.isfinite(a + b) else math.isinf(b)
        return (-b, -a, True) if mirrored else (a, b, False)

    def _density_and_moments(self) -> tuple[float, float]:
        """Mean and variance of the standardised, possibly mirrored variable."""
        a, b, _ = self._bounds()
        upper, lower = float(log_ndtr(b)), float(log_ndtr(a))
        log_mass = upper + math.log(-math.expm1(lower - upper))

        def density(x: float) -> float:
            return math.exp(-x * x / 2 - math.log(2 * math.pi) / 2 - log_mass)

        at_a, at_b = density(a) if math.isfinite(a) else 0.0, density(b) if math.isfinite(b) else 0
        mean = at_a - at_b
        edges = (a * at_a if at_a else 0.0) - (b * at_b if at_b else 0.0)
        return mean, 1 + edges - mean**2

    @property
    def mean(self) -> float:
        sign = -1 if self._bounds()[2] else 1
        return self.location + sign * self.scale * self._density_and_moments()[0]

    @property
    def sd(self) -> float:
        return self.scale * math.sqrt(max(self._density_and_moments()[1], 1e-300))

    def cdf(self, x: float) -> float:
        a, b, mirrored = self._bounds()
        z = (x - self.location) / self.scale
        share = float((ndtr(-z if mirrored else z) - ndtr(a)) / (ndtr(b) - ndtr(a)))
        return 1 - share if mirrored else share

    def quantile(self, u: Array) -> Array:
        a, b, mirrored = self._bounds()
        below, above = ndtr(a), ndtr(b)
        z = ndtri(below + (1 - u if mirrored else u) * (above - below))
        values = self.location + self.scale * (-z if mirrored else z)
        return np.asarray(np.clip(values, self.low, self.high))
