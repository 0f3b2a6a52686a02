"""General housing allowance and pensioners' housing allowance; both are tax-free.

Laws: laki yleisestä asumistuesta 938/2014, laki eläkkeensaajan asumistuesta 571/2007. Amounts
and order of rounding: ``sisu_2026``.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.tax_benefit.rounding import to_cents, to_euros
from ips_econ.units import MONTHS_PER_YEAR


class HousingLaw(NamedTuple):
    """General housing allowance in force on one date.

    EUR/month; caps by size of the household: one to four, and each further member.
    """

    share: float
    own_share: float
    own_share_constant: float
    own_share_per_adult: float
    own_share_per_child: float
    own_share_smallest: float
    smallest_payment: float
    earnings_disregard: float
    caps_group_1: tuple[float, ...]
    caps_group_2: tuple[float, ...]
    caps_group_3: tuple[float, ...]
    asset_limit: float
    asset_limit_couple: float
    asset_share: float
    asset_ceiling: float


class PensionersHousingLaw(NamedTuple):
    """Pensioners' housing allowance in force on one date; EUR/year except the smallest payment."""

    share: float
    basic_deductible: float
    additional_deductible_share: float
    additional_deductible_from: float
    additional_deductible_from_couple: float
    smallest_payment_eur_month: float
    cap_group_1: float
    cap_group_2: float
    cap_group_3: float
    asset_limit: float
    asset_limit_couple: float
    asset_share: float


class Dwelling(NamedTuple):
    """A home and who lives in it: rent in EUR/month, assets in EUR, group of the municipality."""

    rent: float
    group: int
    adults: int
    children: int
    assets: float


@step
def by_group(group, group_1, group_2, group_3):  # type: ignore[no-untyped-def]
    """The value for a municipality's group, 1 (capital region), 2 or 3 (kuntaryhmä)."""
    if group == 1:
        return group_1
    if group == 2:
        return group_2
    return group_3


@step
def largest_accepted_costs(law: HousingLaw, dwelling: Dwelling) -> float:
    """Largest accepted housing costs, EUR/month (enimmäisasumismenot, 938/2014, 10 §)."""
    caps = by_group(dwelling.group, law.caps_group_1, law.caps_group_2, law.caps_group_3)
    size = dwelling.adults + dwelling.children
    in_table = len(caps) - 1
    further = max(0, size - in_table)
    return caps[min(size, in_table) - 1] + further * caps[in_table]


@step
def counted_asset_income(assets: float, limit: float, share: float) -> float:
    """Yearly income that assets are taken to give, EUR/year (omaisuuden huomioon ottaminen)."""
    return share * max(0.0, assets - limit)


@step
def counted_pay(law: HousingLaw, wage: float) -> float:
    """Pay that counts as income, EUR/month; 300 EUR of it did not until 31 March 2024."""
    return wage - min(to_cents(wage), law.earnings_disregard)


@step
def general_housing_allowance(
    law: HousingLaw, dwelling: Dwelling, wage: float, partner_wage: float, other_income: float
) -> float:
    """General housing allowance, EUR/month (yleinen asumistuki, 938/2014, 8–16 §).

    A share of accepted housing costs above the basic own share (perusomavastuu), which grows
    with the household's gross income. Income is rounded to the euro, the own share and the
    allowance to the cent.
    """
    if law.asset_ceiling > 0.0 and dwelling.assets >= law.asset_ceiling:
        return 0.0
    free_assets = law.asset_limit if dwelling.adults == 1 else law.asset_limit_couple
    asset_income = counted_asset_income(dwelling.assets, free_assets, law.asset_share)
    pay = counted_pay(law, wage) + counted_pay(law, partner_wage)
    income = to_euros(pay + other_income + asset_income / MONTHS_PER_YEAR)
    free_income = law.own_share_constant + law.own_share_per_adult * dwelling.adults
    free_income += law.own_share_per_child * dwelling.children
    own_share = to_cents(law.own_share * (income - free_income))
    if own_share < law.own_share_smallest:
        own_share = 0.0
    costs = min(dwelling.rent, largest_accepted_costs(law, dwelling))
    allowance = to_cents(law.share * (costs - own_share))
    return allowance if allowance >= law.smallest_payment else 0.0


@step
def pensioners_housing_allowance(
    law: PensionersHousingLaw, dwelling: Dwelling, gross_income: float
) -> float:
    """Pensioners' housing allowance, EUR/month (eläkkeensaajan asumistuki, 571/2007).

    A share of accepted yearly costs above a basic deductible (perusomavastuu) and an additional
    deductible (lisäomavastuu) on yearly income above a limit. ``gross_income`` is that of both
    partners, EUR/month; a partner is taken to have no right to the allowance.
    """
    cap = by_group(dwelling.group, law.cap_group_1, law.cap_group_2, law.cap_group_3)
    costs = min(MONTHS_PER_YEAR * dwelling.rent, cap)
    limit, free_assets = law.additional_deductible_from, law.asset_limit
    if dwelling.adults > 1:
        limit, free_assets = law.additional_deductible_from_couple, law.asset_limit_couple
    income = MONTHS_PER_YEAR * gross_income
    income += counted_asset_income(dwelling.assets, free_assets, law.asset_share)
    deductible = law.basic_deductible
    deductible += law.additional_deductible_share * max(0.0, income - limit)
    allowance = law.share * (costs - deductible) / MONTHS_PER_YEAR
    return allowance if allowance >= law.smallest_payment_eur_month else 0.0
