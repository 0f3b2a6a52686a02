"""Four hundred budgets against a second reading of the public model SISU, and an open model.

``second_reading.csv`` holds one adult's month in 400 circumstances: seven dates, all statuses,
couples, children. It was computed from the macros and parameter tables of SISU 26.10
(``sisu_2026``) by somebody who had not read the rules here. Amounts agree to two cents; where the
law was read differently the case stands in a list below, and ``DIFFERENCES.md`` says why.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit.circumstances import BenefitStatus, Circumstances, children_of_ages
from ips_econ.tax_benefit.items import PARTICIPANT_ITEMS, TAX_ITEMS, Item
from ips_econ.tax_benefit.law import Law, load_law
from ips_econ.tax_benefit.net_income import budget, employer_cost, net_income

ROWS = list(
    csv.DictReader(
        Path(__file__).with_name("second_reading.csv").read_text(encoding="utf-8").splitlines()
    )
)
TWO_CENTS = 0.021
PENSION_TAKEN_WHOLE = {"c061", "c062", "c063", "c064", "c065", "c099", "c108", "c130", "c304"}
"""A partial disability pension beside a flat-rate unemployment benefit (TTL 4 luku 7 §)."""
BEFORE_THE_STEPS = {"c195"}
"""More days of an earnings-related allowance than there were since its steps began (2.9.2024)."""
AID_MONTHS = {"c097"}
"""A student with pay: as many of twelve months with aid as pay allows there, nine months here."""
READ_DIFFERENTLY = PENSION_TAKEN_WHOLE | BEFORE_THE_STEPS | AID_MONTHS


@cache
def law(on: str) -> Law:
    return load_law(load_library(), date.fromisoformat(on))


def person(row: dict[str, str]) -> Circumstances:
    ages = [int(age) for age in row["child_ages"].split(";") if age]
    return Circumstances(
        status=BenefitStatus[row["status"]].value,
        gross_wage_eur_month=float(row["gross_wage"]),
        age=float(row["age"]),
        rent_eur_month=float(row["rent"]),
        municipal_tax_share=float(row["municipal_tax_percent"]) / 100,
        church_tax_share=float(row["church_tax_percent"]) / 100,
        municipality_group=int(row["municipality_group"]),
        pensioners_municipality_group=int(row["municipality_group"]),
        earnings_related_pension_eur_month=float(row["earnings_related_pension"]),
        personal_earnings_limit_eur_month=float(row["personal_earnings_limit"]),
        earlier_wage_eur_month=float(row["earlier_wage"]),
        unemployment_days_paid=float(row["unemployment_days_paid"]),
        has_partner=row["partner"] == "True",
        partner_wage_eur_month=float(row["partner_wage"]),
        children=children_of_ages(ages),
        claims_housing_allowance=row["claims_housing_allowance"] == "True",
        claims_social_assistance=row["claims_social_assistance"] == "True",
        care_allowance=int(row["care_tier"]),
        months_in_work=int(row["months_in_work"]),
        assets_eur=float(row["assets"]),
    )


def expected_items(row: dict[str, str]) -> dict[str, float]:
    pairs = (pair.split("=") for pair in row["items"].split())
    return {name: float(amount) for name, amount in pairs}


def left_out(row: dict[str, str]) -> set[str]:
    """Items in which a known difference of reading shows."""
    if row["id"] in READ_DIFFERENTLY:
        return {item.name for item in PARTICIPANT_ITEMS}
    with_assets = float(row["assets"]) > 0.0
    claims = row["claims_social_assistance"] == "True" or row["status"] == "social_assistance"
    return {"social_assistance"} if with_assets and claims else set()


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_a_budget_agrees_with_the_second_reading(row: dict[str, str]) -> None:
    items = budget(law(row["date"]), person(row))
    expected, skipped = expected_items(row), left_out(row)
    computed = {item.name: float(items[item]) for item in PARTICIPANT_ITEMS}
    different = {
        name: (amount, expected.get(name, 0.0))
        for name, amount in computed.items()
        if abs(amount - expected.get(name, 0.0)) > TWO_CENTS and name not in skipped
    }
    assert different == {}
    assert employer_cost(items) == pytest.approx(float(row["employer_cost"]), abs=TWO_CENTS)
    if not skipped:
        assert net_income(items) == pytest.approx(float(row["net_income"]), abs=2 * TWO_CENTS)


def test_few_cases_are_left_out_and_every_status_is_covered() -> None:
    skipped = [row["id"] for row in ROWS if left_out(row)]
    assert len(ROWS) == 400
    assert len(skipped) <= 30
    covered = {row["status"] for row in ROWS}
    assert {status.name for status in BenefitStatus} - covered == {
        "suspended_disability_pension",
        "young_persons_rehabilitation_allowance",
    }


def test_the_cases_left_out_really_differ() -> None:
    """A case that agrees does not belong on a list of differences."""
    for row in ROWS:
        if row["id"] in READ_DIFFERENTLY:
            net = net_income(budget(law(row["date"]), person(row)))
            assert abs(net - float(row["net_income"])) > 1.0, row["id"]


# An open Finnish model ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wage", "taxes"),
    [(1000.0, 79.4), (1500.0, 141.25), (2000.0, 317.12), (3000.0, 711.49), (4000.0, 1190.07)],
)
def test_taxes_on_pay_agree_with_an_open_finnish_model(wage: float, taxes: float) -> None:
    """github.com/ajtanskanen/benefits, commit f3141684, run for 2024.

    Municipal tax 7.51 and church tax 1.39 per cent, its constants. Its other years, its housing
    allowance and its tax on a benefit beside pay are of other law: DIFFERENCES.md.
    """
    single = Circumstances(BenefitStatus.none, wage, 40.0, 0.0, 0.0751, 0.0139)
    items = budget(law("2024-06-15"), single)
    assert -sum(items[item] for item in TAX_ITEMS) == pytest.approx(taxes, abs=0.03)


@pytest.mark.parametrize(
    ("wage", "subsidy"), [(0.0, 800.01), (500.0, 550.01), (1000.0, 300.01), (1500.0, 50.01)]
)
def test_the_labour_market_subsidy_agrees_with_an_open_finnish_model(
    wage: float, subsidy: float
) -> None:
    single = Circumstances(BenefitStatus.labour_market_subsidy, wage, 40.0, 0.0, 0.0751, 0.0139)
    items = budget(law("2024-06-15"), single)
    assert items[Item.labour_market_subsidy] == pytest.approx(subsidy, abs=0.03)
