"""One person's budget with its law, its payers and what work pays: what ``net-income`` answers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ips_econ.parameters.library import ParameterLibrary
from ips_econ.tax_benefit.circumstances import Circumstances
from ips_econ.tax_benefit.incentives import Incentives, incentives, without_work
from ips_econ.tax_benefit.items import EMPLOYER_ITEMS, Item
from ips_econ.tax_benefit.law import NO_REFORM, Law, load_law
from ips_econ.tax_benefit.net_income import budget, employer_cost
from ips_econ.tax_benefit.payers import Shares, payers_of


@dataclass(frozen=True)
class PersonalBudget:
    """One person's month under the law of one date.

    ``items`` ``(item,)`` in EUR/month as :class:`Item` says; ``without_work`` the same person's
    items without the job; ``payers`` the counterparty of each item, item name to shares.
    """

    on: date
    reform: str
    law: Law
    circumstances: Circumstances
    items: NDArray[np.float64]
    without_work: NDArray[np.float64]
    payers: dict[str, Shares]
    payers_without_work: dict[str, Shares]
    incentives: Incentives

    @property
    def employer_cost(self) -> float:
        """Gross wage and what the employer pays on top, EUR/month."""
        return employer_cost(self.items)

    @property
    def disposable_after_rent(self) -> float:
        """Net income less the rent, EUR/month."""
        return self.incentives.net_income - self.circumstances.rent_eur_month


def personal_budget(
    library: ParameterLibrary, on: date, circumstances: Circumstances, reform: str = NO_REFORM
) -> PersonalBudget:
    """The budget of one person on a date, with and without the job.

    Raises
    ------
    InputError
        If the law of the date is not modelled or does not cover the circumstances.
    """
    law = load_law(library, on, reform)
    idle = without_work(law, circumstances)
    return PersonalBudget(
        on,
        reform,
        law,
        circumstances,
        budget(law, circumstances),
        budget(law, idle),
        payers_of(library, on, law, circumstances),
        payers_of(library, on, law, idle),
        incentives(law, circumstances),
    )


def unclaimed_assistance(law: Law, circumstances: Circumstances) -> float:
    """Basic social assistance that would be due if it were claimed, EUR/month."""
    if circumstances.claims_social_assistance:
        return 0.0
    claiming = circumstances._replace(claims_social_assistance=True)
    item = Item.social_assistance
    return float(budget(law, claiming)[item] - budget(law, circumstances)[item])


def flows_by_payer(items: NDArray[np.float64], payers: dict[str, Shares]) -> dict[str, float]:
    """What each payer receives (positive) or pays in a month, EUR; the flows sum to zero.

    The employer's line holds wage and contributions, not what the work produces.
    """
    flows: dict[str, float] = defaultdict(float)
    for item in Item:
        amount = float(items[item])
        if amount == 0.0:
            continue
        on_top = item in EMPLOYER_ITEMS
        flows["employer" if on_top else "participant"] += -amount if on_top else amount
        for payer, share in payers[item.name].items():
            flows[payer] += share * (amount if on_top else -amount)
    return dict(flows)


def gains_by_payer(budget: PersonalBudget) -> dict[str, float]:
    """What each payer gains in a month when the person takes the job, EUR; sums to zero."""
    after = flows_by_payer(budget.items, budget.payers)
    before = flows_by_payer(budget.without_work, budget.payers_without_work)
    return {payer: after.get(payer, 0.0) - before.get(payer, 0.0) for payer in {**before, **after}}
