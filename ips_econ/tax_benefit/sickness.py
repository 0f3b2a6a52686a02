"""Sickness and rehabilitation allowances (sairauspäiväraha, osasairauspäiväraha, kuntoutusraha).

Laws: sairausvakuutuslaki 1224/2004 (SVL), Kelan kuntoutuslaki 566/2005. Amounts: ``sisu_2026``;
partial sickness allowance: ``he_181_2022``.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.units import MONTHS_PER_YEAR


class SicknessLaw(NamedTuple):
    """Sickness and rehabilitation allowances in force on one date."""

    minimum_eur_day: float
    paid_days_month: float
    days_of_annual_income: float
    wage_deduction_share: float
    rate_1: float
    bend_eur_year: float
    rate_2: float
    partial_share: float
    partial_from: float
    partial_to: float
    young_person_wage_taper: float
    longest_days: float


@step
def annual_income_that_counts(law: SicknessLaw, earlier_wage_eur_month: float) -> float:
    """Yearly income the allowance is computed from, EUR/year (vuositulo, SVL 11 luku 2 §).

    Earlier pay less the wage earner's deduction.
    """
    return MONTHS_PER_YEAR * earlier_wage_eur_month * (1.0 - law.wage_deduction_share)


@step
def sickness_allowance_day(law: SicknessLaw, annual_income: float) -> float:
    """Sickness allowance, EUR/day (sairauspäiväraha, SVL 11 luku).

    ``annual_income`` is the yearly income after the wage earner's deduction, EUR/year; without
    earlier income the minimum is paid.
    """
    first = law.rate_1 * min(annual_income, law.bend_eur_year)
    second = law.rate_2 * max(0.0, annual_income - law.bend_eur_year)
    return max(law.minimum_eur_day, (first + second) / law.days_of_annual_income)


@step
def sickness_allowance(law: SicknessLaw, annual_income: float, wage_eur_month: float) -> float:
    """Sickness allowance, EUR/month (SVL 8 luku): paid while the person cannot work.

    A month with pay for work is not a month of incapacity, so nothing is paid beside a wage.
    """
    if wage_eur_month > 0.0:
        return 0.0
    return law.paid_days_month * sickness_allowance_day(law, annual_income)


@step
def partial_sickness_allowance(
    law: SicknessLaw, earlier_wage_eur_month: float, wage_eur_month: float
) -> float:
    """Partial sickness allowance, EUR/month (osasairauspäiväraha, SVL 8 luku 11 §).

    Half of the full allowance while working hours, and pay with them, are 40 to 60 per cent of
    full-time work; the full allowance without work, nothing for more or less work than that.
    Without known earlier pay, half of the minimum, whatever the pay.
    """
    annual_income = annual_income_that_counts(law, earlier_wage_eur_month)
    if wage_eur_month <= 0.0:
        return sickness_allowance(law, annual_income, 0.0)
    smallest = law.partial_from * earlier_wage_eur_month
    largest = law.partial_to * earlier_wage_eur_month
    within = smallest <= wage_eur_month <= largest
    if earlier_wage_eur_month > 0.0 and not within:
        return 0.0
    full = law.paid_days_month * sickness_allowance_day(law, annual_income)
    return law.partial_share * full


@step
def rehabilitation_allowance(
    law: SicknessLaw, annual_income: float, wage_eur_month: float
) -> float:
    """Rehabilitation allowance, EUR/month (kuntoutusraha, 566/2005, 17 §).

    Computed as sickness allowance and paid for days on which rehabilitation prevents work
    altogether (source ``kela_rehabilitation_allowance``), so nothing is paid beside a wage.
    """
    return sickness_allowance(law, annual_income, wage_eur_month)


@step
def young_persons_rehabilitation_allowance(
    law: SicknessLaw, annual_income: float, wage_eur_month: float
) -> float:
    """Young person's rehabilitation allowance, EUR/month (nuoren kuntoutusraha, 566/2005, 20 §).

    For the studies of people of 18 and 19 with reduced work ability. From 2025 pay above a month
    of the minimum allowance is taken from it whole (37 §, act 730/2024); before, pay did not
    matter.
    """
    full = law.paid_days_month * sickness_allowance_day(law, annual_income)
    free_pay = law.paid_days_month * law.minimum_eur_day
    excess = max(0.0, wage_eur_month - free_pay)
    return max(0.0, full - law.young_person_wage_taper * excess)
