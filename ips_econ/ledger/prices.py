"""What every count costs and who pays it; the law of the run as tables; the discount factors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ips_econ.ledger.accounts import (
    ALLOWANCES,
    PENSION_CONTRIBUTIONS,
    SERVICES,
    SUPPORT_ITEMS,
    Category,
    Payer,
    budget_categories,
    other_categories,
    shares_vector,
)
from ips_econ.ledger.posting import N_PAYERS, VALUES, Rules, Value
from ips_econ.ledger.walk import Prices
from ips_econ.parameters.draws import ParameterDraws
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.parameters.prices import index_factor
from ips_econ.population.sampling import by_diagnosis
from ips_econ.scenario.schema import Scenario
from ips_econ.tax_benefit.circumstances import BenefitStatus, Circumstances
from ips_econ.tax_benefit.items import (
    BENEFIT_ITEMS,
    EMPLOYER_ITEMS,
    PARTICIPANT_ITEMS,
    TAX_ITEMS,
    Item,
)
from ips_econ.tax_benefit.law import load_law
from ips_econ.tax_benefit.payers import municipal_share_schedule, payers
from ips_econ.tax_benefit.pensions import longest_months_over_limit
from ips_econ.tax_benefit.tabulate import (
    HOUSEHOLDS,
    WAGE_STEP_EUR_MONTH,
    over_limit,
    simulation_rows,
    tabulate,
    wage_grid,
)
from ips_econ.units import MONTHS_PER_YEAR, discount_factor

GROUPS_OF_PAY = {"I": 1, "II": 2, "III": 3}


class ServiceCost(NamedTuple):
    """Cost of the IPS service per client-month, ``(draw,)``, EUR of the price year."""

    staff: np.ndarray
    overhead: np.ndarray

    @property
    def month(self) -> np.ndarray:
        """Staff and overhead together."""
        return self.staff + self.overhead


def coach_year(draws: ParameterDraws, coaches: float) -> tuple[np.ndarray, np.ndarray]:
    """Staff cost and other cost of one coach-year ``(draw,)``, with leadership, EUR/year.

    Pay of a coach, of the share of a team leader and a manager that goes with one coach, each
    with holiday bonus and employer contributions; overhead as a share of staff cost, training, and
    the coach's part of the yearly fidelity review.
    """
    column = draws.column
    pay = (
        column("programme.coach_salary")
        + column("programme.leader_per_coach") * column("programme.leader_salary")
        + column("programme.manager_per_coach") * column("programme.manager_salary")
    )
    on_costs = (1.0 + column("programme.holiday_bonus_share")) * (
        1.0 + column("programme.employer_contribution_share")
    )
    staff = pay * MONTHS_PER_YEAR * on_costs
    other = (
        staff * column("programme.overhead_share")
        + column("programme.training_cost_coach_year")
        + column("programme.fidelity_review_year") / coaches
    )
    return staff, other


def service_cost(scenario: Scenario, draws: ParameterDraws) -> ServiceCost:
    """Cost of a client-month at the planned caseload; unused capacity is the programme's line."""
    staffed = [coaches for coaches in scenario.programme.coaches if coaches > 0]
    staff, other = coach_year(draws, sum(staffed) / len(staffed))
    client_months = MONTHS_PER_YEAR * scenario.programme.caseload
    return ServiceCost(staff / client_months, other / client_months)


def funding_by_calendar_year(scenario: Scenario) -> np.ndarray:
    """Shares ``(calendar year since the start, payer)`` of who pays for IPS; the last one lasts."""
    funding = scenario.programme.funding
    years = scenario.programme.years + scenario.economics.horizon_years
    rows = [shares_vector(dict(funding[min(y, len(funding) - 1)].items())) for y in range(years)]
    return np.array(rows)


def category_payers(
    library: ParameterLibrary, scenario: Scenario
) -> dict[str, Mapping[str, float]]:
    """Who pays each category that is not an item of the budget, at the policy date."""
    on = scenario.economics.policy_date
    result: dict[str, Mapping[str, float]] = {}
    for service in SERVICES:
        result[service] = library.payer(f"comparator.{service}_cost_month", on)
    for allowance in ALLOWANCES:
        result[allowance] = library.payer(f"comparator.{allowance}_month", on)
    result["inpatient"] = library.payer("treatment.inpatient_day", on)
    result["outpatient"] = library.payer("treatment.outpatient_visit", on)
    result["medication"] = library.payer("treatment.medication_year_psychosis", on)
    first = dict(scenario.programme.funding[0].items())
    result["ips_staff"] = result["ips_overhead"] = first
    return result


def chart_of_accounts(library: ParameterLibrary, scenario: Scenario) -> list[Category]:
    """Every category of the run with its coefficients over payers."""
    counterparties = payers(library, scenario.economics.policy_date)
    return budget_categories(counterparties) + other_categories(category_payers(library, scenario))


def value_matrix(categories: list[Category], pension_right_share: float) -> np.ndarray:
    """What one euro of each budget item is to payers and sums ``(item, value)``."""
    named = {category.name: category.coefficients for category in categories}
    matrix = np.zeros((len(Item), VALUES))
    for item in Item:
        matrix[item, :N_PAYERS] = named[item.name]
        if item in EMPLOYER_ITEMS or item is Item.gross_wage:
            matrix[item, :N_PAYERS] += named["output_produced"]
        if item in PENSION_CONTRIBUTIONS:
            accrued = PENSION_CONTRIBUTIONS[item] * pension_right_share
            matrix[item, :N_PAYERS] += accrued * named["pension_right_accrual"]
    matrix[list(PARTICIPANT_ITEMS), Value.NET_INCOME] = 1.0
    matrix[list(BENEFIT_ITEMS), Value.BENEFITS] = 1.0
    matrix[list(TAX_ITEMS), Value.TAXES] = -1.0
    matrix[Item.gross_wage, Value.GROSS] = 1.0
    matrix[list(SUPPORT_ITEMS), Value.UNEMPLOYMENT_SUPPORT] = 1.0
    return matrix


def rule_tables(
    library: ParameterLibrary, scenario: Scenario, categories: list[Category], right_share: float
) -> Rules:
    """The law of the policy date over the pay grid, in euros of the price year."""
    economics, region = scenario.economics, scenario.region
    on = economics.policy_date
    to_price_year = index_factor(library, "prices.consumer", on.year, economics.price_year)
    levels = library.table("benefits.earnings_related_pension_levels", on, "EUR/month")
    replaced = library.value("benefits.pension_replacement_share", on, "share")
    law = load_law(library, on, economics.reform)
    person = Circumstances(
        status=BenefitStatus.none.value,
        gross_wage_eur_month=0.0,
        age=scenario.population.mean_age,
        rent_eur_month=scenario.population.rent_eur_month,
        municipal_tax_share=region.municipal_tax_rate,
        municipality_group=GROUPS_OF_PAY[region.municipality_group],
        pensioners_municipality_group=GROUPS_OF_PAY[region.municipality_group],
    )
    rows, wages = simulation_rows(law, levels, replaced), wage_grid()
    items = tabulate(law, rows, HOUSEHOLDS, wages, person)
    items *= to_price_year
    steps = np.array(municipal_share_schedule(library, on))
    return Rules(
        items=items,
        values=items @ value_matrix(categories, right_share),
        over_limit=over_limit(law, rows, wages),
        suspending_job_months=int(law.pensions.suspension_shortest_months),
        lasting_job_months=int(law.pensions.partial_pension_from_months),
        suspension_limit=int(longest_months_over_limit(law.pensions)),
        sickness_limit_months=round(law.sickness.longest_days / law.sickness.paid_days_month),
        pay_step=WAGE_STEP_EUR_MONTH * to_price_year,
        municipal_days=steps[:, 0].copy(),
        municipal_shares=steps[:, 1].copy(),
    )


def run_prices(
    library: ParameterLibrary, scenario: Scenario, draws: ParameterDraws, months: int
) -> Prices:
    """Prices of every count for a block of draws."""
    on = scenario.economics.policy_date
    paid_by = category_payers(library, scenario)
    zero = np.zeros(len(draws))
    # allowances are law's nominal euros, as benefits are
    price_year = scenario.economics.price_year
    to_price_year = index_factor(library, "prices.consumer", on.year, price_year)
    costs = [draws.column(f"comparator.{service}_cost_month") for service in SERVICES]
    allowances = [
        draws.column(f"comparator.{service}_allowance_month") * to_price_year
        if f"{service}_allowance" in ALLOWANCES
        else zero
        for service in SERVICES
    ]
    nobody = np.zeros(len(Payer))
    allowance_payers = [
        shares_vector(paid_by[f"{service}_allowance"])
        if f"{service}_allowance" in ALLOWANCES
        else nobody
        for service in SERVICES
    ]
    return Prices(
        ips_month=service_cost(scenario, draws).month,
        ips_payers=funding_by_calendar_year(scenario),
        service_month=np.stack([*costs, zero], axis=1),
        allowance_month=np.stack([*allowances, zero], axis=1),
        service_payers=np.stack([*(shares_vector(paid_by[s]) for s in SERVICES), nobody]),
        allowance_payers=np.stack([*allowance_payers, nobody]),
        inpatient_day=draws.column("treatment.inpatient_day"),
        outpatient_visit=draws.column("treatment.outpatient_visit"),
        medication_month=by_diagnosis(draws, "treatment.medication_year") / MONTHS_PER_YEAR,
        treatment_payers=np.stack(
            [shares_vector(paid_by[n]) for n in ("inpatient", "outpatient", "medication")]
        ),
        wage_subsidy=library.value("labour_market.wage_subsidy_share", on, "share")
        * library.value("labour_market.wage_subsidy_rate", on, "share"),
        subsidy_months=int(library.value("labour_market.wage_subsidy_months", on, "months")),
        discount=np.array(
            [discount_factor(m, scenario.economics.discount_rate) for m in range(1, months + 1)]
        ),
    )
