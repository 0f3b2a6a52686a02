"""Luck, a function of (seed, replicate, person, month, event): no state, no order.

A counter-based generator: nested splitmix64 hashes make a key for a person, and the uniform of an
event in a month is the hash of that key and a counter. The same person meets the same luck in both
arms, in every scenario compared and at every point of a sensitivity design; results cannot depend
on workers, blocks or the order of people. Besides ``parameters/draws.py`` this is the only place
where chance enters.

Source: Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators" (splitmix64).
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from ips_econ.compilation import step

GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
SHIFT_30, SHIFT_27, SHIFT_31, SHIFT_11 = (np.uint64(n) for n in (30, 27, 31, 11))
UNIT = 2.0**-53


class Event(IntEnum):
    """What one uniform decides. Attributes of a person are events of month 0."""

    AGE = 0
    SEX = 1
    DIAGNOSIS = 2
    JOB_FINDING_CLASS = 3
    RECENT_WORK = 4
    HIGHER_EDUCATION = 5
    BENEFIT_AT_ENTRY = 6
    PENSION_KIND = 7
    PENSION_LEVEL = 8
    HOUSING_ALLOWANCE = 9
    SOCIAL_ASSISTANCE = 10
    CARE_ALLOWANCE = 11
    COMPARATOR_SERVICE = 12
    COMPARATOR_LENGTH = 13
    SUBSTITUTION = 14
    SUPPORT_LENGTH = 15
    ADMISSION_FRAILTY = 16
    VISIT_FRAILTY = 17
    ENTRY_YEAR = 18
    UNEMPLOYMENT_DAYS = 19
    # events of a month
    DEATH = 32
    BENEFIT = 33
    WORK = 34
    FULL_TIME = 35
    HOURS = 36
    WAGE = 37
    ADMISSION = 38
    EPISODE_LENGTH = 39


EVENTS_PER_MONTH = np.uint64(64)


@step
def mix(z):  # type: ignore[no-untyped-def]
    """The splitmix64 finaliser: uint64 to uint64, every input bit moves every output bit."""
    z = (z ^ (z >> SHIFT_30)) * MIX_1
    z = (z ^ (z >> SHIFT_27)) * MIX_2
    return z ^ (z >> SHIFT_31)


@step
def replicate_key(seed, replicate):  # type: ignore[no-untyped-def]
    """Key (uint64) of one replicate of people and luck under a seed."""
    run = mix(np.uint64(seed) + GOLDEN_GAMMA)
    return mix(run + GOLDEN_GAMMA * (np.uint64(replicate) + np.uint64(1)))


@step
def person_key(replicate, person):  # type: ignore[no-untyped-def]
    """Key (uint64) of one person, given the replicate's key."""
    return mix(replicate + GOLDEN_GAMMA * (np.uint64(person) + np.uint64(1)))


@step
def uniform(key, month, event):  # type: ignore[no-untyped-def]
    """The uniform in [0, 1) of one event in one month (0 for attributes) of the keyed person."""
    counter = np.uint64(month) * EVENTS_PER_MONTH + np.uint64(event) + np.uint64(1)
    return np.float64(mix(key + GOLDEN_GAMMA * counter) >> SHIFT_11) * UNIT
