"""``ips-econ verify``: every check passes on what is shipped, and catches what it is there for.

Three of the checks are stochastic (V20, V27, V47); at fixed seeds their outcome here is fixed, and
on a new scenario each raises a false alarm with probability 1e-4 or less.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ips_econ import cli
from ips_econ.evaluation import cohort, verification
from ips_econ.evaluation.checks import Check
from ips_econ.evaluation.verification import Bench, verify
from ips_econ.ledger.walk import Measure, World

CONTROL, IPS = 0, 1


@pytest.mark.parametrize(
    ("scenario", "sets"),
    [
        ("finland", ()),
        (
            "etela-pohjanmaa",
            (
                "programme.years=2",
                "programme.coaches=[1, 3]",
                "economics.horizon_years=8",
                "economics.persistence=catch_up",
                "economics.treatment_route=employment",
                "comparator.kind=active",
                "population.diagnosis={ depression_anxiety = 0.7, bipolar = 0.3 }",
                "economics.reform=flexible_disability_pension_2028",
            ),
        ),
    ],
)
def test_every_check_passes(scenario: str, sets: tuple[str, ...]) -> None:
    checks = list(verify(scenario, sets))
    assert [check.id + check.name for check in checks if not check.passed] == []
    assert len(checks) >= 25
    assert len({check.name for check in checks}) == len(checks)


# Errors planted ---------------------------------------------------------------------------------


def failing(check: Callable[[Bench], Iterator[Check]]) -> set[str]:
    """Names of the checks of one group that fail."""
    return {found.name for found in check(Bench("finland")) if not found.passed}


def with_hazard(change: Callable[[Any], Any]) -> Callable[..., World]:
    """The bench's world with its hazards changed."""
    honest = Bench.world

    def world(self: Bench, *sets: str) -> World:
        found = honest(self, *sets)
        return found._replace(hazards=change(found.hazards))

    return world


def test_a_leak_into_one_arm_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def leak(hazards: Any) -> Any:
        find = hazards.find.copy()
        find[:, IPS] *= 1.3
        return hazards._replace(find=find)

    monkeypatch.setattr(Bench, "world", with_hazard(leak))
    assert "same_is_nothing" in failing(verification.results)


def test_arms_swapped_in_the_result_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = verification.trace_block

    def swapped(world: World) -> Any:
        totals, measures, histories = honest(world)
        return totals, measures[:, :, ::-1], histories

    monkeypatch.setattr(verification, "trace_block", swapped)
    assert "cost_alone" in failing(verification.results)


def test_a_month_too_late_is_caught_by_the_cohort(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = cohort.occupancy

    def late(*arguments: Any) -> Any:
        return np.roll(honest(*arguments), 1, axis=-1)

    monkeypatch.setattr(cohort, "occupancy", late)
    assert failing(verification.cohort) == {"cohort_agrees"}


def test_work_found_too_seldom_by_a_tenth_is_caught_by_the_cohort(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = cohort.occupancy

    def generous(hazards: Any, *arguments: Any) -> Any:
        return honest(hazards._replace(find=np.minimum(1.0, 1.1 * hazards.find)), *arguments)

    monkeypatch.setattr(cohort, "occupancy", generous)
    assert failing(verification.cohort) == {"cohort_agrees"}


def test_a_wrong_sign_and_a_wrong_discount_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest_trace, honest_block = verification.trace_block, verification.simulate_block

    def wrong_sign(world: World) -> Any:
        totals, measures, histories = honest_trace(world)
        measures[..., Measure.STATE] *= -1.0
        return totals, measures, histories

    def discounted_twice(*arguments: Any) -> Any:
        block = honest_block(*arguments)
        return {**block, "present": 0.99 * block["present"]}

    monkeypatch.setattr(verification, "trace_block", wrong_sign)
    monkeypatch.setattr(verification, "simulate_block", discounted_twice)
    assert {"payers_make_society", "rate_of_zero"} <= failing(verification.results)


def test_luck_that_depends_on_blocks_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = verification.simulate_block

    def lucky(plan: Any, rows: slice) -> Any:
        block = honest(plan, rows)
        return {**block, "sums": block["sums"] + rows.start}

    monkeypatch.setattr(verification, "simulate_block", lucky)
    assert failing(verification.size) == {"blocks_do_not_matter"}


@pytest.mark.parametrize("months", [1.0, -1.0])
def test_a_service_that_lasts_a_month_longer_or_shorter_is_caught(
    monkeypatch: pytest.MonkeyPatch, months: float
) -> None:
    honest = Bench.world

    def other(self: Bench, *sets: str) -> World:
        world = honest(self, *sets)
        changed = world.population.months_in_service + months
        return world._replace(population=world.population._replace(months_in_service=changed))

    monkeypatch.setattr(Bench, "world", other)
    assert failing(verification.programme) == {"months_in_service"}


# The command ------------------------------------------------------------------------------------


def few(*_: object) -> Iterator[Check]:
    yield Check("V22", "same_is_nothing", 0.0, 0.0)
    yield Check("V47", "cohort_agrees", 0.0, 5.5, 4.9)


def test_a_failed_check_is_named_and_ends_with_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verification, "verify", few)
    assert cli.main(["verify", "finland"]) == 1
    printed = capsys.readouterr()
    assert "1 of 2 checks failed" in printed.out
    assert "checks that failed: V47" in printed.err
    assert max(map(len, printed.out.splitlines())) <= 80


def test_the_checks_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verification, "verify", few)
    assert cli.main(["verify", "finland", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["passed"] is False
    assert [check["passed"] for check in told["checks"]] == [True, False]


def test_a_scenario_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "finlandd"]) == 2
    assert "did you mean 'finland'" in capsys.readouterr().err


def test_every_check_has_its_sentence_in_both_languages() -> None:
    from ips_econ.language import load_language

    names = {check.name for check in verify("finland")}
    for code in ("en", "fi"):
        texts = load_language(code).texts
        prefix = "verification.check."
        assert {key.removeprefix(prefix) for key in texts if key.startswith(prefix)} == names


# into the report --------------------------------------------------------------------------------


def test_the_table_goes_into_the_report_of_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    small = ["--draws", "32", "--people", "40", "--horizon", "2", "--lang", "fi", "--quiet"]
    assert cli.main(["simulate", "finland", *small, "--out", str(run)]) == 0
    report = run / "report.html"
    assert "Mallia ei ole tarkistettu" in report.read_text(encoding="utf-8")
    checks = [Check("V22", "same_is_nothing", 0.0, 0.0), Check("V27", "twice_the_people", 8.0, 8.1)]
    monkeypatch.setattr(verification, "verify", lambda *_: iter(checks))
    words = ["verify", "finland", "--run", str(run), "--lang", "fi"]
    # another horizon than the run's is another scenario
    assert cli.main(words) == 2
    assert "economics: this run is of another scenario" in capsys.readouterr().err
    assert cli.main([*words, "--set", "economics.horizon_years=2"]) == 1  # V27 fails here
    capsys.readouterr()
    text = report.read_text(encoding="utf-8")
    assert "Mallin tarkistukset: " in text
    assert "V22 " in text
    assert ">EI<" in text
    assert "Mallia ei ole tarkistettu" not in text
    assert json.loads((run / "verification.json").read_text())["passed"] is False
    # a new run may take the place of one with checks, and the old checks go with it
    assert cli.main(["simulate", "finland", *small, "--out", str(run)]) == 0
    assert not (run / "verification.json").exists()
