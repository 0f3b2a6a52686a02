"""The identities of the ledger, evaluated in every run; a broken one stops it."""

from __future__ import annotations

import numpy as np

from ips_econ.errors import RunError
from ips_econ.ledger.accounts import Category, Payer
from ips_econ.ledger.posting import Count, Rules, Value
from ips_econ.ledger.streams import Ledger, Line
from ips_econ.ledger.walk import Measure, Totals
from ips_econ.tax_benefit.items import BENEFIT_ITEMS, PARTICIPANT_ITEMS, TAX_ITEMS, Item

CENT = 0.01
COUNT_TOLERANCE = 1e-6


def check_rules(rules: Rules, categories: list[Category]) -> None:
    """Net income + taxes + contributions - benefits = gross pay in every cell of the law.

    And no item flows that has nobody on its other side.
    """
    for item in Item:
        if not categories[item].coefficients.any() and rules.items[..., item].any():
            raise RunError(
                f"nobody pays or receives {item.name} at this policy date. Please report it."
            )
    largest = 0.0
    for items, values in zip(rules.items, rules.values, strict=True):
        net = items[..., list(PARTICIPANT_ITEMS)].sum(axis=-1)
        taxes = items[..., list(TAX_ITEMS)].sum(axis=-1)
        benefits = items[..., list(BENEFIT_ITEMS)].sum(axis=-1)
        gross = np.abs(net - taxes - benefits - items[..., Item.gross_wage]).max()
        told = np.abs(net - values[..., Value.NET_INCOME]).max()
        largest = float(np.max([largest, gross, told]))  # NaN stays NaN, and stops the run
    if not largest < CENT:
        raise RunError(
            f"the budget identity is broken by {largest:.4f} EUR a month: net income, taxes, "
            "contributions and benefits do not add up to gross pay. Please report this scenario."
        )


def check_occupancy(totals: Totals, people: int) -> None:
    """Everybody is somewhere in every month; work and status divide the living."""
    monthly = totals.monthly.sum(axis=2)
    alive = monthly[..., Count.ALIVE]
    where = {
        "the living and the dead or retired": alive + monthly[..., Count.LIFE_ENDED] - people,
        "the benefit statuses of the living": alive
        - monthly[..., Count.STATUS_0 : Count.STATUS_0 + 5].sum(axis=-1),
        "part-time and full-time work": monthly[..., Count.EMPLOYED]
        - monthly[..., Count.EMPLOYED_PART_TIME]
        - monthly[..., Count.EMPLOYED_FULL_TIME],
    }
    for name, difference in where.items():
        if not np.abs(difference).max() < COUNT_TOLERANCE:
            raise RunError(
                f"occupancy is broken: {name} do not add up. Please report this scenario."
            )


def check_ledger(
    ledger: Ledger, lines: list[Line], totals: Totals, categories: list[Category], people: int
) -> np.ndarray:
    """Largest imbalance ``(draw,)``, EUR per person: of transfers, and of two ways to a payer.

    The net result of every payer is known twice: person by person from the walk, and category by
    category from the totals. They agree to a cent, and in society only real resources remain.
    """
    difference = ledger.present[:, 1] - ledger.present[:, 0]
    by_category = np.zeros((len(difference), len(Payer)))
    real = np.zeros(len(difference))
    for index, line in enumerate(lines):
        by_category[:, line.payer] += difference[:, index]
        if categories[line.category].nature == "real":
            real += difference[:, index]
    first = Measure.PARTICIPANT
    by_person = totals.sums[:, 2, first : first + len(Payer)] / people
    society = totals.sums[:, 2, Measure.SOCIETY] / people
    largest = np.maximum(np.abs(by_category - by_person).max(axis=1), np.abs(society - real))
    imbalance = np.maximum(ledger.imbalance, largest)
    if not imbalance.max() < CENT:
        raise RunError(
            f"the ledger does not balance: {imbalance.max():.4f} EUR per person in draw "
            f"{int(imbalance.argmax())}. Please report this scenario."
        )
    return imbalance
