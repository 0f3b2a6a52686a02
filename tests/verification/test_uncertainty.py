"""Verification, domains *uncertainty* and *other*: V38, V44 to V47 of the black-box list.

Every stochastic assertion states its false-alarm rate: how often it would fail, over seeds, if the
model were right.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.special import ndtri
from scipy.stats import f as f_distribution
from scipy.stats import spearmanr

from ips_econ import run
from ips_econ.errors import InputError
from ips_econ.evaluation.blocks import Plan, simulate_block
from ips_econ.ledger.posting import Count
from ips_econ.ledger.prices import service_cost
from ips_econ.ledger.walk import Measure, World, live_block
from ips_econ.parameters.draws import draw_parameters, sampled_dimensions
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.scenario.loading import LoadedScenario
from ips_econ.tax_benefit.items import Item
from ips_econ.trajectories.benefit_status import BenefitHazards

Load = Callable[..., LoadedScenario]
Planned = Callable[..., Plan]
WorldOf = Callable[[Plan], World]

ON = date(2026, 6, 1)
CONTROL, IPS, DIFFERENCE = 0, 1, 2


# V38 ------------------------------------------------------------------------------------------


def certain(library: ParameterLibrary) -> ParameterLibrary:
    """The shipped parameters, each fixed at its value: every standard deviation is zero."""
    overrides: dict[str, object] = {}
    for column in sampled_dimensions(library, ON):
        id = column if column in library.parameters else ".".join(column.split(".")[:2])
        entry = library.parameters[id].entry_on(ON)
        assert entry is not None
        overrides[id] = entry.value if entry.table is None else {"table": dict(entry.table)}
    return library.with_overrides(overrides)


def test_v38_without_uncertainty_every_draw_is_the_deterministic_run(
    library: ParameterLibrary, load: Load
) -> None:
    """V38: all sds zero, one shared replicate: each draw equals the deterministic run exactly."""
    loaded = load("run.draws=12", "run.shared_replicate=true", parameters=certain(library))
    plan = run.plan_of(loaded)
    assert plan.draws.sampled == ()
    block = simulate_block(plan, slice(0, 12))
    economics = loaded.scenario.economics
    point = draw_parameters(
        loaded.library, on=ON, price_year=economics.price_year, draws=1, seed=99, deterministic=True
    )
    assert len(point) == 1
    alone = simulate_block(Plan(loaded.scenario, loaded.library, point), slice(0, 1))
    assert alone["sums"].any()
    for name, values in block.items():
        for draw in range(12):
            if name == "level_miss":  # a rounding error itself
                assert values[draw] == pytest.approx(alone[name][0], abs=1e-12)
            else:
                assert np.array_equal(values[draw], alone[name][0]), (name, draw)


def test_v38_without_a_shared_replicate_only_luck_differs(
    library: ParameterLibrary, load: Load
) -> None:
    """V38, the other half: fresh people per draw differ, by luck alone (see V46 for how much)."""
    plan = run.plan_of(load("run.draws=4", parameters=certain(library)))
    sums = simulate_block(plan, slice(0, 4))["sums"]
    assert np.ptp(sums[:, IPS, Measure.NET_INCOME]) > 0.0


# V43, the other way round ---------------------------------------------------------------------

LEFT_OUT = {
    "effect.caseload_exponent": "the caseload is 20",
    "effect.fidelity_fair_share": "fidelity is good",
    "effect.late_entry_ratio": "gives way to the path of persistence",
    "effect.competitive_work_ratio_nordic": "another pool of trials",
    "effect.competitive_work_ratio_optimistic": "another pool of trials",
    "effect.competitive_work_ratio_sceptical": "another pool of trials",
    "treatment.allocation_inpatient_ratio": "treatment does not differ",
    "treatment.employment_outpatient_ratio": "treatment does not differ",
}
"""Uncertain parameters that the national scenario does not use, and why."""


def arrays_of(values: object) -> list[np.ndarray]:
    if isinstance(values, tuple):
        return [array for part in values for array in arrays_of(part)]
    return [np.asarray(values)]


def test_v43_every_parameter_reported_as_uncertain_is_used_as_drawn(
    planned: Planned, world_of: WorldOf
) -> None:
    """V43 turned round: what is drawn enters the model draw by draw, or there is a reason.

    One draw of a parameter is moved; what the walk reads for that draw must move, and for the
    other draws nothing.
    """
    plan = planned("run.draws=4", "economics.horizon_years=5")
    before = arrays_of(world_of(plan))
    unused, spilt = set(), set()
    for column in plan.draws.sampled:
        moved = plan.draws.values.copy()
        moved[0, plan.draws.ids.index(column)] *= 0.9
        moved[0, plan.draws.ids.index(column)] += 1e-3
        changed = replace(plan, draws=replace(plan.draws, values=moved))
        changed.__dict__.update(rules=plan.rules, lines=plan.lines)
        after = arrays_of(world_of(changed))
        by_draw = [
            (a[0], b[0], a[1:], b[1:])
            for a, b in zip(before, after, strict=True)
            if a.ndim and len(a) == 4
        ]
        if all(np.array_equal(a, b) for a, b, _, _ in by_draw):
            unused.add(column)
        whole = [(a, b) for a, b in zip(before, after, strict=True) if not a.ndim or len(a) != 4]
        others = [(a, b) for _, _, a, b in by_draw]
        if not all(np.array_equal(a, b) for a, b in (*whole, *others)):
            spilt.add(column)
    assert {"used otherwise": unused ^ set(LEFT_OUT), "felt by other draws": spilt} == {
        "used otherwise": set(),
        "felt by other draws": set(),
    }


# V44 ------------------------------------------------------------------------------------------

CARRIED_OUT = [(1, 8), (2, 8), (4, 8), (1, 32), (2, 32), (4, 64), (2, 63)]
LOCAL_VALUES = (
    "treatment.frailty_shape={ value = 0.5, low = 0.3, high = 0.9 }",
    "treatment.episode_days_sigma={ value = 1.3, low = 1.0, high = 1.6 }",
    "wages.part_time_hours_mean={ value = 23, low = 18, high = 27 }",
    "employment.reference_unemployment_rate={ value = 0.065, low = 0.05, high = 0.08 }",
)
"""Distributions that a planner may give to parameters that are shipped as certain."""


def files_of(directory: Path) -> dict[str, bytes]:
    """Every CSV and JSON but the manifest, which alone holds times."""
    return {
        path.name: path.read_bytes()
        for path in directory.iterdir()
        if path.suffix in (".csv", ".json") and path.name != "manifest.json"
    }


def test_v44_results_do_not_depend_on_workers_or_blocks(load: Load, tmp_path: Path) -> None:
    """V44: jobs 1, 2, 4, blocks of 8, 32, 64 and 63 + 1 draws: same bytes, same parquet values."""
    loaded = load("run.draws=64", "run.people=20", "economics.horizon_years=2")
    reference = run.simulate(loaded, run.Options(tmp_path / "one", 1, block_draws=64, report=False))
    expected = files_of(reference)
    assert {"summary.json", "flows.csv", "trajectory.csv", "drivers.csv"} <= set(expected)
    different: dict[str, list[str]] = {}
    for jobs, size in CARRIED_OUT:
        options = run.Options(tmp_path / f"{jobs}-{size}", jobs, block_draws=size, report=False)
        again = run.simulate(loaded, options)
        found = files_of(again)
        assert set(found) == set(expected)
        wrong = [name for name in expected if found[name] != expected[name]]
        for name in ("draws.parquet", "streams.parquet"):
            if not pq.read_table(again / name).equals(pq.read_table(reference / name)):
                wrong.append(name)
        if wrong:
            different[f"{jobs} workers, blocks of {size}"] = sorted(wrong)
    assert not different


@pytest.mark.parametrize("written", LOCAL_VALUES)
def test_v44_a_planners_own_distribution_is_drawn_or_refused(load: Load, written: str) -> None:
    """V44 with a local distribution: the same draws in any block, or a refusal that names the id.

    Taking the mean, or the first draw, of whatever happens to stand in one block does neither.
    """
    sets = ("run.draws=16", "run.people=10", "economics.horizon_years=1")
    try:
        plan = run.plan_of(load(*sets, f"parameters.{written}"))
        whole = simulate_block(plan, slice(0, 16))["sums"]
        parts = [simulate_block(plan, slice(s, s + 4))["sums"] for s in range(0, 16, 4)]
    except InputError as refusal:
        assert written.split("=")[0] in str(refusal)
    else:
        assert np.array_equal(np.concatenate(parts), whole)
        id, value = written.split("=", 1)
        certain_value = value.split("value =")[1].split(",")[0]
        fixed = run.plan_of(load(*sets, f"parameters.{id}={certain_value}"))
        assert not np.array_equal(simulate_block(fixed, slice(0, 16))["sums"], whole)


def test_v44_a_repeated_run_gives_the_same_bytes(load: Load, tmp_path: Path) -> None:
    """V44: the same command twice: identical files, dates and times in the manifest alone."""
    loaded = load("run.draws=8", "economics.horizon_years=2")
    first, second = (
        run.simulate(loaded, run.Options(tmp_path / name, 2, block_draws=4, report=False))
        for name in ("first", "second")
    )
    assert files_of(first) == files_of(second)
    times = ("started", "finished", "wall_seconds")
    manifests = [json.loads((p / "manifest.json").read_text("utf-8")) for p in (first, second)]
    for manifest in manifests:
        assert all(manifest.pop(name) is not None for name in times)
    assert manifests[0] == manifests[1]


def test_v44_a_new_seed_changes_results_within_monte_carlo_error(planned: Planned) -> None:
    """V44: another seed, other numbers, no other result.

    Two runs' means differ by less than 7 standard errors, each estimated from 8 scramblings (t
    with about 14 degrees of freedom): false alarm 6e-6 for each of five figures.
    """
    sizes = ("run.draws=64", "run.people=100")
    means, errors = [], []
    for seed in (1, 2):
        plan = planned(*sizes, f"run.seed={seed}")
        values = simulate_block(plan, slice(0, 64))["sums"][:, DIFFERENCE] / 100
        groups = np.stack([values[plan.draws.scrambling == g].mean(axis=0) for g in range(8)])
        means.append(values.mean(axis=0))
        errors.append(groups.std(axis=0, ddof=1) / np.sqrt(8))
    for k in (
        Measure.EVER_EMPLOYED_18M,
        Measure.MONTHS_EMPLOYED,
        Measure.NET_INCOME,
        Measure.WELLBEING_COUNTY,
        Measure.SOCIETY,
    ):
        assert means[0][k] != means[1][k]
        assert abs(means[0][k] - means[1][k]) < 7 * np.hypot(errors[0][k], errors[1][k]), k.name


# V45 ------------------------------------------------------------------------------------------


def test_v45_joint_draws_keep_the_stated_correlations(library: ParameterLibrary) -> None:
    """V45: every stated rank correlation is found in the draws, and no other one.

    4,096 draws: the standard error of a rank correlation is at most 0.016; limits are 5 of them
    (6e-7 each). For pairs that are not stated the largest of 4,000 is allowed 6 (8e-6 in all).
    """
    draws = draw_parameters(library, on=ON, price_year=2026, draws=4096, seed=11)
    stated = {}
    for pair in library.correlations:
        first, second = (draws.column(id) for id in pair.between)
        assert spearmanr(first, second).statistic == pytest.approx(pair.rank, abs=0.08)
        stated[frozenset(pair.between)] = pair.rank
    assert len(stated) > 10
    mixes = ("comparator.service_shares.", "benefits.earnings_related_pension_level_shares.")
    linked = {id for pair in stated for id in pair}
    free = [c for c in draws.sampled if not c.startswith(mixes) and c not in linked]
    columns = np.stack([draws.column(id) for id in free], axis=1)
    among = spearmanr(columns).statistic
    assert np.abs(among - np.eye(len(free))).max() < 6 / np.sqrt(4096)


def test_v45_what_is_left_of_the_gap_never_grows(planned: Planned) -> None:
    """V45: the order that was specified: the share left at month 60 is at most that at month 36."""
    from ips_econ.trajectories.hazards import Persistence
    from ips_econ.trajectories.inputs import persistence_path

    plan = planned("run.draws=512")
    path = persistence_path(Persistence.SUSTAINED, plan.library, plan.scenario, plan.draws)
    assert np.all(np.diff(path.gap_knots, axis=1) <= 0.0)
    assert np.all(np.diff(path.knot_months) > 0.0)
    assert (np.diff(path.gap_knots[:, :2], axis=1) < 0.0).any()


# V46 ------------------------------------------------------------------------------------------


def ratio_of_variances(values: np.ndarray, few: int, many: int) -> tuple[float, float, float]:
    """n x variance of means of ``many`` over that of ``few``, and its 1e-7 and 1 - 1e-7 points."""
    variances = []
    for size in (few, many):
        means = values[: len(values) // size * size].reshape(-1, size).mean(axis=1)
        variances.append((size * means.var(ddof=1), len(means) - 1))
    (small, df_small), (large, df_large) = variances
    low, high = f_distribution.ppf((1e-7, 1 - 1e-7), df_large, df_small)
    return large / small, float(low), float(high)


def test_v46_the_error_falls_with_the_square_root_of_the_draws(planned: Planned) -> None:
    """V46: with pseudo-random points the variance of a mean of n draws falls as 1/n.

    4,096 draws in batches of 8 and of 128; the ratio of n x variance follows F (31, 511), whose
    limits are taken at 1e-7: false alarm 2e-7 for each of three figures (skewed means widen it a
    little: 1e-6).
    """
    base = planned("run.people=5", "economics.horizon_years=2")
    dimensions = sampled_dimensions(base.library, ON)
    points = np.random.default_rng(46).random((4096, len(dimensions)))
    draws = draw_parameters(
        base.library,
        on=ON,
        price_year=2026,
        draws=4096,
        seed=0,
        points=np.clip(points, 1e-12, None),
    )
    plan = Plan(base.scenario, base.library, draws)
    sums = live_of(plan, 4096)
    for k in (Measure.MONTHS_EMPLOYED, Measure.NET_INCOME, Measure.SOCIETY):
        ratio, low, high = ratio_of_variances(sums[:, DIFFERENCE, k], 8, 128)
        assert low < ratio < high, k.name


def live_of(plan: Plan, draws: int) -> np.ndarray:
    """Sums ``(draw, control/ips/difference, measure)`` of the headline, in blocks."""
    from ips_econ.evaluation.blocks import Worlds

    starts = range(0, draws, 256)
    return np.concatenate(
        [live_block(Worlds(plan, slice(s, min(s + 256, draws))).headline).sums for s in starts]
    )


def test_v46_luck_falls_with_the_square_root_of_the_people(
    library: ParameterLibrary, load: Load
) -> None:
    """V46: with certain parameters the variance left is luck, and falls as 1/people.

    2,048 replicates of 4 people in batches of 2 and of 64 (8 and 256 people); F (31, 1023) at
    1e-7: false alarm 2e-7 for each of two figures.
    """
    loaded = load(
        "run.draws=2048",
        "run.people=4",
        "economics.horizon_years=2",
        parameters=certain(library),
    )
    sums = live_of(run.plan_of(loaded), 2048)
    for k in (Measure.NET_INCOME, Measure.SOCIETY):
        ratio, low, high = ratio_of_variances(sums[:, IPS, k], 2, 64)
        assert low < ratio < high, k.name


# V47 ------------------------------------------------------------------------------------------

ONE_CLASS = (
    "run.people=40000",
    "run.draws=1",
    "economics.horizon_years=5",
    "programme.years=1",
    "population.diagnosis={ psychosis = 1.0 }",
    "population.recent_work_share=0",
    "population.higher_education_share=0",
    "population.benefit_at_entry={ none = 1.0 }",
    "population.mean_age=40",
    "population.sd_age=1",
    "population.min_age=36",
    "population.max_age=43",
    "comparator.services={ none = 1.0 }",
)
AGE_36_TO_44 = 2  # the age band of everybody here
SEVERE = 0  # the group of diagnoses
STRATUM = AGE_36_TO_44 * 8  # severe illness, no recent work, no higher education, no pension


def expected_course(world: World, arm: int) -> np.ndarray:
    """Expected share in work by month of one covariate class: arithmetic on masses, no people."""
    hazards = world.hazards
    find = hazards.find[0, arm, 0, :, :, STRATUM]  # (phase, class)
    months = world.months
    low = world.population.low_share[0]
    seeking = np.array([1.0 - low, low])
    first = np.zeros(months + 2)  # by completed months in the job
    later = out = 0.0
    course = np.zeros(months)
    for month in range(1, months + 1):
        phase = 0 if month <= 9 else 1 if month <= 18 else 2
        when = 0 if month <= 18 else 1
        m = hazards.multiplier[0, arm, 0, SEVERE, month - 1]
        starting = seeking * np.minimum(1.0, find[phase] * m)
        leaving = first * np.minimum(1.0, hazards.first_loss[0, arm, 0, when, : months + 2] / m)
        leaving_later = later * min(1.0, hazards.later_loss[0, arm, 0, when] / m)
        again = out * min(1.0, hazards.reemployment[0, arm, 0, month - 1] * m)
        seeking = seeking - starting
        first = np.concatenate([[0.0], (first - leaving)[:-1]])
        first[1] = starting.sum()
        later += again - leaving_later
        out += leaving.sum() + leaving_later - again
        course[month - 1] = first.sum() + later
    assert seeking.sum() + first.sum() + later + out == pytest.approx(1.0)
    return course


@pytest.mark.parametrize("persistence", ["sustained", "catch_up", "hazards_only"])
def test_v47_a_cohort_without_individuals_gives_the_same_means(
    load: Load, world_of: WorldOf, persistence: str
) -> None:
    """V47: expected employment by month and arm, pay and programme cost against 40,000 people.

    One covariate class, nobody dies, no benefit: 120 shares within 5.5 binomial standard errors
    (4e-8 each, 5e-6 in all) and four means within 5.5 of theirs.
    """
    loaded = load(*ONE_CLASS, f"economics.persistence={persistence}")
    point = draw_parameters(
        loaded.library, on=ON, price_year=2026, draws=1, seed=0, deterministic=True
    )
    plan = Plan(loaded.scenario, loaded.library, point)
    world = world_of(plan)
    world = world._replace(
        death=np.zeros_like(world.death),
        benefits=BenefitHazards(*(np.zeros_like(x) for x in world.benefits)),
    )
    totals = live_block(world)
    people = world.people
    assert totals.group_sizes[0, 3 + AGE_36_TO_44] == people, "one age band"

    def close(total: float, square: float, expected: float) -> None:
        error = np.sqrt((square / people - (total / people) ** 2) / people)
        assert abs(total / people - expected) < 5.5 * error

    pay_mean = mean_pay(world)
    for arm in (CONTROL, IPS):
        course = expected_course(world, arm)
        found = totals.monthly[0, arm, 0, :, Count.EMPLOYED] / people
        error = np.sqrt(course * (1.0 - course) / people)
        assert np.all(np.abs(found - course) < 5.5 * error)
        assert 0.05 < course[17] < 0.6
        for k, expected in (
            (Measure.MONTHS_EMPLOYED, course.sum()),
            (Measure.GROSS_EARNINGS, (course * world.prices.discount).sum() * pay_mean),
        ):
            close(totals.sums[0, arm, k], totals.squares[0, arm, k], expected)
    mean_months = float(world.population.months_in_service[0])
    served = (1.0 - 1.0 / mean_months) ** np.arange(world.months)
    cost = (served * world.prices.discount).sum() * service_cost(plan.scenario, point).month[0]
    k = Measure.PROGRAMME_COST
    close(totals.sums[0, IPS, k], totals.squares[0, IPS, k], cost)
    gross = totals.monthly[0, :, 0, :, Item.gross_wage].sum()
    worked = totals.monthly[0, :, 0, :, Count.EMPLOYED].sum()
    assert gross / worked == pytest.approx(pay_mean, rel=0.02)


def mean_pay(world: World) -> float:
    """Mean monthly pay of a job, EUR: hours by pay of one hour, in the steps that pay comes in."""
    terms, step = world.terms, world.rules.pay_step
    scores = ndtri((np.arange(512) + 0.5) / 512)
    relative = terms.hourly_wage[0] * np.exp(terms.between_job_sd[0] * scores)
    full = terms.full_time_hours * 52 / 12 * relative
    part = np.multiply.outer(terms.hours_quantiles[::8] * 52 / 12, relative)
    highest = step * (world.rules.items.shape[2] - 1)
    stepped = [np.clip(np.floor(x / step + 0.5) * step, step, highest).mean() for x in (full, part)]
    share = terms.full_time_share[0]
    return float(share * stepped[0] + (1.0 - share) * stepped[1])


def test_v47_the_headline_of_a_run_is_the_mean_of_its_draws(small_run: Path) -> None:
    """V47, V51: the table of trajectories, the summary and the draws tell one story."""
    summary = json.loads((small_run / "summary.json").read_text("utf-8"))
    draws = pq.read_table(small_run / "draws.parquet").to_pydict()
    for metric in ("ever_employed_18m", "months_employed", "gross_earnings"):
        for arm in ("ips", "control", "difference"):
            told = summary["outcomes"][metric][arm]["mean"]
            assert told == pytest.approx(np.mean(draws[f"{metric}.{arm}"]), rel=1e-9)
    with (small_run / "trajectory.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "employed"]
    for arm in ("ips", "control"):
        months = sum(float(row["mean"]) for row in rows if row["arm"] == arm)
        told = summary["outcomes"]["months_employed"][arm]["mean"]
        assert months == pytest.approx(told, rel=1e-8)


def test_v47_a_block_of_one_draw_is_that_draw(planned: Planned) -> None:
    """V47 for the machinery: draws one by one are the draws of one block, bit by bit."""
    plan = planned("run.draws=16")
    together = simulate_block(plan, slice(0, 16))
    alone = simulate_block(replace(plan), slice(5, 6))
    for name in ("sums", "trajectory", "yearly", "present", "payer_month"):
        assert np.array_equal(together[name][5], alone[name][0]), name
