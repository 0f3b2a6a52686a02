"""Contributions of employee and employer: rates, limits and ages."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import contributions as contribution
from ips_econ.tax_benefit.contributions import ContributionLaw, Employer
from ips_econ.tax_benefit.law import load_law

AVERAGE = Employer.average.value


@pytest.fixture(scope="module")
def law() -> ContributionLaw:
    return load_law(load_library(), date(2026, 6, 1)).contributions


@pytest.fixture(scope="module")
def law_2025() -> ContributionLaw:
    return load_law(load_library(), date(2025, 6, 1)).contributions


def test_pay_below_the_limit_earns_no_pension_and_pays_no_pension_contribution(
    law: ContributionLaw,
) -> None:
    assert contribution.employee_pension_contribution(law, 71.71, 40.0) == 0.0
    assert contribution.employer_pension_contribution(law, 71.71, 40.0, AVERAGE) == 0.0
    assert contribution.employee_pension_contribution(law, 71.72, 40.0) == pytest.approx(5.23556)
    assert contribution.employer_pension_contribution(law, 100.0, 40.0, AVERAGE) == pytest.approx(
        17.10
    )


def test_the_raised_pension_contribution_covers_ages_53_to_62_until_2025(
    law: ContributionLaw, law_2025: ContributionLaw
) -> None:
    def share(rates: ContributionLaw, age: float) -> float:
        return contribution.employee_pension_contribution(rates, 1_000.0, age) / 1_000.0

    shares = [share(law_2025, age) for age in (52.9, 53.0, 62.9, 63.0)]
    assert shares == pytest.approx([0.0715, 0.0865, 0.0865, 0.0715])
    assert share(law, 55.0) == share(law, 40.0) == pytest.approx(0.073)


def test_unemployment_contributions_are_due_from_18_to_64(law: ContributionLaw) -> None:
    due = [
        contribution.employee_unemployment_contribution(law, 1_000.0, age)
        for age in (17.9, 18.0, 64.9, 65.0)
    ]
    assert due == pytest.approx([0.0, 8.9, 8.9, 0.0])
    assert contribution.employer_unemployment_contribution(law, 1_000.0, 65.0, AVERAGE) == 0.0
    assert contribution.employer_unemployment_contribution(
        law, 1_000.0, 64.0, AVERAGE
    ) == pytest.approx(9.2)


def test_the_daily_allowance_contribution_is_due_on_all_pay_once_the_limit_is_reached(
    law: ContributionLaw,
) -> None:
    assert contribution.daily_allowance_contribution(law, 17_254.99) == 0.0
    assert contribution.daily_allowance_contribution(law, 17_255.0) == pytest.approx(151.844)


def test_the_higher_medical_care_rate_falls_on_what_exceeds_the_wage(law: ContributionLaw) -> None:
    assert contribution.medical_care_contribution(law, 8_000.0, 10_000.0) == pytest.approx(88.0)
    mixed = contribution.medical_care_contribution(law, 8_000.0, 5_000.0)
    assert mixed == pytest.approx(0.011 * 8_000 + 0.0039 * 3_000)
    assert contribution.medical_care_contribution(law, 8_000.0, 0.0) == pytest.approx(119.2)


def test_the_employers_average_sum_of_2026(law: ContributionLaw) -> None:
    wage, age = 1_000.0, 40.0
    total = (
        contribution.employer_pension_contribution(law, wage, age, AVERAGE)
        + contribution.employer_unemployment_contribution(law, wage, age, AVERAGE)
        + contribution.employer_health_contribution(law, wage)
        + contribution.employer_accident_insurance(law, wage)
        + contribution.employer_group_life(law, wage)
    )
    assert total == pytest.approx(205.03)


def test_small_and_public_employers_have_rates_of_their_own(law: ContributionLaw) -> None:
    unemployment = {
        kind.name: contribution.employer_unemployment_contribution(law, 1_000.0, 40.0, kind.value)
        for kind in Employer
    }
    pension = {
        kind.name: contribution.employer_pension_contribution(law, 1_000.0, 40.0, kind.value)
        for kind in Employer
    }
    assert unemployment == pytest.approx(
        {"average": 9.2, "small": 3.1, "local_government": 9.2, "state": 9.2}
    )
    assert pension == pytest.approx(
        {"average": 171.0, "small": 171.0, "local_government": 198.6, "state": 171.0}
    )
