"""A run as users and outside checks see it: files, schema, resume, interruption, small cells.

The files, columns and keys are those of the interface; more may be added, none may go.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from ips_econ import run
from ips_econ.errors import InputError, Interrupted, RunError
from ips_econ.evaluation import tables
from ips_econ.evaluation.blocks import Plan, check_levels, simulate_block
from ips_econ.evaluation.execution import Threads, blocks_of
from ips_econ.evaluation.outcomes import SMALLEST_GROUP, Draws
from ips_econ.ledger.accounts import PAYERS, PERSPECTIVES
from ips_econ.scenario.loading import LoadedScenario

Load = Callable[..., LoadedScenario]
Planned = Callable[..., Plan]

STAT = {"mean", "sd", "p2_5", "p50", "p97_5"}
METRICS = {
    "ever_employed_12m",
    "ever_employed_18m",
    "ever_employed_24m",
    "employed_at_12m",
    "employed_at_24m",
    "employed_at_60m",
    "months_employed",
    "months_to_first_job",
    "gross_earnings",
    "net_income",
    "benefits_received",
    "taxes_paid",
    "inpatient_days",
    "outpatient_visits",
    "treatment_cost",
    "service_cost",
    "cost_per_additional_person_employed",
    "cost_per_additional_month_employed",
}
MONTHLY = {
    "employed",
    "employed_part_time",
    "employed_full_time",
    "ever_employed",
    "in_service",
    "gross_earnings",
    "net_income",
    "benefits",
    "inpatient_days",
    "outpatient_visits",
    "alive",
}
COLUMNS = {
    "trajectory.csv": "arm month metric mean sd p2_5 p50 p97_5",
    "flows.csv": "arm year payer category mean sd p2_5 p50 p97_5",
    "programme.csv": "calendar_year quantity payer mean p2_5 p50 p97_5",
    "comparisons.csv": "kind variant metric perspective mean p2_5 p50 p97_5 headline",
    "cumulative.csv": "month perspective mean p2_5 p50 p97_5",
    "gap.csv": "variant month mean p2_5 p97_5",
    "drivers.csv": "parameter perspective rank_correlation low_ci high_ci",
    "payers.csv": "payer mean p2_5 p50 p97_5 p_positive by_construction",
    "lines.csv": "payer category mean p2_5 p50 p97_5",
}
SIZE = ("run.draws=24", "run.people=12", "economics.horizon_years=2")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def summary_of(directory: Path) -> dict[str, Any]:
    return json.loads((directory / "summary.json").read_text("utf-8"))


def numbers_in(value: object) -> Iterator[float]:
    """Every number of a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from numbers_in(entry)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def contents(directory: Path) -> dict[str, bytes]:
    """Every file's bytes but the manifest's, which alone holds times."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


# Files --------------------------------------------------------------------------------------


def test_the_files_of_a_run(small_run: Path) -> None:
    names = {path.name for path in small_run.iterdir()}
    assert {
        "manifest.json",
        "summary.json",
        "draws.parquet",
        "streams.parquet",
        "subgroups.csv",
        "poorer.csv",
        "parameters.csv",
        *COLUMNS,
    } <= names
    assert not {name for name in names if name.endswith((".tmp", ".lock"))}
    assert not (small_run / "blocks").exists(), "finished blocks are for unfinished runs"
    assert not small_run.with_name(small_run.name + ".partial").exists()


@pytest.mark.parametrize("name", COLUMNS)
def test_the_columns_of_a_table(small_run: Path, name: str) -> None:
    table = rows(small_run / name)
    assert table
    assert list(table[0])[: len(COLUMNS[name].split())] == COLUMNS[name].split()


def test_the_trajectory_covers_arms_months_and_metrics(small_run: Path) -> None:
    table = rows(small_run / "trajectory.csv")
    keys = {(row["arm"], int(row["month"]), row["metric"]) for row in table}
    assert len(keys) == len(table), "no row twice"
    assert {arm for arm, _, _ in keys} == {"ips", "control"}
    assert {month for _, month, _ in keys} == set(range(1, 61))
    assert {metric for _, _, metric in keys} >= MONTHLY


def test_the_flows_cover_arms_years_and_payers(small_run: Path) -> None:
    table = rows(small_run / "flows.csv")
    assert {row["arm"] for row in table} == {"ips", "control", "difference"}
    assert {int(row["year"]) for row in table} == {1, 2, 3, 4, 5}
    assert {row["payer"] for row in table} <= set(PAYERS)
    mean = {
        (row["arm"], row["year"], row["payer"], row["category"]): float(row["mean"])
        for row in table
    }
    for (arm, *rest), value in mean.items():
        if arm == "difference":
            ips, control = mean[("ips", *rest)], mean[("control", *rest)]  # type: ignore[index]
            assert value == pytest.approx(ips - control, rel=1e-6, abs=1e-4)


def test_the_programme_tells_what_the_interface_promises(small_run: Path) -> None:
    """Clients entering, in service, waiting, in work; cost, savings, net by payer."""
    table = rows(small_run / "programme.csv")
    quantities = {row["quantity"] for row in table}
    assert {"clients_started", "clients_in_service", "clients_in_work", "net"} <= quantities
    assert {row["payer"] for row in table if row["quantity"] == "net"} == set(PAYERS)
    assert "programme_cost" in quantities
    for word in ("waiting", "savings"):
        assert any(word in quantity for quantity in quantities), word


def test_the_draws_hold_every_sampled_parameter_and_outcome(
    small_run: Path, small_draws: Draws
) -> None:
    table = pq.read_table(small_run / "draws.parquet")
    assert table.num_rows == 32
    names = set(table.column_names)
    assert set(small_draws.plan.draws.sampled) <= names
    outcomes = {m for m in METRICS if not m.startswith("cost_per_")}
    assert {f"{m}.{arm}" for m in outcomes for arm in ("ips", "control", "difference")} <= names
    assert {f"net_present_value.{name}" for name in PERSPECTIVES} <= names
    drawn = table["treatment.inpatient_day"].to_numpy()
    assert np.array_equal(drawn, small_draws.plan.draws.column("treatment.inpatient_day"))


def test_the_streams_add_up_to_the_flows(small_run: Path) -> None:
    table = pq.read_table(small_run / "streams.parquet").to_pandas()
    mean = table.groupby(["arm", "year", "payer", "category"], observed=True)["eur"].mean()
    for row in rows(small_run / "flows.csv"):
        if row["arm"] != "difference":
            key = (row["arm"], int(row["year"]), row["payer"], row["category"])
            assert mean[key] == pytest.approx(float(row["mean"]), rel=1e-8, abs=1e-8)


def test_a_run_with_report_has_every_chart_thrice(load: Load, tmp_path: Path) -> None:
    out = run.simulate(load(*SIZE), run.Options(tmp_path / "out", 1))
    report = (out / "report.html").read_text("utf-8")
    assert "<html" in report
    charts = {path.stem for path in (out / "charts").glob("*.html")}
    assert len(charts) >= 6
    for suffix in (".svg", ".png", ".csv"):
        assert {path.stem for path in (out / "charts").glob(f"*{suffix}")} == charts
    listed = json.loads((out / "manifest.json").read_text("utf-8"))["files"]
    assert {"report.html", "summary.json", "manifest.json"} <= set(listed)


# summary.json ---------------------------------------------------------------------------------


def test_the_schema_of_the_summary(small_run: Path) -> None:
    summary = summary_of(small_run)
    assert summary["schema_version"] == 1
    assert set(summary["scenario"]) >= {"id", "name", "region"}
    facts = {"draws": 32, "people": 40, "months": 60, "seed": 1, "discount_rate": 0.03}
    assert summary["run"] == facts | {"price_year": 2026}
    assert set(summary["outcomes"]) >= METRICS
    for metric, entry in summary["outcomes"].items():
        assert set(entry) == {"unit", "ips", "control", "difference"}, metric
        assert isinstance(entry["unit"], str)
        assert all(set(entry[arm]) == STAT for arm in ("ips", "control", "difference")), metric
    assert set(summary["perspectives"]) == set(PERSPECTIVES)
    for name, entry in summary["perspectives"].items():
        keys = {"net_present_value", "programme_cost", "benefit_cost_ratio", "p_positive"}
        assert set(entry) >= {*keys, "payback_month"}, name
        for key in ("net_present_value", "programme_cost", "benefit_cost_ratio"):
            assert set(entry[key]) == STAT, name
        assert entry["p_positive"] is None or 0.0 <= entry["p_positive"] <= 1.0
        assert set(entry["payback_month"]) == {"p2_5", "p50", "p97_5", "share_within_horizon"}
    assert set(summary["monte_carlo_error"]) >= METRICS
    assert 0.0 <= summary["ledger_imbalance_eur"] < 0.01
    assert set(summary["predictive"]) >= {"clients", "in_work_at_18m"}


def test_percentiles_are_in_order(small_run: Path) -> None:
    summary = summary_of(small_run)
    stats = [e[arm] for e in summary["outcomes"].values() for arm in ("ips", "control")]
    stats += [entry["net_present_value"] for entry in summary["perspectives"].values()]
    for stat in stats:
        if stat["p50"] is not None:
            assert stat["p2_5"] <= stat["p50"] <= stat["p97_5"]


def test_no_figure_is_nan_or_infinite_anywhere(small_run: Path) -> None:
    for path in small_run.iterdir():
        text = path.read_text("utf-8") if path.suffix in (".json", ".csv") else ""
        for line in text.splitlines():
            assert not {"nan", "inf", "-inf", "infinity"} & set(line.lower().split(",")), path.name
        if path.suffix == ".json":
            value = json.loads(text, parse_constant=lambda word: pytest.fail(word))
            assert all(math.isfinite(x) for x in numbers_in(value))
    for name in ("draws.parquet", "streams.parquet"):
        table = pq.read_table(small_run / name)
        for column in table.column_names:
            if str(table.schema.field(column).type) == "double":
                assert np.isfinite(table[column].drop_null().to_numpy()).all(), column


@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
@pytest.mark.parametrize(
    "sets",
    [
        ("run.draws=1", "run.people=1", "economics.horizon_years=1"),
        ("run.draws=3", "run.people=2", "economics.horizon_years=2"),
        ("run.draws=9", "run.people=5", "economics.horizon_years=5", "programme.referrals_month=0"),
    ],
    ids=["one life", "few lives", "nobody is referred"],
)
def test_the_smallest_runs_have_nulls_and_no_nonsense(
    load: Load, tmp_path: Path, sets: tuple[str, ...]
) -> None:
    out = run.simulate(load(*sets), run.Options(tmp_path / "out", 1, report=False))
    text = (out / "summary.json").read_text("utf-8")
    value = json.loads(text, parse_constant=lambda word: pytest.fail(word))
    assert all(math.isfinite(x) for x in numbers_in(value))
    assert not list(rows(out / "subgroups.csv")) or value["run"]["people"] >= SMALLEST_GROUP


# Resume and interruption -------------------------------------------------------------------------


class Stopping:
    """Runs blocks one by one, and is interrupted before the one with this index."""

    def __init__(self, at: int, error: BaseException) -> None:
        self.at, self.error = at, error

    def __call__(
        self, work: Callable[[slice], Any], blocks: Sequence[tuple[int, slice]]
    ) -> Iterator[tuple[int, Any]]:
        for index, block in blocks:
            if index == self.at:
                raise self.error
            yield index, work(block)


@pytest.fixture(scope="module")
def uninterrupted(load: Load, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "run"
    return run.simulate(load(*SIZE), run.Options(out, 1, report=False, block_draws=8))


@pytest.mark.parametrize("at", [1, 2])
def test_an_interrupted_run_keeps_its_blocks_and_resumes_to_the_same_bytes(
    load: Load, tmp_path: Path, uninterrupted: Path, at: int
) -> None:
    loaded, target = load(*SIZE), tmp_path / "run"
    options = run.Options(target, 1, report=False, block_draws=8)
    with pytest.raises(Interrupted, match=f"{at} finished block.* kept"):
        run.simulate(loaded, replace(options, executor=Stopping(at, KeyboardInterrupt())))
    staging = tmp_path / "run.partial"
    assert not target.exists(), "nothing half-finished stands in the result's place"
    assert len(list((staging / "blocks").iterdir())) == at
    assert json.loads((staging / "manifest.json").read_text("utf-8"))["status"] == "partial"

    begun: list[int] = []

    def noting(
        work: Callable[[slice], Any], blocks: Sequence[tuple[int, slice]]
    ) -> Iterator[tuple[int, Any]]:
        begun.extend(index for index, _ in blocks)
        yield from Threads(2)(work, blocks)

    finished = run.simulate(loaded, replace(options, resume=True, executor=noting))
    assert begun == list(range(at, 3)), "only the missing blocks are simulated"
    assert contents(finished) == contents(uninterrupted)
    assert not staging.exists()


def test_progress_counts_the_draws_that_are_on_disk_already(load: Load, tmp_path: Path) -> None:
    loaded = load(*SIZE)
    options = run.Options(tmp_path / "run", 1, report=False, block_draws=8)
    with pytest.raises(Interrupted):
        run.simulate(loaded, replace(options, executor=Stopping(2, KeyboardInterrupt())))
    seen: list[tuple[int, int]] = []
    run.simulate(loaded, replace(options, resume=True), lambda *counts: seen.append(counts))
    assert seen == [(24, 24)]


def test_a_failed_run_leaves_the_earlier_result_alone(
    load: Load, tmp_path: Path, uninterrupted: Path
) -> None:
    loaded, target = load(*SIZE), tmp_path / "run"
    options = run.Options(target, 1, report=False, block_draws=8)
    run.simulate(loaded, options)
    other = load(*SIZE, "run.seed=5")
    with pytest.raises(RunError, match="the disk is full"):
        failing = Stopping(1, RunError("the disk is full"))
        run.simulate(other, replace(options, executor=failing))
    assert contents(target) == contents(uninterrupted)


@pytest.mark.parametrize(
    "change",
    ["run.seed=2", "parameters.treatment.inpatient_day=500", "programme.caseload=15"],
)
def test_other_inputs_cannot_be_resumed(load: Load, tmp_path: Path, change: str) -> None:
    options = run.Options(tmp_path / "run", 1, report=False, block_draws=8)
    with pytest.raises(Interrupted):
        run.simulate(load(*SIZE), replace(options, executor=Stopping(1, KeyboardInterrupt())))
    with pytest.raises(InputError, match="had other inputs"):
        run.simulate(load(*SIZE, change), replace(options, resume=True))


def test_a_finished_run_says_what_it_was_made_of(uninterrupted: Path, load: Load) -> None:
    manifest = json.loads((uninterrupted / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == "complete"
    assert (manifest["seed"], manifest["draws"], manifest["people"]) == (1, 24, 12)
    assert manifest["months"] == 24
    assert manifest["policy_date"] == "2026-06-01" and manifest["price_year"] == 2026
    loaded = load(*SIZE)
    assert manifest["scenario"] == loaded.scenario.model_dump(mode="json")
    assert manifest["overridden"] == list(loaded.overridden)
    assert {"numpy", "scipy", "numba"} <= set(manifest["libraries"])
    assert "treatment/prices.toml" in manifest["parameter_files"]
    assert all(len(sha) == 64 for sha in manifest["parameter_files"].values())
    assert {"started", "finished", "wall_seconds", "version", "messages"} <= set(manifest)


def test_blocks_cover_every_draw_once() -> None:
    for draws, size in ((1, 8), (64, 8), (65, 32), (7, 100)):
        covered = [d for _, block in blocks_of(draws, size) for d in range(draws)[block]]
        assert covered == list(range(draws))


# Levels that cannot be reached ---------------------------------------------------------------


def test_a_level_missed_in_one_draw_of_a_hundred_is_reported_and_in_two_stops_the_run() -> None:
    missed = np.zeros(100)
    missed[4] = 0.02
    assert check_levels(missed) == 1
    missed[5] = 0.02
    with pytest.raises(RunError, match="in 2 of 100 draws the share who find work by month 18"):
        check_levels(missed)


def test_an_impossible_level_stops_the_run_and_says_which_parameter(
    load: Load, tmp_path: Path
) -> None:
    loaded = load(*SIZE, "parameters.effect.control_ever_employed_18m_severe=0.93")
    with pytest.raises(RunError, match=r"Lower effect\.control_ever_employed_18m_severe"):
        run.simulate(loaded, run.Options(tmp_path / "run", 1, report=False))
    assert not (tmp_path / "run").exists()


# Small cells -----------------------------------------------------------------------------------


def test_subgroups_of_fewer_than_five_are_never_shown(planned: Planned) -> None:
    """A diagnosis of one client in fifty: in most draws of 60 people fewer than five have it.

    What is shown is the mean over the draws in which there are five, or nothing at all.
    """
    rare = "population.diagnosis={ psychosis = 0.96, bipolar = 0.02, depression_anxiety = 0.02 }"
    plan = planned(rare, "run.draws=40", "run.people=60")
    draws = Draws(plan, simulate_block(plan, slice(0, 40)))
    sizes = draws.blocks["group_sizes"]
    assert (sizes[:, 1] < SMALLEST_GROUP).mean() > 0.9
    table = tables.subgroups_table(draws)
    shown = {
        (d, s, m): mean
        for d, s, m, a, mean in zip(
            table["dimension"],
            table["subgroup"],
            table["metric"],
            table["arm"],
            table["mean"],
            strict=True,
        )
        if a == "ips"
    }
    for g, (dimension, name) in enumerate(tables.subgroup_names()):
        enough = sizes[:, g] >= SMALLEST_GROUP
        key = (dimension, name, "months_employed")
        assert (key in shown) == bool(enough.any()), key
        if enough.any():
            k = [m.name for m in tables.GROUP_MEASURES].index("MONTHS_EMPLOYED")
            sums = draws.blocks["group_sums"][enough, g, 1, k]
            assert shown[key] == pytest.approx(sums.sum() / sizes[enough, g].sum())


def test_a_run_of_four_people_shows_no_subgroup(planned: Planned) -> None:
    plan = planned("run.draws=4", "run.people=4")
    draws = Draws(plan, simulate_block(plan, slice(0, 4)))
    assert not any(tables.subgroups_table(draws).values())
