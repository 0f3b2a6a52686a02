"""What work pays: participation and effective marginal tax rates, and cliffs.

Rates are of gross pay: one means that a gross euro adds nothing to disposable income, more than
one that it lowers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ips_econ.tax_benefit.circumstances import (
    LASTING_JOB_MONTHS,
    BenefitStatus,
    Circumstances,
    check_circumstances,
    flat_rate_unemployment_benefit,
)
from ips_econ.tax_benefit.items import PARTICIPANT_ITEMS, Item
from ips_econ.tax_benefit.law import Law
from ips_econ.tax_benefit.net_income import monthly_budget, net_income, pension_has_ended

MARGINAL_STEP_EUR_MONTH = 10.0
"""More pay over which the effective marginal tax rate is taken; large enough for what the law
rounds to whole euros."""
CURVE_LARGEST_EUR_MONTH = 6000.0
CURVE_STEP_EUR_MONTH = 10.0
CLIFF_SEARCH_STEP_EUR_MONTH = 1.0
SMALLEST_CLIFF_EUR_MONTH = 0.5
SMALLEST_SLOPE_EUR_MONTH = 5.0
STEPS_OF_ONE_SLOPE = 3
"""Falling steps so near to each other, in steps of the search, are one range."""
ROUNDING_OF_LAW_EUR_MONTH = 0.02
"""A fall that whole euros and cents of the law can make."""


def participation_tax_rate(net_at_work: float, net_without: float, wage_eur_month: float) -> float:
    """Share of gross pay that taking the job does not add to disposable income.

    Above one the person loses money by working.

    >>> round(participation_tax_rate(1481.30, 1488.00, 1126.67), 3)
    1.006
    """
    return 1.0 - (net_at_work - net_without) / wage_eur_month


def without_work(law: Law, circumstances: Circumstances) -> Circumstances:
    """The same person without the job: no pay, and a suspended pension is paid again.

    A pension that pay has ended does not come back by itself: the flat-rate unemployment benefit
    takes its place.
    """
    status, pension = circumstances.status, circumstances.earnings_related_pension_eur_month
    if pension_has_ended(law, circumstances):
        status, pension = flat_rate_unemployment_benefit(law).value, 0.0
    elif status == BenefitStatus.suspended_disability_pension:
        status = BenefitStatus.rehabilitation_subsidy.value
    return circumstances._replace(
        status=status,
        gross_wage_eur_month=0.0,
        earnings_related_pension_eur_month=pension,
        months_in_work=LASTING_JOB_MONTHS,
    )


@dataclass(frozen=True)
class Incentives:
    """What one job pays. EUR/month; rates as shares of gross pay, ``None`` without pay."""

    net_income: float
    net_without_work: float
    participation_tax_rate: float | None
    effective_marginal_tax_rate: float


def incentives(law: Law, circumstances: Circumstances) -> Incentives:
    """Net income with and without the job, and the two tax rates.

    Raises
    ------
    InputError
        If the circumstances are not covered by the rules.
    """
    wage = circumstances.gross_wage_eur_month
    check_circumstances(law, circumstances)
    more = circumstances._replace(gross_wage_eur_month=wage + MARGINAL_STEP_EUR_MONTH)
    items = np.empty(len(Item))

    def net_of(person: Circumstances) -> float:
        monthly_budget(law, person, items)
        return float(net_income(items))

    net, idle = net_of(circumstances), net_of(without_work(law, circumstances))
    gained = net_of(more) - net
    return Incentives(
        net,
        idle,
        participation_tax_rate(net, idle, wage) if wage > 0.0 else None,
        1.0 - gained / MARGINAL_STEP_EUR_MONTH,
    )


def curve_wages() -> NDArray[np.float64]:
    """The wages of a curve, EUR/month."""
    steps = round(CURVE_LARGEST_EUR_MONTH / CURVE_STEP_EUR_MONTH)
    return np.arange(steps + 1, dtype=np.float64) * CURVE_STEP_EUR_MONTH


@dataclass(frozen=True)
class Curve:
    """Budgets over a range of pay.

    ``wages`` ``(wage,)`` and ``items`` ``(wage, item)`` in EUR/month; ``net_without_work`` is the
    same for all.
    """

    wages: NDArray[np.float64]
    items: NDArray[np.float64]
    net_without_work: float

    @property
    def net_income(self) -> NDArray[np.float64]:
        """Disposable income, EUR/month, shape ``(wage,)``."""
        return np.asarray(self.items[:, list(PARTICIPANT_ITEMS)].sum(axis=1))

    @property
    def participation_tax_rate(self) -> NDArray[np.float64]:
        """Shares of gross pay, shape ``(wage,)``; NaN at pay of zero."""
        with np.errstate(invalid="ignore", divide="ignore"):
            rates = 1.0 - (self.net_income - self.net_without_work) / self.wages
        return np.where(self.wages > 0.0, rates, np.nan)

    @property
    def effective_marginal_tax_rate(self) -> NDArray[np.float64]:
        """Shares of the pay between a wage and the next, shape ``(wage,)``; NaN at the last."""
        rates = 1.0 - np.diff(self.net_income) / np.diff(self.wages)
        return np.append(rates, np.nan)


def wage_curve(law: Law, circumstances: Circumstances, wages: Iterable[float]) -> Curve:
    """Budgets of the same person at every one of the wages.

    Raises
    ------
    InputError
        If the circumstances are not covered by the rules.
    """
    check_circumstances(law, circumstances)
    grid = np.array(list(wages), dtype=np.float64)
    items = np.empty((len(grid), len(Item)))
    for row, wage in enumerate(grid):
        monthly_budget(law, circumstances._replace(gross_wage_eur_month=float(wage)), items[row])
    idle = np.empty(len(Item))
    monthly_budget(law, without_work(law, circumstances), idle)
    return Curve(grid, items, float(net_income(idle)))


@dataclass(frozen=True)
class Cliff:
    """A wage at which one more cent lowers disposable income.

    ``wage`` is the last one before the fall, to the cent, ``loss`` the fall; ``regained_at`` the
    next wage of the search that gives as much again, ``None`` if there is none in its range.
    ``items`` are the lines that fall, largest first. EUR/month.
    """

    wage: float
    loss: float
    regained_at: float | None
    items: tuple[str, ...]


@dataclass(frozen=True)
class Slope:
    """A range of pay over which every further euro lowers disposable income; EUR/month."""

    first_wage: float
    last_wage: float
    loss: float


@dataclass(frozen=True)
class Falls:
    """Where disposable income falls when pay rises: at steps and over ranges, in rising order."""

    cliffs: tuple[Cliff, ...] = ()
    slopes: tuple[Slope, ...] = ()


def falls(
    law: Law, circumstances: Circumstances, largest_eur_month: float = CURVE_LARGEST_EUR_MONTH
) -> Falls:
    """Every wage and range of pay up to the largest at which disposable income falls."""
    steps = round(largest_eur_month / CLIFF_SEARCH_STEP_EUR_MONTH)
    curve = wage_curve(law, circumstances, np.arange(steps + 1) * CLIFF_SEARCH_STEP_EUR_MONTH)
    change = np.diff(curve.net_income)
    cliffs, rows = [], []
    for row in np.flatnonzero(change < -ROUNDING_OF_LAW_EUR_MONTH):
        cliff = None
        if change[row] < -SMALLEST_CLIFF_EUR_MONTH:
            cliff = _cliff(law, circumstances, curve, int(row))
        if cliff is None:
            rows.append(int(row))
        else:
            cliffs.append(cliff)
    return Falls(tuple(cliffs), tuple(_slopes(curve, rows)))


def _cliff(law: Law, circumstances: Circumstances, curve: Curve, row: int) -> Cliff | None:
    """The cent between two wages at which income falls, or ``None`` if it falls all along."""

    def at(cents: int) -> NDArray[np.float64]:
        items = np.empty(len(Item))
        monthly_budget(law, circumstances._replace(gross_wage_eur_month=cents / 100.0), items)
        return items

    cents = range(round(100.0 * curve.wages[row]), round(100.0 * curve.wages[row + 1]) + 1)
    nets = curve.net_income
    below, above = cents[0], cents[-1]
    before, after = float(nets[row]), float(nets[row + 1])
    while above - below > 1:  # into the half that falls more: a step may hold a gentle fall too
        middle = (below + above) // 2
        half = float(net_income(at(middle)))
        if before - half > half - after:
            above, after = middle, half
        else:
            below, before = middle, half
    change = at(above) - at(below)
    if before - after < SMALLEST_CLIFF_EUR_MONTH:
        return None
    again = np.flatnonzero(nets[row + 1 :] >= before)
    falling = [item for item in PARTICIPANT_ITEMS if change[item] < -SMALLEST_CLIFF_EUR_MONTH]
    return Cliff(
        below / 100.0,
        before - after,
        float(curve.wages[row + 1 + again[0]]) if len(again) else None,
        tuple(item.name for item in sorted(falling, key=lambda item: change[item])),
    )


def _slopes(curve: Curve, rows: list[int]) -> Iterator[Slope]:
    """Runs of steps that fall one after the other, where they are worth naming."""
    start = 0
    for position, row in enumerate(rows):
        if position + 1 < len(rows) and rows[position + 1] - row <= STEPS_OF_ONE_SLOPE:
            continue
        first, last = rows[start], row + 1
        start = position + 1
        loss = float(curve.net_income[first] - curve.net_income[last])
        if loss >= SMALLEST_SLOPE_EUR_MONTH:
            yield Slope(float(curve.wages[first]), float(curve.wages[last]), loss)
