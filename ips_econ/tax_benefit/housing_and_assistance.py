"""General housing allowance, pensioners' housing allowance and basic social assistance.

Laws: laki yleisestä asumistuesta 938/2014, laki eläkkeensaajan asumistuesta 571/2007, laki
toimeentulotuesta 1412/1997. Amounts and order of rounding: ``sisu_2026``; income that counts in
social assistance: ``kela_assistance_income``. All are tax-free.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.tax_benefit.rounding import to_cents, to_euros
from ips_econ.units import MONTHS_PER_YEAR


class HousingLaw(NamedTuple):
    """General housing allowance in force on one date; caps are for one person, EUR/month."""

    share: float
    own_share: float
    own_share_constant: float
    own_share_per_adult: float
    own_share_smallest: float
    smallest_payment: float
    earnings_disregard: float
    cap_group_1: float
    cap_group_2: float
    cap_group_3: float
    asset_limit: float
    asset_share: float
    asset_ceiling: float


class PensionersHousingLaw(NamedTuple):
    """Pensioners' housing allowance in force on one date; EUR/year except the smallest payment."""

    share: float
    basic_deductible: float
    additional_deductible_share: float
    additional_deductible_from: float
    smallest_payment_eur_month: float
    cap_group_1: float
    cap_group_2: float
    cap_group_3: float
    asset_limit: float
    asset_share: float


class SocialAssistanceLaw(NamedTuple):
    """Basic social assistance in force on one date; EUR/month, ratios to the basic amount."""

    basic_amount: float
    single_parent_ratio: float
    child_from_10_ratio: float
    child_under_10_ratio: float
    second_child_reduction: float
    further_child_reduction: float
    earnings_disregard: float


@step
def by_group(group: int, group_1: float, group_2: float, group_3: float) -> float:
    """The value for a municipality's group, 1 (capital region), 2 or 3 (kuntaryhmä)."""
    if group == 1:
        return group_1
    if group == 2:
        return group_2
    return group_3


@step
def counted_asset_income(assets: float, limit: float, share: float) -> float:
    """Yearly income that assets are taken to give, EUR/year (omaisuuden huomioon ottaminen)."""
    return share * max(0.0, assets - limit)


@step
def general_housing_allowance(
    law: HousingLaw,
    rent: float,
    group: int,
    wage: float,
    other_gross_income: float,
    assets: float,
) -> float:
    """General housing allowance of one adult, EUR/month (yleinen asumistuki, 938/2014, 8–16 §).

    A share of accepted housing costs above the basic own share (perusomavastuu), which grows
    with gross income. Income is rounded to the euro, the own share and the allowance to the cent.
    """
    if law.asset_ceiling > 0.0 and assets >= law.asset_ceiling:
        return 0.0
    asset_income = counted_asset_income(assets, law.asset_limit, law.asset_share) / MONTHS_PER_YEAR
    counted_wage = wage - min(to_cents(wage), law.earnings_disregard)
    income = to_euros(counted_wage + other_gross_income + asset_income)
    free_income = law.own_share_constant + law.own_share_per_adult
    own_share = to_cents(law.own_share * (income - free_income))
    if own_share < law.own_share_smallest:
        own_share = 0.0
    cap = by_group(group, law.cap_group_1, law.cap_group_2, law.cap_group_3)
    allowance = to_cents(law.share * (min(rent, cap) - own_share))
    return allowance if allowance >= law.smallest_payment else 0.0


@step
def pensioners_housing_allowance(
    law: PensionersHousingLaw, rent: float, group: int, gross_income: float, assets: float
) -> float:
    """Pensioners' housing allowance, living alone, EUR/month (eläkkeensaajan asumistuki).

    Laki 571/2007: a share of accepted yearly costs above a basic deductible
    (perusomavastuu) and an additional deductible (lisäomavastuu) on yearly income above a limit.
    ``rent`` and ``gross_income`` (pay and pensions) are EUR/month.
    """
    cap = by_group(group, law.cap_group_1, law.cap_group_2, law.cap_group_3)
    costs = min(MONTHS_PER_YEAR * rent, cap)
    income = MONTHS_PER_YEAR * gross_income
    income += counted_asset_income(assets, law.asset_limit, law.asset_share)
    excess = max(0.0, income - law.additional_deductible_from)
    deductible = law.basic_deductible + law.additional_deductible_share * excess
    allowance = law.share * (costs - deductible) / MONTHS_PER_YEAR
    return allowance if allowance >= law.smallest_payment_eur_month else 0.0


@step
def basic_amount(
    law: SocialAssistanceLaw, single_parent: bool, children_from_10: int, children_under_10: int
) -> float:
    """Basic amount of one adult and children, EUR/month (perusosa, 1412/1997, 9 §).

    The second child's amount is reduced by 0.05 and each further child's by 0.10 of the basic
    amount.
    """
    ratio = 1.0
    if single_parent:
        ratio = law.single_parent_ratio
    children = children_from_10 + children_under_10
    ratio += children_from_10 * law.child_from_10_ratio
    ratio += children_under_10 * law.child_under_10_ratio
    ratio -= law.second_child_reduction * min(1, max(0, children - 1))
    ratio -= law.further_child_reduction * max(0, children - 2)
    return ratio * law.basic_amount


@step
def social_assistance(
    law: SocialAssistanceLaw,
    basic: float,
    accepted_rent: float,
    net_wage: float,
    other_net_income: float,
    assets: float,
) -> float:
    """Basic social assistance, EUR/month (perustoimeentulotuki, 1412/1997, 6–12 §).

    Basic amount and accepted housing costs, less net pay above the disregard, other net income
    (housing allowance included, care and disability allowances not) and available assets. The
    disregard of 150 EUR/month ended for adults on 1 March 2026 (act 26/2026).
    """
    counted_wage = max(0.0, net_wage - law.earnings_disregard)
    return max(0.0, basic + accepted_rent - counted_wage - other_net_income - assets)
