"""``ips-econ parameters``: every parameter with value, distribution, source and grade."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ips_econ.errors import InputError, RunError

if TYPE_CHECKING:
    from ips_econ.parameters.library import ParameterLibrary
    from ips_econ.parameters.schema import DatedValue

ON = click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day whose values are shown; default: today.",
)


@click.group(invoke_without_command=True)
@click.pass_context
def parameters(context: click.Context) -> None:
    """List, show or export every parameter with its source and grade.

    Without a command: list.

    \b
    Examples:
      ips-econ parameters list --group effect
      ips-econ parameters show effect.competitive_work_ratio
      ips-econ parameters export parameters.csv
    """
    if context.invoked_subcommand is None:
        context.invoke(list_parameters)


@parameters.command("list")
@click.option("--group", metavar="GROUP", help="Only one group, such as effect.")
@click.option("--replace", is_flag=True, help="Only working values a planner should replace.")
@ON
def list_parameters(
    group: str | None = None, replace: bool = False, on: datetime | None = None
) -> None:
    """List parameters: id, value with 95 % interval, unit, price year, basis and grade.

    A star marks a working value that a planner should replace by a local one.

    \b
    Example:
      ips-econ parameters list --group programme
    """
    from ips_econ.parameters.library import load_library
    from ips_econ.parameters.listing import parameter_rows

    library = load_library()
    rows = list(parameter_rows(library, _day(on)))
    if group is not None:
        groups = sorted({id.split(".")[0] for id in library.parameters})
        if group not in groups:
            raise InputError("unknown group", key="--group", found=group, allowed=", ".join(groups))
        rows = [row for row in rows if str(row["id"]).split(".")[0] == group]
    if replace:
        rows = [row for row in rows if row["planner_should_replace"]]
    cells = [_cells(row) for row in rows]
    widths = [max((len(cell) for cell in column), default=0) for column in zip(*cells, strict=True)]
    for line in cells:
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo(text.rstrip())


@parameters.command("show")
@click.argument("id")
def show(id: str) -> None:
    """Show all that is known about one parameter, with every dated value.

    \b
    Example:
      ips-econ parameters show programme.coach_salary
    """
    from ips_econ.parameters.library import load_library

    click.echo("\n".join(_description(load_library(), id)))


@parameters.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@ON
def export(file: Path, on: datetime | None) -> None:
    """Write every parameter to FILE, a table (.csv) or .json.

    \b
    Example:
      ips-econ parameters export parameters.csv
    """
    from ips_econ.file_formats import csv_bytes, json_bytes
    from ips_econ.parameters.library import load_library
    from ips_econ.parameters.listing import export_rows

    if file.suffix.lower() not in (".csv", ".json"):
        raise InputError(
            "unknown kind of file", key="FILE", found=file.name, allowed="a name in .csv or .json"
        )
    rows = list(export_rows(load_library(), _day(on)))
    if file.suffix.lower() == ".json":
        data = json_bytes(rows)
    else:
        header = list(rows[0]) if rows else []
        data = csv_bytes(header, [[row[name] for row in rows] for name in header])
    unfinished = file.with_name(f"{file.name}.tmp")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(file)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise RunError(f"{file} cannot be written ({error.strerror})") from None
    click.echo(f"{len(rows)} parameters written to {file}")


def _day(on: datetime | None) -> date:
    return on.date() if on is not None else date.today()


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    value, low, high = row["value"], row["low"], row["high"]
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    text = text if len(text) <= 60 else f"{text[:59]}…"
    if isinstance(low, float) and isinstance(high, float):
        text += f" ({low:.3g} to {high:.3g})"
    grade = f"{row['quality']}/{row['directness']}" if row["quality"] else ""
    return (
        f"{row['id']}{'*' if row['planner_should_replace'] else ''}",
        text,
        str(row["unit"]),
        str(row["price_year"] or ""),
        str(row["basis"] or ""),
        grade,
    )


def _description(library: ParameterLibrary, id: str) -> Iterator[str]:
    """Everything about one parameter, line by line."""
    from ips_econ.parameters.listing import value_text

    parameter = library.parameter(id)
    yield f"{id}: {parameter.title}"
    facts = {
        "kind": parameter.kind,
        "unit": parameter.unit,
        "population": parameter.population,
        "prices": f"of {parameter.price_year}, carried by {parameter.price_index}"
        if parameter.price_year
        else parameter.price_basis,
        "category": parameter.category,
        "receiver": parameter.receiver,
        "after the last known date": parameter.after_last,
        "note": parameter.note,
    }
    yield from (f"  {name}: {fact}" for name, fact in facts.items() if fact)
    if parameter.planner_should_replace:
        yield "  a working value: a planner should replace it by a local one"
    for entry in parameter.values:
        yield f"  from {entry.from_}: {value_text(entry)}"
        yield from (f"    {name}: {fact}" for name, fact in _facts(library, entry) if fact)


def _facts(library: ParameterLibrary, entry: DatedValue) -> Iterator[tuple[str, object]]:
    """What is known about one dated value, by name."""
    from ips_econ.parameters.distributions import interval95, mean_sd
    from ips_econ.parameters.listing import distribution_text, shares_text

    yield "distribution", distribution_text(entry.distribution)
    if entry.value is not None and entry.distribution is not None and entry.is_random:
        mean, sd = mean_sd(entry.distribution, entry.value)
        low, high = interval95(entry.distribution, entry.value)
        yield "that is", f"mean {mean:.4g}, sd {sd:.3g}, 95 % interval {low:.4g} to {high:.4g}"
    yield "payer", shares_text(entry.payer) or entry.payer_schedule
    if source := entry.source:
        record = library.sources.get(source.key or "")
        yield "basis", source.basis
        yield "source", f"{record.citation} [{source.key}]" if record else source.key
        yield "address", record.url if record else None
        yield "place in the source", source.locator
        yield "formula", source.formula
        yield "remark", source.note
    if grade := entry.grade:
        yield "grade", f"quality {grade.quality}, directness {grade.directness}: {grade.reason}"
    yield "checked", entry.checked
    yield "note", entry.note
