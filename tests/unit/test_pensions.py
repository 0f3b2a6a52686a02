"""Disability pensions: amounts, earnings limits, suspension and the allowance for care."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import pensions
from ips_econ.tax_benefit.law import load_law
from ips_econ.tax_benefit.pensions import DisabilityPension, PensionLaw


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


def test_the_personal_limit_is_two_fifths_of_earlier_earnings_but_never_below_the_fixed_limit(
    law: PensionLaw,
) -> None:
    assert pensions.personal_earnings_limit(law, 1_200.0) == 990.90
    assert pensions.personal_earnings_limit(law, 3_000.0) == pytest.approx(1_200.0)


def paid(
    law: PensionLaw, pension: float, limit: float, wage: float, long: bool = True
) -> DisabilityPension:
    return pensions.disability_pension(law, pension, limit, True, wage, long, False)


def test_pay_at_the_limit_takes_nothing_away_and_a_cent_above_it_everything(
    law: PensionLaw,
) -> None:
    full = paid(law, 0.0, 0.0, 0.0)
    assert full == pytest.approx((787.07, 203.83, 0.0, False))
    assert paid(law, 0.0, 0.0, 990.90) == full
    assert paid(law, 0.0, 0.0, 990.91) == DisabilityPension(0.0, 0.0, 0.0, True)


def test_an_excess_shorter_than_three_months_suspends_nothing(law: PensionLaw) -> None:
    assert paid(law, 0.0, 0.0, 5_000.0, long=False) == paid(law, 0.0, 0.0, 0.0)


def test_between_the_two_limits_the_earnings_related_pension_goes_on_alone(
    law: PensionLaw,
) -> None:
    assert paid(law, 1_500.0, 1_200.0, 990.90).national == pytest.approx(70.32)
    assert paid(law, 1_500.0, 1_200.0, 1_000.0) == DisabilityPension(0.0, 0.0, 1_500.0, False)
    assert paid(law, 1_500.0, 1_200.0, 1_200.0) == DisabilityPension(0.0, 0.0, 1_500.0, False)
    assert paid(law, 1_500.0, 1_200.0, 1_200.01) == DisabilityPension(0.0, 0.0, 0.0, True)


def test_a_personal_limit_below_the_fixed_one_is_lifted_to_it(law: PensionLaw) -> None:
    assert paid(law, 600.0, 480.0, 900.0).earnings_related == 600.0
    assert paid(law, 600.0, 480.0, 1_000.0) == DisabilityPension(0.0, 0.0, 0.0, True)


def test_a_pension_already_in_suspension_is_not_paid_at_any_pay(law: PensionLaw) -> None:
    suspended = pensions.disability_pension(law, 600.0, 0.0, True, 0.0, True, True)
    assert suspended == DisabilityPension(0.0, 0.0, 0.0, True)


@pytest.mark.parametrize(("tier", "amount"), [(0, 0.0), (1, 84.56), (2, 184.22), (3, 389.54)])
def test_care_allowance_has_three_tiers(law: PensionLaw, tier: int, amount: float) -> None:
    assert pensions.care_allowance(law, tier, False) == amount


def test_in_suspension_the_highest_disability_allowance_replaces_any_care_allowance(
    law: PensionLaw,
) -> None:
    assert pensions.care_allowance(law, 0, True) == 0.0
    assert {pensions.care_allowance(law, tier, True) for tier in (1, 2, 3)} == {499.93}
