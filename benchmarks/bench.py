"""Speed and memory of the compiled walk, beside its plain-numpy twin, in one run.

    python benchmarks/bench.py

Times of one core are processor time of the thread, the best of several repeats, so that a busy
machine disturbs them little; parallel efficiency is of wall time and needs two free cores. Peak
memory is that of a fresh process for each size, because a process never reports a lower peak.
Required is the exponent against person-months, over all sizes measured; against months alone it is
a little lower, because drawing a person's attributes costs the same for any horizon.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # tests/oracles holds the twin

if TYPE_CHECKING:
    from ips_econ.evaluation.blocks import Plan
    from ips_econ.ledger.walk import World

SCENARIO = "etela-pohjanmaa"
DRAWS, PEOPLE, MONTHS = 32, 500, 60  # one block of a default run
ARMS = 2
REPEATS = 7

PACE_REQUIRED = 25.0  # million person-months per second and core
RATIO_REQUIRED = 20.0
EXPONENT_REQUIRED = 0.95, 1.05
MEMORY_ALLOWED = 500.0  # MB
SMALL_RUN, LARGE_RUN = (64, 250), (512, 1000)  # draws, people


def plan(months: int = MONTHS, draws: int = 1024) -> Plan:
    """The plan of a scenario over a horizon."""
    from ips_econ.run import plan_of
    from ips_econ.scenario.loading import load_scenario

    years = -(-months // 12)
    sets = (f"economics.horizon_years={years}", f"run.draws={draws}")
    return plan_of(load_scenario(SCENARIO, sets))


def world(of: Plan, draws: int = DRAWS, people: int = PEOPLE, first: int = 0) -> World:
    """The world of one block."""
    from ips_econ.evaluation.blocks import Worlds

    return Worlds(of, slice(first, first + draws)).headline._replace(people=people)


def ageless(lived: World) -> World:
    """Nobody dies or retires, so that person-months grow with months."""
    import numpy as np

    ages = np.full_like(lived.population.age_quantiles, 30.0)
    population = lived.population._replace(age_quantiles=ages)
    return lived._replace(population=population, death=np.zeros_like(lived.death))


def person_months(lived: World) -> int:
    """Person-months of a block, both arms."""
    return len(lived.replicates) * lived.people * lived.months * ARMS


def best(work: Callable[[], object], clock: Callable[[], float], repeats: int = REPEATS) -> float:
    """Shortest of several times, seconds."""
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def loop_seconds(lived: World, repeats: int = REPEATS) -> float:
    """Processor time of the compiled loop on one block."""
    from ips_econ.ledger.walk import live_block

    live_block(lived)
    return best(lambda: live_block(lived), time.thread_time, repeats)


def twin_seconds(lived: World) -> float:
    """Processor time of the numpy twin on the same block, without histories."""
    from tests.oracles.numpy_twin import live_all

    return best(lambda: live_all(lived, keep=False), time.thread_time, 3)


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Slope of log time against log size."""
    import numpy as np

    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def two_threads(of: Plan, blocks: int = 8) -> tuple[float, float]:
    """Parallel efficiency on two threads, and their processor time relative to one thread's.

    Efficiency is wall time on one thread over twice that on two. Where other work keeps a core
    busy only the second number means something: one, if threads cost nothing extra.
    """
    from ips_econ.ledger.walk import live_block

    worlds = [world(of, first=DRAWS * i) for i in range(blocks)]

    def on(threads: int) -> Callable[[], object]:
        def work() -> None:
            with ThreadPoolExecutor(threads) as pool:
                for _ in pool.map(live_block, worlds):
                    pass

        return work

    wall = [best(on(threads), time.perf_counter) for threads in (1, 2)]
    processor = [best(on(threads), time.process_time) for threads in (1, 2)]
    return wall[0] / wall[1] / 2.0, processor[1] / processor[0]


def peak_memory_mb() -> float:
    """Largest resident memory of this process so far."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def memory_of_a_run(draws: int, people: int) -> None:
    """Simulate blocks one after the other as a run does, keep nothing, print the peak as JSON."""
    from ips_econ.ledger.walk import live_block

    of = plan(draws=draws)
    for first in range(0, draws, DRAWS):
        live_block(world(of, people=people, first=first))
    print(json.dumps(peak_memory_mb()))


def memory_in_a_fresh_process(draws: int, people: int) -> float:
    """Peak memory of :func:`memory_of_a_run`, MB."""
    command = [sys.executable, __file__, "--memory", str(draws), str(people)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return float(json.loads(answer.stdout))


def line(name: str, value: str, required: str = "") -> None:
    """Print one measurement, and what is required of it."""
    print(f"{name:<44}{value:>12}   {required}", flush=True)


def main() -> None:
    """Measure everything and print it."""
    # first, while this process is small: a child's peak starts from its parent's; and once for
    # nothing, so that compiling is not measured
    memory_in_a_fresh_process(DRAWS, 10)
    memory = [memory_in_a_fresh_process(*size) for size in (SMALL_RUN, LARGE_RUN)]

    usual = plan()
    block = world(usual)
    loop = person_months(block) / loop_seconds(block, 3 * REPEATS) / 1e6
    twin = person_months(block) / twin_seconds(block) / 1e6
    line("compiled loop, million person-months/s/core", f"{loop:.1f}", f">= {PACE_REQUIRED:.0f}")
    line("numpy twin, million person-months/s/core", f"{twin:.2f}")
    line("ratio", f"{loop / twin:.1f}", f">= {RATIO_REQUIRED:.0f}")
    efficiency, processor = two_threads(usual)
    line("parallel efficiency on two threads", f"{efficiency:.2f}")
    line("processor time, two threads against one", f"{processor:.2f}")
    for (draws, people), peak in zip((SMALL_RUN, LARGE_RUN), memory):
        name = f"peak memory, {draws} draws x {people} people, MB"
        line(name, f"{peak:.0f}", f"<= {MEMORY_ALLOWED:.0f}")

    within = f"{EXPONENT_REQUIRED[0]} to {EXPONENT_REQUIRED[1]}"
    series = {
        "draws": [world(usual, draws=n) for n in (16, 32, 64, 128)],
        "people": [world(usual, people=n) for n in (250, 500, 1000, 2000)],
        "months": [ageless(world(plan(months=n))) for n in (60, 120, 240)],
    }
    all_sizes, all_seconds = [], []
    for name, worlds in series.items():
        sizes = [person_months(lived) for lived in worlds]
        seconds = [loop_seconds(lived) for lived in worlds]
        line(f"exponent of time against {name}", f"{exponent(sizes, seconds):.3f}")
        all_sizes += sizes
        all_seconds += seconds
    joint = exponent(all_sizes, all_seconds)
    line("exponent of time against person-months", f"{joint:.3f}", within)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--memory", nargs=2, type=int, metavar=("DRAWS", "PEOPLE"))
    arguments = parser.parse_args()
    if arguments.memory:
        memory_of_a_run(*arguments.memory)
    else:
        main()
