"""Outcomes and perspectives: what the draws of a run say, with their uncertainty.

Percentiles and probabilities are about parameters: the variance that people's luck leaves in a
draw's mean is estimated from the spread between people and taken out of every spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ips_econ.evaluation.blocks import Arrays, Plan
from ips_econ.evaluation.statistics import (
    NO_STAT,
    Stat,
    luck_variance,
    monte_carlo_error,
    ratio_stat,
    shrinkage,
    stat,
    without_luck,
)
from ips_econ.ledger.accounts import PAYERS, PERSPECTIVES, perspective_matrix
from ips_econ.ledger.streams import IPS_CATEGORIES
from ips_econ.ledger.walk import AT_MONTHS, EVER_MONTHS, Measure
from ips_econ.units import discount_factor

SCHEMA_VERSION = 1
CONTROL, IPS, DIFFERENCE = 0, 1, 2
ARMS = ("control", "ips", "difference")
SMALLEST_GROUP = 5
NOTHING_EUR = 1e-6

DISCOUNTED = "EUR per person entering, present value"
UNITS = {
    "ever_employed_12m": "share",
    "ever_employed_18m": "share",
    "ever_employed_24m": "share",
    "employed_at_12m": "share",
    "employed_at_18m": "share",
    "employed_at_24m": "share",
    "employed_at_60m": "share",
    "months_employed": "months within the horizon",
    "months_to_first_job": "months, among those who find one within the horizon",
    "gross_earnings": DISCOUNTED,
    "net_income": DISCOUNTED,
    "benefits_received": DISCOUNTED,
    "taxes_paid": DISCOUNTED,
    "inpatient_days": "days within the horizon",
    "outpatient_visits": "visits within the horizon",
    "treatment_cost": DISCOUNTED,
    "service_cost": DISCOUNTED,
    "months_poorer": "months in work that leave the client poorer than no job",
    "cost_per_additional_person_employed": (
        "EUR of service cost per additional person ever employed by month 18"
    ),
    "cost_per_additional_month_employed": "EUR of service cost per additional month of work",
}
HORIZON_OF = {
    **{f"ever_employed_{month}m": int(month) for month in EVER_MONTHS},
    **{f"employed_at_{month}m": int(month) for month in AT_MONTHS},
}
RATIOS = {
    "cost_per_additional_person_employed": Measure.EVER_EMPLOYED_18M,
    "cost_per_additional_month_employed": Measure.MONTHS_EMPLOYED,
}


@dataclass(frozen=True)
class Draws:
    """The joined blocks of a run: what every draw left behind, and how to read it."""

    plan: Plan
    blocks: Arrays

    @property
    def people(self) -> int:
        """People per draw."""
        return self.plan.scenario.run.people

    @property
    def scrambling(self) -> np.ndarray:
        """Scrambling group of each draw."""
        return self.plan.draws.scrambling

    @cached_property
    def means(self) -> np.ndarray:
        """Person means ``(draw, control/ips/difference, measure)``."""
        return np.asarray(self.blocks["sums"] / self.people)

    @cached_property
    def luck(self) -> np.ndarray:
        """Luck variance ``(control/ips/difference, measure)`` of those means."""
        return luck_variance(self.blocks["sums"], self.blocks["squares"], self.people)

    def exists(self, metric: str) -> bool:
        """Whether a metric's month lies within the horizon."""
        return HORIZON_OF.get(metric, 0) <= self.plan.months

    def values(self, metric: str, arm: int) -> np.ndarray:
        """A metric's draws, as person means ``(draw,)``."""
        if metric == "months_to_first_job":
            if arm == DIFFERENCE:
                return self.values(metric, IPS) - self.values(metric, CONTROL)
            found = self.means[:, arm, Measure.FOUND_WORK]
            until = self.means[:, arm, Measure.MONTHS_UNTIL_FOUND]
            return np.divide(until, found, out=np.full_like(found, np.nan), where=found > 0)
        return np.asarray(self.means[:, arm, Measure[metric.upper()]])

    def luck_of(self, metric: str, arm: int) -> float:
        """Luck variance of a metric's draws; not known for ratios."""
        if metric == "months_to_first_job":
            return 0.0
        return float(self.luck[arm, Measure[metric.upper()]])

    def clean(self, metric: str, arm: int) -> np.ndarray:
        """A metric's draws with the luck taken out."""
        return without_luck(self.values(metric, arm), self.luck_of(metric, arm))

    @cached_property
    def net_present_value(self) -> np.ndarray:
        """Difference by perspective ``(draw, perspective)``, luck taken out."""
        return np.stack([self.clean(measure_of(p), DIFFERENCE) for p in PERSPECTIVES], axis=1)

    @cached_property
    def programme_cost(self) -> np.ndarray:
        """Cost of IPS borne by each perspective ``(draw, perspective)``, present value."""
        by_payer = np.zeros((len(self.means), len(PAYERS)))
        present = self.blocks["present"][:, IPS]
        for index, line in enumerate(self.plan.lines):
            if self.plan.categories[line.category].name in IPS_CATEGORIES:
                by_payer[:, line.payer] -= present[:, index]
        return np.asarray(by_payer @ perspective_matrix().T)

    @cached_property
    def cumulative(self) -> np.ndarray:
        """Cumulative discounted difference ``(draw, month, perspective)``, luck taken out."""
        rate = self.plan.scenario.economics.discount_rate
        discount = np.array([discount_factor(m, rate) for m in range(1, self.plan.months + 1)])
        flows = self.blocks["payer_month"] * discount[None, :, None]
        paths = np.cumsum(flows, axis=1) @ perspective_matrix().T
        for index, name in enumerate(PERSPECTIVES):
            metric = measure_of(name)
            factor = shrinkage(self.values(metric, DIFFERENCE), self.luck_of(metric, DIFFERENCE))
            mean = paths[..., index].mean(axis=0)
            paths[..., index] = mean + factor * (paths[..., index] - mean)
        return np.asarray(paths)


def measure_of(perspective: str) -> str:
    """Name of the measure that holds a perspective's net present value."""
    index = list(PERSPECTIVES).index(perspective)
    return Measure(Measure.PARTICIPANT + index).name.lower()


def outcome(draws: Draws, metric: str) -> dict[str, Any]:
    """One outcome by arm and its difference."""
    entry: dict[str, Any] = {"unit": UNITS[metric]}
    for arm in (IPS, CONTROL, DIFFERENCE):
        if not draws.exists(metric):
            entry[ARMS[arm]] = dict(NO_STAT)
        elif metric in RATIOS:
            entry[ARMS[arm]] = dict(NO_STAT)
            if arm == DIFFERENCE and draws.exists(RATIOS[metric].name.lower()):
                entry[ARMS[arm]] = ratio_stat(
                    draws.clean("service_cost", DIFFERENCE),
                    draws.clean(RATIOS[metric].name.lower(), DIFFERENCE),
                )
        else:
            values = draws.values(metric, arm)
            known = values[np.isfinite(values)]
            entry[ARMS[arm]] = (
                stat(known, draws.luck_of(metric, arm)) if len(known) else dict(NO_STAT)
            )
    return entry


def payback(paths: np.ndarray) -> dict[str, float | None]:
    """First month from which the cumulative result stays at or above zero, over draws.

    ``paths`` ``(draw, month)``. A draw that is below zero at the end never pays back; a percentile
    that falls on such a draw does not exist.
    """
    draws, months = paths.shape
    below = paths < 0.0
    last_below = np.where(below.any(axis=1), months - below[:, ::-1].argmax(axis=1), 0)
    month = np.where(last_below < months, last_below + 1.0, np.inf)
    ordered = np.sort(month)
    result: dict[str, float | None] = {}
    for name, share in (("p2_5", 0.025), ("p50", 0.5), ("p97_5", 0.975)):
        value = ordered[min(draws - 1, int(share * draws))]
        result[name] = float(value) if np.isfinite(value) else None
    result["share_within_horizon"] = float(np.isfinite(month).mean())
    return result


def by_construction(draws: Draws, perspective: str) -> str:
    """Why a perspective's result has no probability, or an empty text."""
    index = list(PERSPECTIVES).index(perspective)
    if np.abs(draws.net_present_value[:, index]).max() < NOTHING_EUR:
        return "output_equals_wage_cost" if perspective == "employer" else "no_flows"
    present = draws.blocks["present"]
    difference = np.abs(present[:, IPS] - present[:, CONTROL]).max(axis=0)
    flowing = {
        draws.plan.categories[line.category].name
        for line, largest in zip(draws.plan.lines, difference, strict=True)
        if PAYERS[line.payer] in PERSPECTIVES[perspective] and largest > NOTHING_EUR
    }
    return "only_pays_for_ips" if flowing <= set(IPS_CATEGORIES) else ""


def perspective_summary(draws: Draws, name: str) -> dict[str, Any]:
    """Net present value, ratio, probability of gain and payback of one perspective."""
    index = list(PERSPECTIVES).index(name)
    values = draws.net_present_value[:, index]
    cost = draws.programme_cost[:, index]
    certain = by_construction(draws, name)
    return {
        "net_present_value": stat(values),
        "programme_cost": stat(cost),
        "benefit_cost_ratio": ratio_stat(values + cost, cost) if cost.any() else dict(NO_STAT),
        "p_positive": None if certain else float((values > 0.0).mean()),
        "payback_month": payback(draws.cumulative[..., index])
        if cost.any() and not certain
        else {"p2_5": None, "p50": None, "p97_5": None, "share_within_horizon": None},
    }


def clients_in_work(draws: Draws) -> dict[str, Any]:
    """Predictive distribution of the programme's own clients in work at month 18.

    Clients of the whole programme as staffed; parameter uncertainty and the chance of a small
    cohort together (a mixture of binomials over draws).
    """
    from scipy.special import bdtr

    started = draws.blocks["calendar"][:, :, 0].sum(axis=1)
    clients = int(round(float(started.mean())))
    metric = "employed_at_18m"
    if clients < SMALLEST_GROUP or not draws.exists(metric):
        return {"clients": None, "in_work_at_18m": dict(NO_STAT)}
    share = np.clip(draws.clean(metric, IPS), 0.0, 1.0)
    counts = np.arange(clients + 1)
    cumulative = np.array([bdtr(float(k), clients, share).mean() for k in counts])
    low, middle, high = (float(counts[np.searchsorted(cumulative, q)]) for q in (0.025, 0.5, 0.975))
    in_work: Stat = {**NO_STAT, "mean": clients * float(share.mean())}
    in_work["p2_5"], in_work["p50"], in_work["p97_5"] = low, middle, high
    return {"clients": clients, "in_work_at_18m": in_work}


def monte_carlo_errors(draws: Draws) -> dict[str, float | None]:
    """Standard error of the mean of the difference, by metric and perspective."""
    errors: dict[str, float | None] = {}
    for metric in UNITS:
        if metric in RATIOS or not draws.exists(metric):
            errors[metric] = None
            continue
        values = draws.values(metric, DIFFERENCE)
        known = np.isfinite(values)
        errors[metric] = monte_carlo_error(values[known], draws.scrambling[known])
    for name in PERSPECTIVES:
        values = draws.values(measure_of(name), DIFFERENCE)
        errors[f"net_present_value.{name}"] = monte_carlo_error(values, draws.scrambling)
    return errors


def summary(draws: Draws) -> dict[str, Any]:
    """The content of ``summary.json``."""
    scenario = draws.plan.scenario
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": {"id": scenario.id, "name": scenario.name, "region": scenario.region.name},
        "run": {
            "draws": scenario.run.draws,
            "people": scenario.run.people,
            "months": draws.plan.months,
            "seed": scenario.run.seed,
            "discount_rate": scenario.economics.discount_rate,
            "price_year": scenario.economics.price_year,
        },
        "outcomes": {metric: outcome(draws, metric) for metric in UNITS},
        "perspectives": {name: perspective_summary(draws, name) for name in PERSPECTIVES},
        "monte_carlo_error": monte_carlo_errors(draws),
        "ledger_imbalance_eur": float(draws.blocks["imbalance"].max()),
        "predictive": clients_in_work(draws),
    }
