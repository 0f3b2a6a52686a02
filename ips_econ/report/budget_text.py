"""Budgets of one person side by side as text, with the cliffs and what a reader has to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ips_econ.language import Language
from ips_econ.report.plain_text import aligned, plain, wrapped
from ips_econ.tax_benefit.circumstances import (
    FULL_PENSION_STATUSES,
    PENSION_STATUSES,
    UNEMPLOYMENT_STATUSES,
    BenefitStatus,
    under_18,
)
from ips_econ.tax_benefit.incentives import Falls
from ips_econ.tax_benefit.items import PARTICIPANT_ITEMS, Item
from ips_econ.tax_benefit.law import NO_REFORM
from ips_econ.tax_benefit.pensions import longest_months_over_limit
from ips_econ.tax_benefit.personal_budget import PersonalBudget, gains_by_payer

CENT = 0.01
HALF_A_CENT = 0.005
CASES_IN_A_TABLE = 3
"""Columns of pay that fit beside the column without the job in 80 characters."""

NOTHING_BESIDE_PAY = (BenefitStatus.sickness_allowance, BenefitStatus.rehabilitation_allowance)
MINIMUM_WITHOUT_EARLIER_WAGE = (
    *NOTHING_BESIDE_PAY,
    BenefitStatus.earnings_related_unemployment,
    BenefitStatus.partial_sickness_allowance,
    BenefitStatus.young_persons_rehabilitation_allowance,
)


@dataclass(frozen=True)
class Case:
    """One column of a table: its heading, the answer, and what to know beside it.

    ``assistance`` and ``assistance_without_work`` are the basic social assistance that is not
    claimed but would be due with and without the job, EUR/month; ``place`` the municipality.
    """

    label: str
    budget: PersonalBudget
    assistance: float = 0.0
    assistance_without_work: float = 0.0
    place: str | None = None
    notes: tuple[str, ...] = ()


def budget_text(cases: Sequence[Case], falls: Falls, language: Language) -> str:
    """Budgets under the law of one day side by side, after the same person without the job."""
    at_work = [case for case in cases if case.budget.circumstances.gross_wage_eur_month > 0.0]
    shown = at_work or list(cases)
    parts = [shown[i : i + CASES_IN_A_TABLE] for i in range(0, len(shown), CASES_IN_A_TABLE)]
    blocks = [
        wrapped(_title(cases[0], language)) + "\n" + wrapped(_person(cases[0], language)),
        *(aligned(_table(part, language)) for part in parts),
        *(aligned(_gains(part, language)) for part in parts if at_work),
        _falls(falls, language),
        _notes(cases, language),
    ]
    return plain("\n\n".join(filter(None, blocks)))


def comparison_text(days: Sequence[Sequence[Case]], language: Language) -> str:
    """Net income of the same columns under the laws of several days, and what changes."""
    head = [
        language.text("net_income.compared"),
        *(language.date(day[0].budget.on) for day in days),
    ]
    rows = [[*head, language.text("net_income.change")] if len(days) == 2 else head]
    first = [day[0].budget.incentives.net_without_work for day in days]
    lines = [(language.text("net_income.without_work"), first)]
    for column in zip(*days, strict=True):
        if column[0].budget.circumstances.gross_wage_eur_month > 0.0:
            nets = [case.budget.incentives.net_income for case in column]
            lines.append((column[0].label, nets))
    for label, nets in lines:
        cells = [language.number(net, CENT) for net in nets]
        if len(days) == 2:
            cells.append(language.number(nets[1] - nets[0], CENT, signed=True))
        rows.append([f"  {label}", *cells])
    return plain(aligned(rows))


def _title(case: Case, language: Language) -> str:
    status = BenefitStatus(case.budget.circumstances.status).name
    return language.text(
        "net_income.title",
        benefit=language.heading("benefit_status", status),
        law=language.law(case.budget.on, case.budget.reform),
    )


def _person(case: Case, language: Language) -> str:
    """Whom the page is about: the facts that move the numbers, on one line."""
    person = case.budget.circumstances

    def fact(name: str, **values: object) -> str:
        return language.text(f"net_income.person.{name}", **values)

    def euros(amount: float) -> str:
        return language.number(amount, CENT)

    facts = [case.place] if case.place else []
    facts.append(fact("rent", amount=euros(person.rent_eur_month)))
    facts.append(fact("tax", rate=language.percent(person.municipal_tax_share, CENT)))
    pensioners = person.status in FULL_PENSION_STATUSES and under_18(person.children) == 0
    group = person.pensioners_municipality_group if pensioners else person.municipality_group
    facts.append(fact("group", group=group))
    if person.church_tax_share > 0.0:
        facts.append(fact("church", rate=language.percent(person.church_tax_share, CENT)))
    if person.has_partner:
        facts.append(fact("partner", amount=euros(person.partner_wage_eur_month)))
    if under_18(person.children) > 0:
        facts.append(fact("children", number=under_18(person.children)))
    for name, amount in (
        ("pension", person.earnings_related_pension_eur_month),
        ("earlier_wage", person.earlier_wage_eur_month),
        ("assets", person.assets_eur),
    ):
        if amount > 0.0:
            facts.append(fact(name, amount=euros(amount)))
    return ", ".join(facts)


def _table(cases: Sequence[Case], language: Language) -> list[list[str]]:
    """Rows of one table: the person without the job, then each case with pay."""
    first = cases[0].budget
    at_work = [case for case in cases if case.budget.circumstances.gross_wage_eur_month > 0.0]
    columns = [first.without_work, *(case.budget.items for case in at_work)]
    labels = [language.text("net_income.without_work"), *(case.label for case in at_work)]
    rows = [[language.text("net_income.eur_month"), *labels]]

    def row(heading: str, values: Sequence[float]) -> None:
        rows.append([heading, *(language.number(value, CENT) for value in values)])

    for item in PARTICIPANT_ITEMS:
        if any(abs(column[item]) >= HALF_A_CENT for column in columns):
            heading = language.heading("category", item.name)
            row(f"  {heading}", [float(column[item]) for column in columns])
    nets = [float(column[list(PARTICIPANT_ITEMS)].sum()) for column in columns]
    row(language.text("net_income.net"), nets)
    rent = first.circumstances.rent_eur_month
    if rent > 0.0:
        row(language.text("net_income.after_rent"), [net - rent for net in nets])
    if not at_work:
        return rows
    row(
        language.text("net_income.employer_cost"), [0.0, *(c.budget.employer_cost for c in at_work)]
    )
    pays = [case.budget.incentives for case in at_work]
    kept = [work.net_income - work.net_without_work for work in pays]
    rates = (
        ("kept", [language.number(value, CENT, signed=True) for value in kept]),
        (
            "participation_tax_rate",
            [language.percent(work.participation_tax_rate or 0.0) for work in pays],
        ),
        (
            "effective_marginal_tax_rate",
            [language.percent(work.effective_marginal_tax_rate) for work in pays],
        ),
    )
    rows += [[language.text(f"net_income.{name}"), "", *cells] for name, cells in rates]
    return rows


def _gains(cases: Sequence[Case], language: Language) -> list[list[str]]:
    """What each payer gains a month when the person takes the job, the largest gain first."""
    gains = [gains_by_payer(case.budget) for case in cases]
    payers = dict.fromkeys(payer for case in gains for payer in case)
    rows = [[language.text("net_income.gains"), *(case.label for case in cases)]]
    for payer in sorted(payers, key=lambda payer: -gains[0].get(payer, 0.0)):
        amounts = [case.get(payer, 0.0) for case in gains]
        if max(map(abs, amounts)) >= HALF_A_CENT:
            cells = (language.number(amount, CENT, signed=True) for amount in amounts)
            rows.append([f"  {language.heading('payer', payer)}", *cells])
    return rows


def _notes(cases: Sequence[Case], language: Language) -> str:
    """Notes, each with the columns it belongs to where it does not belong to all."""
    columns: dict[str, list[str]] = {}
    for case in cases:
        for note in case.notes:
            columns.setdefault(note, []).append(case.label)
    labelled = [
        note if len(labels) == len(cases) else f"{language.listing(labels)}: {note}"
        for note, labels in columns.items()
    ]
    always = ("twelve_months", "not_advice")
    notes = [
        *_assistance(cases, language),
        *labelled,
        *(language.text(f"net_income.note.{name}") for name in always),
    ]
    return "\n".join(wrapped(f"* {note}") for note in notes)


def _assistance(cases: Sequence[Case], language: Language) -> list[str]:
    """Basic social assistance that is not claimed, for every column in one sentence."""
    without = (language.text("net_income.without_work"), cases[0].assistance_without_work)
    amounts = [without]
    for case in cases:
        if case.budget.circumstances.gross_wage_eur_month > 0.0:
            amounts.append((case.label, case.assistance))
    if max(amount for _, amount in amounts) < HALF_A_CENT:
        return []
    told = [f"{label} {language.number(amount, CENT)}" for label, amount in amounts]
    return [language.text("net_income.note.assistance", amounts=", ".join(told))]


def _falls(falls: Falls, language: Language) -> str:
    """Where more pay lowers net income: at a step, or over a range."""
    lines = []
    for cliff in falls.cliffs:
        names = dict.fromkeys(language.name("category", item) for item in cliff.items)
        key = "never" if cliff.regained_at is None else "again"
        again = language.text(
            f"net_income.cliffs.{key}", wage=language.number(cliff.regained_at or 0.0, 1)
        )
        lines.append(
            language.text(
                "net_income.cliffs.line",
                wage=language.number(cliff.wage, CENT),
                loss=language.number(cliff.loss, 1),
                what=language.listing(list(names)),
                again=again,
            )
        )
    for slope in falls.slopes:
        lines.append(
            language.text(
                "net_income.cliffs.slope",
                first=language.number(slope.first_wage, 1),
                last=language.number(slope.last_wage, 1),
                loss=language.number(slope.loss, 1),
            )
        )
    if not lines:
        return ""
    heading = language.text("net_income.cliffs.heading")
    return "\n".join([heading, *(wrapped(f"  {line}") for line in lines)])


def notes_of(budget: PersonalBudget, language: Language) -> tuple[str, ...]:
    """What a reader has to know beside the numbers of one budget, in the order of weight."""
    person, status = budget.circumstances, budget.circumstances.status
    wage, items = person.gross_wage_eur_month, budget.items
    limit = language.number(budget.law.pensions.earnings_limit, CENT)
    pensions = [Item.national_pension, Item.guarantee_pension, Item.earnings_related_pension]
    lost = budget.without_work[pensions].sum() - items[pensions].sum()
    over = status in PENSION_STATUSES and wage > 0.0 and lost > HALF_A_CENT
    reform = budget.reform != NO_REFORM
    ended = person.months_in_work > longest_months_over_limit(budget.law.pensions)
    unknown = person.earlier_wage_eur_month == 0.0
    no_limit = unknown and person.personal_earnings_limit_eur_month == 0.0
    pension = person.earnings_related_pension_eur_month > 0.0
    is_short = person.months_in_work < budget.law.pensions.suspension_shortest_months
    sick = status in MINIMUM_WITHOUT_EARLIER_WAGE
    partial = status == BenefitStatus.partial_sickness_allowance
    due = {
        "flexible": over and reform and not ended,
        "pension_ended": over and ended,
        "pension_suspended": over and not ended and not reform,
        "no_care_allowance": over and not reform and person.care_allowance == 0,
        "no_allowance_beside_pay": status in NOTHING_BESIDE_PAY and wage > 0.0,
        "partial_sickness": partial and wage > 0.0 and not unknown,
        "no_earlier_wage": unknown and sick,
        "no_personal_limit": no_limit and pension and status in PENSION_STATUSES,
        "part_time": status in UNEMPLOYMENT_STATUSES and wage > 0.0,
        "short_job": status in FULL_PENSION_STATUSES and is_short and wage > 0.0,
    }
    names = [name for name, is_due in due.items() if is_due]
    return tuple(language.text(f"net_income.note.{name}", limit=limit) for name in names)
