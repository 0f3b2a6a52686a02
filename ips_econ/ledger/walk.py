"""The compiled walk: draw, person, arm, month. Lives are lived and posted in one pass.

Nothing per person-month is stored unless a history is asked for; a draw leaves monthly totals,
and the sum and sum of squares over people of what is reported. A person's two arms follow each
other with the same luck, so the spread of their difference costs nothing extra.

Order within a month: death and retirement, benefit review, job end, job start with hours and
wage, service contact, treatment use, posting.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ips_econ.compilation import compiled, step
from ips_econ.ledger.accounts import PUBLIC_SECTOR, Payer
from ips_econ.ledger.posting import (
    COLUMNS,
    ITEMS,
    N_PAYERS,
    VALUES,
    Count,
    Rules,
    Value,
    municipal_share,
    pay_index,
    rule_row,
)
from ips_econ.population.people import Population, category, client, from_quantiles, stratum
from ips_econ.population.randomness import Event, person_key, replicate_key, uniform
from ips_econ.trajectories.benefit_status import (
    NONE,
    PENSION,
    SICKNESS,
    SUBSIDY,
    SUPPORT,
    BenefitHazards,
    review,
)
from ips_econ.trajectories.employment import JobTerms, monthly_wage
from ips_econ.trajectories.hazards import Hazards, phase_of
from ips_econ.population.attributes import AGE_BANDS, AGE_BAND_STARTS, Benefit, Diagnosis, RETIREMENT_AGE, Service
from ips_econ.trajectories.states import TRIAL_MONTHS
from ips_econ.trajectories.treatment import Treatment, hospital_days, paid
from ips_econ.units import BENEFIT_DAYS_PER_MONTH

DEATH, BENEFIT, WORK = Event.DEATH.value, Event.BENEFIT.value, Event.WORK.value
FULL_TIME, HOURS, WAGE = Event.FULL_TIME.value, Event.HOURS.value, Event.WAGE.value
ADMISSION, EPISODE_LENGTH = Event.ADMISSION.value, Event.EPISODE_LENGTH.value
KELA = Service.KELA_VOCATIONAL_REHABILITATION.value
NO_SERVICE = Service.NONE.value
SERVICE_KINDS = len(Service) - 1

(
    C_ALIVE,
    C_EMPLOYED,
    C_PART_TIME,
    C_FULL_TIME,
    C_EVER,
    C_IN_SERVICE,
    C_SERVICE,
) = (
    Count.ALIVE.value,
    Count.EMPLOYED.value,
    Count.EMPLOYED_PART_TIME.value,
    Count.EMPLOYED_FULL_TIME.value,
    Count.EVER_EMPLOYED.value,
    Count.IN_SERVICE.value,
    Count.SERVICE_0.value,
)
C_DAYS, C_VISITS = Count.INPATIENT_DAYS.value, Count.OUTPATIENT_VISITS.value
C_MEDICATION, C_MUNICIPAL = Count.MEDICATION.value, Count.MUNICIPAL_SHARE.value
C_SUBSIDISED, C_SUSPENDED = Count.SUBSIDISED_WAGES.value, Count.SUSPENDED.value
C_STATUS, C_WORKING, C_POORER = Count.STATUS_0.value, Count.WORKING_0.value, Count.POORER_0.value
C_ENDED = Count.LIFE_ENDED.value
C_PAID_DAYS, C_PAID_VISITS = Count.PAID_DAYS.value, Count.PAID_VISITS.value
V_NET, V_BENEFITS = Value.NET_INCOME.value, Value.BENEFITS.value
V_TAXES, V_GROSS = Value.TAXES.value, Value.GROSS.value
V_SUPPORT = Value.UNEMPLOYMENT_SUPPORT.value
PARTICIPANT, EMPLOYER = Payer.PARTICIPANT.value, Payer.EMPLOYER.value
MUNICIPALITY, STATE = Payer.MUNICIPALITY.value, Payer.STATE.value
PUBLIC = np.array([Payer[name.upper()].value for name in PUBLIC_SECTOR])


class Measure(IntEnum):
    """What is summed over people, by arm and for the difference. Money is discounted."""

    EVER_EMPLOYED_12M = 0
    EVER_EMPLOYED_18M = 1
    EVER_EMPLOYED_24M = 2
    EMPLOYED_AT_12M = 3
    EMPLOYED_AT_18M = 4
    EMPLOYED_AT_24M = 5
    EMPLOYED_AT_60M = 6
    MONTHS_EMPLOYED = 7
    FOUND_WORK = 8
    MONTHS_UNTIL_FOUND = 9  # zero for those who never find a job
    GROSS_EARNINGS = 10
    NET_INCOME = 11
    BENEFITS_RECEIVED = 12
    TAXES_PAID = 13
    INPATIENT_DAYS = 14
    OUTPATIENT_VISITS = 15
    TREATMENT_COST = 16
    SERVICE_COST = 17
    PROGRAMME_COST = 18
    MONTHS_POORER = 19
    PARTICIPANT = 20  # net present value by payer in the order of Payer, then by larger perspective
    EMPLOYER = 21
    WELLBEING_COUNTY = 22
    MUNICIPALITY = 23
    STATE = 24
    SOCIAL_INSURANCE = 25
    PENSION_INSURERS = 26
    EU = 27
    OTHER = 28
    HEALTH_EFFECTS = 29
    PUBLIC_SECTOR = 30
    SOCIETY = 31


MEASURES = len(Measure)
M_TREATMENT, M_SERVICE = Measure.TREATMENT_COST.value, Measure.SERVICE_COST.value
M_PROGRAMME, M_PAYER = Measure.PROGRAMME_COST.value, Measure.PARTICIPANT.value
M_PUBLIC, M_SOCIETY = Measure.PUBLIC_SECTOR.value, Measure.SOCIETY.value
M_DAYS, M_VISITS = Measure.INPATIENT_DAYS.value, Measure.OUTPATIENT_VISITS.value
M_EVER = Measure.EVER_EMPLOYED_12M.value
M_AT = Measure.EMPLOYED_AT_12M.value
M_MONTHS, M_FOUND = Measure.MONTHS_EMPLOYED.value, Measure.FOUND_WORK.value
M_UNTIL, M_POORER = Measure.MONTHS_UNTIL_FOUND.value, Measure.MONTHS_POORER.value
M_GROSS, M_NET = Measure.GROSS_EARNINGS.value, Measure.NET_INCOME.value
M_BENEFITS, M_TAXES = Measure.BENEFITS_RECEIVED.value, Measure.TAXES_PAID.value

EVER_MONTHS = np.array([12, 18, 24])
AT_MONTHS = np.array([12, 18, 24, 60])
AT_COLUMNS = np.array([M_AT, M_AT + 1, M_AT + 2, M_AT + 3])

FIRST_AGE_GROUP = len(Diagnosis)
FIRST_BENEFIT_GROUP = FIRST_AGE_GROUP + AGE_BANDS
SUBGROUPS = FIRST_BENEFIT_GROUP + len(Benefit)


class Prices(NamedTuple):
    """What a count costs and who pays it; EUR of the price year.

    ``ips_month`` ``(draw,)`` per client-month in service; ``ips_payers`` ``(calendar year since
    the programme's start, payer)``; ``service_month`` ``(draw, service)``, ``allowance_month``
    ``(draw, service)`` paid to the client; ``service_payers`` and ``allowance_payers``
    ``(service, payer)``; ``inpatient_day``, ``outpatient_visit`` ``(draw,)``; ``medication_month``
    ``(draw, diagnosis)``; ``treatment_payers`` ``(inpatient/outpatient/medication, payer)``;
    ``wage_subsidy`` share of pay in the first ``subsidy_months`` of a job; ``discount``
    ``(month,)`` mid-month factors.
    """

    ips_month: np.ndarray
    ips_payers: np.ndarray
    service_month: np.ndarray
    allowance_month: np.ndarray
    service_payers: np.ndarray
    allowance_payers: np.ndarray
    inpatient_day: np.ndarray
    outpatient_visit: np.ndarray
    medication_month: np.ndarray
    treatment_payers: np.ndarray
    wage_subsidy: float
    subsidy_months: int
    discount: np.ndarray


class World(NamedTuple):
    """Everything the walk reads. Arrays start with the draws of a block."""

    seed: int
    replicates: np.ndarray  # (draw,) replicate of people and luck
    people: int
    months: int
    suspension_limit: int
    hazards: Hazards
    population: Population
    benefits: BenefitHazards
    terms: JobTerms
    treatment: Treatment
    death: np.ndarray  # (draw, sex, diagnosis, age in years) per month
    rules: Rules
    prices: Prices


class Totals(NamedTuple):
    """What a block of draws leaves behind.

    ``monthly`` ``(draw, arm, entry year, month, column)`` sums over people of items and counts; ``sums`` and
    ``squares`` ``(draw, control/ips/difference, measure)`` over people; ``group_sums``
    ``(draw, subgroup, arm, measure)`` and ``group_sizes`` ``(draw, subgroup)``.
    """

    monthly: np.ndarray
    sums: np.ndarray
    squares: np.ndarray
    group_sums: np.ndarray
    group_sizes: np.ndarray


class Job(NamedTuple):
    """Terms of the job now held."""

    pay: int  # grid point
    full_time: bool
    long_spell: bool  # lasts at least three months: pay above the limit suspends a pension


HISTORY_COLUMNS = 8  # working, pay, benefit, rule row, in service, days, visits, tenure


@step
def loss_probability(d, arm, person, month, tenure, first_job, hazards):  # type: ignore[no-untyped-def]
    """Probability that a job with ``tenure`` completed months ends at the start of ``month``."""
    y = person.entry_year
    when = 0 if month <= TRIAL_MONTHS else 1
    if first_job:
        loss = hazards.first_loss[d, arm, y, when, tenure]
    else:
        loss = hazards.later_loss[d, arm, y, when]
    return min(1.0, loss / hazards.multiplier[d, arm, y, month - 1])


@step
def find_probability(d, arm, person, row, month, entered, hazards):  # type: ignore[no-untyped-def]
    """Probability that a client out of work starts a job at the start of ``month``."""
    y = person.entry_year
    if entered:
        found = hazards.reemployment[d, arm, y, month - 1]
    else:
        found = hazards.find[d, arm, y, phase_of(month), person.low_finder, row]
    return min(1.0, found * hazards.multiplier[d, arm, y, month - 1])


@step
def lasts_three_months(d, arm, person, month, first_job, hazards, last_month):  # type: ignore[no-untyped-def]
    """Whether the job starting in ``month`` will reach its third month: luck is known by key."""
    for tenure in range(1, 3):
        ahead = month + tenure
        if ahead > last_month:
            return True
        loss = loss_probability(d, arm, person, ahead, tenure, first_job, hazards)
        if uniform(person.key, ahead, WORK) >= 1.0 - loss:
            return False
    return True


@step
def new_job(d, arm, person, month, first_job, world):  # type: ignore[no-untyped-def]
    """Hours, pay and length of a job that starts in ``month``."""
    terms = world.terms
    full_time = uniform(person.key, month, FULL_TIME) < terms.full_time_share[d]
    hours = terms.full_time_hours
    if not full_time:
        hours = from_quantiles(uniform(person.key, month, HOURS), terms.hours_quantiles)
    relative = from_quantiles(uniform(person.key, month, WAGE), terms.wage_quantiles)
    wage = monthly_wage(hours, terms.hourly_wage[d] * relative)
    points = world.rules.items.shape[2]
    lasting = lasts_three_months(d, arm, person, month, first_job, world.hazards, world.months)
    return Job(pay_index(wage, world.rules.pay_step, points), full_time, lasting)


@step
def live(d, arm, person, world, monthly, measures, history):  # type: ignore[no-untyped-def]
    """One life in one arm: adds to ``monthly`` and fills ``measures`` and, if asked, ``history``."""
    rules, prices, hazards, treatment = world.rules, world.prices, world.hazards, world.treatment
    key = person.key
    stratum_row = stratum(person, AGE_BAND_STARTS)
    uses_service = person.service != NO_SERVICE and not (arm == 1 and person.substituted)
    working, entered, tenure = False, False, 0
    first_job = True
    job = Job(0, False, False)
    benefit, months_sick, months_suspended = person.benefit, 0, 0
    support_days = person.unemployment_days if benefit == SUPPORT else 0.0
    service_left = person.service_months if uses_service else 0
    hospital_left = 0.0
    payer = measures[M_PAYER : M_PAYER + N_PAYERS]
    for month in range(1, world.months + 1):
        t = month - 1
        totals = monthly[t]
        age = int(person.age + t / 12.0)
        dies = age < RETIREMENT_AGE and (
            uniform(key, month, DEATH) < world.death[d, person.woman, person.diagnosis, age]
        )
        if age >= RETIREMENT_AGE or dies:
            for later in range(t, world.months):
                monthly[later, C_ENDED] += 1.0
                if entered:
                    monthly[later, C_EVER] += 1.0
            break
        benefit_before = benefit
        benefit = review(
            uniform(key, month, BENEFIT), d, benefit, months_sick, working, world.benefits
        )
        if benefit != benefit_before:
            months_suspended = 0
        months_sick = months_sick + 1 if benefit == SICKNESS else 0

        # work: one uniform, low is work (monotone coupling between the arms)
        u_work = uniform(key, month, WORK)
        if working:
            loss = loss_probability(d, arm, person, month, tenure, first_job, hazards)
            if u_work >= 1.0 - loss:
                working = False
                first_job = False
                months_suspended = 0
            else:
                tenure += 1
        elif u_work < find_probability(d, arm, person, stratum_row, month, entered, hazards):
            working, tenure = True, 1
            if not entered:
                measures[M_FOUND] = 1.0
                measures[M_UNTIL] = month
            entered = True
            job = new_job(d, arm, person, month, first_job, world)
            if benefit == SICKNESS:
                benefit, months_sick = SUPPORT, 0
        pay = job.pay if working else 0

        # a pension rests while pay exceeds the limit; beyond the limit of months it ends
        on_pension = benefit == SUBSIDY or benefit == PENSION
        limit_applies = not working or job.long_spell
        in_rehabilitation = service_left > 0 and person.service == KELA and not working
        row = rule_row(benefit, person.pension, limit_applies, in_rehabilitation)
        if on_pension and rules.suspended[row, pay]:
            months_suspended += 1
            if months_suspended > world.suspension_limit:
                benefit, months_suspended = SUPPORT, 0
                row = rule_row(benefit, person.pension, limit_applies, in_rehabilitation)
            else:
                totals[C_SUSPENDED] += 1.0

        # posting: taxes and benefits of the month
        discount = prices.discount[t]
        items = rules.items[row, person.household, pay]
        values = rules.values[row, person.household, pay]
        for i in range(ITEMS):
            totals[i] += items[i]
        for p in range(N_PAYERS):
            payer[p] += discount * values[p]
        measures[M_NET] += discount * values[V_NET]
        measures[M_BENEFITS] += discount * values[V_BENEFITS]
        measures[M_TAXES] += discount * values[V_TAXES]
        measures[M_GROSS] += discount * values[V_GROSS]
        support = values[V_SUPPORT]
        if support > 0.0:
            local = support * municipal_share(
                support_days, rules.municipal_days, rules.municipal_shares
            )
            support_days += BENEFIT_DAYS_PER_MONTH
            totals[C_MUNICIPAL] += local
            payer[MUNICIPALITY] -= discount * local
            payer[STATE] += discount * local
        totals[C_ALIVE] += 1.0
        totals[C_STATUS + benefit] += 1.0
        if working:
            totals[C_EMPLOYED] += 1.0
            totals[C_FULL_TIME if job.full_time else C_PART_TIME] += 1.0
            totals[C_WORKING + benefit] += 1.0
            measures[M_MONTHS] += 1.0
            idle_row = rule_row(benefit, person.pension, True, False)
            if values[V_NET] < rules.values[idle_row, person.household, 0, V_NET]:
                totals[C_POORER + benefit] += 1.0
                measures[M_POORER] += 1.0
            if tenure <= prices.subsidy_months:
                totals[C_SUBSIDISED] += values[V_GROSS]
                payer[EMPLOYER] += discount * prices.wage_subsidy * values[V_GROSS]
                payer[MUNICIPALITY] -= discount * prices.wage_subsidy * values[V_GROSS]
        if entered:
            totals[C_EVER] += 1.0
        for i in range(len(AT_MONTHS)):
            if month == AT_MONTHS[i] and working:
                measures[AT_COLUMNS[i]] = 1.0

        # service contact
        in_service = arm == 1 and month <= person.support_months
        if in_service:
            totals[C_IN_SERVICE] += 1.0
            cost = discount * prices.ips_month[d]
            measures[M_SERVICE] += cost
            measures[M_PROGRAMME] += cost
            calendar = person.entry_year + t // 12
            for p in range(N_PAYERS):
                payer[p] -= cost * prices.ips_payers[calendar, p]
        if service_left > 0 and not working:
            service_left -= 1
            totals[C_SERVICE + person.service] += 1.0
            cost = discount * prices.service_month[d, person.service]
            allowance = discount * prices.allowance_month[d, person.service]
            measures[M_SERVICE] += cost
            measures[M_NET] += allowance
            measures[M_BENEFITS] += allowance
            payer[PARTICIPANT] += allowance
            for p in range(N_PAYERS):
                payer[p] -= cost * prices.service_payers[person.service, p]
                payer[p] -= allowance * prices.allowance_payers[person.service, p]

        # treatment use
        if hospital_left <= 0.0 and uniform(key, month, ADMISSION) < person.admission_prob:
            u_length = uniform(key, month, EPISODE_LENGTH)
            hospital_left = treatment.episode_days[d] * from_quantiles(
                u_length, treatment.episode_quantiles
            )
        days = hospital_days(hospital_left)
        hospital_left -= days
        visits = person.visits_month
        ratio = 1.0
        if arm == 1 and month <= treatment.allocation_months:
            ratio = treatment.allocation_ratio[d]
        paid_days = paid(days, ratio, treatment.cashable)
        days *= ratio
        ratio = treatment.employment_ratio[d] if working else 1.0
        paid_visits = paid(visits, ratio, treatment.cashable)
        visits *= ratio
        medication = prices.medication_month[d, person.diagnosis]
        totals[C_DAYS] += days
        totals[C_VISITS] += visits
        totals[C_PAID_DAYS] += paid_days
        totals[C_PAID_VISITS] += paid_visits
        totals[C_MEDICATION] += medication
        measures[M_DAYS] += days
        measures[M_VISITS] += visits
        inpatient = discount * paid_days * prices.inpatient_day[d]
        outpatient = discount * paid_visits * prices.outpatient_visit[d]
        medication *= discount
        measures[M_TREATMENT] += inpatient + outpatient + medication
        for p in range(N_PAYERS):
            payer[p] -= (
                inpatient * prices.treatment_payers[0, p]
                + outpatient * prices.treatment_payers[1, p]
                + medication * prices.treatment_payers[2, p]
            )
        if history.shape[0] > 0:
            history[t, 0] = working
            history[t, 1] = pay
            history[t, 2] = benefit
            history[t, 3] = row
            history[t, 4] = in_service
            history[t, 5] = days
            history[t, 6] = visits
            history[t, 7] = tenure if working else 0
    for i in range(len(EVER_MONTHS)):
        if entered and measures[M_UNTIL] <= EVER_MONTHS[i]:
            measures[M_EVER + i] = 1.0
    for p in PUBLIC:
        measures[M_PUBLIC] += payer[p]
    for p in range(N_PAYERS):
        measures[M_SOCIETY] += payer[p]


@step
def add_to_group(group, d, measures, totals):  # type: ignore[no-untyped-def]
    """Add a person's measures ``(arm, measure)`` to a subgroup."""
    totals.group_sizes[d, group] += 1
    for arm in range(2):
        for k in range(MEASURES):
            totals.group_sums[d, group, arm, k] += measures[arm, k]


@compiled
def walk(world, totals):  # type: ignore[no-untyped-def]
    """Live and post every person of every draw of a block; adds into ``totals``."""
    nothing = np.zeros((0, HISTORY_COLUMNS))
    measures = np.zeros((2, MEASURES))
    for d in range(len(world.replicates)):
        replicate = replicate_key(world.seed, world.replicates[d])
        for i in range(world.people):
            person = client(person_key(replicate, i), d, world.population)
            measures[:] = 0.0
            for arm in range(2):
                posted = totals.monthly[d, arm, person.entry_year]
                live(d, arm, person, world, posted, measures[arm], nothing)
            for k in range(MEASURES):
                control, ips = measures[0, k], measures[1, k]
                totals.sums[d, 0, k] += control
                totals.sums[d, 1, k] += ips
                totals.sums[d, 2, k] += ips - control
                totals.squares[d, 0, k] += control * control
                totals.squares[d, 1, k] += ips * ips
                totals.squares[d, 2, k] += (ips - control) * (ips - control)
            band = 0
            for b in range(1, AGE_BANDS):
                if person.age >= AGE_BAND_STARTS[b]:
                    band = b
            add_to_group(person.diagnosis, d, measures, totals)
            add_to_group(FIRST_AGE_GROUP + band, d, measures, totals)
            add_to_group(FIRST_BENEFIT_GROUP + person.benefit, d, measures, totals)


@compiled
def walk_with_histories(world, totals, measures, histories):  # type: ignore[no-untyped-def]
    """The same lives with every person kept: for traces and tests, a second call with same keys.

    ``measures`` ``(draw, person, arm, measure)`` and ``histories`` ``(draw, person, arm, month,
    column)`` are filled in place.
    """
    for d in range(len(world.replicates)):
        replicate = replicate_key(world.seed, world.replicates[d])
        for i in range(world.people):
            person = client(person_key(replicate, i), d, world.population)
            for arm in range(2):
                live(
                    d,
                    arm,
                    person,
                    world,
                    totals.monthly[d, arm, person.entry_year],
                    measures[d, i, arm],
                    histories[d, i, arm],
                )


def empty_totals(world: World) -> Totals:
    """Zeroed totals for a block."""
    draws = len(world.replicates)
    return Totals(
        monthly=np.zeros((draws, 2, len(world.population.entry_year), world.months, COLUMNS)),
        sums=np.zeros((draws, 3, MEASURES)),
        squares=np.zeros((draws, 3, MEASURES)),
        group_sums=np.zeros((draws, SUBGROUPS, 2, MEASURES)),
        group_sizes=np.zeros((draws, SUBGROUPS), dtype=np.int64),
    )


def live_block(world: World) -> Totals:
    """Simulate one block of draws."""
    totals = empty_totals(world)
    walk(world, totals)
    return totals


def trace_block(world: World) -> tuple[Totals, np.ndarray, np.ndarray]:
    """Simulate one block keeping every person: totals, measures and histories."""
    totals = empty_totals(world)
    draws = len(world.replicates)
    measures = np.zeros((draws, world.people, 2, MEASURES))
    histories = np.zeros((draws, world.people, 2, world.months, HISTORY_COLUMNS))
    walk_with_histories(world, totals, measures, histories)
    return totals, measures, histories
