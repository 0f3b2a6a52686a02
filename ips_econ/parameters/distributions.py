"""Distributions fitted to what was published, and their quantile functions.

:func:`fit` reads a family, a value (mean, median or mode) and one statement of spread, and finds
the two numbers of the family that reproduce them; a 95 % interval is reproduced at both limits,
and the value must then be the centre it implies, apart from rounding. Only quantile functions of
``scipy.special`` are used: draws are uniforms pushed through them, and importing ``scipy.stats``
would cost half a second of every run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from scipy.special import gammaincinv

from ips_econ.parameters.families import (
    fit_beta,
    fit_fixed,
    fit_gamma,
    fit_lognormal,
    fit_normal,
    fit_pert,
    fit_triangular,
    fit_uniform,
)
from ips_econ.parameters.fitting import Array, FitError, Fitted, Quantile, median, value_is_of
from ips_econ.parameters.published_quantiles import fit_quantiles
from ips_econ.parameters.schema import Distribution
from ips_econ.parameters.truncated_normal import fit_truncated_normal

CENTRE_TOLERANCE = 0.15
"""How far, as a share of a 95 % interval's width, a value may lie from the centre it implies."""

FITS: Mapping[str, Callable[[Distribution, float], Fitted]] = {
    "fixed": fit_fixed,
    "beta": fit_beta,
    "gamma": fit_gamma,
    "lognormal": fit_lognormal,
    "normal": fit_normal,
    "truncated_normal": fit_truncated_normal,
    "pert": fit_pert,
    "triangular": fit_triangular,
    "uniform": fit_uniform,
    "quantiles": fit_quantiles,
}


def quantile_function(distribution: Distribution, value: float) -> Quantile:
    """Function from uniforms in (0, 1), any shape, to values, vectorised and monotone.

    Raises
    ------
    FitError
        If value and spread cannot both hold in the family.
    """
    return fit(distribution, value).quantile


def mean_sd(distribution: Distribution, value: float) -> tuple[float, float]:
    """Mean and standard deviation of the fitted distribution."""
    fitted = fit(distribution, value)
    return fitted.mean, fitted.sd


def interval95(distribution: Distribution, value: float) -> tuple[float, float]:
    """The 2.5 % and 97.5 % points of the fitted distribution."""
    low, high = fit(distribution, value).quantile(np.array([0.025, 0.975]))
    return float(low), float(high)


def fit_problem(distribution: Distribution, value: float) -> str | None:
    """Why a distribution cannot be fitted, or ``None`` if it can."""
    try:
        fit(distribution, value)
    except FitError as error:
        return str(error)
    return None


@lru_cache(maxsize=4096)
def fit(distribution: Distribution, value: float) -> Fitted:
    """The distribution of a single number (see the module's docstring).

    Raises
    ------
    FitError
        If value and spread cannot both hold in the family.
    """
    fitted = FITS[distribution.family](distribution, value)
    if distribution.ci95 is not None:
        _check_centre(distribution, value, fitted)
    return fitted


def dirichlet_quantiles(shares: Array, total: float, u: Array) -> Array:
    """Shares of a whole from uniforms, by gamma quantiles divided by their sum.

    Parameters
    ----------
    shares
        Expected shares, (entry,), summing to one; a share of zero stays zero.
    total
        The count the shares are worth: the sum of the Dirichlet's parameters.
    u
        Uniforms, (draw, entry).

    Returns
    -------
    Array
        Shares, (draw, entry), each row summing to one.
    """
    weights = np.zeros_like(u)
    positive = shares > 0
    smallest = np.finfo(np.float64).tiny
    gammas = gammaincinv(shares[positive] * total, u[:, positive])
    weights[:, positive] = np.maximum(gammas, smallest)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def dirichlet_sd(share: float, total: float) -> float:
    """Standard deviation of one share of a Dirichlet."""
    return math.sqrt(share * (1 - share) / (total + 1))


def _check_centre(distribution: Distribution, value: float, fitted: Fitted) -> None:
    assert distribution.ci95 is not None
    low, high = distribution.ci95
    value_is = value_is_of(distribution)
    centres = {"mean": fitted.mean, "median": median(fitted), "mode": fitted.mode}
    if abs(value - centres[value_is]) > CENTRE_TOLERANCE * (high - low):
        words = ", ".join(f"{name} {centre:.4g}" for name, centre in centres.items())
        raise FitError(
            f"the interval {low:g} to {high:g} implies {words}, but the value {value:g} is given "
            f"as the {value_is}; choose another family or value_is, or give the sd"
        )
