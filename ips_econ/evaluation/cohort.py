"""A scenario's clients as a cohort without individuals: exact expected shares by draw and month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ips_econ.population.attributes import (
    AGE_BAND_STARTS,
    STRATA_PER_GROUP,
    Benefit,
    Diagnosis,
    stratum_axes,
)
from ips_econ.population.people import Population
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
    common = 1.0 - population.diagnosis[Diagnosis.BIPOLAR]
    of_group = np.array([1.0 - common, common])
    entering = np.diff(np.append(0.0, population.entry_year))
    employed, waiting = np.einsum("sdaygm,y,g->sdam", shares, entering, of_group)
    return Shares(employed, 1.0 - waiting)


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
