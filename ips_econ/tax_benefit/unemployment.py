"""Unemployment benefits: flat-rate and earnings-related (työttömyysetuudet).

Laws: työttömyysturvalaki 1290/2002 (TTL), and from 1 May 2026 laki yleistuesta 48/2026, which
merged labour-market subsidy and basic allowance. Amounts and formulas: ``sisu_2026``;
adjustment: ``he_73_2023`` and ``stt_71696995``; steps of the earnings-related allowance:
``he_13_2024``. Part-time work is assumed to stay within the 80 % of full-time hours that the
adjustment allows.
"""

from __future__ import annotations

from typing import NamedTuple

from ips_econ.compilation import step


class UnemploymentLaw(NamedTuple):
    """Unemployment benefits in force on one date; an amount of 0 is not in force."""

    labour_market_subsidy_eur_day: float
    basic_unemployment_allowance_eur_day: float
    general_support_eur_day: float
    unemployment_paid_days_month: float
    unemployment_waiting_days: float
    unemployment_earnings_disregard: float
    unemployment_earnings_taper: float
    unemployment_child_increase_one: float
    unemployment_child_increase_two: float
    unemployment_child_increase_three: float
    unemployment_means_test_limit_alone: float
    unemployment_means_test_limit_family: float
    unemployment_means_test_limit_per_child: float
    unemployment_means_test_taper_alone: float
    unemployment_means_test_taper_family: float
    unemployment_parents_income_limit: float
    unemployment_parents_income_taper: float
    unemployment_parents_smallest_share: float
    earnings_related_allowance_wage_deduction_share: float
    earnings_related_allowance_rate_1: float
    earnings_related_allowance_rate_2: float
    earnings_related_allowance_bend: float
    earnings_related_allowance_cap_share: float
    earnings_related_allowance_step_1_days: float
    earnings_related_allowance_step_1_factor: float
    earnings_related_allowance_step_2_days: float
    earnings_related_allowance_step_2_factor: float
    earnings_related_allowance_longest_days: float
    earnings_related_allowance_longest_days_older: float
    earnings_related_allowance_older_from_age: float
    days_since_earnings_related_allowance_steps: float


class Means(NamedTuple):
    """What the means test and the family decide; EUR/month.

    ``pension`` is a partial disability pension, ``other_income`` all other own income that is no
    pay; ``parents_income`` that of the parents a young person lives with, 0 if they live apart;
    ``in_service``: days of an employment service fall in the month.
    """

    pension: float
    other_income: float
    parents_income: float
    has_family: bool
    children: int
    in_service: bool = False


@step
def child_increase_day(law: UnemploymentLaw, children: int) -> float:
    """Child increase, EUR/day (lapsikorotus, TTL 6 luku 6 §; abolished from 1 April 2024)."""
    if children <= 0:
        return 0.0
    if children == 1:
        return law.unemployment_child_increase_one
    if children == 2:
        return law.unemployment_child_increase_two
    return law.unemployment_child_increase_three


@step
def adjusted_benefit(
    law: UnemploymentLaw, full_benefit_eur_month: float, wage_eur_month: float
) -> float:
    """Benefit adjusted for pay from part-time work, EUR/month (soviteltu etuus, TTL 4 luku).

    Half of gross pay above the disregard is taken from the full benefit; the disregard of
    300 EUR/month ended on 1 April 2024.
    """
    counted = max(0.0, wage_eur_month - law.unemployment_earnings_disregard)
    return max(0.0, full_benefit_eur_month - law.unemployment_earnings_taper * counted)


@step
def share_after_waiting(law: UnemploymentLaw) -> float:
    """Share of a month's benefit left after the waiting time (omavastuuaika, TTL 5 luku)."""
    return 1.0 - law.unemployment_waiting_days / law.unemployment_paid_days_month


@step
def means_tested(law: UnemploymentLaw, full_benefit_eur_month: float, means: Means) -> float:
    """Benefit after the means test, EUR/month (tarveharkinta, TTL 7 luku 6–7 §; 48/2026).

    A share of the person's own income above a limit is taken; a young person who lives with
    parents gets a part that falls with the parents' income, down to a smallest share. A social
    benefit is taken whole, if that leaves less (TTL 4 luku 7 §); during an employment service
    nothing else is (TTL 7 luku 8 §).
    """
    without_pension = max(0.0, full_benefit_eur_month - means.pension)
    if means.in_service:
        return without_pension
    limit = law.unemployment_means_test_limit_alone
    taper = law.unemployment_means_test_taper_alone
    if means.has_family and law.unemployment_means_test_limit_family > 0.0:
        limit = law.unemployment_means_test_limit_family
        limit += law.unemployment_means_test_limit_per_child * means.children
        taper = law.unemployment_means_test_taper_family
    own_income = means.pension + means.other_income
    benefit = full_benefit_eur_month - taper * max(0.0, own_income - limit)
    benefit = max(0.0, benefit)
    if means.parents_income > law.unemployment_parents_income_limit:
        excess = means.parents_income - law.unemployment_parents_income_limit
        smallest = law.unemployment_parents_smallest_share * benefit
        benefit = max(smallest, benefit - law.unemployment_parents_income_taper * excess)
    return min(benefit, without_pension)


@step
def labour_market_subsidy(law: UnemploymentLaw, wage_eur_month: float, means: Means) -> float:
    """Labour-market subsidy, EUR/month (työmarkkinatuki, TTL 7 ja 9 luku), to 4/2026."""
    if law.labour_market_subsidy_eur_day == 0.0:
        return 0.0
    day = law.labour_market_subsidy_eur_day + child_increase_day(law, means.children)
    full = means_tested(law, day * law.unemployment_paid_days_month, means)
    return adjusted_benefit(law, full, wage_eur_month)


@step
def basic_unemployment_allowance(
    law: UnemploymentLaw, wage_eur_month: float, pension: float, children: int
) -> float:
    """Basic unemployment allowance, EUR/month (peruspäiväraha, TTL 6 luku 1 §), to 4/2026.

    For those who meet the work condition; no means test, but a partial disability pension is
    taken from it (TTL 4 luku 7 §).
    """
    if law.basic_unemployment_allowance_eur_day == 0.0:
        return 0.0
    day = law.basic_unemployment_allowance_eur_day + child_increase_day(law, children)
    full = max(0.0, day * law.unemployment_paid_days_month - pension)
    return adjusted_benefit(law, full, wage_eur_month)


@step
def general_support(law: UnemploymentLaw, wage_eur_month: float, means: Means) -> float:
    """General support, EUR/month (yleistuki, 48/2026), from 1 May 2026."""
    full = law.general_support_eur_day * law.unemployment_paid_days_month
    return adjusted_benefit(law, means_tested(law, full, means), wage_eur_month)


@step
def basic_part_day(law: UnemploymentLaw) -> float:
    """Basic part of the earnings-related allowance, EUR/day (perusosa, TTL 6 luku 2 §)."""
    return max(law.basic_unemployment_allowance_eur_day, law.general_support_eur_day)


@step
def earnings_related_step(law: UnemploymentLaw, days_paid: float) -> float:
    """Share of the earnings-related allowance that is left after so many paid days (porrastus).

    The steps fall on those who met the work condition since they began; who has been paid for
    more days than that did not.
    """
    if days_paid > law.days_since_earnings_related_allowance_steps:
        return 1.0
    if 0.0 < law.earnings_related_allowance_step_2_days <= days_paid:
        return law.earnings_related_allowance_step_2_factor
    if 0.0 < law.earnings_related_allowance_step_1_days <= days_paid:
        return law.earnings_related_allowance_step_1_factor
    return 1.0


def longest_days_of_allowance(law: UnemploymentLaw, age: float) -> float:
    """Days for which the earnings-related allowance is paid at most (enimmäisaika, TTL 6:7)."""
    if age >= law.earnings_related_allowance_older_from_age:
        return law.earnings_related_allowance_longest_days_older
    return law.earnings_related_allowance_longest_days


@step
def earnings_related_allowance_day(
    law: UnemploymentLaw, earlier_wage_eur_month: float, days_paid: float, children: int
) -> float:
    """Full earnings-related unemployment allowance, EUR/day (ansiopäiväraha, TTL 6 luku 2 §).

    Basic part, and an earnings part of 45 per cent of the daily wage above it, 20 per cent above
    a bend; stepped down after 40 and 170 days; at most nine tenths of the daily wage, at least
    the basic part.
    """
    basic, increase = basic_part_day(law), child_increase_day(law, children)
    days = law.unemployment_paid_days_month
    kept = 1.0 - law.earnings_related_allowance_wage_deduction_share
    wage = kept * earlier_wage_eur_month / days
    bend = law.earnings_related_allowance_bend * basic / days
    allowance = basic + increase
    allowance += law.earnings_related_allowance_rate_1 * (min(wage, bend) - basic)
    allowance += law.earnings_related_allowance_rate_2 * max(0.0, wage - bend)
    allowance *= earnings_related_step(law, days_paid)
    allowance = min(allowance, law.earnings_related_allowance_cap_share * wage)
    return max(allowance, basic + increase)


@step
def earnings_related_allowance(
    law: UnemploymentLaw,
    earlier_wage_eur_month: float,
    days_paid: float,
    children: int,
    pension: float,
    wage_eur_month: float,
) -> float:
    """Earnings-related unemployment allowance beside pay, EUR/month (soviteltu ansiopäiväraha).

    A partial disability pension is taken from the full allowance (TTL 4 luku 7 §), and half of
    gross pay from what is left; allowance and pay together never exceed the earlier wage that
    the allowance is computed from, and the adjusted basic part is always paid (4 luku 5 §).
    """
    days = law.unemployment_paid_days_month
    full = days * earnings_related_allowance_day(law, earlier_wage_eur_month, days_paid, children)
    full = max(0.0, full - pension)
    if wage_eur_month <= law.unemployment_earnings_disregard:
        return full
    kept = 1.0 - law.earnings_related_allowance_wage_deduction_share
    ceiling = kept * earlier_wage_eur_month - wage_eur_month
    basic = days * (basic_part_day(law) + child_increase_day(law, children))
    smallest = adjusted_benefit(law, max(0.0, basic - pension), wage_eur_month)
    adjusted = min(adjusted_benefit(law, full, wage_eur_month), ceiling)
    return max(0.0, adjusted, smallest)


@step
def basic_part_share(
    law: UnemploymentLaw, earlier_wage_eur_month: float, days_paid: float, adjusted: bool
) -> float:
    """Share of the earnings-related allowance that is its basic part (laki 555/1998, 4 §).

    All of the basic part of a full day, also after a step; an adjusted allowance is divided as
    the full one before any step.
    """
    days = 0.0 if adjusted else days_paid
    full = earnings_related_allowance_day(law, earlier_wage_eur_month, days, 0)
    return min(1.0, basic_part_day(law) / full)
