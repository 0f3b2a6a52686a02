"""Child benefit, maintenance support and the fee of early childhood education.

Laws: lapsilisälaki 796/1992, elatustukilaki 580/2008, laki varhaiskasvatuksen
asiakasmaksuista 1503/2016. Amounts: ``sisu_2026``. Benefits are tax-free.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.tax_benefit.rounding import to_euros


class FamilyLaw(NamedTuple):
    """Child benefit, maintenance support and day-care fee in force on one date; EUR/month.

    ``child_benefit`` by order of the child, the last for each further one; ``day_care_limits``
    by size of the family, two to six.
    """

    child_benefit: tuple[float, ...]
    child_benefit_under_3: float
    child_benefit_single_parent: float
    maintenance_support: float
    day_care_limits: tuple[float, ...]
    day_care_income_limit_further: float
    day_care_rate: float
    day_care_largest: float
    day_care_smallest: float
    day_care_second_child_share: float
    day_care_further_child_share: float


@step
def child_benefit(
    law: FamilyLaw, children_under_17: int, children_under_3: int, single_parent: bool
) -> float:
    """Child benefit, EUR/month (lapsilisä, 796/1992, 7 §), until the month of the 17th birthday."""
    total = 0.0
    last = len(law.child_benefit) - 1
    for order in range(children_under_17):
        total += law.child_benefit[min(order, last)]
    total += children_under_3 * law.child_benefit_under_3
    if single_parent:
        total += children_under_17 * law.child_benefit_single_parent
    return total


@step
def maintenance_support(law: FamilyLaw, children: int) -> float:
    """Maintenance support, EUR/month (elatustuki, 580/2008): the other parent does not pay."""
    return children * law.maintenance_support


@step
def day_care_fee(
    law: FamilyLaw, family_size: int, children_in_day_care: int, gross_income: float
) -> float:
    """Fee of whole-day early childhood education, EUR/month (varhaiskasvatusmaksu, 1503/2016).

    A share of the family's gross income above a limit that grows with the family; the second
    child pays 40 per cent of it and each further child 20 per cent. Fees are whole euros, and a
    small one is not charged.
    """
    if children_in_day_care <= 0:
        return 0.0
    largest_table = len(law.day_care_limits) + 1
    limit = law.day_care_limits[max(2, min(family_size, largest_table)) - 2]
    limit += law.day_care_income_limit_further * max(0, family_size - largest_table)
    first = min(law.day_care_largest, law.day_care_rate * max(0.0, gross_income - limit))
    first = to_euros(first)
    total = 0.0
    for order in range(children_in_day_care):
        fee = first
        if order == 1:
            fee = to_euros(law.day_care_second_child_share * first)
        elif order > 1:
            fee = to_euros(law.day_care_further_child_share * first)
        if fee >= law.day_care_smallest:
            total += fee
    return total
