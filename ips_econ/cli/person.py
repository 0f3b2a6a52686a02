"""The options that describe one person, and the circumstances behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ips_econ.cli.option_types import AMOUNT
from ips_econ.errors import InputError, Problem

if TYPE_CHECKING:
    from ips_econ.parameters.library import ParameterLibrary
    from ips_econ.tax_benefit.circumstances import Circumstances
    from ips_econ.tax_benefit.municipalities import Municipality

Command = TypeVar("Command", bound=Callable[..., Any])

TIERS = {"none": 0, "basic": 1, "middle": 2, "highest": 3}
EMPLOYERS = {"average": 0, "small": 1, "local_government": 2, "state": 3}
DEFAULT_GROUP = 2

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
    "first_month_of_unemployment": "--first-month",
}
"""The option behind each field of the circumstances, for messages."""

PERSON = (
    click.option(
        "--benefit",
        default="none",
        metavar="STATUS",
        help="The benefit the person lives on (above).",
    ),
    click.option(
        "--rent",
        type=AMOUNT,
        default=0.0,
        metavar="EUR",
        help="Rent and other housing costs a month.",
    ),
    click.option(
        "--municipality",
        metavar="NAME",
        help="Home municipality: tax, housing group, accepted rent.",
    ),
    click.option(
        "--municipality-group",
        type=int,
        metavar="1|2|3",
        help="Group of the housing allowances; default 2.",
    ),
    click.option(
        "--municipal-tax", type=AMOUNT, metavar="PCT", help="Municipal tax, 7.57 for 7.57 per cent."
    ),
    click.option(
        "--church-tax", type=AMOUNT, metavar="PCT", help="Church tax in per cent; default none."
    ),
    click.option(
        "--church-member", is_flag=True, help="Church tax of the parish in --municipality."
    ),
    click.option(
        "--pension",
        type=AMOUNT,
        default=0.0,
        metavar="EUR",
        help="Earnings-related pension that is paid without work.",
    ),
    click.option(
        "--earlier-wage",
        type=AMOUNT,
        default=0.0,
        metavar="EUR",
        help="Gross pay a month before the benefit or pension.",
    ),
    click.option(
        "--earnings-limit",
        type=AMOUNT,
        default=0.0,
        metavar="EUR",
        help="Personal earnings limit of a pension, if known.",
    ),
    click.option(
        "--other-taxable-benefit",
        type=AMOUNT,
        default=0.0,
        metavar="EUR",
        help="Another taxable benefit a month.",
    ),
    click.option(
        "--months-in-work",
        type=int,
        metavar="N",
        help="Length of the job; default: it lasts, first year.",
    ),
    click.option(
        "--first-month",
        is_flag=True,
        help="The first month of unemployment, with its waiting time.",
    ),
    click.option(
        "--employer",
        type=click.Choice(list(EMPLOYERS)),
        default="average",
        help="Kind of employer; decides contributions.",
    ),
    click.option(
        "--unemployment-days",
        type=AMOUNT,
        default=0.0,
        metavar="N",
        help="Days of unemployment benefit already paid.",
    ),
    click.option(
        "--care-allowance",
        type=click.Choice(list(TIERS)),
        default="none",
        help="Tier of the care or disability allowance.",
    ),
    click.option("--social-assistance", is_flag=True, help="Claim basic social assistance too."),
    click.option("--no-housing-allowance", is_flag=True, help="Claim no housing benefit."),
    click.option(
        "--general-allowance-in-suspension",
        is_flag=True,
        help="General housing allowance while a pension rests.",
    ),
    click.option("--partner", is_flag=True, help="A partner without income in the household."),
    click.option(
        "--partner-wage", type=AMOUNT, metavar="EUR", help="A partner with this gross pay a month."
    ),
    click.option(
        "--child",
        "ages",
        type=int,
        metavar="AGE",
        multiple=True,
        help="Age of a child; once for each child.",
    ),
    click.option(
        "--day-care", default=0, metavar="N", help="How many children are in whole-day care."
    ),
    click.option(
        "--maintenance-support", is_flag=True, help="Maintenance support for the children."
    ),
    click.option(
        "--parents-income",
        type=AMOUNT,
        default=0.0,
        metavar="EUR",
        help="Lives with parents who earn this a month.",
    ),
    click.option(
        "--service-days",
        type=AMOUNT,
        default=0.0,
        metavar="N",
        help="Days a month in a service, for its allowance.",
    ),
    click.option(
        "--assets",
        type=AMOUNT,
        default=0.0,
        metavar="EUR",
        help="Available assets of the household.",
    ),
    click.option(
        "--age", type=AMOUNT, default=40.0, metavar="YEARS", help="Age of the person; default 40."
    ),
)


def person_options(command: Command) -> Command:
    """Give a command every option that describes a person."""
    for option in reversed(PERSON):
        command = option(command)
    return command


def circumstances_of(
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
        LASTING_JOB_MONTHS,
        Circumstances,
        adults,
        children_of_ages,
        status_named,
    )

    status = status_named(options["benefit"])
    ages, has_partner = options["ages"], options["partner"] or options["partner_wage"] is not None
    groups, limit = (DEFAULT_GROUP, DEFAULT_GROUP), None
    if place is not None:
        groups = (place.housing_group, place.pensioners_housing_group)
        limit = place.rent_limit(adults(has_partner) + len(ages))
    if options["municipality_group"] is not None:
        groups = (options["municipality_group"], options["municipality_group"])
    months = options["months_in_work"]
    return Circumstances(
        status=status.value,
        gross_wage_eur_month=wage,
        age=options["age"],
        rent_eur_month=options["rent"],
        municipal_tax_share=_municipal_tax(library, options, on, place),
        church_tax_share=_church_tax(options, place),
        municipality_group=groups[0],
        pensioners_municipality_group=groups[1],
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
        has_partner=has_partner,
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
        if 0.0 < options["municipal_tax"] < 1.0:
            raise InputError(
                "is a share; write it in per cent",
                key="--municipal-tax",
                found=options["municipal_tax"],
                nearest=f"{100.0 * options['municipal_tax']:g}",
            )
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


def in_options(error: InputError) -> InputError:
    """The same problems with the names of the options in place of the fields'."""

    def named(problem: Problem) -> Problem:
        return replace(problem, key=OPTION_OF.get(problem.key or "", problem.key))

    return InputError([named(problem) for problem in error.problems])
