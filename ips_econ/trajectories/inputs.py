"""From a scenario and its draws to the inputs of every process of a life."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from ips_econ.parameters.draws import ParameterDraws
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.population.attributes import (
    AGE_BAND_MIDPOINTS,
    AGE_BAND_STARTS,
    RETIREMENT_AGE,
    stratum_axes,
)
from ips_econ.population.sampling import (
    by_diagnosis,
    truncated_normal_quantiles,
)
from ips_econ.scenario.schema import Scenario
from ips_econ.trajectories.benefit_status import BenefitHazards
from ips_econ.trajectories.employment import JobTerms
from ips_econ.trajectories.hazards import EmploymentDraws, Path, Persistence
from ips_econ.trajectories.states import TRIAL_MONTHS
from ips_econ.trajectories.treatment import Treatment
from ips_econ.units import MONTHS_PER_YEAR

EFFECT_IDS = {
    "outside_us": "effect.competitive_work_ratio",
    "optimistic": "effect.competitive_work_ratio_optimistic",
    "nordic": "effect.competitive_work_ratio_nordic",
    "sceptical": "effect.competitive_work_ratio_sceptical",
}


class Reference(NamedTuple):
    """The trials' clients: the population on which published levels are solved."""

    mean_age: float
    sd_age: float
    recent_work: float
    higher_education: float
    disability_pension: float
    unemployment_rate: float
    weights: np.ndarray  # (stratum of a group,)


def reference_population(draws: ParameterDraws) -> Reference:
    """Means and stratum weights of the reference population."""

    def fixed(name: str) -> float:
        return draws.number(f"employment.reference_{name}")

    mean, sd = fixed("mean_age"), fixed("sd_age")
    work, education = fixed("recent_work_share"), fixed("higher_education_share")
    pension = fixed("disability_pension_share")
    edges = ndtr((np.append(AGE_BAND_STARTS, RETIREMENT_AGE) - mean) / sd)
    ages = np.diff(edges) / (edges[-1] - edges[0])
    band, worked, educated, pensioned = stratum_axes()
    weights = (
        ages[band]
        * np.where(worked, work, 1 - work)
        * np.where(educated, education, 1 - education)
        * np.where(pensioned, pension, 1 - pension)
    )
    rate = fixed("unemployment_rate")
    return Reference(mean, sd, work, education, pension, rate, weights / weights.sum())


def log_odds_scores(draws: ParameterDraws, reference: Reference) -> np.ndarray:
    """Log odds of finding work by stratum ``(draw, stratum of a group)``, centred on the means."""
    band, worked, educated, pensioned = stratum_axes()

    def effect(name: str, distance: np.ndarray) -> np.ndarray:
        return np.log(draws.column(f"employment.{name}"))[:, None] * distance[None, :]

    return (
        effect("age_odds_per_year", AGE_BAND_MIDPOINTS[band] - reference.mean_age)
        + effect("recent_work_odds", worked - reference.recent_work)
        + effect("higher_education_odds", educated - reference.higher_education)
        + effect("disability_pension_odds", pensioned - reference.disability_pension)
    )


def unemployment_ratio(
    scenario: Scenario, draws: ParameterDraws, reference: Reference
) -> np.ndarray:
    """Local unemployment relative to the trials' ``(draw,)``, in survey terms."""
    rate = np.full(len(draws), scenario.region.unemployment_rate)
    if scenario.region.unemployment_measure == "register":
        rate = rate * draws.column("employment.register_to_survey_unemployment")
    return rate / reference.unemployment_rate


def caseload_points(caseload: float) -> float:
    """Points of the caseload item of the 25-item fidelity scale, 1-5."""
    limits = (20.0, 25.0, 30.0, 40.0)
    return 5.0 - sum(caseload > limit for limit in limits)


def share_at_fidelity(score: float, draws: ParameterDraws) -> np.ndarray:
    """Share of the trials' effect at a fidelity score ``(draw,)``.

    Straight lines through the published bands: the low share where fair begins, the fair share at
    the middle of its band, all of it from good on (row 26; bands, so that a point never matters
    more than its part of a band).
    """
    good, fair = (draws.number(f"effect.fidelity_{band}_from") for band in ("good", "fair"))
    low, middle = (
        draws.column("effect.fidelity_low_share"),
        draws.column("effect.fidelity_fair_share"),
    )
    centre = 0.5 * (fair + good)
    if score >= good:
        return np.ones(len(draws))
    if score >= centre:
        return middle + (1.0 - middle) * (score - centre) / (good - centre)
    if score >= fair:
        return low + (middle - low) * (score - fair) / (centre - fair)
    return low


def effect_share(scenario: Scenario, draws: ParameterDraws) -> np.ndarray:
    """Share of the trials' effect realised here ``(draw, entry year)``, between zero and one.

    Of fidelity (row 26) and start-up (row 27) the smaller applies. A caseload above 20 costs the
    points of its fidelity item and, beyond that, effect; support that is shorter than in trials
    costs effect; a comparator that already contains part of IPS leaves less. Never above the
    trial level.
    """
    programme = scenario.programme
    full = np.ones(len(draws))
    lost_points = 5.0 - caseload_points(programme.caseload)
    shares = []
    for year, fidelity in enumerate(programme.fidelity):
        by_fidelity = share_at_fidelity(fidelity - lost_points, draws)
        age = programme.start_up_year + year
        started = draws.column(f"effect.start_up_year_{age}_share") if age <= 2 else full
        shares.append(np.minimum(by_fidelity, started))
    without_loss = draws.column("effect.caseload_without_loss")
    crowding = np.minimum(1.0, without_loss / programme.caseload) ** draws.column(
        "effect.caseload_exponent"
    )
    months = draws.column("programme.mean_months_in_service")
    support = np.minimum(1.0, months / draws.column("effect.months_for_full_effect"))
    likeness = 1.0 - scenario.comparator.ips_likeness
    return np.stack(shares, axis=1) * (crowding * support)[:, None] * likeness


def persistence_path(
    shape: Persistence, library: ParameterLibrary, scenario: Scenario, draws: ParameterDraws
) -> Path:
    """Months and shares of the peak gap of a shape of persistence."""
    if shape is Persistence.SUSTAINED:
        at_36 = draws.column("effect.gap_left_month_36")
        at_60 = np.minimum(at_36, draws.column("effect.gap_left_month_60"))
        zero = draws.number("effect.gap_zero_month")
        knots = np.stack([at_36, at_60, np.zeros(len(draws))], axis=1)
        return Path(shape, np.array([36.0, 60.0, zero]), knots)
    if shape is Persistence.HAZARDS_ONLY:
        return Path(shape, np.zeros(0), np.zeros((len(draws), 0)))
    table = library.table(
        f"effect.persistence_{shape.name.lower()}", scenario.economics.policy_date, "share"
    )
    later = sorted((float(m), share) for m, share in table.items() if float(m) > TRIAL_MONTHS)
    shares = np.tile([share for _, share in later], (len(draws), 1))
    return Path(shape, np.array([month for month, _ in later]), shares)


def employment_draws(
    scenario: Scenario,
    draws: ParameterDraws,
    reference: Reference,
) -> EmploymentDraws:
    """Everything the hazards of work are solved from."""

    def groups(severe: str, common: str) -> np.ndarray:
        return np.stack([draws.column(severe), draws.column(common)], axis=1)

    column = draws.column
    ratio = unemployment_ratio(scenario, draws, reference)
    return EmploymentDraws(
        control_level=groups(
            "effect.control_ever_employed_18m_severe", "effect.control_ever_employed_18m_common"
        ),
        ratio=groups(EFFECT_IDS[scenario.economics.effect], "effect.competitive_work_ratio_common"),
        trial_control=groups("effect.trial_control_level", "effect.trial_control_level_common"),
        log_odds_shift=column("effect.unemployment_interaction") * np.log2(ratio),
        maximum_level=column("effect.maximum_ever_employed_18m"),
        share_by_month_9=column("effect.found_by_month_9_share"),
        late_ratio=column("effect.late_entry_ratio"),
        job_loss_ratio=column("effect.job_loss_ratio"),
        job_loss_rate=column("employment.job_loss_rate_month"),
        job_loss_shape=column("employment.job_loss_shape"),
        jobs_per_person=column("employment.jobs_per_person_24m"),
        reemployment=column("employment.reemployment_rate_month"),
        reemployment_without=column("employment.reemployment_ratio_without_service"),
        low_share=column("employment.low_finder_share"),
        low_ratio=column("employment.low_finder_hazard_ratio"),
        score=log_odds_scores(draws, reference),
        unemployment_factor=ratio ** column("employment.unemployment_elasticity"),
        months_in_service=column("programme.mean_months_in_service"),
        effect_share=effect_share(scenario, draws),
    )


def probability(rate: np.ndarray, months_per_period: float = 1.0) -> np.ndarray:
    """Monthly probabilities of rates per period of so many months."""
    return -np.expm1(-rate / months_per_period)


def benefit_hazards(draws: ParameterDraws) -> BenefitHazards:
    """Monthly probabilities of the benefit process."""
    start = draws.column("benefits.pension_start_rate_year")
    sickness = draws.column("benefits.sickness_allowance_start_rate")
    to_pension = draws.column("benefits.sickness_to_pension_share")
    in_work = draws.column("benefits.pension_hazard_ratio_in_work")
    # out of work pensions begin directly and through sickness allowance; in work at the same rate
    all_routes = start + MONTHS_PER_YEAR * sickness * to_pension
    return BenefitHazards(
        sickness_start=probability(sickness),
        sickness_end=probability(draws.column("benefits.sickness_allowance_end_rate")),
        sickness_to_pension=to_pension,
        pension_start=probability(start, MONTHS_PER_YEAR),
        pension_start_in_work=probability(all_routes * in_work, MONTHS_PER_YEAR),
        subsidy_permanent=probability(
            draws.column("benefits.rehabilitation_subsidy_permanent_rate")
        ),
        subsidy_end=probability(draws.column("benefits.rehabilitation_subsidy_end_rate")),
        pension_end=probability(draws.column("benefits.pension_end_rate_year"), MONTHS_PER_YEAR),
    )


def job_terms(scenario: Scenario, draws: ParameterDraws) -> JobTerms:
    """Hours and pay; the position in the entry-level wage distribution is drawn."""

    def fixed(name: str) -> float:
        return draws.number(f"wages.{name}")

    position = ndtri(draws.column("wages.position") / 100.0)
    median = draws.column("wages.entry_hourly_median") * scenario.region.wage_index
    return JobTerms(
        full_time_share=draws.column("wages.full_time_share"),
        full_time_hours=fixed("full_time_hours"),
        hours_quantiles=truncated_normal_quantiles(
            fixed("part_time_hours_mean"),
            fixed("part_time_hours_sd"),
            fixed("part_time_hours_min"),
            fixed("part_time_hours_max"),
        ),
        hourly_wage=median * np.exp(draws.column("wages.entry_hourly_sigma") * position),
        between_job_sd=draws.column("wages.between_job_sd"),
    )


def treatment_inputs(scenario: Scenario, draws: ParameterDraws) -> Treatment:
    """Treatment use, with the one route the scenario switches on."""
    route = scenario.economics.treatment_route
    none = np.ones(len(draws))
    return Treatment(
        episode_days=draws.column("treatment.episode_days"),
        episode_sigma=draws.column("treatment.episode_days_sigma"),
        allocation_ratio=(
            draws.column("treatment.allocation_inpatient_ratio") if route == "allocation" else none
        ),
        allocation_months=draws.number("treatment.allocation_months"),
        employment_ratio=(
            draws.column("treatment.employment_outpatient_ratio") if route == "employment" else none
        ),
        cashable=scenario.economics.cashable_share,
    )


def death_probabilities(draws: ParameterDraws) -> np.ndarray:
    """Monthly probability of death ``(draw, sex, diagnosis, age in years)`` below retirement.

    The standardised mortality ratio multiplies the hazard -ln(1 - q) of the life table.
    """
    ratios = by_diagnosis(draws, "mortality.smr")
    ages = np.arange(RETIREMENT_AGE + 1)
    hazards = []
    for sex in ("men", "women"):
        table = draws.table(f"mortality.annual_probability_{sex}")
        starts = np.array(sorted(int(age) for age in table))
        annual = np.stack([table[str(start)] for start in starts], axis=1)
        band = np.clip(np.searchsorted(starts, ages, side="right") - 1, 0, None)
        hazards.append(-np.log1p(-annual[:, band]))
    rate = np.stack(hazards, axis=1)[:, :, None, :] * ratios[:, None, :, None]
    return np.ascontiguousarray(probability(rate, MONTHS_PER_YEAR))
