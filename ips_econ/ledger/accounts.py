"""The chart of accounts: payers, categories, and what each category does to each payer.

A *line* is a category seen by one payer. A transfer is a category whose coefficients over payers
sum to zero; a real resource (coach time, a bed-day, a workshop place, output produced) stands
alone. Perspectives are sets of payers, so in ``society`` transfers cancel by construction.

Amounts of the monthly budget are in the participant's view (pay and benefits positive, taxes
negative); every other amount is positive. A coefficient turns an amount into a flow: positive is
received.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ips_econ.population.attributes import Service
from ips_econ.tax_benefit.items import EMPLOYER_ITEMS, Item

REAL, TRANSFER = "real", "transfer"


class Payer(IntEnum):
    """Who bears a cost or receives a gain."""

    PARTICIPANT = 0
    EMPLOYER = 1
    WELLBEING_COUNTY = 2
    MUNICIPALITY = 3
    STATE = 4
    SOCIAL_INSURANCE = 5
    PENSION_INSURERS = 6
    EU = 7
    OTHER = 8
    HEALTH_EFFECTS = 9


PAYERS = tuple(payer.name.lower() for payer in Payer)
PUBLIC_SECTOR = (
    "wellbeing_county",
    "municipality",
    "state",
    "social_insurance",
    "pension_insurers",
)
PERSPECTIVES: dict[str, tuple[str, ...]] = {
    **{payer: (payer,) for payer in PAYERS},
    "public_sector": PUBLIC_SECTOR,
    "society": PAYERS,
}

SUPPORT_ITEMS = (
    Item.labour_market_subsidy,
    Item.basic_unemployment_allowance,
    Item.general_support,
)
PENSION_CONTRIBUTIONS = {
    Item.employee_pension_contribution: -1.0,
    Item.employer_pension_contribution: 1.0,
}
SERVICES = tuple(service.name.lower() for service in Service if service is not Service.NONE)
ALLOWANCES = tuple(f"{service}_allowance" for service in SERVICES[:2])


@dataclass(frozen=True)
class Category:
    """One kind of flow: its name, whether it is a transfer, its coefficients ``(payer,)``."""

    name: str
    nature: str
    coefficients: np.ndarray


def shares_vector(shares: Mapping[str, float]) -> np.ndarray:
    """Shares by payer name as a vector ``(payer,)``."""
    vector = np.zeros(len(Payer))
    for name, share in shares.items():
        vector[Payer[name.upper()]] += share
    return vector


def one(payer: Payer) -> np.ndarray:
    """The unit vector of a payer."""
    return np.eye(len(Payer))[payer]


def budget_categories(counterparties: Mapping[str, Mapping[str, float]]) -> list[Category]:
    """A transfer for every item of the monthly budget, in the order of :class:`Item`.

    An item that is not in force has no counterparty and no coefficients.
    """
    categories = []
    for item in Item:
        other = shares_vector(counterparties.get(item.name, {}))
        if item.name not in counterparties:
            coefficients = other
        elif item in EMPLOYER_ITEMS:
            coefficients = other - one(Payer.EMPLOYER)
        else:
            coefficients = one(Payer.PARTICIPANT) - other
        categories.append(Category(item.name, TRANSFER, coefficients))
    return categories


def other_categories(payers: Mapping[str, Mapping[str, float]]) -> list[Category]:
    """Everything that is not an item of the budget; ``payers`` gives shares by category name."""
    participant, employer = one(Payer.PARTICIPANT), one(Payer.EMPLOYER)
    municipality, state = one(Payer.MUNICIPALITY), one(Payer.STATE)
    categories = [
        Category("municipal_share_of_unemployment_support", TRANSFER, state - municipality),
        Category("pension_right_accrual", TRANSFER, participant - one(Payer.PENSION_INSURERS)),
        Category("wage_subsidy", TRANSFER, employer - municipality),
        Category("output_produced", REAL, employer),
    ]
    for name in ALLOWANCES:
        categories.append(Category(name, TRANSFER, participant - shares_vector(payers[name])))
    for name in (*SERVICES, "ips_staff", "ips_overhead", "inpatient", "outpatient", "medication"):
        categories.append(Category(name, REAL, -shares_vector(payers[name])))
    return categories


def perspective_matrix() -> np.ndarray:
    """Membership ``(perspective, payer)`` of payers in perspectives, in their order."""
    return np.array(
        [[float(payer in members) for payer in PAYERS] for members in PERSPECTIVES.values()]
    )
