"""What the law makes of one municipality: tax rates, housing groups and accepted rent, by name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from ips_econ.errors import InputError, nearest_name
from ips_econ.language import swedish_municipality_names
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.tax_benefit.law import GROUP

PARAMETERS = "municipalities"
OTHER_GROUP = 3
LARGEST_LISTED_HOUSEHOLD = 4
SIZES = ("one", "two", "three", "four")


@dataclass(frozen=True)
class Municipality:
    """One municipality on a date.

    ``tax_share`` and ``church_tax_share`` are shares of taxable income, ``tax_is_average`` says
    that the rate of the date is not known and the national average stands in its place.
    ``housing_group`` is that of the general housing allowance and of student aid,
    ``pensioners_housing_group`` that of the pensioners' housing allowance. ``rent_limits`` in
    EUR/month for one, two, three and four people and for each further one; sizes that are not
    known on the date are absent.
    """

    name: str
    tax_share: float
    tax_is_average: bool
    church_tax_share: float | None
    housing_group: int
    pensioners_housing_group: int
    rent_limits: tuple[float, ...]

    def rent_limit(self, people: int) -> float | None:
        """Largest rent that basic social assistance accepts, EUR/month; ``None`` if not known."""
        if people <= min(len(self.rent_limits), LARGEST_LISTED_HOUSEHOLD):
            return self.rent_limits[people - 1]
        if len(self.rent_limits) <= LARGEST_LISTED_HOUSEHOLD:
            return None
        further = people - LARGEST_LISTED_HOUSEHOLD
        return self.rent_limits[LARGEST_LISTED_HOUSEHOLD - 1] + further * self.rent_limits[-1]


def _plain(name: str) -> str:
    """A name without case, accents and punctuation, for comparing what people type."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def municipality_names(library: ParameterLibrary) -> tuple[str, ...]:
    """Finnish names of all municipalities, in the order of the list."""
    tables = library.parameter(f"{PARAMETERS}.tax_share").values
    return tuple(tables[-1].table or {})


def municipality_named(library: ParameterLibrary, name: str, on: date) -> Municipality:
    """The municipality of this Finnish or Swedish name; case, accents and hyphens do not matter.

    Raises
    ------
    InputError
        If there is none; names the nearest.
    """
    names = municipality_names(library)
    known = {_plain(finnish): finnish for finnish in names}
    known |= {_plain(swedish): finnish for swedish, finnish in swedish_municipality_names().items()}
    found = known.get(_plain(name))
    if found is None:
        nearest = nearest_name(_plain(name), known)
        raise InputError(
            "there is no municipality of this name in mainland Finland",
            key="--municipality",
            found=name,
            allowed="a municipality in Finnish or Swedish",
            nearest=known[nearest] if nearest else None,
        )
    tax = _entry(library, "tax_share", on, "share", found)
    average = library.value(f"{GROUP}.average_municipal_tax_share", on, "share")
    groups = {
        kind: _entry(library, kind, on, "count", found)
        for kind in ("housing_group", "pensioners_housing_group")
    }
    return Municipality(
        found,
        average if tax is None else tax,
        tax is None,
        _entry(library, "church_tax_share", on, "share", found),
        int(groups["housing_group"] or OTHER_GROUP),
        int(groups["pensioners_housing_group"] or OTHER_GROUP),
        tuple(_rent_limits(library, on, found)),
    )


def _rent_limits(library: ParameterLibrary, on: date, name: str) -> list[float]:
    limits = []
    for size in (*SIZES, "further"):
        limit = _entry(library, f"rent_limit_{size}", on, "EUR/month", name)
        if limit is None:
            break
        limits.append(limit)
    return limits


def _entry(
    library: ParameterLibrary, parameter: str, on: date, unit: str, name: str
) -> float | None:
    """A municipality's number on a date, or ``None`` if the table does not hold it."""
    id = f"{PARAMETERS}.{parameter}"
    if library.parameter(id).entry_on(on) is None:
        return None
    return library.table(id, on, unit).get(name)
