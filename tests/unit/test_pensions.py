"""Disability pensions: amounts, earnings limits, suspension and the allowance for care."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import pensions
from ips_econ.tax_benefit.law import load_law
from ips_econ.tax_benefit.pensions import (
    DisabilityPension,
    PensionClaim,
    PensionLaw,
    pension_claim,
)


@pytest.fixture(scope="module")
def law() -> PensionLaw:
    return load_law(load_library(), date(2026, 6, 1)).pensions


def test_the_national_pension_falls_by_half_of_the_earnings_related_pension(
    law: PensionLaw,
) -> None:
    assert pensions.national_pension(law, 0.0, True) == 787.07
    assert pensions.national_pension(law, 66.5, True) == 787.07
    assert pensions.national_pension(law, 566.5, True) == pytest.approx(787.07 - 250)
    assert pensions.national_pension(law, 0.0, False) == 702.69


def test_a_national_pension_below_the_smallest_payment_is_not_paid(law: PensionLaw) -> None:
    last_paid = 66.5 + 2 * (787.07 - 8.01)
    assert pensions.national_pension(law, last_paid, True) == pytest.approx(8.01)
    assert pensions.national_pension(law, last_paid + 0.02, True) == 0.0


def test_the_guarantee_pension_tops_up_to_its_level(law: PensionLaw) -> None:
    assert pensions.guarantee_pension(law, 787.07) == pytest.approx(203.83)
    assert pensions.guarantee_pension(law, 982.89) == pytest.approx(8.01)
    assert pensions.guarantee_pension(law, 982.90) == 0.0
    assert pensions.guarantee_pension(law, 1_500.0) == 0.0


def claim_of(
    law: PensionLaw,
    pension: float,
    *,
    limit: float = 0.0,
    earlier: float = 0.0,
    partial: bool = False,
) -> PensionClaim:
    return pension_claim(law, pension, limit, earlier, partial, True)


def test_the_limits_are_two_and_three_fifths_of_earlier_pay_but_never_below_the_fixed_limit(
    law: PensionLaw,
) -> None:
    assert claim_of(law, 600.0, earlier=1_200.0)[1:3] == (990.90, 990.90)
    assert claim_of(law, 1_200.0, earlier=2_400.0)[1:3] == pytest.approx((990.90, 1_440.0))
    assert claim_of(law, 1_500.0, earlier=3_000.0)[1:3] == pytest.approx((1_200.0, 1_800.0))
    assert claim_of(law, 750.0, earlier=3_000.0, partial=True)[1:3] == (1_800.0, 1_800.0)
    assert claim_of(law, 1_500.0, limit=1_200.0)[1:3] == (1_200.0, 1_200.0)


def paid(
    law: PensionLaw, pension: float, limit: float, wage: float, long: bool = True
) -> DisabilityPension:
    claim = claim_of(law, pension, limit=limit)
    return pensions.disability_pension(law, claim, wage, 12 if long else 2, False)


RESTS = DisabilityPension(0.0, 0.0, 0.0, False, True, False)


def goes_on(earnings_related: float) -> DisabilityPension:
    return DisabilityPension(0.0, 0.0, earnings_related, False, False, False)


def test_pay_at_the_limit_takes_nothing_away_and_a_cent_above_it_everything(
    law: PensionLaw,
) -> None:
    full = paid(law, 0.0, 0.0, 0.0)
    assert full == pytest.approx((787.07, 203.83, 0.0, False, False, False))
    assert paid(law, 0.0, 0.0, 990.90) == full
    assert paid(law, 0.0, 0.0, 990.91) == RESTS


def test_an_excess_shorter_than_three_months_suspends_nothing(law: PensionLaw) -> None:
    assert paid(law, 0.0, 0.0, 5_000.0, long=False) == paid(law, 0.0, 0.0, 0.0)


def test_between_the_two_limits_the_earnings_related_pension_goes_on_alone(
    law: PensionLaw,
) -> None:
    assert paid(law, 1_500.0, 1_200.0, 990.90).national == pytest.approx(70.32)
    assert paid(law, 1_500.0, 1_200.0, 1_000.0) == goes_on(1_500.0)
    assert paid(law, 1_500.0, 1_200.0, 1_200.0) == goes_on(1_500.0)
    assert paid(law, 1_500.0, 1_200.0, 1_200.01) == RESTS


def test_a_personal_limit_below_the_fixed_one_is_lifted_to_it(law: PensionLaw) -> None:
    assert paid(law, 600.0, 480.0, 900.0).earnings_related == 600.0
    assert paid(law, 600.0, 480.0, 1_000.0) == RESTS


def test_a_pension_already_in_suspension_is_not_paid_at_any_pay(law: PensionLaw) -> None:
    claim = claim_of(law, 600.0)
    suspended = pensions.disability_pension(law, claim, 0.0, 12, True)
    assert suspended == RESTS


@pytest.mark.parametrize(("tier", "amount"), [(0, 0.0), (1, 84.56), (2, 184.22), (3, 389.54)])
def test_care_allowance_has_three_tiers(law: PensionLaw, tier: int, amount: float) -> None:
    assert pensions.care_allowance(law, tier) == amount


@pytest.mark.parametrize(("tier", "amount"), [(0, 0.0), (1, 110.49), (2, 257.82), (3, 499.93)])
def test_disability_allowance_has_three_tiers(law: PensionLaw, tier: int, amount: float) -> None:
    assert pensions.disability_allowance(law, tier, False) == amount


def test_in_suspension_the_highest_disability_allowance_replaces_any_care_allowance(
    law: PensionLaw,
) -> None:
    assert pensions.disability_allowance(law, 0, True) == 0.0
    assert {pensions.disability_allowance(law, tier, True) for tier in (1, 2, 3)} == {499.93}


@pytest.mark.parametrize(
    ("months", "rests", "ended"),
    [(2, False, False), (3, True, False), (24, True, False), (25, True, True)],
)
def test_a_pension_rests_from_three_to_24_months_and_then_ends(
    law: PensionLaw, months: int, rests: bool, ended: bool
) -> None:
    claim = claim_of(law, 0.0)
    pension = pensions.disability_pension(law, claim, 1_200.0, months, False)
    assert (pension.all_suspended, pension.ended) == (rests, ended)
    assert (pension.national > 0.0) is not rests
    assert pensions.longest_months_over_limit(law) == 24.0


def test_a_partial_pension_comes_without_national_pension_and_rests_above_its_limit(
    law: PensionLaw,
) -> None:
    claim = claim_of(law, 640.0, earlier=3_000.0, partial=True)
    assert pensions.disability_pension(law, claim, 1_800.0, 12, False) == goes_on(640.0)
    assert pensions.disability_pension(law, claim, 1_800.01, 12, False) == RESTS


def test_between_two_and_three_fifths_of_earlier_pay_half_the_pension_is_paid(
    law: PensionLaw,
) -> None:
    """738/2009, 4 §: only above three fifths is the pension suspended."""
    claim = claim_of(law, 1_500.0, earlier=3_000.0)

    def at(wage: float, months: int = 12) -> DisabilityPension:
        return pensions.disability_pension(law, claim, wage, months, False)

    half = DisabilityPension(0.0, 0.0, 750.0, True, False, False)
    assert at(1_200.0) == goes_on(1_500.0)
    assert at(1_200.01) == at(1_800.0) == half
    assert at(1_800.01) == RESTS
    assert at(1_500.0, months=11) == goes_on(1_500.0), "work of less than a year"
    assert pensions.limit_that_counts(law, claim) == pytest.approx(1_800.0)


# The flexible model proposed for 2028 ----------------------------------------------------------


@pytest.fixture(scope="module")
def flexible() -> PensionLaw:
    reform = "flexible_disability_pension_2028"
    return load_law(load_library(), date(2026, 6, 1), reform).pensions


def test_pay_a_little_above_the_limit_is_inside_the_yearly_allowance(flexible: PensionLaw) -> None:
    """12 x (1,126.67 - 990.90) = 1,629 a year, less than twice the limit (1,981.80)."""
    assert paid(flexible, 0.0, 0.0, 1_126.67) == paid(flexible, 0.0, 0.0, 0.0)
    assert paid(flexible, 0.0, 0.0, 990.90 * (1 + 2 / 12)).national == pytest.approx(787.07)


def test_pay_beyond_the_allowance_is_taken_from_the_pension_euro_for_euro(
    flexible: PensionLaw,
) -> None:
    pension = paid(flexible, 0.0, 0.0, 2_112.50)
    taken = (12 * (2_112.50 - 990.90) - 2 * 990.90) / 12
    assert pension.national + pension.guarantee == pytest.approx(990.90 - taken)
    assert pension.national / pension.guarantee == pytest.approx(787.07 / 203.83)
    assert paid(flexible, 0.0, 0.0, 3_000.0).national == 0.0


def test_each_pension_has_its_own_limit_in_the_flexible_model(flexible: PensionLaw) -> None:
    pension = paid(flexible, 1_500.0, 1_200.0, 1_300.0)
    assert pension.earnings_related == 1_500.0, "12 x 100 is inside twice 1,200"
    taken = (12 * (1_300.0 - 990.90) - 2 * 990.90) / 12
    assert pension.national == pytest.approx(max(0.0, 70.32 - taken))


def test_after_a_year_over_the_limit_a_full_pension_is_made_partial_and_after_two_it_ends(
    flexible: PensionLaw,
) -> None:
    claim = claim_of(flexible, 1_500.0, limit=1_200.0)
    paid_after = {}
    for months in (12, 13, 24, 25):
        pension = pensions.disability_pension(flexible, claim, 1_210.0, months, False)
        paid_after[months] = (pension.earnings_related, pension.made_partial, pension.ended)
    assert paid_after == {
        12: (1_500.0, False, False),
        13: (750.0, True, False),
        24: (750.0, True, False),
        25: (0.0, False, True),
    }


def test_a_euro_of_pay_is_taken_from_one_pension_only(flexible: PensionLaw) -> None:
    """Earnings-related pension of 600, limit 1,200: both pensions have pay of their own.

    At 1,700 a month 12 x 500 - 2 x 1,200 leave 300 a month above the personal limit, and
    12 x 709.10 - 2 x 990.90 leave 543.95 above the fixed one: 300 come from the earnings-related
    pension, the other 243.95 from national and guarantee pension.
    """
    full = paid(flexible, 600.0, 1_200.0, 0.0)
    cut = paid(flexible, 600.0, 1_200.0, 1_700.0)
    assert full.earnings_related - cut.earnings_related == pytest.approx(300.0)
    from_kela = full.national + full.guarantee - cut.national - cut.guarantee
    assert from_kela == pytest.approx(243.95)


def test_a_national_pension_is_reduced_without_a_partial_form_until_it_ends(
    flexible: PensionLaw,
) -> None:
    claim = claim_of(flexible, 0.0)
    paid_after = {}
    for months in (12, 24, 25):
        pension = pensions.disability_pension(flexible, claim, 1_000.0, months, False)
        paid_after[months] = pension.national + pension.guarantee
    assert paid_after == pytest.approx({12: 990.90, 24: 990.90, 25: 0.0})
