"""Verification, domain *results*: V22 to V27 and V34 to V37 of the black-box list.

Where a result must be zero or equal it is asserted bit by bit, person by person; sums of euros
taken in another order are held to 1e-8 of a euro. Nothing here is stochastic but V27's last test.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from ips_econ.errors import InputError
from ips_econ.evaluation.blocks import Plan, simulate_block
from ips_econ.evaluation.outcomes import DIFFERENCE, Draws, summary
from ips_econ.ledger.accounts import PAYERS, PUBLIC_SECTOR, Payer
from ips_econ.ledger.posting import Count
from ips_econ.ledger.prices import service_cost
from ips_econ.ledger.streams import IPS_CATEGORIES
from ips_econ.ledger.walk import (
    FIRST_AGE_GROUP,
    FIRST_BENEFIT_GROUP,
    GROUP_MEASURES,
    History,
    Measure,
    World,
    live_block,
    trace_block,
)
from ips_econ.population.people import Client, client
from ips_econ.population.randomness import person_key, replicate_key
from ips_econ.population.sampling import BENEFIT_NAMES
from ips_econ.scenario.loading import LoadedScenario
from ips_econ.tax_benefit.circumstances import BenefitStatus, Circumstances
from ips_econ.tax_benefit.items import BENEFIT_ITEMS, TAX_ITEMS, Item
from ips_econ.tax_benefit.law import load_law
from ips_econ.tax_benefit.net_income import budget
from ips_econ.tax_benefit.tabulate import HOUSEHOLDS, simulation_rows, wage_grid
from ips_econ.trajectories.benefit_status import BenefitHazards

Planned = Callable[..., Plan]
WorldOf = Callable[[Plan], World]

CONTROL, IPS = 0, 1
PAYER_MEASURES = slice(Measure.PARTICIPANT, Measure.PARTICIPANT + len(Payer))
EURO_SUM = 1e-8
NO_COST = (
    "parameters.programme.coach_salary=0",
    "parameters.programme.leader_salary=0",
    "parameters.programme.manager_salary=0",
    "parameters.programme.training_cost_coach_year=0",
    "parameters.programme.fidelity_review_year=0",
)
SAME_SERVICES = "comparator.substitution=0"  # whatever people get today, they go on getting it
NO_EFFECT = "comparator.ips_likeness=1"
SHAPES = ("sustained", "catch_up", "ends", "hazards_only")
IN_WORK, PAY, BENEFIT = History.WORKING, History.PAY, History.BENEFIT
ROW, IN_SERVICE = History.ROW, History.IN_SERVICE


def line_names(plan: Plan) -> np.ndarray:
    return np.array([plan.categories[line.category].name for line in plan.lines])


def simulated(plan: Plan) -> dict[str, np.ndarray]:
    return simulate_block(plan, slice(0, len(plan.draws)))


# V22 and V23 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("persistence", SHAPES)
def test_v22_equal_effect_and_equal_cost_change_nothing_for_anybody(
    planned: Planned, world_of: WorldOf, persistence: str
) -> None:
    """V22: IPS works as the comparator and costs nothing more: 0 for every payer and person."""
    plan = planned(NO_EFFECT, SAME_SERVICES, *NO_COST, f"economics.persistence={persistence}")
    world = world_of(plan)
    for name in ("find", "reemployment", "first_loss", "later_loss", "multiplier"):
        by_arm = getattr(world.hazards, name)
        np.testing.assert_allclose(by_arm[:, 1], by_arm[:, 0], rtol=1e-13, err_msg=name)
    _, measures, histories = trace_block(world)
    assert np.array_equal(measures[:, :, IPS], measures[:, :, CONTROL])
    assert measures[..., Measure.MONTHS_EMPLOYED].any()
    assert np.abs(measures[..., PAYER_MEASURES]).max() > 1_000.0
    lived = [c for c in range(histories.shape[-1]) if c != IN_SERVICE]
    assert np.array_equal(histories[:, :, IPS][..., lived], histories[:, :, CONTROL][..., lived])


def test_v22_a_comparator_of_the_same_price_for_the_same_month_changes_nothing(
    planned: Planned, world_of: WorldOf
) -> None:
    """V22 with money: one month of IPS replaces one month of coaching at the same price and payer.

    Coaching is given while out of work, so the clients who find a job in month 1 are left out.
    """
    fixed = (
        "parameters.programme.coach_salary=3400",
        "parameters.programme.leader_salary=4300",
        "parameters.programme.manager_salary=5800",
        "parameters.programme.holiday_bonus_share=0.05",
        "parameters.programme.overhead_share=0.2",
        "parameters.programme.training_cost_coach_year=1800",
        "parameters.programme.fidelity_review_year=6000",
        "programme.support_months=1",
        "programme.funding={ municipality = 1.0 }",
    )
    month = service_cost(planned(*fixed).scenario, planned(*fixed).draws).month
    assert np.ptp(month) == 0.0
    price = "parameters.comparator.employment_service_coaching_cost_month"
    plan = planned(
        *fixed,
        NO_EFFECT,
        "comparator.services={ employment_service_coaching = 1.0 }",
        "comparator.substitution=1",
        "parameters.comparator.employment_service_coaching_months=1",
        f"{price}={{ value = {float(month[0])!r}, price_year = 2026 }}",
    )
    _, measures, histories = trace_block(world_of(plan))
    later = histories[:, :, CONTROL, 0, IN_WORK] == 0.0
    assert later.mean() > 0.8
    kept = [k for k in Measure if k is not Measure.PROGRAMME_COST]  # IPS alone, so in one arm
    assert np.array_equal(measures[later][:, IPS][:, kept], measures[later][:, CONTROL][:, kept])
    paid = measures[later][:, CONTROL, Measure.SERVICE_COST] > 0.0
    assert paid.mean() > 0.9, "all but those who reach 65 or die at once"


@pytest.mark.parametrize("persistence", SHAPES)
def test_v23_without_effect_the_result_is_the_cost_of_the_programme(
    planned: Planned, world_of: WorldOf, persistence: str
) -> None:
    """V23: effect off, cost on: minus the discounted cost for who pays it, zero for others."""
    plan = planned(
        NO_EFFECT,
        SAME_SERVICES,
        f"economics.persistence={persistence}",
        "programme.funding={ wellbeing_county = 0.75, eu = 0.25 }",
    )
    world = world_of(plan)
    _, measures, histories = trace_block(world)
    month = service_cost(plan.scenario, plan.draws).month
    rate = plan.scenario.economics.discount_rate
    discount = 1.03 ** (-(np.arange(plan.months) + 0.5) / 12.0)
    assert rate == 0.03
    cost = (histories[:, :, IPS, :, IN_SERVICE] * discount).sum(axis=-1) * month[:, None]
    assert (cost > 0.0).mean() > 0.9, "all but those who reach 65 or die at once"
    difference = measures[:, :, IPS] - measures[:, :, CONTROL]
    expected = dict.fromkeys(PAYERS, 0.0) | {"wellbeing_county": -0.75, "eu": -0.25}
    for payer, share in expected.items():
        result = difference[..., Measure.PARTICIPANT + PAYERS.index(payer)]
        if share == 0.0:
            assert not result.any(), payer
        else:
            np.testing.assert_allclose(result, share * cost, rtol=0, atol=EURO_SUM, err_msg=payer)
    for k in (Measure.SERVICE_COST, Measure.PROGRAMME_COST):
        np.testing.assert_allclose(difference[..., k], cost, rtol=1e-12, atol=EURO_SUM)
    unmoved = [k for k in Measure if k < Measure.SERVICE_COST]
    assert not difference[..., unmoved].any()


def test_v23_each_years_funder_pays_that_years_service(planned: Planned, world_of: WorldOf) -> None:
    """V23, R52: months of service are paid by who funds the programme in that year of it.

    Months 1-12 of somebody entering in year y fall in year y of the programme, months 13-24 in
    the next; the last funder stays.
    """
    funders = ("eu", "state", "wellbeing_county")
    funding = ", ".join(f"{{ {name} = 1.0 }}" for name in funders)
    plan = planned(
        NO_EFFECT,
        SAME_SERVICES,
        f"programme.funding=[ {funding} ]",
        "parameters.programme.mean_months_in_service=20",
    )
    world = world_of(plan)
    _, measures, histories = trace_block(world)
    month = service_cost(plan.scenario, plan.draws).month
    discount = 1.03 ** (-(np.arange(plan.months) + 0.5) / 12.0)
    paid = {name: np.zeros(measures.shape[:2]) for name in funders}
    for d, i in np.ndindex(measures.shape[:2]):
        entered = the_client(world, d, i).entry_year
        for t in np.flatnonzero(histories[d, i, IPS, :, IN_SERVICE]):
            paid[funders[min(entered + t // 12, 2)]][d, i] += month[d] * discount[t]
    difference = measures[:, :, IPS] - measures[:, :, CONTROL]
    for payer in PAYERS:
        found = difference[..., Measure.PARTICIPANT + PAYERS.index(payer)]
        expected = -paid.get(payer, np.zeros_like(found))
        np.testing.assert_allclose(found, expected, rtol=0, atol=EURO_SUM, err_msg=payer)
    assert all(amounts.any() for amounts in paid.values())
    lines = simulated(plan)["present"][:, IPS]
    names = line_names(plan)
    for payer in funders:
        own = np.array([PAYERS[line.payer] == payer for line in plan.lines])
        booked = lines[:, own & np.isin(names, IPS_CATEGORIES)].sum(axis=1)
        np.testing.assert_allclose(-booked, paid[payer].mean(axis=1), rtol=1e-9)


def the_client(world: World, draw: int, person: int) -> Client:
    """One client's attributes, by the same steps as the walk, uncompiled."""
    with np.errstate(over="ignore"):  # the hashes wrap around, as they do compiled
        replicate = replicate_key(world.seed, world.replicates[draw])
        return client(person_key(replicate, person), draw, world.population)


def test_v23_line_by_line_only_the_programme_differs(planned: Planned) -> None:
    """V23 in the ledger: every line but those of IPS is the same in both arms, bit by bit."""
    plan = planned(NO_EFFECT, SAME_SERVICES)
    block = simulated(plan)
    difference = block["present"][:, IPS] - block["present"][:, CONTROL]
    ips = np.isin(line_names(plan), IPS_CATEGORIES)
    assert not difference[:, ~ips].any()
    assert np.all(difference[:, ips] < 0.0)
    society = Draws(plan, block).means[:, DIFFERENCE, Measure.SOCIETY]
    np.testing.assert_allclose(society, difference[:, ips].sum(axis=1), rtol=0, atol=EURO_SUM)


# V24 ------------------------------------------------------------------------------------------


def test_v24_at_a_rate_of_zero_the_present_value_is_the_sum(planned: Planned) -> None:
    """V24: discount rate 0: discounted = undiscounted, line by line."""
    block = simulated(planned("economics.discount_rate=0"))
    np.testing.assert_allclose(
        block["present"], block["yearly"].sum(axis=2), rtol=1e-12, atol=EURO_SUM
    )


def test_v24_a_higher_rate_makes_every_line_smaller(planned: Planned) -> None:
    """V24: the higher the rate, the smaller each line's present value; yearly flows unmoved."""
    blocks = [simulated(planned(f"economics.discount_rate={r}")) for r in (0, 0.015, 0.03, 0.05)]
    for lower, higher in zip(blocks, blocks[1:], strict=False):
        assert np.array_equal(lower["yearly"], higher["yearly"])
        before, after = np.abs(lower["present"]), np.abs(higher["present"])
        moved = before > 0.0
        assert moved.any()
        assert np.all(after[moved] < before[moved])
        assert not after[~moved].any()


def test_v24_without_a_horizon_nothing_happens(
    load: Callable[..., LoadedScenario], planned: Planned, world_of: WorldOf
) -> None:
    """V24: horizon 0: all zero in the walk; a scenario that asks for it is refused."""
    world = world_of(planned())._replace(months=0)
    totals, measures, histories = trace_block(world)
    assert totals.monthly.shape[3] == 0 and histories.shape[3] == 0
    assert not measures.any()
    assert not live_block(world).sums.any()
    with pytest.raises(InputError, match=r"economics\.horizon_years.*found 0"):
        load("economics.horizon_years=0")


# V25 and V26 ----------------------------------------------------------------------------------


def test_v25_the_columns_of_the_payers_add_up_to_society(
    planned: Planned, world_of: WorldOf
) -> None:
    """V25: person by person, payers sum to society, and the five public ones to the sector."""
    subsidised = "parameters.labour_market.wage_subsidy_share=0.4"
    _, measures, _ = trace_block(world_of(planned(subsidised)))
    payers = measures[..., PAYER_MEASURES]
    np.testing.assert_allclose(
        payers.sum(axis=-1), measures[..., Measure.SOCIETY], rtol=0, atol=EURO_SUM
    )
    public = [PAYERS.index(name) for name in PUBLIC_SECTOR]
    np.testing.assert_allclose(
        payers[..., public].sum(axis=-1), measures[..., Measure.PUBLIC_SECTOR], atol=EURO_SUM
    )
    assert np.abs(payers[..., Payer.EMPLOYER]).max() > 1.0, "the subsidy reaches the employer"


def test_v25_every_transfer_cancels_and_society_keeps_real_resources(planned: Planned) -> None:
    """V25: in every draw, arm and year each transfer sums to zero over payers."""
    plan = planned("parameters.labour_market.wage_subsidy_share=0.4")
    block = simulated(plan)
    names = line_names(plan)
    real = np.zeros(block["present"].shape[:2])
    for category in plan.categories:
        lines = names == category.name
        if category.nature == "transfer":
            total = block["yearly"][..., lines].sum(axis=-1)
            assert np.abs(total).max(initial=0.0) < EURO_SUM, category.name
        else:
            real += block["present"][..., lines].sum(axis=-1)
    draws = Draws(plan, block)
    society = draws.means[:, DIFFERENCE, Measure.SOCIETY]
    np.testing.assert_allclose(society, real[:, IPS] - real[:, CONTROL], rtol=0, atol=EURO_SUM)


def test_v26_every_month_reconciles_with_the_rules(planned: Planned, world_of: WorldOf) -> None:
    """V26: net + taxes + contributions - benefits = gross pay in each person-month.

    What is posted is compared with the scalar rules of law for that person's circumstances, and
    the identity is taken on the posted month, the allowances of services included.
    """
    plan = planned("run.people=1", "run.draws=120", "economics.discount_rate=0")
    world = world_of(plan)
    totals, measures, histories = trace_block(world)
    posted = totals.monthly.sum(axis=2)
    scenario, library = plan.scenario, plan.library
    law = load_law(library, scenario.economics.policy_date)
    levels = library.table(
        "benefits.earnings_related_pension_levels", scenario.economics.policy_date, "EUR/month"
    )
    replaced = library.value(
        "benefits.pension_replacement_share", scenario.economics.policy_date, "share"
    )
    rows = simulation_rows(law, levels, replaced)
    wages = wage_grid()
    seen = set()
    checked = 0
    for d in range(len(plan.draws)):
        person = the_client(world, d, 0)
        for arm, month in np.ndindex(2, world.months):
            months = posted[d, arm, month]
            if months[Count.ALIVE] == 0.0:
                continue
            pay, row = int(histories[d, 0, arm, month, PAY]), int(histories[d, 0, arm, month, ROW])
            if (row, person.household, pay) not in seen:
                seen.add((row, person.household, pay))
                claims = HOUSEHOLDS[person.household]
                status = rows[row]
                pensioner = row >= 4
                circumstances = plan_person(plan)._replace(
                    status=status.status.value,
                    gross_wage_eur_month=float(wages[pay]),
                    earnings_related_pension_eur_month=status.earnings_related_pension_eur_month,
                    earlier_wage_eur_month=status.earlier_wage_eur_month,
                    months_in_work=status.months_in_work,
                    claims_housing_allowance=claims.claims_housing_allowance,
                    claims_social_assistance=claims.claims_social_assistance,
                    care_allowance=int(claims.care_allowance) if pensioner else 0,
                )
                by_law = budget(law, circumstances)
                np.testing.assert_allclose(months[: len(Item)], by_law, rtol=1e-12, atol=1e-9)
            taxes = months[list(TAX_ITEMS)].sum()
            benefits = months[list(BENEFIT_ITEMS)].sum()
            net = months[: Item.day_care_fee + 1].sum()
            assert net - taxes - benefits == pytest.approx(months[Item.gross_wage], abs=1e-9)
            checked += 1
    assert checked > 8_000 and len(seen) > 100
    services = posted[..., Count.SERVICE_0 : Count.SERVICE_0 + 4]
    allowances = (services * world.prices.allowance_month[:, None, None, :4]).sum(axis=(-1, -2))
    told = measures[:, 0]
    np.testing.assert_allclose(
        posted[..., : Item.day_care_fee + 1].sum(axis=(-1, -2)) + allowances,
        told[..., Measure.NET_INCOME],
        rtol=1e-12,
    )
    reconciled = (
        told[..., Measure.NET_INCOME]
        + told[..., Measure.TAXES_PAID]
        - told[..., Measure.BENEFITS_RECEIVED]
    )
    np.testing.assert_allclose(reconciled, told[..., Measure.GROSS_EARNINGS], atol=1e-6)


def plan_person(plan: Plan) -> Circumstances:
    """The circumstances that all clients of a plan share."""
    region, population = plan.scenario.region, plan.scenario.population
    return Circumstances(
        status=BenefitStatus.none.value,
        gross_wage_eur_month=0.0,
        age=population.mean_age,
        rent_eur_month=population.rent_eur_month,
        municipal_tax_share=region.municipal_tax_rate,
        municipality_group={"I": 1, "II": 2, "III": 3}[region.municipality_group],
    )


# V27 ------------------------------------------------------------------------------------------


def test_v27_a_programme_twice_as_large_has_twice_the_totals(planned: Planned) -> None:
    """V27: twice the coaches: every total of the programme doubles, per person nothing moves.

    The fidelity review is one for the whole service, so its price is set to zero here.
    """
    no_review = "parameters.programme.fidelity_review_year=0"
    one, two = (simulated(planned(no_review, f"programme.coaches={c}")) for c in (3, 6))
    assert np.array_equal(two["calendar"], 2.0 * one["calendar"])
    for name in one:
        if name != "calendar":
            assert np.array_equal(one[name], two[name]), name


def test_v27_the_same_people_live_the_same_lives_in_a_larger_cohort(
    planned: Planned, world_of: WorldOf
) -> None:
    """V27: of 80 people the first 40 are the 40 of the smaller cohort; totals are their sum."""
    small = world_of(planned("run.people=40"))
    large = world_of(planned("run.people=80"))
    (_, few, _), (totals, many, _) = trace_block(small), trace_block(large)
    assert np.array_equal(many[:, :40], few)
    worked = totals.monthly[..., Count.EMPLOYED].sum(axis=(2, 3))
    assert np.array_equal(worked, many[..., Measure.MONTHS_EMPLOYED].sum(axis=1))
    sums = live_block(large).sums
    np.testing.assert_allclose(sums[:, IPS], many[:, :, IPS].sum(axis=1), rtol=1e-12)


def test_v27_means_per_person_do_not_depend_on_the_size_of_the_cohort(
    planned: Planned, world_of: WorldOf
) -> None:
    """V27: other people, same means: within six standard errors (false alarm below 1e-7 in all)."""
    _, measures, _ = trace_block(world_of(planned("run.people=160")))
    first, second = measures[:, :80], measures[:, 80:]
    for k in (Measure.MONTHS_EMPLOYED, Measure.NET_INCOME, Measure.SOCIETY):
        a, b = (half[:, :, IPS, k] - half[:, :, CONTROL, k] for half in (first, second))
        error = np.sqrt((a.var(axis=1) + b.var(axis=1)).sum() / 80) / len(a)
        assert abs(a.mean() - b.mean()) < 6 * error, k.name


# V34 to V36 -----------------------------------------------------------------------------------

ALLOCATION = (
    "economics.treatment_route=allocation",
    "parameters.treatment.allocation_inpatient_ratio=0.8",
)


def test_v34_without_a_cashable_share_fewer_days_save_no_money(planned: Planned) -> None:
    """V34: cashable share 0: bed-days fall, no payer's inpatient line moves; at 1 it does."""
    saved = {}
    for share in (0, 0.5, 1):
        plan = planned(*ALLOCATION, f"economics.cashable_share={share}")
        block = simulated(plan)
        draws = Draws(plan, block)
        days = draws.means[:, :, Measure.INPATIENT_DAYS]
        fall = days[:, CONTROL] - days[:, IPS]
        assert np.all(fall >= 0.0) and fall.sum() > 0.0
        line = line_names(plan) == "inpatient"
        change = block["present"][:, IPS] - block["present"][:, CONTROL]
        saved[share] = change[:, line]
    assert not saved[0].any()
    assert saved[1].sum() > 0.0
    np.testing.assert_allclose(saved[0.5], 0.5 * saved[1], rtol=1e-9, atol=EURO_SUM)


def test_v35_swapping_the_arms_turns_every_result_round(
    planned: Planned, world_of: WorldOf
) -> None:
    """V35: the arms' hazards exchanged, all else equal: every difference changes sign exactly."""
    plan = planned(SAME_SERVICES, *NO_COST)
    world = world_of(plan)
    exchanged = world.hazards._replace(
        **{
            name: np.ascontiguousarray(getattr(world.hazards, name)[:, ::-1])
            for name in ("find", "reemployment", "first_loss", "later_loss", "multiplier")
        }
    )
    _, before, _ = trace_block(world)
    _, after, _ = trace_block(world._replace(hazards=exchanged))
    assert np.array_equal(after[:, :, ::-1], before)
    difference, turned = (m[:, :, IPS] - m[:, :, CONTROL] for m in (before, after))
    assert np.array_equal(turned, -difference)
    assert np.abs(difference[..., PAYER_MEASURES]).max() > 1_000.0


def test_v35_swapping_the_labels_turns_the_reported_figures_round(
    small_draws: Draws,
) -> None:
    """V35 in the report: labels exchanged after the run, means change sign and limits places."""
    blocks = dict(small_draws.blocks)
    for name in ("sums", "squares"):
        values = blocks[name].copy()
        values[:, [CONTROL, IPS]] = values[:, [IPS, CONTROL]]
        if name == "sums":
            values[:, DIFFERENCE] *= -1.0
        blocks[name] = values
    blocks["payer_month"] = -blocks["payer_month"]
    blocks["present"] = blocks["present"][:, ::-1]
    before, after = summary(small_draws), summary(Draws(small_draws.plan, blocks))
    for metric, entry in before["outcomes"].items():
        if metric.startswith("cost_per_"):
            continue
        turned = after["outcomes"][metric]
        assert turned["ips"] == entry["control"] and turned["control"] == entry["ips"]
        assert_turned(entry["difference"], turned["difference"])
    for name, entry in before["perspectives"].items():
        turned = after["perspectives"][name]
        assert_turned(entry["net_present_value"], turned["net_present_value"])
        if entry["p_positive"] is not None:
            assert turned["p_positive"] == pytest.approx(1.0 - entry["p_positive"])


def assert_turned(stat: dict[str, float], turned: dict[str, float]) -> None:
    for a, b in (("mean", "mean"), ("p2_5", "p97_5"), ("p50", "p50"), ("p97_5", "p2_5")):
        assert turned[a] == pytest.approx(-stat[b], rel=1e-9, abs=1e-9)
    assert turned["sd"] == pytest.approx(stat["sd"], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("first", "end"),
    [(0, FIRST_AGE_GROUP), (FIRST_AGE_GROUP, FIRST_BENEFIT_GROUP), (FIRST_BENEFIT_GROUP, None)],
    ids=["diagnosis", "age", "benefit at entry"],
)
def test_v36_subgroups_add_up_to_everybody(small_draws: Draws, first: int, end: int | None) -> None:
    """V36: subgroup means weighted by size are the total's, in each draw and dimension."""
    sums = small_draws.blocks["group_sums"][:, first:end]
    sizes = small_draws.blocks["group_sizes"][:, first:end]
    assert np.array_equal(sizes.sum(axis=1), np.full(len(sizes), small_draws.people))
    means = np.divide(
        sums, sizes[..., None, None], out=np.zeros_like(sums), where=sizes[..., None, None] > 0
    )
    weighted = (means * sizes[..., None, None]).sum(axis=1) / small_draws.people
    total = small_draws.means[:, :2][..., list(GROUP_MEASURES)]
    np.testing.assert_allclose(weighted, total, rtol=1e-10, atol=1e-8)


# V37: three people by hand ----------------------------------------------------------------------
#
# Numbers of law on 1 June 2026, typed in here from the statutes and official tables and not read
# from parameters/: state scale 12.64 % up to 22,000 EUR, 19 % up to 32,600 (ev_120_2025); TVL
# 30, 95, 100, 106 and 125 §; contributions 2026 (STM); general support 37.21 EUR a day, 21.5 days
# (48/2026); national pension 787.07, guarantee pension up to 990.90, earnings limit 990.90;
# housing allowance 70 % above a basic own share of 50 % of income beyond 667 + 94 EUR, cap 447 in
# group II; basic social assistance 578.43. Municipal tax 8 %, rent 500, no church, group II.

MUNICIPAL = 0.08
RENT = 500.0
BY_HAND = (
    "region.municipal_tax_rate=0.08",
    "region.municipality_group=II",
    "population.rent_eur_month=500",
    "population.unemployment_days_at_entry=0",
    "population.mean_age=40",
    "population.sd_age=2",
    "population.pension_national_only_share=1",
    "comparator.services={ none = 1.0 }",
    "economics.discount_rate=0",
    "economics.horizon_years=2",
    "programme.years=1",
    "run.draws=2",
    "run.people=5",
    "parameters.benefits.housing_allowance_take_up=1",
    "parameters.benefits.social_assistance_take_up=1",
    "parameters.benefits.care_allowance_share=0",
    "parameters.wages.entry_hourly_sigma=0",
    "parameters.wages.between_job_sd=0",
    "parameters.wages.part_time_hours_mean=15",
    "parameters.wages.part_time_hours_sd=0.0001",
    *(
        f"parameters.treatment.{use}_year_{d}=0"
        for use in ("visits", "medication")
        for d in ("psychosis", "bipolar", "depression_anxiety")
    ),
    *(
        f"parameters.treatment.admission_rate_{d}=0"
        for d in ("psychosis", "bipolar", "depression_anxiety")
    ),
)
CENT = 0.005


def two_steady_years(
    planned: Planned, world_of: WorldOf, *sets: str, works: bool, benefit: str
) -> np.ndarray:
    """Measures of the control arm ``(person, measure)`` of two years in which nothing changes."""
    entry = ", ".join(f"{name} = {float(name == benefit)}" for name in BENEFIT_NAMES.values())
    plan = planned(*BY_HAND, *sets, f"population.benefit_at_entry={{ {entry} }}")
    assert plan.scenario.economics.policy_date == date(2026, 6, 1)
    assert plan.scenario.economics.price_year == 2026
    world = world_of(plan)
    hazards = world.hazards
    still = {"first_loss": 0.0, "later_loss": 0.0, "multiplier": 1.0}
    still["find"] = float(works)
    still["reemployment"] = float(works)
    changed = {name: np.full_like(getattr(hazards, name), x) for name, x in still.items()}
    world = world._replace(
        hazards=hazards._replace(**changed),
        benefits=BenefitHazards(*(np.zeros_like(x) for x in world.benefits)),
        death=np.zeros_like(world.death),
    )
    _, measures, histories = trace_block(world)
    assert np.all(histories[..., IN_WORK] == float(works))
    control = measures[:, :, CONTROL].reshape(-1, len(Measure))
    assert np.array_equal(control, np.tile(control[0], (len(control), 1))), "all live alike"
    return control[0]


def compare(measures: np.ndarray, by_hand: dict[str, float]) -> None:
    """Each sum of two years, to the cent a month."""
    for name, amount in by_hand.items():
        found = measures[Measure[name.upper()]] / 24
        assert abs(found - amount) < CENT, (name, found, amount)


def test_v37_who_never_works(planned: Planned, world_of: WorldOf) -> None:
    """V37, first person: general support, housing allowance and social assistance all along."""
    support = 37.21 * 21.5
    year = 12 * support
    basic_deduction = 4265 - 0.18 * (year - 4265)
    taxable = year - basic_deduction
    state, municipal, medical = 0.1264 * taxable, MUNICIPAL * taxable, 0.0149 * taxable
    taxes = (state + municipal + medical) / 12
    housing = 0.70 * (447 - 0.50 * (800 - 667 - 94))
    assistance = 578.43 + RENT - (support - taxes) - housing
    assert (round(taxes, 2), round(housing, 2), round(assistance, 2)) == (116.10, 299.25, 95.26)
    benefits = support + housing + assistance
    # days of support paid before each month: 0, 21.5, 43 ... 494.5; nothing before day 100 (months
    # 1-5), 10 % from day 100 (6-10), 20 % from 200 (11-14), 30 % from 300 (15-19), 40 % from 400
    local = support * (5 * 0.10 + 4 * 0.20 + 5 * 0.30 + 5 * 0.40) / 24
    measures = two_steady_years(planned, world_of, works=False, benefit="general_support")
    compare(
        measures,
        {
            "gross_earnings": 0.0,
            "taxes_paid": taxes,
            "benefits_received": benefits,
            "net_income": 578.43 + RENT,
            "months_employed": 0.0,
            "participant": 578.43 + RENT,
            "employer": 0.0,
            "wellbeing_county": 0.0,
            "municipality": municipal / 12 - local - assistance / 2,
            "state": state / 12 - support + local - housing - assistance / 2,
            "social_insurance": medical / 12,
            "pension_insurers": 0.0,
            "other": 0.0,
            "society": 0.0,
        },
    )


def test_v37_who_works_full_time_all_year(planned: Planned, world_of: WorldOf) -> None:
    """V37, second person: 37.5 hours at 16 EUR, 2,600 EUR a month; no benefit is left."""
    wage = 2600.0
    year = 12 * wage
    pension, unemployment, daily = 0.073 * year, 0.0089 * year, 0.0088 * year
    net = year - 750
    before_basic = net - pension - unemployment - daily
    taxable = before_basic - (4265 - 0.18 * (before_basic - 4265))
    state = 0.1264 * 22_000 + 0.19 * (taxable - 22_000) - 3430  # the work credit, all of it
    municipal, medical, yle = MUNICIPAL * taxable, 0.011 * taxable, 160.0
    own = pension + unemployment + daily
    taxes = (state + municipal + medical + yle + own) / 12
    assert round(taxes, 2) == 492.06
    employer_pension, health, jobless = 0.171 * wage, 0.0191 * wage, 0.0092 * wage
    others = (0.0052 + 0.00053) * wage
    right = 0.5 * (employer_pension + pension / 12)
    cost = wage + employer_pension + health + jobless + others
    measures = two_steady_years(
        planned,
        world_of,
        "parameters.wages.full_time_share=1",
        "parameters.wages.entry_hourly_median={ value = 16.0, price_year = 2026 }",
        works=True,
        benefit="general_support",
    )
    compare(
        measures,
        {
            "gross_earnings": wage,
            "taxes_paid": taxes,
            "benefits_received": 0.0,
            "net_income": wage - taxes,
            "months_employed": 1.0,
            "months_poorer": 0.0,
            "participant": wage - taxes + right,
            "employer": 0.0,
            "municipality": municipal / 12,
            "state": (state + yle) / 12,
            "social_insurance": (medical + daily + unemployment) / 12 + health + jobless,
            "pension_insurers": pension / 12 + employer_pension - right,
            "other": others,
            "society": cost,
        },
    )


def test_v37_who_works_part_time_on_a_disability_pension_under_the_limit(
    planned: Planned, world_of: WorldOf
) -> None:
    """V37, third person: 15 hours at 14 EUR, 910 EUR a month, beside a full national pension."""
    wage, national, guarantee = 910.0, 787.07, 990.90 - 787.07
    assert wage < 990.90
    pensions = 12 * (national + guarantee)
    own = 12 * wage * (0.073 + 0.0089)  # below the yearly floor of the daily-allowance share
    net = 12 * wage - 750 + pensions
    pension_deduction = 11_080 - 0.51 * (net - 11_080)
    before_basic = net - own - pension_deduction
    taxable = before_basic - (4265 - 0.18 * (before_basic - 4265))
    state, municipal = 0.1264 * taxable, MUNICIPAL * taxable
    medical = 0.011 * taxable + 0.0039 * (taxable - 12 * wage)
    credit = 0.18 * 12 * wage
    left = 1 - (credit - state) / (municipal + medical)
    assert 0 < left < 1, "the credit uses up the state tax and part of the others"
    municipal, medical, yle = left * municipal, left * medical, 160.0
    taxes = (municipal + medical + yle + own) / 12
    assert round(taxes, 2) == 169.06
    # housing: 0.85 of 6,000 less 681.39 and 43.5 % of 22,810.80 above 10,280: nothing;
    # social assistance: 578.43 + 500 is below what is left of pay and pension: nothing
    employer_pension, health, jobless = 0.171 * wage, 0.0191 * wage, 0.0092 * wage
    others = (0.0052 + 0.00053) * wage
    right = 0.5 * (employer_pension + 0.073 * wage)
    measures = two_steady_years(
        planned,
        world_of,
        "parameters.wages.full_time_share=0",
        "parameters.wages.entry_hourly_median={ value = 14.0, price_year = 2026 }",
        works=True,
        benefit="disability_pension",
    )
    compare(
        measures,
        {
            "gross_earnings": wage,
            "taxes_paid": taxes,
            "benefits_received": national + guarantee,
            "net_income": wage + national + guarantee - taxes,
            "months_employed": 1.0,
            "months_poorer": 0.0,
            "participant": wage + national + guarantee - taxes + right,
            "employer": 0.0,
            "municipality": municipal / 12,
            "state": yle / 12 - national - guarantee,
            "social_insurance": medical / 12 + 0.0089 * wage + health + jobless,
            "pension_insurers": 0.073 * wage + employer_pension - right,
            "other": others,
            "society": wage + employer_pension + health + jobless + others,
        },
    )
