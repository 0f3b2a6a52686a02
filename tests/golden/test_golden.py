"""One small seeded run of each shipped scenario against its stored figures, to 1e-9.

A change here is a change of results: see ``refresh.py`` for what to do about it.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from ips_econ.locations import scenarios_directory
from ips_econ.parameters.library import ParameterLibrary

HERE = Path(__file__).parent


def script() -> ModuleType:
    """The script beside this file: the runs are described in one place."""
    spec = importlib.util.spec_from_file_location("refresh", HERE / "refresh.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


golden = script()


@pytest.mark.parametrize("scenario", golden.SCENARIOS)
def test_the_results_of_a_scenario_have_not_moved(
    scenario: str, library: ParameterLibrary, tmp_path: Path
) -> None:
    found = golden.figures_of(scenario, library, tmp_path / "run")
    moved = golden.differences(found, golden.stored(scenario))
    assert not moved, (
        f"{len(moved)} figures of {scenario} moved. If that is meant, say why in CHANGELOG.md "
        "(results change) and run: python tests/golden/refresh.py"
    )


def test_every_shipped_scenario_is_golden() -> None:
    shipped = {path.stem for path in scenarios_directory().glob("*.toml")}
    assert set(golden.SCENARIOS) == shipped
    assert {path.stem for path in HERE.glob("*.json")} == shipped


def test_a_moved_figure_is_seen() -> None:
    """The comparison itself: a billionth is rounding, a millionth is not, nor is a lost figure."""
    stored = golden.stored("finland")
    name = "outcomes.net_income.ips.mean"
    assert golden.differences(stored, stored) == []
    assert golden.differences({**stored, name: stored[name] * (1 + 1e-10)}, stored) == []
    (moved,) = golden.differences({**stored, name: stored[name] * (1 + 1e-6)}, stored)
    assert moved.startswith(f"{name}: {stored[name]}")
    assert len(golden.differences({**stored, name: None}, stored)) == 1
    less = {key: value for key, value in stored.items() if key != name}
    assert len(golden.differences(less, stored)) == 1


def test_the_stored_figures_are_plain_json() -> None:
    for scenario in golden.SCENARIOS:
        text = (HERE / f"{scenario}.json").read_text("utf-8")
        figures = json.loads(text, parse_constant=lambda word: pytest.fail(word))
        assert len(figures) > 200
        assert figures["outcomes.employed_at_60m.ips.mean"] is None, "two years"
        assert 0.0 < figures["outcomes.ever_employed_18m.control.mean"] < 0.6
