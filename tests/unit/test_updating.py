"""From draws to distributions that can be written, and back."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from ips_econ.evaluation.drivers import rank_correlation
from ips_econ.evaluation.updating import Update, updates, written_distribution
from ips_econ.parameters.distributions import fit
from ips_econ.parameters.draws import ParameterDraws, draw_parameters, sampled_dimensions
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.parameters.schema import Distribution, LocalCorrelation
from ips_econ.parameters.sobol import sobol_points

ON = date(2026, 6, 1)
LEVEL, RATIO = "effect.control_ever_employed_18m_severe", "effect.competitive_work_ratio"


@pytest.mark.parametrize(
    ("prior", "value"),
    [
        ({"family": "beta", "sd": 0.1}, 0.3),
        ({"family": "gamma", "cv": 0.3}, 5.0),
        ({"family": "normal", "sd": 2.0}, -1.0),
        ({"family": "lognormal", "value_is": "median", "log_sd": 0.3}, 1.7),
        ({"family": "truncated_normal", "sd": 1.0, "low": 0.0, "high": 6.0}, 3.0),
        ({"family": "pert", "low": 0.0, "high": 1.0}, 0.6),
        ({"family": "uniform", "low": 0.6, "high": 1.0}, 0.8),
        ({"family": "triangular", "low": -1.0, "high": 1.0}, 0.2),
    ],
)
def test_a_sample_of_a_distribution_is_written_as_that_distribution(
    prior: dict[str, float], value: float
) -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    before = Distribution.model_validate(prior)
    values = fit(before, value).quantile(u)
    told = written_distribution(before, values)
    after = fit(Distribution.model_validate(told["distribution"]), told["value"])
    at = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
    spread = float(values.std())
    np.testing.assert_allclose(after.quantile(at), np.quantile(values, at), atol=0.06 * spread)


def prior_draws(library: ParameterLibrary) -> tuple[ParameterDraws, np.ndarray]:
    points, _ = sobol_points(len(sampled_dimensions(library, ON)), 4096, 1, 8)
    return drawn(library, points), points


def drawn(library: ParameterLibrary, points: np.ndarray) -> ParameterDraws:
    return draw_parameters(
        library, on=ON, price_year=2026, draws=len(points), seed=0, points=points
    )


def test_nothing_moves_without_news(library: ParameterLibrary) -> None:
    """Another 4,096 draws of the prior: by chance one of about 80 such pairs would differ."""
    before, _ = prior_draws(library)
    points, _ = sobol_points(len(sampled_dimensions(library, ON)), 4096, 2, 8)
    assert updates(library, ON, before, drawn(library, points), 4096.0) == ()


def test_an_update_can_be_written_read_and_drawn_again(library: ParameterLibrary) -> None:
    """The joint distribution of a tight sum comes back from marginals and rank correlations."""
    before, _ = prior_draws(library)
    level, ratio = before.column(LEVEL), before.column(RATIO)
    reached = level * ratio
    weights = np.exp(-0.5 * ((reached - 0.5) / 0.06) ** 2)
    weights /= weights.sum()
    rows = np.searchsorted(np.cumsum(weights), (np.arange(4096) + 0.5) / 4096)
    after = ParameterDraws(
        before.ids, before.values[rows], before.scrambling, before.sampled, before.units
    )
    found = updates(library, ON, before, after, 1.0 / float((weights**2).sum()))
    assert {LEVEL, RATIO} <= {update.id for update in found}
    new = written_library(library, found)
    points, _ = sobol_points(len(sampled_dimensions(new, ON)), 4096, 3, 8)
    again = drawn(new, points)
    for id in (LEVEL, RATIO):
        np.testing.assert_allclose(
            [again.column(id).mean(), again.column(id).std()],
            [after.column(id).mean(), after.column(id).std()],
            rtol=0.03,
        )
    product = again.column(LEVEL) * again.column(RATIO)
    assert product.mean() == pytest.approx(reached[rows].mean(), rel=0.02)
    assert product.std() < 1.35 * reached[rows].std() < 0.8 * reached.std()
    ids = [update.id for update in found]
    ranks = [
        rank_correlation(table, table)
        for table in (np.stack([d.column(id) for id in ids], axis=1) for d in (after, again))
    ]
    assert np.abs(ranks[0] - ranks[1]).max() < 0.12


def written_library(library: ParameterLibrary, found: tuple[Update, ...]) -> ParameterLibrary:
    pairs = [
        LocalCorrelation(between=(update.id, other), rank=rank)
        for update in found
        for other, rank in update.ranks
    ]
    new = library.with_overrides({update.id: update.written for update in found})
    return new.with_correlations(pairs)


def test_an_update_is_told_with_its_shift(library: ParameterLibrary) -> None:
    before, points = prior_draws(library)
    id = "effect.caseload_exponent"
    axis = sampled_dimensions(library, ON).index(id)
    moved = points.copy()
    moved[:, axis] **= 2
    (update,) = updates(library, ON, before, drawn(library, moved), 4096.0)
    assert update.id == id
    entry = library.in_force(id, ON)
    assert entry.distribution is not None and entry.value is not None
    fitted = fit(entry.distribution, entry.value)
    u = (np.arange(100_000) + 0.5) / 100_000
    expected = abs(fitted.quantile(u**2).mean() - fitted.mean) / fitted.sd
    assert expected > 0.5
    assert update.shift == pytest.approx(expected, rel=0.02)
    assert update.ranks == ()
