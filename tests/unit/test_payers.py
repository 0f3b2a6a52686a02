"""The counterparty of every item."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.tax_benefit.items import Item
from ips_econ.tax_benefit.payers import municipal_share, municipal_share_schedule, payers


@pytest.fixture(scope="module")
def library() -> ParameterLibrary:
    return load_library()


def test_every_item_that_can_be_paid_has_a_counterparty(library: ParameterLibrary) -> None:
    shares = payers(library, date(2026, 6, 1))
    assert set(Item.__members__) - set(shares) == {"earnings_related_unemployment_allowance"}
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
