"""The likelihood of observed results against its definition, and expectations against people."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, norm

from ips_econ.evaluation.likelihood import (
    EXPECTED,
    Course,
    Figure,
    expected,
    figure_correlations,
    log_likelihood,
    root_deviance,
    surprise,
)
from ips_econ.evaluation.metrics import METRICS
from ips_econ.evaluation.trials import Observation
from ips_econ.ledger.walk import World

ALONE = [np.eye(0), np.eye(1)]


def figure(metric: str = "ever_employed", month: int = 12, n: int = 40, **seen: float) -> Figure:
    return Figure(metric, month, 1, Observation.model_validate(seen), n)


def test_one_count_has_the_binomial_likelihood() -> None:
    p = np.array([0.2, 0.4, 0.6, 0.9])
    got = log_likelihood([figure(events=24)], [p], ALONE)
    want = binom.logpmf(24, 40, p)
    np.testing.assert_allclose(got - got[0], want - want[0], rtol=1e-12)


@pytest.mark.parametrize("events", [0, 40])
def test_nobody_and_everybody_are_counts_like_others(events: int) -> None:
    p = np.array([0.0, 0.3, 1.0])
    got = log_likelihood([figure(events=events)], [p], ALONE)
    assert got.argmax() == (0 if events == 0 else 2)
    assert np.isfinite(got).all()
    assert got[1] - got[got.argmax()] == pytest.approx(40 * math.log(0.7 if events == 0 else 0.3))


def test_a_mean_has_the_normal_likelihood() -> None:
    mu = np.array([3.0, 5.0, 6.0])
    got = log_likelihood([figure("months_employed", mean=5.2, sd=4.0)], [mu], ALONE)
    want = norm.logpdf(5.2, mu, 4.0 / math.sqrt(40))
    np.testing.assert_allclose(got - got[0], want - want[0], rtol=1e-12)


def test_two_figures_are_joined_by_their_correlation() -> None:
    figures = [figure(events=24), figure("employed", events=12)]
    means = [np.array([0.5]), np.array([0.4])]
    z = np.array([root_deviance(f, m)[0] for f, m in zip(figures, means, strict=True)])
    matrix = np.array([[1.0, 0.6], [0.6, 1.0]])
    want = -0.5 * z @ np.linalg.inv(matrix) @ z
    got = log_likelihood(figures, means, [np.eye(0), matrix])
    assert got[0] == pytest.approx(want)
    apart = log_likelihood(figures, means, [np.eye(0), np.eye(2)])
    alone = [log_likelihood([f], [m], ALONE)[0] for f, m in zip(figures, means, strict=True)]
    assert apart[0] == pytest.approx(sum(alone))


def test_expectations_are_the_means_of_people() -> None:
    """Shares of any people give the mean of every metric of those people, exactly."""
    rng = np.random.default_rng(8)
    months, people = 24, 300
    working = np.zeros((people, months), dtype=bool)
    first = rng.integers(0, 40, people)
    for person, start in enumerate(first):
        if start < months:
            working[person, start:] = rng.random(months - start) < 0.6
            working[person, start] = True
    employed = working.mean(axis=0)[None, :]
    ever = (np.cumsum(working, axis=1) > 0).mean(axis=0)[None, :]
    course = Course(employed, ever, {})
    for metric in [m for m in EXPECTED if not METRICS[m].after_start]:
        values, counted = METRICS[metric].measure(working, working, 18)
        mean = figure(metric, 18, mean=1.0, sd=1.0)
        assert expected(mean, course)[0] == pytest.approx(values[counted].mean()), metric


def test_the_expectation_of_a_median_is_the_share_below_it() -> None:
    ever = np.array([[0.1, 0.2, 0.2, 0.4]])
    at = figure("months_to_first_job", 4, median=1.5)
    # by month 1: 0.1; half of the second month's 0.1; of 0.4 who find work
    assert expected(at, Course(ever, ever, {}))[0] == pytest.approx(0.15 / 0.4)
    assert at.observed == 0.5
    late = figure("months_to_first_job", 4, median=9.0)
    assert expected(late, Course(ever, ever, {}))[0] == pytest.approx(1.0)


def test_surprise_is_a_two_sided_mid_probability() -> None:
    p = np.array([0.3])
    below = binom.cdf(5, 40, 0.3) - 0.5 * binom.pmf(5, 40, 0.3)
    assert surprise(figure(events=5), p) == pytest.approx(2 * below)
    assert surprise(figure(events=12), p) > 0.8
    mean = figure("months_employed", mean=5.0, sd=4.0)
    far = surprise(mean, np.array([5.0 + 1.96 * 4.0 / math.sqrt(40)]))
    assert far == pytest.approx(0.05, abs=1e-3)


def test_correlations_of_clients_are_what_they_must_be(planned, world_of) -> None:  # type: ignore[no-untyped-def]
    """Worked by 6 months implies worked by 12; the formula of nested events holds.

    corr = sqrt(p6 (1 - p12) / (p12 (1 - p6))); averaged over draws, so only about.
    """
    world: World = world_of(planned())
    figures = [figure(month=6, events=10), figure(month=12, events=15)]
    control, ips = figure_correlations(figures, world)
    assert control.shape == (0, 0)
    assert ips.shape == (2, 2)
    assert ips[0, 0] == pytest.approx(1.0)
    assert 0.4 < ips[0, 1] < 0.95
    many = [
        *figures,
        figure(month=18, events=20),
        figure("employed", month=18, events=8),
        figure("days_to_first_job", month=18, median=200.0),
        figure("months_employed", month=18, mean=4.0, sd=6.0),
        figure("days_employed_of_workers", month=18, mean=200.0, sd=150.0),
    ]
    matrix = figure_correlations(many, world)[1]
    np.testing.assert_allclose(np.diag(matrix), 1.0, rtol=1e-9)
    assert np.linalg.eigvalsh(matrix)[0] > 0.0  # pairwise correlations alone need not be possible
