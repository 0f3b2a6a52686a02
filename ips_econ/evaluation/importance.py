"""Updating the draws of uncertain parameters with data: adaptive importance sampling.

Parameters are independent standard normal scores before the copula and the quantile functions.
The first sample is the prior itself, weighted by the likelihood (importance resampling). If too
few draws carry the weight, a normal proposal is fitted to a tempered version of the weights on
the scores that the data speak about, and drawn from; all samples so far are weighted together
against the mixture of their proposals, until enough draws are effective (adaptive multiple
importance sampling; Cornuet et al. 2012, Scand J Stat 39:798-812).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri

from ips_econ.errors import RunError
from ips_econ.parameters.sobol import sobol_points

DRAWS = 4096
WANTED = 1000.0
"""Effective draws from which a sample is good enough."""
USABLE = 200.0
"""Effective draws below which the result is refused."""
STAGES = 10
FITTED_SHARE = 0.125
"""Draws, as a share of a stage's, that are effective under the weights a proposal is fitted to."""
WIDENED = 1.2
SIGNIFICANT = 3.5
SCRAMBLINGS = 8
FARTHEST = 1e-9
"""Probability beyond which no point of the unit cube lies: six standard deviations."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Weighted draws: ``points`` of the unit cube ``(draw, axis)``, ``weights`` ``(draw,)``.

    Weights sum to one. ``effective`` are the effective draws after every stage; the first stage is
    importance resampling of the prior, all later ones are adapted.
    """

    points: Array
    weights: Array
    effective: tuple[float, ...]

    @property
    def ess(self) -> float:
        """Effective draws of the weights that are used."""
        return self.effective[-1]

    @property
    def is_adapted(self) -> bool:
        """Whether the prior's own draws were too few."""
        return len(self.effective) > 1

    def resampled(self, draws: int) -> Array:
        """Equally weighted points ``(draw, axis)``, by systematic resampling."""
        at = (np.arange(draws) + 0.5) / draws
        rows = np.searchsorted(np.cumsum(self.weights), at)
        return np.asarray(self.points[np.minimum(rows, len(self.points) - 1)])


@dataclass(frozen=True)
class Proposal:
    """A normal on the active scores; the others keep the prior's independent standard normals.

    ``mean`` ``(active,)``, ``lower`` the Cholesky factor of the covariance ``(active, active)``.
    """

    active: NDArray[np.bool_]
    mean: Array
    lower: Array

    @classmethod
    def prior(cls, axes: int) -> Proposal:
        """The prior: no score is active."""
        return cls(np.zeros(axes, dtype=bool), np.zeros(0), np.zeros((0, 0)))

    @classmethod
    def fitted(cls, scores: Array, weights: Array, active: NDArray[np.bool_]) -> Proposal:
        """Moments of weighted scores, widened."""
        mine = scores[:, active]
        mean = weights @ mine
        apart = mine - mean
        covariance = WIDENED * (apart.T * weights) @ apart
        lower = np.linalg.cholesky(covariance + 1e-9 * np.eye(len(mean)))
        return cls(active, mean, np.asarray(lower, dtype=np.float64))

    def scores(self, draws: int, seed: int) -> Array:
        """Sobol points turned into draws of the proposal ``(draw, axis)``."""
        points, _ = sobol_points(len(self.active), draws, seed, SCRAMBLINGS)
        scores = ndtri(points)
        scores[:, self.active] = self.mean + scores[:, self.active] @ self.lower.T
        return np.asarray(scores)

    def log_density(self, scores: Array) -> Array:
        """Log density ``(draw,)`` up to a constant."""
        mine = scores[:, self.active] - self.mean
        inner = np.asarray(np.linalg.solve(self.lower, mine.T).T, dtype=np.float64)
        scale = np.log(np.diag(self.lower)).sum()
        return _log_normal(inner) + _log_normal(scores[:, ~self.active]) - scale


def effective_draws(log_weights: Array) -> float:
    """Kish's effective number of draws, the squared sum of weights over the sum of squares."""
    return float(np.exp(2.0 * logsumexp(log_weights) - logsumexp(2.0 * log_weights)))


def importance_sample(
    log_likelihood: Callable[[Array], Array],
    axes: int,
    draws: int = DRAWS,
    seed: int = 1,
    wanted: float = WANTED,
) -> Sample:
    """Draws of the posterior as weighted points of the unit cube.

    Parameters
    ----------
    log_likelihood : takes points ``(draw, axis)`` in (0, 1), gives ``(draw,)``.
    axes : dimensions of the cube.
    draws : draws of each stage.
    wanted : effective draws at which to stop.

    Raises
    ------
    RunError
        If even the adapted sample has fewer than ``USABLE`` effective draws.
    """
    tiny = FARTHEST
    proposals = [Proposal.prior(axes)]
    scores, data = np.zeros((0, axes)), np.zeros(0)
    history: list[float] = []
    active = proposals[0].active
    while True:
        fresh = proposals[-1].scores(draws, seed + 7919 * len(history))
        scores = np.concatenate([scores, fresh])
        data = np.concatenate([data, log_likelihood(np.clip(ndtr(fresh), tiny, 1.0 - tiny))])
        mixture = logsumexp([p.log_density(scores) for p in proposals], axis=0)
        ahead = _log_normal(scores) - mixture
        log_weights = ahead + data
        history.append(effective_draws(log_weights))
        if history[-1] >= wanted or len(history) == STAGES:
            break
        weights = _tempered(ahead, data, FITTED_SHARE * draws)
        active = active | _moved(scores, weights)
        if len(history) == 1:
            active = active | _related(scores, data)
        proposals.append(Proposal.fitted(scores, weights, active))
    if history[-1] < USABLE:
        raise RunError(
            f"only {history[-1]:.0f} of {len(data)} draws agree with the observed results; they "
            "lie so far from the published evidence that it cannot be updated. Check the counts, "
            "or say what is different here in the scenario ([population], [programme], [region])."
        )
    points = np.clip(ndtr(scores), tiny, 1.0 - tiny)
    return Sample(points, np.exp(log_weights - logsumexp(log_weights)), tuple(history))


def _log_normal(scores: Array) -> Array:
    """Log density of independent standard normals ``(draw,)``, without the constant."""
    return np.asarray(-0.5 * (scores * scores).sum(axis=1))


def _tempered(ahead: Array, data: Array, effective: float) -> Array:
    """Weights with the data raised to the highest power (at most one) that leaves so many draws."""
    low, high = 0.0, 1.0
    if effective_draws(ahead + data) < effective:
        for _ in range(60):
            middle = 0.5 * (low + high)
            if effective_draws(ahead + middle * data) < effective:
                high = middle
            else:
                low = middle
    log_weights = ahead + high * data
    return np.asarray(np.exp(log_weights - logsumexp(log_weights)))


def _moved(scores: Array, weights: Array) -> NDArray[np.bool_]:
    """Scores whose weighted mean or variance has left the prior's beyond chance."""
    n = 1.0 / float((weights * weights).sum())
    mean = weights @ scores
    variance = weights @ (scores - mean) ** 2
    limit = SIGNIFICANT / np.sqrt(n)
    return np.asarray((np.abs(mean) > limit) | (np.abs(variance - 1.0) > limit * np.sqrt(2.0)))


def _related(scores: Array, data: Array) -> NDArray[np.bool_]:
    """Scores related to the likelihood beyond chance, by rank."""
    ranks = ndtri((np.argsort(np.argsort(data)) + 0.5) / len(data))
    return np.asarray(np.abs(ranks @ scores) / len(data) > SIGNIFICANT / np.sqrt(len(data)))
