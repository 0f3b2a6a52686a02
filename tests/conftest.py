"""What several test modules share: the library, small plans of a real scenario, one small run.

Everything here goes the public path (a scenario, ``--set`` changes, a plan, blocks, a run
directory) and is made once for the whole session; the values are frozen or copied by who changes
them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from ips_econ import run
from ips_econ.evaluation.blocks import Plan, Worlds, simulate_block
from ips_econ.evaluation.outcomes import Draws
from ips_econ.ledger.walk import World
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.scenario.loading import LoadedScenario, load_scenario

SMALL = {"run.draws": "16", "run.people": "40", "economics.horizon_years": "3"}

PLANS_KEPT = 4

Load = Callable[..., LoadedScenario]
Planned = Callable[..., Plan]


@pytest.fixture(scope="session")
def library() -> ParameterLibrary:
    """The shipped parameters, loaded once."""
    return load_library()


@pytest.fixture(scope="session")
def load(library: ParameterLibrary) -> Load:
    """``load("key=value", ..., scenario="finland")``: a scenario, small unless the changes say."""

    def loaded(
        *sets: str, scenario: str = "finland", parameters: ParameterLibrary = library
    ) -> LoadedScenario:
        changes = {**SMALL, **dict(change.split("=", 1) for change in sets)}
        written = [f"{key}={value}" for key, value in changes.items()]
        return load_scenario(scenario, written, library=parameters)

    return loaded


@pytest.fixture(scope="session")
def planned(load: Load) -> Planned:
    """``planned("key=value", ...)``: the plan of such a scenario, its tables built.

    The last few are kept: a plan's tables of law take 40 MB.
    """

    @lru_cache(maxsize=PLANS_KEPT)
    def plan(*sets: str, scenario: str = "finland") -> Plan:
        made = run.plan_of(load(*sets, scenario=scenario))
        made.prepare()
        return made

    return plan


@pytest.fixture(scope="session")
def world_of() -> Callable[[Plan], World]:
    """Everything the walk reads, for all draws of a plan: its headline."""
    return lambda plan: Worlds(plan, slice(0, len(plan.draws))).headline


@pytest.fixture(scope="session")
def small_draws(planned: Planned) -> Draws:
    """Every draw of one small plan of the national scenario, five years, simulated."""
    plan = planned("run.draws=32", "economics.horizon_years=5")
    return Draws(plan, simulate_block(plan, slice(0, len(plan.draws))))


@pytest.fixture(scope="session")
def small_run(load: Load, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of that plan, without report."""
    loaded = load("run.draws=32", "economics.horizon_years=5")
    out = tmp_path_factory.mktemp("small") / "run"
    return run.simulate(loaded, run.Options(out, jobs=1, report=False))
