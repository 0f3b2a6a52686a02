"""The table for the hot loop equals the rules, cell by cell."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from ips_econ.errors import InputError
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.tax_benefit.circumstances import BenefitStatus, Circumstances
from ips_econ.tax_benefit.items import Item
from ips_econ.tax_benefit.law import Law, load_law
from ips_econ.tax_benefit.net_income import monthly_budget
from ips_econ.tax_benefit.tabulate import (
    HOUSEHOLDS,
    ROWS,
    StatusRow,
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


def test_a_missing_pension_level_is_named(law: Law) -> None:
    with pytest.raises(InputError, match="low, middle, high"):
        simulation_rows(law, {"low": 600.0}, 0.5)


@pytest.mark.parametrize("wages", [[-5.0], [np.nan], [np.inf], [[1.0]]])
def test_wages_of_a_table_must_be_plain_amounts(law: Law, wages: list[float]) -> None:
    with pytest.raises(InputError, match="wages of a table"):
        tabulate(law, simulation_rows(law, LEVELS, 0.5), HOUSEHOLDS, np.array(wages), PERSON)
