"""Verification, domain *inputs*: V01 to V09 of the black-box list, in the manner of TECH-VER.

Stochastic assertions compare means over thousands of Sobol draws with documented moments; the
limits are five standard errors of *independent* draws, so one of them fails by chance with
probability 6e-7 (Sobol points stay well inside); about 300 are made: 2e-4 for the module.
"""

from __future__ import annotations

import itertools
import math
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kurtosis

from ips_econ import units
from ips_econ.errors import InputError
from ips_econ.evaluation.blocks import Plan, simulate_block
from ips_econ.ledger.prices import coach_year, service_cost
from ips_econ.ledger.streams import category_amounts
from ips_econ.ledger.walk import Measure, World, live_block, trace_block
from ips_econ.locations import parameters_directory
from ips_econ.parameters.draws import ParameterDraws, draw_parameters
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.parameters.prices import index_factor
from ips_econ.parameters.schema import UNITS, DatedValue, Parameter

Planned = Callable[..., Plan]
WorldOf = Callable[[Plan], World]

ON = date(2026, 6, 1)
PRICE_YEAR = 2026
FIVE_ERRORS = 5.0

SERVICES = (
    "rehabilitative_work_activity",
    "kela_vocational_rehabilitation",
    "employment_service_coaching",
    "clubhouse",
)
PRICED: dict[tuple[str, ...], str] = {
    ("treatment.inpatient_day",): "inpatient",
    ("treatment.outpatient_visit",): "outpatient",
    tuple(
        f"treatment.medication_year_{d}" for d in ("psychosis", "bipolar", "depression_anxiety")
    ): "medication",
    **{(f"comparator.{service}_cost_month",): service for service in SERVICES},
    **{
        (f"comparator.{service}_allowance_month",): f"{service}_allowance"
        for service in SERVICES[:2]
    },
}
"""Unit prices, and the one category of the ledger that each of them prices."""
SALARIES = ("programme.coach_salary", "programme.leader_salary", "programme.manager_salary")
OTHER_STAFF_COSTS = ("programme.training_cost_coach_year", "programme.fidelity_review_year")


def base_value(library: ParameterLibrary, id: str) -> float:
    return library.value(id, ON, library.parameters[id].unit)


def lines_by_category(plan: Plan) -> dict[str, np.ndarray]:
    """Yearly flows ``(draw, arm, year, line of the category)`` by category."""
    yearly = simulate_block(plan, slice(0, len(plan.draws)))["yearly"]
    names = np.array([plan.categories[line.category].name for line in plan.lines])
    return {name: yearly[..., names == name] for name in np.unique(names)}


def with_prices(
    planned: Planned, library: ParameterLibrary, ids: tuple[str, ...], factor: float
) -> dict[str, np.ndarray]:
    sets = [f"parameters.{id}={base_value(library, id) * factor!r}" for id in ids]
    return lines_by_category(planned("run.draws=4", *sets))


# V01 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", PRICED, ids=list(PRICED.values()))
def test_v01_a_dearer_unit_raises_its_own_line_and_no_other(
    planned: Planned, library: ParameterLibrary, ids: tuple[str, ...]
) -> None:
    """V01: a unit price 10 % up: that line 10 % up, others equal bit by bit; doubled: doubled."""
    before = with_prices(planned, library, ids, 1.0)
    dearer = with_prices(planned, library, ids, 1.1)
    doubled = with_prices(planned, library, ids, 2.0)
    changed = PRICED[ids]
    assert np.abs(before[changed]).max() > 1.0, "the price is used"
    np.testing.assert_allclose(dearer[changed], 1.1 * before[changed], rtol=1e-12)
    assert np.array_equal(doubled[changed], 2.0 * before[changed])
    for name in before:
        if name != changed:
            assert np.array_equal(before[name], dearer[name]), name
            assert np.array_equal(before[name], doubled[name]), name


def test_v01_dearer_staff_raises_the_cost_of_ips_alone(
    planned: Planned, library: ParameterLibrary
) -> None:
    """V01: all pay of the programme 10 % up: staff 10 % up, overhead by its share of staff."""
    before = with_prices(planned, library, SALARIES, 1.0)
    dearer = with_prices(planned, library, SALARIES, 1.1)
    np.testing.assert_allclose(dearer["ips_staff"], 1.1 * before["ips_staff"], rtol=1e-12)
    plan = planned("run.draws=4")
    share = plan.draws.column("programme.overhead_share")[:, None, None, None]
    risen = dearer["ips_overhead"] - before["ips_overhead"]
    np.testing.assert_allclose(
        risen, share * (dearer["ips_staff"] - before["ips_staff"]), rtol=1e-9, atol=1e-9
    )
    for name in before:
        if name not in ("ips_staff", "ips_overhead"):
            assert np.array_equal(before[name], dearer[name]), name


def test_v01_a_dearer_draw_keeps_its_distribution(planned: Planned) -> None:
    """V01 with uncertainty: a mean 10 % higher at the same spread raises every draw by 10 %."""
    text = "{{ value = {}, distribution = {{ family = 'gamma', cv = 0.25 }} }}"
    id = "parameters.treatment.inpatient_day"
    before = lines_by_category(planned("run.draws=4", f"{id}={text.format(540.0)}"))
    dearer = lines_by_category(planned("run.draws=4", f"{id}={text.format(594.0)}"))
    np.testing.assert_allclose(dearer["inpatient"], 1.1 * before["inpatient"], rtol=1e-9)
    assert np.array_equal(before["outpatient"], dearer["outpatient"])


# V02 ----------------------------------------------------------------------------------------

NO_EFFECT = (
    "parameters.effect.competitive_work_ratio=1",
    "parameters.effect.competitive_work_ratio_common=1",
    "parameters.effect.unemployment_interaction=0",
    "parameters.effect.late_entry_ratio=1",
    "parameters.effect.job_loss_ratio=1",
    "parameters.employment.reemployment_ratio_without_service=1",
)


@pytest.mark.parametrize("persistence", ["sustained", "catch_up", "ends", "hazards_only"])
def test_v02_ratios_of_one_return_the_baseline(
    planned: Planned, world_of: WorldOf, persistence: str
) -> None:
    """V02: every ratio at one: the hazards of both arms agree to machine precision."""
    plan = planned(*NO_EFFECT, f"economics.persistence={persistence}", "run.draws=8")
    hazards = world_of(plan).hazards
    for name in ("find", "reemployment", "first_loss", "later_loss", "multiplier"):
        by_arm = getattr(hazards, name)
        np.testing.assert_allclose(by_arm[:, 1], by_arm[:, 0], rtol=1e-12, atol=1e-15, err_msg=name)


def test_v02_a_higher_ratio_puts_more_people_in_work_and_nobody_out(
    planned: Planned, world_of: WorldOf
) -> None:
    """V02: with a higher risk ratio nobody misses a first job, some find one; control as before."""
    worlds = [
        world_of(planned(f"parameters.effect.competitive_work_ratio={ratio}"))
        for ratio in (1.2, 1.9)
    ]
    (_, low, _), (_, high, _) = (trace_block(world) for world in worlds)
    assert np.array_equal(low[:, :, 0], high[:, :, 0])
    ever = Measure.EVER_EMPLOYED_18M
    gained = high[:, :, 1, ever] - low[:, :, 1, ever]
    assert gained.min() == 0.0
    assert gained.sum() > 0.0


def test_v02_an_odds_ratio_of_one_makes_no_difference(planned: Planned, world_of: WorldOf) -> None:
    """V02: odds ratio of recent work one: hazards do not depend on it; two: they are higher.

    At a low level, so that nobody's hazard meets the largest that the published timing allows.
    """
    low = [f"parameters.effect.control_ever_employed_18m_{g}=0.1" for g in ("severe", "common")]
    find = {}
    for odds in (1, 2):
        plan = planned(f"parameters.employment.recent_work_odds={odds}", "run.draws=4", *low)
        by_stratum = world_of(plan).hazards.find
        axes = (2, 5, 2, 2, 2)  # group, age band, recent work, education, pension
        find[odds] = by_stratum.reshape(*by_stratum.shape[:-1], *axes)
    without, worked = np.moveaxis(find[1], -3, 0)
    np.testing.assert_allclose(worked, without, rtol=1e-12)
    without, worked = np.moveaxis(find[2], -3, 0)
    assert np.all(worked > without)


def test_v02_a_hazard_ratio_of_one_merges_the_classes(planned: Planned, world_of: WorldOf) -> None:
    """V02: hazard ratio of the harder finders one: both classes find work alike."""
    plan = planned("parameters.employment.low_finder_hazard_ratio=1", "run.draws=4")
    find = world_of(plan).hazards.find
    assert np.array_equal(find[:, :, :, :, 0], find[:, :, :, :, 1])


# V03 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("probability", [0.0, 1e-9, 0.004, 0.088, 0.40, 0.97])
def test_v03_month_and_year_there_and_back(probability: float) -> None:
    """V03: probability -> rate -> probability, month -> year -> month: the start value."""
    rate = units.rate_from_probability(probability)
    assert units.probability_from_rate(rate) == pytest.approx(probability, rel=1e-14, abs=1e-300)
    monthly = units.monthly_from_annual_probability(probability)
    assert units.annual_from_monthly_probability(monthly) == pytest.approx(
        probability, rel=1e-13, abs=1e-300
    )
    assert units.rate_from_probability(monthly, 1 / 12) == pytest.approx(rate, rel=1e-13)


@pytest.mark.parametrize("rate", [0.0, 0.088, 0.33, 3.0])
def test_v03_rate_there_and_back(rate: float) -> None:
    """V03: rate a year -> probability a month -> rate a year: the start value."""
    monthly = units.probability_from_rate(rate, 1 / 12)
    assert units.rate_from_probability(monthly, 1 / 12) == pytest.approx(rate, rel=1e-13)


# V04 to V06 ----------------------------------------------------------------------------------

MANY = 10_000


@pytest.fixture(scope="module")
def many(library: ParameterLibrary) -> ParameterDraws:
    """Ten thousand draws of the shipped parameters."""
    return draw_parameters(library, on=ON, price_year=PRICE_YEAR, draws=MANY, seed=41)


def owner(library: ParameterLibrary, column: str) -> tuple[Parameter, DatedValue]:
    """The parameter of a column, and its value in force."""
    id = column if column in library.parameters else ".".join(column.split(".")[:2])
    entry = library.parameters[id].entry_on(ON)
    assert entry is not None
    return library.parameters[id], entry


def test_v04_every_draw_lies_in_its_domain(library: ParameterLibrary, many: ParameterDraws) -> None:
    """V04: shares in 0-1, costs >= 0, ratios (SMR) > 0, durations > 0, stated limits kept."""
    assert len(many.sampled) > 80
    for column in many.sampled:
        parameter, entry = owner(library, column)
        values = many.column(column)
        assert np.isfinite(values).all(), column
        if parameter.unit in ("share", "probability", "probability/month", "probability/year"):
            assert values.min() >= 0.0 and values.max() <= 1.0, column
        elif parameter.unit in ("ratio", "months", "days", "factor"):
            assert values.min() > 0.0, column
        elif parameter.unit not in ("log-ratio", "exponent"):
            assert values.min() >= 0.0, column
        distribution = entry.distribution
        assert distribution is not None
        if distribution.low is not None and parameter.price_year is None:
            assert values.min() >= distribution.low, column
        if distribution.high is not None and parameter.price_year is None:
            assert values.max() <= distribution.high, column


def test_v04_drawn_mixes_are_whole(many: ParameterDraws) -> None:
    """V04: shares of a mix sum to one in every draw."""
    for id in ("comparator.service_shares", "benefits.earnings_related_pension_level_shares"):
        np.testing.assert_allclose(sum(many.table(id).values()), 1.0, rtol=1e-12)


def documented_moments(entry: DatedValue, column: str) -> tuple[float, float]:
    """Mean and sd that the parameter file states, by the textbook formula of each family."""
    d, v = entry.distribution, entry.value
    assert d is not None
    if d.family == "dirichlet":
        assert entry.table is not None and isinstance(d.counts, float)
        p = entry.table[column.rsplit(".", 1)[1]]
        return p, math.sqrt(p * (1 - p) / (d.counts + 1))
    assert v is not None
    if d.family == "pert":
        assert d.low is not None and d.high is not None and d.value_is in (None, "mode")
        width = d.high - d.low
        a, b = 1 + 4 * (v - d.low) / width, 1 + 4 * (d.high - v) / width
        variance = a * b / ((a + b) ** 2 * (a + b + 1)) * width**2
        return (d.low + 4 * v + d.high) / 6, math.sqrt(variance)
    if d.family == "triangular":
        assert d.low is not None and d.high is not None and d.value_is in (None, "mode")
        l, m, h = d.low, v, d.high  # noqa: E741
        return (l + m + h) / 3, math.sqrt((l * l + m * m + h * h - l * m - l * h - m * h) / 18)
    if d.family == "uniform":
        assert d.low is not None and d.high is not None
        return (d.low + d.high) / 2, (d.high - d.low) / math.sqrt(12)
    if d.family == "lognormal" and d.value_is == "median":
        assert d.log_sd is not None
        mean = v * math.exp(d.log_sd**2 / 2)
        return mean, mean * math.sqrt(math.expm1(d.log_sd**2))
    if d.family == "beta" and d.counts is not None:
        assert isinstance(d.counts, tuple)
        a, b = d.counts
        return a / (a + b), math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
    assert d.value_is in (None, "mean"), (column, d.value_is)
    sd = next(s for s in (d.sd, d.se, None if d.cv is None else d.cv * v) if s is not None)
    return v, sd


def test_v05_draws_have_the_documented_mean_and_sd(
    library: ParameterLibrary, many: ParameterDraws
) -> None:
    """V05: sampled mean and sd (or stated quantiles) of each distribution match the documented."""
    for column in many.sampled:
        parameter, entry = owner(library, column)
        if entry.distribution is not None and entry.distribution.family == "quantiles":
            points = (entry.distribution.p10, entry.value, entry.distribution.p90)
            for point, share in zip(points, (0.1, 0.5, 0.9), strict=True):
                below = float((many.column(column) < point).mean())
                error = math.sqrt(share * (1.0 - share) / MANY)
                assert abs(below - share) < FIVE_ERRORS * error, column
            continue
        mean, sd = documented_moments(entry, column)
        factor = 1.0
        if parameter.price_year is not None and parameter.price_index is not None:
            factor = index_factor(library, parameter.price_index, parameter.price_year, PRICE_YEAR)
        values = many.column(column) / factor
        error = sd / math.sqrt(MANY)
        assert abs(values.mean() - mean) < FIVE_ERRORS * error, column
        error_of_sd = sd * math.sqrt((kurtosis(values, fisher=False) - 1) / (4 * MANY))
        assert abs(values.std() - sd) < FIVE_ERRORS * error_of_sd, column


@pytest.mark.parametrize(
    ("published", "limits"),
    [(1.63, (1.46, 1.82)), (2.40, (1.99, 2.90)), (2.07, (1.82, 2.35))],
    ids=["Frederick & VanderWeele 2019", "Modini et al. 2016", "Brinchmann et al. 2020"],
)
def test_v06_lognormal_draws_reproduce_a_published_interval(
    library: ParameterLibrary, published: float, limits: tuple[float, float]
) -> None:
    """V06: 2.5 and 97.5 % points of lognormal draws are the published 95 % limits.

    The standard error of a normal score's 2.5 % point is 2.67 / sqrt(n).
    """
    id = "effect.competitive_work_ratio"
    stated = {"family": "lognormal", "value_is": "median", "ci95": list(limits)}
    middle = math.sqrt(limits[0] * limits[1])
    assert middle == pytest.approx(published, abs=0.01), "the published estimate is the middle"
    local = library.with_overrides({id: {"value": middle, "distribution": stated}})
    drawn = draw_parameters(local, on=ON, price_year=PRICE_YEAR, draws=MANY, seed=5).column(id)
    log_sd = math.log(limits[1] / limits[0]) / (2 * 1.959964)
    tolerance = FIVE_ERRORS * 2.67 / math.sqrt(MANY) * log_sd
    for point, limit in zip(np.percentile(drawn, (2.5, 97.5)), limits, strict=True):
        assert abs(math.log(point / limit)) < tolerance


# V07 to V09 ----------------------------------------------------------------------------------


def test_v07_price_indices_lead_back_to_the_start(library: ParameterLibrary) -> None:
    """V07: index factor from a year to itself is one; there and back returns the amount."""
    indices = [id for id, p in library.parameters.items() if p.is_price_index]
    assert {"prices.consumer", "prices.earnings", "prices.wellbeing_county"} <= set(indices)
    for id in indices:
        table = library.parameters[id].values[-1].table
        assert table is not None
        years = sorted(int(year) for year in table)[::4]
        for a, b in itertools.product(years, years):
            there, back = index_factor(library, id, a, b), index_factor(library, id, b, a)
            assert there * back == pytest.approx(1.0, rel=1e-14)
            if a == b:
                assert there == 1.0


def test_v07_every_amount_of_law_is_carried_to_the_price_year_alike(
    planned: Planned, world_of: WorldOf, library: ParameterLibrary
) -> None:
    """V07, R18: in prices of 2019 all nominal euros of 2026 shrink by the same consumer prices.

    Nobody works, so nothing but prices differs; benefits and the allowances of services are
    nominal euros of the policy date (price_basis = "nominal"), whatever file they stand in.
    """
    factor = index_factor(library, "prices.consumer", 2026, 2019)
    assert factor < 0.9
    paid = {}
    for year in (2019, 2026):
        plan = planned(f"economics.price_year={year}", "run.draws=4")
        world = world_of(plan)
        hazards = world.hazards
        idle = hazards._replace(
            find=np.zeros_like(hazards.find), reemployment=np.zeros_like(hazards.reemployment)
        )
        monthly = live_block(world._replace(hazards=idle)).monthly
        amounts = category_amounts(
            monthly,
            plan.categories,
            world.prices,
            service_cost(plan.scenario, plan.draws),
            plan.pension_right_share,
        )
        totals = amounts.sum(axis=(0, 1, 2, 3))
        paid[year] = dict(zip((c.name for c in plan.categories), totals, strict=True))
    nominal = ("general_support", "national_pension", "social_assistance", "municipal_tax")
    nominal += tuple(f"{service}_allowance" for service in SERVICES[:2])
    found = {name: paid[2019][name] / paid[2026][name] for name in nominal}
    assert found == pytest.approx(dict.fromkeys(nominal, factor), rel=1e-9)


def test_v08_every_parameter_says_where_it_comes_from(library: ParameterLibrary) -> None:
    """V08: every value has a source and its status, a known unit, and euros have a price year."""
    for id, parameter in library.parameters.items():
        assert parameter.unit in UNITS, id
        euros = parameter.unit.startswith("EUR")
        assert not euros or parameter.price_year or parameter.price_basis == "nominal", id
        for entry in parameter.values:
            if entry.form in ("ends", "missing"):
                continue
            assert entry.source is not None, id
            assert entry.source.basis == "judgement" or entry.source.key in library.sources, id
            assert entry.checked is not None, id


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('unit = "EUR/day"', 'unit = "EUR/fortnight"', "unit"),
        ("price_year = 2024", "", "price_year"),
        ('source.basis = "judgement"', 'source.basis = "hearsay"', "basis"),
    ],
)
def test_v08_an_unknown_unit_or_a_missing_price_year_stops_the_run(
    tmp_path: Path, written: str, instead: str, said: str
) -> None:
    """V08: an unknown unit, status or a missing price year is refused before anything runs."""
    tree = tmp_path / "parameters"
    shutil.copytree(parameters_directory(), tree)
    file = tree / "treatment" / "prices.toml"
    text = file.read_text(encoding="utf-8")
    assert written in text
    file.write_text(text.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said) as error:
        load_library(tree)
    assert "treatment" in str(error.value)


def test_v09_the_cost_of_a_coach_is_the_sum_of_its_components(
    planned: Planned, library: ParameterLibrary
) -> None:
    """V09: pay, holiday bonus, contributions, leadership, overhead, training, review by hand."""
    fixed = {
        "programme.coach_salary": 3300.0,
        "programme.leader_salary": 4200.0,
        "programme.manager_salary": 5400.0,
        "programme.leader_per_coach": 0.2,
        "programme.manager_per_coach": 0.05,
        "programme.holiday_bonus_share": 0.05,
        "programme.employer_contribution_share": 0.2,
        "programme.overhead_share": 0.18,
        "programme.training_cost_coach_year": 1500.0,
        "programme.fidelity_review_year": 6000.0,
    }
    sets = []
    for id, value in fixed.items():
        year = library.parameters[id].price_year
        written = f"{{ value = {value}, price_year = {PRICE_YEAR} }}" if year else value
        sets.append(f"parameters.{id}={written}")
    plan = planned("run.draws=2", "programme.coaches=4", "programme.caseload=16", *sets)
    monthly_pay = 3300 + 840 + 270  # a coach, a fifth of a leader, a twentieth of a manager
    staff_year = monthly_pay * 12 * 1.05 * 1.2
    other_year = 0.18 * staff_year + 1500 + 6000 / 4
    staff, other = coach_year(plan.draws, 4.0)
    np.testing.assert_allclose(staff, staff_year, rtol=1e-13)
    np.testing.assert_allclose(other, other_year, rtol=1e-13)
    per_month = service_cost(plan.scenario, plan.draws).month
    np.testing.assert_allclose(per_month, (staff_year + other_year) / (12 * 16), rtol=1e-13)


def test_v09_the_flat_rate_of_the_funder_is_never_a_cost(planned: Planned) -> None:
    """V09: the flat rate of structural funds is for a bid's budget; no run reads it."""
    with pytest.raises(InputError, match="no run reads this figure"):
        planned("run.draws=4", "parameters.context.esf_flat_rate=0.8")
