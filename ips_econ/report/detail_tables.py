"""The tables by year and by group: yearly flows, the programme as staffed, subgroups."""

from __future__ import annotations

from ips_econ.language import Language
from ips_econ.report.answer import span
from ips_econ.report.figures import Figure, euros, figure
from ips_econ.report.result_shapes import (
    HEADLINE_PERSPECTIVE,
    PUBLIC_PAYERS,
    PoorerMonths,
    Results,
    Stat,
)
from ips_econ.report.tables import Cell, Table, TableRow, figure_cell, is_zero, payer_place
from ips_econ.report.verification import verification_cells

_SUBGROUP_METRICS = ("months_employed", "net_income", "wellbeing_county", "public_sector")
_CUMULATIVE_PAYER = "wellbeing_county"
_ONE_PAYER = ("savings", "cumulative_net")
_MONEY_BY_PAYER = ("savings", "net", "cumulative_net")


def yearly(results: Results, language: Language) -> Table:
    """Undiscounted yearly result by payer."""
    years = sorted({flow.year for flow in results.yearly})
    found = {(flow.payer, flow.year): flow.stat for flow in results.yearly}
    known = {flow.payer for flow in results.yearly}
    order = [HEADLINE_PERSPECTIVE, *PUBLIC_PAYERS, "participant", "employer", "eu", "other"]
    order += ["health_effects", "society"]
    rows = [
        TableRow(
            language.heading("payer", payer),
            tuple(
                figure_cell(_yearly_figure(found.get((payer, year), Stat(None)), results, language))
                for year in years
            ),
            role="total" if payer in (HEADLINE_PERSPECTIVE, "society") else "",
        )
        for payer in order
        if payer in known
        and any(not is_zero(found.get((payer, year), Stat(None))) for year in years)
    ]
    key = "note" if results.yearly_has_intervals else "note_means"
    return Table(
        id="yearly",
        title=language.text("table.yearly.title"),
        columns=tuple(language.text("table.yearly.year", year=year) for year in years),
        rows=tuple(rows),
        notes=(language.text(f"table.yearly.{key}"),),
    )


def _yearly_figure(stat: Stat, results: Results, language: Language) -> Figure:
    if results.yearly_has_intervals or stat.mean is None:
        return euros(stat, language)
    bare = language.number(stat.mean, 100.0, signed=True)
    return Figure(bare, bare, "")


def checks(results: Results, language: Language) -> Table | None:
    """The checks of the model on this scenario; ``None`` where they were not made."""
    if not results.checks:
        return None
    rows = []
    for check in results.checks:
        heading, *cells = verification_cells(check, language)
        rows.append(TableRow(heading, tuple(Cell(text) for text in cells)))
    failed = sum(not check.passed for check in results.checks)
    verdict = language.text(
        f"verification.{'some_failed' if failed else 'all_passed'}",
        count=len(results.checks),
        failed=failed,
    )
    return Table(
        id="checks",
        title=language.text("verification.title", name=results.run.name),
        columns=tuple(
            language.text(f"verification.{key}") for key in ("expected", "found", "verdict")
        ),
        rows=tuple(rows),
        notes=(verdict, language.text("verification.note")),
    )


def programme(results: Results, language: Language) -> Table:
    """The programme as staffed, by calendar year."""
    years = sorted({row.calendar_year for row in results.programme})
    found: dict[tuple[str, str], dict[int, Stat]] = {}
    for row in results.programme:
        if row.quantity in _ONE_PAYER and row.payer != _CUMULATIVE_PAYER:
            continue
        found.setdefault((row.quantity, row.payer), {})[row.calendar_year] = row.stat
    rows = []
    for (quantity, payer), by_year in sorted(found.items(), key=_programme_order):
        if all(is_zero(stat) for stat in by_year.values()):
            continue
        money = quantity.endswith(("cost", "net", "savings"))
        heading = language.heading("quantity", quantity)
        if payer:
            name = language.name("payer", payer)
            heading = language.text("table.programme.by_payer", quantity=heading, payer=name)
        signed = quantity.endswith(("net", "savings")) or quantity.startswith("additional")
        stats = [by_year.get(year, Stat(None)) for year in years]
        if money:
            stats = [_in_thousands(stat) for stat in stats]
            heading = f"{heading}, {language.text('sign.thousand')}"
        cells = tuple(figure_cell(figure(stat, language, "count", signed=signed)) for stat in stats)
        rows.append(TableRow(heading, cells))
    return Table(
        id="programme",
        title=language.text("table.programme.title"),
        columns=tuple(str(year) for year in years),
        rows=tuple(rows),
        notes=(language.text("table.programme.note"),),
    )


def _in_thousands(stat: Stat) -> Stat:
    mean, low, middle, high = (
        None if value is None else value / 1000.0
        for value in (stat.mean, stat.p2_5, stat.p50, stat.p97_5)
    )
    return Stat(mean, low, middle, high)


def _programme_order(item: tuple[tuple[str, str], object]) -> tuple[int, int, int]:
    quantity, payer = item[0]
    kind = _MONEY_BY_PAYER.index(quantity) + 1 if quantity in _MONEY_BY_PAYER else 0
    return kind, payer_place(payer), 0


def subgroups(results: Results, language: Language) -> Table:
    """Difference by subgroup of clients."""
    metrics = [
        name for name in _SUBGROUP_METRICS if any(r.metric == name for r in results.subgroups)
    ]
    found: dict[tuple[str, str], dict[str, Stat]] = {}
    shares: dict[tuple[str, str], float] = {}
    for row in results.subgroups:
        if row.arm == "difference":
            found.setdefault((row.dimension, row.subgroup), {})[row.metric] = row.stat
            shares[row.dimension, row.subgroup] = row.share_of_people
    rows: list[TableRow] = []
    previous = ""
    for (dimension, subgroup), stats in found.items():
        if dimension != previous:
            heading = language.heading("dimension", dimension)
            rows.append(
                TableRow(heading, tuple(Cell("") for _ in range(len(metrics) + 1)), role="group")
            )
            previous = dimension
        share = Cell(language.percent(shares[dimension, subgroup]))
        figures = (
            figure(stats.get(name, Stat(None)), language, _subgroup_unit(name), signed=True)
            for name in metrics
        )
        heading = language.heading("entry", subgroup).replace("-", "–")
        rows.append(TableRow(heading, (share, *(figure_cell(item) for item in figures))))
    return Table(
        id="subgroups",
        title=language.text("table.subgroups.title", **span(results, language)),
        columns=(
            language.text("table.subgroups.share"),
            *(language.text(f"table.subgroups.{name}") for name in metrics),
        ),
        rows=tuple(rows),
        notes=(language.text("table.subgroups.note"),),
    )


def _subgroup_unit(metric: str) -> str:
    if metric == "months_employed":
        return "months"
    return "share" if metric.startswith("e") else "EUR"


def poorer(results: Results, language: Language) -> Table:
    """Share of working months that leave the participant poorer, by benefit status."""
    found: dict[str, dict[str, PoorerMonths]] = {}
    for row in results.poorer:
        found.setdefault(row.benefit, {})[row.arm] = row
    rows = []
    for benefit, arms in found.items():
        cells = []
        for arm in ("ips", "control"):
            months = arms.get(arm)
            if months is None or months.share is None:
                cells.append(Cell(language.text("format.missing")))
                continue
            worked = language.number(months.working_months, 0.1)
            detail = language.text("table.poorer.months", months=worked)
            cells.append(Cell(language.percent(months.share), detail))
        rows.append(TableRow(language.heading("entry", benefit), tuple(cells)))
    return Table(
        id="poorer",
        title=language.text("table.poorer.title"),
        columns=(language.text("arm.ips"), language.text("arm.control")),
        rows=tuple(rows),
        notes=(language.text("table.poorer.note"),),
    )
