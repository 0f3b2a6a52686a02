"""What holds for every distribution that can be fitted at all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from ips_econ.errors import InputError
from ips_econ.parameters.checks import support
from ips_econ.parameters.copula import copula
from ips_econ.parameters.distributions import (
    dirichlet_quantiles,
    fit,
    fit_problem,
    interval95,
    mean_sd,
    quantile_function,
)
from ips_econ.parameters.schema import Distribution

U = np.concatenate([[1e-9, 1e-6], np.linspace(0.001, 0.999, 199), [1 - 1e-6, 1 - 1e-9]])
shares = st.floats(0.02, 0.98)
positive = st.floats(0.01, 1000.0)
relative = st.floats(0.02, 1.5)
values_are = st.sampled_from(["mean", "median", "mode"])


@st.composite
def stated(draw: st.DrawFn) -> tuple[Distribution, float]:
    """A distribution as a planner might state it, and the value; some cannot be fitted."""
    family = draw(
        st.sampled_from(
            ["beta", "gamma", "lognormal", "normal", "truncated_normal", "pert", "triangular"]
        )
    )
    value_is = draw(values_are)
    if family == "beta":
        value = draw(shares)
        spread = {"sd": draw(st.floats(0.01, 0.9)) * math.sqrt(value * (1 - value))}
    elif family in ("gamma", "lognormal"):
        value, spread = draw(positive), {"cv": draw(relative)}
    elif family == "normal":
        value, spread = draw(st.floats(-100, 100)), {"sd": draw(positive)}
    elif family == "truncated_normal":
        value = draw(shares)
        sd = draw(st.floats(0.02, 0.25))
        spread = {"low": 0.0, "high": draw(st.sampled_from([1.0, None])), "sd": sd}
    else:
        value = draw(shares)
        width = draw(st.floats(0.05, 10))
        spread = {"low": value - width * draw(shares), "high": value + width * draw(shares)}
    content = {"family": family, "value_is": value_is} | spread
    return Distribution.model_validate(content), value


@settings(max_examples=300, deadline=None)
@given(stated())
def test_quantiles_rise_inside_the_support_and_keep_the_stated_centre(
    case: tuple[Distribution, float],
) -> None:
    distribution, value = case
    assume(fit_problem(distribution, value) is None)
    fitted = fit(distribution, value)
    quantiles = fitted.quantile(U)
    low, high = support(distribution)
    assert (np.diff(quantiles) >= 0).all()
    assert (quantiles >= low).all() and (quantiles <= high).all()
    centres = {"mean": fitted.mean, "mode": fitted.mode}
    centres["median"] = float(fitted.quantile(np.array([0.5]))[0])
    centre = centres[str(distribution.value_is)]
    assert centre == pytest.approx(value, rel=1e-6, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(stated())
def test_mean_and_sd_are_those_of_the_quantile_function(case: tuple[Distribution, float]) -> None:
    distribution, value = case
    assume(fit_problem(distribution, value) is None)
    mean, sd = mean_sd(distribution, value)
    assume(sd < 2 * abs(mean) or distribution.family not in ("gamma", "lognormal"))
    u = (np.arange(50_000) + 0.5) / 50_000
    draws = quantile_function(distribution, value)(u)
    assert draws.mean() == pytest.approx(mean, rel=2e-3, abs=1e-3 * sd)
    assert draws.std() == pytest.approx(sd, rel=3e-2)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["beta", "gamma", "lognormal", "normal", "truncated_normal"]),
    st.floats(0.02, 0.9),
    st.floats(0.02, 0.95),
)
def test_both_published_limits_are_reproduced(family: str, low: float, share: float) -> None:
    high = low + (0.98 - low) * share
    bounds = {"low": 0.0, "high": 1.0} if family == "truncated_normal" else {}
    content = {"family": family, "ci95": (low, high), "value_is": "median"} | bounds
    distribution = Distribution.model_validate(content)
    for centre in (math.sqrt(low * high), (low + high) / 2):
        if fit_problem(distribution, centre) is None:
            assert interval95(distribution, centre) == pytest.approx((low, high), rel=1e-6)
            return
    assert family != "lognormal" and family != "normal"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(0.01, 0.99), min_size=5, max_size=5, unique=True))
def test_published_quantiles_are_reproduced_inside_their_bounds(points: list[float]) -> None:
    low, p10, p50, p90, high = sorted(points)
    assume(min(np.diff(sorted(points))) > 1e-3)
    for bounds in ({"low": low, "high": high}, {"low": low}, {"high": high}, {}):
        content = {"family": "quantiles", "p10": p10, "p90": p90} | bounds
        quantile = quantile_function(Distribution.model_validate(content), p50)
        assert quantile(np.array([0.1, 0.5, 0.9])) == pytest.approx([p10, p50, p90], rel=1e-8)
        everywhere = quantile(U)
        assert (np.diff(everywhere) >= 0).all()
        assert everywhere[0] >= bounds.get("low", -math.inf)
        assert everywhere[-1] <= bounds.get("high", math.inf)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(0.001, 1.0), min_size=2, max_size=8),
    st.floats(1.0, 500.0),
    st.integers(0, 2**32 - 1),
)
def test_dirichlet_shares_are_shares(weights: list[float], total: float, seed: int) -> None:
    expected = np.array(weights) / sum(weights)
    u = np.random.default_rng(seed).random((50, len(weights)))
    draws = dirichlet_quantiles(expected, total, u)
    assert (draws >= 0).all()
    assert draws.sum(axis=1) == pytest.approx(np.ones(50), abs=1e-12)
    order = np.argsort(weights)
    again = dirichlet_quantiles(expected[order], total, u[:, order])
    assert again == pytest.approx(draws[:, order], abs=1e-15)


@settings(max_examples=100, deadline=None)
@given(st.floats(-0.95, 0.95), st.floats(-0.95, 0.95), st.floats(-0.95, 0.95))
def test_a_copula_has_the_stated_correlations_or_names_the_parameters(
    first: float, second: float, third: float
) -> None:
    ranks = {("a", "b"): first, ("b", "c"): second, ("a", "c"): third}
    pearson = {pair: 2 * math.sin(math.pi * rank / 6) for pair, rank in ranks.items()}
    matrix = np.eye(3)
    for (i, j), key in zip([(0, 1), (1, 2), (0, 2)], ranks, strict=True):
        matrix[i, j] = matrix[j, i] = pearson[key]
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    assume(abs(smallest) > 1e-9)
    if smallest > 0:
        ids, lower = copula(ranks)
        assert ids == ("a", "b", "c")
        assert lower @ lower.T == pytest.approx(matrix, abs=1e-12)
    else:
        with pytest.raises(InputError, match="a, b, c: these rank correlations cannot hold"):
            copula(ranks)


def test_normal_scores_are_finite_at_the_ends_of_the_sobol_grid() -> None:
    assert np.isfinite(ndtri(np.array([0.5, 2.0**30 - 0.5]) / 2.0**30)).all()
