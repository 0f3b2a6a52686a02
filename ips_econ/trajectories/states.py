"""The arms of the comparison and the phases of looking for a first job."""

from __future__ import annotations

from enum import IntEnum


class Arm(IntEnum):
    """The two courses of one life."""

    CONTROL = 0
    IPS = 1


FIRST_PHASE_MONTHS = 9
TRIAL_MONTHS = 18
LATE_PHASE_MONTHS = 12
PHASES = 3  # months 1-9, 10-18, after 18
