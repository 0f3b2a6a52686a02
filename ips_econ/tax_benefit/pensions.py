"""Disability pensions, their earnings limits and suspension, care and disability allowances.

Laws: kansaneläkelaki 568/2007 (KEL), laki takuueläkkeestä 703/2010, työntekijän eläkelaki
395/2006 (TyEL), laki työkyvyttömyyseläkkeellä olevien työhönpaluun edistämisestä 738/2009, laki
vammaisetuuksista 570/2007. Amounts: source ``sisu_2026``; limits and suspension:
``act_738_2009``. A rehabilitation subsidy (kuntoutustuki) is a fixed-term disability pension with
the same rules. The flexible model of 2028 (joustomalli, ``varma_flexible_2026``) is a named
reform, not law.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step
from ips_econ.tax_benefit.rounding import to_cents
from ips_econ.units import MONTHS_PER_YEAR


class PensionLaw(NamedTuple):
    """Disability pensions and disability benefits in force on one date.

    EUR/month unless the name says otherwise. ``flexible_pension_longest_months`` is zero unless
    the reform of that name is asked for.
    """

    national_pension_full_alone: float
    national_pension_full_partner: float
    national_pension_threshold_eur_year: float
    national_pension_taper: float
    national_pension_child_increase: float
    smallest_payment: float
    guarantee_pension_level: float
    earnings_limit: float
    personal_limit_share: float
    partial_pension_limit_share: float
    partial_pension_share: float
    partial_pension_from_months: float
    suspension_shortest_months: float
    suspension_longest_months: float
    care_allowance_basic: float
    care_allowance_middle: float
    care_allowance_highest: float
    disability_allowance_basic: float
    disability_allowance_middle: float
    disability_allowance_highest: float
    flexible_pension_allowance: float
    flexible_pension_full_months: float
    flexible_pension_longest_months: float


class PensionClaim(NamedTuple):
    """What a person is entitled to before pay is looked at; EUR/month.

    ``earnings_related`` is the earnings-related disability pension, 0 if there is none;
    ``limit_of_full`` the pay up to which it is paid in full, ``limit_of_half`` up to which half
    of a full one is; ``partial`` whether it is a partial pension, which gives no national one.
    """

    earnings_related: float
    limit_of_full: float
    limit_of_half: float
    partial: bool
    lives_alone: bool


class DisabilityPension(NamedTuple):
    """Pensions paid in a month, EUR/month, and what became of the right to them.

    ``made_partial``: a full pension is paid as a partial one; ``all_suspended``: nothing is paid,
    and all of it is paid again when pay falls; ``ended``: the right is gone.
    """

    national: float
    guarantee: float
    earnings_related: float
    made_partial: bool
    all_suspended: bool
    ended: bool


@step
def national_pension(law: PensionLaw, earnings_related: float, lives_alone: bool) -> float:
    """National pension for disability, EUR/month (kansaneläke, KEL).

    The full amount less half of the earnings-related pension above a threshold, the reduction to
    the cent; nothing below the smallest amount that is paid.
    """
    full = law.national_pension_full_alone if lives_alone else law.national_pension_full_partner
    counted = max(0.0, earnings_related - law.national_pension_threshold_eur_year / MONTHS_PER_YEAR)
    pension = full - to_cents(law.national_pension_taper * counted)
    return pension if pension >= law.smallest_payment else 0.0


@step
def guarantee_pension(law: PensionLaw, other_pensions: float) -> float:
    """Guarantee pension, EUR/month (takuueläke, 703/2010): tops up all pensions."""
    pension = to_cents(law.guarantee_pension_level - other_pensions)
    return pension if pension >= law.smallest_payment else 0.0


@step
def pension_claim(
    law: PensionLaw,
    earnings_related: float,
    personal_limit: float,
    earlier_wage: float,
    partial: bool,
    lives_alone: bool,
) -> PensionClaim:
    """The claim of a person, with the earnings limits that follow from earlier stable pay.

    Two fifths of earlier pay for a full pension, three fifths for a partial one; the fixed limit
    of the national pension is the floor of both (738/2009, 3 §). A personal limit that is given
    in their place leaves no room for half a pension.

    >>> from collections import namedtuple
    >>> law = namedtuple("L", "earnings_limit personal_limit_share partial_pension_limit_share")
    >>> pension_claim(law(990.9, 0.4, 0.6), 1500.0, 0.0, 3000.0, False, True)[1:3]
    (1200.0, 1800.0)
    """
    half = max(law.earnings_limit, personal_limit, law.partial_pension_limit_share * earlier_wage)
    full = half
    if not partial:
        full = max(law.earnings_limit, personal_limit, law.personal_limit_share * earlier_wage)
    return PensionClaim(earnings_related, full, half, partial, lives_alone)


@step
def full_pension(law: PensionLaw, claim: PensionClaim) -> DisabilityPension:
    """The pensions of a person whose pay takes nothing away, EUR/month."""
    national, guarantee = 0.0, 0.0
    if not claim.partial:
        national = national_pension(law, claim.earnings_related, claim.lives_alone)
        guarantee = guarantee_pension(law, national + claim.earnings_related)
    return DisabilityPension(national, guarantee, claim.earnings_related, False, False, False)


@step
def limit_that_counts(law: PensionLaw, claim: PensionClaim) -> float:
    """Pay above which a month counts towards the end of the whole pension, EUR/month.

    Under the law the pay above which no part of the pension is paid; under the flexible model
    the pay above which the pension begins to fall.
    """
    if claim.earnings_related == 0.0:
        return law.earnings_limit
    if law.flexible_pension_longest_months > 0.0:
        return claim.limit_of_full
    return claim.limit_of_half


def longest_months_over_limit(law: PensionLaw) -> float:
    """Months of pay over the limit after which a pension ends, under the law or the reform."""
    return law.flexible_pension_longest_months or law.suspension_longest_months


@step
def disability_pension(
    law: PensionLaw,
    claim: PensionClaim,
    wage_eur_month: float,
    months_in_work: float,
    already_suspended: bool,
) -> DisabilityPension:
    """What is paid of a disability pension beside a wage, EUR/month (738/2009, 3–6 §).

    Pay at or below the limits takes nothing away. If an excess lasts three months or more, the
    whole national and guarantee pension is suspended (lepäämään jättäminen) above the fixed
    limit, and the earnings-related pension above three fifths of earlier pay; between two and
    three fifths a full earnings-related pension is made partial, if work is to last a year.
    After 24 months in suspension the pension ends.

    Parameters
    ----------
    months_in_work
        How long the job, and with it the excess, lasts.
    already_suspended
        The pensions are in suspension whatever the pay of this month.
    """
    if law.flexible_pension_longest_months > 0.0 and not already_suspended:
        return flexible_disability_pension(law, claim, wage_eur_month, months_in_work)
    lasts = months_in_work >= law.suspension_shortest_months
    if already_suspended or (lasts and wage_eur_month > limit_that_counts(law, claim)):
        ended = months_in_work > law.suspension_longest_months
        return DisabilityPension(0.0, 0.0, 0.0, False, True, ended)
    if not lasts or wage_eur_month <= law.earnings_limit or claim.partial:
        return full_pension(law, claim)
    if wage_eur_month > claim.limit_of_full and months_in_work >= law.partial_pension_from_months:
        half = law.partial_pension_share * claim.earnings_related
        return DisabilityPension(0.0, 0.0, half, True, False, False)
    return DisabilityPension(0.0, 0.0, claim.earnings_related, False, False, False)


@step
def excess_pay(law: PensionLaw, limit: float, wage: float, months_in_work: float) -> float:
    """Pay that the flexible model takes from a pension euro for euro, EUR/month (joustomalli).

    What exceeds the monthly limit first uses the yearly allowance, twice the limit; the rest
    counts, here in equal parts in the months of the year in work.
    """
    months = max(1.0, min(float(MONTHS_PER_YEAR), months_in_work))
    excess = months * max(0.0, wage - limit) - law.flexible_pension_allowance * limit
    return max(0.0, excess) / months


@step
def flexible_disability_pension(
    law: PensionLaw, claim: PensionClaim, wage_eur_month: float, months_in_work: float
) -> DisabilityPension:
    """A disability pension under the flexible model proposed for 2028, EUR/month.

    Pay over the limit first uses the yearly allowance and then reduces the pension. After twelve
    months in a row over the limit a full earnings-related pension is made partial, after twelve
    more everything ends (``varma_flexible_2026``). Two assumptions, as no text says it: the same
    euro of pay is taken once, from the earnings-related pension above its own limit and from
    national and guarantee pension for the rest; and these have no partial form before they end.
    """
    full = full_pension(law, claim)
    over = wage_eur_month > limit_that_counts(law, claim)
    if over and months_in_work > law.flexible_pension_longest_months:
        return DisabilityPension(0.0, 0.0, 0.0, False, True, True)
    later = over and months_in_work > law.flexible_pension_full_months
    made_partial = later and not claim.partial and claim.earnings_related > 0.0
    share = law.partial_pension_share if made_partial else 1.0
    earnings_related = share * full.earnings_related
    cut = min(
        earnings_related, excess_pay(law, claim.limit_of_full, wage_eur_month, months_in_work)
    )
    from_kela = full.national + full.guarantee
    rest = excess_pay(law, law.earnings_limit, wage_eur_month, months_in_work) - cut
    ratio = max(0.0, 1.0 - max(0.0, rest) / from_kela) if from_kela > 0.0 else 0.0
    return DisabilityPension(
        ratio * full.national,
        ratio * full.guarantee,
        earnings_related - cut,
        made_partial,
        False,
        False,
    )


@step
def care_allowance(law: PensionLaw, tier: int) -> float:
    """Care allowance for pensioners, EUR/month, tax-free (hoitotuki, 570/2007, 9 §).

    Three tiers, not income-tested; tier 0 is none.
    """
    if tier == 0:
        return 0.0
    if tier == 1:
        return law.care_allowance_basic
    if tier == 2:
        return law.care_allowance_middle
    return law.care_allowance_highest


@step
def disability_allowance(law: PensionLaw, tier: int, pension_suspended: bool) -> float:
    """Disability allowance at 16 or over, EUR/month, tax-free (vammaistuki, 570/2007, 8 §).

    Three tiers; while a pension is suspended it replaces any care allowance at its highest tier
    (source ``verneri_suspension``).
    """
    if tier == 0:
        return 0.0
    if pension_suspended or tier == 3:
        return law.disability_allowance_highest
    if tier == 1:
        return law.disability_allowance_basic
    return law.disability_allowance_middle
