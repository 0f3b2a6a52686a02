"""The other side of every item: who receives a tax or contribution, who pays a benefit or wage."""

from __future__ import annotations

from datetime import date

from ips_econ.parameters.library import ParameterLibrary
from ips_econ.tax_benefit.items import Item
from ips_econ.tax_benefit.law import GROUP

MUNICIPAL_SHARE = f"{GROUP}.municipal_share_of_unemployment_benefit"


def payers(library: ParameterLibrary, on: date) -> dict[str, dict[str, float]]:
    """Counterparty of each item on a date: item name to payer and share, summing to one.

    For taxes, contributions and insurance premiums the receiver, for the wage and benefits the
    payer. Flat-rate unemployment benefits stand at the State; the municipality's part follows
    :func:`municipal_share_schedule`. An item that no modelled status pays on the date is absent
    (the earnings-related unemployment allowance has no fixed shares; the general support begins
    on 1 May 2026).

    Raises
    ------
    InputError
        If the date lies outside what the parameters hold.
    """
    shares = {}
    for item in Item:
        id = f"{GROUP}.counterparty_{item.name}"
        if id in library.parameters and library.parameters[id].entry_on(on) is not None:
            shares[item.name] = library.payer(id, on)
    return shares


def municipal_share_schedule(
    library: ParameterLibrary, on: date
) -> tuple[tuple[float, float], ...]:
    """Municipality's share of a flat-rate unemployment benefit: (days paid, share), days rising.

    The share of the last threshold that the days already paid have reached; the State bears the
    rest. Laki työttömyysetuuksien rahoituksesta 555/1998, 4 §.
    """
    return library.schedule(MUNICIPAL_SHARE, on, "share")


def municipal_share(schedule: tuple[tuple[float, float], ...], days_paid: float) -> float:
    """The municipality's share after so many paid days of benefit.

    >>> municipal_share(((0.0, 0.0), (100.0, 0.1), (200.0, 0.2)), 150.0)
    0.1
    """
    return max((share for threshold, share in schedule if days_paid >= threshold), default=0.0)
