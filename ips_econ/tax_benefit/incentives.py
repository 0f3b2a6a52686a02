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
)
from ips_econ.tax_benefit.items import PARTICIPANT_ITEMS, Item
from ips_econ.tax_benefit.law import Law
from ips_econ.tax_benefit.net_income import budget, monthly_budget, net_income

MARGINAL_STEP_EUR_MONTH = 10.0
"""More pay over which the effective marginal tax rate is taken; large enough for what the law
rounds to whole euros."""
CURVE_LARGEST_EUR_MONTH = 6000.0
CURVE_STEP_EUR_MONTH = 10.0
CLIFF_SEARCH_STEP_EUR_MONTH = 1.0
SMALLEST_CLIFF_EUR_MONTH = 0.5
CENT = 0.01


def participation_tax_rate(net_at_work: float, net_without: float, wage_eur_month: float) -> float:
    """Share of gross pay that taking the job does not add to disposable income.

    Above one the person loses money by working.

    >>> round(participation_tax_rate(1481.30, 1488.00, 1126.67), 3)
    1.006
    """
    return 1.0 - (net_at_work - net_without) / wage_eur_month


def without_work(circumstances: Circumstances) -> Circumstances:
    """The same person without the job: no pay, and a suspended pension is paid again."""
    status = circumstances.status
    if status == BenefitStatus.suspended_disability_pension:
        status = BenefitStatus.rehabilitation_subsidy.value
    return circumstances._replace(
        status=status, gross_wage_eur_month=0.0, months_in_work=LASTING_JOB_MONTHS
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
    net = float(net_income(budget(law, circumstances)))
    idle = float(net_income(budget(law, without_work(circumstances))))
    more = circumstances._replace(gross_wage_eur_month=wage + MARGINAL_STEP_EUR_MONTH)
    gained = float(net_income(budget(law, more))) - net
    return Incentives(
        net,
        idle,
        participation_tax_rate(net, idle, wage) if wage > 0.0 else None,
        1.0 - gained / MARGINAL_STEP_EUR_MONTH,
    )


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
    monthly_budget(law, without_work(circumstances), idle)
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


def cliffs(
    law: Law, circumstances: Circumstances, largest_eur_month: float = CURVE_LARGEST_EUR_MONTH
) -> tuple[Cliff, ...]:
    """Every wage up to the largest at which disposable income falls, in rising order."""
    steps = round(largest_eur_month / CLIFF_SEARCH_STEP_EUR_MONTH)
    curve = wage_curve(law, circumstances, np.arange(steps + 1) * CLIFF_SEARCH_STEP_EUR_MONTH)
    return tuple(_cliffs(law, circumstances, curve))


def _cliffs(law: Law, circumstances: Circumstances, curve: Curve) -> Iterator[Cliff]:
    def at(wage: float) -> NDArray[np.float64]:
        items = np.empty(len(Item))
        monthly_budget(law, circumstances._replace(gross_wage_eur_month=wage), items)
        return items

    nets = curve.net_income
    for row in np.flatnonzero(np.diff(nets) < -SMALLEST_CLIFF_EUR_MONTH):
        below, above = (round(100.0 * wage) for wage in curve.wages[row : row + 2])
        while above - below > 1:
            middle = (below + above) // 2
            if net_income(at(middle * CENT)) >= nets[row]:
                below = middle
            else:
                above = middle
        change = at(above * CENT) - at(below * CENT)
        before = net_income(at(below * CENT))
        again = np.flatnonzero(nets[row + 1 :] >= before)
        falling = [item for item in PARTICIPANT_ITEMS if change[item] < -SMALLEST_CLIFF_EUR_MONTH]
        yield Cliff(
            below / 100.0,
            float(before - net_income(at(above * CENT))),
            float(curve.wages[row + 1 + again[0]]) if len(again) else None,
            tuple(item.name for item in sorted(falling, key=lambda item: change[item])),
        )
