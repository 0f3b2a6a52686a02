"""Sickness allowance and rehabilitation allowance (sairauspäiväraha, kuntoutusraha).

Laws: sairausvakuutuslaki 1224/2004, Kelan kuntoutuslaki 566/2005. Amounts: ``sisu_2026``.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step


class SicknessLaw(NamedTuple):
    """Sickness and rehabilitation allowances in force on one date."""

    minimum_eur_day: float
    paid_days_month: float
    days_of_annual_income: float
    rate_1: float
    bend_eur_year: float
    rate_2: float


@step
def sickness_allowance_day(law: SicknessLaw, annual_income: float) -> float:
    """Sickness allowance, EUR/day (sairauspäiväraha, 1224/2004, 11 luku).

    ``annual_income`` is the yearly income after the wage earner's deduction, EUR/year; without
    earlier income the minimum is paid.
    """
    first = law.rate_1 * min(annual_income, law.bend_eur_year)
    second = law.rate_2 * max(0.0, annual_income - law.bend_eur_year)
    return max(law.minimum_eur_day, (first + second) / law.days_of_annual_income)


@step
def sickness_allowance(law: SicknessLaw, annual_income: float, wage_eur_month: float) -> float:
    """Sickness allowance, EUR/month (1224/2004, 8 luku): paid while the person cannot work.

    A month with pay for work is not a month of incapacity, so nothing is paid beside a wage.
    """
    if wage_eur_month > 0.0:
        return 0.0
    return law.paid_days_month * sickness_allowance_day(law, annual_income)


@step
def rehabilitation_allowance(
    law: SicknessLaw, annual_income: float, wage_eur_month: float
) -> float:
    """Rehabilitation allowance, EUR/month (kuntoutusraha, 566/2005, 17 §).

    Computed as sickness allowance and paid for days on which rehabilitation prevents work
    altogether (source ``kela_rehabilitation_allowance``), so nothing is paid beside a wage.
    """
    return sickness_allowance(law, annual_income, wage_eur_month)
