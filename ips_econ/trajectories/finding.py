"""Monthly hazards of the first job, solved from the published share who ever found one.

Literature says "worked at all within 18 months: 22 % v 39 %". Two classes of clients (harder and
easier finders, T3 of the Danish trajectories) share a hazard up to a ratio; for each stratum of
covariates the easier class's hazard of months 1-9 and 10-18 is the root of the survival expression
the simulation itself uses: a job starts at the beginning of a month with the hazard of that month.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.trajectories.states import FIRST_PHASE_MONTHS, LATE_PHASE_MONTHS, TRIAL_MONTHS

NEWTON_STEPS = 60
BISECTIONS = 52
TOLERANCE = 1e-13


class Classes(NamedTuple):
    """Two classes of job finders: share and hazard ratio of the harder one."""

    low_share: float
    low_ratio: float


class Solved(NamedTuple):
    """A solved hazard and how much of its target it misses (0 if it was reached)."""

    hazard: float
    miss: float


@step
def logit(p):  # type: ignore[no-untyped-def]
    """Log odds of a probability."""
    return math.log(p / (1.0 - p))


@step
def expit(x):  # type: ignore[no-untyped-def]
    """Probability of log odds."""
    return 1.0 / (1.0 + math.exp(-x))


@step
def level_with_effect(control, trial_control, ratio, log_odds_shift, effect_share, maximum):  # type: ignore[no-untyped-def]
    """Share of the IPS arm ever in work by month 18.

    The published risk ratio holds at the trials' own control level; it is carried to this
    setting's level as a log odds ratio, scaled by the share of the effect realised here, and
    capped at the level of the best trials (never below the control level itself).
    """
    published = min(ratio * trial_control, 0.99)
    log_odds_ratio = logit(published) - logit(trial_control) + log_odds_shift
    level = expit(logit(control) + effect_share * log_odds_ratio)
    if level > maximum:
        return max(maximum, control)
    return level


@step
def found_within(hazard, months, easy, hard, classes):  # type: ignore[no-untyped-def]
    """Mass that finds a job in ``months``, of the not yet entered (``easy``, ``hard`` shares)."""
    stay_easy = (1.0 - hazard) ** months
    stay_hard = (1.0 - classes.low_ratio * hazard) ** months
    return easy * (1.0 - stay_easy) + hard * (1.0 - stay_hard)


@step
def hazard_for(target, months, easy, hard, classes):  # type: ignore[no-untyped-def]
    """The easier class's monthly hazard at which ``target`` of the mass finds a job in ``months``.

    The found mass is increasing and concave in the hazard, so Newton's method from zero climbs
    to the root without overshooting. A target beyond a hazard of one is missed, and says by how
    much.
    """
    if target <= 0.0:
        return Solved(0.0, 0.0)
    most = found_within(1.0, months, easy, hard, classes)
    if target >= most:
        return Solved(1.0, target - most)
    h = 0.0
    for _ in range(NEWTON_STEPS):
        stay_easy = (1.0 - h) ** (months - 1)
        stay_hard = (1.0 - classes.low_ratio * h) ** (months - 1)
        found = easy * (1.0 - stay_easy * (1.0 - h)) + hard * (
            1.0 - stay_hard * (1.0 - classes.low_ratio * h)
        )
        slope = months * (easy * stay_easy + hard * classes.low_ratio * stay_hard)
        change = (target - found) / slope
        h = min(h + change, 1.0)
        if abs(change) < TOLERANCE:
            break
    return Solved(h, 0.0)


@step
def highest_share(early, classes):  # type: ignore[no-untyped-def]
    """Largest share ever in work by month 18 that hazards of at most one can give.

    A share ``early`` of it is found by month 9, the rest by month 18. Bisection on the share.
    """
    low, high = 0.0, 1.0
    later = TRIAL_MONTHS - FIRST_PHASE_MONTHS
    for _ in range(BISECTIONS):
        share = 0.5 * (low + high)
        easy, hard = 1.0 - classes.low_share, classes.low_share
        first = hazard_for(early * share, FIRST_PHASE_MONTHS, easy, hard, classes)
        easy *= (1.0 - first.hazard) ** FIRST_PHASE_MONTHS
        hard *= (1.0 - classes.low_ratio * first.hazard) ** FIRST_PHASE_MONTHS
        second = hazard_for((1.0 - early) * share, later, easy, hard, classes)
        if first.miss + second.miss > 0.0:
            high = share
        else:
            low = share
    return low


@step
def share_at(odds, relative_odds, highest):  # type: ignore[no-untyped-def]
    """Probability of a stratum, given the odds at score zero and its own odds ratio."""
    here = odds * relative_odds
    return min(highest, here / (1.0 + here))


@step
def odds_for(level, relative_odds, weights, highest):  # type: ignore[no-untyped-def]
    """Odds at score zero for which the weighted mean probability is ``level``.

    ``relative_odds`` are the odds ratios of the strata of the reference population, ``weights``
    its shares (both ``(stratum,)``); no stratum exceeds ``highest``. The mean of capped logistic
    curves is increasing: bisection on the log odds.
    """
    low, high = -20.0, 20.0
    odds = 1.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        odds = math.exp(middle)
        mean = 0.0
        for s in range(len(weights)):
            mean += weights[s] * share_at(odds, relative_odds[s], highest)
        if mean < level:
            low = middle
        else:
            high = middle
    return odds


@step
def late_multiplier(ratio, easy_c, hard_c, easy_i, hard_i, hazards, classes):  # type: ignore[no-untyped-def]
    """How much higher a class's hazard is with IPS after month 18, given the published entry ratio.

    Published (row 8): among people not yet entered at month 18, entry in months 19-30 is
    ``ratio`` times as frequent with IPS. The IPS arm has fewer easy finders left by then, so the
    class hazards behind it differ by more. ``easy_*`` and ``hard_*`` are the masses not yet
    entered at month 18 by stratum, ``hazards`` the control arm's easier-class hazards after
    month 18. Bisection on the multiplier in [0.05, 20].
    """
    entered = 0.0
    left_c = 0.0
    left_i = 0.0
    for s in range(len(hazards)):
        entered += found_within(hazards[s], LATE_PHASE_MONTHS, easy_c[s], hard_c[s], classes)
        left_c += easy_c[s] + hard_c[s]
        left_i += easy_i[s] + hard_i[s]
    target = ratio * entered / left_c * left_i
    low, high = 0.05, 20.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        found = 0.0
        for s in range(len(hazards)):
            h = min(1.0, middle * hazards[s])
            found += found_within(h, LATE_PHASE_MONTHS, easy_i[s], hard_i[s], classes)
        if found < target:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
