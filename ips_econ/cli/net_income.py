"""``ips-econ net-income``: what one person keeps, and who pays and gains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ips_econ.errors import InputError, Problem
from ips_econ.units import WEEKS_PER_MONTH

if TYPE_CHECKING:
    from ips_econ.language import Language
    from ips_econ.parameters.library import ParameterLibrary
    from ips_econ.report.budget_text import Case
    from ips_econ.tax_benefit.circumstances import Circumstances
    from ips_econ.tax_benefit.municipalities import Municipality
    from ips_econ.tax_benefit.personal_budget import PersonalBudget

DAY = click.DateTime(["%Y-%m-%d"])
TIERS = {"none": 0, "basic": 1, "middle": 2, "highest": 3}
EMPLOYERS = {"average": 0, "small": 1, "local_government": 2, "state": 3}
DEFAULT_GROUP = 2
DEFAULT_OUT = Path("outputs") / "net-income"

OPTION_OF = {
    "status": "--benefit",
    "benefit": "--benefit",
    "policy_date": "--date",
    "reform": "--reform",
    "gross_wage_eur_month": "--gross",
    "age": "--age",
    "rent_eur_month": "--rent",
    "municipal_tax_share": "--municipal-tax",
    "church_tax_share": "--church-tax",
    "municipality_group": "--municipality-group",
    "earnings_related_pension_eur_month": "--pension",
    "personal_earnings_limit_eur_month": "--earnings-limit",
    "care_allowance": "--care-allowance",
    "assets_eur": "--assets",
    "months_in_work": "--months-in-work",
    "earlier_wage_eur_month": "--earlier-wage",
    "unemployment_days_paid": "--unemployment-days",
    "other_taxable_benefit_eur_month": "--other-taxable-benefit",
    "parents_income_eur_month": "--parents-income",
    "service_days_month": "--service-days",
    "partner_wage_eur_month": "--partner-wage",
    "children": "--child",
    "in_day_care": "--day-care",
}
"""The option behind each field of the circumstances, for messages."""


@click.command("net-income")
@click.option("--gross", type=float, metavar="EUR", help="Gross pay a month; default 0.")
@click.option("--hours", metavar="H[,H...]", help="Hours a week in place of --gross: 10,15,20.")
@click.option("--hourly-wage", type=float, metavar="EUR", help="Gross pay an hour, with --hours.")
@click.option("--benefit", default="none", metavar="STATUS", help="The benefit; see below.")
@click.option("--date", "on", type=DAY, metavar="YYYY-MM-DD", help="Day of the law; today.")
@click.option("--compare-date", type=DAY, metavar="YYYY-MM-DD", multiple=True, help="Another day.")
@click.option("--rent", default=0.0, metavar="EUR", help="Housing costs a month.")
@click.option("--municipality", metavar="NAME", help="Tax rate, group and rent limit of a place.")
@click.option("--municipality-group", type=int, metavar="1|2|3", help="Housing group; 2.")
@click.option("--municipal-tax", type=float, metavar="PCT", help="7.57 for 7.57 per cent.")
@click.option("--church-tax", type=float, metavar="PCT", help="Church tax; default none.")
@click.option("--church-member", is_flag=True, help="Church tax of the municipality's parish.")
@click.option("--pension", default=0.0, metavar="EUR", help="Earnings-related pension in payment.")
@click.option("--earlier-wage", default=0.0, metavar="EUR", help="Pay a month before the benefit.")
@click.option("--earnings-limit", default=0.0, metavar="EUR", help="Personal limit of a pension.")
@click.option("--other-taxable-benefit", default=0.0, metavar="EUR", help="Any other benefit.")
@click.option("--months-in-work", type=int, metavar="N", help="Length of the job; it lasts.")
@click.option("--first-month", is_flag=True, help="The waiting time falls in this month.")
@click.option("--employer", type=click.Choice(list(EMPLOYERS)), default="average", help="Kind.")
@click.option("--unemployment-days", default=0.0, metavar="N", help="Benefit days already paid.")
@click.option("--care-allowance", type=click.Choice(list(TIERS)), default="none", help="Tier.")
@click.option("--social-assistance", is_flag=True, help="Claim basic social assistance too.")
@click.option("--no-housing-allowance", is_flag=True, help="Claim no housing benefit.")
@click.option("--general-allowance-in-suspension", is_flag=True, help="Not the pensioners'.")
@click.option("--partner", is_flag=True, help="A partner in the household.")
@click.option("--partner-wage", type=float, metavar="EUR", help="The partner's gross pay.")
@click.option("--child", "ages", type=int, metavar="AGE", multiple=True, help="A child; repeat.")
@click.option("--day-care", default=0, metavar="N", help="Children in whole-day care.")
@click.option("--maintenance-support", is_flag=True, help="The other parent does not pay.")
@click.option("--parents-income", default=0.0, metavar="EUR", help="Lives with parents.")
@click.option("--service-days", default=0.0, metavar="N", help="Days a month in a service.")
@click.option("--assets", default=0.0, metavar="EUR", help="Available assets.")
@click.option("--age", default=40.0, metavar="YEARS", help="Age; default 40.")
@click.option("--reform", default="none", metavar="NAME", help="flexible_disability_pension_2028.")
@click.option("--curve", is_flag=True, help="The whole range of pay: chart, CSV and cliffs.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Where the curve goes.")
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
        raise _in_options(error) from None


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

    place.mkdir(parents=True, exist_ok=True)
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
    circumstances = _circumstances(library, options, on, wage, place)
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


def _circumstances(
    library: ParameterLibrary,
    options: dict[str, Any],
    on: date,
    wage: float,
    place: Municipality | None,
) -> Circumstances:
    """The person the options describe.

    Raises
    ------
    InputError
        If an option cannot be used, or two do not fit together.
    """
    from ips_econ.tax_benefit.circumstances import (
        FULL_PENSION_STATUSES,
        LASTING_JOB_MONTHS,
        Circumstances,
        children_of_ages,
        status_named,
    )

    status = status_named(options["benefit"])
    ages = options["ages"]
    group, limit = options["municipality_group"] or DEFAULT_GROUP, None
    if place is not None:
        pensioner = status in FULL_PENSION_STATUSES and not ages
        own = place.pensioners_housing_group if pensioner else place.housing_group
        group = options["municipality_group"] or own
        limit = place.rent_limit(1 + int(options["partner"]) + len(ages))
    months = options["months_in_work"]
    return Circumstances(
        status=status.value,
        gross_wage_eur_month=wage,
        age=options["age"],
        rent_eur_month=options["rent"],
        municipal_tax_share=_municipal_tax(library, options, on, place),
        church_tax_share=_church_tax(options, place),
        municipality_group=group,
        earnings_related_pension_eur_month=options["pension"],
        personal_earnings_limit_eur_month=options["earnings_limit"],
        claims_housing_allowance=not options["no_housing_allowance"],
        claims_social_assistance=options["social_assistance"],
        care_allowance=TIERS[options["care_allowance"]],
        months_in_work=LASTING_JOB_MONTHS if months is None else months,
        pensioners_housing_allowance_in_suspension=not options["general_allowance_in_suspension"],
        assets_eur=options["assets"],
        social_assistance_rent_limit_eur_month=float("inf") if limit is None else limit,
        earlier_wage_eur_month=options["earlier_wage"],
        unemployment_days_paid=options["unemployment_days"],
        other_taxable_benefit_eur_month=options["other_taxable_benefit"],
        parents_income_eur_month=options["parents_income"],
        service_days_month=options["service_days"],
        has_partner=options["partner"] or options["partner_wage"] is not None,
        partner_wage_eur_month=options["partner_wage"] or 0.0,
        children=children_of_ages(ages, options["day_care"]),
        receives_maintenance_support=options["maintenance_support"],
        employer=EMPLOYERS[options["employer"]],
        first_month_of_unemployment=options["first_month"],
    )


def _municipal_tax(
    library: ParameterLibrary, options: dict[str, Any], on: date, place: Municipality | None
) -> float:
    if options["municipal_tax"] is not None:
        return _percent("--municipal-tax", options["municipal_tax"], 20.0)
    if place is not None:
        return place.tax_share
    from ips_econ.tax_benefit.law import load_law

    return load_law(library, on).taxation.average_municipal_tax_share


def _church_tax(options: dict[str, Any], place: Municipality | None) -> float:
    if options["church_tax"] is not None:
        return _percent("--church-tax", options["church_tax"], 5.0)
    if not options["church_member"]:
        return 0.0
    if place is None or place.church_tax_share is None:
        raise InputError(
            "the parish's rate is not known; give it with --church-tax",
            key="--church-member",
            allowed="with --municipality, from 2025",
        )
    return place.church_tax_share


def _percent(option: str, value: float, largest: float) -> float:
    if not 0.0 <= value <= largest:
        raise InputError(
            "is out of range", key=option, found=value, allowed=f"0 to {largest:g} (per cent)"
        )
    return value / 100.0


def _in_options(error: InputError) -> InputError:
    """The same problems with the names of the options in place of the fields'."""

    def named(problem: Problem) -> Problem:
        return replace(problem, key=OPTION_OF.get(problem.key or "", problem.key))

    return InputError([named(problem) for problem in error.problems])
