"""From a scenario and its draws to the tables that clients are sampled from."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import gammaincinv, ndtr, ndtri

from ips_econ.errors import InputError
from ips_econ.parameters.distributions import quantile_function
from ips_econ.parameters.draws import ParameterDraws
from ips_econ.parameters.fitting import FitError
from ips_econ.parameters.schema import Distribution
from ips_econ.population.attributes import Benefit, Diagnosis, Service
from ips_econ.population.people import Population
from ips_econ.scenario.schema import Scenario

QUANTILES = 4096
MIDPOINTS = (np.arange(QUANTILES) + 0.5) / QUANTILES

BENEFIT_NAMES = {
    Benefit.NONE: "none",
    Benefit.UNEMPLOYMENT_SUPPORT: "general_support",
    Benefit.SICKNESS_ALLOWANCE: "sickness_allowance",
    Benefit.REHABILITATION_SUBSIDY: "rehabilitation_subsidy",
    Benefit.DISABILITY_PENSION: "disability_pension",
}
PENSION_LEVELS = ("low", "middle", "high")


@lru_cache
def truncated_normal_quantiles(mean: float, sd: float, low: float, high: float) -> np.ndarray:
    """Mid-point quantiles ``(quantile,)`` of a normal with that mean and sd, then cut off."""
    bottom, top = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
    return np.clip(mean + sd * ndtri(bottom + MIDPOINTS * (top - bottom)), low, high)


@lru_cache
def age_quantiles(mean: float, sd: float, youngest: int, oldest: int) -> np.ndarray:
    """Mid-point quantiles ``(quantile,)`` of age at entry, with the stated mean and sd themselves.

    Ages run from ``youngest`` to the last day at which a client is ``oldest`` years old.
    """
    end = oldest + 1.0
    cut = Distribution(family="truncated_normal", value_is="mean", sd=sd, low=youngest, high=end)
    try:
        quantiles = quantile_function(cut, mean)
    except FitError:
        raise InputError(
            f"no ages between {youngest} and {oldest} have this mean and standard deviation; give "
            "a smaller sd_age, or other limits",
            key="population.sd_age",
            found=f"mean_age {mean:g}, sd_age {sd:g}",
        ) from None
    return np.clip(quantiles(MIDPOINTS), youngest, end - 1e-9)


@lru_cache
def gamma_quantiles(shape: float) -> np.ndarray:
    """Mid-point quantiles ``(quantile,)`` of a gamma with mean one; the table's mean is one too."""
    quantiles = gammaincinv(shape, MIDPOINTS) / shape
    return quantiles / quantiles.mean()


@lru_cache
def normal_quantiles() -> np.ndarray:
    """Mid-point quantiles ``(quantile,)`` of the standard normal."""
    return np.asarray(ndtri(MIDPOINTS))


def entry_year_shares(scenario: Scenario) -> np.ndarray:
    """Share of all clients entering in each programme year ``(entry year,)``: as coaches are."""
    coaches = np.array(scenario.programme.coaches, dtype=float)
    return coaches / coaches.sum()


def by_diagnosis(draws: ParameterDraws, stem: str) -> np.ndarray:
    """Columns ``stem_<diagnosis>`` as ``(draw, diagnosis)``."""
    return np.stack([draws.column(f"{stem}_{d.name.lower()}") for d in Diagnosis], axis=1)


def population_tables(scenario: Scenario, draws: ParameterDraws) -> Population:
    """What the clients of a block of draws are sampled from."""
    clients = scenario.population
    levels = draws.table("benefits.earnings_related_pension_level_shares")
    services = draws.table("comparator.service_shares")
    mix = np.stack([services[service.name.lower()] for service in Service], axis=1)
    service_months = [
        draws.column(f"comparator.{service.name.lower()}_months")
        for service in Service
        if service is not Service.NONE
    ]
    service_months.append(np.ones(len(draws)))
    return Population(
        age_quantiles=age_quantiles(
            clients.mean_age, clients.sd_age, clients.min_age, clients.max_age
        ),
        female_share=clients.female_share,
        diagnosis=np.cumsum([clients.diagnosis[d.name.lower()] for d in Diagnosis]),
        recent_work_share=clients.recent_work_share,
        higher_education_share=clients.higher_education_share,
        benefit=np.cumsum([clients.benefit_at_entry[BENEFIT_NAMES[b]] for b in Benefit]),
        pension_national_only_share=clients.pension_national_only_share,
        entry_year=np.cumsum(entry_year_shares(scenario)),
        unemployment_days=float(clients.unemployment_days_at_entry),
        frailty_quantiles=gamma_quantiles(draws.number("treatment.frailty_shape")),
        low_share=draws.column("employment.low_finder_share"),
        pension_level=np.cumsum(np.stack([levels[n] for n in PENSION_LEVELS], axis=1), axis=1),
        housing_allowance=draws.column("benefits.housing_allowance_take_up"),
        social_assistance=draws.column("benefits.social_assistance_take_up"),
        care_allowance=draws.column("benefits.care_allowance_share"),
        service=np.cumsum(mix, axis=1),
        service_months=np.stack(service_months, axis=1),
        substitution=draws.column("comparator.substitution_share"),
        months_in_service=draws.column("programme.mean_months_in_service"),
        admission_rate=by_diagnosis(draws, "treatment.admission_rate"),
        visits=by_diagnosis(draws, "treatment.visits_year"),
    )
