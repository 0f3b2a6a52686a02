"""The counterparty of every item."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.tax_benefit.circumstances import BenefitStatus, Circumstances
from ips_econ.tax_benefit.items import Item
from ips_econ.tax_benefit.law import load_law
from ips_econ.tax_benefit.payers import (
    Shares,
    municipal_share,
    municipal_share_schedule,
    payers,
    payers_of,
)


@pytest.fixture(scope="module")
def library() -> ParameterLibrary:
    return load_library()


def payers_of_person(
    library: ParameterLibrary, on: date = date(2026, 6, 1), **changes: float
) -> dict[str, Shares]:
    person = Circumstances(BenefitStatus.general_support, 0.0, 40.0, 0.0, 0.0757)
    return payers_of(library, on, load_law(library, on), person._replace(**changes))


def test_every_item_that_can_be_paid_has_a_counterparty(library: ParameterLibrary) -> None:
    shares = payers(library, date(2026, 6, 1))
    assert set(Item.__members__) - set(shares) == {"earnings_related_unemployment_allowance"}
    assert set(payers_of_person(library)) == set(Item.__members__)
    for item, split in shares.items():
        assert sum(split.values()) == pytest.approx(1.0), item
        assert "participant" not in split, item


def test_taxes_go_where_they_are_levied(library: ParameterLibrary) -> None:
    shares = payers(library, date(2026, 6, 1))
    assert shares["state_income_tax"] == {"state": 1.0}
    assert shares["municipal_tax"] == {"municipality": 1.0}
    assert shares["employee_pension_contribution"] == {"pension_insurers": 1.0}
    assert shares["social_assistance"] == {"state": 0.5, "municipality": 0.5}


def test_general_support_has_no_payer_before_it_exists(library: ParameterLibrary) -> None:
    assert "general_support" not in payers(library, date(2026, 4, 30))
    assert payers(library, date(2026, 5, 1))["general_support"] == {"state": 1.0}


def test_the_municipality_pays_a_share_that_rises_with_the_days_paid(
    library: ParameterLibrary,
) -> None:
    before = municipal_share_schedule(library, date(2024, 6, 1))
    after = municipal_share_schedule(library, date(2025, 6, 1))
    days = (0, 99, 100, 200, 300, 400, 700, 2_000)
    assert [municipal_share(before, d) for d in days] == [0, 0, 0, 0, 0.5, 0.5, 0.5, 0.7]
    assert [municipal_share(after, d) for d in days] == [0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.5]


@pytest.mark.parametrize(
    ("on", "days", "share"),
    [
        (date(2024, 6, 1), 299.0, 0.0),
        (date(2024, 6, 1), 300.0, 0.5),
        (date(2025, 6, 1), 100.0, 0.1),
        (date(2026, 6, 1), 800.0, 0.5),
    ],
)
def test_a_persons_days_decide_who_pays_a_flat_rate_benefit(
    library: ParameterLibrary, on: date, days: float, share: float
) -> None:
    benefit = "general_support" if on >= date(2026, 5, 1) else "labour_market_subsidy"
    split = payers_of_person(library, on, unemployment_days_paid=days)[benefit]
    assert split.get("municipality", 0.0) == share
    assert split["state"] == 1.0 - share


def test_the_municipality_pays_of_the_basic_allowance_from_2025_and_at_most_40_per_cent(
    library: ParameterLibrary,
) -> None:
    """TTL 14 luku 3 b §."""

    def local(on: date) -> float:
        split = payers_of_person(library, on, unemployment_days_paid=900.0)
        return split["basic_unemployment_allowance"].get("municipality", 0.0)

    assert (local(date(2024, 6, 1)), local(date(2025, 6, 1))) == (0.0, 0.4)


def test_an_earnings_related_allowance_has_four_payers(library: ParameterLibrary) -> None:
    """555/1998, 4 §: State and municipality the basic part, fund 5.5 per cent, another the rest.

    Pay of 3,000 EUR gives 80.85 EUR a day in 2026, of which 37.21 is basic.
    """
    split = payers_of_person(library, earlier_wage_eur_month=3_000.0, unemployment_days_paid=150.0)
    shares = split["earnings_related_unemployment_allowance"]
    basic = 37.21 / (0.8 * 80.8484)
    assert shares == pytest.approx(
        {
            "state": 0.9 * basic,
            "municipality": 0.1 * basic,
            "other": 0.055,
            "social_insurance": 1.0 - basic - 0.055,
        },
        abs=1e-4,
    )
    without_earlier_pay = payers_of_person(library)["earnings_related_unemployment_allowance"]
    assert without_earlier_pay == {"state": 1.0}


@pytest.mark.parametrize(
    ("year", "earlier", "state"),
    [
        (2026, 0.0, 1.0),
        (2026, 3_000.0, 0.0),
        (2024, 3_000.0, 0.05),
        (2026, 600.0, 0.5225),
    ],
)
def test_the_state_pays_what_a_sickness_allowance_lacks_from_the_minimum(
    library: ParameterLibrary, year: int, earlier: float, state: float
) -> None:
    """SVL 18 luku 13 §; 600 EUR a month give 15.28 of 31.99 EUR a day."""
    shares = payers_of_person(library, date(year, 6, 1), earlier_wage_eur_month=earlier)
    assert shares["sickness_allowance"].get("state", 0.0) == pytest.approx(state, abs=1e-3)
    assert sum(shares["sickness_allowance"].values()) == pytest.approx(1.0)
    assert shares["rehabilitation_allowance"] == shares["sickness_allowance"]


@pytest.mark.parametrize(
    ("year", "state_share_of_insured"), [(2024, 0.05), (2025, 0.0), (2026, 0.0)]
)
def test_a_sickness_allowance_after_an_unemployment_benefit_is_insured_for_the_most_part(
    library: ParameterLibrary, year: int, state_share_of_insured: float
) -> None:
    """37.21 EUR on five days a week are 31.01 on six; the minimum is 31.99 (SVL 11 luku 6 §)."""
    insured = round(37.21 * 5 / 6, 2) / 31.99 * (1.0 - state_share_of_insured)
    for item in ("sickness_allowance", "rehabilitation_allowance"):
        shares = payers(library, date(year, 6, 1))[item]
        assert shares["social_insurance"] == pytest.approx(insured, abs=0.005)
        assert sum(shares.values()) == pytest.approx(1.0)
