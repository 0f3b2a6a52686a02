"""One person's budget as JSON, language-free, as the interface contract says."""

from __future__ import annotations

from typing import Any

from ips_econ.tax_benefit.circumstances import BenefitStatus
from ips_econ.tax_benefit.items import EMPLOYER_ITEMS, FEE_ITEMS, PARTICIPANT_ITEMS, TAX_ITEMS, Item
from ips_econ.tax_benefit.personal_budget import PersonalBudget, gains_by_payer

_PAID_BY_PARTICIPANT = (*TAX_ITEMS, *FEE_ITEMS)


def rounded(value: float) -> float:
    """An amount to a hundredth of a cent, and no negative zero."""
    return round(float(value), 4) + 0.0


def budget_json(budget: PersonalBudget) -> dict[str, Any]:
    """One budget as the interface contract says; amounts in EUR/month, rates as shares."""
    pays = budget.incentives
    return {
        "date": budget.on.isoformat(),
        "reform": budget.reform,
        "benefit": BenefitStatus(budget.circumstances.status).name,
        "gross_eur_month": rounded(budget.circumstances.gross_wage_eur_month),
        "net_income_eur_month": rounded(pays.net_income),
        "net_without_work_eur_month": rounded(pays.net_without_work),
        "disposable_after_rent_eur_month": rounded(budget.disposable_after_rent),
        "employer_cost_eur_month": rounded(budget.employer_cost),
        "participation_tax_rate": _rate(pays.participation_tax_rate),
        "effective_marginal_tax_rate": _rate(pays.effective_marginal_tax_rate),
        "items": [_item_json(budget, item) for item in PARTICIPANT_ITEMS],
        "employer_items": [
            {
                "id": item.name,
                "eur_month": rounded(budget.items[item]),
                "payer": "employer",
                **_side("receiver", budget, item),
            }
            for item in EMPLOYER_ITEMS
        ],
        "gains_by_payer": {
            payer: rounded(gain) for payer, gain in sorted(gains_by_payer(budget).items())
        },
    }


def _rate(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 6) + 0.0


def _item_json(budget: PersonalBudget, item: Item) -> dict[str, Any]:
    amount = {"id": item.name, "eur_month": rounded(budget.items[item])}
    if item in _PAID_BY_PARTICIPANT:
        return {**amount, "payer": "participant", **_side("receiver", budget, item)}
    return {**amount, **_side("payer", budget, item), "receiver": "participant"}


def _side(side: str, budget: PersonalBudget, item: Item) -> dict[str, Any]:
    """The payer or receiver with the largest share, and all shares where there are several."""
    shares = budget.payers.get(item.name, {})
    if not shares:  # not in force on the date
        return {side: None}
    largest = max(shares, key=lambda payer: shares[payer])
    several = {f"{side}_shares": shares} if len(shares) > 1 else {}
    return {side: largest, **several}
