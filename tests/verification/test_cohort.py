"""Solved hazards give the published quantities back, and lives agree with expected occupancy.

The cohort twin (``trajectories/cohort.py``) is run here over the solved hazards, as the walk would
meet them, for the reference population: clients of the trials, at the trials' unemployment.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pytest
from scipy.special import ndtri

from ips_econ.evaluation.blocks import Plan, Worlds
from ips_econ.ledger.posting import Count
from ips_econ.ledger.walk import live_block
from ips_econ.run import plan_of
from ips_econ.scenario.loading import load_scenario
from ips_econ.trajectories import after_first_job
from ips_econ.trajectories import hazards as solver
from ips_econ.trajectories.cohort import (
    MonthHazards,
    advance,
    employed,
    new_cohort,
    not_yet_entered,
)
from ips_econ.trajectories.hazards import (
    EmploymentDraws,
    Hazards,
    Path,
    Persistence,
    occupancy,
)
from ips_econ.trajectories.inputs import employment_draws, persistence_path, reference_population
from ips_econ.trajectories.keeping import constant_loss, later_jobs, restricted_mean, weibull_scale

POINT = 1e-3  # 0.1 percentage points
HORIZON = 132  # months: past the month at which a sustained gap is run down to zero
CONTROL, IPS = 0, 1
SEVERE = 0
PUBLISHED_DRAWS, EXTREME_DRAWS = 512, 400
REACHED = 1e-7  # a level missed by less counts as reached


class Course(NamedTuple):
    """What the cohort twin says of solved hazards, ``(draw, arm, year, group, month)``."""

    inputs: EmploymentDraws
    hazards: Hazards
    employed: np.ndarray
    left: np.ndarray  # not yet entered

    def ever(self, month: int) -> np.ndarray:
        """Share ever employed by a month ``(draw, arm, year, group)``."""
        return 1.0 - self.left[..., month - 1]

    def gap(self) -> np.ndarray:
        """Employment gap ``(draw, year, group, month)``."""
        return self.employed[:, IPS] - self.employed[:, CONTROL]

    def reached(self) -> np.ndarray:
        """Draws whose level by month 18 can be reached."""
        return self.hazards.level_miss < REACHED


@lru_cache
def published_plan() -> Plan:
    """A shipped scenario whose fidelity changes between entry years."""
    sets = (f"run.draws={PUBLISHED_DRAWS}", "programme.fidelity=[80, 100, 100]")
    return plan_of(load_scenario("etela-pohjanmaa", sets))


@lru_cache
def published() -> tuple[EmploymentDraws, np.ndarray]:
    """Inputs of many draws of a scenario, several entry years, and reference weights."""
    plan = published_plan()
    reference = reference_population(plan.draws)
    return employment_draws(plan.scenario, plan.draws, reference), reference.weights


@lru_cache
def extreme() -> EmploymentDraws:
    """Inputs far outside what any evidence says, drawn uniformly between wide limits."""
    rng = np.random.default_rng(20261122)
    usual, _ = published()

    def between(low: float, high: float, *shape: int) -> np.ndarray:
        return rng.uniform(low, high, (EXTREME_DRAWS, *shape))

    return EmploymentDraws(
        control_level=between(0.01, 0.6, 2),
        ratio=np.exp(between(np.log(0.3), np.log(4.0), 2)),
        trial_control=between(0.1, 0.4, 2),
        log_odds_shift=between(-0.3, 0.3),
        maximum_level=between(0.4, 0.9),
        share_by_month_9=between(0.2, 0.9),
        late_ratio=np.exp(between(np.log(0.5), np.log(2.0))),
        job_loss_ratio=between(0.5, 1.4),
        job_loss_rate=between(0.03, 0.2),
        job_loss_shape=between(0.5, 1.1),
        jobs_per_person=between(1.3, 2.5),
        reemployment=between(0.01, 0.1),
        reemployment_without=between(0.3, 1.0),
        low_share=between(0.1, 0.95),
        low_ratio=np.exp(between(np.log(0.005), np.log(0.9))),
        score=2.0 * usual.score[:EXTREME_DRAWS],
        unemployment_factor=np.ones(EXTREME_DRAWS),
        months_in_service=between(2.0, 40.0),
        effect_share=between(0.0, 1.0, 2),
    )


@lru_cache
def course(which: str, shape: Persistence) -> Course:
    """Solved hazards on a persistence path and what the cohort twin makes of them."""
    usual, weights = published()
    inputs = usual if which == "published" else extreme()
    hazards = solver.solve_hazards(inputs, weights, HORIZON)
    hazards = solver.with_persistence(hazards, inputs, weights, path_of(which, shape))
    working, left = occupancy(hazards, weights, np.ascontiguousarray(inputs.low_share))
    return Course(inputs, hazards, working, left)


@lru_cache
def path_of(which: str, shape: Persistence) -> Path:
    """The shape's path; for the extreme draws sustained shares from nothing left to all of it."""
    plan = published_plan()
    path = persistence_path(shape, plan.library, plan.scenario, plan.draws)
    if which == "published":
        return path
    knots = path.gap_knots[:EXTREME_DRAWS]
    if shape is Persistence.SUSTAINED:
        first = np.linspace(0.0, 1.0, EXTREME_DRAWS)
        knots = np.stack([first, 0.5 * first, np.zeros(EXTREME_DRAWS)], axis=1)
    return path._replace(gap_knots=knots)


def levels(inputs: EmploymentDraws) -> np.ndarray:
    """Published shares ever employed by month 18 ``(draw, arm, year, group)``."""

    def odds(p: np.ndarray) -> np.ndarray:
        return p / (1.0 - p)

    trial = inputs.trial_control
    odds_ratio = odds(np.minimum(inputs.ratio * trial, 0.99)) / odds(trial)
    odds_ratio = odds_ratio * np.exp(inputs.log_odds_shift)[:, None]
    control = inputs.control_level[:, None]
    raised = odds(control) * odds_ratio[:, None] ** inputs.effect_share[:, :, None]
    with_ips = raised / (1.0 + raised)
    most = inputs.maximum_level[:, None, None]
    with_ips = np.where(with_ips > most, np.maximum(most, control), with_ips)
    return np.stack([np.broadcast_to(control, with_ips.shape), with_ips], axis=1)


SOURCES = ["published", "extreme"]
SHAPES = [Persistence.ENDS, Persistence.CATCH_UP, Persistence.SUSTAINED]


# levels


def off_level(found: Course) -> np.ndarray:
    """Largest error of a level by month 18 ``(draw, group)``."""
    return np.abs(found.ever(18) - levels(found.inputs)).max(axis=(1, 2))


@pytest.mark.parametrize("which", SOURCES)
def test_share_ever_employed_by_month_18_is_the_published_one(which: str) -> None:
    found = course(which, Persistence.HAZARDS_ONLY)
    error, reached = off_level(found), found.reached()
    assert error[reached, SEVERE].max() < 1e-6 < POINT
    if which == "published":
        assert reached.mean() > 0.99 and error[reached].max() < 1e-6
    else:
        assert 0.4 < reached.mean() < 1.0


def test_a_level_that_cannot_be_reached_is_reported_in_full() -> None:
    found = course("extreme", Persistence.HAZARDS_ONLY)
    error, miss = off_level(found), found.hazards.level_miss
    assert (miss > 0.01).sum() > 10
    assert (miss > error[:, SEVERE] - 1e-6).all()
    assert (miss < error.max(axis=1) + 1e-6).all()


@pytest.mark.parametrize("which", SOURCES)
def test_share_found_by_month_9_is_the_published_one(which: str) -> None:
    found = course(which, Persistence.HAZARDS_ONLY)
    share = found.ever(9) / found.ever(18)
    error = np.abs(share - found.inputs.share_by_month_9[:, None, None, None])
    assert error[found.reached(), ..., SEVERE].max() < 1e-6 < POINT


@pytest.mark.parametrize("which", SOURCES)
def test_late_entry_ratio_is_the_published_one(which: str) -> None:
    """Entry in months 19-30 among those not yet entered, IPS to control (row 8)."""
    found = course(which, Persistence.HAZARDS_ONLY)
    entering = 1.0 - found.left[..., 29] / found.left[..., 17]
    ratio = found.inputs.late_ratio[:, None, None] ** found.inputs.effect_share[:, :, None]
    error = np.abs(entering[:, IPS] - ratio * entering[:, CONTROL]).max(axis=(1, 2))
    if which == "published":
        assert error.max() < 1e-6 < POINT
    else:  # where all easier finders enter at once, entry cannot rise further
        reachable = (found.hazards.find[:, IPS, :, 2, 0] < 1.0).all(axis=(1, 2))
        assert reachable.mean() > 0.4 and error[reachable].max() < 1e-6


def test_no_effect_is_no_difference() -> None:
    inputs, weights = published()
    none = inputs._replace(effect_share=np.zeros_like(inputs.effect_share))
    solved = solver.solve_hazards(none, weights, 60)
    for shape in Persistence:
        hazards = solver.with_persistence(solved, none, weights, path_of("published", shape))
        for name in ("find", "reemployment", "first_loss", "later_loss", "multiplier"):
            values = getattr(hazards, name)
            np.testing.assert_allclose(
                values[:, CONTROL], values[:, IPS], rtol=1e-11, atol=1e-14, err_msg=name
            )


@pytest.mark.parametrize("shape", Persistence)
def test_hazards_are_probabilities(shape: Persistence) -> None:
    for which in SOURCES:
        hazards = course(which, shape).hazards
        for name in ("find", "reemployment", "first_loss", "later_loss"):
            values = getattr(hazards, name)
            assert values.min() >= 0.0 and values.max() <= 1.0, name
        assert hazards.multiplier.min() >= 0.1 - 1e-9
        assert hazards.multiplier.max() <= 10.0 + 1e-9
        assert (hazards.multiplier[..., :18] == 1.0).all()


# persistence


def peak_and_start(found: Course) -> tuple[np.ndarray, np.ndarray]:
    """The largest gap up to month 18 and the gap in month 18 ``(draw, year, group)``."""
    gap = found.gap()[..., :18]
    largest = np.abs(gap).argmax(axis=-1)[..., None]
    return np.take_along_axis(gap, largest, axis=-1)[..., 0], gap[..., -1]


def off_path(found: Course, path: Path) -> np.ndarray:
    """Distance of the gap from what a shape asks for ``(draw, year, group, month after 18)``.

    Straight lines between the gap of month 18 and shares of the peak, never above that gap. Where
    a tiny gap changes its sign before month 18 no path is defined: such cells are nan.
    """
    peak, start = peak_and_start(found)
    months = np.arange(19, HORIZON + 1)
    target = np.full((*start.shape, len(months)), np.nan)
    for i in np.ndindex(start.shape):
        if peak[i] * start[i] >= 0.0:
            knots = path.gap_knots[i[0]] * peak[i]
            knots = np.where(np.abs(knots) > np.abs(start[i]), start[i], knots)
            line = np.append(18.0, path.knot_months), np.append(start[i], knots)
            target[i] = np.interp(months, *line)
    return np.abs(found.gap()[..., 18:] - target)


@pytest.mark.parametrize("which", SOURCES)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_gap_follows_its_path_and_misses_are_counted(which: str, shape: Persistence) -> None:
    found = course(which, shape)
    off, missed = off_path(found, path_of(which, shape)), found.hazards.gap_misses
    defined = ~np.isnan(off).any(axis=(1, 2, 3))
    assert defined.mean() > 0.9
    assert np.nanmax(off[missed == 0]) < POINT
    counted = (off > solver.GAP_TOLERANCE).sum(axis=(1, 2, 3))
    np.testing.assert_array_equal(counted[defined], missed[defined])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_month_leaves_its_path_only_at_a_limit_of_the_multiplier(shape: Persistence) -> None:
    found = course("published", shape)
    off = off_path(found, path_of("published", shape))
    arm = CONTROL if shape is Persistence.CATCH_UP else IPS
    multiplier = found.hazards.multiplier[:, arm, ..., 18:]
    at_limit = (multiplier < 0.1 + 1e-9) | (multiplier > 10.0 - 1e-9)
    assert not (off > solver.GAP_TOLERANCE)[~at_limit].any()
    assert (found.hazards.gap_misses > 0).mean() < 0.02


def test_ends_leaves_nothing_after_month_24() -> None:
    found = course("published", Persistence.ENDS)
    on_path = found.hazards.gap_misses == 0
    assert np.abs(found.gap()[on_path][..., 23:]).max() < POINT
    assert np.median(found.gap()[..., 0, 17]) > 0.02


def test_catch_up_leaves_nothing_after_month_36_and_lifts_the_controls() -> None:
    found = course("published", Persistence.CATCH_UP)
    natural = course("published", Persistence.HAZARDS_ONLY)
    on_path = found.hazards.gap_misses == 0
    assert np.abs(found.gap()[on_path][..., 35:]).max() < POINT
    np.testing.assert_array_equal(found.employed[:, IPS], natural.employed[:, IPS])
    lift = found.employed[:, CONTROL, :, 0, 35] - natural.employed[:, CONTROL, :, 0, 35]
    assert np.median(lift) > 0.01


def test_sustained_leaves_the_drawn_shares_of_the_peak() -> None:
    found = course("published", Persistence.SUSTAINED)
    natural = course("published", Persistence.HAZARDS_ONLY)
    on_path = found.hazards.gap_misses == 0
    gap, (peak, start) = found.gap(), peak_and_start(found)
    shares = path_of("published", Persistence.SUSTAINED).gap_knots[:, None, None]
    usual = on_path[:, None, None] & (start > 0.0) & (peak > 0.0)
    for month, share in ((36, shares[..., 0]), (60, shares[..., 1])):
        target = np.minimum(share * peak, start)
        assert np.abs(gap[..., month - 1] - target)[usual].max() < POINT
    assert usual.mean() > 0.8
    assert np.abs(gap[on_path][..., 119:]).max() < POINT
    np.testing.assert_array_equal(found.employed[:, CONTROL], natural.employed[:, CONTROL])


# J1, J2: months in the first job, months in all, jobs


def window(rate: float, shape: float, reemployment: float, jobs: float) -> np.ndarray:
    """Months in the first job, months in all, jobs in the 24 months after a first job starts.

    By a Markov chain over (tenure of the first job, later job, out of work) built as a matrix.
    """
    scale = weibull_scale(rate, shape)
    solved = later_jobs(rate, reemployment, jobs, scale, shape)
    later, out = 24, 25
    transition = np.zeros((26, 26))
    survival = np.exp(-((np.arange(25) / scale) ** shape))
    for tenure in range(24):
        stays = survival[tenure + 1] / survival[tenure]
        if tenure < 23:
            transition[tenure, tenure + 1] = stays
        transition[tenure, out] = 1.0 - stays
    transition[later, later], transition[later, out] = 1.0 - solved.loss, solved.loss
    transition[out, later], transition[out, out] = solved.reemployment, 1.0 - solved.reemployment
    state = np.eye(26)[0]
    first, worked, started = 1.0, 1.0, 1.0
    for _ in range(23):
        started += state[out] * solved.reemployment
        state = state @ transition
        first += state[:24].sum()
        worked += state[:24].sum() + state[later]
    return np.array([first, worked, started])


def rate_for(months: float) -> float:
    """Constant loss rate at which the first job lasts ``months`` of 24 on average."""
    low, high = 0.01, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if restricted_mean(middle) > months else (low, middle)
    return low


def reemployment_for(rate: float, months: float) -> float:
    """Re-employment at which ``months`` of 24 are worked when all jobs last alike (J4)."""
    loss, low, high = constant_loss(rate), 0.0, 0.5
    for _ in range(60):
        middle = 0.5 * (low + high)
        working, worked = 1.0, 1.0
        for _ in range(23):
            working += middle * (1.0 - working) - loss * working
            worked += working
        low, high = (middle, high) if worked < months else (low, middle)
    return low


@pytest.mark.parametrize("shape", [0.6, 0.85, 1.0])
@pytest.mark.parametrize("months", [12.15, 12.86])
def test_published_months_and_jobs_come_back(shape: float, months: float) -> None:
    rate = rate_for(9.96)
    assert rate == pytest.approx(0.088, abs=5e-4)
    reemployment = reemployment_for(rate, months)
    assert 0.031 < reemployment < 0.047
    np.testing.assert_allclose(
        window(rate, shape, reemployment, 1.92), [9.96, months, 1.92], atol=0.005
    )


def test_base_values_are_the_published_ones_nearly() -> None:
    first, worked, jobs = window(0.088, 0.85, 0.040, 1.92)
    assert first == pytest.approx(9.96, abs=0.04)
    assert 12.15 < worked < 12.86
    assert jobs == pytest.approx(1.92, abs=1e-6)


def test_every_draw_gives_back_its_own_months_and_jobs() -> None:
    """But for draws whose later jobs would have to be shorter than a month: those last one."""
    inputs, _ = published()
    too_short = 0
    for d in range(0, PUBLISHED_DRAWS, 4):
        rate, again = inputs.job_loss_rate[d], inputs.reemployment[d]
        got = window(rate, inputs.job_loss_shape[d], again, inputs.jobs_per_person[d])
        loss, working, worked = constant_loss(rate), 1.0, 1.0
        for _ in range(23):
            working += again * (1.0 - working) - loss * working
            worked += working
        wanted = [restricted_mean(rate), worked, inputs.jobs_per_person[d]]
        scale = weibull_scale(rate, inputs.job_loss_shape[d])
        later = later_jobs(rate, again, inputs.jobs_per_person[d], scale, inputs.job_loss_shape[d])
        shortest = later.loss > 1.0 - 1e-6
        too_short += shortest
        np.testing.assert_allclose(got, wanted, atol=0.5 if shortest else 0.002)
    assert too_short <= 0.05 * PUBLISHED_DRAWS / 4


def test_first_jobs_of_the_solved_hazards_last_as_published() -> None:
    """Full effect, up to month 18: the IPS arm keeps jobs as measured, the control less well."""
    inputs, weights = published()
    full = inputs._replace(effect_share=np.ones_like(inputs.effect_share))
    loss = solver.solve_hazards(full, weights, 60).first_loss[:, :, 0, 0, 1:24]
    months = 1.0 + np.cumprod(1.0 - loss, axis=-1).sum(axis=-1)
    np.testing.assert_allclose(months[:, IPS], [restricted_mean(r) for r in inputs.job_loss_rate])
    better = inputs.job_loss_ratio < 1.0
    assert (months[better, CONTROL] < months[better, IPS]).all()
    assert (months[~better, CONTROL] >= months[~better, IPS]).all()


# lives against expected occupancy

WALK_DRAWS, WALK_PEOPLE, WALK_MONTHS = 6, 20_000, 60
FALSE_ALARM = 1e-6
TRIALS_CLIENTS = (
    "region.unemployment_rate=0.065",
    'region.unemployment_measure="survey"',
    "population.mean_age=36",
    "population.sd_age=10",
    "population.min_age=18",
    "population.max_age=64",
    "population.recent_work_share=0.4",
    "population.higher_education_share=0.2",
    "population.diagnosis={psychosis=0.5, bipolar=0.5, depression_anxiety=0}",
    "population.benefit_at_entry={general_support=0.3, sickness_allowance=0.1, "
    "rehabilitation_subsidy=0.1, disability_pension=0.3, none=0.2}",
    "programme.fidelity=[100, 80, 100]",
    "run.draws=16",
)


def test_a_cohort_of_one_stratum_by_hand() -> None:
    """All find work in month 1; half lose it in their second month, nobody later; then a third.

    Month 2: 0.5 of 1 lost. Month 3: those out find work again with 0.4, into a later job. Month 4:
    0.3 of the later jobs are lost and 0.4 of those out come back.
    """
    cohort = new_cohort(np.array([1.0]), 0.25, 6)
    first_loss = np.array([0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    hazards = MonthHazards(np.array([[1.0], [1.0]]), first_loss, 0.3, 0.4)
    advance(cohort, hazards, 1.0)
    assert cohort.first[1] == 1.0 and employed(cohort) == 1.0 and not_yet_entered(cohort) == 0.0
    advance(cohort, hazards, 1.0)
    assert (cohort.first[2], *cohort.after) == (0.5, 0.0, 0.5)
    advance(cohort, hazards, 1.0)
    assert (cohort.first[3], *cohort.after) == pytest.approx((0.5, 0.2, 0.3))
    advance(cohort, hazards, 1.0)
    later = 0.2 - 0.06 + 0.12
    assert (cohort.first[4], *cohort.after) == pytest.approx((0.5, later, 0.5 - later))
    assert employed(cohort) == pytest.approx(0.5 + later)


@pytest.mark.parametrize("shape", Persistence)
def test_lives_of_trial_clients_agree_with_the_cohort(shape: Persistence) -> None:
    """Months employed and ever employed, by month, arm and entry year, over all draws.

    Nobody dies or retires. People are independent and of one population, so a count has at most
    the binomial variance of its expectation; the normal limit is set so that among all counts
    compared a correct model fails with probability ``FALSE_ALARM`` (1e-6) per shape, and the seed
    is fixed.
    """
    plan = plan_of(load_scenario("etela-pohjanmaa", (*TRIALS_CLIENTS, "programme.coaches=[1,2,2]")))
    worlds = Worlds(plan, slice(0, WALK_DRAWS))
    world = worlds.headline._replace(people=WALK_PEOPLE, hazards=worlds.hazards(shape))
    assert worlds.draws.column("employment.reference_mean_age")[0] == 36.0
    inputs, reference = worlds.solved[0], worlds.reference
    np.testing.assert_allclose(inputs.unemployment_factor, 1.0)
    ages = np.minimum(world.population.age_quantiles, 59.5)  # the same age band, never retired
    world = world._replace(
        population=world.population._replace(age_quantiles=ages),
        death=np.zeros_like(world.death),
    )
    monthly = live_block(world).monthly
    working, left = occupancy(
        world.hazards, reference.weights, np.ascontiguousarray(inputs.low_share)
    )
    entering = np.diff(np.append(0.0, world.population.entry_year))
    counts = [monthly[..., Count.EMPLOYED], monthly[..., Count.EVER_EMPLOYED]]
    limit = -ndtri(FALSE_ALARM / 2 / (2 * np.prod(counts[0].shape[1:])))
    for count, share in zip(counts, (working, 1.0 - left)):
        joint = share[..., 0, :WALK_MONTHS] * entering[None, None, :, None]
        expected = WALK_PEOPLE * joint.sum(axis=0)
        sd = np.sqrt(WALK_PEOPLE * (joint * (1.0 - joint)).sum(axis=0))
        z = (count.sum(axis=0) - expected) / sd
        assert np.abs(z).max() < limit
        assert (sd / expected)[..., 11:].max() < 0.05  # the comparison is sharp


# uncompiled


def test_solver_and_twin_agree_with_themselves_uncompiled() -> None:
    inputs, weights = published()
    few = EmploymentDraws(*(values[:1] for values in inputs))
    path = path_of("published", Persistence.SUSTAINED)
    path = path._replace(gap_knots=path.gap_knots[:1])
    solved = solver.with_persistence(solver.solve_hazards(few, weights, 30), few, weights, path)
    plain = Hazards(*(np.zeros_like(values) for values in solved))
    plain.multiplier[:] = 1.0

    def uncompiled(function):  # type: ignore[no-untyped-def]
        return getattr(function, "py_func", function)

    uncompiled(solver.fill_hazards)(few, weights, plain)
    uncompiled(solver.fill_persistence)(few, weights, path.knot_months, path.gap_knots, IPS, plain)
    for name in ("find", "reemployment", "first_loss", "later_loss", "multiplier"):
        np.testing.assert_allclose(
            getattr(plain, name), getattr(solved, name), rtol=1e-9, atol=1e-12
        )
    low = np.ascontiguousarray(few.low_share)
    shares = occupancy(solved, weights, low)
    again = np.zeros_like(shares)
    uncompiled(solver.fill_occupancy)(solved, weights, low, again)
    np.testing.assert_allclose(again, shares, rtol=1e-12)
    started = np.ascontiguousarray(-np.diff(shares[1, ..., :6], axis=-1, prepend=1.0))
    held = after_first_job.after_start(solved, started, 24)
    slowly = np.zeros_like(held)
    uncompiled(after_first_job.fill_after_start)(solved, started, 24, slowly)
    np.testing.assert_allclose(slowly, held, rtol=1e-12)


# after the first job


def test_months_and_jobs_after_the_start_at_constant_hazards() -> None:
    """By hand: a job kept with probability 0.9 a month, the next one found with 0.2."""
    inputs, weights = published()
    few = EmploymentDraws(*(values[:1] for values in inputs))
    solved = solver.solve_hazards(few, weights, 60)
    solved.first_loss[:], solved.later_loss[:], solved.multiplier[:] = 0.1, 0.1, 1.0
    started = np.zeros((1, 2, solved.find.shape[2], 2, 3))
    started[..., 1] = 0.5
    for found, jobs in ((0.0, 1.0), (0.2, None)):
        solved.reemployment[:] = found
        months, held, still = after_first_job.after_start(solved, started, 24)[:, 0, 0, 0, 0] / 0.5
        working, out, expected, begun = 1.0, 0.0, 1.0, 1.0
        for _ in range(23):
            again = found * out
            working, out = 0.9 * working + again, out + 0.1 * working - again
            expected, begun = expected + working, begun + again
        assert months == pytest.approx(expected)
        assert held == pytest.approx(begun if jobs is None else jobs)
        assert still == pytest.approx(0.9**23)
    assert months > 12.0
