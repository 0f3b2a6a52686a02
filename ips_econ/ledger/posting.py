"""What one person-month posts: the row of the rule table, and the counts that carry a price."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ips_econ.compilation import step
from ips_econ.ledger.accounts import Payer
from ips_econ.tax_benefit.items import Item
from ips_econ.tax_benefit.tabulate import PHASES_OF_JOB, ROWS, wage_index
from ips_econ.trajectories.benefit_status import NONE, PENSION, SICKNESS, SUBSIDY, SUPPORT

ITEMS = len(Item)
N_PAYERS = len(Payer)


class Value(IntEnum):
    """Columns of the value table after the payers: sums a person's month is told by."""

    NET_INCOME = N_PAYERS
    BENEFITS = N_PAYERS + 1
    TAXES = N_PAYERS + 2
    GROSS = N_PAYERS + 3
    UNEMPLOYMENT_SUPPORT = N_PAYERS + 4


VALUES = N_PAYERS + 5


class Count(IntEnum):
    """Columns of the monthly totals after the budget items."""

    ALIVE = ITEMS
    EMPLOYED = ITEMS + 1
    EMPLOYED_PART_TIME = ITEMS + 2
    EMPLOYED_FULL_TIME = ITEMS + 3
    EVER_EMPLOYED = ITEMS + 4
    IN_SERVICE = ITEMS + 5
    SERVICE_0 = ITEMS + 6
    SERVICE_1 = ITEMS + 7
    SERVICE_2 = ITEMS + 8
    SERVICE_3 = ITEMS + 9
    INPATIENT_DAYS = ITEMS + 10
    OUTPATIENT_VISITS = ITEMS + 11
    MEDICATION = ITEMS + 12  # EUR
    MUNICIPAL_SHARE = ITEMS + 13  # EUR
    SUBSIDISED_WAGES = ITEMS + 14  # EUR
    OVER_LIMIT = ITEMS + 15  # on a pension that pay over the limit reduces or suspends
    STATUS_0 = ITEMS + 16  # alive by benefit status, five columns
    WORKING_0 = ITEMS + 21  # in work by benefit status
    POORER_0 = ITEMS + 26  # in work and poorer than without the job, by benefit status
    LIFE_ENDED = ITEMS + 31  # dead or past the retirement age
    PAID_DAYS = ITEMS + 32  # hospital days as they are paid for: uncashed savings are still paid
    PAID_VISITS = ITEMS + 33
    DISCORDANT = ITEMS + 34  # in work in one arm only; counted in the IPS arm


COLUMNS = ITEMS + 35


class Rules(NamedTuple):
    """The benefit and tax law of the run, tabulated over a grid of monthly pay.

    ``items`` ``(row, household, pay, item)`` in EUR/month of the price year; ``values`` the same
    pay seen by payers and summed; ``over_limit`` ``(row, pay)`` whether pay exceeds the limit of
    the whole pension; ``suspending_job_months`` how long a job must last for that to matter,
    ``lasting_job_months`` for a full pension to be made partial; ``suspension_limit`` after how
    many months over the limit the pension ends; ``sickness_limit_months`` after how many sickness
    allowance does;
    ``municipal_days``, ``municipal_shares``: steps of the municipality's share of unemployment
    support by paid days.
    """

    items: np.ndarray
    values: np.ndarray
    over_limit: np.ndarray
    suspending_job_months: int
    lasting_job_months: int
    suspension_limit: int
    sickness_limit_months: int
    pay_step: float
    municipal_days: np.ndarray
    municipal_shares: np.ndarray


FIRST_YEAR, SECOND_YEAR, SHORT_JOB, UNDER_A_YEAR = range(len(PHASES_OF_JOB))
FIRST_PENSION_ROW = ROWS.index("national_pension_first_year")
PHASES = len(PHASES_OF_JOB)


@step
def rule_row(benefit, pension, phase, in_rehabilitation):  # type: ignore[no-untyped-def]
    """Row of the rule tables for a benefit status.

    ``pension`` is 0 for national and guarantee pension, 1-3 for an earnings-related level; each
    has a row for every phase of a job.
    """
    if benefit == SUBSIDY or benefit == PENSION:
        return FIRST_PENSION_ROW + PHASES * pension + phase
    if in_rehabilitation and (benefit == SUPPORT or benefit == NONE):
        return 3
    if benefit == SICKNESS:
        return 2
    if benefit == SUPPORT:
        return 1
    return 0


@step
def phase_of_job(months, suspending, lasting):  # type: ignore[no-untyped-def]
    """Phase of a job that lasts so many months, before its second year."""
    if months < suspending:
        return SHORT_JOB
    return UNDER_A_YEAR if months < lasting else FIRST_YEAR


@step
def pay_index(wage, pay_step, points):  # type: ignore[no-untyped-def]
    """Grid point of a monthly wage: pay is paid in steps of the grid, at least one."""
    return max(1, wage_index(wage, points, pay_step))
