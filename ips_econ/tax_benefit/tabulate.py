"""The rules as a table for the hot loop: status row, household, wage and item.

A wage is paid in whole steps of the grid, so a look-up is exact: every cell is the budget that the
rules give at that wage, and nothing is interpolated across a cliff.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ips_econ.compilation import compiled, step
from ips_econ.errors import InputError
from ips_econ.tax_benefit.circumstances import (
    FULL_PENSION_STATUSES,
    LASTING_JOB_MONTHS,
    BenefitStatus,
    Children,
    Circumstances,
    check_circumstances,
    flat_rate_unemployment_benefit,
)
from ips_econ.tax_benefit.items import Item
from ips_econ.tax_benefit.law import Law
from ips_econ.tax_benefit.net_income import monthly_budget
from ips_econ.tax_benefit.pensions import (
    limit_that_counts,
    pension_claim,
)

LARGEST_WAGE_EUR_MONTH = 6000.0
WAGE_STEP_EUR_MONTH = 5.0
PENSION_LEVELS = ("low", "middle", "high")
KINDS_OF_PENSION = ("national", *PENSION_LEVELS)
PHASES_OF_JOB = {"first_year": 12, "second_year": 24, "short_job": 1, "under_a_year": 6}
"""Length of a job, in months, that stands for each phase: a lasting job in its first or second
year, one too short for an earnings limit to matter, and one that suspends a whole pension but is
too short to make it partial. The law of suspension makes no difference between the first two; a
reform may."""
ROWS = (
    "none",
    "unemployment_benefit",
    "sickness_allowance",
    "rehabilitation_allowance",
    *(f"{kind}_pension_{phase}" for kind in KINDS_OF_PENSION for phase in PHASES_OF_JOB),
)
"""Rows of the simulation's table, in order."""


class StatusRow(NamedTuple):
    """One row of the table: a benefit status with its pension and the length of the job."""

    name: str
    status: BenefitStatus
    earnings_related_pension_eur_month: float = 0.0
    earlier_wage_eur_month: float = 0.0
    months_in_work: int = LASTING_JOB_MONTHS


class Household(NamedTuple):
    """What a person claims, beside the primary benefit."""

    claims_housing_allowance: bool
    claims_social_assistance: bool
    care_allowance: bool


HOUSEHOLDS = tuple(
    Household(housing, assistance, care)
    for housing in (False, True)
    for assistance in (False, True)
    for care in (False, True)
)
"""All eight households; :func:`household_index` gives the position of one."""


@step
def household_index(
    claims_housing_allowance: bool, claims_social_assistance: bool, care_allowance: bool
) -> int:
    """Position in :data:`HOUSEHOLDS`."""
    return 4 * claims_housing_allowance + 2 * claims_social_assistance + 1 * care_allowance


def simulation_rows(
    law: Law, pension_levels_eur_month: Mapping[str, float], pension_replacement_share: float
) -> tuple[StatusRow, ...]:
    """The rows named in :data:`ROWS`.

    Parameters
    ----------
    pension_levels_eur_month
        Earnings-related disability pension for ``low``, ``middle`` and ``high``, EUR/month.
    pension_replacement_share
        Pension over earlier earnings, which give the earnings limits.
    """
    missing = [level for level in PENSION_LEVELS if level not in pension_levels_eur_month]
    if missing:
        raise InputError(
            "levels of the earnings-related pension are missing",
            found=", ".join(pension_levels_eur_month),
            allowed=", ".join(PENSION_LEVELS),
        )
    rows = [
        StatusRow("none", BenefitStatus.none),
        StatusRow("unemployment_benefit", flat_rate_unemployment_benefit(law)),
        StatusRow("sickness_allowance", BenefitStatus.sickness_allowance),
        StatusRow("rehabilitation_allowance", BenefitStatus.rehabilitation_allowance),
    ]
    for kind in KINDS_OF_PENSION:
        status, pension, earlier = BenefitStatus.national_disability_pension, 0.0, 0.0
        if kind in PENSION_LEVELS:
            status = BenefitStatus.earnings_related_disability_pension
            pension = pension_levels_eur_month[kind]
            earlier = pension / pension_replacement_share
        for phase, months in PHASES_OF_JOB.items():
            rows.append(StatusRow(f"{kind}_pension_{phase}", status, pension, earlier, months))
    return tuple(rows)


def over_limit(
    law: Law, rows: Sequence[StatusRow], wages: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether a month at this pay counts towards the end of the whole pension, ``(row, wage)``.

    Pay above the limit that counts, in a job that is not too short for it.
    """
    counts = np.zeros((len(rows), len(wages)), dtype=np.bool_)
    for position, row in enumerate(rows):
        lasts = row.months_in_work >= law.pensions.suspension_shortest_months
        if row.status in FULL_PENSION_STATUSES and lasts:
            claim = pension_claim(
                law.pensions,
                row.earnings_related_pension_eur_month,
                0.0,
                row.earlier_wage_eur_month,
                False,
                True,
            )
            counts[position] = wages > limit_that_counts(law.pensions, claim)
    return counts


def wage_grid(
    largest_eur_month: float = LARGEST_WAGE_EUR_MONTH, step_eur_month: float = WAGE_STEP_EUR_MONTH
) -> NDArray[np.float64]:
    """Wages of the table from 0 to the largest, EUR/month, shape ``(wage,)``."""
    steps = round(largest_eur_month / step_eur_month)
    return np.asarray(np.arange(steps + 1) * step_eur_month, dtype=np.float64)


@step
def wage_index(wage_eur_month: float, wages: int, step_eur_month: float) -> int:
    """Position of the grid wage nearest to a wage; wages above the largest take the largest."""
    return min(int(wage_eur_month / step_eur_month + 0.5), wages - 1)


def tabulate(
    law: Law,
    rows: Sequence[StatusRow],
    households: Sequence[Household],
    wages: NDArray[np.float64],
    person: Circumstances,
) -> NDArray[np.float64]:
    """Monthly budgets of every row, household and wage, nominal EUR/month.

    Parameters
    ----------
    wages
        Gross wages, EUR/month, shape ``(wage,)``.
    person
        What all cells share (age, rent, taxes, municipality group, assets); its status, wage,
        pension, claims and care allowance are taken from the rows and households.

    Returns
    -------
    NDArray
        Shape ``(row, household, wage, item)``, items as :class:`Item`. A care allowance is paid
        in the rows of a disability pension only.

    Raises
    ------
    InputError
        If a row or the person is not covered by the rules on the law's date.
    """
    for row in rows:
        check_circumstances(law, _cell(person, row, Household(True, False, False)))
    grid = np.ascontiguousarray(wages, dtype=np.float64)
    if grid.ndim != 1 or not np.all((grid >= 0.0) & (grid <= 100_000.0)):
        raise InputError("wages of a table are finite, from 0 to 100000 EUR/month", key="wages")
    table = np.empty((len(rows), len(households), len(grid), len(Item)))
    for r, row in enumerate(rows):
        for h, household in enumerate(households):
            _fill(law, _typed(_cell(person, row, household)), grid, table[r, h])
    return table


def _cell(person: Circumstances, row: StatusRow, household: Household) -> Circumstances:
    """The circumstances of one row and household, at a wage of zero."""
    return person._replace(
        status=row.status.value,
        gross_wage_eur_month=0.0,
        earnings_related_pension_eur_month=row.earnings_related_pension_eur_month,
        earlier_wage_eur_month=row.earlier_wage_eur_month,
        months_in_work=row.months_in_work,
        claims_housing_allowance=household.claims_housing_allowance,
        claims_social_assistance=household.claims_social_assistance,
        care_allowance=int(household.care_allowance and row.status in FULL_PENSION_STATUSES),
    )


def _typed(person: Circumstances) -> Circumstances:
    """The same circumstances with the exact types the compiled loop is cached for."""
    scalars: dict[str, Any] = {
        name: type(example)(getattr(person, name))
        for name, example in _PATTERN._asdict().items()
        if name != "children"
    }
    return person._replace(children=Children(*map(int, person.children)), **scalars)


_PATTERN = Circumstances(0, 0.0, 0.0, 0.0, 0.0)


@step
def at_wage(person: Circumstances, wage_eur_month: float) -> Circumstances:
    """The same person with another gross wage; compiled loops cannot use ``_replace``."""
    return Circumstances(
        person.status,
        wage_eur_month,
        person.age,
        person.rent_eur_month,
        person.municipal_tax_share,
        person.church_tax_share,
        person.municipality_group,
        person.pensioners_municipality_group,
        person.earnings_related_pension_eur_month,
        person.personal_earnings_limit_eur_month,
        person.claims_housing_allowance,
        person.claims_social_assistance,
        person.care_allowance,
        person.months_in_work,
        person.pensioners_housing_allowance_in_suspension,
        person.assets_eur,
        person.social_assistance_rent_limit_eur_month,
        person.earlier_wage_eur_month,
        person.unemployment_days_paid,
        person.other_taxable_benefit_eur_month,
        person.parents_income_eur_month,
        person.service_days_month,
        person.has_partner,
        person.partner_wage_eur_month,
        person.children,
        person.receives_maintenance_support,
        person.employer,
        person.first_month_of_unemployment,
    )


@compiled
def _fill(
    law: Law,
    person: Circumstances,
    wages: NDArray[np.float64],
    table: NDArray[np.float64],
) -> None:
    """The budgets of one person at every wage, ``(wage, item)``."""
    for wage in range(wages.shape[0]):
        monthly_budget(law, at_wage(person, wages[wage]), table[wage])
