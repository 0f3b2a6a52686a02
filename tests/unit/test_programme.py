"""The programme by calendar year: streams cut by hand, three clients by hand, capacity, money."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ips_econ.evaluation.blocks import Plan, simulate_block
from ips_econ.evaluation.outcomes import Draws
from ips_econ.evaluation.programme import (
    QUANTITIES,
    calendar_flows,
    calendar_years,
    intake,
    spread_over_calendar,
)
from ips_econ.ledger.accounts import PAYERS
from ips_econ.ledger.posting import COLUMNS, Count
from ips_econ.ledger.prices import coach_year
from ips_econ.ledger.streams import Ledger

Planned = Callable[..., Plan]

FIRST_PAYER = len(QUANTITIES)


def quantity(name: str) -> int:
    return QUANTITIES.index(name)


def test_the_streams_of_three_clients_are_cut_into_calendar_years() -> None:
    """Eighteen months of service from January, June and December, by counting on the fingers.

    January: 12 months in the first year, 6 in the second. June: 7, 11. December: 1, 12, 5.
    """
    cut = spread_over_calendar(np.concatenate([np.ones(18), np.zeros(6)]))
    assert cut.shape == (12, 3)
    assert cut[0].tolist() == [12.0, 6.0, 0.0]
    assert cut[5].tolist() == [7.0, 11.0, 0.0]
    assert cut[11].tolist() == [1.0, 12.0, 5.0]
    assert cut[[0, 5, 11]].sum(axis=0).tolist() == [20.0, 29.0, 5.0]


def test_cutting_keeps_every_euro() -> None:
    stream = np.random.default_rng(2).normal(size=(4, 3, 36))
    cut = spread_over_calendar(stream)
    assert cut.shape == (4, 3, 12, 4)
    whole = np.broadcast_to(stream.sum(axis=-1)[..., None], (4, 3, 12))
    np.testing.assert_allclose(cut.sum(axis=-1), whole, rtol=1e-12)


# Three clients: one in four months is referred, in service for a year each, from month 7 in work
# (control: from month 13), and every month 10 EUR better off.

THREE = (
    "run.draws=2",
    "programme.years=1",
    "programme.coaches=1",
    "programme.caseload=3",
    "programme.referrals_month=0.25",
    "economics.horizon_years=2",
)


def three_clients(plan: Plan) -> np.ndarray:
    """Programme totals of the first draw ``(calendar year, quantity)``; 40 simulated people."""
    people, months, draws = 40, 24, len(plan.draws)
    monthly = np.zeros((draws, 2, 1, months, COLUMNS))
    monthly[:, 1, 0, :12, Count.IN_SERVICE] = people
    monthly[:, 1, 0, 6:, Count.EMPLOYED] = people
    monthly[:, 0, 0, 12:, Count.EMPLOYED] = people
    by_entry = np.zeros((draws, 2, 1, months, len(PAYERS)))
    by_entry[:, 1, ..., PAYERS.index("participant")] = 10.0 * people
    nothing = np.zeros((draws, 2, 2, 0))
    ledger = Ledger(nothing, nothing[:, :, 0], by_entry, np.zeros(draws))
    return calendar_flows(plan.scenario, plan.draws, monthly, ledger, people)[0]


def test_three_clients_by_calendar_year(planned: Planned) -> None:
    """Month of entry k = 0..11: 12 - k of 12 months of service fall in the first year: 78 of 144.

    In work 18 months from month 7: in the first year 6 - k months for k < 6 (21 of 144), in the
    second 12 for k < 7 and 18 - k for the rest, in the third what is left.
    """
    result = three_clients(planned(*THREE))
    assert result.shape == (3, len(QUANTITIES) + len(PAYERS))
    assert result[:, quantity("clients_started")] == pytest.approx([3.0, 0.0, 0.0])
    in_service = [3 * 78 / 144, 3 * 66 / 144, 0.0]
    assert result[:, quantity("clients_in_service")] == pytest.approx(in_service)
    first = sum(max(0, 6 - k) for k in range(12))
    third = sum(k for k in range(12))
    second = 12 * 18 - first - third
    in_work = [3 * n / 144 for n in (first, second, third)]
    assert result[:, quantity("clients_in_work")] == pytest.approx(in_work)
    months_control = [0, sum(12 - k for k in range(12)), third]
    gained = [a - 3 * n / 144 for a, n in zip(in_work, months_control, strict=True)]
    assert result[:, quantity("additional_in_work")] == pytest.approx(gained)


def test_the_money_of_three_clients_by_calendar_year(planned: Planned) -> None:
    """30 EUR a month in all; the coach is paid in full, and the free places are a cost apart."""
    plan = planned(*THREE, "programme.funding={ wellbeing_county = 0.6, eu = 0.4 }")
    result = three_clients(plan)
    months = [78 / 12, 12.0, 66 / 12]
    participant = FIRST_PAYER + PAYERS.index("participant")
    assert result[:, participant] == pytest.approx([30 * m for m in months])
    staff, other = coach_year(plan.draws, 1.0)
    coach = staff[0] + other[0]
    used = np.array([coach * 78 / 144, coach * 66 / 144, 0.0])
    unused = np.array([coach - used[0], 0.0, 0.0])
    assert result[:, quantity("coaches")] == pytest.approx([1.0, 0.0, 0.0])
    assert result[:, quantity("unused_capacity_cost")] == pytest.approx(unused)
    assert result[:, quantity("programme_cost")] == pytest.approx(used + unused)
    for payer, share in (("wellbeing_county", 0.6), ("eu", 0.4)):
        column = FIRST_PAYER + PAYERS.index(payer)
        assert result[:, column] == pytest.approx(-share * unused)


def test_years_run_from_the_first_entry_to_the_last_follow_up(planned: Planned) -> None:
    plan = planned("programme.years=2", "programme.coaches=[2, 3]")
    block = simulate_block(plan, slice(0, 4))
    assert calendar_years(plan.scenario) == 2 + 3
    assert block["calendar"].shape == (4, 5, len(QUANTITIES) + len(PAYERS))
    assert block["calendar"][:, :, quantity("coaches")].tolist() == [[2.0, 3.0, 0.0, 0.0, 0.0]] * 4


@pytest.mark.parametrize("coaches", ["2", "[1, 4]", "[0, 2]"])
def test_nobody_is_served_beyond_the_caseload(planned: Planned, coaches: str) -> None:
    """V21: places are never overfilled at the constant chance of leaving, month by month."""
    plan = planned("programme.years=2", f"programme.coaches={coaches}", "run.draws=64")
    entering = intake(plan.scenario, plan.draws).entering
    leaving = 1.0 / plan.draws.column("programme.mean_months_in_service")
    served = np.zeros(len(plan.draws))
    for year, staff in enumerate(plan.scenario.programme.coaches):
        for month in range(12):
            served = served * (1.0 - leaving) + entering[:, year, month]
            assert np.all(served <= staff * plan.scenario.programme.caseload + 1e-9)
    assert entering.min() >= 0.0
    assert np.all(entering.sum(axis=(1, 2)) > 0.0)


def test_fewer_referrals_than_places_leave_places_free(planned: Planned) -> None:
    full = intake(planned().scenario, planned().draws).entering
    few = planned("programme.referrals_month=1")
    assert intake(few.scenario, few.draws).entering == pytest.approx(np.ones_like(full))
    assert full.sum() > 36.0 * len(full)


def test_a_referral_is_no_more_than_a_referral(planned: Planned) -> None:
    many = planned("programme.referrals_month=1000")
    without = planned()
    assert np.array_equal(
        intake(many.scenario, many.draws).entering, intake(without.scenario, without.draws).entering
    )


def test_the_programme_and_the_person_tell_the_same_money(planned: Planned) -> None:
    """Totals over all calendar years are the clients times the result per person entering.

    With one entry year the simulated people are exactly the scaled ones, so this is an identity;
    the cost of unused capacity is the programme's alone.
    """
    plan = planned("programme.years=1", "run.draws=8", "economics.horizon_years=3")
    block = simulate_block(plan, slice(0, 8))
    draws = Draws(plan, block)
    calendar = block["calendar"]
    clients = calendar[:, :, quantity("clients_started")].sum(axis=1)
    per_person = draws.blocks["payer_month"].sum(axis=1)
    total = calendar[:, :, FIRST_PAYER:].sum(axis=1)
    total[:, PAYERS.index("wellbeing_county")] += calendar[
        :, :, quantity("unused_capacity_cost")
    ].sum(axis=1)
    np.testing.assert_allclose(total, clients[:, None] * per_person, rtol=1e-9, atol=1e-6)
