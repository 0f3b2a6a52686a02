"""One small seeded run of every shipped scenario; run as a script, it stores their key figures.

    python tests/golden/refresh.py            every scenario
    python tests/golden/refresh.py lappi      some of them

The stored figures are what the model said when they were last refreshed. A difference is either
a mistake, or a change of results that belongs into the first half of ``CHANGELOG.md`` with its
reason; refresh only then, in the same change, and look at what moved (the script prints it).
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from ips_econ import run
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.scenario.loading import load_scenario

HERE = Path(__file__).parent
SCENARIOS = ("finland", "etela-pohjanmaa", "lappi", "pohjois-karjala")
SIZE = ("run.draws=32", "run.people=50", "run.seed=1", "economics.horizon_years=2")
ARMS = ("ips", "control", "difference")

Figures = dict[str, float | None]


def figures_of(scenario: str, library: ParameterLibrary, out: Path) -> Figures:
    """Key figures of a small run, by path in ``summary.json``, and sums of its tables."""
    loaded = load_scenario(scenario, SIZE, library=library)
    directory = run.simulate(loaded, run.Options(out, 1, report=False))
    summary = json.loads((directory / "summary.json").read_text("utf-8"))
    figures: Figures = {}
    for metric, entry in summary["outcomes"].items():
        for arm in ARMS:
            for name in ("mean", "p2_5", "p97_5"):
                figures[f"outcomes.{metric}.{arm}.{name}"] = entry[arm][name]
    for perspective, entry in summary["perspectives"].items():
        where = f"perspectives.{perspective}"
        for name in ("mean", "p2_5", "p97_5"):
            figures[f"{where}.net_present_value.{name}"] = entry["net_present_value"][name]
        figures[f"{where}.programme_cost.mean"] = entry["programme_cost"]["mean"]
        figures[f"{where}.p_positive"] = entry["p_positive"]
        figures[f"{where}.payback_month.p50"] = entry["payback_month"]["p50"]
    for metric, error in summary["monte_carlo_error"].items():
        figures[f"monte_carlo_error.{metric}"] = error
    for name, value in summary["predictive"]["in_work_at_18m"].items():
        figures[f"predictive.in_work_at_18m.{name}"] = value
    return figures


def stored(scenario: str) -> Figures:
    """The figures as they were last refreshed."""
    return json.loads((HERE / f"{scenario}.json").read_text("utf-8"))  # type: ignore[no-any-return]


def differences(found: Figures, expected: Figures, tolerance: float = 1e-9) -> list[str]:
    """What moved: name, stored and found, beyond a relative (below one: absolute) tolerance."""
    moved = []
    for name in sorted({*found, *expected}):
        was, now = expected.get(name), found.get(name)
        same = was is None and now is None
        if was is not None and now is not None:
            same = abs(now - was) <= tolerance * max(1.0, abs(was))
        if not same or (name in found) != (name in expected):
            moved.append(f"{name}: {was} -> {now}")
    return moved


def refresh(scenarios: tuple[str, ...]) -> None:
    """Store the figures of scenarios, and say what moved."""
    library = load_library()
    for scenario in scenarios:
        with tempfile.TemporaryDirectory() as place:
            found = figures_of(scenario, library, Path(place) / "run")
        file = HERE / f"{scenario}.json"
        moved = differences(found, stored(scenario)) if file.exists() else ["new"]
        file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"{scenario}: {len(moved)} of {len(found)} figures moved\n")
        sys.stdout.writelines(f"  {line}\n" for line in moved)


if __name__ == "__main__":
    refresh(tuple(sys.argv[1:]) or SCENARIOS)
