"""Published tables and worked examples, each with the key of its source in ``sources.toml``.

Whole budgets are computed where the example is one, single rules where it is about one rule.
Tolerances: what the source prints (cents, whole euros, rates rounded up to half a point).
Examples of law before 2024 carry their own numbers and test formulas only.
"""

from __future__ import annotations

import math
from datetime import date
from functools import cache

import pytest
from scipy.optimize import brentq

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit import families, housing, pensions, sickness, student_aid, taxation
from ips_econ.tax_benefit import social_assistance as assistance
from ips_econ.tax_benefit import unemployment as unemployed
from ips_econ.tax_benefit.circumstances import BenefitStatus, Circumstances
from ips_econ.tax_benefit.items import TAX_ITEMS, Item
from ips_econ.tax_benefit.law import Law, load_law
from ips_econ.tax_benefit.net_income import budget, employer_cost, net_income

HELSINKI, CHURCH = 0.053, 0.01
ON_TOP_OF_TAX = (Item.employee_pension_contribution, Item.employee_unemployment_contribution)
INCOMES = (10_000, 16_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000)


@cache
def law(year: int, month: int = 6, day: int = 1) -> Law:
    return load_law(load_library(), date(year, month, day))


def in_helsinki(kind: str, income_eur_year: float) -> Circumstances:
    """A church member in Helsinki with one kind of income, twelve equal months."""
    fields = {
        "wage": "gross_wage_eur_month",
        "benefit": "other_taxable_benefit_eur_month",
        "pension": "earnings_related_pension_eur_month",
    }
    base = Circumstances(BenefitStatus.none, 0.0, 40.0, 0.0, HELSINKI, CHURCH)
    return base._replace(**{fields[kind]: income_eur_year / 12})


def tax_of_year(rules: Law, circumstances: Circumstances) -> float:
    """Taxes without pension and unemployment contributions, EUR a year."""
    items = budget(rules, circumstances)
    return -12 * sum(items[item] for item in TAX_ITEMS if item not in ON_TOP_OF_TAX)


# Taxation --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "published"),
    [
        ("wage", (0, 2.50, 278.50, 2_530.49, 5_511.99, 9_361.96, 13_244.84, 17_415.60)),
        (
            "benefit",
            (1_382.56, 2_850.25, 3_914.55, 6_797.80, 10_309.30, 14_410.30, 18_850.05, 23_379.05),
        ),
        ("pension", (0, 784.06, 2_340.15, 5_699.42, 9_614.77, 14_410.30, 18_850.05, 23_964.05)),
    ],
)
def test_tax_amounts_of_the_tax_administration_in_2026(
    kind: str, published: tuple[float, ...]
) -> None:
    """vero_tax_rates_2026; each tax is rounded down to the cent there."""
    computed = [tax_of_year(law(2026), in_helsinki(kind, income)) for income in INCOMES]
    assert computed == pytest.approx(published, abs=0.05)


@pytest.mark.parametrize(
    ("kind", "published"),
    [
        ("wage", {10: 0, 16: 0.5, 20: 3, 60: 23.5, 70: 26.5}),
        ("benefit", {10: 15, 16: 18.5, 20: 20.5, 60: 31.5, 70: 33}),
        (
            "pension",
            {10: 0, 16: 6, 20: 12.5, 30: 20, 40: 24.5, 50: 28.5, 60: 32.5, 70: 34.5},
        ),
    ],
)
def test_tax_rates_of_the_tax_administration_in_2024(
    kind: str, published: dict[int, float]
) -> None:
    """vero_tax_rates_2024: rates are rounded up to the next half point.

    Three printed rates are left out (benefits of 30,000 to 50,000): DIFFERENCES.md.
    """
    rules = law(2024)
    rates = {
        thousands: 100 * tax_of_year(rules, in_helsinki(kind, 1000.0 * thousands)) / thousands / 1e3
        for thousands in published
    }
    rounded = {thousands: math.ceil(2 * rate - 1e-9) / 2 for thousands, rate in rates.items()}
    assert rounded == published


@pytest.mark.parametrize(("income", "published"), [(16_000, 2_946.30), (20_000, 4_010.12)])
def test_tax_on_benefits_in_2024(income: int, published: float) -> None:
    """vero_tax_rates_2024."""
    assert tax_of_year(law(2024), in_helsinki("benefit", income)) == pytest.approx(
        published, abs=0.05
    )


@pytest.mark.parametrize(
    ("wage", "percent", "net"),
    [
        (2_000, 9.0, 1_661.20),
        (2_500, 13.5, 1_964.00),
        (3_000, 16.5, 2_266.80),
        (3_500, 20.0, 2_522.10),
        (4_000, 23.0, 2_762.40),
        (4_500, 25.0, 3_017.70),
        (5_000, 26.5, 3_278.00),
        (5_500, 28.5, 3_495.80),
        (6_000, 29.5, 3_753.60),
        (6_500, 31.0, 3_968.90),
        (7_000, 31.5, 4_239.20),
        (7_500, 32.5, 4_467.00),
        (8_000, 33.5, 4_684.80),
    ],
)
def test_net_pay_in_tampere_in_2024(wage: float, percent: float, net: float) -> None:
    """op_media_2024: the year has a holiday bonus of half a month; the month is taxed at its rate.

    Tampere's rates of 2024 (7.6 and 1.25 per cent) are recalled.
    """
    person = Circumstances(BenefitStatus.none, 12.5 * wage / 12, 30.0, 0.0, 0.076, 0.0125)
    rate = 100 * tax_of_year(law(2024), person) / (12.5 * wage)
    assert math.ceil(2 * rate) / 2 == percent
    items = budget(law(2024), person._replace(gross_wage_eur_month=float(wage)))
    contributions = -sum(items[item] for item in ON_TOP_OF_TAX)
    assert wage - wage * percent / 100 - contributions == pytest.approx(net, abs=0.01)


@pytest.mark.parametrize(
    ("year", "full", "first_taxed", "no_deduction"),
    [(2024, 10_920, 13_556, 55_927), (2025, 11_030, 13_756, 48_931)],
)
def test_where_tax_on_a_pension_begins_and_its_deduction_ends(
    year: int, full: float, first_taxed: float, no_deduction: float
) -> None:
    """etk_pension_taxation: average municipality, no church; one euro of tolerance."""
    rules = law(year)
    average = rules.taxation.average_municipal_tax_share

    def tax(pension: float) -> float:
        person = Circumstances(BenefitStatus.none, 0.0, 40.0, 0.0, average)
        person = person._replace(earnings_related_pension_eur_month=pension / 12)
        items = budget(rules, person)
        return -12 * float(items[Item.state_income_tax] + items[Item.municipal_tax])

    assert rules.taxation.pension_deduction_full == full
    assert tax(first_taxed - 2.0) == pytest.approx(0.0, abs=0.01)
    assert tax(first_taxed + 2.0) > 0.0
    last = taxation.pension_income_deduction(rules.taxation, 1e6, no_deduction - 2.0)
    assert last > 0.0
    assert taxation.pension_income_deduction(rules.taxation, 1e6, no_deduction + 2.0) == 0.0


def test_the_employers_cost_of_6500_in_2026() -> None:
    """veronmaksajat_payslip."""
    person = Circumstances(BenefitStatus.none, 6_500.0, 40.0, 0.0, 0.0757)
    assert employer_cost(budget(law(2026), person)) == pytest.approx(7_832.5, abs=0.5)


# Pensions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alone", "earnings_related", "national", "guarantee"),
    [
        (True, 0.0, 787.07, 203.83),
        (True, 50.0, 787.07, 153.83),
        (True, 100.0, 770.32, 120.58),
        (True, 200.0, 720.32, 70.58),
        (True, 325.15, 657.74, 8.01),
        (True, 493.91, 573.36, 0.0),
        (True, 500.0, 570.32, 0.0),
        (False, 0.0, 702.69, 288.21),
        (False, 50.0, 702.69, 238.21),
        (False, 100.0, 685.94, 204.96),
        (False, 200.0, 635.94, 154.96),
        (False, 325.15, 573.36, 92.39),
        (False, 493.91, 488.98, 8.01),
        (False, 500.0, 485.94, 0.0),
    ],
)
def test_national_and_guarantee_pension_of_2026(
    alone: bool, earnings_related: float, national: float, guarantee: float
) -> None:
    """kela_guarantee_pension_2026, to the cent."""
    person = Circumstances(BenefitStatus.rehabilitation_subsidy, 0.0, 40.0, 0.0, 0.0757)
    items = budget(
        law(2026),
        person._replace(earnings_related_pension_eur_month=earnings_related, has_partner=not alone),
    )
    assert items[Item.national_pension] == pytest.approx(national, abs=0.005)
    assert items[Item.guarantee_pension] == pytest.approx(guarantee, abs=0.005)


@pytest.mark.parametrize(
    ("earnings_related", "national", "guarantee"),
    [
        (0.0, 606.65, 248.83),
        (100.0, 585.36, 170.12),
        (280.73, 494.98, 79.77),
        (400.0, 435.36, 20.12),
        (426.41, 422.15, 6.92),
        (500.0, 385.36, 0.0),
        (1_000.0, 135.36, 0.0),
        (1_256.87, 6.94, 0.0),
        (1_300.0, 0.0, 0.0),
    ],
)
def test_national_and_guarantee_pension_of_a_couple_in_2022(
    earnings_related: float, national: float, guarantee: float
) -> None:
    """kela_pension_table_2022, with that year's numbers; the table's steps round to three cents."""
    rules = law(2026).pensions._replace(
        national_pension_full_partner=606.65,
        national_pension_threshold_eur_year=12 * 57.45,
        guarantee_pension_level=855.48,
        smallest_payment=6.92,
    )
    computed = pensions.national_pension(rules, earnings_related, False)
    assert computed == pytest.approx(national, abs=0.031)
    top_up = pensions.guarantee_pension(rules, national + earnings_related)
    assert top_up == pytest.approx(guarantee, abs=0.011)


@pytest.mark.parametrize(
    ("year", "alone", "couple"), [(2024, 1_601.21, 1_434.88), (2026, 1_624.63, 1_455.88)]
)
def test_where_the_national_pension_ends(year: int, alone: float, couple: float) -> None:
    """tyoelake_national_pension, and Kela's pension tables of 2026; to five cents."""
    rules = law(year).pensions
    for lives_alone, end in ((True, alone), (False, couple)):
        assert pensions.national_pension(rules, end, lives_alone) == 0.0
        assert pensions.national_pension(rules, end - 0.05, lives_alone) > 0.0


@pytest.mark.parametrize(("year", "last"), [(2024, 968.70), (2026, 982.90)])
def test_up_to_which_pensions_a_guarantee_pension_is_paid(year: int, last: float) -> None:
    """tyoelake_national_pension (2024), kela_guarantee_pension_2026; to two cents."""
    rules = law(year).pensions
    assert pensions.guarantee_pension(rules, last - 0.02) > 0.0
    assert pensions.guarantee_pension(rules, last + 0.02) == 0.0


# Unemployment ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wage", "full", "after_40", "after_170"),
    [
        (1_000, 866, 800, 800),
        (1_300, 1_003, 802, 800),
        (1_500, 1_089, 871, 817),
        (2_000, 1_306, 1_044, 979),
        (2_500, 1_522, 1_218, 1_141),
        (3_000, 1_738, 1_391, 1_304),
        (3_676, 2_031, 1_625, 1_523),
        (4_000, 2_093, 1_674, 1_570),
        (5_000, 2_285, 1_828, 1_714),
        (10_000, 3_247, 2_598, 2_435),
    ],
)
def test_earnings_related_allowance_by_wage_in_2026(
    wage: float, full: float, after_40: float, after_170: float
) -> None:
    """tyj_table_2026: whole euros a month."""
    person = Circumstances(BenefitStatus.earnings_related_unemployment, 0.0, 40.0, 0.0, 0.0757)
    person = person._replace(earlier_wage_eur_month=float(wage))
    item = Item.earnings_related_unemployment_allowance
    computed = [
        float(budget(law(2026), person._replace(unemployment_days_paid=days))[item])
        for days in (0.0, 40.0, 170.0)
    ]
    assert computed == pytest.approx((full, after_40, after_170), abs=0.75)


@pytest.mark.parametrize(
    ("year", "wage", "published"),
    [(2024, 2_000, 60.75), (2024, 3_000, 80.89), (2025, 3_000, 81.03)],
)
def test_earnings_related_allowance_a_day(year: int, wage: float, published: float) -> None:
    """YTK prints about 80 EUR for 3,000 in 2024, A-kassa 1,742 EUR a month (81.02) in 2025."""
    rules = law(year, 3).unemployment
    computed = unemployed.earnings_related_allowance_day(rules, wage, 0.0, 0)
    assert computed == pytest.approx(published, abs=0.01)


@pytest.mark.parametrize(
    ("wage", "deduction", "basic", "published"),
    [(2_000.0, 0.0464, 32.40, 57.74), (2_300.0, 0.0464, 32.40, 63.73)],
)
def test_earnings_related_allowance_of_2017(
    wage: float, deduction: float, basic: float, published: float
) -> None:
    """Tables of TYJ and of the Tehy fund, with the numbers of their year."""
    rules = law(2024).unemployment._replace(
        basic_unemployment_allowance_eur_day=basic,
        earnings_related_allowance_wage_deduction_share=deduction,
    )
    computed = unemployed.earnings_related_allowance_day(rules, wage, 0.0, 0)
    assert computed == pytest.approx(published, abs=0.01)


@pytest.mark.parametrize(
    ("month", "full", "wage", "published"),
    [
        (1, 50.0 * 21.5, 1_000.0, 33.72 * 21.5),
        (3, 900.0, 500.0, 900.0 - 4.65 * 21.5),
        (4, 900.0, 500.0, 900.0 - 11.62 * 21.5),
        (4, 1_100.0, 200.0, 1_000.0),
    ],
)
def test_an_adjusted_benefit_before_and_after_april_2024(
    month: int, full: float, wage: float, published: float
) -> None:
    """funds_adjusted_2024: cents a day."""
    rules = law(2024, month).unemployment
    computed = unemployed.adjusted_benefit(rules, full, wage)
    assert computed == pytest.approx(published, abs=0.01 * 21.5)


def test_the_steps_act_on_the_full_allowance_before_it_is_adjusted() -> None:
    """ytk_staggering: 100 EUR a day with pay that takes 50 gives 50, then 30, then 25."""
    rules = law(2025, 10).unemployment

    def day(earlier_wage: float) -> float:
        return unemployed.earnings_related_allowance_day(rules, earlier_wage, 0.0, 0)

    earlier_wage = brentq(lambda wage: day(wage) - 100.0, 2_000.0, 9_000.0)
    pay = 2 * 50.0 * 21.5
    adjusted = [
        unemployed.earnings_related_allowance(rules, earlier_wage, days, 0, 0.0, pay) / 21.5
        for days in (0.0, 40.0, 170.0)
    ]
    assert adjusted == pytest.approx((50.0, 30.0, 25.0))


# Housing and assistance ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "adults", "children", "group", "costs", "income", "published"),
    [
        (11, 1, 0, 2, 526.45, 799.75, 299.25),
        (6, 1, 0, 2, 700.0, 800.0, 299.25),
        (6, 2, 0, 2, 950.0, 1_800.0, 125.65),
        (4, 1, 2, 1, 950.0 + 60.0, 0.0, 707.0),
    ],
)
def test_general_housing_allowance_examples_of_kela(
    month: int,
    adults: int,
    children: int,
    group: int,
    costs: float,
    income: float,
    published: float,
) -> None:
    """kela_housing_examples_2026; the last with water of 20 EUR for each person."""
    home = housing.Dwelling(costs, group, adults, children, 0.0)
    rules = law(2026 if month == 6 else 2025 if month == 11 else 2024, month).housing
    allowance = housing.general_housing_allowance(rules, home, 0.0, 0.0, income)
    assert allowance == pytest.approx(published, abs=0.01)


@pytest.mark.parametrize(
    ("adults", "children", "group", "highest"), [(1, 1, 1, 2_630), (2, 0, 2, 2_116)]
)
def test_the_highest_income_with_a_general_housing_allowance(
    adults: int, children: int, group: int, highest: float
) -> None:
    """kela_housing_income_limits, kela_housing_examples_2026; whole euros."""
    home = housing.Dwelling(2_000.0, group, adults, children, 0.0)
    rules = law(2026).housing
    allowances = [
        housing.general_housing_allowance(rules, home, 0.0, 0.0, highest + more) for more in (0, 1)
    ]
    assert allowances[0] > 0.0
    assert allowances[1] == 0.0


@pytest.mark.parametrize(
    ("adults", "children", "rent", "income", "cap", "published"),
    [(1, 0, 615.0, 742.0, 413.0, 330.40), (2, 1, 720.0, 2_403.0, 764.0, 122.40)],
)
def test_general_housing_allowance_examples_of_2022(
    adults: int, children: int, rent: float, income: float, cap: float, published: float
) -> None:
    """kela_housing_examples_2022, with that year's numbers.

    The own share of 8.40 of the first is below 10 and not taken: 0.8 x 413 = 330.40.
    """
    rules = law(2024, 2).housing._replace(
        own_share_constant=619.0,
        own_share_per_adult=103.0,
        own_share_per_child=228.0,
        caps_group_2=(cap, cap, cap, cap, 0.0),
    )
    home = housing.Dwelling(rent, 2, adults, children, 0.0)
    allowance = housing.general_housing_allowance(rules, home, 0.0, 0.0, income)
    assert allowance == pytest.approx(published, abs=0.01)


def test_a_pensioners_housing_allowance_of_2018_outside_the_capital() -> None:
    """seniorinfo_housing: rent 350 and water 12, with that year's numbers."""
    rules = law(2026).pensioners_housing._replace(
        basic_deductible=12 * 50.62,
        additional_deductible_share=0.40,
        additional_deductible_from=8_633.0,
    )
    home = housing.Dwelling(362.0, 2, 1, 0, 0.0)
    allowance = housing.pensioners_housing_allowance(rules, home, 8_865.84 / 12)
    assert allowance == pytest.approx(258.09, abs=0.05)


def test_the_student_supplement_and_what_it_is_less_than_the_housing_allowance() -> None:
    """sttinfo_student_housing_2025: 98, 65 and 60 EUR less at most, by group; whole euros."""
    rules = law(2025, 8)
    supplements = [student_aid.housing_supplement(rules.student_aid, 900.0, g) for g in (1, 2, 3)]
    assert supplements == pytest.approx([296.0, 248.0, 216.0])
    allowances = [
        housing.general_housing_allowance(
            rules.housing, housing.Dwelling(900.0, group, 1, 0, 0.0), 0.0, 0.0, 0.0
        )
        for group in (1, 2, 3)
    ]
    less = [allowance - own for allowance, own in zip(allowances, supplements, strict=True)]
    assert less == pytest.approx([98, 65, 60], abs=0.5)


@pytest.mark.parametrize(
    ("on", "published"),
    [
        (
            (2024, 6),
            {
                "alone": 587.71,
                "adult": 499.55,
                "parent": 669.99,
                "teens": (411.40, 382.01, 352.63),
                "small": (370.26, 340.87, 311.49),
            },
        ),
        (
            (2026, 2),
            {
                "alone": 596.32,
                "adult": 506.87,
                "parent": 679.80,
                "teens": (417.42, 387.61, 357.79),
                "small": (375.68, 345.87, 316.05),
            },
        ),
        (
            (2026, 3),
            {
                "alone": 578.43,
                "adult": 497.45,
                "parent": 665.19,
                "teens": (417.63, 388.70, 359.78),
                "small": (375.98, 347.06, 318.14),
            },
        ),
    ],
)
def test_basic_amounts_of_social_assistance(
    on: tuple[int, int], published: dict[str, float | tuple[float, ...]]
) -> None:
    """kela_social_assistance_2024, stt_71815459: to the cent."""
    rules = law(*on).social_assistance
    amount = assistance.basic_amount
    teens = [amount(rules, 2, n, 0) - amount(rules, 2, n - 1, 0) for n in (1, 2, 3)]
    small = [amount(rules, 2, 0, n) - amount(rules, 2, 0, n - 1) for n in (1, 2, 3)]
    assert amount(rules, 1, 0, 0) == published["alone"]
    assert amount(rules, 2, 0, 0) / 2 == pytest.approx(published["adult"], abs=0.01)
    assert amount(rules, 1, 1, 0) - teens[0] == pytest.approx(published["parent"], abs=0.01)
    assert teens == pytest.approx(published["teens"], abs=0.01)
    assert small == pytest.approx(published["small"], abs=0.01)


def test_social_assistance_examples_of_2017_and_2021() -> None:
    """kela_faq_assistance_2021, with the numbers of their years."""
    rules = law(2026).social_assistance
    alone = assistance.Need(487.89, 675.0, 0.0)
    paid = assistance.social_assistance(rules, alone, 0.0, 0.0, 518.40 + 406.40, 0.0)
    assert paid == pytest.approx(238.09, abs=0.01)
    parent = assistance.Need(574.63 + 352.84 + 327.64, 810.0 + 45.0, 0.0)
    income = 664.96 + 326.32 + 592.80 + 334.70
    paid = assistance.social_assistance(rules, parent, 0.0, 0.0, income, 0.0)
    assert paid == pytest.approx(191.33, abs=0.01)


# Families and sickness -------------------------------------------------------------------------


def test_child_benefit_totals() -> None:
    """Kela: three children 333.51; two children of a single parent 346.32 (2024)."""
    rules = law(2024).families
    assert families.child_benefit(rules, 3, 0, False) == pytest.approx(333.51)
    assert families.child_benefit(rules, 2, 0, True) == pytest.approx(346.32)


@pytest.mark.parametrize(
    ("bend", "income", "published"), [(32_797.0, 32_797.0, 76.53), (31_595.0, 31_595.0, 73.72)]
)
def test_sickness_allowance_of_2021_and_2022(bend: float, income: float, published: float) -> None:
    """kela_sickness_allowance, formula pages of those years: at the bend, with its numbers."""
    rules = law(2024).sickness._replace(bend_eur_year=bend)
    assert sickness.sickness_allowance_day(rules, income) == pytest.approx(published, abs=0.01)


def test_an_allowance_of_66_euros_at_a_yearly_wage_of_31125_in_2026() -> None:
    """Kela prints 66 EUR a day for 31,125 EUR a year at 70 per cent of income (2026)."""
    rules = law(2026).sickness._replace(bend_eur_year=1e9)  # parental allowance bends later
    income = sickness.annual_income_that_counts(rules, 31_125 / 12)
    assert sickness.sickness_allowance_day(rules, income) == pytest.approx(66.0, abs=0.5)


def test_the_yearly_income_limit_of_a_student_in_2024() -> None:
    """Kela, release of 9 February 2026: 18,720 EUR with nine months of aid."""
    assert student_aid.yearly_income_limit(law(2024).student_aid) == 18_720.0


def test_a_net_income_is_what_is_left() -> None:
    person = in_helsinki("wage", 30_000)
    items = budget(law(2026), person)
    contributions = -12 * sum(items[item] for item in ON_TOP_OF_TAX)
    kept = 30_000 - 2_530.49 - contributions
    assert 12 * net_income(items) == pytest.approx(kept, abs=0.05)
