"""The law of one date: dated parameters gathered into NamedTuples that compiled loops can read.

A new number is a new date in ``parameters/tax_benefit``; a new structure is a new function in the
file of its branch. What is not in force on a date (not yet begun, or ended) is zero in the law of
that date, and the rules that use it then give nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from ips_econ.errors import InputError, nearest_name
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.tax_benefit.contributions import ContributionLaw
from ips_econ.tax_benefit.families import FamilyLaw
from ips_econ.tax_benefit.housing import HousingLaw, PensionersHousingLaw
from ips_econ.tax_benefit.pensions import PensionLaw
from ips_econ.tax_benefit.sickness import SicknessLaw
from ips_econ.tax_benefit.social_assistance import SocialAssistanceLaw
from ips_econ.tax_benefit.student_aid import StudentAidLaw
from ips_econ.tax_benefit.taxation import TaxationLaw
from ips_econ.tax_benefit.unemployment import UnemploymentLaw

GROUP = "tax_benefit"
BRACKETS = 8
"""Length of the state scale; a fixed length lets every date share one compiled loop."""
SIZES_OF_HOUSEHOLD = ("one", "two", "three", "four", "further")
SIZES_OF_FAMILY = ("two", "three", "four", "five", "six")
ORDERS_OF_CHILD = ("first", "second", "third", "fourth", "further")

NO_REFORM = "none"
REFORMS = {
    "flexible_disability_pension_2028": (date(2028, 1, 1), "flexible_pension_"),
}
"""Named reforms: the day they are to begin and the prefix of their parameters. A reform is law
that is proposed; it is laid over the law of the chosen date, and is zero otherwise."""

TAXATION_UNITS = {
    "work_expense_deduction": "EUR/year",
    "earned_income_deduction_max": "EUR/year",
    "earned_income_deduction_from": "EUR/year",
    "earned_income_deduction_bend": "EUR/year",
    "earned_income_deduction_rate_1": "share",
    "earned_income_deduction_rate_2": "share",
    "earned_income_deduction_taper_from": "EUR/year",
    "earned_income_deduction_taper": "share",
    "work_credit_rate": "share",
    "work_credit_max": "EUR/year",
    "work_credit_taper_1_from": "EUR/year",
    "work_credit_taper_1": "share",
    "work_credit_taper_2_from": "EUR/year",
    "work_credit_taper_2": "share",
    "work_credit_child_increase": "EUR/year",
    "study_grant_deduction_max": "EUR/year",
    "study_grant_deduction_taper": "share",
    "basic_deduction_max": "EUR/year",
    "basic_deduction_taper": "share",
    "pension_deduction_full": "EUR/year",
    "pension_deduction_taper_1": "share",
    "pension_deduction_bend": "EUR/year",
    "pension_deduction_taper_2": "share",
    "pension_surtax_from": "EUR/year",
    "pension_surtax_rate": "share",
    "yle_tax_rate": "share",
    "yle_tax_from": "EUR/year",
    "yle_tax_max": "EUR/year",
    "average_municipal_tax_share": "share",
}
CONTRIBUTION_UNITS = {
    "employee_pension_share": "share",
    "employee_pension_raised_share": "share",
    "pension_raised_age_from": "years",
    "pension_raised_age_to": "years",
    "pension_wage_floor_eur_month": "EUR/month",
    "pension_age_from": "years",
    "pension_age_to": "years",
    "employee_unemployment_share": "share",
    "unemployment_age_from": "years",
    "unemployment_age_to": "years",
    "daily_allowance_share": "share",
    "daily_allowance_floor_eur_year": "EUR/year",
    "medical_care_wage_share": "share",
    "medical_care_benefit_share": "share",
    "employer_pension_share": "share",
    "employer_health_share": "share",
    "employer_unemployment_share": "share",
    "employer_unemployment_share_small": "share",
    "employer_pension_share_local_government": "share",
    "employer_pension_share_state": "share",
    "employer_accident_share": "share",
    "employer_group_life_share": "share",
}
PENSION_UNITS = {
    "national_pension_full_alone": "EUR/month",
    "national_pension_full_partner": "EUR/month",
    "national_pension_threshold_eur_year": "EUR/year",
    "national_pension_taper": "share",
    "national_pension_child_increase": "EUR/month",
    "smallest_payment": "EUR/month",
    "guarantee_pension_level": "EUR/month",
    "earnings_limit": "EUR/month",
    "personal_limit_share": "share",
    "partial_pension_limit_share": "share",
    "partial_pension_share": "share",
    "partial_pension_from_months": "months",
    "suspension_shortest_months": "months",
    "suspension_longest_months": "months",
    "care_allowance_basic": "EUR/month",
    "care_allowance_middle": "EUR/month",
    "care_allowance_highest": "EUR/month",
    "disability_allowance_basic": "EUR/month",
    "disability_allowance_middle": "EUR/month",
    "disability_allowance_highest": "EUR/month",
}
FLEXIBLE_PENSION_UNITS = {
    "flexible_pension_allowance": "factor",
    "flexible_pension_full_months": "months",
    "flexible_pension_longest_months": "months",
}
SICKNESS_UNITS = {
    "minimum_eur_day": "EUR/day",
    "paid_days_month": "days/month",
    "days_of_annual_income": "days",
    "wage_deduction_share": "share",
    "rate_1": "share",
    "bend_eur_year": "EUR/year",
    "rate_2": "share",
    "partial_share": "share",
    "partial_from": "share",
    "partial_to": "share",
    "young_person_wage_taper": "share",
    "longest_days": "days",
}
UNEMPLOYMENT_UNITS = {
    "labour_market_subsidy_eur_day": "EUR/day",
    "basic_unemployment_allowance_eur_day": "EUR/day",
    "general_support_eur_day": "EUR/day",
    "unemployment_paid_days_month": "days/month",
    "unemployment_waiting_days": "days",
    "unemployment_earnings_disregard": "EUR/month",
    "unemployment_earnings_taper": "share",
    "unemployment_child_increase_one": "EUR/day",
    "unemployment_child_increase_two": "EUR/day",
    "unemployment_child_increase_three": "EUR/day",
    "unemployment_means_test_limit_alone": "EUR/month",
    "unemployment_means_test_limit_family": "EUR/month",
    "unemployment_means_test_limit_per_child": "EUR/month",
    "unemployment_means_test_taper_alone": "share",
    "unemployment_means_test_taper_family": "share",
    "unemployment_parents_income_limit": "EUR/month",
    "unemployment_parents_income_taper": "share",
    "unemployment_parents_smallest_share": "share",
    "earnings_related_allowance_wage_deduction_share": "share",
    "earnings_related_allowance_rate_1": "share",
    "earnings_related_allowance_rate_2": "share",
    "earnings_related_allowance_bend": "factor",
    "earnings_related_allowance_cap_share": "share",
    "earnings_related_allowance_step_1_days": "days",
    "earnings_related_allowance_step_1_factor": "share",
    "earnings_related_allowance_step_2_days": "days",
    "earnings_related_allowance_step_2_factor": "share",
    "earnings_related_allowance_longest_days": "days",
    "earnings_related_allowance_longest_days_older": "days",
    "earnings_related_allowance_older_from_age": "years",
}
HOUSING_UNITS = {
    "share": "share",
    "own_share": "share",
    "own_share_constant": "EUR/month",
    "own_share_per_adult": "EUR/month",
    "own_share_per_child": "EUR/month",
    "own_share_smallest": "EUR/month",
    "smallest_payment": "EUR/month",
    "earnings_disregard": "EUR/month",
    "asset_limit": "EUR",
    "asset_limit_couple": "EUR",
    "asset_share": "share",
    "asset_ceiling": "EUR",
}
PENSIONERS_HOUSING_UNITS = {
    "share": "share",
    "basic_deductible": "EUR/year",
    "additional_deductible_share": "share",
    "additional_deductible_from": "EUR/year",
    "additional_deductible_from_couple": "EUR/year",
    "smallest_payment_eur_month": "EUR/month",
    "cap_group_1": "EUR/year",
    "cap_group_2": "EUR/year",
    "cap_group_3": "EUR/year",
    "asset_limit": "EUR",
    "asset_limit_couple": "EUR",
    "asset_share": "share",
}
SOCIAL_ASSISTANCE_UNITS = {
    "basic_amount": "EUR/month",
    "couple_ratio": "ratio",
    "single_parent_ratio": "ratio",
    "child_from_10_ratio": "ratio",
    "child_under_10_ratio": "ratio",
    "second_child_reduction": "ratio",
    "further_child_reduction": "ratio",
    "earnings_disregard": "EUR/month",
}
FAMILY_UNITS = {
    "child_benefit_under_3": "EUR/month",
    "child_benefit_single_parent": "EUR/month",
    "maintenance_support": "EUR/month",
    "day_care_income_limit_further": "EUR/month",
    "day_care_rate": "share",
    "day_care_largest": "EUR/month",
    "day_care_smallest": "EUR/month",
    "day_care_second_child_share": "share",
    "day_care_further_child_share": "share",
}
STUDENT_AID_UNITS = {
    "study_grant": "EUR/month",
    "study_grant_provider_supplement": "EUR/month",
    "study_grant_income_limit_aid_month": "EUR/month",
    "study_grant_income_limit_other_month": "EUR/month",
    "study_grant_aid_months_year": "months",
    "study_grant_recovery_tolerance_eur_year": "EUR/year",
    "study_grant_recovery_step_eur_year": "EUR/year",
    "student_loan_month": "EUR/month",
    "student_housing_supplement_share": "share",
    "student_housing_supplement_cap_group_1": "EUR/month",
    "student_housing_supplement_cap_group_2": "EUR/month",
    "student_housing_supplement_cap_group_3": "EUR/month",
}
NOT_ALWAYS_IN_FORCE = frozenset(
    f"{GROUP}.{name}"
    for name in (
        *(name for name in TAXATION_UNITS if name.startswith("earned_income_deduction")),
        *(name for name in UNEMPLOYMENT_UNITS if name.startswith("unemployment_child_increase")),
        *(name for name in UNEMPLOYMENT_UNITS if "_allowance_step_" in name),
        *(name for name in STUDENT_AID_UNITS if name.startswith("student_housing_supplement")),
        "work_credit_child_increase",
        "sickness_allowance_young_person_wage_taper",
        "labour_market_subsidy_eur_day",
        "basic_unemployment_allowance_eur_day",
        "general_support_eur_day",
        "unemployment_means_test_limit_family",
        "unemployment_means_test_limit_per_child",
        "child_benefit_under_3",
        "housing_allowance_asset_limit_couple",
        "counterparty_general_support",
        "unemployment_earnings_disregard",
        "housing_allowance_earnings_disregard",
        "housing_allowance_asset_limit",
        "housing_allowance_asset_share",
        "housing_allowance_asset_ceiling",
        "social_assistance_earnings_disregard",
    )
)
"""Parameters that may begin or end within the modelled period; zero while not in force."""


class Law(NamedTuple):
    """All branches of law in force on one date; floats and tuples of floats only."""

    in_force_on: float
    """The date, as its proleptic Gregorian ordinal."""
    maintenance_allowance_eur_day: float
    """Compensation of expenses in services and rehabilitation (kulukorvaus, ylläpitokorvaus)."""
    taxation: TaxationLaw
    contributions: ContributionLaw
    pensions: PensionLaw
    sickness: SicknessLaw
    unemployment: UnemploymentLaw
    families: FamilyLaw
    student_aid: StudentAidLaw
    housing: HousingLaw
    pensioners_housing: PensionersHousingLaw
    social_assistance: SocialAssistanceLaw


def modelled_range(library: ParameterLibrary) -> tuple[date, date]:
    """First and last day whose tax and benefit law the parameters hold."""
    of_reforms = tuple(f"{GROUP}.{prefix}" for _, prefix in REFORMS.values())
    required = [
        parameter
        for id, parameter in library.parameters.items()
        if id.startswith(f"{GROUP}.")
        and id not in NOT_ALWAYS_IN_FORCE
        and not id.startswith(of_reforms)
    ]
    if not required:
        raise InputError("the parameters hold no tax and benefit law", key=GROUP)
    first = max(parameter.values[0].from_ for parameter in required)
    last = min(parameter.known_until for parameter in required)
    return first, last


def load_law(library: ParameterLibrary, on: date, reform: str = NO_REFORM) -> Law:
    """The law in force on a date, with a named reform of :data:`REFORMS` laid over it.

    Raises
    ------
    InputError
        If the date lies outside the modelled range, which is named; the reform is not known; or
        a parameter is missing.
    """
    first, last = modelled_range(library)
    if not first <= on <= last:
        raise InputError(
            f"tax and benefit law is not modelled on {on}; it is modelled from {first} to {last}",
            key="policy_date",
            found=on.isoformat(),
            allowed=f"{first} to {last}",
        )
    if reform != NO_REFORM and reform not in REFORMS:
        raise InputError(
            "there is no reform of this name",
            key="reform",
            found=reform,
            allowed=", ".join((NO_REFORM, *REFORMS)),
            nearest=nearest_name(reform, (NO_REFORM, *REFORMS)),
        )
    thresholds, rates = _state_scale(library, on)
    numbers = _numbers(library, on, "", TAXATION_UNITS)
    return Law(
        in_force_on=float(on.toordinal()),
        maintenance_allowance_eur_day=_number(
            library, f"{GROUP}.maintenance_allowance_eur_day", on, "EUR/day"
        ),
        taxation=TaxationLaw(state_scale_thresholds=thresholds, state_scale_rates=rates, **numbers),
        contributions=ContributionLaw(**_numbers(library, on, "", CONTRIBUTION_UNITS)),
        pensions=PensionLaw(
            **_numbers(library, on, "", PENSION_UNITS),
            **_of_reform(library, reform, "flexible_pension_", FLEXIBLE_PENSION_UNITS),
        ),
        sickness=SicknessLaw(**_numbers(library, on, "sickness_allowance_", SICKNESS_UNITS)),
        unemployment=UnemploymentLaw(
            **_numbers(library, on, "", UNEMPLOYMENT_UNITS),
            days_since_earnings_related_allowance_steps=_weekdays_since(
                library, "earnings_related_allowance_step_1_days", on
            ),
        ),
        families=FamilyLaw(
            child_benefit=_entries(library, "child_benefit", on, ORDERS_OF_CHILD),
            day_care_limits=_entries(library, "day_care_income_limit", on, SIZES_OF_FAMILY),
            **_numbers(library, on, "", FAMILY_UNITS),
        ),
        student_aid=StudentAidLaw(**_numbers(library, on, "", STUDENT_AID_UNITS)),
        housing=HousingLaw(
            caps_group_1=_caps(library, on, 1),
            caps_group_2=_caps(library, on, 2),
            caps_group_3=_caps(library, on, 3),
            **_numbers(library, on, "housing_allowance_", HOUSING_UNITS),
        ),
        pensioners_housing=PensionersHousingLaw(
            **_numbers(library, on, "pensioners_housing_allowance_", PENSIONERS_HOUSING_UNITS)
        ),
        social_assistance=SocialAssistanceLaw(
            **_numbers(library, on, "social_assistance_", SOCIAL_ASSISTANCE_UNITS)
        ),
    )


def _of_reform(
    library: ParameterLibrary, reform: str, prefix: str, units: Mapping[str, str]
) -> dict[str, float]:
    """Numbers of a reform on the day it begins, or zeros if it is not the one asked for."""
    begins, own_prefix = REFORMS.get(reform, (date.max, ""))
    if own_prefix != prefix:
        return dict.fromkeys(units, 0.0)
    return _numbers(library, begins, "", units)


def _caps(library: ParameterLibrary, on: date, group: int) -> tuple[float, ...]:
    return _entries(library, f"housing_allowance_cap_group_{group}", on, SIZES_OF_HOUSEHOLD)


def _entries(
    library: ParameterLibrary, name: str, on: date, names: tuple[str, ...]
) -> tuple[float, ...]:
    """The numbers of a table in a fixed order."""
    table = library.table(f"{GROUP}.{name}", on, "EUR/month")
    missing = [entry for entry in names if entry not in table]
    if missing:
        raise InputError("entries are missing", key=f"{GROUP}.{name}", allowed=", ".join(missing))
    return tuple(table[entry] for entry in names)


def _numbers(
    library: ParameterLibrary, on: date, prefix: str, units: Mapping[str, str]
) -> dict[str, float]:
    """Field and number of one branch; the id is the group, the prefix and the field."""
    return {
        field: _number(library, f"{GROUP}.{prefix}{field}", on, unit)
        for field, unit in units.items()
    }


def _number(library: ParameterLibrary, id: str, on: date, unit: str) -> float:
    if id in NOT_ALWAYS_IN_FORCE:
        entry = library.parameter(id).entry_on(on)
        if entry is None or entry.form == "ends":
            return 0.0
    return library.value(id, on, unit)


def _weekdays_since(library: ParameterLibrary, name: str, on: date) -> float:
    """Monday-to-Friday days from the first value of a parameter to a date; benefits' days."""
    began = library.parameter(f"{GROUP}.{name}").values[0].from_
    return max(0.0, (on - began).days * 5.0 / 7.0)


def _state_scale(
    library: ParameterLibrary, on: date
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Thresholds and rates of the state scale, filled to a fixed length from infinity on."""
    schedule = library.schedule(f"{GROUP}.state_scale", on, "share")
    unused = BRACKETS - len(schedule)
    if unused < 0:
        raise InputError(
            "the state scale has too many brackets",
            key=f"{GROUP}.state_scale",
            found=len(schedule),
            allowed=f"at most {BRACKETS}",
        )
    thresholds = (*(threshold for threshold, _ in schedule), *(math.inf,) * unused)
    rates = (*(rate for _, rate in schedule), *(schedule[-1][1],) * unused)
    return thresholds, rates
