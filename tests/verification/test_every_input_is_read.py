"""Every parameter that a report lists is read by a run: an input that moves nothing is a lie."""

from __future__ import annotations

from datetime import date

import pytest

from ips_econ.evaluation.blocks import Plan, simulate_block
from ips_econ.parameters.draws import ParameterDraws
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.parameters.reading import NEVER_READ
from ips_econ.run import plan_of
from ips_econ.scenario.loading import load_scenario

ROUTES = ("none", "allocation", "employment")
EFFECTS = ("outside_us", "nordic", "sceptical", "optimistic")
READ_BY_THE_SCENARIO = ("population.", "method.", "programme.caseload", "regions.")
STATUTES_OF_OTHER_HOUSEHOLDS = "tax_benefit."


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Ids asked for, of the library or of the draws."""
    asked: set[str] = set()

    def watch(owner: type, name: str) -> None:
        original = getattr(owner, name)

        def watched(self: object, id: str, *rest: object, **named: object) -> object:
            asked.add(id)
            return original(self, id, *rest, **named)

        monkeypatch.setattr(owner, name, watched)

    for name in ("column", "table"):
        watch(ParameterDraws, name)
    for name in ("value", "table", "schedule", "payer"):
        watch(ParameterLibrary, name)
    return asked


def test_every_listed_parameter_is_read(read: set[str]) -> None:
    for effect in EFFECTS:
        for route in ROUTES if effect == "outside_us" else ("none",):
            sets = [f"economics.effect={effect}", f"economics.treatment_route={route}"]
            sets += ["run.draws=2", "run.people=5", "programme.fidelity=80"]
            loaded = load_scenario("etela-pohjanmaa", sets)
            plan: Plan = plan_of(loaded)
            simulate_block(plan, slice(0, 2))
    listed = {
        id
        for id, parameter in load_library().parameters.items()
        if id.split(".")[0] not in NEVER_READ
        and parameter.entry_on(date(2026, 6, 1)) is not None
        and not id.startswith((*READ_BY_THE_SCENARIO, STATUTES_OF_OTHER_HOUSEHOLDS))
        and not id.startswith("prices.")  # read through the amounts they carry
    }
    assert sorted(listed - read) == []
