"""The compiled walk against its plain-numpy twin, against itself uncompiled, and by hand.

Histories are the same to the last bit (days in hospital but for the library's exp); money, added
up in another order, to 1e-9 of each column.
Every variant says what must happen in it, so that no branch is compared while it sleeps.
"""

from functools import lru_cache

import numba
import numpy as np
import pytest

from ips_econ.evaluation.blocks import Worlds
from ips_econ.ledger import walk as compiled_walk
from ips_econ.ledger.accounts import Payer
from ips_econ.ledger.posting import (
    FIRST_YEAR,
    SECOND_YEAR,
    SHORT_JOB,
    UNDER_A_YEAR,
    Count,
    pay_index,
    phase_of_job,
    rule_row,
)
from ips_econ.ledger.walk import History, Measure, World, live_block, trace_block
from ips_econ.population.attributes import Benefit, Service
from ips_econ.run import plan_of
from ips_econ.scenario.loading import load_scenario
from ips_econ.tax_benefit.tabulate import ROWS
from ips_econ.trajectories.benefit_status import BenefitHazards, review
from ips_econ.trajectories.employment import monthly_wage
from ips_econ.trajectories.treatment import hospital_days, paid
from tests.oracles.numpy_twin import Outcome, live_all, people_of

DRAWS, PEOPLE, MONTHS = 3, 40, 60
WORKING, PAY, BENEFIT, ROW, IN_SERVICE, DAYS, VISITS, TENURE = History
NONE, SUPPORT, SICKNESS, SUBSIDY, PENSION = (status.value for status in Benefit)


@lru_cache
def scenario_world(*sets: str) -> World:
    """The world of a few draws of a shipped scenario with some keys set."""
    loaded = load_scenario("etela-pohjanmaa", ("run.draws=16", *sets))
    return Worlds(plan_of(loaded), slice(0, DRAWS)).headline._replace(people=PEOPLE)


def eager(world: World) -> World:
    """Everybody finds work soon, and most are on a pension that pay above a limit suspends."""
    hazards = world.hazards._replace(find=np.minimum(1.0, world.hazards.find * 20.0 + 0.02))
    benefit = np.array([0.0, 0.1, 0.1, 0.4, 1.0])
    return world._replace(hazards=hazards, population=world.population._replace(benefit=benefit))


def base() -> World:
    return scenario_world()


def allocation() -> World:
    return busy_hospital("economics.treatment_route=allocation", "economics.cashable_share=0.4")


def employment() -> World:
    return eager(
        scenario_world("economics.treatment_route=employment", "economics.cashable_share=0.7")
    )


def busy_hospital(*sets: str) -> World:
    """Admissions are frequent and last longer than a month."""
    world = scenario_world(*sets)
    admissions = world.population.admission_rate + 2.0
    treatment = world.treatment._replace(episode_days=world.treatment.episode_days * 2.0)
    population = world.population._replace(admission_rate=admissions)
    return world._replace(population=population, treatment=treatment)


def entry_years() -> World:
    funding = "[{state=0.9, wellbeing_county=0.1}, {eu=0.5, state=0.5}, {wellbeing_county=1.0}]"
    return scenario_world(
        "programme.years=3",
        "programme.coaches=[1, 4, 2]",
        "programme.fidelity=[80, 100, 70]",
        f"programme.funding={funding}",
    )


def with_suspension_limit(world: World, months: int) -> World:
    return world._replace(rules=world.rules._replace(suspension_limit=months))


def short_suspension() -> World:
    return with_suspension_limit(eager(scenario_world()), 2)


def flexible() -> World:
    """The reform of 2028: pay over the limit reduces pensions, halves them and ends them."""
    world = eager(scenario_world("economics.reform=flexible_disability_pension_2028"))
    hazards = world.hazards._replace(
        first_loss=world.hazards.first_loss * 0.3, later_loss=world.hazards.later_loss * 0.3
    )
    return world._replace(hazards=hazards)


def high_mortality() -> World:
    world = scenario_world()
    return world._replace(death=np.minimum(0.05, world.death * 100.0))


def twenty_years() -> World:
    return scenario_world("economics.horizon_years=20")


def rehabilitation() -> World:
    """Kela's rehabilitation for everybody, IPS replaces some of it, and wages are subsidised."""
    world = eager(scenario_world())
    mix = np.tile([0.0, 0.9, 0.9, 0.9, 1.0], (DRAWS, 1))
    population = world.population._replace(
        benefit=np.array([0.3, 0.7, 0.8, 0.9, 1.0]),
        service=mix,
        substitution=np.full(DRAWS, 0.4),
    )
    prices = world.prices._replace(wage_subsidy=0.25, subsidy_months=4)
    return world._replace(population=population, prices=prices)


def restless_benefits() -> World:
    """Every change of benefit status is frequent, in and out of work."""
    world = eager(scenario_world())
    rates = (0.2, 0.15, 0.5, 0.1, 0.08, 0.1, 0.1, 0.05)
    hazards = BenefitHazards(*(np.full(DRAWS, rate) for rate in rates))
    population = world.population._replace(benefit=np.array([0.2, 0.4, 0.6, 0.8, 1.0]))
    return world._replace(benefits=hazards, population=population)


VARIANTS = {
    variant.__name__: variant
    for variant in (
        base,
        allocation,
        employment,
        busy_hospital,
        entry_years,
        short_suspension,
        flexible,
        high_mortality,
        twenty_years,
        rehabilitation,
        restless_benefits,
    )
}


@lru_cache
def both(name: str) -> tuple[World, Outcome, Outcome]:
    """A variant's world, the compiled walk's outcome and the twin's."""
    world = VARIANTS[name]()
    return world, Outcome(*trace_block(world)), live_all(world)


def assert_same_course(compiled: np.ndarray, plain: np.ndarray) -> None:
    """Equal to the last bit, but for days in hospital: exp differs there between libraries."""
    np.testing.assert_allclose(compiled[..., DAYS], plain[..., DAYS], rtol=1e-12, atol=1e-12)
    others = [WORKING, PAY, BENEFIT, ROW, IN_SERVICE, VISITS, TENURE]
    np.testing.assert_array_equal(compiled[..., others], plain[..., others])


def assert_money_agrees(compiled: np.ndarray, plain: np.ndarray) -> None:
    """Equal within 1e-9 of the largest value of each column (the last axis)."""
    assert compiled.shape == plain.shape
    scale = np.abs(plain).reshape(-1, plain.shape[-1]).max(axis=0)
    assert (np.abs(compiled - plain) <= 1e-9 * scale).all()


@pytest.mark.parametrize("name", VARIANTS)
def test_histories_are_identical(name: str) -> None:
    world, compiled, plain = both(name)
    assert compiled.histories.shape == (DRAWS, PEOPLE, 2, world.months, 8)
    assert_same_course(compiled.histories, plain.histories)


@pytest.mark.parametrize("name", VARIANTS)
def test_money_and_measures_agree(name: str) -> None:
    world, compiled, plain = both(name)
    assert_money_agrees(compiled.measures, plain.measures)
    block = live_block(world)
    np.testing.assert_array_equal(block.monthly, compiled.totals.monthly)
    for field in ("monthly", "sums", "squares", "group_sums"):
        assert_money_agrees(getattr(block, field), getattr(plain.totals, field))
    np.testing.assert_array_equal(block.group_sizes, plain.totals.group_sizes)


# what must happen in the variants


def test_the_base_case_is_lived_in() -> None:
    world, outcome, _ = both("base")
    history = outcome.histories
    assert world.months == MONTHS
    assert 0.02 < history[..., WORKING].mean() < 0.6
    assert len(np.unique(history[..., PAY])) > 50
    assert set(np.unique(history[..., BENEFIT])) == {0.0, 1.0, 2.0, 3.0, 4.0}
    assert history[:, :, 0, :, IN_SERVICE].sum() == 0.0 < history[:, :, 1, :, IN_SERVICE].sum()
    assert (history[:, :, 0] != history[:, :, 1]).any()


def test_allocation_lowers_days_and_only_part_of_their_cost() -> None:
    _, outcome, _ = both("allocation")
    days = outcome.totals.monthly[..., Count.INPATIENT_DAYS].sum(axis=(0, 2, 3))
    paid_for = outcome.totals.monthly[..., Count.PAID_DAYS].sum(axis=(0, 2, 3))
    assert days[1] < paid_for[1] < paid_for[0] == days[0]


def test_employment_changes_visits_of_those_in_work() -> None:
    world, outcome, _ = both("employment")
    working, visits = outcome.histories[..., WORKING] == 1.0, outcome.histories[..., VISITS]
    usual = people_of(world).visits.reshape(DRAWS, PEOPLE, 1, 1)
    ratio = np.where(working, world.treatment.employment_ratio[:, None, None, None], 1.0)
    assert working.mean() > 0.2 and (world.treatment.employment_ratio != 1.0).all()
    np.testing.assert_array_equal(visits, np.where(visits > 0.0, usual * ratio, 0.0))


def test_long_episodes_run_over_months() -> None:
    _, outcome, _ = both("busy_hospital")
    full = outcome.histories[..., DAYS] == 365.25 / 12.0
    assert (full[..., 1:] & full[..., :-1]).any()


def test_every_entry_year_has_its_own_payers() -> None:
    world, outcome, _ = both("entry_years")
    served = outcome.totals.monthly[:, 1, :, :, Count.IN_SERVICE].sum(axis=(0, 2))
    assert (served > 0.0).all() and len(np.unique(world.prices.ips_payers[:3], axis=0)) == 3
    shares = np.diff(np.append(0.0, world.population.entry_year))
    np.testing.assert_allclose(shares, np.array([1, 4, 2]) / 7)


def ended_in_work(world: World) -> int:
    """Pensions that end in a month in work."""
    history = trace_block(world)[2]
    benefit = history[..., BENEFIT]
    ended = (benefit[..., :-1] >= SUBSIDY) & (benefit[..., 1:] == SUPPORT)
    return int((ended & (history[..., 1:, WORKING] == 1.0)).sum())


def test_a_short_limit_ends_pensions() -> None:
    world, outcome, _ = both("short_suspension")
    assert outcome.totals.monthly[..., Count.OVER_LIMIT].sum() > 100
    assert ended_in_work(world) > ended_in_work(with_suspension_limit(world, 1000)) + 20


def test_the_flexible_model_is_lived_through_to_its_end() -> None:
    world, outcome, _ = both("flexible")
    history = outcome.histories
    rows = {ROWS[int(row)] for row in np.unique(history[history[..., WORKING] == 1.0][:, ROW])}
    for phase in ("first_year", "second_year", "short_job", "under_a_year"):
        assert any(row.endswith(phase) for row in rows), phase
    assert world.rules.suspension_limit == 24
    assert ended_in_work(world) > ended_in_work(with_suspension_limit(world, 1000)) + 5


def test_many_die_and_stay_dead() -> None:
    _, outcome, _ = both("high_mortality")
    ended = outcome.totals.monthly[..., Count.LIFE_ENDED].sum(axis=2)
    assert (np.diff(ended, axis=-1) >= 0.0).all() and (ended[..., -1] > PEOPLE // 2).all()


def test_twenty_years_reach_the_retirement_age() -> None:
    world, outcome, _ = both("twenty_years")
    alive = outcome.histories[..., -1, VISITS] > 0.0
    retired = people_of(world).age.reshape(DRAWS, PEOPLE) + 239 / 12 >= 65.0
    assert world.months == 240 and retired.any() and not alive[retired].any()
    assert alive[~retired].mean() > 0.5


def test_rehabilitation_has_its_own_law_and_subsidies_are_paid() -> None:
    world, outcome, _ = both("rehabilitation")
    monthly = outcome.totals.monthly
    kela = Count.SERVICE_0 + Service.KELA_VOCATIONAL_REHABILITATION
    assert (outcome.histories[..., ROW] == 3.0).any()
    assert monthly[:, 0, ..., kela].sum() > monthly[:, 1, ..., kela].sum() > 0.0
    assert monthly[..., Count.SUBSIDISED_WAGES].sum() > 0.0
    recent = (outcome.histories[..., TENURE] >= 1) & (outcome.histories[..., TENURE] <= 4)
    assert recent.sum() < outcome.histories[..., WORKING].sum()


def test_all_changes_of_benefit_status_occur() -> None:
    _, outcome, _ = both("restless_benefits")
    benefit = outcome.histories[..., BENEFIT].astype(int)
    changes = set(zip(benefit[..., :-1].ravel().tolist(), benefit[..., 1:].ravel().tolist()))
    assert {
        (SUPPORT, SICKNESS),
        (SUPPORT, SUBSIDY),
        (SICKNESS, SUPPORT),
        (SICKNESS, SUBSIDY),
        (SUBSIDY, SUPPORT),
        (SUBSIDY, PENSION),
        (PENSION, SUPPORT),
        (NONE, SUBSIDY),
    } <= changes


# nobody's life depends on who else is simulated


def test_a_life_does_not_depend_on_other_people_or_draws() -> None:
    world = base()
    _, measures, histories = trace_block(world)
    _, few_measures, few = trace_block(world._replace(people=7))
    np.testing.assert_array_equal(few, histories[:, :7])
    np.testing.assert_array_equal(few_measures, measures[:, :7])
    plan = plan_of(load_scenario("etela-pohjanmaa", ("run.draws=16",)))
    later = Worlds(plan, slice(1, 3)).headline._replace(people=PEOPLE)
    np.testing.assert_array_equal(trace_block(later)[2], histories[1:])


@pytest.mark.parametrize("name", ["allocation", "employment", "entry_years", "twenty_years"])
def test_scenarios_share_one_compiled_walk(name: str) -> None:
    """A route, an entry year or a horizon must not compile the walk anew (half a minute each)."""
    assert numba.typeof(VARIANTS[name]()) == numba.typeof(base())


# the same code uncompiled


def plainly(world: World) -> Outcome:
    """The undecorated loop and its steps as plain Python."""
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore"):
        for name, value in vars(compiled_walk).copy().items():
            if hasattr(value, "py_func"):
                patch.setattr(compiled_walk, name, value.py_func)
        loops = [value for value in vars(compiled_walk).values() if hasattr(value, "py_func")]
        assert not loops  # nothing compiled is left
        return Outcome(*trace_block(world))


@pytest.mark.parametrize("name", ["base", "short_suspension", "rehabilitation"])
def test_compiled_and_uncompiled_agree(name: str) -> None:
    world = VARIANTS[name]()._replace(people=8, months=30)
    compiled, plain = Outcome(*trace_block(world)), plainly(world)
    assert_same_course(compiled.histories, plain.histories)
    assert_money_agrees(compiled.measures, plain.measures)
    assert_money_agrees(compiled.totals.monthly, plain.totals.monthly)


def certain(world: World, find: float, loss: float, again: float) -> World:
    """A world in which finding and losing work have the same probability in every month."""
    full = world.hazards
    hazards = full._replace(
        find=np.full_like(full.find, find),
        first_loss=np.full_like(full.first_loss, loss),
        later_loss=np.full_like(full.later_loss, loss),
        reemployment=np.full_like(full.reemployment, again),
        multiplier=np.ones_like(full.multiplier),
    )
    nobody_leaves = world.population._replace(age_quantiles=np.full(8, 30.5))
    return world._replace(
        hazards=hazards, population=nobody_leaves, death=np.zeros_like(world.death), people=3
    )


@pytest.mark.parametrize("lived", [lambda world: Outcome(*trace_block(world)), plainly])
def test_certain_lives_by_hand(lived) -> None:
    world = scenario_world()._replace(months=7)
    steady = lived(certain(world, find=1.0, loss=0.0, again=0.0)).histories
    assert (steady[..., WORKING] == 1.0).all()
    assert (steady[..., TENURE] == [1, 2, 3, 4, 5, 6, 7]).all()
    assert (steady[..., PAY] == steady[..., :1, PAY]).all()

    once = lived(certain(world, find=1.0, loss=1.0, again=0.0)).histories
    assert (once[..., WORKING] == [1, 0, 0, 0, 0, 0, 0]).all()

    # a job ends at the start of a month, and the next begins a month later at the earliest
    restless = lived(certain(world, find=1.0, loss=1.0, again=1.0))
    assert (restless.histories[..., WORKING] == [1, 0, 1, 0, 1, 0, 1]).all()
    assert (restless.measures[..., Measure.MONTHS_EMPLOYED] == 4.0).all()
    assert (restless.measures[..., Measure.MONTHS_UNTIL_FOUND] == 1.0).all()

    never = lived(certain(world, find=0.0, loss=0.0, again=0.0))
    assert (never.histories[..., WORKING] == 0.0).all()
    assert (never.measures[..., Measure.GROSS_EARNINGS] == 0.0).all()


def test_one_month_of_money_by_hand() -> None:
    """A month out of work: the law's values, the service, visits and drugs, each to its payer."""
    world = certain(scenario_world(), find=0.0, loss=0.0, again=0.0)
    world = world._replace(months=1)
    population = world.population._replace(
        benefit=np.array([1.0, 1.0, 1.0, 1.0, 1.0]),
        admission_rate=np.zeros_like(world.population.admission_rate),
        service=np.tile([1.0, 1.0, 1.0, 1.0, 1.0], (DRAWS, 1)),
        substitution=np.ones(DRAWS),
    )
    world = world._replace(population=population)
    totals, measures, histories = trace_block(world)
    prices, half_month = world.prices, world.prices.discount[0]
    assert histories[0, 0, 0, 0, ROW] == 0.0 and totals.monthly[..., Count.STATUS_0].sum() == 18
    for d in range(DRAWS):
        for person in range(world.people):
            control, ips = measures[d, person]
            visits = histories[d, person, 0, 0, VISITS] * prices.outpatient_visit[d]
            drugs = control[Measure.TREATMENT_COST] / half_month - visits
            assert np.isclose(prices.medication_month[d], drugs).any()
            net = control[Measure.NET_INCOME] / half_month - prices.allowance_month[d, 0]
            assert np.isclose(world.rules.values[0, :, 0, 10], net).any()
            assert np.isclose(
                control[Measure.SERVICE_COST], half_month * prices.service_month[d, 0]
            )
            assert ips[Measure.SERVICE_COST] == half_month * prices.ips_month[d]
            assert np.isclose(
                ips[Measure.SOCIETY] - control[Measure.SOCIETY],
                half_month * (prices.service_month[d, 0] - prices.ips_month[d]),
            )
            county = Measure.PARTICIPANT + Payer.WELLBEING_COUNTY
            assert np.isclose(
                ips[county] - control[county],
                half_month
                * (
                    prices.service_month[d, 0] * prices.service_payers[0, Payer.WELLBEING_COUNTY]
                    + prices.allowance_month[d, 0]
                    * prices.allowance_payers[0, Payer.WELLBEING_COUNTY]
                    - prices.ips_month[d] * prices.ips_payers[0, Payer.WELLBEING_COUNTY]
                ),
            )


# steps as plain Python


@pytest.mark.parametrize(
    ("benefit", "pension", "phase", "rehabilitation", "row"),
    [
        (NONE, 0, FIRST_YEAR, False, "none"),
        (SUPPORT, 0, FIRST_YEAR, False, "unemployment_benefit"),
        (SICKNESS, 2, FIRST_YEAR, True, "sickness_allowance"),
        (NONE, 0, FIRST_YEAR, True, "rehabilitation_allowance"),
        (SUPPORT, 3, SHORT_JOB, True, "rehabilitation_allowance"),
        (SUBSIDY, 0, FIRST_YEAR, False, "national_pension_first_year"),
        (SUBSIDY, 0, SHORT_JOB, False, "national_pension_short_job"),
        (PENSION, 1, FIRST_YEAR, True, "low_pension_first_year"),
        (PENSION, 2, SECOND_YEAR, True, "middle_pension_second_year"),
        (PENSION, 3, FIRST_YEAR, False, "high_pension_first_year"),
        (PENSION, 3, SHORT_JOB, False, "high_pension_short_job"),
        (PENSION, 1, UNDER_A_YEAR, False, "low_pension_under_a_year"),
    ],
)
def test_row_of_the_rule_tables(benefit, pension, phase, rehabilitation, row) -> None:
    assert ROWS[rule_row(benefit, pension, phase, rehabilitation)] == row


@pytest.mark.parametrize(
    ("months", "phase"),
    [(1, SHORT_JOB), (2, SHORT_JOB), (3, UNDER_A_YEAR), (11, UNDER_A_YEAR), (12, FIRST_YEAR)],
)
def test_phase_of_a_job_by_its_length(months, phase) -> None:
    assert phase_of_job(months, 3, 12) == phase


def test_pay_is_paid_in_steps_of_the_grid() -> None:
    assert pay_index(0.0, 5.0, 1201) == 1
    assert pay_index(7.4, 5.0, 1201) == 1
    assert pay_index(7.6, 5.0, 1201) == 2
    assert pay_index(1e6, 5.0, 1201) == 1200


def test_a_month_of_pay() -> None:
    assert monthly_wage(30.0, 12.0) == pytest.approx(30.0 * 12.0 * 52.0 / 12.0)


def test_hospital_days_fill_one_month_at_most() -> None:
    assert hospital_days(0.0) == 0.0
    assert hospital_days(12.5) == 12.5
    assert hospital_days(100.0) == 365.25 / 12.0


def test_only_the_cashable_part_of_saved_use_is_saved() -> None:
    assert paid(10.0, 8.0, 1.0) == pytest.approx(8.0)
    assert paid(10.0, 8.0, 0.25) == pytest.approx(9.5)
    assert paid(10.0, 8.0, 0.0) == 10.0


@pytest.mark.parametrize(
    ("u", "before", "months_sick", "working", "after"),
    [
        (0.0199, SUBSIDY, 0, False, PENSION),
        (0.0201, SUBSIDY, 0, True, SUPPORT),
        (0.0301, SUBSIDY, 0, False, SUBSIDY),
        (0.0009, PENSION, 0, False, SUPPORT),
        (0.0011, PENSION, 0, True, PENSION),
        (0.0599, SICKNESS, 3, False, SUBSIDY),
        (0.0601, SICKNESS, 3, False, SUPPORT),
        (0.1001, SICKNESS, 11, False, SICKNESS),
        (0.5999, SICKNESS, 12, False, SUBSIDY),
        (0.6001, SICKNESS, 12, False, SUPPORT),
        (0.0049, NONE, 0, False, SUBSIDY),
        (0.0051, NONE, 0, False, NONE),
        (0.0051, SUPPORT, 0, False, SICKNESS),
        (0.0451, SUPPORT, 0, False, SUPPORT),
        (0.0051, SUPPORT, 0, True, SUPPORT),
        (0.0039, SUPPORT, 0, True, SUBSIDY),
    ],
)
def test_review_of_benefits(u, before, months_sick, working, after) -> None:
    hazards = BenefitHazards(
        sickness_start=0.04,
        sickness_end=0.1,
        sickness_to_pension=0.6,
        pension_start=0.005,
        pension_start_in_work=0.004,
        subsidy_permanent=0.02,
        subsidy_end=0.01,
        pension_end=0.001,
    )
    assert review(u, before, months_sick, 12, working, hazards) == after
