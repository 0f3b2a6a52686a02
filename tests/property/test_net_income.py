"""What holds for every budget, whatever the circumstances and the date."""

from __future__ import annotations

import math
from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ips_econ.errors import InputError
from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit.circumstances import (
    FULL_PENSION_STATUSES,
    PENSION_STATUSES,
    UNEMPLOYMENT_STATUSES,
    BenefitStatus,
    Children,
    Circumstances,
    status_named,
    under_18,
)
from ips_econ.tax_benefit.contributions import Employer
from ips_econ.tax_benefit.items import (
    BENEFIT_ITEMS,
    EMPLOYER_ITEMS,
    FEE_ITEMS,
    PARTICIPANT_ITEMS,
    TAX_ITEMS,
    Item,
)
from ips_econ.tax_benefit.law import REFORMS, Law, load_law
from ips_econ.tax_benefit.net_income import (
    budget,
    monthly_budget,
    net_income,
    net_pay_of_partner,
)
from ips_econ.tax_benefit.pensions import disability_pension, pension_claim
from ips_econ.tax_benefit.social_assistance import basic_amount

REGIMES = (
    date(2024, 1, 1),
    date(2024, 4, 1),
    date(2024, 9, 2),
    date(2025, 1, 1),
    date(2025, 8, 1),
    date(2026, 1, 1),
    date(2026, 3, 1),
    date(2026, 5, 1),
)
SUMMER_2026 = date(2026, 6, 1)
HOUSING_ITEMS = [
    Item.student_housing_supplement,
    Item.general_housing_allowance,
    Item.pensioners_housing_allowance,
]
TAXED_ITEMS = [
    item
    for item in BENEFIT_ITEMS
    if item < Item.maintenance_allowance
    and item not in (Item.pension_child_increase, Item.care_allowance, Item.disability_allowance)
]


@cache
def law(on: date, reform: str = "none") -> Law:
    return load_law(load_library(), on, reform)


def in_force(status: BenefitStatus, rules: Law) -> bool:
    amounts = {
        BenefitStatus.labour_market_subsidy: rules.unemployment.labour_market_subsidy_eur_day,
        BenefitStatus.basic_unemployment_allowance: (
            rules.unemployment.basic_unemployment_allowance_eur_day
        ),
        BenefitStatus.general_support: rules.unemployment.general_support_eur_day,
    }
    return amounts.get(status, 1.0) > 0.0


NEEDS_A_PENSION = (
    BenefitStatus.earnings_related_disability_pension,
    BenefitStatus.partial_disability_pension,
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Law, Circumstances]:
    """A date's law, with or without the reform, and circumstances that it covers."""
    rules = law(draw(st.sampled_from(REGIMES)), draw(st.sampled_from(["none", *REFORMS])))
    status = draw(st.sampled_from([s for s in BenefitStatus if in_force(s, rules)]))
    pensioner = status in PENSION_STATUSES
    amounts = st.floats(1.0 if status in NEEDS_A_PENSION else 0.0, 4_000.0)
    partner = draw(st.booleans())
    small, middle = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    children = Children(
        small,
        middle,
        draw(st.integers(0, 2)),
        draw(st.integers(0, 1)),
        draw(st.integers(0, 1)),
        draw(st.integers(0, small + middle)),
    )
    unemployed = status in UNEMPLOYMENT_STATUSES
    circumstances = Circumstances(
        status=status,
        gross_wage_eur_month=draw(st.floats(0.0, 8_000.0)),
        age=draw(st.floats(18.0, 64.9)),
        rent_eur_month=draw(st.floats(0.0, 1_500.0)),
        municipal_tax_share=draw(st.floats(0.04, 0.11)),
        church_tax_share=draw(st.sampled_from([0.0, 0.01, 0.02])),
        municipality_group=draw(st.sampled_from([1, 2, 3])),
        pensioners_municipality_group=draw(st.sampled_from([1, 2, 3])),
        earnings_related_pension_eur_month=draw(amounts) if pensioner or unemployed else 0.0,
        personal_earnings_limit_eur_month=draw(st.floats(0.0, 3_000.0)) if pensioner else 0.0,
        claims_housing_allowance=draw(st.booleans()),
        claims_social_assistance=draw(st.booleans()),
        care_allowance=draw(st.sampled_from([0, 1, 2, 3])),
        months_in_work=draw(st.sampled_from([1, 2, 3, 12, 13, 24, 25])),
        pensioners_housing_allowance_in_suspension=draw(st.booleans()),
        earlier_wage_eur_month=draw(st.floats(0.0, 5_000.0)),
        unemployment_days_paid=draw(st.floats(0.0, 399.0)),
        other_taxable_benefit_eur_month=draw(st.sampled_from([0.0, 400.0])),
        parents_income_eur_month=draw(st.sampled_from([0.0, 2_000.0, 6_000.0])),
        service_days_month=draw(st.sampled_from([0.0, 12.0])),
        has_partner=partner,
        partner_wage_eur_month=draw(st.floats(0.0, 4_000.0)) if partner else 0.0,
        children=children,
        employer=draw(st.sampled_from(Employer)).value,
        first_month_of_unemployment=unemployed and draw(st.booleans()),
        receives_maintenance_support=under_18(children) > 0 and draw(st.booleans()),
    )
    return rules, circumstances


@settings(max_examples=300, deadline=None)
@given(cases())
def test_a_budget_adds_up_and_every_item_has_its_sign(case: tuple[Law, Circumstances]) -> None:
    rules, circumstances = case
    items = budget(rules, circumstances)
    assert np.all(np.isfinite(items))
    wage = circumstances.gross_wage_eur_month
    assert items[Item.gross_wage] == wage
    assert all(items[item] <= 0.0 for item in TAX_ITEMS)
    assert all(items[item] >= 0.0 for item in BENEFIT_ITEMS)
    assert all(items[item] >= 0.0 for item in EMPLOYER_ITEMS)
    assert all(items[item] <= 0.0 for item in FEE_ITEMS)
    fees = -sum(items[item] for item in FEE_ITEMS)
    taxes = -sum(items[item] for item in TAX_ITEMS)
    benefits = sum(items[item] for item in BENEFIT_ITEMS)
    assert net_income(items) + fees + taxes - benefits == pytest.approx(wage, abs=1e-9)
    assert len(Item) == len(PARTICIPANT_ITEMS) + len(EMPLOYER_ITEMS)


@settings(max_examples=300, deadline=None)
@given(cases())
def test_one_primary_benefit_and_one_housing_allowance_at_most(
    case: tuple[Law, Circumstances],
) -> None:
    rules, circumstances = case
    items = budget(rules, circumstances)
    housing = items[HOUSING_ITEMS]
    assert np.count_nonzero(housing) <= 1
    assert housing.sum() <= circumstances.rent_eur_month + 1e-9
    primary = items[Item.sickness_allowance : Item.other_taxable_benefit]
    pension = items[Item.national_pension : Item.pension_child_increase].sum()
    beside = circumstances.status in UNEMPLOYMENT_STATUSES  # a partial pension
    assert np.count_nonzero(primary) + (pension > 0 and not beside) <= 1
    assert items[Item.care_allowance] == 0 or items[Item.disability_allowance] == 0
    if items[Item.care_allowance] > 0:
        assert circumstances.status in FULL_PENSION_STATUSES


@settings(max_examples=300, deadline=None)
@given(cases())
def test_taxes_and_contributions_never_exceed_what_is_taxed(
    case: tuple[Law, Circumstances],
) -> None:
    rules, circumstances = case
    items = budget(rules, circumstances)
    taxed = items[Item.gross_wage]
    taxed += items[TAXED_ITEMS].sum()
    taxes = -sum(items[item] for item in TAX_ITEMS)
    assert taxes <= 0.7 * taxed + 1e-9
    assert 0.0 <= sum(items[item] for item in EMPLOYER_ITEMS) <= 0.25 * items[Item.gross_wage]


@settings(max_examples=300, deadline=None)
@given(cases(), st.floats(0.0, 2_000.0))
def test_more_pay_never_adds_more_to_net_income_than_itself_and_the_tax_it_saves(
    case: tuple[Law, Circumstances], more: float
) -> None:
    """Pay can save tax: its credit meets the tax on a benefit, and a lost benefit is not taxed."""
    rules, circumstances = case
    assume(circumstances.status != BenefitStatus.partial_sickness_allowance)  # begins at 40 %
    wage = circumstances.gross_wage_eur_month
    before = budget(rules, circumstances)
    after = budget(rules, circumstances._replace(gross_wage_eur_month=wage + more))
    saved = max(0.0, sum(after[item] - before[item] for item in TAX_ITEMS))
    assert net_income(after) - net_income(before) <= more + saved + 0.02


@settings(max_examples=300, deadline=None)
@given(cases())
def test_social_assistance_brings_everybody_who_claims_it_to_the_same_floor(
    case: tuple[Law, Circumstances],
) -> None:
    rules, circumstances = case
    circumstances = circumstances._replace(claims_social_assistance=True)
    items = budget(rules, circumstances)
    family = circumstances.children
    under_10 = family.under_3 + family.from_3_to_9
    adults = 2 if circumstances.has_partner else 1
    basic = basic_amount(rules.social_assistance, adults, under_18(family) - under_10, under_10)
    partner = net_pay_of_partner(rules, circumstances)
    if circumstances.status == BenefitStatus.student:
        basic -= rules.student_aid.student_loan_month
    after_rent = net_income(items) + partner - circumstances.rent_eur_month
    assert after_rent >= basic - 1e-6
    no_pay = circumstances.gross_wage_eur_month == circumstances.partner_wage_eur_month == 0
    if items[Item.social_assistance] > 0 and no_pay:
        free = (Item.care_allowance, Item.disability_allowance, Item.maintenance_allowance)
        assert after_rent == pytest.approx(basic + sum(items[item] for item in free))


@settings(max_examples=200, deadline=None)
@given(cases())
def test_a_claim_that_is_not_made_pays_nothing(case: tuple[Law, Circumstances]) -> None:
    rules, circumstances = case
    items = budget(
        rules,
        circumstances._replace(claims_housing_allowance=False, claims_social_assistance=False),
    )
    assert not items[HOUSING_ITEMS].any()
    if circumstances.status != BenefitStatus.social_assistance:
        assert items[Item.social_assistance] == 0


def drops(status: BenefitStatus, reform: str = "none", **changes: float) -> list[int]:
    """Whole euros of pay after which one more euro lowers net income by more than 20 cents."""
    base = Circumstances(status, 0.0, 40.0, 0.0, 0.0757, claims_housing_allowance=False)
    base = base._replace(**changes)
    rules = law(SUMMER_2026, reform)
    nets = [
        net_income(budget(rules, base._replace(gross_wage_eur_month=float(wage))))
        for wage in range(3_001)
    ]
    return [wage for wage in range(3_000) if nets[wage + 1] - nets[wage] < -0.20]


def test_where_net_income_falls_when_pay_rises() -> None:
    """The whole list of cliffs up to 3,000 EUR a month in 2026, without housing.

    71.72: pay becomes insured for the pension. 1,437.92: the daily-allowance contribution is due
    on all pay. 990.90 and the personal limit: suspension. First euro: sickness and
    rehabilitation allowance end.
    """
    insured, daily_allowance = 71, 1_437
    assert drops(BenefitStatus.none) == [insured, daily_allowance]
    assert drops(BenefitStatus.general_support) == [insured, daily_allowance]
    assert drops(BenefitStatus.sickness_allowance) == [0, insured, daily_allowance]
    assert drops(BenefitStatus.rehabilitation_allowance) == [0, insured, daily_allowance]
    pension = BenefitStatus.national_disability_pension
    assert drops(pension) == [insured, 990, daily_allowance]
    assert drops(pension, months_in_work=2) == [insured, daily_allowance]
    earnings_related = {
        "earnings_related_pension_eur_month": 1_500.0,
        "personal_earnings_limit_eur_month": 1_200.0,
    }
    both = drops(BenefitStatus.earnings_related_disability_pension, **earnings_related)
    assert both == [insured, 990, 1_200, daily_allowance]


def test_where_net_income_falls_with_benefits_that_depend_on_earlier_pay() -> None:
    """Earlier pay of 2,500 EUR: two fifths are 1,000, three fifths 1,500.

    A partial sickness allowance needs 40 to 60 per cent of full work; the first euro ends the
    full one. Above 20,127 EUR a year and 374 more a student gives months of aid back.
    """
    insured, daily_allowance = 71, 1_437
    earlier = {"earlier_wage_eur_month": 2_500.0}
    unemployed = drops(BenefitStatus.earnings_related_unemployment, **earlier)
    assert unemployed == [insured, daily_allowance]
    pension = {**earlier, "earnings_related_pension_eur_month": 1_250.0}
    full = drops(BenefitStatus.earnings_related_disability_pension, **pension)
    assert full == [insured, 990, 1_000, daily_allowance, 1_500]
    partial = drops(BenefitStatus.partial_disability_pension, **pension)
    assert partial == [insured, daily_allowance, 1_500]
    sick = drops(BenefitStatus.partial_sickness_allowance, **earlier)
    assert sick == [0, insured, daily_allowance, 1_500]
    young = drops(BenefitStatus.young_persons_rehabilitation_allowance)
    assert young == [insured, daily_allowance]
    student = drops(BenefitStatus.student)
    assert student == [
        insured,
        daily_allowance,
        1_708,
        1_863,
        2_050,
        2_236,
        2_422,
        2_609,
        2_795,
        2_982,
    ]
    suspended = drops(BenefitStatus.suspended_disability_pension)
    assert suspended == [insured, daily_allowance]


def test_the_flexible_model_has_no_cliff_at_the_limit_in_the_first_year() -> None:
    insured, daily_allowance = 71, 1_437
    reform = "flexible_disability_pension_2028"
    pension = BenefitStatus.national_disability_pension
    first_year = drops(pension, reform=reform)
    assert first_year[:2] == [insured, daily_allowance]
    assert first_year[2:] == list(range(1_750, 2_147)), "pay takes the pension euro for euro"
    later = drops(pension, reform=reform, months_in_work=25)
    assert later == [insured, 990, daily_allowance]


@settings(max_examples=300, deadline=None)
@given(
    st.floats(0.0, 3_000.0),
    st.floats(0.0, 3_000.0),
    st.floats(0.0, 6_000.0),
    st.floats(0.0, 3_000.0),
    st.sampled_from([1, 2, 3, 6, 11, 12]),
)
def test_the_flexible_model_never_takes_more_from_pensions_than_the_pay_it_follows(
    pension: float, limit: float, wage: float, more: float, months: int
) -> None:
    """One euro of pay is taken from one pension, in the first year of a job."""
    rules = law(SUMMER_2026, "flexible_disability_pension_2028").pensions
    claim = pension_claim(rules, pension, limit, 0.0, False, True)

    def total(pay: float) -> float:
        paid = disability_pension(rules, claim, pay, months, False)
        return paid.national + paid.guarantee + paid.earnings_related

    assert -1e-9 <= total(wage) - total(wage + more) <= more + 1e-9
    assert total(wage) <= total(0.0) + 1e-9


def test_a_rehabilitation_subsidy_pays_what_a_disability_pension_pays() -> None:
    base = Circumstances(BenefitStatus.rehabilitation_subsidy, 600.0, 40.0, 550.0, 0.0757)
    pension = base._replace(status=BenefitStatus.national_disability_pension)
    assert np.array_equal(budget(law(SUMMER_2026), base), budget(law(SUMMER_2026), pension))


def test_a_suspended_pension_equals_a_pension_above_its_limit() -> None:
    base = Circumstances(BenefitStatus.national_disability_pension, 1_500.0, 40.0, 550.0, 0.0757)
    suspended = base._replace(status=BenefitStatus.suspended_disability_pension)
    assert np.array_equal(budget(law(SUMMER_2026), base), budget(law(SUMMER_2026), suspended))
    out_of_work = suspended._replace(gross_wage_eur_month=0.0)
    assert budget(law(SUMMER_2026), out_of_work)[Item.national_pension] == 0.0


def test_the_rent_limit_caps_social_assistance() -> None:
    base = Circumstances(BenefitStatus.social_assistance, 0.0, 40.0, 800.0, 0.0757)
    free = budget(law(SUMMER_2026), base)
    capped = budget(law(SUMMER_2026), base._replace(social_assistance_rent_limit_eur_month=500.0))
    difference = free[Item.social_assistance] - capped[Item.social_assistance]
    assert difference == pytest.approx(300.0)


def test_a_status_that_does_not_exist_gives_no_number() -> None:
    out = np.zeros(len(Item))
    monthly_budget(law(SUMMER_2026), Circumstances(99, 500.0, 40.0, 0.0, 0.0757), out)
    assert np.all(np.isnan(out))


@pytest.mark.parametrize(
    ("on", "status", "sentence"),
    [
        (date(2026, 4, 30), BenefitStatus.general_support, "has not begun by 2026-04-30"),
        (date(2026, 5, 1), BenefitStatus.labour_market_subsidy, "has ended before 2026-05-01"),
    ],
)
def test_a_benefit_that_does_not_exist_on_the_date_is_refused_with_its_neighbour(
    on: date, status: BenefitStatus, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as refused:
        budget(law(on), Circumstances(status, 0.0, 40.0, 0.0, 0.0757))
    assert "did you mean" in str(refused.value)


def test_every_problem_of_the_circumstances_is_named_at_once() -> None:
    wrong = Circumstances(
        status=BenefitStatus.earnings_related_disability_pension,
        gross_wage_eur_month=-1.0,
        age=70.0,
        rent_eur_month=math.nan,
        municipal_tax_share=7.57,
        municipality_group=4,
        care_allowance=9,
    )
    with pytest.raises(InputError) as refused:
        budget(law(SUMMER_2026), wrong)
    assert [problem.key for problem in refused.value.problems] == [
        "gross_wage_eur_month",
        "age",
        "rent_eur_month",
        "municipal_tax_share",
        "municipality_group",
        "care_allowance",
        "earnings_related_pension_eur_month",
    ]
    assert "a share: 0.0757, not 7.57" in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"status": BenefitStatus.partial_disability_pension},
            "a partial disability pension needs its amount",
        ),
        (
            {
                "status": BenefitStatus.earnings_related_unemployment,
                "unemployment_days_paid": 400.0,
            },
            "has ended after so many days; found 400.0; allowed: less than 400",
        ),
        (
            {
                "status": BenefitStatus.earnings_related_unemployment,
                "age": 58.0,
                "unemployment_days_paid": 500.0,
            },
            "has ended after so many days; found 500.0; allowed: less than 500",
        ),
        ({"partner_wage_eur_month": 1.0}, "goes with a partner"),
        ({"receives_maintenance_support": True}, "maintenance support is paid for children"),
        ({"first_month_of_unemployment": True}, "belongs to an unemployment benefit"),
        ({"children": Children(in_day_care=-1)}, "in_day_care: is out of range"),
        ({"pensioners_municipality_group": 0}, "pensioners_municipality_group: is not a"),
        (
            {"children": Children(in_day_care=1)},
            "more children in day care than children under ten",
        ),
    ],
)
def test_circumstances_that_contradict_each_other_are_refused(
    changes: dict[str, float], sentence: str
) -> None:
    base = Circumstances(BenefitStatus.none, 0.0, 40.0, 0.0, 0.0757)
    with pytest.raises(InputError, match=sentence):
        budget(law(SUMMER_2026), base._replace(**changes))


def test_an_unknown_number_is_no_status() -> None:
    with pytest.raises(InputError, match="is not a benefit status"):
        budget(law(SUMMER_2026), Circumstances(99, 0.0, 40.0, 0.0, 0.0757))


def test_a_misspelt_status_gets_the_nearest_name() -> None:
    assert status_named("sickness_allowance") is BenefitStatus.sickness_allowance
    with pytest.raises(InputError, match="did you mean 'general_support'"):
        status_named("general_suport")
