"""The tables of what the result rests on: assumptions to replace, parameters with sources."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from ips_econ.language import Language
from ips_econ.report.figures import parameter_value
from ips_econ.report.result_shapes import HEADLINE_PERSPECTIVE, ParameterRow, Results
from ips_econ.report.tables import Cell, Table, TableRow


@dataclass(frozen=True)
class Source:
    """A source: its key, the anchor of its place in the list, its citation."""

    key: str
    anchor: str
    citation: str


FIRST_PAGE_ASSUMPTIONS = 12
"""Assumptions shown in full on the first page; the others fold out."""


def assumptions_to_replace(results: Results, language: Language) -> tuple[Table, Table]:
    """Values without a published source: the most influential, and the others."""
    ranks = _influence(results)
    last = len(results.drivers) + 1
    chosen = sorted(
        (row for row in results.parameters if row.without_source),
        key=lambda row: (ranks.get(row.id, last), row.id),
    )
    rows = tuple(_assumption_row(row, ranks.get(row.id), language) for row in chosen)
    columns = tuple(
        language.text(f"table.assumptions.{column}") for column in ("value", "basis", "influence")
    )
    first, others = rows[:FIRST_PAGE_ASSUMPTIONS], rows[FIRST_PAGE_ASSUMPTIONS:]
    title = language.text("table.assumptions.title", count=len(first), total=len(rows))
    note = language.text("table.assumptions.note")
    others_title = language.text("table.assumptions.others", count=len(others))
    return (
        Table("assumptions", title, columns, first, (note,), numeric=False),
        Table("other_assumptions", others_title, columns, others, numeric=False),
    )


def _influence(results: Results) -> dict[str, int]:
    """Rank of each parameter among the drivers of the headline; of a table, its best entry's."""
    ranks: dict[str, int] = {}
    drivers = results.strongest_drivers(HEADLINE_PERSPECTIVE, len(results.drivers))
    for rank, driver in enumerate(drivers, start=1):
        ranks.setdefault(driver.parameter, rank)
        ranks.setdefault(driver.parameter.rpartition(".")[0], rank)
    return ranks


def _assumption_row(row: ParameterRow, rank: int | None, language: Language) -> TableRow:
    influence = language.text("format.missing")
    if rank is not None:
        influence = language.text("table.assumptions.rank", rank=rank)
    return TableRow(
        language.parameter_title(row.id, row.title),
        (
            _value_cell(row, language),
            Cell(language.name("basis", row.basis or row.kind)),
            Cell(influence),
        ),
        code=row.id,
    )


def parameter_tables(results: Results, language: Language) -> tuple[Table, ...]:
    """Every parameter with value, range, basis, grade and source, one table a group."""
    ordered = sorted(results.parameters, key=lambda row: row.id)
    return tuple(
        Table(
            id=f"parameters-{group}",
            title=language.heading("parameter_group", group),
            columns=tuple(
                language.text(f"table.parameters.{column}")
                for column in ("value", "basis", "grade", "source")
            ),
            rows=tuple(_parameter_row(row, language) for row in rows),
            numeric=False,
        )
        for group, rows in groupby(ordered, key=lambda row: row.id.partition(".")[0])
    )


def _value_cell(row: ParameterRow, language: Language) -> Cell:
    """The value with its price year and, in brackets, the range drawn."""
    value = parameter_value(row, language)
    full = value.full
    if row.price_year:
        full = language.text("table.parameters.prices", value=full, year=row.price_year)
    return Cell(full, value.interval)


def _parameter_row(row: ParameterRow, language: Language) -> TableRow:
    grade = ""
    if row.quality:
        grade = language.text(
            "table.parameters.graded",
            quality=language.name("grade", row.quality),
            directness=language.name("grade", row.directness),
        )
    basis = language.name("basis", row.basis or row.kind)
    if row.overridden:
        basis = language.text("table.parameters.overridden", basis=basis)
    return TableRow(
        language.parameter_title(row.id, row.title),
        (
            _value_cell(row, language),
            Cell(basis),
            Cell(grade),
            Cell(row.source, link=_anchor(row.source)),
        ),
        code=row.id,
    )


def sources(results: Results) -> tuple[Source, ...]:
    """Every source of a parameter, once, by key."""
    found = {row.source: row.citation for row in results.parameters if row.source and row.citation}
    return tuple(Source(key, _anchor(key), found[key]) for key in sorted(found))


def _anchor(key: str) -> str:
    return f"source-{key}" if key else ""
