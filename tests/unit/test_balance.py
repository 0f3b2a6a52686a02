"""A broken ledger, law or cohort stops the run: one figure is tampered with, and it is noticed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ips_econ.errors import RunError
from ips_econ.evaluation.blocks import Plan, simulate_block
from ips_econ.ledger.balance import check_ledger, check_occupancy, check_rules
from ips_econ.ledger.posting import Count, Value
from ips_econ.ledger.prices import service_cost
from ips_econ.ledger.streams import Line, category_amounts, post
from ips_econ.ledger.walk import Measure, Totals, World, live_block
from ips_econ.tax_benefit.items import Item


class Books:
    """One small block, lived and ready to be posted; ``check`` posts and checks it."""

    def __init__(self, plan: Plan, world: World) -> None:
        self.plan, self.world = plan, world
        self.totals: Totals = live_block(world)
        self.lines: list[Line] = list(plan.lines)

    def check(self) -> np.ndarray:
        plan, world = self.plan, self.world
        amounts = category_amounts(
            self.totals.monthly,
            plan.categories,
            world.prices,
            service_cost(plan.scenario, plan.draws),
            plan.pension_right_share,
        )
        ledger = post(amounts, plan.categories, self.lines, world.prices, world.people)
        return check_ledger(ledger, self.lines, self.totals, plan.categories, world.people)

    def line(self, category: str, payer: int | None = None) -> int:
        """Position of a line."""
        names = [self.plan.categories[line.category].name for line in self.lines]
        return next(
            i
            for i, line in enumerate(self.lines)
            if names[i] == category and payer in (None, line.payer)
        )


@pytest.fixture
def books(planned: Callable[..., Plan], world_of: Callable[[Plan], World]) -> Books:
    plan = planned("run.draws=4")
    return Books(plan, world_of(plan))


def test_an_honest_ledger_balances_to_a_fraction_of_a_cent(books: Books) -> None:
    imbalance = books.check()
    assert imbalance.shape == (4,)
    assert imbalance.max() < 1e-6


@pytest.mark.parametrize(
    "category", ["gross_wage", "municipal_tax", "general_support", "national_pension"]
)
def test_a_transfer_that_arrives_short_is_noticed(books: Books, category: str) -> None:
    """One payer receives one per cent less than the other pays."""
    at = books.line(category)
    books.lines[at] = books.lines[at]._replace(coefficient=0.99 * books.lines[at].coefficient)
    with pytest.raises(RunError, match=r"the ledger does not balance: [\d.]+ EUR per person in"):
        books.check()


@pytest.mark.parametrize("category", ["ips_staff", "inpatient", "gross_wage", "output_produced"])
def test_a_line_that_is_forgotten_is_noticed(books: Books, category: str) -> None:
    """Even a real resource, whose loss leaves every transfer in balance.

    Inpatient days are the same in both arms here, so their line moves nothing that is reported.
    """
    del books.lines[books.line(category)]
    if category == "inpatient":
        assert books.check().max() < 1e-6
    else:
        with pytest.raises(RunError, match="the ledger does not balance"):
            books.check()


def test_a_cost_sent_to_the_wrong_payer_is_noticed(books: Books) -> None:
    at = books.line("ips_staff")
    books.lines[at] = books.lines[at]._replace(payer=4)
    with pytest.raises(RunError, match="the ledger does not balance"):
        books.check()


def test_a_person_who_is_posted_twice_is_noticed(books: Books) -> None:
    """Monthly totals and person sums are kept apart: 10 EUR a person too much in one of them."""
    books.totals.sums[2, 2, Measure.STATE] += 10.0 * books.world.people
    with pytest.raises(RunError, match=r"10\.0000 EUR per person in draw 2\. Please report"):
        books.check()


def test_a_flow_that_is_no_number_is_noticed(books: Books) -> None:
    books.totals.monthly[1, 1, 0, 5, Item.gross_wage] = np.nan
    with pytest.raises(RunError, match="the ledger does not balance"):
        books.check()


def test_a_tenth_of_a_cent_is_rounding(books: Books) -> None:
    books.totals.sums[0, 2, Measure.STATE] += 0.001 * books.world.people
    assert books.check()[0] == pytest.approx(0.001, rel=1e-3)


# Occupancy --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (Count.ALIVE, "the living and the dead or retired"),
        (Count.LIFE_ENDED, "the living and the dead or retired"),
        (Count.STATUS_0, "the benefit statuses of the living"),
        (Count.EMPLOYED, "part-time and full-time work"),
        (Count.EMPLOYED_FULL_TIME, "part-time and full-time work"),
    ],
)
def test_a_person_who_is_nowhere_is_noticed(books: Books, column: Count, said: str) -> None:
    check_occupancy(books.totals, books.world.people)
    books.totals.monthly[3, 1, 0, 20, column] += 1.0
    with pytest.raises(RunError, match=f"occupancy is broken: {said} do not add up"):
        check_occupancy(books.totals, books.world.people)


# The law as tables ------------------------------------------------------------------------------


def test_honest_rules_pass(books: Books) -> None:
    check_rules(books.plan.rules, books.plan.categories)


def test_a_budget_that_does_not_add_up_stops_the_run(books: Books) -> None:
    values = books.plan.rules.values.copy()
    values[3, 2, 100, Value.NET_INCOME] += 0.02
    with pytest.raises(RunError, match=r"budget identity is broken by 0\.0200 EUR a month"):
        check_rules(books.plan.rules._replace(values=values), books.plan.categories)


def test_a_rule_without_a_number_stops_the_run(books: Books) -> None:
    items = books.plan.rules.items.copy()
    items[1, 0, 40, Item.general_support] = np.nan
    with pytest.raises(RunError, match="budget identity is broken"):
        check_rules(books.plan.rules._replace(items=items), books.plan.categories)


def test_a_benefit_that_nobody_pays_stops_the_run(books: Books) -> None:
    items = books.plan.rules.items.copy()
    name = Item.earnings_related_unemployment_allowance
    assert not items[..., name].any(), "not modelled, so nobody is named who pays it"
    items[1, 0, 0, name] = 800.0
    items[1, 0, 0, Item.general_support] -= 800.0
    with pytest.raises(RunError, match=f"nobody pays or receives {name.name} at this policy date"):
        check_rules(books.plan.rules._replace(items=items), books.plan.categories)


def test_the_checks_are_made_in_every_run(
    planned: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block of a run with a tampered line does not come back."""
    plan = planned("run.draws=4", "run.seed=77")
    lines = list(plan.lines)
    lines[0] = lines[0]._replace(coefficient=0.5 * lines[0].coefficient)
    monkeypatch.setitem(plan.__dict__, "lines", lines)
    with pytest.raises(RunError, match="the ledger does not balance"):
        simulate_block(plan, slice(0, 4))
