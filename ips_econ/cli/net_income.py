"""``ips-econ net-income``: what one person keeps, and who pays and gains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ips_econ.cli.option_types import AMOUNT, DAY
from ips_econ.cli.person import DEFAULT_GROUP, circumstances_of, in_options, person_options
from ips_econ.errors import InputError
from ips_econ.units import WEEKS_PER_MONTH

if TYPE_CHECKING:
    from ips_econ.language import Language
    from ips_econ.parameters.library import ParameterLibrary
    from ips_econ.report.budget_text import Case
    from ips_econ.tax_benefit.incentives import Falls
    from ips_econ.tax_benefit.municipalities import Municipality
    from ips_econ.tax_benefit.personal_budget import PersonalBudget

DEFAULT_OUT = Path("outputs") / "net-income"
LARGEST_HOURLY_WAGE = 400.0


@click.command("net-income")
@click.option("--gross", type=AMOUNT, metavar="EUR", help="Gross pay a month; default 0.")
@click.option("--hours", metavar="H[,H...]", help="Hours a week in place of --gross: 10,15,20.")
@click.option("--hourly-wage", type=AMOUNT, metavar="EUR", help="Gross pay an hour, with --hours.")
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
    """Print one budget or several side by side, one table for each date."""
    if options["out"] is not None:
        raise InputError("--out is where --curve writes; give both or neither", key="--out")
    days = list(_days(library, language, options))
    if options["as_json"]:
        from ips_econ.report.budget_json import budget_json

        _print_json([budget_json(case.budget) for cases in days for case in cases])
        return
    _print_text([(cases, _falls(cases)) for cases in days], language)


def _curve(library: ParameterLibrary, language: Language, options: dict[str, Any]) -> None:
    """Write the curve of each date and print its budget."""
    from ips_econ.report.budget_curve import cliffs_csv, curve_chart, curve_json
    from ips_econ.tax_benefit.incentives import curve_wages, wage_curve

    days = [(cases, _falls(cases)) for cases in _days(library, language, options)]
    curves = [
        wage_curve(cases[0].budget.law, cases[0].budget.circumstances, curve_wages())
        for cases, _ in days
    ]
    if options["as_json"]:
        _print_json(
            [
                {"date": cases[0].budget.on.isoformat(), **curve_json(curve, falls)}
                for (cases, falls), curve in zip(days, curves, strict=True)
            ]
        )
        return
    from ips_econ.report.drawn_charts import chart_files, draw_charts
    from ips_econ.run_directory import write_files

    out, written = options["out"] or DEFAULT_OUT, []
    for (cases, falls), curve in zip(days, curves, strict=True):
        budget = cases[0].budget
        chart = curve_chart(budget, curve, falls, language)
        files = chart_files(draw_charts([chart], language), language)
        files["cliffs.csv"] = cliffs_csv(falls.cliffs)
        place = out if len(days) == 1 else out / budget.on.isoformat()
        write_files(place, files)
        written += [place / name for name in files if name.startswith(("curve", "cliffs"))]
    _print_text(days, language)
    click.echo("\n" + "\n".join(str(path) for path in written))


def _print_text(days: Sequence[tuple[Sequence[Case], Falls]], language: Language) -> None:
    from ips_econ.report.budget_text import budget_text, comparison_text

    blocks = [budget_text(cases, falls, language) for cases, falls in days]
    if len(days) > 1:
        blocks.append(comparison_text([cases for cases, _ in days], language))
    click.echo("\n\n".join(blocks))


def _falls(cases: Sequence[Case]) -> Falls:
    from ips_econ.tax_benefit.incentives import falls

    return falls(cases[0].budget.law, cases[0].budget.circumstances)


def _print_json(answers: list[dict[str, Any]]) -> None:
    from ips_econ.file_formats import json_bytes

    told = answers[0] if len(answers) == 1 else {"cases": answers}
    click.echo(json_bytes(told).decode("utf-8"), nl=False)


def _days(
    library: ParameterLibrary, language: Language, options: dict[str, Any]
) -> Iterator[list[Case]]:
    """The cases of each date: one for each column of pay."""
    wages = _wages(options, language)
    days = [(options["on"] or date.today(), "--date")]
    days += [(day, "--compare-date") for day in options["compare_date"]]
    for on, option in days:
        try:
            yield [_case(library, language, options, on, *wage) for wage in wages]
        except InputError as error:
            problems = [
                replace(problem, key=option) if problem.key == "policy_date" else problem
                for problem in error.problems
            ]
            raise InputError(problems) from None


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
    if not 0.0 <= hourly <= LARGEST_HOURLY_WAGE:
        allowed = f"0 to {LARGEST_HOURLY_WAGE:g} (EUR an hour)"
        raise InputError("is no pay an hour", key="--hourly-wage", found=hourly, allowed=allowed)
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
    from ips_econ.tax_benefit.circumstances import in_force, status_named
    from ips_econ.tax_benefit.incentives import without_work
    from ips_econ.tax_benefit.law import load_law
    from ips_econ.tax_benefit.municipalities import municipality_named
    from ips_econ.tax_benefit.personal_budget import personal_budget, unclaimed_assistance

    law = load_law(library, on, options["reform"])
    name = options["municipality"]
    place = municipality_named(library, name, on) if name else None
    circumstances = circumstances_of(library, options, on, wage, place)
    asked = status_named(options["benefit"])
    if options["compare_date"]:
        circumstances = circumstances._replace(status=in_force(law, asked).value)
    budget = personal_budget(library, on, circumstances, options["reform"])
    notes = [*notes_of(budget, language), *_notes_on_place(options, budget, place, language)]
    if circumstances.status != asked:
        notes.insert(0, language.text("net_income.note.renamed_benefit"))
    return Case(
        label,
        budget,
        unclaimed_assistance(law, circumstances),
        unclaimed_assistance(law, without_work(law, circumstances)),
        place.name if place else None,
        tuple(notes),
    )


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
