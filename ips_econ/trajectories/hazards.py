"""Every hazard of work, by draw, solved from published levels; then tabulated for the walk.

The published values are population quantities of trial clients, so they are solved on a reference
population (its stratum weights) at the trials' unemployment, and applied to the region's people:
regional covariates shift the 18-month odds of a stratum, local unemployment the monthly hazards.

After month 18 the employment *gap* follows the chosen shape of persistence. One arm is solved for
it month by month (``catch_up``: the control arm; ``ends`` and ``sustained``: the IPS arm, from the
control arm's own hazards) with one multiplier that eases finding and keeping work alike.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ips_econ.compilation import compiled, step
from ips_econ.population.attributes import CLASSES, GROUPS, STRATA, STRATA_PER_GROUP
from ips_econ.trajectories import cohort as twin
from ips_econ.trajectories import finding, keeping
from ips_econ.trajectories.states import FIRST_PHASE_MONTHS, PHASES, TRIAL_MONTHS, Arm

SMALLEST_MULTIPLIER, LARGEST_MULTIPLIER = 0.1, 10.0
SAME_COURSE = 1e-12
LEVEL_TOLERANCE = 1e-3
GAP_TOLERANCE = 1e-4
CONTROL, IPS = Arm.CONTROL.value, Arm.IPS.value
ARMS = len(Arm)
BEFORE, AFTER = 0, 1  # up to and after the trials' 18 months


class Persistence(IntEnum):
    """Shape of the employment gap after the trials' 18 months."""

    HAZARDS_ONLY = 0
    ENDS = 1
    CATCH_UP = 2
    SUSTAINED = 3


class Path(NamedTuple):
    """A shape of persistence: months ``(knot,)`` and shares of the peak gap ``(draw, knot)``."""

    shape: Persistence
    knot_months: np.ndarray
    gap_knots: np.ndarray


class EmploymentDraws(NamedTuple):
    """Sampled inputs of work, each ``(draw,)`` unless stated; published metrics and units."""

    control_level: np.ndarray  # (draw, group) ever in open-market work by month 18
    ratio: np.ndarray  # (draw, group) risk ratio at the trials' control level
    trial_control: np.ndarray  # (draw, group)
    log_odds_shift: np.ndarray  # interaction with local unemployment
    maximum_level: np.ndarray
    share_by_month_9: np.ndarray
    late_ratio: np.ndarray
    job_loss_ratio: np.ndarray
    job_loss_rate: np.ndarray  # per month
    job_loss_shape: np.ndarray
    jobs_per_person: np.ndarray
    reemployment: np.ndarray  # per month, in service
    reemployment_without: np.ndarray  # ratio without service
    low_share: np.ndarray
    low_ratio: np.ndarray
    score: np.ndarray  # (draw, stratum of a group) log odds against the reference mean
    unemployment_factor: np.ndarray  # on job finding in the region
    months_in_service: np.ndarray
    effect_share: np.ndarray  # (draw, entry year) of the log contrasts realised here


class Hazards(NamedTuple):
    """Monthly probabilities of work by draw, arm and entry year, for the region.

    ``find``: ``(draw, arm, year, phase, class, stratum)``; ``reemployment``: ``(draw, arm, year,
    month)``; ``multiplier``: ``(draw, arm, year, group, month)``; ``first_loss``: ``(draw, arm,
    year, before/after month 18, tenure)``; ``later_loss``: ``(draw, arm, year, before/after)``.
    ``level_miss`` and ``gap_misses``: ``(draw,)`` largest miss of a published level, months off
    the path.
    """

    find: np.ndarray
    reemployment: np.ndarray
    first_loss: np.ndarray
    later_loss: np.ndarray
    multiplier: np.ndarray
    level_miss: np.ndarray
    gap_misses: np.ndarray


@step
def phase_of(month):  # type: ignore[no-untyped-def]
    """Phase of first-job finding of a month since entry (1-based)."""
    if month <= FIRST_PHASE_MONTHS:
        return 0
    if month <= TRIAL_MONTHS:
        return 1
    return 2


@step
def retention(months_in_service, month):  # type: ignore[no-untyped-def]
    """Expected share still in service in a month, at a constant chance of leaving."""
    return (1.0 - 1.0 / months_in_service) ** (month - 1)


@step
def gap_share(month, knot_months, knot_shares, start, peak):  # type: ignore[no-untyped-def]
    """The gap a shape asks for in a month after 18: straight lines from the gap at 18 to the knots.

    ``start`` is the gap at month 18, ``peak`` the largest gap until then; a knot is a share of the
    peak, never more than the gap the path starts from. Beyond the last knot the gap is held.
    """
    before_month, before = TRIAL_MONTHS, start
    for k in range(len(knot_months)):
        here = knot_shares[k] * peak
        if abs(here) > abs(start):
            here = start
        if month <= knot_months[k]:
            weight = (month - before_month) / (knot_months[k] - before_month)
            return before + weight * (here - before)
        before_month, before = knot_months[k], here
    return before


@step
def multiplier_for(target, cohort, hazards):  # type: ignore[no-untyped-def]
    """Multiplier m on finding (and 1/m on losing) at which ``target`` of the cohort is in work.

    One where the natural course already leads there. Without capped probabilities employed -
    lost / m + found m = target, a quadratic with one positive root; where a cap binds, bisection
    (employment rises with m). Kept within the limits.
    """
    before = twin.employed(cohort)
    lost, found = twin.flows(cohort, hazards, 1.0)
    change = target - before
    if abs(change + lost - found) < SAME_COURSE:
        return 1.0
    m = LARGEST_MULTIPLIER if change >= 0.0 else SMALLEST_MULTIPLIER
    if found > 0.0:
        m = (change + math.sqrt(change * change + 4.0 * found * lost)) / (2.0 * found)
    elif change < 0.0:
        m = lost / -change
    m = min(LARGEST_MULTIPLIER, max(SMALLEST_MULTIPLIER, m))
    lost, found = twin.flows(cohort, hazards, m)
    if abs(change + lost - found) < SAME_COURSE:
        return m
    low, high = SMALLEST_MULTIPLIER, LARGEST_MULTIPLIER
    for _ in range(finding.BISECTIONS):
        m = math.sqrt(low * high)
        lost, found = twin.flows(cohort, hazards, m)
        if found - lost < change:
            low = m
        else:
            high = m
    return m


@step
def fill_level(d, y, arm, group, level, highest, relative_odds, inputs, reference, hazards):  # type: ignore[no-untyped-def]
    """First-job hazards of one arm that give the reference population ``level`` by month 18.

    Returns the share of the reference population that falls short of it.
    """
    classes = finding.Classes(inputs.low_share[d], inputs.low_ratio[d])
    early = inputs.share_by_month_9[d]
    odds = finding.odds_for(level, relative_odds, reference, highest)
    reached = 0.0
    for s in range(STRATA_PER_GROUP):
        p = finding.share_at(odds, relative_odds[s], highest)
        easy, hard = 1.0 - classes.low_share, classes.low_share
        first = finding.hazard_for(early * p, FIRST_PHASE_MONTHS, easy, hard, classes)
        easy *= (1.0 - first.hazard) ** FIRST_PHASE_MONTHS
        hard *= (1.0 - classes.low_ratio * first.hazard) ** FIRST_PHASE_MONTHS
        months = TRIAL_MONTHS - FIRST_PHASE_MONTHS
        second = finding.hazard_for((1.0 - early) * p, months, easy, hard, classes)
        reached += reference[s] * (p - first.miss - second.miss)
        column = group * STRATA_PER_GROUP + s
        for c in range(CLASSES):
            scale = 1.0 if c == 0 else classes.low_ratio
            hazards.find[d, arm, y, 0, c, column] = first.hazard * scale
            hazards.find[d, arm, y, 1, c, column] = second.hazard * scale
            hazards.find[d, arm, y, 2, c, column] = second.hazard * scale
    return level - reached


@step
def fill_finding(d, inputs, reference, hazards):  # type: ignore[no-untyped-def]
    """First-job hazards of one draw at the trials' unemployment, all arms, years and strata."""
    classes = finding.Classes(inputs.low_share[d], inputs.low_ratio[d])
    highest = finding.highest_share(inputs.share_by_month_9[d], classes)
    relative_odds = np.exp(inputs.score[d])
    for group in range(GROUPS):
        control = inputs.control_level[d, group]
        for y in range(inputs.effect_share.shape[1]):
            if y == 0:
                miss = fill_level(
                    d,
                    y,
                    CONTROL,
                    group,
                    control,
                    highest,
                    relative_odds,
                    inputs,
                    reference,
                    hazards,
                )
            else:
                columns = slice(group * STRATA_PER_GROUP, (group + 1) * STRATA_PER_GROUP)
                hazards.find[d, CONTROL, y, :, :, columns] = hazards.find[
                    d, CONTROL, 0, :, :, columns
                ]
            level = finding.level_with_effect(
                control,
                inputs.trial_control[d, group],
                inputs.ratio[d, group],
                inputs.log_odds_shift[d],
                inputs.effect_share[d, y],
                inputs.maximum_level[d],
            )
            miss = max(
                miss,
                fill_level(
                    d, y, IPS, group, level, highest, relative_odds, inputs, reference, hazards
                ),
            )
            if group == 0:
                hazards.level_miss[d] = max(hazards.level_miss[d], miss)


@step
def fill_late_finding(d, inputs, reference, hazards):  # type: ignore[no-untyped-def]
    """First-job hazards with IPS after month 18, from the published ratio of late entry (row 8)."""
    classes = finding.Classes(inputs.low_share[d], inputs.low_ratio[d])
    years = inputs.effect_share.shape[1]
    n = STRATA_PER_GROUP
    for group in range(GROUPS):
        columns = slice(group * n, (group + 1) * n)
        for y in range(years):
            left = np.zeros((ARMS, CLASSES, n))
            for arm in range(ARMS):
                for c in range(CLASSES):
                    share = 1.0 - classes.low_share if c == 0 else classes.low_share
                    for s in range(n):
                        first = hazards.find[d, arm, y, 0, c, group * n + s]
                        second = hazards.find[d, arm, y, 1, c, group * n + s]
                        left[arm, c, s] = (
                            reference[s]
                            * share
                            * (1.0 - first) ** FIRST_PHASE_MONTHS
                            * (1.0 - second) ** (TRIAL_MONTHS - FIRST_PHASE_MONTHS)
                        )
            control = hazards.find[d, CONTROL, y, 2, 0, columns]
            if inputs.effect_share[d, y] == 0.0:
                continue
            m = finding.late_multiplier(
                inputs.late_ratio[d] ** inputs.effect_share[d, y],
                left[CONTROL, 0],
                left[CONTROL, 1],
                left[IPS, 0],
                left[IPS, 1],
                control,
                classes,
            )
            for s in range(n):
                h = min(1.0, m * hazards.find[d, CONTROL, y, 2, 0, group * n + s])
                hazards.find[d, IPS, y, 2, 0, group * n + s] = h
                hazards.find[d, IPS, y, 2, 1, group * n + s] = h * classes.low_ratio


@step
def fill_keeping(d, inputs, hazards):  # type: ignore[no-untyped-def]
    """Job loss and re-employment of one draw, both arms, before any persistence path."""
    rate = inputs.job_loss_rate[d]
    shape = inputs.job_loss_shape[d]
    scale = keeping.weibull_scale(rate, shape)
    jobs = keeping.later_jobs(rate, inputs.reemployment[d], inputs.jobs_per_person[d], scale, shape)
    later_rate = -math.log1p(-jobs.loss)
    ratio = inputs.job_loss_ratio[d]
    without = inputs.reemployment_without[d]
    months = hazards.reemployment.shape[3]
    for y in range(inputs.effect_share.shape[1]):
        share = inputs.effect_share[d, y]
        for arm in range(ARMS):
            # the published loss was measured with IPS: the control arm's is higher by 1 / ratio
            factor = 1.0 / ratio
            if arm == IPS:
                factor *= ratio**share
            for when in range(2):
                hazards.later_loss[d, arm, y, when] = -math.expm1(-later_rate * factor)
                for tenure in range(1, months + 2):
                    lost = keeping.loss_rate(tenure, scale, shape) * factor
                    hazards.first_loss[d, arm, y, when, tenure] = -math.expm1(-lost)
            for t in range(months):
                again = jobs.reemployment * without
                if arm == IPS:
                    served = retention(inputs.months_in_service[d], t + 1)
                    again *= 1.0 + share * served * (1.0 / without - 1.0)
                hazards.reemployment[d, arm, y, t] = min(1.0, again)


@step
def month_hazards(d, arm, y, group, month, hazards):  # type: ignore[no-untyped-def]
    """One month's probabilities of a group of the reference population."""
    when = BEFORE if month <= TRIAL_MONTHS else AFTER
    columns = slice(group * STRATA_PER_GROUP, (group + 1) * STRATA_PER_GROUP)
    return twin.MonthHazards(
        hazards.find[d, arm, y, phase_of(month), :, columns],
        hazards.first_loss[d, arm, y, when],
        hazards.later_loss[d, arm, y, when],
        hazards.reemployment[d, arm, y, month - 1],
    )


@step
def use_control_hazards_after_trial(d, y, hazards):  # type: ignore[no-untyped-def]
    """Rows 8, 12 and 14 give way to the path: the IPS arm starts from the control's hazards."""
    months = hazards.reemployment.shape[3]
    hazards.find[d, IPS, y, 2] = hazards.find[d, CONTROL, y, 2]
    hazards.first_loss[d, IPS, y, AFTER] = hazards.first_loss[d, CONTROL, y, AFTER]
    hazards.later_loss[d, IPS, y, AFTER] = hazards.later_loss[d, CONTROL, y, AFTER]
    for t in range(TRIAL_MONTHS, months):
        hazards.reemployment[d, IPS, y, t] = hazards.reemployment[d, CONTROL, y, t]


@step
def solve_persistence(d, y, group, inputs, reference, knot_months, gap_knots, solved_arm, hazards):  # type: ignore[no-untyped-def]
    """Multipliers after month 18 that keep the gap of a group's reference clients on the path."""
    months = hazards.reemployment.shape[3]
    cohorts = (
        twin.new_cohort(reference, inputs.low_share[d], months),
        twin.new_cohort(reference, inputs.low_share[d], months),
    )
    other_arm = IPS - solved_arm
    sign = 1.0 if solved_arm == IPS else -1.0
    peak = 0.0
    start = 0.0
    for month in range(1, months + 1):
        other = month_hazards(d, other_arm, y, group, month, hazards)
        twin.advance(cohorts[other_arm], other, 1.0)
        here = month_hazards(d, solved_arm, y, group, month, hazards)
        m = 1.0
        target = 0.0
        if month > TRIAL_MONTHS:
            gap = gap_share(month, knot_months, gap_knots, start, peak)
            target = twin.employed(cohorts[other_arm]) + sign * gap
            m = multiplier_for(target, cohorts[solved_arm], here)
        twin.advance(cohorts[solved_arm], here, m)
        hazards.multiplier[d, solved_arm, y, group, month - 1] = m
        if month <= TRIAL_MONTHS:
            start = twin.employed(cohorts[IPS]) - twin.employed(cohorts[CONTROL])
            if abs(start) > abs(peak):
                peak = start
        elif abs(twin.employed(cohorts[solved_arm]) - target) > GAP_TOLERANCE:
            hazards.gap_misses[d] += 1


@compiled
def fill_hazards(inputs, reference, hazards):  # type: ignore[no-untyped-def]
    """Solve every draw of a block in place, at the trials' unemployment; see :class:`Hazards`."""
    for d in range(inputs.low_share.shape[0]):
        fill_finding(d, inputs, reference, hazards)
        fill_late_finding(d, inputs, reference, hazards)
        fill_keeping(d, inputs, hazards)


@compiled
def fill_persistence(inputs, reference, knot_months, gap_knots, solved, hazards):  # type: ignore[no-untyped-def]
    """Put every draw of a block on its persistence path, in place."""
    for d in range(inputs.low_share.shape[0]):
        knots = gap_knots[d]
        for y in range(inputs.effect_share.shape[1]):
            if solved == IPS:
                use_control_hazards_after_trial(d, y, hazards)
            for group in range(GROUPS):
                solve_persistence(
                    d, y, group, inputs, reference, knot_months, knots, solved, hazards
                )


def solve_hazards(inputs: EmploymentDraws, reference: np.ndarray, months: int) -> Hazards:
    """Monthly probabilities of work for a block of draws, for the trials' clients.

    Parameters
    ----------
    inputs : sampled values, see :class:`EmploymentDraws`.
    reference : ``(stratum of a group,)`` shares of the trials' clients, summing to one.
    months : horizon in months.

    Returns
    -------
    Hazards at the trials' unemployment without a persistence path; ``level_miss`` says what could
    not be reached.
    """
    draws, years = inputs.effect_share.shape
    span = max(months, TRIAL_MONTHS + 1)
    hazards = Hazards(
        find=np.zeros((draws, ARMS, years, PHASES, CLASSES, STRATA)),
        reemployment=np.zeros((draws, ARMS, years, span)),
        first_loss=np.zeros((draws, ARMS, years, 2, span + 2)),
        later_loss=np.zeros((draws, ARMS, years, 2)),
        multiplier=np.ones((draws, ARMS, years, GROUPS, span)),
        level_miss=np.zeros(draws),
        gap_misses=np.zeros(draws, dtype=np.int64),
    )
    fill_hazards(inputs, reference, hazards)
    return hazards


def with_persistence(
    hazards: Hazards,
    inputs: EmploymentDraws,
    reference: np.ndarray,
    path: Path,
) -> Hazards:
    """The same hazards on a persistence path after month 18; ``gap_misses`` counts its misses."""
    copy = Hazards(*(values.copy() for values in hazards))
    if path.shape is not Persistence.HAZARDS_ONLY:
        solved = CONTROL if path.shape is Persistence.CATCH_UP else IPS
        fill_persistence(inputs, reference, path.knot_months, path.gap_knots, solved, copy)
    return copy


def in_region(hazards: Hazards, inputs: EmploymentDraws) -> Hazards:
    """The trials' hazards at local unemployment: finding work is scaled, at most to certainty."""
    factor = inputs.unemployment_factor
    return hazards._replace(
        find=np.minimum(1.0, hazards.find * factor[:, None, None, None, None, None]),
        reemployment=np.minimum(1.0, hazards.reemployment * factor[:, None, None, None]),
    )


@compiled
def fill_occupancy(hazards, weights, low_share, shares):  # type: ignore[no-untyped-def]
    """Expected occupancy of every draw, arm, entry year and group, in place."""
    draws, arms, years, groups, months = hazards.multiplier.shape
    for d in range(draws):
        for arm in range(arms):
            for y in range(years):
                for group in range(groups):
                    cohort = twin.new_cohort(weights, low_share[d], months)
                    for month in range(1, months + 1):
                        here = month_hazards(d, arm, y, group, month, hazards)
                        twin.advance(cohort, here, hazards.multiplier[d, arm, y, group, month - 1])
                        shares[0, d, arm, y, group, month - 1] = twin.employed(cohort)
                        shares[1, d, arm, y, group, month - 1] = twin.not_yet_entered(cohort)


def occupancy(hazards: Hazards, weights: np.ndarray, low_share: np.ndarray) -> np.ndarray:
    """Shares in work and not yet entered ``(share, draw, arm, year, group, month)``, exactly.

    The cohort twin over solved hazards: nobody dies or retires, and ``weights`` ``(stratum of a
    group,)`` are those of the clients.
    """
    draws, arms, years, groups, months = hazards.multiplier.shape
    shares = np.zeros((2, draws, arms, years, groups, months))
    fill_occupancy(hazards, weights, np.ascontiguousarray(low_share), shares)
    return shares
