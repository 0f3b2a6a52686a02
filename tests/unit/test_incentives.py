"""What work pays: rates, curves and cliffs."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from ips_econ.parameters.library import load_library
from ips_econ.tax_benefit.circumstances import BenefitStatus, Circumstances, children_of_ages
from ips_econ.tax_benefit.incentives import (
    falls,
    incentives,
    wage_curve,
    without_work,
)
from ips_econ.tax_benefit.items import Item
from ips_econ.tax_benefit.law import Law, load_law
from ips_econ.tax_benefit.net_income import budget, net_income
from ips_econ.tax_benefit.personal_budget import (
    flows_by_payer,
    gains_by_payer,
    personal_budget,
)

PENSIONER = Circumstances(BenefitStatus.national_disability_pension, 1_126.67, 40.0, 550.0, 0.0757)


@pytest.fixture(scope="module")
def law() -> Law:
    return load_law(load_library(), date(2026, 6, 1))


def test_half_time_work_beside_a_national_pension_pays_nothing(law: Law) -> None:
    pays = incentives(law, PENSIONER)
    assert pays.net_income - pays.net_without_work == pytest.approx(-6.7, abs=0.05)
    assert pays.participation_tax_rate == pytest.approx(1.006, abs=0.001)
    free_pay = incentives(law, PENSIONER._replace(gross_wage_eur_month=0.0))
    assert free_pay.participation_tax_rate is None


def test_the_marginal_rate_is_that_of_ten_euros_more(law: Law) -> None:
    plain = Circumstances(BenefitStatus.none, 1_000.0, 40.0, 0.0, 0.0757)
    contributions = 0.073 + 0.0089
    expected = pytest.approx(contributions, abs=1e-9)
    assert incentives(law, plain).effective_marginal_tax_rate == expected


def test_without_the_job_a_suspended_pension_is_paid_again(law: Law) -> None:
    suspended = PENSIONER._replace(status=BenefitStatus.suspended_disability_pension)
    idle = budget(law, without_work(law, suspended))
    assert idle[Item.national_pension] == 787.07
    assert (
        incentives(law, suspended).net_without_work == incentives(law, PENSIONER).net_without_work
    )


@pytest.mark.parametrize(
    ("on", "benefit"),
    [(date(2026, 6, 1), Item.general_support), (date(2026, 3, 1), Item.labour_market_subsidy)],
)
def test_a_pension_that_has_ended_does_not_come_back_without_the_job(
    on: date, benefit: Item
) -> None:
    rules = load_law(load_library(), on)
    ended = PENSIONER._replace(months_in_work=25)
    idle = budget(rules, without_work(rules, ended))
    assert idle[Item.national_pension] == 0.0
    assert idle[benefit] == pytest.approx(37.21 * 21.5)
    below = PENSIONER._replace(gross_wage_eur_month=900.0, months_in_work=25)
    assert budget(rules, without_work(rules, below))[Item.national_pension] > 0.0


def test_a_curve_holds_the_budget_of_every_wage(law: Law) -> None:
    wages = [0.0, 500.0, 990.0, 1_000.0, 6_000.0]
    curve = wage_curve(law, PENSIONER, wages)
    for row, wage in enumerate(wages):
        alone = budget(law, PENSIONER._replace(gross_wage_eur_month=wage))
        assert np.array_equal(curve.items[row], alone)
    assert curve.net_income[0] == pytest.approx(curve.net_without_work)
    assert np.isnan(curve.participation_tax_rate[0])
    assert np.isnan(curve.effective_marginal_tax_rate[-1])
    lost = (curve.net_income[2] - curve.net_income[3]) / 10.0
    assert curve.effective_marginal_tax_rate[2] == pytest.approx(1.0 + lost)


def test_the_cliff_of_the_pension_stands_at_its_limit_to_the_cent(law: Law) -> None:
    found = {cliff.wage: cliff for cliff in falls(law, PENSIONER).cliffs}
    assert set(found) == {71.71, 979.42, 990.90, 1_437.91, 1_970.32}
    cliff = found[990.90]
    assert cliff.items == ("national_pension", "guarantee_pension")
    nets = [
        net_income(budget(law, PENSIONER._replace(gross_wage_eur_month=wage)))
        for wage in (990.90, 990.91)
    ]
    assert cliff.loss == pytest.approx(nets[0] - nets[1])
    regained = net_income(budget(law, PENSIONER._replace(gross_wage_eur_month=cliff.regained_at)))
    assert regained >= nets[0]


def test_a_cliff_of_a_limit_may_never_be_regained_in_the_range(law: Law) -> None:
    pension = PENSIONER._replace(
        status=BenefitStatus.earnings_related_disability_pension,
        earnings_related_pension_eur_month=2_500.0,
        earlier_wage_eur_month=5_000.0,
        rent_eur_month=0.0,
    )
    regained = {cliff.wage: cliff.regained_at for cliff in falls(law, pension).cliffs}
    assert 2_000.0 in regained, "two fifths of earlier pay: half of the pension goes"
    assert 3_000.0 in regained, "three fifths: the other half goes"
    assert regained[3_000.0] is None or regained[3_000.0] > 4_000.0


def test_a_range_over_which_every_euro_costs_more_than_it_brings_is_a_slope(law: Law) -> None:
    """Half of the pay goes from the adjusted allowance, and tax of both takes the rest."""
    person = PENSIONER._replace(
        status=BenefitStatus.earnings_related_unemployment, earlier_wage_eur_month=2_600.0
    )
    slopes = falls(law, person).slopes
    assert len(slopes) == 1
    wages = np.arange(slopes[0].first_wage, slopes[0].last_wage + 1.0)
    nets = [net_income(budget(law, person._replace(gross_wage_eur_month=w))) for w in wages]
    assert nets[0] - nets[-1] == pytest.approx(slopes[0].loss)
    assert slopes[0].loss > 5.0
    assert np.mean(np.diff(nets) < 0.0) > 0.9


def test_a_cliff_inside_a_gentle_fall_is_found_to_the_cent(law: Law) -> None:
    """The student's income limit: before it a euro more already costs a little."""
    student = PENSIONER._replace(status=BenefitStatus.student, children=children_of_ages([5, 8]))
    for cliff in falls(law, student).cliffs:
        nets = [
            net_income(budget(law, student._replace(gross_wage_eur_month=wage)))
            for wage in (cliff.wage, round(cliff.wage + 0.01, 2))
        ]
        assert nets[0] - nets[1] == pytest.approx(cliff.loss)
    assert not [slope for slope in falls(law, student).slopes if slope.loss > 100.0]


def test_what_payers_gain_sums_to_nothing_and_what_a_month_holds_too() -> None:
    for status in BenefitStatus:
        if status in (
            BenefitStatus.labour_market_subsidy,
            BenefitStatus.basic_unemployment_allowance,
        ):
            continue
        person = PENSIONER._replace(
            status=status,
            earnings_related_pension_eur_month=700.0,
            earlier_wage_eur_month=2_600.0,
            unemployment_days_paid=150.0,
            other_taxable_benefit_eur_month=50.0,
            claims_social_assistance=True,
            children=children_of_ages([5, 8], in_day_care=1),
            receives_maintenance_support=True,
            service_days_month=5.0,
        )
        answer = personal_budget(load_library(), date(2026, 6, 1), person)
        gains = gains_by_payer(answer)
        assert sum(gains.values()) == pytest.approx(0.0, abs=1e-9), status.name
        flows = flows_by_payer(answer.items, answer.payers)
        assert sum(flows.values()) == pytest.approx(0.0, abs=1e-9), status.name
        assert flows["participant"] == pytest.approx(answer.incentives.net_income)
        assert flows["employer"] == pytest.approx(-answer.employer_cost)
