"""Families of distributions, each fitted to a value and one statement of spread.

The value is the mean, the median or the mode; the spread a standard deviation, a coefficient of
variation, counts or a 95 % interval, of which both limits are reproduced. PERT (Malcolm et al.
1959) has the usual weight of four on the mode.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import betainc, betaincinv, gammaincinv, ndtri

from ips_econ.parameters.fitting import (
    Array,
    FitError,
    Fitted,
    count_pair,
    log_root,
    median,
    root,
    stated_bounds,
    stated_sd,
    value_is_of,
)
from ips_econ.parameters.schema import Distribution

Z_975 = 1.959963984540054


def fit_fixed(distribution: Distribution, value: float) -> Fitted:
    """The value itself, always."""
    return Fitted(lambda u: np.full_like(u, value), value, 0.0, value, (("value", value),))


def fit_beta(distribution: Distribution, value: float) -> Fitted:
    """A share or probability: counts are alpha and beta themselves."""
    if distribution.counts is not None:
        events, others = count_pair(distribution.counts)
        if abs(events / (events + others) - value) > 0.01:
            raise FitError(
                f"the counts {events:g} and {others:g} give {events / (events + others):.4g}, "
                f"but the value is {value:g}"
            )
        return _beta(events, others, 0.0, 1.0)
    if distribution.ci95 is not None:
        low, high = distribution.ci95
        if low <= 0 or high >= 1:
            raise FitError(f"a beta needs limits inside 0 to 1, not {low:g} to {high:g}")

        def mean_given_low(weight: float) -> float:
            return _share_root(lambda m: 0.025 - _beta_cdf(m, weight, low), weight)

        weight = log_root(lambda w: _beta_cdf(mean_given_low(w), w, high) - 0.975, 1e-2, 1e9)
        mean = mean_given_low(weight)
        return _beta(weight * mean, weight * (1 - mean), 0.0, 1.0)
    if not 0 < value < 1:
        raise FitError(f"a beta with a spread needs a value inside 0 to 1, not {value:g}")
    sd_at = stated_sd(distribution)
    if value_is_of(distribution) == "mean":
        weight = value * (1 - value) / sd_at(value) ** 2 - 1
        if weight <= 0:
            largest = math.sqrt(value * (1 - value))
            raise FitError(
                f"a share of mean {value:g} has a standard deviation below {largest:.3g}, not "
                f"{sd_at(value):.3g}"
            )
        return _beta(weight * value, weight * (1 - value), 0.0, 1.0)

    def mean_at(weight: float) -> float:
        if value_is_of(distribution) == "mode":
            return (1 + (weight - 2) * value) / weight
        return _share_root(lambda m: 0.5 - _beta_cdf(m, weight, value), weight)

    def excess(weight: float) -> float:
        mean = mean_at(weight)
        return sd_at(mean) - math.sqrt(mean * (1 - mean) / (weight + 1))

    smallest = 2.0 if value_is_of(distribution) == "mode" else 1e-2
    weight = log_root(excess, smallest, 1e9)
    return _beta(weight * mean_at(weight), weight * (1 - mean_at(weight)), 0.0, 1.0)


def _beta_cdf(mean: float, weight: float, x: float) -> float:
    return float(betainc(weight * mean, weight * (1 - mean), x))


def _share_root(rising: Callable[[float], float], weight: float) -> float:
    """The mean in (0, 1) at which a function of the mean is zero, searched on the logit."""

    def at(logit: float) -> float:
        return rising(1 / (1 + math.exp(-logit)))

    reach = min(700.0, 35.0 + 35.0 / weight)
    return 1 / (1 + math.exp(-root(at, -reach, reach)))


def _beta(a: float, b: float, low: float, high: float) -> Fitted:
    """A beta on [low, high]; PERT is one of these."""
    width = high - low
    mean = a / (a + b)
    sd = math.sqrt(mean * (1 - mean) / (a + b + 1))
    mode = (a - 1) / (a + b - 2) if a > 1 and b > 1 else mean if a == b else float(a > b)
    return Fitted(
        lambda u: np.clip(low + width * betaincinv(a, b, u), low, high),
        low + width * mean,
        width * sd,
        low + width * mode,
        (("alpha", a), ("beta", b)) + ((("low", low), ("high", high)) if width != 1 else ()),
    )


def fit_gamma(distribution: Distribution, value: float) -> Fitted:
    """A cost, count or rate: counts are the shape and the inverse of the scale."""
    if value <= 0:
        raise FitError(f"a gamma needs a positive value, not {value:g}")
    if distribution.counts is not None:
        events, time = count_pair(distribution.counts)
        if abs(events / time / value - 1) > 0.02:
            raise FitError(
                f"{events:g} events in {time:g} give {events / time:.4g}, but the value is "
                f"{value:g}"
            )
        return _gamma(events, 1 / time)
    if distribution.ci95 is not None:
        low, high = distribution.ci95
        if low <= 0:
            raise FitError(f"a gamma needs positive limits, not {low:g}")

        def ratio(shape: float) -> float:
            return math.log(high / low) - math.log(
                gammaincinv(shape, 0.975) / gammaincinv(shape, 0.025)
            )

        shape = log_root(ratio, 0.02, 1e9)
        return _gamma(shape, high / float(gammaincinv(shape, 0.975)))
    sd_at = stated_sd(distribution)
    if value_is_of(distribution) == "mean":
        shape = (value / sd_at(value)) ** 2
        return _gamma(shape, value / shape)

    def scale_at(shape: float) -> float:
        if value_is_of(distribution) == "mode":
            return value / (shape - 1)
        return value / float(gammaincinv(shape, 0.5))

    def excess(shape: float) -> float:
        return sd_at(shape * scale_at(shape)) / (math.sqrt(shape) * scale_at(shape)) - 1

    shape = log_root(excess, 1 + 1e-9 if value_is_of(distribution) == "mode" else 0.02, 1e9)
    return _gamma(shape, scale_at(shape))


def _gamma(shape: float, scale: float) -> Fitted:
    return Fitted(
        lambda u: np.asarray(scale * gammaincinv(shape, u)),
        shape * scale,
        math.sqrt(shape) * scale,
        max(0.0, shape - 1) * scale,
        (("shape", shape), ("scale", scale)),
    )


def fit_lognormal(distribution: Distribution, value: float) -> Fitted:
    """A ratio or cost: the limits' geometric mean is the median."""
    if value <= 0:
        raise FitError(f"a lognormal needs a positive value, not {value:g}")
    value_is = value_is_of(distribution)
    if distribution.ci95 is not None:
        low, high = distribution.ci95
        if low <= 0:
            raise FitError(f"a lognormal needs positive limits, not {low:g}")
        log_sd = math.log(high / low) / (2 * Z_975)
        return _lognormal((math.log(low) + math.log(high)) / 2, log_sd)

    def log_mean_at(log_sd: float) -> float:
        shift = {"mean": -0.5, "median": 0.0, "mode": 1.0}[value_is]
        return math.log(value) + shift * log_sd**2

    if distribution.log_sd is not None:
        log_sd = distribution.log_sd
    elif distribution.cv is not None or value_is == "mean":
        log_sd = math.sqrt(math.log1p((stated_sd(distribution)(value) / value) ** 2))
    else:
        sd = stated_sd(distribution)(value)

        def excess(log_sd: float) -> float:
            mean = math.exp(log_mean_at(log_sd) + log_sd**2 / 2)
            return mean * math.sqrt(math.expm1(log_sd**2)) / sd - 1

        log_sd = log_root(excess, 1e-9, 8.0)
    return _lognormal(log_mean_at(log_sd), log_sd)


def _lognormal(log_mean: float, log_sd: float) -> Fitted:
    mean = math.exp(log_mean + log_sd**2 / 2)
    return Fitted(
        lambda u: np.exp(log_mean + log_sd * ndtri(u)),
        mean,
        mean * math.sqrt(math.expm1(log_sd**2)),
        math.exp(log_mean - log_sd**2),
        (("log_mean", log_mean), ("log_sd", log_sd)),
    )


def fit_normal(distribution: Distribution, value: float) -> Fitted:
    """Anything that may have either sign."""
    if distribution.ci95 is not None:
        low, high = distribution.ci95
        mean, sd = (low + high) / 2, (high - low) / (2 * Z_975)
    else:
        mean, sd = value, stated_sd(distribution)(abs(value))
    return Fitted(
        lambda u: np.asarray(mean + sd * ndtri(u)), mean, sd, mean, (("mean", mean), ("sd", sd))
    )


def fit_pert(distribution: Distribution, value: float) -> Fitted:
    """A beta on [low, high] with mean (low + 4 mode + high) / 6."""
    low, high = stated_bounds(distribution)

    def at(mode: float) -> Fitted:
        a = 1 + 4 * (mode - low) / (high - low)
        return _beta(a, 6 - a, low, high)

    return at(_mode(distribution, value, at))


def fit_triangular(distribution: Distribution, value: float) -> Fitted:
    """A triangle on [low, high]."""
    low, high = stated_bounds(distribution)
    width = high - low

    def at(mode: float) -> Fitted:
        corner = (mode - low) / width

        def quantile(u: Array) -> Array:
            rising = low + np.sqrt(u * width * (mode - low))
            falling = high - np.sqrt((1 - u) * width * (high - mode))
            return np.where(u < corner, rising, falling)

        mean = (low + mode + high) / 3
        sd = width * math.sqrt((1 - corner + corner**2) / 18)
        return Fitted(quantile, mean, sd, mode, (("low", low), ("mode", mode), ("high", high)))

    return at(_mode(distribution, value, at))


def _mode(distribution: Distribution, value: float, at: Callable[[float], Fitted]) -> float:
    """The mode of a family of given bounds that makes the value its mode, mean or median."""
    low, high = stated_bounds(distribution)
    value_is = value_is_of(distribution)
    if value_is == "mode":
        if not low <= value <= high:
            raise FitError(f"the mode {value:g} must lie inside {low:g} to {high:g}")
        return value

    def centre(mode: float) -> float:
        return at(mode).mean if value_is == "mean" else median(at(mode))

    if not centre(low) <= value <= centre(high):
        raise FitError(
            f"with these bounds the {value_is} lies between {centre(low):.4g} and "
            f"{centre(high):.4g}, not at {value:g}"
        )
    return root(lambda mode: centre(mode) - value, low, high)


def fit_uniform(distribution: Distribution, value: float) -> Fitted:
    """Everything between low and high alike; the value need not be the middle."""
    low, high = stated_bounds(distribution)
    if not low <= value <= high:
        raise FitError(f"the value {value:g} must lie inside {low:g} to {high:g}")
    width, mean = high - low, (low + high) / 2
    return Fitted(
        lambda u: np.clip(low + width * u, low, high),
        mean,
        width / math.sqrt(12),
        mean,
        (("low", low), ("high", high)),
    )
