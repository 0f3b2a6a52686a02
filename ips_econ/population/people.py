"""The clients: covariates sampled per person from the scenario's shares, one uniform each."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ips_econ.compilation import step
from ips_econ.population.randomness import Event, uniform

AGE, SEX, DIAGNOSIS = Event.AGE.value, Event.SEX.value, Event.DIAGNOSIS.value
JOB_FINDING_CLASS = Event.JOB_FINDING_CLASS.value
RECENT_WORK, HIGHER_EDUCATION = Event.RECENT_WORK.value, Event.HIGHER_EDUCATION.value
BENEFIT_AT_ENTRY = Event.BENEFIT_AT_ENTRY.value
PENSION_KIND, PENSION_LEVEL = Event.PENSION_KIND.value, Event.PENSION_LEVEL.value
HOUSING_ALLOWANCE = Event.HOUSING_ALLOWANCE.value
SOCIAL_ASSISTANCE = Event.SOCIAL_ASSISTANCE.value
CARE_ALLOWANCE = Event.CARE_ALLOWANCE.value
COMPARATOR_SERVICE = Event.COMPARATOR_SERVICE.value
COMPARATOR_LENGTH = Event.COMPARATOR_LENGTH.value
SUBSTITUTION, SUPPORT_LENGTH = Event.SUBSTITUTION.value, Event.SUPPORT_LENGTH.value
ADMISSION_FRAILTY, VISIT_FRAILTY = Event.ADMISSION_FRAILTY.value, Event.VISIT_FRAILTY.value
ENTRY_YEAR, UNEMPLOYMENT_DAYS = Event.ENTRY_YEAR.value, Event.UNEMPLOYMENT_DAYS.value


class Population(NamedTuple):
    """What clients are sampled from. Shares accumulate to one; ``(draw, …)`` where sampled."""

    age_quantiles: np.ndarray  # (quantile,) years at entry
    female_share: float
    diagnosis: np.ndarray  # (diagnosis,) cumulative
    recent_work_share: float
    higher_education_share: float
    benefit: np.ndarray  # (benefit,) cumulative
    pension_national_only_share: float
    entry_year: np.ndarray  # (entry year,) cumulative share of intake
    unemployment_days: float  # mean at entry of those on unemployment support
    frailty_quantiles: np.ndarray  # (quantile,) mean one
    low_share: np.ndarray  # (draw,) harder finders of work
    pension_level: np.ndarray  # (draw, level) cumulative
    housing_allowance: np.ndarray  # (draw,) take-up
    social_assistance: np.ndarray  # (draw,) take-up
    care_allowance: np.ndarray  # (draw,) share of pension recipients
    service: np.ndarray  # (draw, service) cumulative shares of the comparator mix
    service_months: np.ndarray  # (draw, service) mean duration
    substitution: np.ndarray  # (draw,) share whose comparator service IPS replaces
    months_in_service: np.ndarray  # (draw,) mean duration of IPS
    admission_rate: np.ndarray  # (draw, diagnosis) per year
    visits: np.ndarray  # (draw, diagnosis) per year


class Client(NamedTuple):
    """One simulated client at entry."""

    key: np.uint64
    age: float
    woman: int
    diagnosis: int
    low_finder: int
    recent_work: int
    higher_education: int
    benefit: int
    pension: int  # 0 national and guarantee pension, 1-3 earnings-related level
    household: int  # row of the rule tables: take-ups and care allowance
    entry_year: int
    unemployment_days: float
    service: int
    service_months: int
    substituted: bool
    support_months: int
    admission_prob: float  # per month
    visits_month: float


@step
def category(u, cumulative):  # type: ignore[no-untyped-def]
    """Index of the category a uniform falls in, given cumulative shares."""
    last = len(cumulative) - 1
    for i in range(last):
        if u < cumulative[i]:
            return i
    return last


@step
def from_quantiles(u, quantiles):  # type: ignore[no-untyped-def]
    """Value at a uniform from a table of mid-point quantiles."""
    return quantiles[int(u * len(quantiles))]


@step
def duration_months(u, mean_months):  # type: ignore[no-untyped-def]
    """Whole months (at least one) of a spell with a constant chance of ending and a given mean."""
    if mean_months <= 1.0:
        return 1
    return 1 + int(math.log1p(-u) / math.log1p(-1.0 / mean_months))


@step
def client(key, d, population):  # type: ignore[no-untyped-def]
    """The person behind a key, in draw ``d``."""
    diagnosis = category(uniform(key, 0, DIAGNOSIS), population.diagnosis)
    benefit = category(uniform(key, 0, BENEFIT_AT_ENTRY), population.benefit)
    pension = 0
    if uniform(key, 0, PENSION_KIND) >= population.pension_national_only_share:
        pension = 1 + category(uniform(key, 0, PENSION_LEVEL), population.pension_level[d])
    household = (
        4 * int(uniform(key, 0, HOUSING_ALLOWANCE) < population.housing_allowance[d])
        + 2 * int(uniform(key, 0, SOCIAL_ASSISTANCE) < population.social_assistance[d])
        + int(uniform(key, 0, CARE_ALLOWANCE) < population.care_allowance[d])
    )
    service = category(uniform(key, 0, COMPARATOR_SERVICE), population.service[d])
    days = -population.unemployment_days * math.log1p(-uniform(key, 0, UNEMPLOYMENT_DAYS))
    frailty = from_quantiles(uniform(key, 0, ADMISSION_FRAILTY), population.frailty_quantiles)
    visiting = from_quantiles(uniform(key, 0, VISIT_FRAILTY), population.frailty_quantiles)
    return Client(
        key,
        from_quantiles(uniform(key, 0, AGE), population.age_quantiles),
        int(uniform(key, 0, SEX) < population.female_share),
        diagnosis,
        int(uniform(key, 0, JOB_FINDING_CLASS) < population.low_share[d]),
        int(uniform(key, 0, RECENT_WORK) < population.recent_work_share),
        int(uniform(key, 0, HIGHER_EDUCATION) < population.higher_education_share),
        benefit,
        pension,
        household,
        category(uniform(key, 0, ENTRY_YEAR), population.entry_year),
        days,
        service,
        duration_months(uniform(key, 0, COMPARATOR_LENGTH), population.service_months[d, service]),
        uniform(key, 0, SUBSTITUTION) < population.substitution[d],
        duration_months(uniform(key, 0, SUPPORT_LENGTH), population.months_in_service[d]),
        -math.expm1(-population.admission_rate[d, diagnosis] * frailty / 12.0),
        population.visits[d, diagnosis] * visiting / 12.0,
    )


@step
def stratum(person, age_band_starts):  # type: ignore[no-untyped-def]
    """Row of the hazard tables: group of diagnosis, age band, recent work, education, pension."""
    band = 0
    for i in range(1, len(age_band_starts)):
        if person.age >= age_band_starts[i]:
            band = i
    common = int(person.diagnosis == 2)
    on_pension = int(person.benefit >= 3)  # fixed-term or permanent
    index = ((common * len(age_band_starts) + band) * 2 + person.recent_work) * 2
    return (index + person.higher_education) * 2 + on_pension
