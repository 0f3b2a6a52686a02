"""``ips-econ net-income``: what one person keeps, and who pays and gains."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ips_econ.cli.person import DEFAULT_GROUP, circumstances_of, in_options, person_options
from ips_econ.errors import InputError, RunError
from ips_econ.units import WEEKS_PER_MONTH

if TYPE_CHECKING:
    from ips_econ.language import Language
    from ips_econ.parameters.library import ParameterLibrary
    from ips_econ.report.budget_text import Case
    from ips_econ.tax_benefit.municipalities import Municipality
    from ips_econ.tax_benefit.personal_budget import PersonalBudget

DAY = click.DateTime(["%Y-%m-%d"])
DEFAULT_OUT = Path("outputs") / "net-income"


@click.command("net-income")
@click.option("--gross", type=float, metavar="EUR", help="Gross pay a month; default 0.")
@click.option("--hours", metavar="H[,H...]", help="Hours a week in place of --gross: 10,15,20.")
@click.option("--hourly-wage", type=float, metavar="EUR", help="Gross pay an hour, with --hours.")
@person_options
@click.option(
    "--date", "on", type=DAY, metavar="YYYY-MM-DD", help="Day whose law applies; default today."
)
@click.option(
    "--compare-date",
    type=DAY,
    metavar="YYYY-MM-DD",
    multiple=True,
    help="Another day beside it; repeatable.",
)
@click.option(
    "--reform",
    default="none",
    metavar="NAME",
    help="Proposed law: flexible_disability_pension_2028.",
)
@click.option("--curve", is_flag=True, help="The whole range of pay: chart, CSV and cliffs.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where --curve writes; default outputs/net-income/.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
@click.option("--lang", default="en", metavar="fi|en", help="Language of table and chart.")
def net_income(**options: Any) -> None:
    """One person's month: pay, taxes, benefits, and who pays each of them.

    With --hours several working times stand side by side. What is lost and gained is measured
    against the same person without the job.

    \b
    Benefits (--benefit):
      none, labour_market_subsidy, basic_unemployment_allowance, general_support,
      earnings_related_unemployment, sickness_allowance, partial_sickness_allowance,
      rehabilitation_allowance, young_persons_rehabilitation_allowance,
      national_disability_pension, earnings_related_disability_pension,
      partial_disability_pension, rehabilitation_subsidy,
      suspended_disability_pension, social_assistance, student

    \b
    Examples:
      ips-econ net-income --benefit general_support --rent 550 --hours 10,15,20 \\
          --hourly-wage 13 --municipality Kajaani
      ips-econ net-income --benefit national_disability_pension --rent 550 --curve
    """
    from ips_econ.language import load_language
    from ips_econ.parameters.library import load_library

    language, library = load_language(options["lang"]), load_library()
    try:
        if options["curve"]:
            _curve(library, language, options)
        else:
            _budgets(library, language, options)
    except InputError as error:
        raise in_options(error) from None


def _budgets(library: ParameterLibrary, language: Language, options: dict[str, Any]) -> None:
    """Print one budget or several side by side."""
    cases = [
        _case(library, language, options, on, wage, label)
        for on in _dates(options)
        for wage, label in _wages(options, language)
    ]
    if options["as_json"]:
        from ips_econ.report.budget_json import budget_json

        answers = [budget_json(case.budget) for case in cases]
        _print_json(answers[0] if len(answers) == 1 else {"cases": answers})
        return
    from ips_econ.report.budget_text import budget_text
    from ips_econ.tax_benefit.incentives import cliffs

    first = cases[0].budget
    found = cliffs(first.law, first.circumstances) if len(_dates(options)) == 1 else ()
    click.echo(budget_text(cases, found, language))


def _curve(library: ParameterLibrary, language: Language, options: dict[str, Any]) -> None:
    """Write the curve of each date and print its cliffs."""
    import numpy as np

    from ips_econ.report.budget_curve import cliffs_csv, curve_chart, curve_json
    from ips_econ.report.budget_text import budget_text
    from ips_econ.tax_benefit import incentives

    steps = round(incentives.CURVE_LARGEST_EUR_MONTH / incentives.CURVE_STEP_EUR_MONTH)
    wages = np.arange(steps + 1) * incentives.CURVE_STEP_EUR_MONTH
    answers = []
    for on in _dates(options):
        case = _case(library, language, options, on, options["gross"] or 0.0, "")
        budget = case.budget
        curve = incentives.wage_curve(budget.law, budget.circumstances, wages)
        found = incentives.cliffs(budget.law, budget.circumstances)
        answers.append({"date": on.isoformat(), **curve_json(curve, found)})
        if options["as_json"]:
            continue
        from ips_econ.report.drawn_charts import chart_files, draw_charts

        chart = curve_chart(budget, curve, found, language)
        files = chart_files(draw_charts([chart], language), language)
        files["cliffs.csv"] = cliffs_csv(found)
        out = options["out"] or DEFAULT_OUT
        place = out if len(_dates(options)) == 1 else out / on.isoformat()
        _write(place, files)
        click.echo(budget_text([case], found, language))
        click.echo(f"\n{place / 'curve.html'}\n{place / 'curve.csv'}")
    if options["as_json"]:
        _print_json(answers[0] if len(answers) == 1 else {"cases": answers})


def _write(place: Path, files: dict[str, bytes]) -> None:
    from ips_econ.run_directory import RunDirectory

    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"{place} cannot be a directory ({reason}); choose another with --out"
        raise RunError(message) from None
    directory = RunDirectory(place, place, "")
    for name, data in files.items():
        directory.write_bytes(name, data)


def _print_json(value: object) -> None:
    from ips_econ.file_formats import json_bytes

    click.echo(json_bytes(value).decode("utf-8"), nl=False)


def _dates(options: dict[str, Any]) -> list[date]:
    first = options["on"] or datetime.today()
    return [day.date() for day in (first, *options["compare_date"])]


def _wages(options: dict[str, Any], language: Language) -> list[tuple[float, str]]:
    """Gross pay a month and heading of each column.

    Raises
    ------
    InputError
        If hours, hourly wage and monthly pay do not fit together.
    """
    hours, hourly = options["hours"], options["hourly_wage"]
    if hours is None and hourly is None:
        return [(options["gross"] or 0.0, language.text("net_income.at_work"))]
    if options["gross"] is not None:
        raise InputError("give either --gross or --hours with --hourly-wage", key="--gross")
    if hours is None or hourly is None:
        missing = "--hours" if hours is None else "--hourly-wage"
        raise InputError("--hours and --hourly-wage go together", key=missing)
    columns = []
    for text in hours.split(","):
        try:
            week = float(text)
        except ValueError:
            week = -1.0
        if not 0.0 <= week <= 60.0:
            raise InputError(
                "is not a number of hours a week", key="--hours", found=text, allowed="0 to 60"
            )
        label = language.text("net_income.hours", hours=f"{week:g}")
        columns.append((round(week * hourly * WEEKS_PER_MONTH, 2), label))
    return columns


def _case(
    library: ParameterLibrary,
    language: Language,
    options: dict[str, Any],
    on: date,
    wage: float,
    label: str,
) -> Case:
    """One budget with what to know beside it."""
    from ips_econ.report.budget_text import Case, notes_of
    from ips_econ.tax_benefit.municipalities import municipality_named
    from ips_econ.tax_benefit.personal_budget import personal_budget

    name = options["municipality"]
    place = municipality_named(library, name, on) if name else None
    circumstances = circumstances_of(library, options, on, wage, place)
    budget = personal_budget(library, on, circumstances, options["reform"])
    notes = notes_of(budget, _unclaimed_assistance(budget), language)
    several = len(options["compare_date"]) > 0
    return Case(
        f"{label} {on.isoformat()}" if several else label,
        budget,
        (*notes, *_notes_on_place(options, budget, place, language)),
    )


def _unclaimed_assistance(budget: PersonalBudget) -> float:
    """Basic social assistance that would be due if it were claimed, EUR/month."""
    from ips_econ.tax_benefit.items import Item
    from ips_econ.tax_benefit.net_income import budget as budget_of

    if budget.circumstances.claims_social_assistance:
        return 0.0
    claiming = budget.circumstances._replace(claims_social_assistance=True)
    item = Item.social_assistance
    return float(budget_of(budget.law, claiming)[item] - budget.items[item])


def _notes_on_place(
    options: dict[str, Any], budget: PersonalBudget, place: Municipality | None, language: Language
) -> list[str]:
    rate = language.percent(budget.circumstances.municipal_tax_share, 0.01)
    if place is None:
        notes = []
        if options["municipal_tax"] is None:
            notes.append(language.text("net_income.note.average_tax", rate=rate))
        if options["municipality_group"] is None and options["rent"] > 0.0:
            notes.append(language.text("net_income.note.default_group", group=DEFAULT_GROUP))
        return notes
    notes = []
    if place.tax_is_average and options["municipal_tax"] is None:
        notes.append(language.text("net_income.note.unknown_tax", name=place.name, rate=rate))
    limit = budget.circumstances.social_assistance_rent_limit_eur_month
    if options["social_assistance"] and limit == float("inf"):
        notes.append(language.text("net_income.note.unknown_rent_limit", name=place.name))
    return notes
