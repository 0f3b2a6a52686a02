"""Adaptive importance sampling where the answer is known in closed form.

Every test has a fixed seed; a tolerance is five standard errors of the sample's effective size,
so that a right sampler fails with probability below one in a million for each number compared.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp, ndtri

from ips_econ.errors import RunError
from ips_econ.evaluation.importance import (
    Proposal,
    Sample,
    effective_draws,
    importance_sample,
)

AXES = 20


def seen(points: np.ndarray, value: float, error: float) -> np.ndarray:
    """Normal data on the mean of the first two scores."""
    scores = ndtri(points)
    return np.asarray(-0.5 * ((value - 0.5 * (scores[:, 0] + scores[:, 1])) / error) ** 2)


def moments(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    scores = ndtri(sample.points)
    mean = sample.weights @ scores
    apart = scores - mean
    return mean, (apart.T * sample.weights) @ apart


@pytest.mark.parametrize(("value", "error"), [(0.5, 0.5), (3.0, 0.05)])
def test_a_normal_posterior_is_found(value: float, error: float) -> None:
    """Conjugate: weak data need the prior's draws only, strong and surprising data adapted ones."""
    sample = importance_sample(lambda u: seen(u, value, error), AXES)
    assert sample.is_adapted == (error < 0.1)
    assert sample.ess >= 1000
    mean, covariance = moments(sample)
    # gain of the Kalman filter for y = (z1 + z2) / 2 + noise, prior N(0, I)
    gain = 0.5 / (0.5 + error**2)
    expected = np.zeros(AXES)
    expected[:2] = gain * value
    matrix = np.eye(AXES)
    matrix[:2, :2] -= 0.5 * gain
    tolerance = 5.0 / np.sqrt(sample.ess)
    np.testing.assert_allclose(mean, expected, atol=tolerance)
    np.testing.assert_allclose(covariance, matrix, atol=np.sqrt(2.0) * tolerance)


def test_data_without_information_leave_the_prior() -> None:
    sample = importance_sample(lambda u: np.zeros(len(u)), 3, draws=1024)
    assert sample.ess == pytest.approx(1024)
    assert not sample.is_adapted


def test_data_out_of_reach_are_refused_with_advice() -> None:
    def nowhere(points: np.ndarray) -> np.ndarray:
        """A different corner each time: no proposal can be fitted to it."""
        scores = ndtri(points)
        return np.asarray(-1e6 * np.abs(scores - np.sign(scores) * 3.0).sum(axis=1))

    with pytest.raises(RunError, match="lie so far from the published evidence"):
        importance_sample(nowhere, 6, draws=512)


def test_effective_draws_are_kishs() -> None:
    weights = np.array([1.0, 2.0, 3.0])
    assert effective_draws(np.log(weights)) == pytest.approx(36.0 / 14.0)


def test_resampling_keeps_the_weights() -> None:
    points = np.array([[0.1], [0.2], [0.3]])
    sample = Sample(points, np.array([0.5, 0.25, 0.25]), (3.0,))
    values, counts = np.unique(sample.resampled(8), return_counts=True)
    assert values.tolist() == [0.1, 0.2, 0.3]
    assert counts.tolist() == [4, 2, 2]


def test_the_density_of_a_proposal_is_that_of_its_draws() -> None:
    """Weights prior/proposal of its own draws average one: five standard errors."""
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(4000, 4)) * [0.7, 1.0, 1.0, 1.0] + [0.4, 0.0, 0.0, 0.0]
    active = np.array([True, True, False, False])
    fitted = Proposal.fitted(scores, np.full(4000, 1 / 4000), active)
    drawn = fitted.scores(8192, 5)
    ratio = Proposal.prior(4).log_density(drawn) - fitted.log_density(drawn)
    mean = float(np.exp(logsumexp(ratio)) / len(drawn))
    assert mean == pytest.approx(1.0, abs=5.0 * float(np.exp(ratio).std()) / np.sqrt(len(drawn)))
