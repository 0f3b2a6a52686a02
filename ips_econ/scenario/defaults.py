"""What fills the keys that no scenario file names: regional statistics and ``parameters/``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from ips_econ.errors import InputError, Problems
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.scenario.layers import Keys, Settings, Written
from ips_econ.scenario.regions import RegionData
from ips_econ.scenario.schema import IPS_LIKENESS, PARAMETER_BEHIND, Behind, Economics

HOME = "Finland"
FROM_REGION = (
    "unemployment_rate",
    "wage_index",
    "municipal_tax_rate",
    "municipality_group",
    "population_18_64",
)
REGION_DATA = "region data"
NATIONAL_DATA = "region data (national)"
PARAMETERS = "parameters"
DEFAULT = "default"


def is_home(country: object) -> bool:
    """Whether a country, in Finnish or English, is the one whose statistics and law are known."""
    return str(country).strip().casefold() in ("finland", "suomi")


def in_finland(settings: Settings) -> bool:
    """Whether the site is in Finland, where regional statistics and law apply."""
    country = settings.get(("region", "country"))
    return country is None or country.value == HOME


def defaults(
    problems: Problems, settings: Settings, place: RegionData, library: ParameterLibrary
) -> Settings:
    """A value for every key that no layer names and the schema leaves open."""
    policy_date = _given(settings, "economics", "policy_date")
    if type(policy_date) is not date:
        policy_date = Economics.model_fields["policy_date"].default
    kind = _given(settings, "comparator", "kind")
    likeness = IPS_LIKENESS.get(str(kind), IPS_LIKENESS["traditional"])
    filled: dict[Keys, tuple[Any, str]] = {
        ("name",): (_given(settings, "id") or "-", DEFAULT),
        ("economics", "price_year"): (policy_date.year, DEFAULT),
        ("programme", "start"): (policy_date, DEFAULT),
        ("comparator", "ips_likeness"): (likeness, DEFAULT),
        ("parameters",): ({}, DEFAULT),
    }
    filled.update(_region_defaults(settings, place))
    for key, behind in PARAMETER_BEHIND.items():
        section, name = key.split(".")
        if not behind.fills or (section, name) in settings or (section,) in settings:
            continue
        try:
            filled[(section, name)] = _value(library, behind, policy_date), PARAMETERS
        except InputError as error:
            problems.found.extend(replace(problem, file=PARAMETERS) for problem in error.problems)
    if kind == "none":
        filled[("comparator", "services")] = {"none": 1.0}, "comparator.kind"
    return {keys: Written(value, keys, source) for keys, (value, source) in filled.items()}


def _value(library: ParameterLibrary, behind: Behind, on: date) -> float | dict[str, float]:
    """The base-case value behind a scenario key; a whole number where it is one."""
    if behind.is_table:
        return library.table(behind.id, on, behind.unit)
    value = library.value(behind.id, on, behind.unit)
    return int(value) if value.is_integer() else value


def _region_defaults(
    settings: Settings, place: RegionData
) -> Iterator[tuple[Keys, tuple[Any, str]]]:
    """Keys with the value that regional statistics give them, and its origin.

    A site abroad gets national values, except a population, which it does not share.
    """
    at_home = in_finland(settings)
    keys: list[Keys] = [("region", name) for name in FROM_REGION]
    for section, name in (*keys, ("population", "rent_eur_month")):
        own = at_home and name not in place.national
        yield (section, name), (getattr(place, name), REGION_DATA if own else NATIONAL_DATA)
    if not at_home:
        yield ("region", "population_18_64"), (None, DEFAULT)
    surveyed = not at_home and ("region", "unemployment_rate") in settings
    yield ("region", "unemployment_measure"), ("survey" if surveyed else "register", DEFAULT)


def _given(settings: Settings, *keys: str) -> Any:
    written = settings.get(keys)
    return written.value if written else None
