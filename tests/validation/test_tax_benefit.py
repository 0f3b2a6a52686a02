"""Published worked examples, and an independent second calculation of the same rules.

Published examples name their source by its key in ``parameters/sources.toml``; examples of law
before 2024 carry their own numbers and test formulas only. Tolerances: 1 EUR a year for tax
amounts, tax rates as printed (rounded up to half a point), 0.05 EUR a month for benefits, 1 EUR a
month and one point of a participation tax rate against the second calculation. Remaining
differences are explained in ``DIFFERENCES.md``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from functools import cache

import pytest

from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.tax_benefit import contributions as contribution
from ips_econ.tax_benefit import (
    housing,
    pensions,
    sickness,
    social_assistance,
    taxation,
    unemployment,
)
from ips_econ.tax_benefit.circumstances import BenefitStatus, Circumstances
from ips_econ.tax_benefit.incentives import participation_tax_rate
from ips_econ.tax_benefit.items import EMPLOYER_ITEMS, Item
from ips_econ.tax_benefit.law import Law, load_law
from ips_econ.tax_benefit.net_income import budget, employer_cost, net_income
from ips_econ.tax_benefit.payers import payers

HELSINKI_MUNICIPAL_2024 = 0.0530
HELSINKI_CHURCH_2024 = 0.010
SUMMER_2026 = date(2026, 6, 1)
ALONE = unemployment.Means(0.0, 0.0, 0.0, False, 0)


@cache
def library() -> ParameterLibrary:
    return load_library()


@cache
def law(on: date) -> Law:
    return load_law(library(), on)


# Published worked examples -----------------------------------------------------------------


def annual_income(on: date, wage: float, pension: float, benefit: float) -> taxation.AnnualIncome:
    """Income of a year with its contributions, from twelve equal months at age 40."""
    rates = law(on).contributions
    due = 12 * contribution.employee_pension_contribution(rates, wage / 12, 40.0)
    due += 12 * contribution.employee_unemployment_contribution(rates, wage / 12, 40.0)
    due += contribution.daily_allowance_contribution(rates, wage)
    return taxation.AnnualIncome(wage, pension, benefit, due)


def tax_in_helsinki_2024(wage: float, pension: float, benefit: float) -> float:
    """Tax of a church member in Helsinki in 2024, daily-allowance contribution included."""
    rules = law(date(2024, 6, 1))
    income = annual_income(date(2024, 6, 1), wage, pension, benefit)
    taxes = taxation.annual_tax(
        rules.taxation, rules.contributions, income, HELSINKI_MUNICIPAL_2024, HELSINKI_CHURCH_2024
    )
    return sum(taxes) + contribution.daily_allowance_contribution(rules.contributions, wage)


@pytest.mark.parametrize(
    ("wage", "pension", "benefit", "published"),
    [
        (0.0, 0.0, 10_000.0, 1_450.56),
        (16_000.0, 0.0, 0.0, 31.25),
        (20_000.0, 0.0, 0.0, 521.92),
        (0.0, 16_000.0, 0.0, 939.31),
    ],
)
def test_tax_amounts_of_the_tax_administration(
    wage: float, pension: float, benefit: float, published: float
) -> None:
    """vero_tax_rates_2024: Helsinki, church member, aged 17-52."""
    assert tax_in_helsinki_2024(wage, pension, benefit) == pytest.approx(published, abs=0.05)


@pytest.mark.parametrize(
    ("wage", "published_percent"), [(30_000.0, 10.5), (40_000.0, 16.0), (50_000.0, 20.5)]
)
def test_tax_rates_of_the_tax_administration(wage: float, published_percent: float) -> None:
    """vero_tax_rates_2024: rates are rounded up to the next half point."""
    percent = 100 * tax_in_helsinki_2024(wage, 0.0, 0.0) / wage
    assert math.ceil(2 * percent) / 2 == published_percent


@pytest.mark.parametrize(
    ("wage", "pension", "published"),
    [
        (
            25_000.0,
            0.0,
            {"net": 24_250, "pension": 1_788, "daily": 253, "unempl": 198, "basic": 1_294},
        ),
        (
            12_500.0,
            12_500.0,
            {"net": 24_250, "pension": 894, "daily": 0, "unempl": 99, "basic": 1_925},
        ),
    ],
)
def test_steps_of_the_calculation_in_2024(
    wage: float, pension: float, published: dict[str, float]
) -> None:
    """taloustaito_state_scale: net earned income, contributions and basic deduction."""
    on = date(2024, 6, 1)
    rules = law(on)
    income = annual_income(on, wage, pension, 0.0)
    net = taxation.net_earned_income(rules.taxation, income)
    before_basic = net - income.deductible_contributions
    before_basic -= taxation.pension_income_deduction(rules.taxation, pension, net)
    before_basic -= taxation.earned_income_deduction(rules.taxation, wage, net)
    rates = rules.contributions
    steps = {
        "net": net,
        "pension": 12 * contribution.employee_pension_contribution(rates, wage / 12, 40.0),
        "daily": contribution.daily_allowance_contribution(rates, wage),
        "unempl": 12 * contribution.employee_unemployment_contribution(rates, wage / 12, 40.0),
        "basic": taxation.basic_deduction(rules.taxation, before_basic),
    }
    assert steps == pytest.approx(published, abs=1.0)


@pytest.mark.parametrize(
    ("year", "points"),
    [
        (2024, [(20_500, 2_591.20), (30_500, 4_491.20), (50_400, 10_510.95), (88_200, 23_362.95)]),
        (2025, [(21_200, 2_679.68), (31_500, 4_636.68), (52_100, 10_868.18), (88_200, 23_142.18)]),
        (2026, [(22_000, 2_780.80), (32_600, 4_794.80), (40_100, 7_063.55), (52_100, 11_053.55)]),
    ],
)
def test_state_tax_at_the_points_of_the_scale(year: int, points: list[tuple[int, float]]) -> None:
    """ev_120_2025 for 2026, sisu_2026 for the others."""
    rules = law(date(year, 6, 1)).taxation
    for taxable, published in points:
        assert taxation.state_scale_tax(rules, float(taxable)) == pytest.approx(published, abs=0.01)


@pytest.mark.parametrize(("wage", "published"), [(2_400.0, 2_892), (3_800.0, 4_579)])
def test_the_employers_cost_of_a_wage(wage: float, published: float) -> None:
    """veronmaksajat_payslip, 2026."""
    circumstances = Circumstances(BenefitStatus.none, wage, 40.0, 0.0, 0.0757)
    assert employer_cost(budget(law(SUMMER_2026), circumstances)) == pytest.approx(published, abs=1)


def test_where_the_national_pension_begins_to_fall_and_ends_in_2024() -> None:
    """tyoelake_national_pension: full up to 65.62, none from 1,601.21 EUR a month."""
    rules = law(date(2024, 6, 1)).pensions
    assert pensions.national_pension(rules, 65.62, True) == pytest.approx(775.70, abs=0.05)
    assert pensions.national_pension(rules, 1_601.21, True) == 0.0
    assert pensions.national_pension(rules, 1_601.21 - 0.05, True) > 0.0


@pytest.mark.parametrize(
    ("earnings_related", "national", "guarantee"),
    [(0.0, 679.50, 175.98), (100.0, 658.21, 97.27), (300.0, 558.21, 0.0), (750.0, 333.21, 0.0)],
)
def test_national_and_guarantee_pension_of_2022(
    earnings_related: float, national: float, guarantee: float
) -> None:
    """Kela's table of pension income and tax, 2022: the formula with that year's numbers."""
    rules = law(SUMMER_2026).pensions._replace(
        national_pension_full_alone=679.50,
        national_pension_threshold_eur_year=12 * 57.45,
        guarantee_pension_level=855.48,
        smallest_payment=6.92,
    )
    computed = pensions.national_pension(rules, earnings_related, True)
    assert computed == pytest.approx(national, abs=0.05)
    top_up = pensions.guarantee_pension(rules, computed + earnings_related)
    assert top_up == pytest.approx(guarantee, abs=0.05)


def home(rent: float, group: int) -> housing.Dwelling:
    return housing.Dwelling(rent, group, 1, 0, 0.0)


def test_the_highest_income_that_gives_a_general_housing_allowance() -> None:
    """kela_housing_income_limits: one adult, capital region, from April 2024: 1,844 EUR a month."""
    rules = law(date(2024, 6, 1)).housing
    allowances = [
        housing.general_housing_allowance(rules, home(700.0, 1), 0.0, 0.0, income)
        for income in (1_844.0, 1_845.0)
    ]
    assert allowances[0] > 0.0
    assert allowances[1] == 0.0


@pytest.mark.parametrize(
    ("on", "published"), [(date(2024, 3, 31), 357.60), (date(2024, 4, 1), 312.90)]
)
def test_a_students_housing_allowance_before_and_after_april_2024(
    on: date, published: float
) -> None:
    """vyy_housing_2024: rent 550, income 279.38, cap 447."""
    rules = law(on).housing
    allowance = housing.general_housing_allowance(rules, home(550.0, 2), 0.0, 0.0, 279.38)
    assert allowance == pytest.approx(published, abs=0.05)


def test_income_from_assets_in_2025() -> None:
    """verkkouutiset_housing_2025: shares worth 15,000 give 1,000 a year, 83.33 a month."""
    rules = law(date(2025, 6, 1)).housing
    income = housing.counted_asset_income(15_000.0, rules.asset_limit, rules.asset_share)
    assert income == pytest.approx(1_000.0)
    assert income / 12 == pytest.approx(83.33, abs=0.05)


def test_a_pensioners_housing_allowance_of_2018() -> None:
    """seniorinfo_housing: the formula with that year's numbers; rent 650 and water 15, Helsinki."""
    rules = law(SUMMER_2026).pensioners_housing._replace(
        basic_deductible=12 * 50.62,
        additional_deductible_share=0.40,
        additional_deductible_from=8_633.0,
        cap_group_1=12 * 617.08,
    )
    allowance = housing.pensioners_housing_allowance(rules, home(665.0, 1), 8_865.84 / 12)
    assert allowance == pytest.approx(474.91, abs=0.05)


@pytest.mark.parametrize(
    ("on", "published"), [(date(2024, 3, 31), 250.0), (date(2024, 4, 1), 400.0)]
)
def test_part_time_pay_of_800_against_an_unemployment_benefit(on: date, published: float) -> None:
    """a_kassa_disregard: what is taken from the benefit before and after 1 April 2024."""
    rules = law(on).unemployment
    taken = unemployment.labour_market_subsidy(rules, 0.0, ALONE)
    taken -= unemployment.labour_market_subsidy(rules, 800.0, ALONE)
    assert taken == pytest.approx(published, abs=0.05)


def test_pay_of_1000_against_the_general_support() -> None:
    """stt_71696995: about 800 in full, 500 less at pay of 1,000."""
    rules = law(SUMMER_2026).unemployment
    full = unemployment.general_support(rules, 0.0, ALONE)
    assert full == pytest.approx(800.0, abs=0.05)
    assert full - unemployment.general_support(rules, 1_000.0, ALONE) == pytest.approx(
        500.0, abs=0.05
    )


@pytest.mark.parametrize(
    ("on", "alone", "single_parent", "child_from_10"),
    [
        (date(2026, 2, 28), 596.32, 679.80, 417.42),
        (date(2026, 3, 1), 578.43, 665.19, 417.63),
    ],
)
def test_basic_amounts_of_social_assistance_in_2026(
    on: date, alone: float, single_parent: float, child_from_10: float
) -> None:
    """stt_71815459."""
    rules = law(on).social_assistance
    assert social_assistance.basic_amount(rules, 1, 0, 0) == pytest.approx(alone, abs=0.05)
    child = rules.child_from_10_ratio * rules.basic_amount
    assert child == pytest.approx(child_from_10, abs=0.05)
    parent_and_child = social_assistance.basic_amount(rules, 1, 1, 0)
    assert parent_and_child == pytest.approx(single_parent + child_from_10, abs=0.05)


@pytest.mark.parametrize(("income", "published"), [(13_712.0, 31.99), (35_769.0, 83.46)])
def test_sickness_allowance_of_2024(income: float, published: float) -> None:
    """kela_sickness_allowance, EUR a day."""
    rules = law(date(2024, 6, 1)).sickness
    assert sickness.sickness_allowance_day(rules, income) == pytest.approx(published, abs=0.01)


# A second calculation of the same rules ------------------------------------------------------

HOURS = (5, 10, 17.5, 20, 25, 30, 37.5)
HOURLY_WAGE = 13.0
NATIONAL = BenefitStatus.national_disability_pension
EARNINGS_RELATED = BenefitStatus.earnings_related_disability_pension
CASES = {
    "unemployed": {"status": None},
    "unemployed, social assistance": {"status": None, "claims_social_assistance": True},
    "national pension": {"status": NATIONAL},
    "national pension, general allowance in suspension": {
        "status": NATIONAL,
        "pensioners_housing_allowance_in_suspension": False,
    },
    "national pension, no rent": {"status": NATIONAL, "rent_eur_month": 0.0},
    "national pension, care allowance": {"status": NATIONAL, "care_allowance": 1},
    "pension 1200": {
        "status": EARNINGS_RELATED,
        "earnings_related_pension_eur_month": 1_200.0,
    },
    "pension 1500, limit 1200": {
        "status": EARNINGS_RELATED,
        "earnings_related_pension_eur_month": 1_500.0,
        "personal_earnings_limit_eur_month": 1_200.0,
    },
    "pension 1500, limit 1200, no rent": {
        "status": EARNINGS_RELATED,
        "earnings_related_pension_eur_month": 1_500.0,
        "personal_earnings_limit_eur_month": 1_200.0,
        "rent_eur_month": 0.0,
    },
}


def monthly_wage(hours_week: float) -> float:
    return hours_week * HOURLY_WAGE * 52 / 12


def person(on: date, case: str, wage: float, **changes: float) -> Circumstances:
    """One adult, average municipal tax, no church, rent 550 in a municipality of group II."""
    rules = law(on)
    general_support = rules.unemployment.general_support_eur_day > 0
    unemployed = (
        BenefitStatus.general_support if general_support else BenefitStatus.labour_market_subsidy
    )
    given = dict(CASES[case])
    base = Circumstances(unemployed, wage, 40.0, 550.0, rules.taxation.average_municipal_tax_share)
    return base._replace(**{"status": given.pop("status") or unemployed, **given, **changes})


def disposable(on: date, case: str, wage: float, **changes: float) -> float:
    return net_income(budget(law(on), person(on, case, wage, **changes)))


def percent_taxed(on: date, case: str, wage: float, **changes: float) -> float:
    without, at_work = (disposable(on, case, pay, **changes) for pay in (0.0, wage))
    return 100 * participation_tax_rate(at_work, without, wage)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("unemployed", (62, 65, 66, 67, 68, 68, 61)),
        ("unemployed, social assistance", (100, 91, 81, 79, 78, 76, 67)),
        ("national pension", (45, 49, 56, 101, 90, 84, 78)),
        ("national pension, general allowance in suspension", (45, 49, 56, 113, 99, 90, 78)),
        ("national pension, no rent", (8, 12, 18, 96, 79, 68, 61)),
        ("national pension, care allowance", (45, 49, 56, 64, 60, 59, 59)),
        ("pension 1200", (57, 61, 42, 115, 101, 93, 86)),
        ("pension 1500, limit 1200", (57, 48, 37, 39, 104, 95, 88)),
        ("pension 1500, limit 1200, no rent", (20, 20, 21, 25, 108, 93, 80)),
    ],
)
def test_participation_tax_rates_by_hours_in_2026(case: str, expected: tuple[int, ...]) -> None:
    rates = [percent_taxed(SUMMER_2026, case, monthly_wage(hours)) for hours in HOURS]
    assert rates == pytest.approx(expected, abs=0.51), "printed in whole points"


@pytest.mark.parametrize(
    ("case", "hours", "expected"),
    [
        ("unemployed", 20, 66),
        ("unemployed, social assistance", 20, 81),
        ("unemployed, social assistance", 5, 47),
        ("national pension", 20, 100),
        ("national pension, general allowance in suspension", 20, 112),
        ("national pension, no rent", 20, 95),
        ("national pension, care allowance", 20, 63),
        ("pension 1200", 20, 114),
        ("pension 1500, limit 1200", 20, 40),
        ("pension 1500, limit 1200, no rent", 20, 26),
    ],
)
def test_participation_tax_rates_in_2025(case: str, hours: float, expected: int) -> None:
    rate = percent_taxed(date(2025, 6, 1), case, monthly_wage(hours))
    assert rate == pytest.approx(expected, abs=0.51)


def test_the_cliff_moves_with_the_limit() -> None:
    """986 EUR a month (17.5 hours) lies above the limit of 2024 and below that of 2026."""
    wage = monthly_wage(17.5)
    in_2024 = percent_taxed(date(2024, 6, 1), "national pension", wage)
    assert in_2024 == pytest.approx(107, abs=0.51)
    assert percent_taxed(SUMMER_2026, "national pension", wage) == pytest.approx(56, abs=0.51)


@pytest.mark.parametrize(
    ("case", "expected"),
    [("national pension", 101), ("unemployed", 67), ("unemployed, social assistance", 86)],
)
def test_participation_tax_rates_in_the_capital_region(case: str, expected: int) -> None:
    capital = {"rent_eur_month": 700.0, "municipality_group": 1}
    rate = percent_taxed(SUMMER_2026, case, monthly_wage(20), **capital)
    assert rate == pytest.approx(expected, abs=0.51)


@pytest.mark.parametrize(
    ("case", "wage", "benefit", "tax", "contributions", "housing_", "assistance", "total"),
    [
        ("national pension", 0.0, 990.90, 0.0, 0.0, 497.10, 0.0, 1_488.00),
        ("national pension", 600.0, 990.90, 26.67, 49.14, 275.25, 0.0, 1_790.35),
        ("national pension", 1_126.67, 0.0, 0.0, 92.27, 446.90, 0.0, 1_481.30),
        ("national pension", 2_112.50, 0.0, 124.03, 173.01, 82.39, 0.0, 1_897.85),
        ("unemployed, social assistance", 0.0, 800.02, 113.84, 0.0, 380.45, 211.81, 1_278.43),
        ("unemployed, social assistance", 600.0, 500.02, 51.74, 49.14, 275.45, 3.84, 1_278.43),
        ("unemployed, social assistance", 1_126.67, 236.68, 12.69, 92.27, 183.40, 0.0, 1_441.78),
        ("unemployed, social assistance", 2_112.50, 0.0, 124.03, 173.01, 0.0, 0.0, 1_815.46),
        ("pension 1500, limit 1200", 0.0, 1_570.32, 166.85, 0.0, 282.86, 0.0, 1_686.34),
        ("pension 1500, limit 1200", 1_126.67, 1_500.0, 290.03, 92.27, 0.0, 0.0, 2_244.37),
    ],
)
def test_decompositions_in_the_capital_region(
    case: str,
    wage: float,
    benefit: float,
    tax: float,
    contributions: float,
    housing_: float,
    assistance: float,
    total: float,
) -> None:
    capital = {"rent_eur_month": 700.0, "municipality_group": 1}
    items = budget(law(SUMMER_2026), person(SUMMER_2026, case, wage, **capital))
    computed = (
        sum(items[Item.national_pension : Item.general_housing_allowance]),
        -sum(items[Item.state_income_tax : Item.employee_pension_contribution]),
        -items[Item.employee_pension_contribution] - items[Item.employee_unemployment_contribution],
        items[Item.general_housing_allowance] + items[Item.pensioners_housing_allowance],
        items[Item.social_assistance],
        net_income(items),
    )
    expected = (benefit, tax, contributions, housing_, assistance, total)
    assert computed == pytest.approx(expected, abs=0.02)


def gains(before: list[float], after: list[float]) -> dict[str, float]:
    """What each payer gains when one budget follows another, EUR a month."""
    result: dict[str, float] = defaultdict(float)
    for item, shares in payers(library(), SUMMER_2026).items():
        change = after[Item[item]] - before[Item[item]]
        on_top = Item[item] in EMPLOYER_ITEMS
        result["employer" if on_top else "participant"] += -change if on_top else change
        for payer, share in shares.items():
            result[payer] += share * (change if on_top else -change)
    return dict(result)


def test_who_gains_when_a_national_pensioner_starts_at_twenty_hours() -> None:
    wage = monthly_wage(20)
    before, after = (
        list(budget(law(SUMMER_2026), person(SUMMER_2026, "national pension", pay)))
        for pay in (0.0, wage)
    )
    gained = gains(before, after)
    assert gained == pytest.approx(
        {
            "participant": -6.7,
            "state": 1_041.1,
            "municipality": 0.0,
            "pension_insurers": 82.2 + 192.7,
            "social_insurance": 20.4 + 21.5,
            "other": 6.5,
            "employer": -(1_126.7 + 231.0),
        },
        abs=0.1,
    )
    assert sum(gained.values()) == pytest.approx(0.0, abs=1e-9)
    just_below = disposable(SUMMER_2026, "national pension", 990.0)
    kept = just_below - disposable(SUMMER_2026, "national pension", 0.0)
    assert kept == pytest.approx(440, abs=2)
