"""The ledger of random scenarios: whatever is set, books balance and everybody is somewhere.

Each example resolves a scenario, draws its parameters, lives a few people and posts them, through
the same functions as a run; the identities of every run are evaluated on the way, and again here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ips_econ.evaluation.blocks import Plan, simulate_block
from ips_econ.ledger.accounts import PAYERS, PERSPECTIVES, perspective_matrix, shares_vector
from ips_econ.ledger.balance import CENT
from ips_econ.ledger.posting import Count
from ips_econ.ledger.streams import IPS_CATEGORIES
from ips_econ.ledger.walk import Measure, World, live_block
from ips_econ.population.people import category
from ips_econ.run import plan_of
from ips_econ.scenario.loading import LoadedScenario

Load = Callable[..., LoadedScenario]

FEW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SHARE = st.sampled_from([0.0, 0.25, 0.5, 1.0])
BENEFITS = (
    "general_support",
    "sickness_allowance",
    "rehabilitation_subsidy",
    "disability_pension",
    "none",
)
SERVICES = (
    "rehabilitative_work_activity",
    "kela_vocational_rehabilitation",
    "employment_service_coaching",
    "clubhouse",
    "none",
)
FUNDERS = ("wellbeing_county", "state", "eu", "pension_insurers")


def shares(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """A TOML table of shares that sum to one."""

    def written(weights: list[int]) -> str:
        total = sum(weights)
        entries = [f"{n} = {w / total!r}" for n, w in zip(names, weights, strict=True) if w]
        return "{ " + ", ".join(entries) + " }"

    weights = st.lists(st.integers(0, 3), min_size=len(names), max_size=len(names))
    return weights.filter(any).map(written)


SETTINGS = st.fixed_dictionaries(
    {
        "run.draws": st.sampled_from([1, 3]),
        "run.people": st.sampled_from([1, 7, 25]),
        "run.seed": st.integers(0, 2**40),
        "economics.horizon_years": st.integers(1, 6),
        "economics.discount_rate": st.sampled_from([0.0, 0.03, 0.2]),
        "economics.persistence": st.sampled_from(["sustained", "catch_up", "ends", "hazards_only"]),
        "economics.price_year": st.sampled_from([2019, 2026]),
        "economics.treatment_route": st.sampled_from(["none", "allocation", "employment"]),
        "economics.cashable_share": SHARE,
        "programme.years": st.just(3),
        "programme.coaches": st.sampled_from([1, 2.5, 12]),
        "programme.caseload": st.sampled_from([10, 20, 30]),
        "programme.fidelity": st.sampled_from([60, 80, 110]),
        "programme.funding": st.lists(shares(FUNDERS), min_size=3, max_size=3)
        .map(", ".join)
        .map("[ {} ]".format),
        "comparator.kind": st.sampled_from(["traditional", "active", "none"]),
        "comparator.services": shares(SERVICES),
        "comparator.substitution": SHARE,
        "population.benefit_at_entry": shares(BENEFITS),
        "population.diagnosis": shares(("psychosis", "bipolar", "depression_anxiety")),
        "population.pension_national_only_share": SHARE,
        "parameters.labour_market.wage_subsidy_share": SHARE,
        "parameters.labour_market.pension_right_share": SHARE,
        "parameters.tax_benefit.suspension_longest_months": st.sampled_from([0, 24]),
        "region.municipality_group": st.sampled_from(["I", "II", "III"]),
    }
)


@FEW
@given(chosen=SETTINGS)
def test_the_ledger_of_any_scenario_balances(load: Load, chosen: dict[str, object]) -> None:
    """Transfers cancel, payers sum to society, who pays for IPS pays all of it."""
    plan = plan_of(load(*(f"{key}={value}" for key, value in chosen.items())))
    block = simulate_block(plan, slice(0, len(plan.draws)))
    assert block["imbalance"].max() < CENT / 100
    assert all(np.isfinite(values).all() for values in block.values() if values.dtype.kind == "f")
    names = np.array([plan.categories[line.category].name for line in plan.lines])
    payers = np.array([line.payer for line in plan.lines])
    for entry in plan.categories:
        if entry.nature == "transfer":
            over_payers = block["yearly"][..., names == entry.name].sum(axis=-1)
            assert np.abs(over_payers).max(initial=0.0) < 1e-6, entry.name
    difference = block["present"][:, 1] - block["present"][:, 0]
    by_payer = np.stack(
        [difference[:, payers == p].sum(axis=1) for p in range(len(PAYERS))], axis=1
    )
    by_perspective = by_payer @ perspective_matrix().T
    people = plan.scenario.run.people
    told = block["sums"][:, 2, Measure.PARTICIPANT :] / people
    np.testing.assert_allclose(by_perspective, told, rtol=1e-9, atol=1e-6)
    ips = np.isin(names, IPS_CATEGORIES)
    cost = block["sums"][:, 1, Measure.PROGRAMME_COST] / people
    np.testing.assert_allclose(-block["present"][:, 1][:, ips].sum(axis=1), cost, rtol=1e-9)
    assert not block["present"][:, 0][:, ips].any(), "nobody pays for IPS in the other arm"
    if plan.scenario.economics.treatment_route == "none":
        treated = np.isin(names, ("inpatient", "outpatient", "medication"))
        assert not difference[:, treated].any(), "V29: treatment is the same in both arms"


@FEW
@given(chosen=SETTINGS)
def test_the_occupancy_of_any_scenario_sums_to_one(
    load: Load, world_of: Callable[[Plan], World], chosen: dict[str, object]
) -> None:
    """Every person is alive in one status or ended; shares of people lie between 0 and 1."""
    plan = plan_of(load(*(f"{key}={value}" for key, value in chosen.items())))
    world = world_of(plan)
    monthly = live_block(world).monthly.sum(axis=2) / world.people
    alive = monthly[..., Count.ALIVE]
    np.testing.assert_allclose(alive + monthly[..., Count.LIFE_ENDED], 1.0, rtol=1e-12)
    statuses = monthly[..., Count.STATUS_0 : Count.STATUS_0 + 5]
    np.testing.assert_allclose(statuses.sum(axis=-1), alive, rtol=1e-12, atol=1e-15)
    employed = monthly[..., Count.EMPLOYED]
    assert np.all(employed <= alive)
    assert np.all(employed <= monthly[..., Count.EVER_EMPLOYED])
    assert np.all(np.diff(monthly[..., Count.EVER_EMPLOYED], axis=-1) >= 0.0)
    assert np.all(np.diff(monthly[:, 1, :, Count.IN_SERVICE], axis=-1) <= 0.0)
    assert not monthly[:, 0, :, Count.IN_SERVICE].any()
    assert monthly.min() > -1e6 and np.isfinite(monthly).all()


@given(
    flows=st.lists(
        st.floats(-1e9, 1e9, allow_nan=False), min_size=len(PAYERS), max_size=len(PAYERS)
    )
)
def test_perspectives_are_sums_of_their_payers(flows: list[float]) -> None:
    by_name = dict(zip(PAYERS, flows, strict=True))
    seen = perspective_matrix() @ np.array(flows)
    for name, total in zip(PERSPECTIVES, seen, strict=True):
        expected = sum(by_name[payer] for payer in PERSPECTIVES[name])
        assert total == pytest.approx(expected, rel=1e-9, abs=1e-3)


@given(weights=st.lists(st.floats(0.0, 10.0), min_size=4, max_size=4).filter(any))
def test_shares_become_a_vector_that_sums_to_one(weights: list[float]) -> None:
    names = ("state", "municipality", "social_insurance", "wellbeing_county")
    total = sum(weights)
    vector = shares_vector({n: w / total for n, w in zip(names, weights, strict=True)})
    assert vector.sum() == pytest.approx(1.0)
    assert vector.min() >= 0.0


@given(
    u=st.floats(0.0, 1.0, exclude_max=True),
    weights=st.lists(st.integers(0, 5), min_size=2, max_size=6).filter(any),
)
def test_a_uniform_falls_into_a_category_that_has_a_share(u: float, weights: list[int]) -> None:
    """Somebody is never given a benefit or service whose share is zero."""
    cumulative = np.cumsum(np.array(weights) / sum(weights))
    chosen = category(u, cumulative)
    below = cumulative[chosen - 1] if chosen else 0.0
    assert below <= u
    assert weights[chosen] > 0 or u >= cumulative[-1]
