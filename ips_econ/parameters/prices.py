"""Price years: carrying an amount from the euros of one year to those of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ips_econ.errors import InputError

if TYPE_CHECKING:
    from ips_econ.parameters.library import ParameterLibrary


def index_factor(library: ParameterLibrary, index_id: str, from_year: int, to_year: int) -> float:
    """What an amount in euros of ``from_year`` is multiplied by to be in euros of ``to_year``.

    The factor is index(to_year) / index(from_year): one for the same year, and there and back
    returns the amount.

    Raises
    ------
    InputError
        If the index does not reach one of the years.
    """
    if from_year == to_year:
        return 1.0
    return index_level(library, index_id, to_year) / index_level(library, index_id, from_year)


def price_factor(library: ParameterLibrary, id: str, price_year: int) -> float:
    """What a parameter's amount is multiplied by to be in euros of ``price_year``.

    One for everything without a price year of its own (shares, counts, nominal amounts of law).
    """
    parameter = library.parameter(id)
    if parameter.price_year is None or parameter.price_index is None:
        return 1.0
    return index_factor(library, parameter.price_index, parameter.price_year, price_year)


def index_level(
    library: ParameterLibrary, index_id: str, year: int, asked: tuple[str, ...] = ()
) -> float:
    """The level of an index in a year; after its last published year by its own ``beyond_last``.

    ``hold`` keeps the last level, ``index:<id>`` follows another index from there, ``refuse``
    refuses. ``asked`` are the indices that led here, to notice two that follow each other.
    """
    parameter = library.parameter(index_id)
    table = parameter.values[-1].table
    if table is None or not parameter.is_price_index:
        raise InputError(
            "is not a price index", key=index_id, allowed="a table of years with the unit index"
        )
    if str(year) in table:
        return table[str(year)]
    years = sorted(int(name) for name in table)
    if year > years[-1]:
        rule = parameter.after_last
        if rule in ("hold", "hold_real"):
            return table[str(years[-1])]
        other = rule.removeprefix("index:")
        if rule.startswith("index:") and other not in (*asked, index_id):
            chain = (*asked, index_id)
            later = index_level(library, other, year, chain)
            return table[str(years[-1])] * later / index_level(library, other, years[-1], chain)
    raise InputError(
        "the price index does not reach this year",
        key=index_id,
        found=year,
        allowed=f"{years[0]} to {years[-1]}",
    )
