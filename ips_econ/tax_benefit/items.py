"""The lines of a monthly budget: pay, taxes, benefits, fees, and what the employer adds."""

from __future__ import annotations

from enum import IntEnum


class Item(IntEnum):
    """The lines of a monthly budget. Names are ids.

    Up to ``day_care_fee`` from the participant's view: received positive, paid negative. From
    ``employer_pension_contribution`` on positive amounts that the employer pays on top of the
    wage. Benefits of a household (housing allowance, social assistance, child benefit) are the
    whole household's.
    """

    gross_wage = 0
    state_income_tax = 1
    municipal_tax = 2
    church_tax = 3
    yle_tax = 4
    medical_care_contribution = 5
    daily_allowance_contribution = 6
    employee_pension_contribution = 7
    employee_unemployment_contribution = 8
    national_pension = 9
    guarantee_pension = 10
    earnings_related_pension = 11
    pension_child_increase = 12
    care_allowance = 13
    disability_allowance = 14
    sickness_allowance = 15
    rehabilitation_allowance = 16
    labour_market_subsidy = 17
    basic_unemployment_allowance = 18
    general_support = 19
    earnings_related_unemployment_allowance = 20
    study_grant = 21
    other_taxable_benefit = 22
    maintenance_allowance = 23
    child_benefit = 24
    maintenance_support = 25
    student_housing_supplement = 26
    general_housing_allowance = 27
    pensioners_housing_allowance = 28
    social_assistance = 29
    day_care_fee = 30
    employer_pension_contribution = 31
    employer_health_contribution = 32
    employer_unemployment_contribution = 33
    employer_accident_insurance = 34
    employer_group_life = 35


FIRST_BENEFIT_ITEM = Item.national_pension.value
FIRST_EMPLOYER_ITEM = Item.employer_pension_contribution.value
FEE_ITEMS = (Item.day_care_fee,)
TAX_ITEMS = tuple(item for item in Item if 0 < item < FIRST_BENEFIT_ITEM)
BENEFIT_ITEMS = tuple(item for item in Item if FIRST_BENEFIT_ITEM <= item < Item.day_care_fee)
EMPLOYER_ITEMS = tuple(item for item in Item if item >= FIRST_EMPLOYER_ITEM)
PARTICIPANT_ITEMS = (Item.gross_wage, *TAX_ITEMS, *BENEFIT_ITEMS, *FEE_ITEMS)
