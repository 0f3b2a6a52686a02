"""Local results laid over the evidence: a known truth is found, and nothing leaks or counts twice.

The draws are seeded: each outcome here is fixed. The tolerances are those of about a thousand
effective draws.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from ips_econ import cli
from ips_econ.evaluation.blocks import Plan, Worlds
from ips_econ.evaluation.calibration import Site, observed_site
from ips_econ.evaluation.cohort import expected_after_start, expected_shares
from ips_econ.evaluation.importance import USABLE, importance_sample
from ips_econ.evaluation.likelihood import EXPECTED, Course
from ips_econ.evaluation.local_results import read_local_results
from ips_econ.evaluation.metrics import METRICS
from ips_econ.evaluation.verification import undying
from ips_econ.ledger.walk import History, trace_block
from ips_econ.parameters.base import read_toml
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.parameters.sobol import sobol_points
from ips_econ.report.calibration import HIDDEN
from ips_econ.report.results import load_results
from ips_econ.report.terminal import headline_table
from ips_econ.scenario.files import find_scenario, read_chain
from ips_econ.scenario.loading import load_scenario

RESULTS = """
source = "{source}"
[arms]
ips = {n}
control = {n}
[programme]
fidelity = 101
{outcomes}
"""
OUTCOME = """
[[outcome]]
metric = "{metric}"
month = {month}
observed = {{ ips = {{ events = {ips} }}, control = {{ events = {control} }} }}
"""


def written(tmp_path: Path, n: int, *outcomes: tuple[str, int, int, int]) -> Path:
    blocks = [
        OUTCOME.format(metric=metric, month=month, ips=ips, control=control)
        for metric, month, ips, control in outcomes
    ]
    path = tmp_path / "results.toml"
    text = RESULTS.format(source="own follow-up", n=n, outcomes="".join(blocks))
    path.write_text(text, encoding="utf-8")
    return path


def site_of(path: Path, library: ParameterLibrary, scenario: str = "finland") -> Site:
    file = read_toml(path)
    chain = read_chain(find_scenario(scenario))
    return observed_site(chain, read_local_results(file), file, library, (), None)


def calibrated(
    capsys: pytest.CaptureFixture[str], results: Path, out: Path, *more: str
) -> dict[str, Any]:
    words = ["calibrate", "finland", "--observed", str(results), "--out", str(out)]
    assert cli.main([*words, "--draws", "2048", "--json", *more]) == 0
    told = json.loads(capsys.readouterr().out)
    assert isinstance(told, dict)
    return told


def test_a_known_truth_is_found(tmp_path: Path, library: ParameterLibrary) -> None:
    """Large results at the expectations of one draw bring every expectation there.

    The draw is an unusual one (its levels are among the highest tenth), so that the prior's own
    draws do not do.
    """
    metrics = [("ever_employed", 12), ("ever_employed", 24), ("employed", 24)]
    empty = written(tmp_path, 100, *((m, t, 50, 50) for m, t in metrics))
    site = site_of(empty, library)
    points, _ = sobol_points(len(site.axes), 512, 9, 8)
    means = np.array(site.means(points))
    order = np.argsort(means.sum(axis=0))
    truth = means[:, order[int(0.95 * len(order))]]
    n = 2000
    counts = np.rint(n * truth).astype(int)
    by_metric = {(f.metric, f.month, f.arm): c for f, c in zip(site.figures, counts, strict=True)}
    path = written(
        tmp_path, n, *((m, t, by_metric[m, t, 1], by_metric[m, t, 0]) for m, t in metrics)
    )
    site = site_of(path, library)
    prior, _ = sobol_points(len(site.axes), 2048, 1, 8)
    sample = importance_sample(site.log_likelihood(prior[:16]), len(site.axes), 2048)
    assert sample.is_adapted
    assert sample.effective[0] < 50 < USABLE <= sample.ess
    after = np.array(site.means(sample.resampled(2048)))
    before = np.array(site.means(prior))
    error = np.sqrt(truth * (1 - truth) / n)
    assert np.abs(after.mean(axis=1) - truth).max() < 3 * error.max()
    assert np.all(after.std(axis=1) < 1.5 * error)
    assert np.all(before.std(axis=1) > 4 * error)


def test_a_county_gets_a_scenario_that_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = written(tmp_path, 40, ("ever_employed", 24, 24, 10))
    out = tmp_path / "new.toml"
    told = calibrated(capsys, results, out, "--set", "programme.caseload=18")
    before, after = (told["headline"][k]["outcomes"] for k in ("prior", "posterior"))
    name = "ever_employed_18m"
    assert after[name]["ips"]["mean"] > before[name]["ips"]["mean"] + 0.05
    width = [h[name]["ips"]["p97_5"] - h[name]["ips"]["p2_5"] for h in (before, after)]
    assert width[1] < 0.8 * width[0]
    ips = next(o for o in told["outcomes"] if o["arm"] == "ips")
    assert ips["events"] == 24
    assert ips["prior"]["mean"] < ips["posterior"]["mean"] < 0.6
    assert abs(ips["as_written"]["mean"] - ips["posterior"]["mean"]) < 0.02
    assert told["effective_sample_size"] <= told["draws"]
    moved = {p["id"] for p in told["parameters"]}
    assert "effect.control_ever_employed_18m_severe" in moved
    assert not any(id.startswith(("wages", "tax_benefit", "programme.coach")) for id in moved)

    loaded = load_scenario(out)
    assert loaded.scenario.programme.caseload == 18
    assert loaded.scenario.programme.fidelity == (100.0, 100.0, 100.0)  # the scenario's own
    assert set(loaded.overridden) >= moved
    assert loaded.scenario.calibrated is not None
    assert loaded.scenario.calibrated["figures"][0]["events"] == 24
    run = tmp_path / "run"
    words = ["simulate", str(out), "--draws", "32", "--people", "40", "--no-report", "--quiet"]
    assert cli.main([*words, "--out", str(run)]) == 0
    assert (run / "summary.json").exists()

    # the report says what was laid over the evidence
    text = headline_table(load_results(run), "en").replace("\n", " ")
    assert "IPS: ever in work by month 24: 24 of 40 (60%)" in text
    assert text.count("local results (") == 1

    # other results may follow; the first ones are remembered
    more = written(tmp_path, 60, ("employed", 12, 20, 12))
    third = tmp_path / "third.toml"
    assert cli.main(["calibrate", str(out), "--observed", str(more), "--out", str(third)]) == 0
    capsys.readouterr()
    content = tomllib.loads(third.read_text(encoding="utf-8"))
    assert content["id"] == "finland-calibrated-2"
    assert [r["metric"] for r in content["calibrated"]["figures"]] == ["employed"] * 2
    assert content["calibrated"]["earlier"][0]["figures"][0]["events"] == 24
    results = written(tmp_path, 40, ("ever_employed", 24, 24, 10))
    again = ["calibrate", str(third), "--observed", str(results), "--out", str(tmp_path / "4.toml")]
    assert cli.main(again) == 2
    capsys.readouterr()

    # the same again would count the results twice
    again = ["calibrate", str(out), "--observed", str(results), "--out", str(tmp_path / "2.toml")]
    assert cli.main(again) == 2
    assert "already in this scenario" in capsys.readouterr().err
    assert not (tmp_path / "2.toml").exists()


def test_the_same_seed_gives_the_same_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = written(tmp_path, 40, ("ever_employed", 12, 16, 8))
    texts = []
    for jobs in ("1", "2"):
        out = tmp_path / f"{jobs}.toml"
        calibrated(capsys, results, out, "--jobs", jobs)
        texts.append(out.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]


def test_small_groups_are_used_but_never_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three of 37 with IPS: no file and no output says 3, and the result moves all the same."""
    results = written(tmp_path, 37, ("ever_employed", 18, 3, 12))
    out = tmp_path / "new.toml"
    told = calibrated(capsys, results, out)
    hidden = HIDDEN
    assert [o["events"] for o in told["outcomes"]] == [hidden, 12]
    content = tomllib.loads(out.read_text(encoding="utf-8"))
    assert [f["events"] for f in content["calibrated"]["figures"]] == [hidden, 12]
    assert told["outcomes"][0]["posterior"]["mean"] < told["outcomes"][0]["prior"]["mean"]
    assert told["disagrees"] is True
    assert (
        cli.main(
            [
                "calibrate",
                "finland",
                "--observed",
                str(results),
                "--draws",
                "2048",
                "--out",
                str(tmp_path / "text.toml"),
                "--lang",
                "fi",
            ]
        )
        == 0
    )
    text = capsys.readouterr().out
    assert "ei näytetä (pieni ryhmä), n = 37" in text
    assert "VAROITUS" in text
    assert "3/37" not in text


def test_results_may_stand_in_the_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = tmp_path / "mine.toml"
    scenario.write_text(
        'id = "mine"\nextends = "finland"\n'
        "[observed.arms]\nips = 30\n"
        '[[observed.outcome]]\nmetric = "employed"\nmonth = 12\n'
        "observed = { ips = { events = 9 } }\n",
        encoding="utf-8",
    )
    out = tmp_path / "new.toml"
    assert cli.main(["calibrate", str(scenario), "--out", str(out), "--draws", "1024"]) == 0
    assert "9 of 30 (30%)" in capsys.readouterr().out
    assert tomllib.loads(out.read_text(encoding="utf-8"))["extends"] == "./mine.toml"
    # a scenario with such a table is a file of results too
    again = ["calibrate", "finland", "--observed", str(scenario), "--out", str(tmp_path / "3.toml")]
    assert cli.main([*again, "--draws", "1024"]) == 0
    assert "9 of 30 (30%)" in capsys.readouterr().out
    # refused before any work: the file exists
    assert cli.main(["calibrate", str(scenario), "--out", str(out)]) == 2
    assert "is not overwritten" in capsys.readouterr().err


def test_small_groups_of_a_scenario_are_in_no_dump_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = tmp_path / "mine.toml"
    scenario.write_text(
        'id = "mine"\nextends = "finland"\n[observed.arms]\nips = 31\n'
        '[[observed.outcome]]\nmetric = "employed"\nmonth = 12\n'
        "observed = { ips = { events = 3 } }\n",
        encoding="utf-8",
    )
    run = tmp_path / "run"
    words = ["simulate", str(scenario), "--draws", "32", "--people", "40", "--no-report", "--quiet"]
    assert cli.main([*words, "--horizon", "1", "--out", str(run)]) == 0
    assert cli.main(["check", str(scenario), "--resolved"]) == 0
    told = capsys.readouterr().out + (run / "manifest.json").read_text(encoding="utf-8")
    assert "events" not in told


def test_a_ratio_that_is_turned_round_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """15 and 35 per cent: each might be, the difference hardly."""
    results = written(tmp_path, 100, ("ever_employed", 18, 15, 35))
    told = calibrated(capsys, results, tmp_path / "new.toml")
    assert min(o["probability_as_far_out"] for o in told["outcomes"]) > 0.02
    (gap,) = told["differences_between_arms"]
    assert gap["probability_as_far_out"] < 0.01
    assert told["disagrees"] is True


def test_without_results_the_command_says_what_to_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["calibrate", "finland"]) == 2
    assert "give a file with --observed, or [observed]" in capsys.readouterr().err


def test_facts_that_no_scenario_knows_are_named_at_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = written(tmp_path, 40, ("ever_employed", 12, 16, 8))
    text = results.read_text(encoding="utf-8").replace("fidelity = 101", "fidelty = 101")
    results.write_text(text, encoding="utf-8")
    out = tmp_path / "new.toml"
    assert cli.main(["calibrate", "finland", "--observed", str(results), "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert "results.toml:7: programme.fidelty: unknown key" in told
    assert "did you mean 'fidelity'?" in told


def test_a_correlation_that_cannot_hold_is_named_at_its_line(tmp_path: Path) -> None:
    from ips_econ.errors import InputError

    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\nextends = "finland"\n\n[[correlation]]\n'
        'between = ["effect.gap_left_month_36", "effect.gap_left_month_66"]\nrank = 0.2\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    told = str(caught.value)
    assert "mine.toml:5: correlation[1].between: unknown parameter" in told
    assert "did you mean 'effect.gap_left_month_60'?" in told


def test_expectations_are_what_simulated_people_do(planned: Any, world_of: Any) -> None:
    """Every metric that results may be given in, both arms, against many people in 16 draws.

    Nobody dies or retires. Of the 20 figures compared one lies beyond the limit by chance with
    probability 1e-4; the seed is fixed.
    """
    plan = planned("economics.horizon_years=5")
    world = undying(world_of(plan))._replace(people=1500)
    _, _, histories = trace_block(world)
    shares = expected_shares(world.hazards, world.population)
    held = expected_after_start(world.hazards, world.population, 24)
    limit = -float(ndtri(1e-4 / 2 / (2 * len(EXPECTED))))
    for metric, counting in METRICS.items():
        if metric not in EXPECTED:
            continue
        month = 24 if counting.after_start else 18
        for arm in (0, 1):
            course = Course(shares.employed[:, arm], shares.ever[:, arm], {24: held[:, :, arm]})
            wanted = EXPECTED[metric](course, month)
            apart, variance = 0.0, 0.0
            for d in range(len(wanted)):
                mine = histories[d, :, arm]
                working = mine[..., History.WORKING] > 0.0
                started = mine[..., History.TENURE] == 1.0
                values, counted = counting.measure(working, started, month)
                apart += float(values[counted].mean() - wanted[d])
                variance += float(values[counted].var()) / int(counted.sum())
            assert abs(apart) < limit * variance**0.5, (metric, arm)


def test_each_figure_is_expected_of_its_own_arm(tmp_path: Path, library: ParameterLibrary) -> None:
    path = written(tmp_path, 40, ("ever_employed", 18, 20, 10), ("employed", 18, 9, 6))
    site = site_of(path, library)
    points, _ = sobol_points(len(site.axes), 8, 1, 1)
    plan = Plan(site.loaded.scenario, site.loaded.library, site.draws(points))
    worlds = Worlds(plan, slice(0, 8))
    shares = expected_shares(worlds.hazards(plan.persistence), worlds.population)
    assert [figure.arm for figure in site.figures] == [1, 0, 1, 0]
    for figure, mean in zip(site.figures, site.means(points), strict=True):
        by_arm = shares.ever if figure.metric == "ever_employed" else shares.employed
        np.testing.assert_allclose(mean, by_arm[:, figure.arm, 17], rtol=1e-12)
        assert not np.allclose(mean, by_arm[:, 1 - figure.arm, 17], rtol=0.01)
