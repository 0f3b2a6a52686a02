"""The chart of accounts: payers, perspectives, and what each category does to each payer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ips_econ.evaluation.blocks import Plan
from ips_econ.ledger.accounts import (
    PAYERS,
    PERSPECTIVES,
    PUBLIC_SECTOR,
    Payer,
    budget_categories,
    one,
    perspective_matrix,
    shares_vector,
)
from ips_econ.tax_benefit.items import EMPLOYER_ITEMS, Item


@pytest.fixture(scope="module")
def plan(planned: Callable[..., Plan]) -> Plan:
    return planned()


def test_payers_and_perspectives_are_those_of_the_interface() -> None:
    assert PAYERS == (
        "participant",
        "employer",
        "wellbeing_county",
        "municipality",
        "state",
        "social_insurance",
        "pension_insurers",
        "eu",
        "other",
        "health_effects",
    )
    assert tuple(PERSPECTIVES) == (*PAYERS, "public_sector", "society")
    assert set(PUBLIC_SECTOR) == {
        "wellbeing_county",
        "municipality",
        "state",
        "social_insurance",
        "pension_insurers",
    }


def test_the_perspective_matrix_adds_payers() -> None:
    matrix = perspective_matrix()
    assert matrix.shape == (12, 10)
    assert np.array_equal(matrix[:10], np.eye(10))
    flows = np.array([1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9])
    assert matrix[10] @ flows == 1_111_100.0
    assert matrix[11] @ flows == flows.sum()


def test_shares_by_name_become_a_vector() -> None:
    vector = shares_vector({"state": 0.66, "social_insurance": 0.34})
    assert vector[Payer.STATE] == 0.66 and vector[Payer.SOCIAL_INSURANCE] == 0.34
    assert vector.sum() == pytest.approx(1.0)
    assert np.array_equal(one(Payer.EU), shares_vector({"eu": 1.0}))


def test_transfers_cancel_and_real_resources_do_not(plan: Plan) -> None:
    seen = set()
    for category in plan.categories:
        total = category.coefficients.sum()
        if category.nature == "transfer":
            assert total == pytest.approx(0.0, abs=1e-15), category.name
        else:
            assert abs(total) == pytest.approx(1.0), category.name
        seen.add(category.nature)
    assert seen == {"transfer", "real"}
    assert len({category.name for category in plan.categories}) == len(plan.categories)


def test_every_category_of_the_design_has_its_line(plan: Plan) -> None:
    """Pay, taxes and contributions, benefits, IPS, services, treatment, allowances, subsidy."""
    names = {category.name for category in plan.categories}
    named = {item.name for item in Item} | {
        "ips_staff",
        "ips_overhead",
        "rehabilitative_work_activity",
        "kela_vocational_rehabilitation",
        "employment_service_coaching",
        "clubhouse",
        "rehabilitative_work_activity_allowance",
        "kela_vocational_rehabilitation_allowance",
        "inpatient",
        "outpatient",
        "medication",
        "wage_subsidy",
        "output_produced",
        "pension_right_accrual",
        "municipal_share_of_unemployment_support",
    }
    assert named <= names


def test_who_receives_and_who_pays(plan: Plan) -> None:
    """Received positive: pay is the participant's, taxes the payer's loss, costs negative."""
    by_name = {category.name: category.coefficients for category in plan.categories}
    assert by_name["gross_wage"][[Payer.PARTICIPANT, Payer.EMPLOYER]].tolist() == [1.0, -1.0]
    # taxes are negative amounts in the participant's view, so the state's coefficient is -1
    assert by_name["state_income_tax"][[Payer.PARTICIPANT, Payer.STATE]].tolist() == [1.0, -1.0]
    assert by_name["general_support"][[Payer.PARTICIPANT, Payer.STATE]].tolist() == [1.0, -1.0]
    contribution = by_name["employer_pension_contribution"]
    assert contribution[[Payer.EMPLOYER, Payer.PENSION_INSURERS]].tolist() == [-1.0, 1.0]
    assert by_name["inpatient"][Payer.WELLBEING_COUNTY] == -1.0
    assert by_name["output_produced"][Payer.EMPLOYER] == 1.0
    social = by_name["social_assistance"]
    assert social[[Payer.STATE, Payer.MUNICIPALITY]].tolist() == [-0.5, -0.5]


def test_an_item_not_in_force_has_no_coefficients() -> None:
    categories = budget_categories({"gross_wage": {"employer": 1.0}})
    assert [category.name for category in categories] == [item.name for item in Item]
    for category in categories:
        assert category.coefficients.any() == (category.name == "gross_wage")


def test_the_employer_earns_what_the_work_costs(plan: Plan) -> None:
    """Human capital: output is the wage and what comes on top, so nothing is left for profit."""
    by_name = {category.name: category.coefficients for category in plan.categories}
    paid = by_name["gross_wage"][Payer.EMPLOYER]
    assert paid + by_name["output_produced"][Payer.EMPLOYER] == 0.0
    for item in EMPLOYER_ITEMS:
        on_top = by_name[item.name][Payer.EMPLOYER]
        assert on_top + by_name["output_produced"][Payer.EMPLOYER] == 0.0, item.name


def test_every_line_belongs_to_one_category_and_payer(plan: Plan) -> None:
    pairs = [(line.category, line.payer) for line in plan.lines]
    assert len(set(pairs)) == len(pairs)
    for line in plan.lines:
        assert line.coefficient != 0.0


def test_whoever_funds_ips_in_any_year_has_a_line(planned: Callable[..., Plan]) -> None:
    funding = "[{ eu = 0.8, wellbeing_county = 0.2 }, { state = 1.0 }, { wellbeing_county = 1.0 }]"
    plan = planned(f"programme.funding={funding}", "programme.years=3")
    paying = {
        PAYERS[line.payer]
        for line in plan.lines
        if plan.categories[line.category].name == "ips_staff"
    }
    assert paying == {"eu", "state", "wellbeing_county"}
