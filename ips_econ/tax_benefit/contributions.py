"""Social-insurance contributions of the employee and of the employer (sosiaalivakuutusmaksut).

Laws: työntekijän eläkelaki 395/2006 (TyEL), laki työttömyysetuuksien rahoituksesta 555/1998,
sairausvakuutuslaki 1224/2004 chapter 18, laki työnantajan sairausvakuutusmaksusta 771/2016,
työtapaturma- ja ammattitautilaki 459/2015. Rates: sources ``stm_contributions`` and
``sisu_2026``. All amounts are positive; who pays is said by the name.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from ips_econ.compilation import step


class Employer(IntEnum):
    """Kind of employer; decides rates. ``average`` is the mean of all private employers."""

    average = 0
    small = 1
    local_government = 2
    state = 3


class ContributionLaw(NamedTuple):
    """Contribution rates (shares of pay), limits (EUR) and ages in force on one date."""

    employee_pension_share: float
    employee_pension_raised_share: float
    pension_raised_age_from: float
    pension_raised_age_to: float
    pension_wage_floor_eur_month: float
    pension_age_from: float
    pension_age_to: float
    employee_unemployment_share: float
    unemployment_age_from: float
    unemployment_age_to: float
    daily_allowance_share: float
    daily_allowance_floor_eur_year: float
    medical_care_wage_share: float
    medical_care_benefit_share: float
    employer_pension_share: float
    employer_health_share: float
    employer_unemployment_share: float
    employer_unemployment_share_small: float
    employer_pension_share_local_government: float
    employer_pension_share_state: float
    employer_accident_share: float
    employer_group_life_share: float


@step
def pension_insured(law: ContributionLaw, wage_eur_month: float, age: float) -> bool:
    """Whether the wage is insured for the earnings-related pension (TyEL 4 §).

    Pay below the monthly limit and ages outside 17–67 are not insured.
    """
    return (
        wage_eur_month >= law.pension_wage_floor_eur_month
        and law.pension_age_from <= age < law.pension_age_to + 1.0
    )


@step
def employee_pension_contribution(law: ContributionLaw, wage_eur_month: float, age: float) -> float:
    """Employee's pension contribution, EUR/month (työntekijän työeläkemaksu, TyEL 153 §).

    Raised at ages 53–62 until the end of 2025; one rate for all from 2026.
    """
    if not pension_insured(law, wage_eur_month, age):
        return 0.0
    if law.pension_raised_age_from <= age < law.pension_raised_age_to + 1.0:
        return law.employee_pension_raised_share * wage_eur_month
    return law.employee_pension_share * wage_eur_month


@step
def unemployment_insured(law: ContributionLaw, age: float) -> bool:
    """Whether unemployment contributions are due at this age (laki 555/1998)."""
    return law.unemployment_age_from <= age < law.unemployment_age_to + 1.0


@step
def employee_unemployment_contribution(
    law: ContributionLaw, wage_eur_month: float, age: float
) -> float:
    """Employee's unemployment contribution, EUR/month (palkansaajan työttömyysvakuutusmaksu).

    Laki työttömyysetuuksien rahoituksesta 555/1998.
    """
    if not unemployment_insured(law, age):
        return 0.0
    return law.employee_unemployment_share * wage_eur_month


@step
def daily_allowance_contribution(law: ContributionLaw, wage_eur_year: float) -> float:
    """Daily-allowance contribution, EUR/year (päivärahamaksu, 1224/2004, 18 luku).

    Nothing below the yearly limit of pay; at the limit and above it is due on the whole pay.
    """
    if wage_eur_year < law.daily_allowance_floor_eur_year:
        return 0.0
    return law.daily_allowance_share * wage_eur_year


@step
def medical_care_contribution(
    law: ContributionLaw, taxable_income_eur_year: float, wage_eur_year: float
) -> float:
    """Medical-care contribution, EUR/year (sairaanhoitomaksu, 1224/2004, 18 luku).

    The wage rate on taxable income, and the difference to the higher rate of pensions and
    benefits on the part of taxable income that exceeds the wage.
    """
    other_income = max(0.0, taxable_income_eur_year - wage_eur_year)
    surcharge = law.medical_care_benefit_share - law.medical_care_wage_share
    return law.medical_care_wage_share * taxable_income_eur_year + surcharge * other_income


@step
def employer_pension_contribution(
    law: ContributionLaw, wage_eur_month: float, age: float, employer: int
) -> float:
    """Employer's average pension contribution, EUR/month (työnantajan TyEL-maksu, TyEL 152 §).

    Local government and the State pay that of their own scheme. ``employer`` is an
    :class:`Employer`.
    """
    if not pension_insured(law, wage_eur_month, age):
        return 0.0
    share = law.employer_pension_share
    if employer == Employer.local_government:
        share = law.employer_pension_share_local_government
    elif employer == Employer.state:
        share = law.employer_pension_share_state
    return share * wage_eur_month


@step
def employer_unemployment_contribution(
    law: ContributionLaw, wage_eur_month: float, age: float, employer: int
) -> float:
    """Employer's unemployment contribution, EUR/month (555/1998).

    The average of all employers, or the lower rate of one whose payroll stays below the limit.
    """
    if not unemployment_insured(law, age):
        return 0.0
    if employer == Employer.small:
        return law.employer_unemployment_share_small * wage_eur_month
    return law.employer_unemployment_share * wage_eur_month


@step
def employer_health_contribution(law: ContributionLaw, wage_eur_month: float) -> float:
    """Employer's health contribution, EUR/month (työnantajan sairausvakuutusmaksu, 771/2016)."""
    return law.employer_health_share * wage_eur_month


@step
def employer_accident_insurance(law: ContributionLaw, wage_eur_month: float) -> float:
    """Accident insurance at the average premium, EUR/month (459/2015)."""
    return law.employer_accident_share * wage_eur_month


@step
def employer_group_life(law: ContributionLaw, wage_eur_month: float) -> float:
    """Group life insurance at the average premium, EUR/month (ryhmähenkivakuutus)."""
    return law.employer_group_life_share * wage_eur_month
