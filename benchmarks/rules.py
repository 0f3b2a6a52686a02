"""Speed of the tax and benefit rules: person-months a second, and one budget from a cold start.

    python benchmarks/rules.py

Person-months are processor time of one thread, the best of several repeats, compilation left out;
the answer of ``net-income`` is wall time of a fresh process.
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ON = date(2026, 6, 1)
PERSON_MONTHS = 1_000_000
SECONDS_ALLOWED = 1.0
COLD_START_ALLOWED = 1.5
REPEATS = 5
QUESTION = (
    *("net-income", "--gross", "1126.67", "--benefit", "national_disability_pension"),
    *("--rent", "550", "--municipality", "Kajaani"),
)


def seconds_for_a_million() -> float:
    """Processor time of a million budgets: every row of the simulation, household and wage."""
    import numpy as np

    from ips_econ.parameters.library import load_library
    from ips_econ.tax_benefit.circumstances import BenefitStatus, Circumstances
    from ips_econ.tax_benefit.law import load_law
    from ips_econ.tax_benefit.tabulate import HOUSEHOLDS, simulation_rows, tabulate

    law = load_law(load_library(), ON)
    rows = simulation_rows(law, {"low": 600.0, "middle": 1_200.0, "high": 1_500.0}, 0.5)
    wages = np.linspace(0.0, 6_000.0, -(-PERSON_MONTHS // (len(rows) * len(HOUSEHOLDS))))
    person = Circumstances(BenefitStatus.none, 0.0, 40.0, 550.0, 0.0757)

    def work() -> int:
        return tabulate(law, rows, HOUSEHOLDS, wages, person).size

    work()
    times = []
    for _ in range(REPEATS):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    cells = len(rows) * len(HOUSEHOLDS) * len(wages)
    return min(times) * PERSON_MONTHS / cells


def seconds_from_a_cold_start() -> float:
    """Wall time of one question to a fresh process."""
    program = "import sys; from ips_econ.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, *QUESTION]
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    for name, seconds, allowed in (
        ("a million person-months of rules, s/core", seconds_for_a_million(), SECONDS_ALLOWED),
        ("net-income from a cold start, s", seconds_from_a_cold_start(), COLD_START_ALLOWED),
    ):
        print(f"{name:<44}{seconds:>12.2f}   <= {allowed:.1f}", flush=True)
