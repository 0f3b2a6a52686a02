"""Basic social assistance, the last resort (perustoimeentulotuki); tax-free.

Law: laki toimeentulotuesta 1412/1997. Amounts: ``sisu_2026``; income that counts:
``kela_assistance_income``.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step


class SocialAssistanceLaw(NamedTuple):
    """Basic social assistance in force on one date; EUR/month, ratios to the basic amount."""

    basic_amount: float
    couple_ratio: float
    single_parent_ratio: float
    child_from_10_ratio: float
    child_under_10_ratio: float
    second_child_reduction: float
    further_child_reduction: float
    earnings_disregard: float


class Need(NamedTuple):
    """What assistance has to cover, EUR/month: basic amount, accepted rent and fees."""

    basic: float
    rent: float
    fees: float


@step
def basic_amount(
    law: SocialAssistanceLaw, adults: int, children_from_10: int, children_under_10: int
) -> float:
    """Basic amount of a household, EUR/month (perusosa, 1412/1997, 9 §).

    The second child's amount is reduced by 0.05 and each further child's by 0.10 of the basic
    amount.
    """
    children = children_from_10 + children_under_10
    ratio = 1.0
    if adults > 1:
        ratio = adults * law.couple_ratio
    elif children > 0:
        ratio = law.single_parent_ratio
    ratio += children_from_10 * law.child_from_10_ratio
    ratio += children_under_10 * law.child_under_10_ratio
    ratio -= law.second_child_reduction * min(1, max(0, children - 1))
    ratio -= law.further_child_reduction * max(0, children - 2)
    return ratio * law.basic_amount


@step
def counted_net_pay(law: SocialAssistanceLaw, net_wage: float) -> float:
    """Net pay of one person that counts, EUR/month (ansiotulovähennys, 1412/1997, 11 §).

    The disregard of 150 EUR/month ended for adults on 1 March 2026 (act 26/2026).
    """
    return max(0.0, net_wage - law.earnings_disregard)


@step
def social_assistance(
    law: SocialAssistanceLaw,
    need: Need,
    net_wage: float,
    partner_net_wage: float,
    other_net_income: float,
    assets: float,
) -> float:
    """Basic social assistance, EUR/month (perustoimeentulotuki, 1412/1997, 6–12 §).

    Basic amount, accepted housing costs and day-care fees, less net pay above the disregard,
    other net income (housing allowance, child benefit and maintenance support included; care,
    disability and maintenance allowances not) and available assets.
    """
    pay = counted_net_pay(law, net_wage) + counted_net_pay(law, partner_net_wage)
    return max(0.0, need.basic + need.rent + need.fees - pay - other_net_income - assets)
