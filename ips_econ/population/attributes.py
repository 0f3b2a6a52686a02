"""The attributes a client has at entry, and the strata in which hazards are tabulated."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Benefit(IntEnum):
    """Benefit status, a process of its own beside work."""

    NONE = 0
    UNEMPLOYMENT_SUPPORT = 1  # general support; labour market subsidy before 1 May 2026
    SICKNESS_ALLOWANCE = 2
    REHABILITATION_SUBSIDY = 3  # fixed-term disability pension (kuntoutustuki)
    DISABILITY_PENSION = 4


class Diagnosis(IntEnum):
    """Main diagnosis; the first two are severe mental illness."""

    PSYCHOSIS = 0
    BIPOLAR = 1
    DEPRESSION_ANXIETY = 2


class Service(IntEnum):
    """The comparator's services; the last is none at all."""

    REHABILITATIVE_WORK_ACTIVITY = 0
    KELA_VOCATIONAL_REHABILITATION = 1
    EMPLOYMENT_SERVICE_COACHING = 2
    CLUBHOUSE = 3
    NONE = 4


AGE_BAND_STARTS = np.array([18, 25, 35, 45, 55])
AGE_BAND_MIDPOINTS = np.array([21.5, 30.0, 40.0, 50.0, 60.0])
AGE_BANDS = len(AGE_BAND_STARTS)
GROUPS = 2  # severe mental illness; common mental disorder
STRATA_PER_GROUP = AGE_BANDS * 2 * 2 * 2
STRATA = GROUPS * STRATA_PER_GROUP
CLASSES = 2  # easier and harder finders of work

RETIREMENT_AGE = 65


def stratum_axes() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Age band, recent work, higher education and disability pension of each stratum of a group."""
    index = np.arange(STRATA_PER_GROUP)
    return index // 8, index // 4 % 2, index // 2 % 2, index % 2
