"""A distribution through published 10 %, 50 % and 90 % points.

With bounds, the J-QPD family of Hadlock & Bickel (Decision Analysis 2017;14(1):35-64),
semi-bounded (S) or bounded (B); without bounds a normal with a standard deviation of its own on
each side of the median. All three points are reproduced exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import ndtr, ndtri

from ips_econ.parameters.fitting import Array, FitError, Fitted, Quantile
from ips_econ.parameters.schema import Distribution

Z_90 = 1.2815515655446004


def fit_quantiles(distribution: Distribution, value: float) -> Fitted:
    """The distribution through p10, the median and p90, inside the bounds given."""
    p10, p90 = distribution.p10, distribution.p90
    assert p10 is not None and p90 is not None
    p50 = value if distribution.p50 is None else distribution.p50
    if p50 != value:
        raise FitError(f"the value {value:g} must be the median p50 = {p50:g}")
    if not p10 < p50 < p90:
        raise FitError(f"the median {p50:g} must lie between p10 = {p10:g} and p90 = {p90:g}")
    at_score = _function_of_score((p10, p50, p90), distribution.low, distribution.high)
    low = -math.inf if distribution.low is None else distribution.low
    high = math.inf if distribution.high is None else distribution.high

    def quantile(u: Array) -> Array:
        return np.clip(at_score(ndtri(u)), low, high)

    mean, sd = _moments(quantile)
    return Fitted(quantile, mean, sd, math.nan, (("p10", p10), ("p50", p50), ("p90", p90)))


def _function_of_score(
    points: tuple[float, float, float], low: float | None, high: float | None
) -> Callable[[Array], Array]:
    """Function from the normal score to the value, through the three points."""
    if low is not None and high is not None:
        width = high - low
        inner = _johnson(*(float(ndtri((point - low) / width)) for point in points), bounded=True)
        return lambda z: np.asarray(low + width * ndtr(inner(z)))
    if low is not None:
        inner = _johnson(*(math.log(point - low) for point in points), bounded=False)
        return lambda z: np.asarray(low + np.exp(inner(z)))
    if high is not None:
        inner = _johnson(*(math.log(high - point) for point in reversed(points)), bounded=False)
        return lambda z: np.asarray(high - np.exp(inner(-z)))
    p10, p50, p90 = points
    below, above = (p50 - p10) / Z_90, (p90 - p50) / Z_90
    return lambda z: np.asarray(p50 + np.where(z < 0, below, above) * z)


def _johnson(p10: float, p50: float, p90: float, *, bounded: bool) -> Callable[[Array], Array]:
    """The inner function of z of J-QPD-S or J-QPD-B, through three transformed points."""
    side = np.sign(p10 + p90 - 2 * p50)
    nearer = min(p50 - p10, p90 - p50)
    if abs(p10 + p90 - 2 * p50) < 1e-12 * (p90 - p10):
        return lambda z: p50 + (p90 - p10) / (2 * Z_90) * z
    anchor = p10 if side > 0 else p90
    steepness = math.acosh((p90 - p10) / (2 * nearer))
    if bounded:
        delta = steepness / Z_90
        size = (p90 - p10) / math.sinh(2 * delta * Z_90)
        return lambda z: anchor + size * np.sinh(delta * (z + side * Z_90))
    delta = math.sinh(steepness) / Z_90
    size = nearer / (delta * Z_90)
    shift = math.asinh(side * Z_90 * delta)
    return lambda z: anchor + size * np.sinh(np.arcsinh(delta * z) + shift)


def _moments(quantile: Quantile) -> tuple[float, float]:
    """Mean and standard deviation by the trapezoidal rule over the normal score."""
    z = np.linspace(-8.0, 8.0, 3201)
    weights = np.exp(-z * z / 2)
    weights /= weights.sum()
    values = quantile(ndtr(z))
    mean = float(weights @ values)
    return mean, math.sqrt(float(weights @ (values - mean) ** 2))
