"""Outcomes and perspectives: payback, ratios, what does not exist, and figures that must agree."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from ips_econ.evaluation import tables
from ips_econ.evaluation.blocks import TRAJECTORY, Plan, simulate_block
from ips_econ.evaluation.outcomes import (
    ARMS,
    CONTROL,
    DIFFERENCE,
    IPS,
    RATIOS,
    UNITS,
    Draws,
    by_construction,
    clients_in_work,
    measure_of,
    outcome,
    payback,
    perspective_summary,
    summary,
)
from ips_econ.evaluation.statistics import NO_STAT
from ips_econ.ledger.accounts import PAYERS, PERSPECTIVES
from ips_econ.ledger.walk import Measure

Planned = Callable[..., Plan]


def simulated(plan: Plan) -> Draws:
    return Draws(plan, simulate_block(plan, slice(0, len(plan.draws))))


def with_means(draws: Draws, arm: int, measure: Measure, means: np.ndarray) -> Draws:
    """The same draws with other person means of one measure, and no luck in it."""
    blocks = {name: values.copy() for name, values in draws.blocks.items()}
    blocks["sums"][:, arm, measure] = means * draws.people
    blocks["squares"][:, arm, measure] = means**2 * draws.people
    return Draws(draws.plan, blocks)


# Payback ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "month"),
    [
        ([-3.0, -1.0, 2.0, 5.0], 3.0),
        ([-3.0, 1.0, -0.5, 5.0], 4.0),  # a first gain that is lost again is no payback
        ([1.0, 2.0, 3.0, 4.0], 1.0),  # never below zero
        ([-1.0, 0.0, 0.0, 0.0], 2.0),  # at zero is paid back
        ([1.0, 2.0, 3.0, -0.1], None),  # below zero at the end: never
        ([-4.0, -3.0, -2.0, -1.0], None),
    ],
)
def test_the_payback_month_of_one_path(path: list[float], month: float | None) -> None:
    found = payback(np.array([path]))
    assert found["p2_5"] == found["p50"] == found["p97_5"] == month
    assert found["share_within_horizon"] == (0.0 if month is None else 1.0)


def test_payback_over_draws_and_the_percentiles_that_do_not_exist() -> None:
    """Of 100 draws 60 pay back in month 2, 30 in month 4, and 10 never."""
    early, late, never = [-1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, -1.0, 1.0], [-1.0] * 4
    found = payback(np.array(60 * [early] + 30 * [late] + 10 * [never]))
    assert found == {"p2_5": 2.0, "p50": 2.0, "p97_5": None, "share_within_horizon": 0.9}
    found = payback(np.array(40 * [early] + 60 * [never]))
    assert found == {"p2_5": 2.0, "p50": None, "p97_5": None, "share_within_horizon": 0.4}


# Ratios -------------------------------------------------------------------------------------


def test_the_cost_per_additional_person_is_the_ratio_of_means(small_draws: Draws) -> None:
    for metric, beneath in RATIOS.items():
        entry = outcome(small_draws, metric)
        cost = small_draws.means[:, DIFFERENCE, Measure.SERVICE_COST].mean()
        gained = small_draws.means[:, DIFFERENCE, beneath].mean()
        assert entry["difference"]["mean"] == pytest.approx(cost / gained, rel=1e-12)
        assert entry["difference"]["sd"] is None
        assert entry["ips"] == entry["control"] == NO_STAT


def test_a_ratio_with_many_failures_beneath_has_a_mean_and_no_percentiles(
    small_draws: Draws,
) -> None:
    """Two of 32 draws in which nobody more is in work are 6 %: null; the mean stays."""
    gained = np.full(32, 0.1)
    gained[:2] = -0.01
    entry = outcome(
        with_means(small_draws, DIFFERENCE, Measure.EVER_EMPLOYED_18M, gained),
        "cost_per_additional_person_employed",
    )["difference"]
    assert entry["mean"] is not None
    assert entry["p2_5"] is entry["p50"] is entry["p97_5"] is None


def test_a_ratio_without_any_gain_is_null_and_never_infinite(small_draws: Draws) -> None:
    nobody = with_means(small_draws, DIFFERENCE, Measure.MONTHS_EMPLOYED, np.zeros(32))
    assert outcome(nobody, "cost_per_additional_month_employed")["difference"] == NO_STAT


def test_who_pays_nothing_has_no_benefit_cost_ratio(small_draws: Draws) -> None:
    assert perspective_summary(small_draws, "state")["benefit_cost_ratio"] == NO_STAT
    county = perspective_summary(small_draws, "wellbeing_county")
    net, cost = county["net_present_value"]["mean"], county["programme_cost"]["mean"]
    assert cost > 0.0
    assert county["benefit_cost_ratio"]["mean"] == pytest.approx((net + cost) / cost, rel=1e-12)


# Figures that do not exist --------------------------------------------------------------------


def test_a_month_past_the_horizon_is_null(planned: Planned) -> None:
    """One year: whatever is said of month 18, 24 or 60 does not exist; month 12 does."""
    result = summary(simulated(planned("run.draws=8", "economics.horizon_years=1")))
    for metric, entry in result["outcomes"].items():
        late = any(f"_{month}m" in metric for month in (18, 24, 60))
        beneath = RATIOS.get(metric)
        if beneath is not None:
            late = any(f"_{month}M" in beneath.name for month in (18, 24, 60))
        stats = [entry[arm] for arm in ARMS]
        if late:
            assert all(stat == NO_STAT for stat in stats), metric
            assert result["monte_carlo_error"][metric] is None
        elif metric not in RATIOS:
            assert all(stat["mean"] is not None for stat in stats), metric
    assert result["predictive"]["clients"] is None
    assert result["predictive"]["in_work_at_18m"] == NO_STAT


def test_the_first_job_is_averaged_over_those_who_find_one(small_draws: Draws) -> None:
    found = small_draws.means[:, IPS, Measure.FOUND_WORK]
    until = small_draws.means[:, IPS, Measure.MONTHS_UNTIL_FOUND]
    np.testing.assert_allclose(
        small_draws.values("months_to_first_job", IPS), until / found, rtol=1e-12
    )


def test_a_draw_in_which_nobody_finds_work_does_not_hide_the_others(small_draws: Draws) -> None:
    """Months to the first job: null in that draw alone, in the draws' table too."""
    found = small_draws.means[:, CONTROL, Measure.FOUND_WORK].copy()
    found[3] = 0.0
    some = with_means(small_draws, CONTROL, Measure.FOUND_WORK, found)
    column = tables.draws_columns(some)["months_to_first_job.control"]
    assert math.isnan(column[3])
    assert np.isfinite(np.delete(column, 3)).all()
    known = np.delete(small_draws.values("months_to_first_job", CONTROL), 3)
    entry = outcome(some, "months_to_first_job")["control"]
    assert entry["mean"] == pytest.approx(known.mean())


def test_if_nobody_ever_finds_work_the_months_until_then_are_null(small_draws: Draws) -> None:
    nobody = with_means(small_draws, IPS, Measure.FOUND_WORK, np.zeros(32))
    entry = outcome(nobody, "months_to_first_job")
    assert entry["ips"] == entry["difference"] == NO_STAT
    assert entry["control"]["mean"] is not None


# By construction ------------------------------------------------------------------------------


def test_what_the_model_decides_by_itself_has_no_probability(small_draws: Draws) -> None:
    employer = perspective_summary(small_draws, "employer")
    assert by_construction(small_draws, "employer") == "output_equals_wage_cost"
    assert employer["p_positive"] is None
    assert employer["payback_month"]["share_within_horizon"] is None
    assert by_construction(small_draws, "health_effects") == "no_flows"
    assert by_construction(small_draws, "state") == ""


def test_who_only_pays_for_ips_loses_by_construction(planned: Planned) -> None:
    funded = planned("programme.funding={ eu = 1.0 }", "run.draws=4")
    draws = simulated(funded)
    assert by_construction(draws, "eu") == "only_pays_for_ips"
    assert perspective_summary(draws, "eu")["p_positive"] is None
    assert perspective_summary(draws, "eu")["net_present_value"]["mean"] < 0.0


def test_a_county_that_only_pays_for_ips_loses_by_construction_too(planned: Planned) -> None:
    """Nothing is replaced and treatment does not differ: the county can only pay."""
    plan = planned("comparator.services={ none = 1.0 }", "run.draws=4")
    draws = simulated(plan)
    assert np.all(draws.values("wellbeing_county", DIFFERENCE) < 0.0)
    assert by_construction(draws, "wellbeing_county") == "only_pays_for_ips"


def test_the_probability_of_gain_is_the_share_of_draws_above_zero(small_draws: Draws) -> None:
    values = small_draws.clean("society", DIFFERENCE)
    told = perspective_summary(small_draws, "society")["p_positive"]
    assert told == pytest.approx((values > 0.0).mean())
    assert 0.0 < told < 1.0


# Figures that must agree ----------------------------------------------------------------------


def test_the_months_add_up_to_the_outcomes(planned: Planned) -> None:
    """At a rate of zero the monthly trajectory, summed, is the outcome: work, money, care."""
    draws = simulated(planned("economics.discount_rate=0"))
    pairs = {
        "employed": "months_employed",
        "gross_earnings": "gross_earnings",
        "inpatient_days": "inpatient_days",
        "outpatient_visits": "outpatient_visits",
        "net_income": "net_income",
        "benefits": "benefits_received",
    }
    different = {}
    for monthly, metric in pairs.items():
        by_month = draws.blocks["trajectory"][..., TRAJECTORY.index(monthly)].sum(axis=-1)
        for arm in (CONTROL, IPS):
            told = draws.values(metric, arm)
            if not np.allclose(by_month[:, arm], told, rtol=1e-9, atol=1e-6):
                gap = float(np.abs(by_month[:, arm] - told).max())
                different[f"{monthly} / {metric}, {ARMS[arm]}"] = gap
    assert not different, "largest difference by draw"


def test_the_cumulative_path_ends_at_the_net_present_value(small_draws: Draws) -> None:
    ends = small_draws.cumulative[:, -1]
    np.testing.assert_allclose(ends, small_draws.net_present_value, rtol=1e-9, atol=1e-6)


def test_lines_add_up_to_payers_and_payers_to_perspectives(small_draws: Draws) -> None:
    lines, payers = tables.lines_table(small_draws), tables.payers_table(small_draws)
    result = summary(small_draws)["perspectives"]
    by_payer = dict.fromkeys(PAYERS, 0.0)
    for payer, mean in zip(lines["payer"], lines["mean"], strict=True):
        by_payer[str(payer)] += float(str(mean))
    told = dict(zip(map(str, payers["payer"]), payers["mean"], strict=True))
    for payer in PAYERS:
        assert by_payer[payer] == pytest.approx(told[payer], rel=1e-9, abs=1e-6)
    for name, members in PERSPECTIVES.items():
        total = sum(by_payer[member] for member in members)
        assert result[name]["net_present_value"]["mean"] == pytest.approx(total, rel=1e-9, abs=1e-6)


def test_flows_by_year_add_up_to_the_difference(small_draws: Draws) -> None:
    flows = tables.flows_table(small_draws)
    totals = dict.fromkeys(ARMS, 0.0)
    for arm, payer, mean in zip(flows["arm"], flows["payer"], flows["mean"], strict=True):
        if payer == "wellbeing_county":
            totals[str(arm)] += float(str(mean))
    assert totals["difference"] == pytest.approx(totals["ips"] - totals["control"], rel=1e-9)
    assert totals["ips"] < 0.0


def test_every_perspective_is_a_measure() -> None:
    assert [measure_of(name) for name in PERSPECTIVES] == list(PERSPECTIVES)
    assert all(metric in UNITS for metric in RATIOS)


# A small cohort -------------------------------------------------------------------------------


def test_the_clients_of_the_programme_are_a_mixture_of_binomials(small_draws: Draws) -> None:
    """One share in every draw: the prediction is the binomial of so many clients."""
    sure = with_means(small_draws, IPS, Measure.EMPLOYED_AT_18M, np.full(32, 0.3))
    told = clients_in_work(sure)
    clients = told["clients"]
    expected = small_draws.blocks["calendar"][:, :, 0].sum(axis=1).mean()
    assert clients == round(float(expected))
    in_work = told["in_work_at_18m"]
    assert in_work["mean"] == pytest.approx(0.3 * clients)
    assert in_work["p2_5"] == binom.ppf(0.025, clients, 0.3)
    assert in_work["p50"] == binom.ppf(0.5, clients, 0.3)
    assert in_work["p97_5"] == binom.ppf(0.975, clients, 0.3)


def test_parameter_uncertainty_widens_the_prediction(small_draws: Draws) -> None:
    sure = with_means(small_draws, IPS, Measure.EMPLOYED_AT_18M, np.full(32, 0.3))
    unsure = with_means(small_draws, IPS, Measure.EMPLOYED_AT_18M, 0.3 + np.tile([-0.15, 0.15], 16))
    narrow, wide = (clients_in_work(draws)["in_work_at_18m"] for draws in (sure, unsure))
    assert wide["p97_5"] - wide["p2_5"] > 1.5 * (narrow["p97_5"] - narrow["p2_5"])
    assert wide["mean"] == pytest.approx(narrow["mean"])


def test_a_handful_of_clients_is_never_shown(small_draws: Draws) -> None:
    calendar = small_draws.blocks["calendar"].copy()
    calendar[:, :, 0] = 0.0
    calendar[:, 0, 0] = 4.0
    few = replace(small_draws, blocks={**small_draws.blocks, "calendar": calendar})
    assert clients_in_work(few) == {"clients": None, "in_work_at_18m": NO_STAT}
