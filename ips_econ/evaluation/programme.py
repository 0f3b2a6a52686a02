"""The programme as staffed, by calendar year: clients, staff, cost, savings, net.

Intake follows month by month from capacity (coaches times caseload), from how long clients stay,
from what a coach can take in, and from referrals. Clients' streams by month since entry are
convolved with their months of entry. Unused capacity is a line of the programme, not of the
person.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ips_econ.ledger.accounts import Payer
from ips_econ.ledger.posting import Count
from ips_econ.ledger.prices import coach_year, funding_by_calendar_year, service_cost
from ips_econ.ledger.streams import Ledger
from ips_econ.parameters.draws import ParameterDraws
from ips_econ.population.sampling import entry_year_shares
from ips_econ.scenario.schema import Scenario
from ips_econ.units import MONTHS_PER_YEAR

QUANTITIES = (
    "clients_started",
    "clients_in_service",
    "clients_in_work",
    "additional_in_work",
    "coaches",
    "programme_cost",
    "unused_capacity_cost",
    "clients_waiting",
)


def calendar_years(scenario: Scenario) -> int:
    """Calendar years from the first entry to the end of the last client's follow-up."""
    return scenario.programme.years + scenario.economics.horizon_years


class Intake(NamedTuple):
    """Clients entering ``(draw, entry year, month)``; mean number waiting ``(draw, entry year)``.

    Nobody waits in a service without stated referrals: it is full by assumption.
    """

    entering: np.ndarray
    waiting: np.ndarray


def intake(scenario: Scenario, draws: ParameterDraws) -> Intake:
    """Month by month, who enters and who waits.

    Every month the free places are filled, as far as the coaches' yearly norm of new clients and
    those referred allow; clients leave at the constant chance that gives their mean time in
    service.
    """
    programme = scenario.programme
    leaving = 1.0 / draws.column("programme.mean_months_in_service")
    norm = draws.column("programme.most_clients_per_coach_year") / MONTHS_PER_YEAR
    entering = np.zeros((len(draws), programme.years, MONTHS_PER_YEAR))
    waited = np.zeros((len(draws), programme.years))
    served, waiting = np.zeros(len(draws)), np.zeros(len(draws))
    for year, coaches in enumerate(programme.coaches):
        for month in range(MONTHS_PER_YEAR):
            staying = served * (1.0 - leaving)
            new = np.minimum(
                np.maximum(coaches * programme.caseload - staying, 0.0), norm * coaches
            )
            if programme.referrals_month is not None:
                waiting = waiting + programme.referrals_month
                new = np.minimum(new, waiting)
                waiting = waiting - new
            entering[:, year, month] = new
            waited[:, year] += waiting / MONTHS_PER_YEAR
            served = staying + new
    return Intake(entering, waited)


def spread_over_calendar(by_month: np.ndarray) -> np.ndarray:
    """Sums ``(…, month of entry, calendar year)`` of streams ``(…, month since entry)``.

    Calendar years count from the year of entry; a stream that starts in month ``k`` of a year
    (from 0) is cut into calendar years there.
    """
    months = by_month.shape[-1]
    starts = np.arange(MONTHS_PER_YEAR)
    calendar = (np.arange(months)[:, None] + starts[None, :]) // MONTHS_PER_YEAR
    years = months // MONTHS_PER_YEAR + 1
    sums = [
        np.stack([(by_month * (calendar[:, k] == j)).sum(axis=-1) for j in range(years)], axis=-1)
        for k in starts
    ]
    return np.stack(sums, axis=-2)


def calendar_flows(
    scenario: Scenario,
    draws: ParameterDraws,
    monthly: np.ndarray,
    ledger: Ledger,
    people: int,
) -> np.ndarray:
    """Programme totals ``(draw, calendar year, quantity)``: ``QUANTITIES``, then net by payer.

    ``monthly`` ``(draw, arm, entry year, month, column)`` and ``ledger.by_entry`` are sums over
    the simulated people of each entry year; they are scaled to the clients who enter then.
    """
    programme = scenario.programme
    entering, waiting = intake(scenario, draws)
    simulated = people * entry_year_shares(scenario)[None, :, None]
    scale = np.divide(entering, simulated, out=np.zeros_like(entering), where=simulated > 0)
    served = monthly[:, 1, :, :, Count.IN_SERVICE] / MONTHS_PER_YEAR
    work = monthly[..., Count.EMPLOYED] / MONTHS_PER_YEAR
    net = np.moveaxis(ledger.by_entry[:, 1] - ledger.by_entry[:, 0], -1, 0)
    streams = np.stack([served, work[:, 1], work[:, 1] - work[:, 0], *net], axis=-2)
    cut = spread_over_calendar(streams)
    by_calendar = (cut * scale[:, :, None, :, None]).sum(axis=-2)
    result = np.zeros((len(draws), calendar_years(scenario), len(QUANTITIES) + len(Payer)))
    for year in range(programme.years):
        span = slice(year, year + by_calendar.shape[-1])
        result[:, span, 1:4] += np.swapaxes(by_calendar[:, year, :3], 1, 2)
        result[:, span, len(QUANTITIES) :] += np.swapaxes(by_calendar[:, year, 3:], 1, 2)
        result[:, year, 0] = entering[:, year].sum(axis=-1)
        result[:, year, 4] = programme.coaches[year]
        result[:, year, 7] = waiting[:, year]
    staffed = [coaches for coaches in programme.coaches if coaches > 0]
    staff, other = coach_year(draws, sum(staffed) / len(staffed))
    used = result[:, :, 1] * service_cost(scenario, draws).month[:, None] * MONTHS_PER_YEAR
    capacity = result[:, :, 4] * (staff + other)[:, None]
    unused = np.maximum(capacity - used, 0.0)
    result[:, :, 5] = used + unused
    result[:, :, 6] = unused
    funding = funding_by_calendar_year(scenario)[: result.shape[1]]
    result[:, :, len(QUANTITIES) :] -= unused[:, :, None] * funding[None]
    return result
