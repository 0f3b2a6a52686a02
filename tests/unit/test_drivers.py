"""Rank correlations against scipy's, their intervals, and which parameters are listed."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from ips_econ.evaluation.blocks import Plan, simulate_block
from ips_econ.evaluation.drivers import (
    DRIVER_PERSPECTIVES,
    drivers_table,
    fisher_interval,
    rank_correlation,
    ranks,
)
from ips_econ.evaluation.outcomes import Draws


def tables(ties: bool) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(17)
    x, noise = random.standard_normal((200, 4)), random.standard_normal((200, 3))
    y = x[:, :3] * [2.0, -1.0, 0.0] + noise
    return (np.round(x), np.round(y)) if ties else (x, y)


@pytest.mark.parametrize("ties", [False, True], ids=["no ties", "ties"])
def test_rank_correlations_are_those_of_scipy(ties: bool) -> None:
    x, y = tables(ties)
    np.testing.assert_allclose(ranks(x), rankdata(x, axis=0), rtol=1e-14)
    found = rank_correlation(x, y)
    assert found.shape == (4, 3)
    for i, j in np.ndindex(4, 3):
        assert found[i, j] == pytest.approx(spearmanr(x[:, i], y[:, j]).statistic, abs=1e-12)


def test_ranks_do_not_change_under_a_rising_function() -> None:
    x, y = tables(ties=False)
    np.testing.assert_allclose(rank_correlation(np.exp(x), y**3), rank_correlation(x, y))


def test_a_constant_has_no_correlation() -> None:
    assert rank_correlation(np.ones((5, 1)), np.arange(5.0)[:, None])[0, 0] == 0.0


def test_the_interval_by_hand() -> None:
    """Bonett & Wright 2000: z +- 1.96 sqrt((1 + r^2 / 2) / (n - 3))."""
    error = math.sqrt((1 + 0.6**2 / 2) / 100)
    z = 0.5 * math.log(1.6 / 0.4)
    expected = [math.tanh(z + sign * 1.959963984540054 * error) for sign in (-1, 1)]
    assert fisher_interval(0.6, 103) == pytest.approx(expected)


@pytest.mark.parametrize(("correlation", "count"), [(0.5, 3), (1.0, 50), (-1.0, 50)])
def test_an_interval_that_does_not_exist(correlation: float, count: int) -> None:
    assert fisher_interval(correlation, count) == (None, None)


def test_the_interval_covers_the_truth() -> None:
    """Of 400 intervals for a rank correlation of 0.483, 95 % cover it: 90 to 99 % (1e-5)."""
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(400):
        x = random.standard_normal((100, 1))
        y = 0.5 * x + math.sqrt(0.75) * random.standard_normal((100, 1))
        low, high = fisher_interval(float(rank_correlation(x, y)[0, 0]), 100)
        assert low is not None and high is not None
        covered += low < 6 / math.pi * math.asin(0.25) < high
    assert 360 <= covered <= 396


def test_the_table_lists_drawn_parameters_by_strength(small_draws: Draws) -> None:
    table = drivers_table(small_draws)
    assert list(table) == ["parameter", "perspective", "rank_correlation", "low_ci", "high_ci"]
    strength: dict[str, list[float]] = {name: [] for name in DRIVER_PERSPECTIVES}
    for perspective, value in zip(table["perspective"], table["rank_correlation"], strict=True):
        strength[str(perspective)].append(abs(float(str(value))))
    for values in strength.values():
        assert values == sorted(values, reverse=True)
        assert values[0] > 0.3
    assert set(map(str, table["parameter"])) <= set(small_draws.plan.draws.sampled)


@pytest.mark.parametrize(
    ("sets", "absent", "present"),
    [
        ((), "effect.competitive_work_ratio_nordic", "effect.competitive_work_ratio"),
        (
            ("economics.effect=nordic",),
            "effect.competitive_work_ratio",
            "effect.competitive_work_ratio_nordic",
        ),
        (
            ("economics.treatment_route=allocation",),
            "treatment.employment_outpatient_ratio",
            "treatment.allocation_inpatient_ratio",
        ),
        (("economics.persistence=ends",), "effect.gap_left_month_36", "effect.job_loss_ratio"),
    ],
)
def test_what_the_scenario_does_not_use_is_not_a_driver(
    planned: Callable[..., Plan], sets: tuple[str, ...], absent: str, present: str
) -> None:
    plan = planned("run.draws=8", "run.people=10", *sets)
    table = drivers_table(Draws(plan, simulate_block(plan, slice(0, 8))))
    assert absent not in table["parameter"]
    assert present in table["parameter"]
