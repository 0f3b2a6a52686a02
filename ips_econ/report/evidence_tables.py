"""The tables of what the result rests on: assumptions to replace, parameters with sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from ips_econ.language import Language
from ips_econ.report.figures import parameter_value
from ips_econ.report.result_shapes import (
    HEADLINE_PERSPECTIVE,
    ParameterRow,
    ProgrammeFacts,
    Results,
)
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


def programme_assumptions(results: Results, language: Language) -> Table:
    """What the scenario says of the programme and of what clients would otherwise get."""
    facts = results.run.programme
    months = [row for row in results.parameters if row.id == "programme.mean_months_in_service"]
    start_up = ""
    if facts.start_up_year is not None:
        key = "table.programme_assumptions.new_service"
        new = facts.start_up_year == 1
        start_up = language.text(key, year=1) if new else language.number(facts.start_up_year)
    values = {
        "intake": "" if facts.first_year is None else str(facts.first_year),
        "coaches": _by_year([_plain(count, language) for count in facts.coaches], facts, language),
        "caseload": "" if facts.caseload is None else _plain(facts.caseload, language),
        "fidelity": _by_year(
            [_plain(score, language) for score in facts.fidelity], facts, language
        ),
        "start_up_year": start_up,
        "months": parameter_value(months[0], language).sentence if months else "",
        "funding": _by_year(
            [_shares(shares, "payer", language) for shares in facts.funding], facts, language
        ),
        "comparator": _comparator(results, language),
    }
    return Table(
        "programme_assumptions",
        language.text("table.programme_assumptions.title"),
        (language.text("table.programme_assumptions.value"),),
        tuple(
            TableRow(language.text(f"table.programme_assumptions.{key}"), (Cell(value),))
            for key, value in values.items()
            if value
        ),
        numeric=False,
    )


def _plain(value: float, language: Language) -> str:
    return language.number(value, 1.0 if value == int(value) else 0.1)


def _by_year(values: list[str], facts: ProgrammeFacts, language: Language) -> str:
    """One value if it never changes, else one a year."""
    if len(set(values)) < 2 or facts.first_year is None:
        several = len(values) > 1 and len(set(values)) == 1
        text = "; ".join(dict.fromkeys(values))
        return (
            language.text("table.programme_assumptions.each_year", value=text) if several else text
        )
    return "; ".join(
        language.text("table.programme_assumptions.by_year", year=year, value=value)
        for year, value in enumerate(values, start=facts.first_year)
    )


def _shares(shares: Mapping[str, float], kind: str, language: Language) -> str:
    """Payers or services with their shares, the largest first; those without a share left out."""
    group, item = ("payer", "payer") if kind == "payer" else ("entry", "service")
    told = []
    for name, share in sorted(shares.items(), key=lambda pair: -pair[1]):
        if share > 0:
            named = "no_service" if (kind, name) == ("service", "none") else ""
            label = (
                language.text(f"table.programme_assumptions.{named}")
                if named
                else language.name(group, name)
            )
            told.append(
                language.text(
                    f"table.programme_assumptions.{item}_share",
                    **{item: label, "share": language.percent(share)},
                )
            )
    return language.listing(told)


def _comparator(results: Results, language: Language) -> str:
    kind = language.name("control", results.run.control)
    services = _shares(results.run.programme.services, "service", language)
    if not services:
        return kind
    return language.text("table.programme_assumptions.services_of", kind=kind, services=services)


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
