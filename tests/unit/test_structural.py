"""The fit of structural values: its space, what enters it, and that it finds what is there."""

from __future__ import annotations

import math
import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ips_econ.errors import InputError
from ips_econ.evaluation.calibration import Site
from ips_econ.evaluation.structural import (
    OF_A_PLACE,
    SPREAD,
    SPREAD_ID,
    STRUCTURAL,
    Joint,
    fit_structure,
)
from ips_econ.evaluation.trials import Trial, load_trials, trial_files
from ips_econ.locations import parameters_directory
from ips_econ.parameters.fitted import FILE, SOURCE, read_fit
from ips_econ.parameters.library import ParameterLibrary, load_library

ON = date(2026, 6, 1)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def priors() -> ParameterLibrary:
    return load_library(fitted=False)


@pytest.fixture(scope="module")
def trials(priors: ParameterLibrary) -> dict[str, Trial]:
    return {t.facts.id: t for t in load_trials(trial_files(), priors, 2, 1)}


def test_the_fit_rests_on_calibration_trials_alone(trials: dict[str, Trial]) -> None:
    file = tomllib.loads((parameters_directory() / FILE).read_text(encoding="utf-8"))
    assert set(file["trials"]) == {
        id for id, trial in trials.items() if trial.facts.role == "calibration"
    }
    allowed = {*STRUCTURAL, "effect.gap_left_month_60"}  # tied to month 36 by its correlation
    assert set(file["parameters"]) <= allowed
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    for id in {*STRUCTURAL, *file["parameters"]}:
        assert f"| `{id}` |" in page
    assert file["effective_draws"] >= 1000


def test_what_runs_draw_is_the_fit_and_the_prior_is_told(
    library: ParameterLibrary, priors: ParameterLibrary
) -> None:
    id = "employment.job_loss_rate_month"
    fitted, prior = library.in_force(id, ON), priors.in_force(id, ON)
    assert prior.source is not None and prior.source.key == "bond_kukla2011"
    assert fitted.source is not None and fitted.source.key == SOURCE
    assert fitted.source.formula is not None
    assert "prior of the fit: 0.088, lognormal" in fitted.source.formula
    assert "us-job-holding" in fitted.source.formula
    assert id not in library.overridden
    assert library.dimensions == priors.dimensions
    pairs = {frozenset(pair.between) for pair in library.correlations}
    assert frozenset((id, "employment.job_loss_shape")) in pairs
    assert pairs > {frozenset(pair.between) for pair in priors.correlations}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("job_loss_rate_month", "job_los_rate_month", "unknown parameter"),
        ("seed = 1", "seed = 1\nsede = 2", "did you mean 'seed'?"),
        ("log_sd = 0", "log_sd = -0", "greater than 0"),
    ],
)
def test_a_broken_fit_is_refused_with_its_line(
    tmp_path: Path, priors: ParameterLibrary, old: str, new: str, words: str
) -> None:
    text = (parameters_directory() / FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_fit(tmp_path, priors.parameters)
    assert f"{FILE}:" in str(caught.value)
    assert words in str(caught.value)


def test_each_place_has_its_own_levels_and_deviations(
    priors: ParameterLibrary, trials: dict[str, Trial]
) -> None:
    """At the middle of the cube nothing deviates; a deviation of one is the stated spread."""
    sites = [Site(trials[id].scenario, ()) for id in ("denmark", "us-job-holding")]
    common = sites[0].axes
    assert len(sites[1].axes) == len(common) - 1  # the months of support are stated there
    spread = priors.value(SPREAD_ID, ON, "log-ratio")
    joint = Joint(sites, common, spread)
    points = np.full((3, joint.axes), 0.5)
    start = len(common) + joint.own  # of the second place
    points[1, start + OF_A_PLACE.index("effect.control_ever_employed_18m_severe")] = 0.9
    deviation = list(SPREAD).index("employment.job_loss_rate_month")
    points[2, start + len(OF_A_PLACE) + deviation] = 0.8413447460685429  # one standard deviation
    first, second = joint.draws(points, 0), joint.draws(points, 1)
    level, loss = "effect.control_ever_employed_18m_severe", "employment.job_loss_rate_month"
    assert np.ptp(first.values, axis=0).max() == 0.0
    assert second.column(level)[1] > second.column(level)[0] == second.column(level)[2]
    assert second.column(loss)[1] == second.column(loss)[0]
    assert second.column(loss)[2] / second.column(loss)[0] == pytest.approx(math.exp(spread))
    assert second.column(loss)[0] == pytest.approx(first.column(loss)[0])


def test_the_american_sites_alone_tell_how_long_jobs_last(
    priors: ParameterLibrary, trials: dict[str, Trial]
) -> None:
    """Expectations come to the published figures, within their own error; most else stays.

    A small sample of about two hundred effective draws: the tolerance is one standard error of
    the published figures, which such a sample keeps with room to spare.
    """
    fit = fit_structure([trials["us-job-holding"]], priors, ON, 1024, 1)
    by_metric = {target.figure.metric: target for target in fit.targets}
    for metric, error in (
        ("months_employed_after_start", 7.5 / math.sqrt(142)),
        ("jobs_after_start", 1.07 / math.sqrt(142)),
        ("in_first_job_after_start", math.sqrt(0.148 * 0.852 / 142)),
    ):
        target = by_metric[metric]
        assert target.posterior["mean"] is not None
        assert abs(target.posterior["mean"] - target.figure.observed) < error, metric
        assert target.posterior["sd"] is not None and target.prior["sd"] is not None
        assert target.posterior["sd"] < 0.6 * target.prior["sd"]
    moved = {update.id: update for update in fit.updates}
    loss = moved["employment.job_loss_rate_month"]
    assert loss.posterior["sd"] is not None and loss.prior["sd"] is not None
    assert loss.posterior["sd"] < 0.7 * loss.prior["sd"]
    # the place's spread is in what a new place gets: more than the spread itself
    assert loss.written["distribution"]["log_sd"] > priors.value(SPREAD_ID, ON, "log-ratio")
    assert "employment.low_finder_share" in fit.unmoved
    assert fit.left_out == ()
