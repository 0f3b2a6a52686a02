"""Which parameters drive a result: rank correlation on the finished draws."""

from __future__ import annotations

import math

import numpy as np

from ips_econ.evaluation.outcomes import Draws
from ips_econ.ledger.accounts import PERSPECTIVES
from ips_econ.trajectories.inputs import EFFECT_IDS

DRIVER_PERSPECTIVES = ("public_sector", "society", "participant", "wellbeing_county")
NORMAL_97_5 = 1.959963984540054


def ranks(values: np.ndarray) -> np.ndarray:
    """Average ranks of ``(draw, …)`` along the draws."""
    result = np.empty(values.shape)
    columns = values.reshape(len(values), -1)
    flat = result.reshape(len(values), -1)
    for k in range(columns.shape[1]):
        _, inverse, counts = np.unique(columns[:, k], return_inverse=True, return_counts=True)
        last = np.cumsum(counts)
        flat[:, k] = (last - (counts - 1) / 2.0)[inverse]
    return result


def rank_correlation(parameters: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """Spearman correlations ``(parameter, outcome)`` of two ``(draw, …)`` tables; constants: 0."""
    x, y = ranks(parameters), ranks(outcomes)
    x = x - x.mean(axis=0)
    y = y - y.mean(axis=0)
    norm = np.sqrt((x**2).sum(axis=0))[:, None] * np.sqrt((y**2).sum(axis=0))[None, :]
    return np.divide(x.T @ y, norm, out=np.zeros_like(norm), where=norm > 0)


def fisher_interval(correlation: float, count: int) -> tuple[float | None, float | None]:
    """95 % interval of a rank correlation (Fisher's z with Bonett & Wright's standard error)."""
    if count < 4 or abs(correlation) >= 1.0:
        return None, None
    error = math.sqrt((1.0 + correlation**2 / 2.0) / (count - 3))
    z = math.atanh(correlation)
    return math.tanh(z - NORMAL_97_5 * error), math.tanh(z + NORMAL_97_5 * error)


def unused(draws: Draws) -> set[str]:
    """Sampled parameters that this scenario's choices leave out of the result.

    Effects of other pools of trials are correlated with the chosen one and would look important.
    """
    economics = draws.plan.scenario.economics
    left_out = set(EFFECT_IDS.values()) - {EFFECT_IDS[economics.effect]}
    treatment = {id for id in draws.plan.draws.sampled if id.startswith("treatment.")}
    if economics.treatment_route == "none":
        left_out |= treatment  # the same in both arms
    elif economics.treatment_route == "employment":
        left_out.add("treatment.allocation_inpatient_ratio")
    else:
        left_out.add("treatment.employment_outpatient_ratio")
    if economics.persistence != "sustained":
        left_out |= {"effect.gap_left_month_36", "effect.gap_left_month_60"}
    return left_out


def drivers_table(draws: Draws) -> dict[str, list[object]]:
    """Columns of ``drivers.csv``: every sampled parameter against the main perspectives."""
    sampled = [id for id in draws.plan.draws.sampled if id not in unused(draws)]
    columns = np.stack([draws.plan.draws.column(id) for id in sampled], axis=1)
    indices = [list(PERSPECTIVES).index(name) for name in DRIVER_PERSPECTIVES]
    correlations = rank_correlation(columns, draws.net_present_value[:, indices])
    table: dict[str, list[object]] = {
        name: [] for name in ("parameter", "perspective", "rank_correlation", "low_ci", "high_ci")
    }
    for k, perspective in enumerate(DRIVER_PERSPECTIVES):
        for i in sorted(range(len(sampled)), key=lambda i: -abs(correlations[i, k])):
            low, high = fisher_interval(float(correlations[i, k]), len(columns))
            table["parameter"].append(sampled[i])
            table["perspective"].append(perspective)
            table["rank_correlation"].append(float(correlations[i, k]))
            table["low_ci"].append(low)
            table["high_ci"].append(high)
    return table
