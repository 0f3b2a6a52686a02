"""The walk once more in plain numpy: the oracle of the compiled loop, and the pace it must beat.

Written from the model's description, not from the loop's code: vectorised over lives (draw times
person), a Python loop over months and arms, its own splitmix64, money added up in another order.
It takes the same :class:`World` and gives the same totals, measures and histories; only names of
columns and the shapes of the inputs are shared with the loop. Inside, lives are the last axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ips_econ.ledger.accounts import PUBLIC_SECTOR, Payer
from ips_econ.ledger.posting import COLUMNS, ITEMS, N_PAYERS, VALUES, Count, Rules, Value
from ips_econ.ledger.walk import (
    GROUP_MEASURES,
    MEASURES,
    SUBGROUPS,
    History,
    Measure,
    Totals,
    World,
)
from ips_econ.population.attributes import AGE_BANDS, Benefit, Diagnosis, Service
from ips_econ.population.randomness import Event

GOLDEN = 0x9E3779B97F4A7C15
WORD = 2**64
AGE_BAND_STARTS = np.array([18.0, 25.0, 35.0, 45.0, 55.0])
FIRST_YEAR, SECOND_YEAR, SHORT_JOB, UNDER_A_YEAR = range(4)
YEAR = 12
RETIREMENT = 65
TRIAL = 18
DAYS_A_MONTH = 365.25 / 12.0
BENEFIT_DAYS = 21.5
WEEKS_A_MONTH = 52.0 / 12.0


class Outcome(NamedTuple):
    """Totals of a block; measures ``(draw, person, arm, measure)``; histories (the same, month)."""

    totals: Totals
    measures: np.ndarray
    histories: np.ndarray


# luck


def scrambled(z: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def nth(key: np.ndarray, n: int) -> np.ndarray:
    """The ``n``-th output (from 1) of the stream that starts at ``key``."""
    return scrambled(key + np.uint64(GOLDEN * n % WORD))


def luck(keys: np.ndarray, month: int, event: Event) -> np.ndarray:
    """The uniforms of one event in one month."""
    return (nth(keys, 64 * month + event.value + 1) >> np.uint64(11)) * 2.0**-53


def life_keys(world: World) -> np.ndarray:
    """Keys ``(draw * person,)``."""
    run = nth(np.array([world.seed], dtype=np.uint64), 1)
    replicates = np.concatenate([nth(run, int(r) + 1) for r in world.replicates])
    return np.stack([nth(replicates, i + 1) for i in range(world.people)], axis=1).ravel()


# people


@dataclass(frozen=True)
class People:
    """Attributes at entry, each ``(life,)``."""

    keys: np.ndarray
    draw: np.ndarray
    age: np.ndarray
    woman: np.ndarray
    diagnosis: np.ndarray
    hard_finder: np.ndarray
    benefit: np.ndarray
    pension: np.ndarray
    household: np.ndarray
    year: np.ndarray
    unemployment_days: np.ndarray
    service: np.ndarray
    service_months: np.ndarray
    substituted: np.ndarray
    support_months: np.ndarray
    admission: np.ndarray
    visits: np.ndarray
    group: np.ndarray
    stratum: np.ndarray
    age_band: np.ndarray


def chosen(u: np.ndarray, cumulative: np.ndarray) -> np.ndarray:
    """Category of each uniform; ``cumulative`` is ``(category,)`` or ``(life, category)``."""
    return (u[:, None] >= cumulative[..., :-1]).sum(axis=1)


def quantile(u: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Value of each uniform in a table of mid-point quantiles."""
    return table[(u * len(table)).astype(np.int64)]


def whole_months(u: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Geometric durations of at least one month."""
    with np.errstate(divide="ignore", invalid="ignore"):
        more = np.log1p(-u) / np.log1p(-1.0 / mean)
    return np.where(mean <= 1.0, 1, 1 + np.where(mean <= 1.0, 0.0, more).astype(np.int64))


def people_of(world: World) -> People:
    """Every life of a block."""
    tables = world.population
    keys = life_keys(world)
    d = np.repeat(np.arange(len(world.replicates)), world.people)

    def u(event: Event) -> np.ndarray:
        return luck(keys, 0, event)

    age = quantile(u(Event.AGE), tables.age_quantiles)
    diagnosis = chosen(u(Event.DIAGNOSIS), tables.diagnosis)
    benefit = chosen(u(Event.BENEFIT_AT_ENTRY), tables.benefit)
    worked = u(Event.RECENT_WORK) < tables.recent_work_share
    educated = u(Event.HIGHER_EDUCATION) < tables.higher_education_share
    earnings_related = u(Event.PENSION_KIND) >= tables.pension_national_only_share
    level = 1 + chosen(u(Event.PENSION_LEVEL), tables.pension_level[d])
    service = chosen(u(Event.COMPARATOR_SERVICE), tables.service[d])
    frailty = quantile(u(Event.ADMISSION_FRAILTY), tables.frailty_quantiles)
    visiting = quantile(u(Event.VISIT_FRAILTY), tables.frailty_quantiles)
    band = (age[:, None] >= AGE_BAND_STARTS[1:]).sum(axis=1)
    common = diagnosis == Diagnosis.DEPRESSION_ANXIETY
    pensioner = benefit >= Benefit.REHABILITATION_SUBSIDY
    return People(
        keys=keys,
        draw=d,
        age=age,
        woman=(u(Event.SEX) < tables.female_share).astype(np.int64),
        diagnosis=diagnosis,
        hard_finder=(u(Event.JOB_FINDING_CLASS) < tables.low_share[d]).astype(np.int64),
        benefit=benefit,
        pension=np.where(earnings_related, level, 0),
        household=4 * (u(Event.HOUSING_ALLOWANCE) < tables.housing_allowance[d])
        + 2 * (u(Event.SOCIAL_ASSISTANCE) < tables.social_assistance[d])
        + (u(Event.CARE_ALLOWANCE) < tables.care_allowance[d]),
        year=chosen(u(Event.ENTRY_YEAR), tables.entry_year),
        unemployment_days=-tables.unemployment_days * np.log1p(-u(Event.UNEMPLOYMENT_DAYS)),
        service=service,
        service_months=whole_months(u(Event.COMPARATOR_LENGTH), tables.service_months[d, service]),
        substituted=u(Event.SUBSTITUTION) < tables.substitution[d],
        support_months=whole_months(u(Event.SUPPORT_LENGTH), tables.months_in_service[d]),
        admission=-np.expm1(-tables.admission_rate[d, diagnosis] * frailty / 12.0),
        visits=tables.visits[d, diagnosis] * visiting / 12.0,
        group=common.astype(np.int64),
        stratum=np.ravel_multi_index(
            (common * 1, band, worked * 1, educated * 1, pensioner * 1), (2, AGE_BANDS, 2, 2, 2)
        ),
        age_band=band,
    )


# one arm's course of all lives


class Course:
    """Where every life of one arm stands; arrays ``(…, life)``, changed month by month."""

    def __init__(self, people: People, arm: int, months: int, keep: bool) -> None:
        n = len(people.keys)
        served = people.service != Service.NONE
        if arm == 1:
            served &= ~people.substituted
        self.arm = arm
        self.alive = np.ones(n, dtype=bool)
        self.working = np.zeros(n, dtype=bool)
        self.entered = np.zeros(n, dtype=bool)
        self.first_job = np.ones(n, dtype=bool)
        self.full_time = np.zeros(n, dtype=bool)
        self.job_length = np.zeros(n, dtype=np.int64)
        self.tenure = np.zeros(n, dtype=np.int64)
        self.pay = np.zeros(n, dtype=np.int64)
        self.benefit = people.benefit.copy()
        self.months_sick = np.zeros(n, dtype=np.int64)
        self.months_over = np.zeros(n, dtype=np.int64)
        on_support = self.benefit == Benefit.UNEMPLOYMENT_SUPPORT
        self.support_days = np.where(on_support, people.unemployment_days, 0.0)
        self.service_left = np.where(served, people.service_months, 0)
        self.hospital_left = np.zeros(n)
        self.payer = np.zeros((N_PAYERS, n))
        self.measures = np.zeros((MEASURES, n))
        self.histories = np.zeros((months if keep else 0, len(History), n))


def reviewed(
    u: np.ndarray, d: np.ndarray, course: Course, hazards: NamedTuple, sickness_limit: int
) -> np.ndarray:
    """Benefit status after the review: one uniform, destinations stacked from zero upwards."""
    before = course.benefit
    of = {name: getattr(hazards, name)[d] for name in hazards._fields}
    ending = np.where(course.months_sick >= sickness_limit, 1.0, of["sickness_end"])
    start = np.where(course.working, of["pension_start_in_work"], of["pension_start"])
    falling_ill = np.where(course.working, 0.0, of["sickness_start"])
    permanent, ended = of["subsidy_permanent"], of["subsidy_end"]
    subsidy, pension = Benefit.REHABILITATION_SUBSIDY, Benefit.DISABILITY_PENSION
    support, sickness = Benefit.UNEMPLOYMENT_SUPPORT, Benefit.SICKNESS_ALLOWANCE
    is_support = before == support
    return np.select(
        [
            before == subsidy,
            before == pension,
            before == sickness,
        ],
        [
            np.where(u < permanent, pension, np.where(u < permanent + ended, support, subsidy)),
            np.where(u < of["pension_end"], support, pension),
            np.where(
                u < ending * of["sickness_to_pension"],
                subsidy,
                np.where(u < ending, support, sickness),
            ),
        ],
        np.where(
            u < start,
            subsidy,
            np.where(is_support & (u < start + falling_ill), sickness, before),
        ),
    )


def losing(
    world: World,
    people: People,
    course: Course,
    lives: np.ndarray,
    month: int,
    tenure: int | np.ndarray,
) -> np.ndarray:
    """Probability that the jobs of ``lives`` end at the start of ``month``."""
    hazards, d, y = world.hazards, people.draw[lives], people.year[lives]
    when = int(month > TRIAL)
    first = hazards.first_loss[d, course.arm, y, when, tenure]
    later = hazards.later_loss[d, course.arm, y, when]
    loss = np.where(course.first_job[lives], first, later)
    return np.minimum(
        1.0, loss / hazards.multiplier[d, course.arm, y, people.group[lives], month - 1]
    )


def finding(
    world: World, people: People, course: Course, lives: np.ndarray, month: int
) -> np.ndarray:
    """Probability that ``lives`` out of work start a job at the start of ``month``."""
    hazards, d, y = world.hazards, people.draw[lives], people.year[lives]
    phase = (month > 9) + (month > TRIAL)
    hard, row = people.hard_finder[lives], people.stratum[lives]
    again = hazards.reemployment[d, course.arm, y, month - 1]
    found = hazards.find[d, course.arm, y, phase, hard, row]
    chance = np.where(course.entered[lives], again, found)
    return np.minimum(
        1.0, chance * hazards.multiplier[d, course.arm, y, people.group[lives], month - 1]
    )


def start_jobs(world: World, people: People, course: Course, new: np.ndarray, month: int) -> None:
    """Give the lives ``new`` a job with its terms."""
    terms, d, keys = world.terms, people.draw[new], people.keys[new]
    first = new[~course.entered[new]]
    course.measures[Measure.FOUND_WORK, first] = 1.0
    course.measures[Measure.MONTHS_UNTIL_FOUND, first] = month
    course.entered[new] = True
    course.working[new] = True
    course.tenure[new] = 1
    full_time = luck(keys, month, Event.FULL_TIME) < terms.full_time_share[d]
    part_time = quantile(luck(keys, month, Event.HOURS), terms.hours_quantiles)
    hours = np.where(full_time, terms.full_time_hours, part_time)
    z = quantile(luck(keys, month, Event.WAGE), world.normal_quantiles)
    hourly = terms.hourly_wage[d] * np.exp(terms.between_job_sd[d] * z)
    wage = hours * WEEKS_A_MONTH * hourly
    points = world.rules.items.shape[2]
    grid = np.floor(wage / world.rules.pay_step + 0.5).astype(np.int64)
    course.pay[new] = np.clip(grid, 1, points - 1)
    course.full_time[new] = full_time
    length = np.full(len(new), YEAR)
    for tenure in reversed(range(1, YEAR)):
        ahead = month + tenure
        if ahead <= world.months:
            loss = losing(world, people, course, new, ahead, tenure)
            length[luck(keys, ahead, Event.WORK) >= 1.0 - loss] = tenure
    course.job_length[new] = length
    well = new[course.benefit[new] == Benefit.SICKNESS_ALLOWANCE]
    course.benefit[well] = Benefit.UNEMPLOYMENT_SUPPORT
    course.months_sick[well] = 0


def rows_of(
    benefit: np.ndarray, pension: np.ndarray, phase: np.ndarray, rehab: np.ndarray
) -> np.ndarray:
    """Rows of the rule tables: none, support, sickness, rehabilitation, then four per pension."""
    disabled = benefit >= Benefit.REHABILITATION_SUBSIDY
    simple = np.where(rehab & (benefit <= Benefit.UNEMPLOYMENT_SUPPORT), 3, benefit)
    return np.where(disabled, 4 + 4 * pension + phase, simple)


class Law:
    """The rule tables with one row of cells per item or value."""

    def __init__(self, rules: Rules) -> None:
        self.shape = rules.items.shape[:3]
        self.items = rules.items.reshape(-1, ITEMS).T.copy()
        self.values = rules.values.reshape(-1, VALUES).T.copy()

    def cells(self, row: np.ndarray, household: np.ndarray, pay: np.ndarray) -> np.ndarray:
        """Cell of each life."""
        return np.ravel_multi_index((row, household, pay), self.shape)


class Board:
    """Monthly totals of one arm, summed over the lives of a draw and entry year."""

    def __init__(self, world: World, people: People) -> None:
        self.years = len(world.population.entry_year)
        self.draws = len(world.replicates)
        self.cell = people.draw * self.years + people.year
        self.monthly = np.zeros((self.draws, self.years, world.months, COLUMNS))

    def post(self, month: int, column: int, amounts: np.ndarray) -> None:
        """Add ``amounts`` ``(life,)`` to a column."""
        sums = np.bincount(self.cell, amounts, self.draws * self.years)
        self.monthly[:, :, month - 1, column] += sums.reshape(self.draws, self.years)


def live_month(
    world: World,
    law: Law,
    people: People,
    course: Course,
    board: Board,
    month: int,
    u: dict[Event, np.ndarray],
) -> None:
    """One month of one arm: live it, then post it."""
    alive = die_and_retire(world, people, course, month, u[Event.DEATH])
    review_benefits(world, people, course, u[Event.BENEFIT])
    lose_and_find_work(world, people, course, month, u[Event.WORK])
    row, pay = suspend_pensions(world, people, course, board, month)
    cell = law.cells(row, people.household, pay)
    values = law.values[:, cell] * alive
    for item in range(ITEMS):
        board.post(month, item, law.items[item, cell] * alive)
    post_values(world, course, board, month, values)
    post_whereabouts(law, people, course, board, month, values)
    in_service = post_service(world, people, course, board, month)
    days, visits = post_treatment(world, people, course, board, month, u[Event.ADMISSION])
    if len(course.histories):
        tenure = course.tenure * course.working
        record = (course.working, pay, course.benefit, row, in_service, days, visits, tenure)
        for column, now in enumerate(record):
            course.histories[month - 1, column] = now * alive


def die_and_retire(
    world: World, people: People, course: Course, month: int, u: np.ndarray
) -> np.ndarray:
    """End lives; returns who goes on."""
    age = np.floor(people.age + (month - 1) / 12.0).astype(np.int64)
    at = np.minimum(age, RETIREMENT)
    risk = world.death[people.draw, people.woman, people.diagnosis, at]
    course.alive &= (age < RETIREMENT) & (u >= risk)
    course.working &= course.alive
    return course.alive


def review_benefits(world: World, people: People, course: Course, u: np.ndarray) -> None:
    """The month's benefit review of the living."""
    after = reviewed(u, people.draw, course, world.benefits, world.rules.sickness_limit_months)
    after = np.where(course.alive, after, course.benefit)
    course.months_over[(after != course.benefit) & (after != Benefit.DISABILITY_PENSION)] = 0
    course.benefit = after
    sick = after == Benefit.SICKNESS_ALLOWANCE
    course.months_sick = np.where(sick, course.months_sick + 1, 0)


def lose_and_find_work(
    world: World, people: People, course: Course, month: int, u: np.ndarray
) -> None:
    """Jobs end, then jobs start; a job lost this month is not replaced this month."""
    employed = np.flatnonzero(course.working)
    idle = np.flatnonzero(course.alive & ~course.working)
    loss = losing(world, people, course, employed, month, course.tenure[employed])
    lost = u[employed] >= 1.0 - loss
    leavers = employed[lost]
    course.working[leavers] = False
    course.first_job[leavers] = False
    course.months_over[leavers] = 0
    course.tenure[employed[~lost]] += 1
    found = u[idle] < finding(world, people, course, idle, month)
    start_jobs(world, people, course, idle[found], month)


def suspend_pensions(
    world: World, people: People, course: Course, board: Board, month: int
) -> tuple[np.ndarray, np.ndarray]:
    """A pension rests while pay is above the limit and ends after too long: rows and pay."""
    rules, working = world.rules, course.working
    pay = np.where(working, course.pay, 0)
    under_a_year = np.where(course.job_length < 3, SHORT_JOB, UNDER_A_YEAR)
    phase = np.where(working & (course.job_length < YEAR), under_a_year, FIRST_YEAR)
    kela = people.service == Service.KELA_VOCATIONAL_REHABILITATION
    rehab = (course.service_left > 0) & kela & ~working
    row = rows_of(course.benefit, people.pension, phase, rehab)
    resting = course.alive & rules.over_limit[row, pay]
    course.months_over += resting
    over = resting & (course.months_over > rules.suspension_limit)
    course.benefit = np.where(over, Benefit.UNEMPLOYMENT_SUPPORT, course.benefit)
    course.months_over[over] = 0
    board.post(month, Count.OVER_LIMIT, resting & ~over)
    later = resting & ~over & (course.months_over > YEAR)
    phase = np.where(later, SECOND_YEAR, phase)
    return rows_of(course.benefit, people.pension, phase, rehab), pay


def post_values(world: World, course: Course, board: Board, month: int, values: np.ndarray) -> None:
    """What the month's taxes and benefits are to payers, and who pays for support and subsidy."""
    prices, rules, measures, payer = world.prices, world.rules, course.measures, course.payer
    discount = prices.discount[month - 1]
    payer += discount * values[:N_PAYERS]
    measures[Measure.NET_INCOME] += discount * values[Value.NET_INCOME]
    measures[Measure.BENEFITS_RECEIVED] += discount * values[Value.BENEFITS]
    measures[Measure.TAXES_PAID] += discount * values[Value.TAXES]
    measures[Measure.GROSS_EARNINGS] += discount * values[Value.GROSS]

    support = values[Value.UNEMPLOYMENT_SUPPORT]
    step = np.searchsorted(rules.municipal_days, course.support_days, side="right")
    local = support * np.append(0.0, rules.municipal_shares)[step]
    course.support_days += BENEFIT_DAYS * (support > 0.0)
    board.post(month, Count.MUNICIPAL_SHARE, local)
    payer[Payer.MUNICIPALITY] -= discount * local
    payer[Payer.STATE] += discount * local

    recent = course.working & (course.tenure <= prices.subsidy_months)
    subsidised = values[Value.GROSS] * recent
    board.post(month, Count.SUBSIDISED_WAGES, subsidised)
    payer[Payer.EMPLOYER] += discount * prices.wage_subsidy * subsidised
    payer[Payer.MUNICIPALITY] -= discount * prices.wage_subsidy * subsidised


def post_whereabouts(
    law: Law, people: People, course: Course, board: Board, month: int, values: np.ndarray
) -> None:
    """Count lives by work and status, and those whom work leaves poorer."""
    alive, working, measures = course.alive, course.working, course.measures
    yes = np.ones(len(alive), dtype=bool)
    idle_row = rows_of(course.benefit, people.pension, np.full(len(alive), FIRST_YEAR), ~yes)
    idle_cell = law.cells(idle_row, people.household, np.zeros_like(idle_row))
    poorer = working & (values[Value.NET_INCOME] < law.values[Value.NET_INCOME, idle_cell])
    board.post(month, Count.ALIVE, alive)
    board.post(month, Count.LIFE_ENDED, ~alive)
    board.post(month, Count.EVER_EMPLOYED, course.entered)
    board.post(month, Count.EMPLOYED, working)
    board.post(month, Count.EMPLOYED_FULL_TIME, working & course.full_time)
    board.post(month, Count.EMPLOYED_PART_TIME, working & ~course.full_time)
    for status in Benefit:
        here = course.benefit == status
        board.post(month, Count.STATUS_0 + status, alive & here)
        board.post(month, Count.WORKING_0 + status, working & here)
        board.post(month, Count.POORER_0 + status, poorer & here)
    measures[Measure.MONTHS_EMPLOYED] += working
    measures[Measure.MONTHS_POORER] += poorer
    if month in (12, 18, 24, 60):
        measures[Measure[f"EMPLOYED_AT_{month}M"]] = working


def post_service(
    world: World, people: People, course: Course, board: Board, month: int
) -> np.ndarray:
    """A month with IPS and a month in a comparator's service; returns who is with IPS."""
    prices, measures, payer = world.prices, course.measures, course.payer
    discount = prices.discount[month - 1]
    in_service = course.alive & (course.arm == 1) & (month <= people.support_months)
    cost = discount * prices.ips_month[people.draw] * in_service
    calendar = people.year + (month - 1) // 12
    board.post(month, Count.IN_SERVICE, in_service)
    measures[Measure.SERVICE_COST] += cost
    measures[Measure.PROGRAMME_COST] += cost
    payer -= cost * prices.ips_payers.T[:, calendar]

    served = course.alive & (course.service_left > 0) & ~course.working
    course.service_left -= served
    for kind in range(len(Service) - 1):
        board.post(month, Count.SERVICE_0 + kind, served & (people.service == kind))
    who = np.flatnonzero(served)
    d, kind = people.draw[who], people.service[who]
    cost = discount * prices.service_month[d, kind]
    allowance = discount * prices.allowance_month[d, kind]
    measures[Measure.SERVICE_COST, who] += cost
    measures[Measure.NET_INCOME, who] += allowance
    measures[Measure.BENEFITS_RECEIVED, who] += allowance
    payer[Payer.PARTICIPANT, who] += allowance
    payer[:, who] -= cost * prices.service_payers.T[:, kind]
    payer[:, who] -= allowance * prices.allowance_payers.T[:, kind]
    return in_service


def post_treatment(
    world: World, people: People, course: Course, board: Board, month: int, u: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Hospital days and visits of the month, after any effect of IPS on them."""
    prices, treatment, d = world.prices, world.treatment, people.draw
    free = course.alive & (course.hospital_left <= 0.0)
    new = np.flatnonzero(free & (u < people.admission))
    u_length = luck(people.keys[new], month, Event.EPISODE_LENGTH)
    z, sigma = quantile(u_length, world.normal_quantiles), treatment.episode_sigma[d[new]]
    length = np.exp(sigma * z - 0.5 * sigma**2)
    course.hospital_left[new] = treatment.episode_days[d[new]] * length
    days = np.minimum(course.hospital_left, DAYS_A_MONTH) * course.alive
    course.hospital_left -= days
    by_allocation = course.arm == 1 and month <= treatment.allocation_months
    on_days = treatment.allocation_ratio[d] if by_allocation else np.ones(len(d))
    on_visits = np.where(course.working, treatment.employment_ratio[d], 1.0)
    visits = people.visits * course.alive
    used, seen = np.minimum(days * on_days, DAYS_A_MONTH), visits * on_visits
    paid_days = (1.0 - treatment.cashable) * days + treatment.cashable * used
    paid_visits = (1.0 - treatment.cashable) * visits + treatment.cashable * seen
    days, visits = used, seen
    medication = prices.medication_month[d, people.diagnosis] * course.alive
    board.post(month, Count.INPATIENT_DAYS, days)
    board.post(month, Count.OUTPATIENT_VISITS, visits)
    board.post(month, Count.PAID_DAYS, paid_days)
    board.post(month, Count.PAID_VISITS, paid_visits)
    board.post(month, Count.MEDICATION, medication)
    course.measures[Measure.INPATIENT_DAYS] += days
    course.measures[Measure.OUTPATIENT_VISITS] += visits
    inpatient = paid_days * prices.inpatient_day[d]
    outpatient = paid_visits * prices.outpatient_visit[d]
    costs = prices.discount[month - 1] * np.stack([inpatient, outpatient, medication])
    course.measures[Measure.TREATMENT_COST] += costs.sum(axis=0)
    course.payer -= prices.treatment_payers.T @ costs
    return days, visits


def finish(course: Course) -> None:
    """Measures known at the end of the horizon."""
    measures = course.measures
    until = measures[Measure.MONTHS_UNTIL_FOUND]
    for within in (12, 18, 24):
        measures[Measure[f"EVER_EMPLOYED_{within}M"]] = course.entered & (until <= within)
    measures[Measure.PARTICIPANT : Measure.PARTICIPANT + N_PAYERS] = course.payer
    public = [Payer[name.upper()] for name in PUBLIC_SECTOR]
    measures[Measure.PUBLIC_SECTOR] = course.payer[public].sum(axis=0)
    measures[Measure.SOCIETY] = course.payer.sum(axis=0)


def group_totals(
    world: World, people: People, by_person: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sums ``(draw, subgroup, arm, group measure)`` and sizes ``(draw, subgroup)``."""
    draws = len(world.replicates)
    sums = np.zeros((draws, SUBGROUPS, 2, len(GROUP_MEASURES)))
    sizes = np.zeros((draws, SUBGROUPS), dtype=np.int64)
    by_age = len(Diagnosis) + people.age_band
    by_benefit = len(Diagnosis) + AGE_BANDS + people.benefit
    measures = by_person[..., list(GROUP_MEASURES)].reshape(-1, 2, len(GROUP_MEASURES))
    for group in (people.diagnosis, by_age, by_benefit):
        np.add.at(sums, (people.draw, group), measures)
        np.add.at(sizes, (people.draw, group), 1)
    return sums, sizes


def live_all(world: World, *, keep: bool = True) -> Outcome:
    """Simulate a block of draws; histories are empty unless they are to be kept."""
    people, law = people_of(world), Law(world.rules)
    courses = [Course(people, arm, world.months, keep) for arm in range(2)]
    boards = [Board(world, people) for _ in range(2)]
    events = (Event.DEATH, Event.BENEFIT, Event.WORK, Event.ADMISSION)
    for month in range(1, world.months + 1):
        u = {event: luck(people.keys, month, event) for event in events}
        for course, board in zip(courses, boards):
            live_month(world, law, people, course, board, month, u)
        in_one_arm_only = courses[0].working != courses[1].working
        boards[1].post(month, Count.DISCORDANT, in_one_arm_only)
    for course in courses:
        finish(course)
    lives = (len(world.replicates), world.people)
    measures = np.stack([course.measures for course in courses])
    by_person = measures.reshape(2, MEASURES, *lives).transpose(2, 3, 0, 1)
    both = np.concatenate([by_person, by_person[:, :, 1:] - by_person[:, :, :1]], axis=2)
    sums, sizes = group_totals(world, people, by_person)
    totals = Totals(
        monthly=np.stack([board.monthly for board in boards], axis=1),
        sums=both.sum(axis=1),
        squares=(both**2).sum(axis=1),
        group_sums=sums,
        group_sizes=sizes,
    )
    histories = np.stack([course.histories for course in courses])
    months = histories.shape[1]
    return Outcome(
        totals,
        by_person,
        histories.reshape(2, months, len(History), *lives).transpose(3, 4, 0, 1, 2),
    )
