"""Budgets of one person side by side as text, with the cliffs and what a reader has to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ips_econ.language import Language
from ips_econ.report.plain_text import aligned, plain, wrapped
from ips_econ.tax_benefit.circumstances import (
    FULL_PENSION_STATUSES,
    PENSION_STATUSES,
    UNEMPLOYMENT_STATUSES,
    BenefitStatus,
)
from ips_econ.tax_benefit.incentives import Cliff
from ips_econ.tax_benefit.items import EMPLOYER_ITEMS, PARTICIPANT_ITEMS, Item
from ips_econ.tax_benefit.personal_budget import PersonalBudget, gains_by_payer

CENT = 0.01
HALF_A_CENT = 0.005


@dataclass(frozen=True)
class Case:
    """One column of a table: its heading, the answer, and what to know beside it."""

    label: str
    budget: PersonalBudget
    notes: tuple[str, ...] = ()


def budget_text(cases: Sequence[Case], found: Sequence[Cliff], language: Language) -> str:
    """Budgets side by side, each with the same person without the job before it."""
    first = cases[0].budget
    blocks = [
        wrapped(_title(cases, language)),
        aligned(_table(cases, language)),
    ]
    if len(cases) == 1 and first.circumstances.gross_wage_eur_month > 0.0:
        blocks.append(aligned(_gains(first, language)))
    if found:
        blocks.append(_cliff_lines(found, language))
    always = ("twelve_months", "not_advice")
    notes = dict.fromkeys(
        (
            *(note for case in cases for note in case.notes),
            *(language.text(f"net_income.note.{name}") for name in always),
        )
    )
    blocks.append("\n".join(wrapped(f"* {note}") for note in notes))
    return plain("\n\n".join(filter(None, blocks)))


def _title(cases: Sequence[Case], language: Language) -> str:
    budget = cases[0].budget
    laws = [language.law(case.budget.on, case.budget.reform) for case in cases]
    return language.text(
        "net_income.title",
        benefit=language.heading("benefit_status", BenefitStatus(budget.circumstances.status).name),
        dates=language.listing(list(dict.fromkeys(laws))),
    )


def _table(cases: Sequence[Case], language: Language) -> list[list[str]]:
    columns = list(_columns(cases, language))
    head = language.text("net_income.eur_month")
    rows = [[head, *(label for label, _ in columns)]]

    def row(heading: str, values: Sequence[float | None], signed: bool = False) -> None:
        cells = (
            "" if value is None else language.number(value, CENT, signed=signed) for value in values
        )
        rows.append([heading, *cells])

    items = [budget_items for _, budget_items in columns]
    for item in PARTICIPANT_ITEMS:
        if any(abs(column[item]) >= HALF_A_CENT for column in items):
            heading = language.heading("category", item.name)
            row(f"  {heading}", [float(column[item]) for column in items])
    nets = [float(column[list(PARTICIPANT_ITEMS)].sum()) for column in items]
    row(language.text("net_income.net"), nets)
    rent = cases[0].budget.circumstances.rent_eur_month
    if rent > 0.0:
        row(language.text("net_income.after_rent"), [net - rent for net in nets])
    row(
        language.text("net_income.employer_cost"),
        [float(column[[Item.gross_wage, *EMPLOYER_ITEMS]].sum()) for column in items],
    )
    rows += _rates(cases, columns, language)
    return rows


def _columns(
    cases: Sequence[Case], language: Language
) -> Iterator[tuple[str, np.ndarray[Any, np.dtype[np.float64]]]]:
    """Heading and items of each column; without work once for each law."""
    shown = None
    for case in cases:
        budget = case.budget
        if budget.on != shown:
            shown = budget.on
            yield language.text("net_income.without_work"), budget.without_work
        if budget.circumstances.gross_wage_eur_month > 0.0:
            yield case.label, budget.items


def _rates(
    cases: Sequence[Case], columns: Sequence[tuple[str, Any]], language: Language
) -> list[list[str]]:
    """What is kept of the pay, and the two tax rates, under the columns with pay."""
    at_work = iter(case.budget for case in cases if case.budget.circumstances.gross_wage_eur_month)
    cells: list[tuple[str, str, str]] = []
    for label, _ in columns:
        if label == language.text("net_income.without_work"):
            cells.append(("", "", ""))
            continue
        pays = next(at_work).incentives
        kept = pays.net_income - pays.net_without_work
        assert pays.participation_tax_rate is not None
        cells.append(
            (
                language.number(kept, CENT, signed=True),
                language.percent(pays.participation_tax_rate),
                language.percent(pays.effective_marginal_tax_rate),
            )
        )
    names = ("kept", "participation_tax_rate", "effective_marginal_tax_rate")
    return [
        [language.text(f"net_income.{name}"), *(cell[place] for cell in cells)]
        for place, name in enumerate(names)
        if any(cell[place] for cell in cells)
    ]


def _gains(budget: PersonalBudget, language: Language) -> list[list[str]]:
    gains = gains_by_payer(budget)
    rows = [[language.text("net_income.gains"), language.text("net_income.eur_month")]]
    for payer, gain in sorted(gains.items(), key=lambda entry: -entry[1]):
        if abs(gain) >= HALF_A_CENT:
            name = language.heading("payer", payer)
            rows.append([f"  {name}", language.number(gain, CENT, signed=True)])
    return rows


def _cliff_lines(found: Sequence[Cliff], language: Language) -> str:
    lines = [language.text("net_income.cliffs.heading")]
    for cliff in found:
        what = language.listing([language.name("category", item) for item in cliff.items])
        again = (
            "net_income.cliffs.never" if cliff.regained_at is None else "net_income.cliffs.again"
        )
        lines.append(
            wrapped(
                "  "
                + language.text(
                    "net_income.cliffs.line",
                    wage=language.number(cliff.wage, CENT),
                    loss=language.number(cliff.loss, 1),
                    what=what,
                    again=language.text(
                        again,
                        wage=language.number(cliff.regained_at or 0.0, 1),
                    ),
                )
            )
        )
    return "\n".join(lines)


def notes_of(budget: PersonalBudget, assistance: float, language: Language) -> tuple[str, ...]:
    """What a reader has to know beside the numbers, in the order of weight.

    ``assistance`` is the basic social assistance that is not claimed here but would be due.
    """
    circumstances, status = budget.circumstances, budget.circumstances.status
    wage, items = circumstances.gross_wage_eur_month, budget.items

    def note(name: str, **values: object) -> str:
        return language.text(f"net_income.note.{name}", **values)

    notes = []
    pensions = [Item.national_pension, Item.guarantee_pension, Item.earnings_related_pension]
    lost = budget.without_work[pensions].sum() - items[pensions].sum()
    if status in PENSION_STATUSES and wage > 0.0 and lost > HALF_A_CENT:
        ended = circumstances.months_in_work > budget.law.pensions.suspension_longest_months
        notes.append(note("pension_ended" if ended else "pension_suspended"))
    if assistance > HALF_A_CENT:
        notes.append(note("assistance", amount=language.number(assistance, CENT)))
    needs_earlier_wage = (
        BenefitStatus.earnings_related_unemployment,
        BenefitStatus.sickness_allowance,
        BenefitStatus.partial_sickness_allowance,
        BenefitStatus.rehabilitation_allowance,
        BenefitStatus.young_persons_rehabilitation_allowance,
    )
    unknown = circumstances.earlier_wage_eur_month == 0.0
    if unknown and status in needs_earlier_wage:
        notes.append(note("no_earlier_wage"))
    unknown &= circumstances.personal_earnings_limit_eur_month == 0.0
    has_pension = circumstances.earnings_related_pension_eur_month > 0.0
    if unknown and has_pension and status in PENSION_STATUSES:
        limit = language.number(budget.law.pensions.earnings_limit, CENT)
        notes.append(note("no_personal_limit", limit=limit))
    if status in UNEMPLOYMENT_STATUSES and wage > 0.0:
        notes.append(note("part_time"))
    if status in FULL_PENSION_STATUSES and circumstances.months_in_work < 3 and wage > 0.0:
        notes.append(note("short_job"))
    return tuple(notes)
