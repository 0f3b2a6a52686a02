"""The other side of every item: who receives a tax or contribution, who pays a benefit or wage."""

from __future__ import annotations

from datetime import date

from ips_econ.parameters.library import ParameterLibrary
from ips_econ.tax_benefit.circumstances import Circumstances
from ips_econ.tax_benefit.items import Item
from ips_econ.tax_benefit.law import GROUP, Law
from ips_econ.tax_benefit.sickness import annual_income_that_counts
from ips_econ.tax_benefit.unemployment import basic_part_share

MUNICIPAL_SHARE = f"{GROUP}.municipal_share_of_unemployment_benefit"
MUNICIPAL_SHARE_OF_BASIC_PART = f"{GROUP}.municipal_share_of_basic_part"
FUND_SHARE = f"{GROUP}.earnings_related_allowance_fund_share"
STATE_SHARE_OF_SICKNESS = f"{GROUP}.sickness_allowance_state_share"

Shares = dict[str, float]


def payers(library: ParameterLibrary, on: date) -> dict[str, Shares]:
    """Counterparty of each item on a date: item name to payer and share, summing to one.

    For taxes, contributions and insurance premiums the receiver, for the wage and benefits the
    payer. Flat-rate unemployment benefits stand at the State; the municipality's part follows
    :func:`municipal_share_schedule`. Sickness and rehabilitation allowances are those of a person
    who received an unemployment benefit before, as the clients of a run did. An item that nobody
    pays on the date, or whose shares depend on its amount, is absent; :func:`payers_of` knows them
    for one person.

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


def payers_of(
    library: ParameterLibrary, on: date, law: Law, circumstances: Circumstances
) -> dict[str, Shares]:
    """Counterparty of each item for one person, with what depends on days paid and amounts.

    Raises
    ------
    InputError
        If the date lies outside what the parameters hold.
    """
    shares = payers(library, on)
    days = circumstances.unemployment_days_paid
    local = municipal_share(municipal_share_schedule(library, on), days)
    for name in ("labour_market_subsidy", "general_support"):
        if name in shares:
            shares[name] = _shares(state=1.0 - local, municipality=local)
    of_basic = municipal_share(library.schedule(MUNICIPAL_SHARE_OF_BASIC_PART, on, "share"), days)
    shares["basic_unemployment_allowance"] = _shares(state=1.0 - of_basic, municipality=of_basic)
    shares["earnings_related_unemployment_allowance"] = _earnings_related(
        library, on, law, circumstances, of_basic
    )
    sickness = _sickness(library, on, law, circumstances)
    shares["sickness_allowance"] = shares["rehabilitation_allowance"] = sickness
    return shares


def _earnings_related(
    library: ParameterLibrary, on: date, law: Law, circumstances: Circumstances, of_basic: float
) -> Shares:
    """State and municipality the basic part, the fund its share, the Employment Fund the rest.

    Laki työttömyysetuuksien rahoituksesta 555/1998, 4 §.
    """
    basic = basic_part_share(
        law.unemployment,
        circumstances.earlier_wage_eur_month,
        circumstances.unemployment_days_paid,
        circumstances.gross_wage_eur_month > 0.0,
    )
    fund = min(library.value(FUND_SHARE, on, "share"), 1.0 - basic)
    return _shares(
        state=basic * (1.0 - of_basic),
        municipality=basic * of_basic,
        other=fund,
        social_insurance=1.0 - basic - fund,
    )


def _sickness(
    library: ParameterLibrary, on: date, law: Law, circumstances: Circumstances
) -> Shares:
    """The State what an allowance from earlier pay lacks from the minimum, others the rest.

    Sairausvakuutuslaki 1224/2004, 18 luku 13 §; until 2024 the State also paid a part of the
    rest.
    """
    rules = law.sickness
    income = annual_income_that_counts(rules, circumstances.earlier_wage_eur_month)
    first = rules.rate_1 * min(income, rules.bend_eur_year)
    second = rules.rate_2 * max(0.0, income - rules.bend_eur_year)
    from_income = (first + second) / rules.days_of_annual_income
    insured = min(1.0, from_income / rules.minimum_eur_day)
    entry = library.parameter(STATE_SHARE_OF_SICKNESS).entry_on(on)
    if entry is not None and entry.value is not None:
        insured *= 1.0 - entry.value
    return _shares(state=1.0 - insured, social_insurance=insured)


def _shares(**shares: float) -> Shares:
    """Shares by payer, the largest first; a payer of nothing is left out."""
    return {
        payer: share
        for payer, share in sorted(shares.items(), key=lambda entry: -entry[1])
        if share > 0.0
    }


def municipal_share_schedule(
    library: ParameterLibrary, on: date
) -> tuple[tuple[float, float], ...]:
    """Municipality's share of a flat-rate unemployment benefit: (days paid, share), days rising.

    The share of the last threshold that the days already paid have reached; the State bears the
    rest. Työttömyysturvalaki 1290/2002, 14 luku 3 a §.
    """
    return library.schedule(MUNICIPAL_SHARE, on, "share")


def municipal_share(schedule: tuple[tuple[float, float], ...], days_paid: float) -> float:
    """The municipality's share after so many paid days of benefit.

    >>> municipal_share(((0.0, 0.0), (100.0, 0.1), (200.0, 0.2)), 150.0)
    0.1
    """
    return max((share for threshold, share in schedule if days_paid >= threshold), default=0.0)
