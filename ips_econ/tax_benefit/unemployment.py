"""Labour-market subsidy and general support (työmarkkinatuki, yleistuki).

Laws: työttömyysturvalaki 1290/2002, and from 1 May 2026 laki yleistuesta 48/2026, which
merged labour-market subsidy and basic allowance. Amounts: ``sisu_2026``; adjustment:
``he_73_2023`` and ``stt_71696995``. Part-time work is assumed to stay within the 80 % of
full-time hours that the adjustment allows.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step


class UnemploymentLaw(NamedTuple):
    """Flat-rate unemployment benefits in force on one date; an amount of 0 is not in force."""

    labour_market_subsidy_eur_day: float
    general_support_eur_day: float
    unemployment_paid_days_month: float
    unemployment_earnings_disregard: float
    unemployment_earnings_taper: float


@step
def adjusted_benefit(
    law: UnemploymentLaw, full_benefit_eur_month: float, wage_eur_month: float
) -> float:
    """Benefit adjusted for pay from part-time work, EUR/month (soviteltu etuus, 1290/2002, 4 luku).

    Half of gross pay above the disregard is taken from the full benefit; the disregard of
    300 EUR/month ended on 1 April 2024.
    """
    counted = max(0.0, wage_eur_month - law.unemployment_earnings_disregard)
    return max(0.0, full_benefit_eur_month - law.unemployment_earnings_taper * counted)


@step
def labour_market_subsidy(law: UnemploymentLaw, wage_eur_month: float) -> float:
    """Labour-market subsidy, EUR/month (työmarkkinatuki, 1290/2002, 7 ja 9 luku), to 4/2026."""
    full = law.labour_market_subsidy_eur_day * law.unemployment_paid_days_month
    return adjusted_benefit(law, full, wage_eur_month)


@step
def general_support(law: UnemploymentLaw, wage_eur_month: float) -> float:
    """General support, EUR/month (yleistuki, 48/2026), from 1 May 2026."""
    full = law.general_support_eur_day * law.unemployment_paid_days_month
    return adjusted_benefit(law, full, wage_eur_month)
