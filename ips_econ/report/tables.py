"""The tables of a report, as text in one language.

Every table takes its numbers from :class:`~ips_econ.report.results.Results` and nothing else; a
document only lays them out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from ips_econ.language import Language
from ips_econ.report.answer import assumptions, employment_outcome, replaced_services, span
from ips_econ.report.figures import Figure, difference_figure, euros, figure, interval, kind_of
from ips_econ.report.result_shapes import (
    EFFECTS,
    HEADLINE_PERSPECTIVE,
    PAYERS,
    PERSISTENCE_SHAPES,
    PUBLIC_PAYERS,
    SUBSTITUTIONS,
    Line,
    Outcome,
    Payback,
    PayerResult,
    Results,
    Stat,
)

_FIRST_PAGE_WORK = ("ever_employed_18m", "months_employed")
_FIRST_PAGE_MONEY = (
    *("gross_earnings", "net_income", "benefits_received", "taxes_paid"),
    *("service_cost", "cost_per_additional_month_employed"),
)
_EMPLOYMENT_OUTCOMES = (
    *("ever_employed_12m", "ever_employed_18m", "ever_employed_24m"),
    *("employed_at_12m", "employed_at_18m", "employed_at_24m", "employed_at_60m"),
    *("months_employed", "months_to_first_job"),
)
_TREATMENT_OUTCOMES = ("inpatient_days", "outpatient_visits", "treatment_cost")


@dataclass(frozen=True)
class Cell:
    """A cell: its text and, smaller, a detail such as the interval; ``link`` names an anchor."""

    text: str
    detail: str = ""
    link: str = ""


@dataclass(frozen=True)
class TableRow:
    """A row: its heading, an id printed in code type, its cells; ``role`` is group or total."""

    heading: str
    cells: tuple[Cell, ...]
    code: str = ""
    role: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its title; ``groups`` are column headings that span (text, columns)."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()
    numeric: bool = True

    @property
    def group_starts(self) -> tuple[str, ...]:
        """For each column, the heading of the group that starts there, or nothing."""
        starts = [[text] + [""] * (span - 1) for text, span in self.groups]
        return tuple(text for group in starts for text in group) or ("",) * len(self.columns)


@dataclass(frozen=True)
class Variant:
    """One column of the table of variants."""

    kind: str
    name: str
    title: str
    headline: bool


def variants(results: Results, language: Language) -> tuple[Variant, ...]:
    """Substitution 0 / expected / 100 %, persistence shapes and, where run, sources of effect."""
    headline = {(row.kind, row.variant) for row in results.comparisons if row.headline}
    share = results.run.substitution
    expected = language.text("variant.substitution.expected")
    titles = {
        "0": language.percent(0.0),
        "expected": expected if share is None else language.percent(share),
        "1": language.percent(1.0),
    }
    found = [
        Variant("substitution", name, titles[name], ("substitution", name) in headline)
        for name in SUBSTITUTIONS
    ]
    found += [
        Variant(
            "persistence",
            name,
            language.text(f"variant.persistence.{name}"),
            ("persistence", name) in headline,
        )
        for name in PERSISTENCE_SHAPES
    ]
    found += [
        Variant(
            "effect",
            name,
            language.text(f"variant.effect.{name}"),
            ("effect", name) in headline,
        )
        for name in EFFECTS
        if results.has_variant("effect", name)
    ]
    return tuple(found)


def side_by_side(results: Results, language: Language) -> Table:
    """Net result by perspective under each substitution and persistence shape."""
    columns = variants(results, language)
    moving = {
        row.perspective
        for row in results.comparisons
        if row.metric == "net_present_value" and not is_zero(row.stat)
    }
    order = [HEADLINE_PERSPECTIVE, *PUBLIC_PAYERS, "participant", "employer", "eu", "society"]
    rows = [
        TableRow(
            heading=language.heading("payer", perspective),
            cells=tuple(
                _in_two_lines(
                    euros(
                        results.comparison(
                            column.kind, column.name, "net_present_value", perspective
                        ),
                        language,
                    ),
                    language,
                )
                for column in columns
            ),
            role="total" if perspective in (HEADLINE_PERSPECTIVE, "society") else "",
        )
        for perspective in order
        if perspective in moving
    ]
    mark = language.text("table.side_by_side.headline")
    return Table(
        id="side_by_side",
        title=language.text("table.side_by_side.title", **span(results, language)),
        groups=tuple(
            (language.text(f"table.side_by_side.{kind}"), len(tuple(members)))
            for kind, members in groupby(columns, key=lambda column: column.kind)
        ),
        columns=tuple(
            f"{column.title} {mark}" if column.headline else column.title for column in columns
        ),
        rows=tuple(rows),
        notes=(
            *filter(None, [replaced_services(results, language)]),
            language.text("table.side_by_side.note", price_year=results.run.price_year),
            language.text("table.assumes", assumptions=assumptions(results, language)),
            *_monte_carlo_note(results, language),
        ),
    )


def _in_two_lines(found: Figure, language: Language) -> Cell:
    """A figure as a cell of a wide table: its interval may break after the word between limits."""
    joint = language.text("format.interval", low="", high="")
    after = " " if joint.endswith("\u00a0") else "\u200b"
    return Cell(found.bare, found.interval.replace(joint, joint.rstrip("\u00a0") + after))


def _monte_carlo_note(results: Results, language: Language) -> tuple[str, ...]:
    """Monte Carlo error of the headline means, where the run knows it."""
    told = []
    for name in (HEADLINE_PERSPECTIVE, "society"):
        error = results.monte_carlo_error.get(f"net_present_value.{name}")
        if error is not None:
            shown = language.euros(error, 1.0 if error >= 1 else 0.01)
            told.append(f"{language.name('payer', name)} {shown}")
    if not told:
        return ()
    return (language.text("table.side_by_side.error", errors=language.listing(told)),)


def first_page_work(results: Results, language: Language) -> Table:
    """Work by arm: the outcomes of the first page."""
    found = employment_outcome(results)
    at_a_point = [] if found is None else [f"employed_at_{found[0]}m"]
    return _outcome_table("work", [*at_a_point, *_FIRST_PAGE_WORK], results, language)


def first_page_money(results: Results, language: Language) -> Table:
    """Money by arm, per person entering: the outcomes of the first page."""
    return _outcome_table("money", _FIRST_PAGE_MONEY, results, language)


def employment_outcomes(results: Results, language: Language) -> Table:
    """Every outcome about work; a note gives the number for the programme's own clients."""
    table = _outcome_table("employment", _EMPLOYMENT_OUTCOMES, results, language)
    clients, in_work = results.predictive_clients, results.predictive_in_work_18m
    if not clients or in_work.mean is None:
        return table
    told = language.text(
        "report.predictive",
        clients=language.number(clients),
        in_work=_people(in_work, language),
    )
    return replace(table, notes=(told, *table.notes))


def _people(stat: Stat, language: Language) -> str:
    """A number of people with its interval, whole people only."""
    mean = language.number(stat.mean or 0.0)
    if stat.p2_5 is None or stat.p97_5 is None:
        return mean
    return f"{mean} ({interval((stat.p2_5, stat.p97_5), language, 1.0)})"


def treatment_outcomes(results: Results, language: Language) -> Table:
    """Use of treatment; the title says whether an effect on it is counted."""
    table = _outcome_table("treatment", _TREATMENT_OUTCOMES, results, language)
    key = "off" if results.run.treatment_route == "none" else "on"
    return Table(
        id=table.id,
        title=table.title,
        columns=table.columns,
        rows=table.rows,
        notes=(language.text(f"table.treatment.{key}"), *table.notes),
    )


def other_outcomes(results: Results, language: Language) -> Table:
    """Every outcome that no other table shows."""
    shown = (*_EMPLOYMENT_OUTCOMES, *_TREATMENT_OUTCOMES, *_FIRST_PAGE_MONEY)
    return _outcome_table(
        "other", [name for name in results.outcomes if name not in shown], results, language
    )


def payers(results: Results, language: Language) -> Table:
    """Net result, probability of gain and payback by payer and perspective."""
    rows = [
        _payer_row(row, results, language)
        for row in results.payers
        if row.payer != "health_effects" or not is_zero(row.stat)
    ]
    by_payer = {row.payer for row in results.payers}
    for name in (HEADLINE_PERSPECTIVE, "society"):
        if name in results.perspectives and name not in by_payer:
            rows.append(_perspective_row(name, results, language))
    return Table(
        id="payers",
        title=language.text("table.payers.title", **span(results, language)),
        columns=tuple(
            language.text(f"table.payers.{column}") for column in ("net", "probability", "payback")
        ),
        rows=tuple(rows),
        notes=(
            language.text("table.payers.note"),
            language.text("table.payers.employer"),
            language.text("table.assumes", assumptions=assumptions(results, language)),
        ),
    )


def lines(results: Results, language: Language) -> Table:
    """Net result by payer and category."""
    totals = {row.payer: row.stat for row in results.payers}
    rows: list[TableRow] = []
    by_payer = groupby(sorted(results.lines, key=_line_order), key=lambda line: line.payer)
    for payer, group in by_payer:
        parts = [line for line in group if not is_zero(line.stat)]
        if not parts:
            continue
        total = totals.get(payer, Stat(None))
        heading = language.heading("payer", payer)
        rows.append(TableRow(heading, (figure_cell(euros(total, language)),), role="group"))
        rows.extend(
            TableRow(
                language.heading("category", line.category),
                (figure_cell(euros(line.stat, language)),),
            )
            for line in parts
        )
    return Table(
        id="lines",
        title=language.text("table.lines.title", **span(results, language)),
        columns=(language.text("table.lines.net"),),
        rows=tuple(rows),
        notes=(language.text("table.lines.note"),),
    )


def _outcome_table(key: str, names: Iterable[str], results: Results, language: Language) -> Table:
    rows = []
    for name in names:
        outcome = results.outcomes.get(name)
        if outcome is None or _empty(outcome):
            continue
        rows.append(
            TableRow(
                _with_unit(language.heading("outcome", name), outcome.unit, language),
                (
                    figure_cell(figure(outcome.ips, language, outcome.unit)),
                    figure_cell(figure(outcome.control, language, outcome.unit)),
                    figure_cell(difference_figure(outcome, language)),
                ),
            )
        )
    return Table(
        id=key,
        title=language.text(f"table.{key}.title"),
        columns=(
            language.text("arm.ips"),
            language.text("arm.control"),
            language.text("arm.difference"),
        ),
        rows=tuple(rows),
        notes=(
            language.text(
                "table.outcomes.note",
                arm=language.name("control", results.run.control),
                price_year=results.run.price_year,
            ),
        ),
    )


def _empty(outcome: Outcome) -> bool:
    return all(stat.mean is None for stat in (outcome.ips, outcome.control, outcome.difference))


def _with_unit(heading: str, unit: str, language: Language) -> str:
    kind = kind_of(unit)
    word = unit.split(" ")[0].rstrip(",")
    sign = language.text(f"sign.{kind}") if kind != "plain" else language.name("unit", word)
    return f"{heading}, {sign}" if sign else heading


def _payer_row(row: PayerResult, results: Results, language: Language) -> TableRow:
    net = figure_cell(euros(row.stat, language))
    heading = language.heading("payer", row.payer)
    missing = Cell(language.text("format.missing"))
    if row.by_construction:
        reason = Cell(
            language.text("by_construction.short"), by_construction(row.by_construction, language)
        )
        return TableRow(heading, (net, reason, missing))
    perspective = results.perspectives.get(row.payer)
    payback = _payback(perspective.payback, results, language) if perspective else missing
    return TableRow(heading, (net, _probability(row.p_positive, language), payback))


def _perspective_row(name: str, results: Results, language: Language) -> TableRow:
    perspective = results.perspectives[name]
    return TableRow(
        language.heading("payer", name),
        (
            figure_cell(euros(perspective.net_present_value, language)),
            _probability(perspective.p_positive, language),
            _payback(perspective.payback, results, language),
        ),
        role="total",
    )


def by_construction(reason: str, language: Language) -> str:
    """Why a flow's sign follows from the model itself and is not a finding."""
    key = f"by_construction.{reason}"
    return language.text(key if language.has(key) else "by_construction.other")


def _probability(probability: float | None, language: Language) -> Cell:
    if probability is None:
        return Cell(language.text("format.missing"))
    return Cell(language.probability(probability))


def _payback(payback: Payback, results: Results, language: Language) -> Cell:
    if not payback.exists:
        return Cell(language.text("format.missing"))
    share = payback.share_within_horizon
    detail = ""
    if share is not None:
        detail = language.text("table.payers.share", share=language.probability(share))
    if payback.month.p50 is None:
        words = span(results, language)
        return Cell(language.text("table.payers.not_within", **words), detail)
    month = language.number(payback.month.p50)
    return Cell(language.text("table.payers.month", month=month), detail)


def figure_cell(found: Figure) -> Cell:
    """A figure as a cell, its interval as the detail."""
    return Cell(found.bare, found.interval)


def is_zero(stat: Stat) -> bool:
    """Whether nothing is there: mean and limits zero, or none."""
    values = (stat.mean, stat.p2_5, stat.p97_5)
    return all(value is None or abs(value) < 0.005 for value in values)


def _line_order(line: Line) -> tuple[int, str, float, str]:
    return payer_place(line.payer), line.payer, -abs(line.stat.mean or 0.0), line.category


def payer_place(payer: str) -> int:
    """Place of a payer in the order shown."""
    return PAYERS.index(payer) if payer in PAYERS else len(PAYERS)
