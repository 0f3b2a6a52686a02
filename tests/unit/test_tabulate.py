"""The table for the hot loop equals the rules, cell by cell."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from ips_econ.errors import InputError
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.tax_benefit.circumstances import BenefitStatus, Children, Circumstances
from ips_econ.tax_benefit.items import Item
from ips_econ.tax_benefit.law import Law, load_law
from ips_econ.tax_benefit.net_income import budget, monthly_budget, pension_has_ended
from ips_econ.tax_benefit.tabulate import (
    HOUSEHOLDS,
    ROWS,
    StatusRow,
    at_wage,
    household_index,
    over_limit,
    simulation_rows,
    tabulate,
    wage_grid,
    wage_index,
)

LEVELS = {"low": 600.0, "middle": 1_200.0, "high": 1_500.0}
PERSON = Circumstances(BenefitStatus.none, 0.0, 40.0, 550.0, 0.0757, municipality_group=2)


@pytest.fixture(scope="module")
def library() -> ParameterLibrary:
    return load_library()


@pytest.fixture(scope="module")
def law(library: ParameterLibrary) -> Law:
    return load_law(library, date(2026, 6, 1))


@pytest.mark.parametrize("on", [date(2024, 2, 1), date(2025, 6, 1), date(2026, 6, 1)])
def test_every_cell_is_what_the_rules_give_as_plain_python(
    library: ParameterLibrary, on: date
) -> None:
    law = load_law(library, on)
    rows = simulation_rows(law, LEVELS, 0.5)
    wages = np.concatenate(
        [[0.0, 5.0, 975.0, 980.0, 985.0, 990.0, 995.0], wage_grid(6000.0, 487.0)]
    )
    table = tabulate(law, rows, HOUSEHOLDS, wages, PERSON)
    assert table.shape == (len(ROWS), len(HOUSEHOLDS), len(wages), len(Item))
    expected = np.empty(len(Item))
    for r, row in enumerate(rows):
        for h, household in enumerate(HOUSEHOLDS):
            for w, wage in enumerate(wages):
                monthly_budget(
                    law,
                    PERSON._replace(
                        status=row.status,
                        gross_wage_eur_month=wage,
                        earnings_related_pension_eur_month=row.earnings_related_pension_eur_month,
                        earlier_wage_eur_month=row.earlier_wage_eur_month,
                        months_in_work=row.months_in_work,
                        claims_housing_allowance=household.claims_housing_allowance,
                        claims_social_assistance=household.claims_social_assistance,
                        care_allowance=int(household.care_allowance and r >= 4),
                    ),
                    expected,
                )
                np.testing.assert_allclose(table[r, h, w], expected, rtol=1e-12, atol=1e-12)


def test_the_cliff_lies_between_the_right_two_grid_wages(law: Law) -> None:
    table = tabulate(law, simulation_rows(law, LEVELS, 0.5), HOUSEHOLDS, wage_grid(), PERSON)
    plain = household_index(False, False, False)
    below, above = wage_index(990.0, 1201, 5.0), wage_index(995.0, 1201, 5.0)
    long = table[ROWS.index("national_pension_first_year"), plain]
    later = table[ROWS.index("national_pension_second_year"), plain]
    short = table[ROWS.index("national_pension_short_job"), plain]
    assert np.array_equal(long, later), "suspension is the same in its first and second year"
    assert long[below, Item.national_pension] == 787.07
    assert long[above, Item.national_pension] == 0.0
    assert short[above, Item.national_pension] == 787.07
    high = table[ROWS.index("high_pension_first_year"), plain]
    assert high[above, Item.national_pension] == 0.0
    assert high[above, Item.earnings_related_pension] == 1_500.0
    assert high[wage_index(1_205.0, 1201, 5.0), Item.earnings_related_pension] == 750.0
    assert high[wage_index(1_805.0, 1201, 5.0), Item.earnings_related_pension] == 0.0


def test_the_rows_carry_the_names_and_limits_of_the_simulation(law: Law) -> None:
    rows = simulation_rows(law, LEVELS, 0.5)
    assert tuple(row.name for row in rows) == ROWS
    earlier = {row.name: row.earlier_wage_eur_month for row in rows}
    assert earlier["low_pension_first_year"] == 1_200.0
    assert earlier["high_pension_second_year"] == 3_000.0
    assert earlier["national_pension_first_year"] == 0.0
    assert rows[1].status == BenefitStatus.general_support


def test_before_may_2026_the_unemployed_get_labour_market_subsidy(
    library: ParameterLibrary,
) -> None:
    law = load_law(library, date(2026, 4, 1))
    assert simulation_rows(law, LEVELS, 0.5)[1].status == BenefitStatus.labour_market_subsidy


def test_households_are_found_by_what_they_claim() -> None:
    for position, household in enumerate(HOUSEHOLDS):
        assert household_index(*household) == position


def test_a_wage_goes_to_the_nearest_step_and_the_largest_is_the_end() -> None:
    assert [wage_index(w, 1201, 5.0) for w in (0.0, 2.4, 2.6, 990.0, 6_000.0, 9_999.0)] == [
        0,
        0,
        1,
        198,
        1200,
        1200,
    ]


def test_a_row_outside_the_rules_is_refused_before_anything_is_computed(law: Law) -> None:
    row = StatusRow("subsidy", BenefitStatus.labour_market_subsidy)
    with pytest.raises(InputError, match="labour market subsidy has ended before 2026-06-01"):
        tabulate(law, [row], HOUSEHOLDS, wage_grid(), PERSON)


def test_a_month_counts_towards_the_end_of_a_pension_above_the_limit_of_all_of_it(
    law: Law,
) -> None:
    counts = over_limit(law, simulation_rows(law, LEVELS, 0.5), wage_grid())
    first = {name: wage_grid()[counts[row]].min(initial=np.inf) for row, name in enumerate(ROWS)}
    assert first["national_pension_first_year"] == 995.0
    assert first["low_pension_second_year"] == 995.0
    assert first["middle_pension_first_year"] == 1_445.0
    assert first["high_pension_first_year"] == 1_805.0
    assert first["high_pension_short_job"] == np.inf
    assert first["unemployment_benefit"] == np.inf


@pytest.mark.parametrize("reform", ["none", "flexible_disability_pension_2028"])
def test_months_that_count_are_those_after_which_the_pension_has_ended(
    library: ParameterLibrary, reform: str
) -> None:
    """The walk's count of months over the limit and the rules of one budget agree."""
    rules = load_law(library, date(2026, 6, 1), reform)
    rows, wages = simulation_rows(rules, LEVELS, 0.5), wage_grid()[::7]
    counts = over_limit(rules, rows, wages)
    lasting = 0
    for position, row in enumerate(rows):
        if row.earlier_wage_eur_month == 0.0 and "pension" not in row.name:
            assert not counts[position].any()
            continue
        if row.name.endswith("short_job"):
            assert not counts[position].any()
            continue
        lasting += 1
        person = PERSON._replace(
            status=row.status.value,
            earnings_related_pension_eur_month=row.earnings_related_pension_eur_month,
            earlier_wage_eur_month=row.earlier_wage_eur_month,
            months_in_work=25,
        )
        ended = [
            pension_has_ended(rules, person._replace(gross_wage_eur_month=float(wage)))
            for wage in wages
        ]
        assert counts[position].tolist() == ended, row.name
    assert lasting == 12


@pytest.mark.parametrize("reform", ["none", "flexible_disability_pension_2028"])
@pytest.mark.parametrize(("phase", "months"), [("under_a_year", 6), ("first_year", 12)])
def test_a_row_holds_the_pension_that_one_budget_gives_for_a_job_of_its_length(
    library: ParameterLibrary, reform: str, phase: str, months: int
) -> None:
    rules = load_law(library, date(2026, 6, 1), reform)
    rows = simulation_rows(rules, LEVELS, 0.5)
    wages = np.array([1_100.0, 1_300.0, 1_600.0])
    table = tabulate(rules, rows, HOUSEHOLDS[:1], wages, PERSON)
    for position, row in enumerate(rows):
        if not row.name.endswith(phase):
            continue
        for w, wage in enumerate(wages):
            person = PERSON._replace(
                status=row.status.value,
                gross_wage_eur_month=float(wage),
                earnings_related_pension_eur_month=row.earnings_related_pension_eur_month,
                earlier_wage_eur_month=row.earlier_wage_eur_month,
                months_in_work=months,
                claims_housing_allowance=False,
            )
            np.testing.assert_allclose(table[position, 0, w], budget(rules, person), atol=1e-9)


def test_a_job_under_a_year_does_not_make_a_full_pension_partial(law: Law) -> None:
    """Earlier pay of 2,400: above two fifths, 960, only a job of a year or more halves it."""
    rows = simulation_rows(law, LEVELS, 0.5)
    table = tabulate(law, rows, HOUSEHOLDS[:1], np.array([1_200.0]), PERSON)
    paid = {name: table[ROWS.index(name), 0, 0, Item.earnings_related_pension] for name in ROWS}
    assert paid["middle_pension_first_year"] == 600.0
    assert paid["middle_pension_under_a_year"] == 1_200.0
    assert paid["middle_pension_short_job"] == 1_200.0


def test_at_another_wage_everything_else_about_a_person_stays() -> None:
    """Every field has a value of its own, so that no two can change places unseen."""
    texts = {
        name: type(value)(number)
        for number, (name, value) in enumerate(PERSON._asdict().items(), start=2)
        if name != "children"
    }
    flags = {name: False for name, value in PERSON._asdict().items() if value is True}
    person = PERSON._replace(**{**texts, **flags}, children=Children(1, 2, 3, 4, 5, 6))
    assert at_wage(person, 777.0) == person._replace(gross_wage_eur_month=777.0)
    for name in person._fields:
        value = getattr(person, name)
        if isinstance(value, bool):
            turned = person._replace(**{name: not value})
            assert at_wage(turned, 777.0) == turned._replace(gross_wage_eur_month=777.0), name


def test_a_missing_pension_level_is_named(law: Law) -> None:
    with pytest.raises(InputError, match="low, middle, high"):
        simulation_rows(law, {"low": 600.0}, 0.5)


@pytest.mark.parametrize("wages", [[-5.0], [np.nan], [np.inf], [[1.0]]])
def test_wages_of_a_table_must_be_plain_amounts(law: Law, wages: list[float]) -> None:
    with pytest.raises(InputError, match="wages of a table"):
        tabulate(law, simulation_rows(law, LEVELS, 0.5), HOUSEHOLDS, np.array(wages), PERSON)
