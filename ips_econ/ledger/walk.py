"""The compiled walk: draw, person, arm, month. Lives are lived and posted in one pass.

Nothing per person-month is stored unless a history is asked for; a draw leaves monthly totals,
and the sum and sum of squares over people of what is reported. A person's two arms follow each
other with the same luck, so the spread of their difference costs nothing extra.

Order within a month: death and retirement, benefit review, job end, job start with hours and
wage, service contact, treatment use, posting.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ips_econ.compilation import compiled_without_allocation, step
from ips_econ.ledger.accounts import PUBLIC_SECTOR, Payer
from ips_econ.ledger.posting import (
    COLUMNS,
    FIRST_YEAR,
    ITEMS,
    N_PAYERS,
    SECOND_YEAR,
    VALUES,
    Count,
    Rules,
    Value,
    pay_index,
    phase_of_job,
    rule_row,
)
from ips_econ.population.attributes import (
    AGE_BAND_STARTS,
    AGE_BANDS,
    RETIREMENT_AGE,
    STRATA_PER_GROUP,
    Benefit,
    Diagnosis,
    Service,
)
from ips_econ.population.people import Population, client, from_quantiles, stratum
from ips_econ.population.randomness import Event, person_key, replicate_key, uniform
from ips_econ.tax_benefit.tabulate import PHASES_OF_JOB
from ips_econ.trajectories.benefit_status import (
    PENSION,
    SICKNESS,
    SUPPORT,
    BenefitHazards,
    of_draw,
    review,
)
from ips_econ.trajectories.employment import JobTerms, monthly_wage
from ips_econ.trajectories.hazards import Hazards, phase_of
from ips_econ.trajectories.states import TRIAL_MONTHS
from ips_econ.trajectories.treatment import Treatment, episode_length, hospital_days, paid
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
C_SUBSIDISED, C_OVER_LIMIT = Count.SUBSIDISED_WAGES.value, Count.OVER_LIMIT.value
C_STATUS, C_WORKING, C_POORER = Count.STATUS_0.value, Count.WORKING_0.value, Count.POORER_0.value
C_ENDED = Count.LIFE_ENDED.value
C_PAID_DAYS, C_PAID_VISITS = Count.PAID_DAYS.value, Count.PAID_VISITS.value
C_DISCORDANT = Count.DISCORDANT.value
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

GROUP_MEASURES = (
    Measure.EVER_EMPLOYED_18M,
    Measure.MONTHS_EMPLOYED,
    Measure.NET_INCOME,
    Measure.PARTICIPANT,
    Measure.WELLBEING_COUNTY,
    Measure.PUBLIC_SECTOR,
    Measure.SOCIETY,
)
GROUP_COLUMNS = np.array([measure.value for measure in GROUP_MEASURES])
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
    hazards: Hazards
    population: Population
    benefits: BenefitHazards
    terms: JobTerms
    treatment: Treatment
    death: np.ndarray  # (draw, sex, diagnosis, age in years) per month
    rules: Rules
    prices: Prices
    normal_quantiles: np.ndarray  # (quantile,) of the standard normal


class Totals(NamedTuple):
    """What a block of draws leaves behind.

    ``monthly`` ``(draw, arm, entry year, month, column)`` sums over people of items and counts;
    ``sums`` and ``squares`` ``(draw, control/ips/difference, measure)`` over people; ``group_sums``
    ``(draw, subgroup, arm, group measure)`` and ``group_sizes`` ``(draw, subgroup)``.
    """

    monthly: np.ndarray
    sums: np.ndarray
    squares: np.ndarray
    group_sums: np.ndarray
    group_sizes: np.ndarray


FIRST_YEAR_MONTHS = PHASES_OF_JOB["first_year"]


class History(IntEnum):
    """Columns of a person's history, month by month; zero after the end of life."""

    WORKING = 0
    PAY = 1  # grid point
    BENEFIT = 2
    ROW = 3  # of the rule tables
    IN_SERVICE = 4
    DAYS = 5  # in hospital
    VISITS = 6
    TENURE = 7  # months in the job; zero out of work


class Tables(NamedTuple):
    """The arrays a life indexes, and no others: handing arrays to a step has a price each."""

    items: np.ndarray
    values: np.ndarray
    over_limit: np.ndarray
    municipal_days: np.ndarray
    municipal_shares: np.ndarray
    find: np.ndarray
    reemployment: np.ndarray
    multiplier: np.ndarray
    first_loss: np.ndarray
    later_loss: np.ndarray
    death: np.ndarray
    hours_quantiles: np.ndarray
    normal_quantiles: np.ndarray
    discount: np.ndarray
    ips_payers: np.ndarray
    service_month: np.ndarray
    allowance_month: np.ndarray
    service_payers: np.ndarray
    allowance_payers: np.ndarray
    medication_month: np.ndarray
    treatment_payers: np.ndarray


@step
def tables_of(world):  # type: ignore[no-untyped-def]
    """The arrays of a world that a life indexes."""
    rules, hazards, prices = world.rules, world.hazards, world.prices
    return Tables(
        rules.items,
        rules.values,
        rules.over_limit,
        rules.municipal_days,
        rules.municipal_shares,
        hazards.find,
        hazards.reemployment,
        hazards.multiplier,
        hazards.first_loss,
        hazards.later_loss,
        world.death,
        world.terms.hours_quantiles,
        world.normal_quantiles,
        prices.discount,
        prices.ips_payers,
        prices.service_month,
        prices.allowance_month,
        prices.service_payers,
        prices.allowance_payers,
        prices.medication_month,
        prices.treatment_payers,
    )


class Drawn(NamedTuple):
    """The numbers of one draw that a life reads every month."""

    months: int
    suspension_limit: int
    suspending_job_months: int
    lasting_job_months: int
    sickness_limit: int
    benefits: BenefitHazards
    full_time_share: float
    full_time_hours: float
    hourly_wage: float
    between_job_sd: float
    pay_step: float
    wage_subsidy: float
    subsidy_months: int
    ips_month: float
    inpatient_day: float
    outpatient_visit: float
    episode_days: float
    episode_sigma: float
    allocation_ratio: float
    allocation_months: float
    employment_ratio: float
    cashable: float


@step
def numbers_of(world, d):  # type: ignore[no-untyped-def]
    """The numbers of one draw."""
    return Drawn(
        world.months,
        world.rules.suspension_limit,
        world.rules.suspending_job_months,
        world.rules.lasting_job_months,
        world.rules.sickness_limit_months,
        of_draw(world.benefits, d),
        world.terms.full_time_share[d],
        world.terms.full_time_hours,
        world.terms.hourly_wage[d],
        world.terms.between_job_sd[d],
        world.rules.pay_step,
        world.prices.wage_subsidy,
        world.prices.subsidy_months,
        world.prices.ips_month[d],
        world.prices.inpatient_day[d],
        world.prices.outpatient_visit[d],
        world.treatment.episode_days[d],
        world.treatment.episode_sigma[d],
        world.treatment.allocation_ratio[d],
        world.treatment.allocation_months,
        world.treatment.employment_ratio[d],
        world.treatment.cashable,
    )


@step
def new_pay(key, month, full_time, hours_quantiles, normal_quantiles, drawn, points):  # type: ignore[no-untyped-def]
    """Grid point of the monthly pay of a job that starts in ``month``."""
    hours = drawn.full_time_hours
    if not full_time:
        hours = from_quantiles(uniform(key, month, HOURS), hours_quantiles)
    z = from_quantiles(uniform(key, month, WAGE), normal_quantiles)
    relative = math.exp(drawn.between_job_sd * z)
    return pay_index(monthly_wage(hours, drawn.hourly_wage * relative), drawn.pay_step, points)


class Scratch(NamedTuple):
    """Room that the lives of a block share; what it holds belongs to one person.

    ``u_benefit``, ``u_work``, ``hospital`` ``(month,)``: a person's luck and days in hospital, the
    same in both arms; ``worked`` ``(month,)``: months in work of the control arm; ``flows``
    ``(value,)``: discounted values of the law in one life; ``ips_paid`` ``(payer,)``: discounted
    cost of its IPS; ``measures`` ``(arm, measure)``;
    ``nothing``: no history.
    """

    u_benefit: np.ndarray
    u_work: np.ndarray
    hospital: np.ndarray
    worked: np.ndarray
    flows: np.ndarray
    ips_paid: np.ndarray
    measures: np.ndarray
    nothing: np.ndarray


@step
def meet_luck(d, person, tables, drawn, scratch):  # type: ignore[no-untyped-def]
    """What happens to a person in either arm; returns the months before death or retirement."""
    death, normal_quantiles = tables.death, tables.normal_quantiles
    u_benefit, u_work, hospital = scratch.u_benefit, scratch.u_work, scratch.hospital
    key = person.key
    for t in range(drawn.months):
        u_benefit[t] = uniform(key, t + 1, BENEFIT)
        u_work[t] = uniform(key, t + 1, WORK)
    left = 0.0
    for t in range(drawn.months):
        month = t + 1
        age = int(person.age + t / 12.0)
        if age >= RETIREMENT_AGE or (
            uniform(key, month, DEATH) < death[d, person.woman, person.diagnosis, age]
        ):
            return t
        if left <= 0.0 and uniform(key, month, ADMISSION) < person.admission_prob:
            u_length = uniform(key, month, EPISODE_LENGTH)
            z = from_quantiles(u_length, normal_quantiles)
            left = episode_length(z, drawn.episode_days, drawn.episode_sigma)
        hospital[t] = hospital_days(left)
        left -= hospital[t]
    return drawn.months


@step
def live(d, arm, person, lived, tables, drawn, scratch, monthly, measures, history):  # type: ignore[no-untyped-def]
    """One life in one arm: adds to ``monthly`` and fills ``measures`` and, if asked, ``history``.

    ``monthly`` ``(month, column)``, ``measures`` ``(measure,)``; ``lived`` months. What the law
    makes of a month is added up spell by spell: a spell is months in one cell of the tables, and
    ``held`` its discounted length so far.
    """
    items, values, over_limit = tables.items, tables.values, tables.over_limit
    municipal_days, municipal_shares = tables.municipal_days, tables.municipal_shares
    find, reemployment, multipliers = tables.find, tables.reemployment, tables.multiplier
    first_loss, later_loss = tables.first_loss, tables.later_loss
    hours_quantiles, normal_quantiles = tables.hours_quantiles, tables.normal_quantiles
    discounts, ips_payers, treatment_payers = (
        tables.discount,
        tables.ips_payers,
        tables.treatment_payers,
    )
    service_payers, allowance_payers = tables.service_payers, tables.allowance_payers
    medication = tables.medication_month[d, person.diagnosis]
    u_benefit, u_work, hospital = scratch.u_benefit, scratch.u_work, scratch.hospital
    ips_paid = scratch.ips_paid
    worked, flows = scratch.worked, scratch.flows

    key, y, household = person.key, person.entry_year, person.household
    stratum_row = stratum(person, AGE_BAND_STARTS)
    group = stratum_row // STRATA_PER_GROUP
    uses_service = person.service != NO_SERVICE and not (arm == 1 and person.substituted)
    working, entered, tenure = False, False, 0
    first_job = True
    job_pay, full_time, job_phase = 0, False, FIRST_YEAR
    benefit, months_sick, months_over = person.benefit, 0, 0
    support_days = person.unemployment_days if benefit == SUPPORT else 0.0
    municipal_step, municipal_share = 0, 0.0
    service_left = person.service_months if uses_service else 0
    spell_row, spell_pay, held = 0, -1, 0.0
    net, gross, support = 0.0, 0.0, 0.0
    served, municipal = 0.0, 0.0  # discounted months in a service, discounted euros
    inpatient, outpatient, drugs = 0.0, 0.0, 0.0  # discounted use
    flows[:] = 0.0
    ips_paid[:] = 0.0
    for month in range(1, lived + 1):
        t = month - 1
        benefit_before = benefit
        benefit = review(
            u_benefit[t], benefit, months_sick, drawn.sickness_limit, working, drawn.benefits
        )
        if benefit != benefit_before and benefit != PENSION:
            months_over = 0
        months_sick = months_sick + 1 if benefit == SICKNESS else 0

        now = monthly[t]
        # work: one uniform, low is work (monotone coupling between the arms)
        multiplier = multipliers[d, arm, y, group, t]
        if working:
            when = 0 if month <= TRIAL_MONTHS else 1
            loss = later_loss[d, arm, y, when]
            if first_job:
                loss = first_loss[d, arm, y, when, tenure]
            if u_work[t] >= 1.0 - min(1.0, loss / multiplier):
                working = False
                first_job = False
                months_over = 0
            else:
                tenure += 1
        else:
            found = reemployment[d, arm, y, t]
            if not entered:
                found = find[d, arm, y, phase_of(month), person.low_finder, stratum_row]
            if u_work[t] < min(1.0, found * multiplier):
                working, tenure = True, 1
                if not entered:
                    measures[M_FOUND] = 1.0
                    measures[M_UNTIL] = month
                entered = True
                full_time = uniform(key, month, FULL_TIME) < drawn.full_time_share
                job_pay = new_pay(
                    key, month, full_time, hours_quantiles, normal_quantiles, drawn, items.shape[2]
                )
                # how long it will last is known: luck is a function of the month
                lasts = drawn.lasting_job_months
                for completed in range(1, min(lasts, drawn.months - month + 1)):
                    when = 0 if month + completed <= TRIAL_MONTHS else 1
                    loss = later_loss[d, arm, y, when]
                    if first_job:
                        loss = first_loss[d, arm, y, when, completed]
                    loss = min(1.0, loss / multipliers[d, arm, y, group, t + completed])
                    if u_work[t + completed] >= 1.0 - loss:
                        lasts = completed
                        break
                job_phase = phase_of_job(
                    lasts, drawn.suspending_job_months, drawn.lasting_job_months
                )
                if benefit == SICKNESS:
                    benefit, months_sick = SUPPORT, 0
        pay = job_pay if working else 0

        # a pension rests, or is reduced, while pay exceeds the limit; after so many months it ends
        phase = job_phase if working else FIRST_YEAR
        in_rehabilitation = service_left > 0 and person.service == KELA and not working
        row = rule_row(benefit, person.pension, phase, in_rehabilitation)
        if over_limit[row, pay]:
            months_over += 1
            if months_over > drawn.suspension_limit:
                benefit, months_over = SUPPORT, 0
                row = rule_row(benefit, person.pension, phase, in_rehabilitation)
            else:
                now[C_OVER_LIMIT] += 1.0
                if months_over > FIRST_YEAR_MONTHS:
                    row = rule_row(benefit, person.pension, SECOND_YEAR, in_rehabilitation)

        # posting: taxes and benefits of the month
        discount = discounts[t]
        if row != spell_row or pay != spell_pay:
            if held > 0.0:
                for v in range(VALUES):
                    flows[v] += held * values[spell_row, household, spell_pay, v]
            spell_row, spell_pay, held = row, pay, 0.0
            net = values[row, household, pay, V_NET]
            gross = values[row, household, pay, V_GROSS]
            support = values[row, household, pay, V_SUPPORT]
        held += discount
        if support > 0.0:
            while (
                municipal_step < len(municipal_days)
                and support_days >= municipal_days[municipal_step]
            ):
                municipal_share = municipal_shares[municipal_step]
                municipal_step += 1
            support_days += BENEFIT_DAYS_PER_MONTH
            now[C_MUNICIPAL] += support * municipal_share
            municipal += discount * support * municipal_share
        for i in range(ITEMS):
            now[i] += items[row, household, pay, i]
        now[C_ALIVE] += 1.0
        now[C_STATUS + benefit] += 1.0
        if working:
            now[C_EMPLOYED] += 1.0
            now[C_FULL_TIME if full_time else C_PART_TIME] += 1.0
            now[C_WORKING + benefit] += 1.0
            measures[M_MONTHS] += 1.0
            idle_row = rule_row(benefit, person.pension, FIRST_YEAR, False)
            if net < values[idle_row, household, 0, V_NET]:
                now[C_POORER + benefit] += 1.0
                measures[M_POORER] += 1.0
            if tenure <= drawn.subsidy_months:
                subsidy = discount * drawn.wage_subsidy * gross
                now[C_SUBSIDISED] += gross
                measures[M_PAYER + EMPLOYER] += subsidy
                measures[M_PAYER + MUNICIPALITY] -= subsidy
            for i in range(len(AT_MONTHS)):
                if month == AT_MONTHS[i]:
                    measures[AT_COLUMNS[i]] = 1.0
        if entered:
            now[C_EVER] += 1.0

        if arm == 0:
            worked[t] = working
        elif worked[t] != working:
            now[C_DISCORDANT] += 1.0

        # service contact
        in_service = arm == 1 and month <= person.support_months
        if in_service:
            cost = discount * drawn.ips_month
            now[C_IN_SERVICE] += 1.0
            measures[M_SERVICE] += cost
            measures[M_PROGRAMME] += cost
            calendar = y + t // 12
            for p in range(N_PAYERS):
                ips_paid[p] += cost * ips_payers[calendar, p]
        if service_left > 0 and not working:
            service_left -= 1
            served += discount
            now[C_SERVICE + person.service] += 1.0

        # treatment use
        days = hospital[t]
        ratio = drawn.allocation_ratio if arm == 1 and month <= drawn.allocation_months else 1.0
        changed = hospital_days(days * ratio)
        paid_days = paid(days, changed, drawn.cashable)
        days = changed
        changed = person.visits_month * (drawn.employment_ratio if working else 1.0)
        paid_visits = paid(person.visits_month, changed, drawn.cashable)
        visits = changed
        now[C_DAYS] += days
        now[C_VISITS] += visits
        now[C_PAID_DAYS] += paid_days
        now[C_PAID_VISITS] += paid_visits
        now[C_MEDICATION] += medication
        measures[M_DAYS] += days
        measures[M_VISITS] += visits
        inpatient += discount * paid_days
        outpatient += discount * paid_visits
        drugs += discount * medication
        if history.shape[0] > 0:
            history[t, History.WORKING] = working
            history[t, History.PAY] = pay
            history[t, History.BENEFIT] = benefit
            history[t, History.ROW] = row
            history[t, History.IN_SERVICE] = in_service
            history[t, History.DAYS] = days
            history[t, History.VISITS] = visits
            history[t, History.TENURE] = tenure if working else 0
    for t in range(lived, drawn.months):
        monthly[t, C_ENDED] += 1.0
        if entered:
            monthly[t, C_EVER] += 1.0

    # what was added up over the life
    if held > 0.0:
        for v in range(VALUES):
            flows[v] += held * values[spell_row, household, spell_pay, v]
    cost = served * tables.service_month[d, person.service]
    allowance = served * tables.allowance_month[d, person.service]
    inpatient *= drawn.inpatient_day
    outpatient *= drawn.outpatient_visit
    measures[M_NET] = flows[V_NET] + allowance
    measures[M_BENEFITS] = flows[V_BENEFITS] + allowance
    measures[M_TAXES] = flows[V_TAXES]
    measures[M_GROSS] = flows[V_GROSS]
    measures[M_SERVICE] += cost
    measures[M_TREATMENT] = inpatient + outpatient + drugs
    measures[M_PAYER + PARTICIPANT] += allowance
    measures[M_PAYER + MUNICIPALITY] -= municipal
    measures[M_PAYER + STATE] += municipal
    for p in range(N_PAYERS):
        measures[M_PAYER + p] += (
            flows[p]
            - (cost * service_payers[person.service, p] + ips_paid[p])
            - allowance * allowance_payers[person.service, p]
            - inpatient * treatment_payers[0, p]
            - outpatient * treatment_payers[1, p]
            - drugs * treatment_payers[2, p]
        )
    for i in range(len(EVER_MONTHS)):
        if entered and measures[M_UNTIL] <= EVER_MONTHS[i]:
            measures[M_EVER + i] = 1.0
    for p in PUBLIC:
        measures[M_PUBLIC] += measures[M_PAYER + p]
    for p in range(N_PAYERS):
        measures[M_SOCIETY] += measures[M_PAYER + p]


@step
def add_to_group(group, d, measures, totals):  # type: ignore[no-untyped-def]
    """Add a person's measures ``(arm, measure)`` to a subgroup."""
    totals.group_sizes[d, group] += 1
    for arm in range(2):
        for k in range(len(GROUP_COLUMNS)):
            totals.group_sums[d, group, arm, k] += measures[arm, GROUP_COLUMNS[k]]


@compiled_without_allocation
def walk(world, totals, scratch):  # type: ignore[no-untyped-def]
    """Live and post every person of every draw of a block; adds into ``totals``."""
    tables, population, measures = tables_of(world), world.population, scratch.measures
    for d in range(len(world.replicates)):
        replicate = replicate_key(world.seed, world.replicates[d])
        drawn = numbers_of(world, d)
        for i in range(world.people):
            person = client(person_key(replicate, i), d, population)
            lived = meet_luck(d, person, tables, drawn, scratch)
            measures[:] = 0.0
            for arm in range(2):
                posted = totals.monthly[d, arm, person.entry_year]
                life = measures[arm]
                live(d, arm, person, lived, tables, drawn, scratch, posted, life, scratch.nothing)
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


@compiled_without_allocation
def walk_with_histories(world, totals, scratch, measures, histories):  # type: ignore[no-untyped-def]
    """The same lives with every person kept: for traces and tests, a second call with same keys.

    ``measures`` ``(draw, person, arm, measure)`` and ``histories`` ``(draw, person, arm, month,
    column)`` are filled in place.
    """
    tables, population = tables_of(world), world.population
    for d in range(len(world.replicates)):
        replicate = replicate_key(world.seed, world.replicates[d])
        drawn = numbers_of(world, d)
        for i in range(world.people):
            person = client(person_key(replicate, i), d, population)
            lived = meet_luck(d, person, tables, drawn, scratch)
            for arm in range(2):
                posted = totals.monthly[d, arm, person.entry_year]
                life, history = measures[d, i, arm], histories[d, i, arm]
                live(d, arm, person, lived, tables, drawn, scratch, posted, life, history)


def new_scratch(world: World) -> Scratch:
    """Room for the lives of one block."""
    months = world.months
    return Scratch(
        u_benefit=np.zeros(months),
        u_work=np.zeros(months),
        hospital=np.zeros(months),
        worked=np.zeros(months, dtype=np.bool_),
        flows=np.zeros(VALUES),
        ips_paid=np.zeros(N_PAYERS),
        measures=np.zeros((2, MEASURES)),
        nothing=np.zeros((0, len(History))),
    )


def empty_totals(world: World) -> Totals:
    """Zeroed totals for a block."""
    draws = len(world.replicates)
    return Totals(
        monthly=np.zeros((draws, 2, len(world.population.entry_year), world.months, COLUMNS)),
        sums=np.zeros((draws, 3, MEASURES)),
        squares=np.zeros((draws, 3, MEASURES)),
        group_sums=np.zeros((draws, SUBGROUPS, 2, len(GROUP_MEASURES))),
        group_sizes=np.zeros((draws, SUBGROUPS), dtype=np.int64),
    )


def live_block(world: World) -> Totals:
    """Simulate one block of draws."""
    totals = empty_totals(world)
    walk(world, totals, new_scratch(world))
    return totals


def trace_block(world: World) -> tuple[Totals, np.ndarray, np.ndarray]:
    """Simulate one block keeping every person: totals, measures and histories."""
    totals = empty_totals(world)
    draws = len(world.replicates)
    measures = np.zeros((draws, world.people, 2, MEASURES))
    histories = np.zeros((draws, world.people, 2, world.months, len(History)))
    walk_with_histories(world, totals, new_scratch(world), measures, histories)
    return totals, measures, histories
