"""A scenario's clients as a cohort without individuals: exact expected shares by draw and month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ips_econ.evaluation.metrics import MONTHS_TO_START
from ips_econ.population.attributes import (
    AGE_BAND_STARTS,
    STRATA_PER_GROUP,
    Benefit,
    Diagnosis,
    stratum_axes,
)
from ips_econ.population.people import Population
from ips_econ.trajectories.after_first_job import after_start
from ips_econ.trajectories.hazards import Hazards, occupancy


class Shares(NamedTuple):
    """Expected shares of the clients ``(draw, arm, month)``, arms in the order control, ips.

    ``employed``: in work in the month; ``ever``: in work in that month or an earlier one.
    """

    employed: np.ndarray
    ever: np.ndarray


def expected_shares(hazards: Hazards, population: Population) -> Shares:
    """Shares in work and ever in work while nobody dies or retires."""
    shares = occupancy(hazards, stratum_weights(population), population.low_share)
    employed, waiting = np.einsum("sdaygm,yg->sdam", shares, _of_year_and_group(population))
    return Shares(employed, 1.0 - waiting)


def expected_after_start(hazards: Hazards, population: Population, window: int) -> np.ndarray:
    """Means over clients who start a job in their first 36 months ``(what, draw, arm)``.

    Months in work, jobs, and whether still in the first job, in ``window`` months from its start.
    """
    shares = occupancy(hazards, stratum_weights(population), population.low_share)
    waiting = shares[1, ..., :MONTHS_TO_START]
    started = np.ascontiguousarray(-np.diff(waiting, axis=-1, prepend=1.0))
    weights = _of_year_and_group(population)
    held = np.einsum("kdayg,yg->kda", after_start(hazards, started, window), weights)
    return np.asarray(held / np.einsum("daygm,yg->da", started, weights))


def _of_year_and_group(population: Population) -> np.ndarray:
    """Shares of the clients by entry year and group of diagnoses ``(year, group)``."""
    common = 1.0 - population.diagnosis[Diagnosis.BIPOLAR]
    entering = np.diff(np.append(0.0, population.entry_year))
    return np.asarray(entering[:, None] * np.array([1.0 - common, common]))


def stratum_weights(population: Population) -> np.ndarray:
    """Shares of the clients by stratum of a group, as they are sampled."""
    band, worked, educated, pensioned = stratum_axes()
    bands = np.searchsorted(AGE_BAND_STARTS[1:], population.age_quantiles, side="right")
    ages = np.bincount(bands, minlength=len(AGE_BAND_STARTS)) / len(bands)
    pension = 1.0 - population.benefit[Benefit.SICKNESS_ALLOWANCE]
    work, education = population.recent_work_share, population.higher_education_share
    weights = (
        ages[band]
        * np.where(worked, work, 1.0 - work)
        * np.where(educated, education, 1.0 - education)
        * np.where(pensioned, pension, 1.0 - pension)
    )
    assert len(weights) == STRATA_PER_GROUP
    return np.asarray(weights)
