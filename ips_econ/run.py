"""The straight path from a scenario to a result directory.

A scenario and the library of published parameters give draws of everything uncertain. Each draw
solves the monthly hazards that reproduce its published levels, and each client lives month by
month once with IPS and once with traditional rehabilitation, with the same luck. Employment, pay,
taxes, benefits, service and treatment use are posted to a double-entry ledger. Blocks of draws are
simulated, posted, checked, written and forgotten; their joined results become outcomes by payer
with their uncertainty, tables, charts and a report.
"""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ips_econ.compilation import source_hash
from ips_econ.evaluation import tables
from ips_econ.evaluation.blocks import Arrays, Plan, check_levels, plan_of, simulate_block
from ips_econ.evaluation.drivers import drivers_table
from ips_econ.evaluation.execution import BLOCK_DRAWS, Executor, Threads, blocks_of
from ips_econ.evaluation.outcomes import DIFFERENCE, UNITS, Draws, measure_of, summary
from ips_econ.evaluation.statistics import shrinkage
from ips_econ.file_formats import Labels
from ips_econ.ledger.accounts import PERSPECTIVES
from ips_econ.locations import parameters_directory
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.run_directory import RunDirectory, run_key
from ips_econ.scenario.loading import LoadedScenario

LIBRARIES = ("numpy", "scipy", "numba", "pandas", "pyarrow", "plotly", "matplotlib", "pydantic")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Options:
    """How a run is carried out; none of it changes the numbers."""

    out: Path
    jobs: int | None = None
    resume: bool = False
    report: bool = True
    block_draws: int = BLOCK_DRAWS
    executor: Executor | None = None


def simulate(loaded: LoadedScenario, options: Options, progress: Progress | None = None) -> Path:
    """Run a scenario and write its result directory.

    Parameters
    ----------
    loaded : the resolved scenario with its library.
    options : where to and how; see :class:`Options`.
    progress : called with the finished and all draws after every block.

    Returns
    -------
    Path of the finished run directory.

    Raises
    ------
    RunError
        An identity is broken, a level cannot be reached, or the disk is full.
    Interrupted
        Stopped by the user; finished blocks are kept for ``resume``.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    inputs = run_inputs(loaded, options)
    with RunDirectory.start(options.out, run_key(inputs), resume=options.resume) as directory:
        facts = simulate_into(directory, loaded, options, progress)
        directory.write_manifest(facts)
        if options.report:
            from ips_econ.report.documents import write_report

            write_report(directory.path, loaded.scenario.language)
        times = {
            "started": started.isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "wall_seconds": round(time.perf_counter() - clock, 3),
        }
        return directory.complete({**facts, **times}).path


def simulate_into(
    directory: RunDirectory, loaded: LoadedScenario, options: Options, progress: Progress | None
) -> dict[str, Any]:
    """Simulate, evaluate and write every table; returns the facts of the manifest."""
    plan = plan_of(loaded)
    plan.prepare()
    draws = Draws(plan, run_blocks(plan, directory, options, progress))
    missed = check_levels(draws.blocks["level_miss"])
    write_tables(draws, directory)
    return manifest(loaded, draws, missed)


def run_blocks(
    plan: Plan, directory: RunDirectory, options: Options, progress: Progress | None
) -> Arrays:
    """Simulate every block that is not yet on disk, and join all of them in order."""
    blocks = blocks_of(len(plan.draws), options.block_draws)
    results: dict[int, Arrays] = {}
    if options.resume:
        results = {i: directory.read_block(i) for i, _ in blocks if directory.has_block(i)}
    waiting = [(index, rows) for index, rows in blocks if index not in results]
    execute = options.executor or Threads(options.jobs)
    done = sum(rows.stop - rows.start for index, rows in blocks if index in results)
    rows_of = dict(blocks)
    for index, arrays in execute(lambda rows: simulate_block(plan, rows), waiting):
        directory.write_block(index, arrays)
        results[index] = arrays
        done += rows_of[index].stop - rows_of[index].start
        if progress is not None:
            progress(done, len(plan.draws))
    names = list(results[0])
    return {
        name: np.concatenate([results[index].pop(name) for index, _ in blocks]) for name in names
    }


def write_tables(draws: Draws, directory: RunDirectory) -> None:
    """Every file of the run directory but the manifest and the report."""
    directory.write_json("summary.json", summary(draws))
    files: dict[str, tables.Table] = {
        "trajectory.csv": tables.trajectory_table(draws),
        "flows.csv": tables.flows_table(draws),
        "cumulative.csv": tables.cumulative_table(draws),
        "gap.csv": tables.gap_table(draws),
        "yearly.csv": tables.yearly_table(draws),
        "payers.csv": tables.payers_table(draws),
        "lines.csv": tables.lines_table(draws),
        "comparisons.csv": tables.comparisons_table(draws),
        "subgroups.csv": tables.subgroups_table(draws),
        "programme.csv": tables.programme_table(draws),
        "poorer.csv": tables.poorer_table(draws),
        "drivers.csv": drivers_table(draws),
        "parameters.csv": tables.parameters_table(draws),
    }
    for name, table in files.items():
        directory.write_csv(name, list(table), list(table.values()))
    directory.write_parquet("draws.parquet", tables.draws_columns(draws))
    streams = {
        name: Labels(tuple(column[1]), column[0]) if isinstance(column, tuple) else column
        for name, column in tables.streams_columns(draws).items()
    }
    directory.write_parquet("streams.parquet", streams)


def file_hash(path: Path) -> str:
    """SHA-256 (hex) of a file, with line ends as in the repository."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def parameter_files() -> dict[str, str]:
    """SHA-256 of each parameter file by its path below ``parameters/``."""
    root = parameters_directory()
    return {
        path.relative_to(root).as_posix(): file_hash(path) for path in sorted(root.rglob("*.toml"))
    }


def run_inputs(loaded: LoadedScenario, options: Options) -> dict[str, Any]:
    """All that a run's numbers, and its blocks on disk, depend on."""
    return {
        "scenario": loaded.scenario.model_dump(mode="json"),
        "overrides": override_values(loaded.library),
        "parameter_files": parameter_files(),
        "sources": source_hash(),
        "block_draws": options.block_draws,
    }


def override_values(library: ParameterLibrary) -> dict[str, Any]:
    """The parameters that the scenario replaced, as they now stand."""
    return {
        id: [entry.model_dump(mode="json") for entry in library.parameters[id].values]
        for id in sorted(library.overridden)
    }


def luck_shares(draws: Draws) -> dict[str, float]:
    """Share of the variance of each difference over draws that was people's luck."""
    shares = {}
    names = {m: m for m in UNITS if not m.startswith("cost_per_") and m != "months_to_first_job"}
    names.update({f"net_present_value.{p}": measure_of(p) for p in PERSPECTIVES})
    for name, metric in names.items():
        if draws.exists(metric):
            values = draws.values(metric, DIFFERENCE)
            shares[name] = 1.0 - shrinkage(values, draws.luck_of(metric, DIFFERENCE)) ** 2
    return shares


def manifest(loaded: LoadedScenario, draws: Draws, missed: int) -> dict[str, Any]:
    """What was run, on what, with which versions; times are added when the run ends."""
    scenario = loaded.scenario
    misses = draws.blocks["gap_misses"]
    messages = []
    if missed:
        messages.append(
            f"{missed} of {len(misses)} draws could not reach their level of employment by "
            "month 18; the nearest level was used"
        )
    if int((misses > 0).sum()):
        messages.append(
            f"in {int((misses > 0).sum())} of {len(misses)} draws the employment gap left the "
            "chosen path of persistence in some month"
        )
    return {
        "version": version("ips-econ"),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "source_sha256": source_hash(),
        "seed": scenario.run.seed,
        "draws": scenario.run.draws,
        "people": scenario.run.people,
        "months": draws.plan.months,
        "policy_date": scenario.economics.policy_date.isoformat(),
        "price_year": scenario.economics.price_year,
        "scenario": scenario.model_dump(mode="json"),
        "scenario_files": dict(loaded.files),
        "origin": dict(loaded.origin),
        "overridden": list(loaded.overridden),
        "parameter_files": parameter_files(),
        "unreached_levels": missed,
        "multiplier_misses": int(misses.sum()),
        "luck_variance_share": luck_shares(draws),
        "messages": messages,
    }
