"""Parameters as rows a person reads: the columns of ``parameters.csv`` and of the export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ips_econ.parameters.distributions import interval95
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.parameters.schema import DatedValue, Distribution, Parameter, Spread

NOTHING: frozenset[str] = frozenset()


def parameter_rows(
    library: ParameterLibrary, on: date, exclude_groups: frozenset[str] = NOTHING
) -> Iterator[dict[str, object]]:
    """One row for each parameter that exists on a date, in the order of the ids.

    The columns are those of ``parameters.csv``: ``value`` is the base case (a table or schedule as
    text), ``low`` and ``high`` the 95 % interval of what is uncertain, ``source`` key and place.
    """
    for id, parameter in library.parameters.items():
        entry = parameter.entry_on(on)
        if entry is None or entry.form == "ends" or id.split(".")[0] in exclude_groups:
            continue
        yield parameter_row(library, id, parameter, entry)


def export_rows(library: ParameterLibrary, on: date) -> Iterator[dict[str, object]]:
    """The rows of :func:`parameter_rows` with everything else that is known of each value."""
    for row in parameter_rows(library, on):
        parameter = library.parameters[str(row["id"])]
        entry = parameter.entry_on(on)
        assert entry is not None
        source, grade = entry.source, entry.grade
        yield row | {
            "distribution": distribution_text(entry.distribution),
            "price_index": parameter.price_index,
            "payer": shares_text(entry.payer) or entry.payer_schedule,
            "receiver": parameter.receiver,
            "category": parameter.category,
            "population": parameter.population,
            "from": entry.from_.isoformat(),
            "checked": entry.checked.isoformat() if entry.checked else None,
            "formula": source.formula if source else None,
            "reason": grade.reason if grade else None,
            "note": entry.note or parameter.note,
        }


def parameter_row(
    library: ParameterLibrary, id: str, parameter: Parameter, entry: DatedValue
) -> dict[str, object]:
    """One dated value as a row of ``parameters.csv``."""
    low, high = interval(entry)
    source, grade = entry.source, entry.grade
    record = library.sources.get(source.key) if source and source.key else None
    places = (source.key, source.locator, source.note) if source else ()
    return {
        "id": id,
        "title": parameter.title,
        "value": entry.value if entry.value is not None else value_text(entry),
        "low": low,
        "high": high,
        "unit": parameter.unit,
        "price_year": parameter.price_year,
        "kind": parameter.kind,
        "basis": source.basis if source else None,
        "source": ", ".join(place for place in places if place) or None,
        "citation": record.citation if record else None,
        "quality": grade.quality if grade else None,
        "directness": grade.directness if grade else None,
        "planner_should_replace": parameter.planner_should_replace,
        "overridden": id in library.overridden,
    }


def interval(entry: DatedValue) -> tuple[float | None, float | None]:
    """The 95 % interval of an uncertain number; nothing for what is fixed or a table."""
    if entry.value is None or entry.distribution is None or not entry.is_random:
        return None, None
    return interval95(entry.distribution, entry.value)


def value_text(entry: DatedValue) -> str:
    """A value of any form in one line."""
    if entry.value is not None:
        return f"{entry.value:g}"
    if entry.table is not None:
        return "; ".join(f"{name}={number:g}" for name, number in entry.table.items())
    if entry.schedule is not None:
        return "; ".join(f"{threshold:g}:{rate:g}" for threshold, rate in entry.schedule)
    return f"{entry.form}: {entry.ends or entry.missing}"


def distribution_text(distribution: Distribution | None) -> str | None:
    """A distribution as it was stated, in one line."""
    if distribution is None:
        return None
    stated = [
        f"{key.replace('_', ' ')} {_stated_text(getattr(distribution, key))}"
        for key in Spread.model_fields
        if getattr(distribution, key) is not None
    ]
    return ", ".join([distribution.family.replace("_", " "), *stated])


def shares_text(shares: dict[str, float] | None) -> str | None:
    """Payers and their shares in one line."""
    return "; ".join(f"{name} {share:g}" for name, share in shares.items()) if shares else None


def _stated_text(stated: object) -> str:
    if isinstance(stated, tuple):
        return " to ".join(f"{number:g}" for number in stated)
    return f"{stated:g}" if isinstance(stated, float | int) else str(stated)
