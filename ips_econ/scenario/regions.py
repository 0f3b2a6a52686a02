"""Regional statistics: one file per wellbeing services county, Helsinki, and the whole country.

Every figure states its year, source and basis. A figure that a region lacks is taken from the
national file, and :attr:`RegionData.national` names it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast

from ips_econ.errors import InputError, RunError, nearest_name
from ips_econ.locations import parameters_directory
from ips_econ.parameters.base import read_toml

NATIONAL = "finland"
SOURCES = "sources"
Group = Literal["I", "II", "III"]


@dataclass(frozen=True)
class Datum:
    """One regional figure: its value and unit, the year it is about, and where it comes from."""

    title: str
    value: float | str
    unit: str
    year: int
    source: str
    basis: str
    month: str | None = None
    locator: str | None = None
    formula: str | None = None
    low: float | None = None
    high: float | None = None
    shares: Mapping[str, float] | None = None
    note: str | None = None


@dataclass(frozen=True)
class RegionData:
    """A region's names and figures.

    ``data`` holds every figure by name; ``national`` names those taken from the whole country
    because the region has none of its own; ``files`` are the files read.
    """

    id: str
    fi: str
    sv: str
    en: str
    data: Mapping[str, Datum]
    national: tuple[str, ...]
    files: tuple[Path, ...]

    @property
    def unemployment_rate(self) -> float:
        """Unemployed of the labour force by main activity at the end of 2024, as a share."""
        return self._number("unemployment_rate")

    @property
    def wage_index(self) -> float:
        """Low pay relative to Finland (ratio).

        First decile of hourly total earnings in the region over the mean of the regions' first
        deciles, weighted by employed residents.
        """
        return self._number("wage_index")

    @property
    def municipal_tax_rate(self) -> float:
        """Municipal income tax as a share, municipalities weighted by population."""
        return self._number("municipal_tax_rate")

    @property
    def municipality_group(self) -> Group:
        """Municipality group of general housing allowance in which most residents live."""
        return cast(Group, self.data["municipality_group"].value)

    @property
    def rent_eur_month(self) -> float:
        """Rent accepted in social assistance for one person, EUR/month, population-weighted."""
        return self._number("rent_eur_month")

    @property
    def population_18_64(self) -> int:
        """Residents aged 18–64."""
        return int(self._number("population_18_64"))

    def names(self) -> tuple[str, str, str, str]:
        """The names by which a scenario may call the region: Finnish, Swedish, English, id."""
        return self.fi, self.sv, self.en, self.id

    def _number(self, name: str) -> float:
        return float(self.data[name].value)


def region_ids() -> tuple[str, ...]:
    """Ids of all regions in alphabetical order, the whole country first."""
    files = _directory().glob("*.toml")
    ids = sorted(path.stem for path in files if path.stem not in (SOURCES, NATIONAL))
    return (NATIONAL, *ids)


def region_names() -> tuple[str, ...]:
    """Finnish names of all regions, the whole country first."""
    return tuple(_names(id)["fi"] for id in region_ids())


def region(name: str) -> RegionData:
    """The region with this Finnish, Swedish or English name, or this id.

    Raises
    ------
    InputError
        If no region has the name; says which name is nearest.
    """
    id = region_id(name)
    if id is None:
        known = [known for id in region_ids() for known in _names(id).values()]
        by_fold = {known.casefold(): known for known in known}
        nearest = nearest_name(name.casefold(), by_fold)
        raise InputError(
            "unknown region",
            found=name,
            allowed="Finland, Helsinki or a wellbeing services county",
            nearest=by_fold[nearest] if nearest else None,
        )
    own = _data(id)
    missing = {key: datum for key, datum in _data(NATIONAL).items() if key not in own}
    names = _names(id)
    return RegionData(
        id=id,
        fi=names["fi"],
        sv=names["sv"],
        en=names["en"],
        data=MappingProxyType({**missing, **own}),
        national=tuple(missing),
        files=tuple(dict.fromkeys(_path(other) for other in (id, NATIONAL))),
    )


def sources() -> Mapping[str, Mapping[str, Any]]:
    """Citation, address, year and note of each source of regional figures, by key."""
    return _content(SOURCES)


def slug(name: str) -> str:
    """A name in small letters a–z and hyphens.

    >>> slug("Etelä-Pohjanmaa"), slug("Vantaa ja Kerava")
    ('etela-pohjanmaa', 'vantaa-ja-kerava')
    """
    plain = unicodedata.normalize("NFKD", name.strip().casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def region_id(name: str) -> str | None:
    """Id of the region with this name or id; ``None`` if there is none."""
    ids = region_ids()
    if slug(name) in ids:
        return slug(name)
    return next((id for id in ids if slug(name) in map(slug, _names(id).values())), None)


def _directory() -> Path:
    return parameters_directory() / "regions"


def _path(id: str) -> Path:
    return _directory() / f"{id}.toml"


def _content(id: str) -> Mapping[str, Any]:
    return _read(_path(id))


@lru_cache(maxsize=64)
def _read(path: Path) -> Mapping[str, Any]:
    return MappingProxyType(read_toml(path).content)


def _names(id: str) -> Mapping[str, str]:
    return cast(Mapping[str, str], _content(id)["names"])


def _data(id: str) -> dict[str, Datum]:
    known = {field.name for field in fields(Datum)}
    data = {}
    for key, table in _content(id).items():
        if key == "names":
            continue
        unknown = sorted(set(table) - known)
        try:
            data[key] = Datum(**table)
        except TypeError:
            missing = sorted({"title", "value", "unit", "year", "source", "basis"} - set(table))
            raise RunError(
                f"{_path(id)}: {key}: unknown keys {unknown}, missing keys {missing}"
            ) from None
    return data
