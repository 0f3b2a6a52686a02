"""Disability pensions, their earnings limits and suspension, and care allowance.

Laws: kansaneläkelaki 568/2007 (KEL), laki takuueläkkeestä 703/2010, työntekijän eläkelaki
395/2006 (TyEL), laki työkyvyttömyyseläkkeellä olevien työhönpaluun edistämisestä 738/2009, laki
vammaisetuuksista 570/2007. Amounts: source ``sisu_2026``; suspension: ``suspension_act``.
A rehabilitation subsidy (kuntoutustuki) is a fixed-term disability pension with the same rules.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.tax_benefit.rounding import to_cents
from ips_econ.units import MONTHS_PER_YEAR


class PensionLaw(NamedTuple):
    """Disability pensions and disability benefits in force on one date.

    EUR/month unless the name says otherwise.
    """

    national_pension_full_alone: float
    national_pension_full_partner: float
    national_pension_threshold_eur_year: float
    national_pension_taper: float
    smallest_payment: float
    guarantee_pension_level: float
    earnings_limit: float
    personal_limit_share: float
    care_allowance_basic: float
    care_allowance_middle: float
    care_allowance_highest: float
    disability_allowance_highest: float


class DisabilityPension(NamedTuple):
    """Pensions paid in a month (EUR/month) and whether all of them are suspended."""

    national: float
    guarantee: float
    earnings_related: float
    all_suspended: bool


@step
def national_pension(law: PensionLaw, earnings_related: float, lives_alone: bool) -> float:
    """National pension for disability, EUR/month (kansaneläke, KEL).

    The full amount less half of the earnings-related pension above a threshold, to the cent;
    nothing below the smallest amount that is paid.
    """
    full = law.national_pension_full_alone if lives_alone else law.national_pension_full_partner
    counted = max(0.0, earnings_related - law.national_pension_threshold_eur_year / MONTHS_PER_YEAR)
    pension = to_cents(full - law.national_pension_taper * counted)
    return pension if pension >= law.smallest_payment else 0.0


@step
def guarantee_pension(law: PensionLaw, other_pensions: float) -> float:
    """Guarantee pension, EUR/month (takuueläke, 703/2010): tops up all pensions."""
    pension = to_cents(law.guarantee_pension_level - other_pensions)
    return pension if pension >= law.smallest_payment else 0.0


@step
def personal_earnings_limit(law: PensionLaw, earlier_earnings_eur_month: float) -> float:
    """Earnings limit of an earnings-related disability pension, EUR/month (738/2009, 3 §).

    Two fifths of earlier stable earnings, at least the fixed limit of the national pension.
    """
    return max(law.earnings_limit, law.personal_limit_share * earlier_earnings_eur_month)


@step
def disability_pension(
    law: PensionLaw,
    earnings_related: float,
    personal_limit: float,
    lives_alone: bool,
    wage_eur_month: float,
    spell_reaches_three_months: bool,
    already_suspended: bool,
) -> DisabilityPension:
    """What is paid of a disability pension beside a wage, EUR/month (738/2009, 3–5 §).

    Pay at or below the limit takes nothing away. Above the fixed limit the whole national and
    guarantee pension is suspended (lepäämään jättäminen), above the personal limit the
    earnings-related pension as well, if the excess lasts three months or more. Between the two
    limits the earnings-related pension goes on alone.

    Parameters
    ----------
    earnings_related
        Full earnings-related disability pension, EUR/month; 0 if there is none.
    personal_limit
        Personal limit of the earnings-related pension, EUR/month; the fixed limit is its floor.
    already_suspended
        The pensions are in suspension whatever the pay of this month.
    """
    over = wage_eur_month > law.earnings_limit and spell_reaches_three_months
    over_personal = over and wage_eur_month > max(law.earnings_limit, personal_limit)
    if already_suspended or over_personal or (over and earnings_related <= 0.0):
        return DisabilityPension(0.0, 0.0, 0.0, True)
    if over:
        return DisabilityPension(0.0, 0.0, earnings_related, False)
    national = national_pension(law, earnings_related, lives_alone)
    guarantee = guarantee_pension(law, national + earnings_related)
    return DisabilityPension(national, guarantee, earnings_related, False)


@step
def care_allowance(law: PensionLaw, tier: int, all_suspended: bool) -> float:
    """Care allowance for pensioners, EUR/month, tax-free (hoitotuki, 570/2007, 9 §).

    Three tiers, not income-tested; tier 0 is none. While the whole pension is suspended it is
    replaced by the disability allowance at its highest tier (16 vuotta täyttäneen vammaistuki,
    570/2007, 8 §; source ``verneri_suspension``).
    """
    if tier == 0:
        return 0.0
    if all_suspended:
        return law.disability_allowance_highest
    if tier == 1:
        return law.care_allowance_basic
    if tier == 2:
        return law.care_allowance_middle
    return law.care_allowance_highest
