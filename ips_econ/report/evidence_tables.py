"""The tables of what the result rests on: assumptions to replace, parameters with sources."""

from __future__ import annotations

from itertools import groupby

from ips_econ.language import Language
from ips_econ.report.figures import parameter_value
from ips_econ.report.results import HEADLINE_PERSPECTIVE, ParameterRow, Results
from ips_econ.report.tables import Cell, Table, TableRow

_RANKS_SHOWN = 10


def assumptions_to_replace(results: Results, language: Language) -> Table:
    """Values without a published source, the most influential first."""
    influence = {
        driver.parameter: rank
        for rank, driver in enumerate(
            results.strongest_drivers(HEADLINE_PERSPECTIVE, len(results.drivers)), start=1
        )
    }

    def rank(row: ParameterRow) -> float:
        entries = [place for name, place in influence.items() if name.startswith(f"{row.id}.")]
        return min([influence.get(row.id, float("inf")), *entries])

    chosen = sorted(
        (row for row in results.parameters if row.without_source),
        key=lambda row: (rank(row), row.id),
    )
    rows = []
    for row in chosen:
        place = rank(row)
        value = parameter_value(row, language)
        rows.append(
            TableRow(
                language.parameter_title(row.id, row.title),
                (
                    Cell(value.full, value.interval),
                    Cell(language.name("basis", row.basis)),
                    Cell(
                        language.text("table.assumptions.rank", rank=place)
                        if place <= _RANKS_SHOWN
                        else ""
                    ),
                ),
                code=row.id,
            )
        )
    return Table(
        id="assumptions",
        title=language.text("table.assumptions.title", count=len(rows)),
        columns=tuple(
            language.text(f"table.assumptions.{column}")
            for column in ("value", "basis", "influence")
        ),
        rows=tuple(rows),
        notes=(language.text("table.assumptions.note"),),
        numeric=False,
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


def _parameter_row(row: ParameterRow, language: Language) -> TableRow:
    value = parameter_value(row, language)
    full = value.full
    if row.price_year:
        full = language.text("table.parameters.prices", value=full, year=row.price_year)
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
        (Cell(full, value.interval), Cell(basis), Cell(grade), Cell(row.citation or row.source)),
        code=row.id,
    )
