"""Replicate trials against what they must be by construction, and scores by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ips_econ import cli
from ips_econ.evaluation.blocks import plan_of
from ips_econ.evaluation.trials import Trial, load_trial
from ips_econ.evaluation.validation import (
    Comparison,
    LogRatio,
    Predicted,
    scores,
    validate,
)
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.report.validation import validation_json

DRAWS = 256
REFERENCE = """
[trial]
id = "reference"
name = "The trials' reference population"
country = "Nowhere"
citation = "nobody"

[arms]
ips = {ips}
control = {control}

[[outcome]]
metric = "ever_employed"
month = 18
observed = {{ ips = {{ events = 3 }}, control = {{ events = 2 }} }}

[[outcome]]
metric = "work_or_study"
month = 18
observed = {{ ips = {{ events = 3 }} }}

[[outcome]]
metric = "months_employed"
month = 18
observed = {{ ips = {{ mean = 4.0, sd = 5.0 }}, control = {{ mean = 2.0, sd = 4.0 }} }}
"""


@pytest.fixture(scope="module")
def library() -> ParameterLibrary:
    return load_library()


def trial(library: ParameterLibrary, folder: Path, ips: int, control: int, seed: int = 1) -> Trial:
    path = folder / f"{ips}-{control}.toml"
    path.write_text(REFERENCE.format(ips=ips, control=control), encoding="utf-8")
    return load_trial(path, library, DRAWS, seed)


@pytest.fixture(scope="module")
def lived(
    library: ParameterLibrary, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Comparison]]:
    folder = tmp_path_factory.mktemp("trials")
    return {
        "small": validate([trial(library, folder, 20, 30)]),
        "large": validate([trial(library, folder, 400, 400)]),
    }


def test_the_reference_population_reaches_the_published_level_of_the_control_arm(
    library: ParameterLibrary, lived: dict[str, list[Comparison]], tmp_path: Path
) -> None:
    """Levels are solved on these clients; false alarms: 1 in 15,000 (four standard errors)."""
    told = lived["large"][0].arms["control"]
    drawn = plan_draws(trial(library, tmp_path, 400, 400))
    luck = math.sqrt((drawn * (1.0 - drawn)).mean() / 400 / DRAWS)
    assert told.mean == pytest.approx(drawn.mean(), abs=4 * luck)
    assert told.sd == pytest.approx(drawn.std(), abs=0.02)


def plan_draws(of: Trial) -> np.ndarray:
    return plan_of(of.scenario).draws.column("effect.control_ever_employed_18m_severe")


def test_a_small_trial_has_the_luck_of_its_size_on_top(
    lived: dict[str, list[Comparison]],
) -> None:
    """Variance of a share: that of the parameter and p (1 - p) / n."""
    large, small = (lived[size][0].arms for size in ("large", "small"))
    for arm, n in (("ips", 20), ("control", 30)):
        p, big, little = large[arm].mean, large[arm].sd, small[arm].sd
        spread = p * (1.0 - p) - big**2  # mean of p (1 - p) over the draws
        expected = big**2 + spread * (1.0 / n - 1.0 / 400)
        assert little**2 == pytest.approx(expected, rel=0.3)
        assert small[arm].p5 < large[arm].p5 and small[arm].p95 > large[arm].p95 - 0.02


def test_ips_helps_and_the_log_ratio_is_that_of_the_observed_counts(
    lived: dict[str, list[Comparison]],
) -> None:
    comparison = lived["small"][0]
    assert comparison.arms["ips"].mean > comparison.arms["control"].mean
    ratio = comparison.log_ratio
    assert ratio is not None
    assert ratio.observed == pytest.approx(math.log((3 / 20) / (2 / 30)))
    assert ratio.observed_se == pytest.approx(math.sqrt(1 / 3 - 1 / 20 + 1 / 2 - 1 / 30))
    months = lived["small"][2].log_ratio
    assert months is not None
    assert months.observed_se == pytest.approx(math.sqrt((5 / 4) ** 2 / 20 + (4 / 2) ** 2 / 30))


def test_study_is_said_not_to_be_predicted(lived: dict[str, list[Comparison]]) -> None:
    told = validation_json(lived["small"])["trials"][0]["outcomes"][1]
    assert told["ips"]["observed"] == pytest.approx(3 / 20)
    assert told["ips"]["mean"] is None
    assert told["control"] is None
    assert "study" in told["unmet"]


def test_a_trial_of_which_nothing_is_predicted_is_listed(
    library: ParameterLibrary, tmp_path: Path
) -> None:
    path = tmp_path / "study.toml"
    outcomes = REFERENCE.split("[[outcome]]")
    path.write_text(
        f"{outcomes[0]}[[outcome]]{outcomes[2]}".format(ips=20, control=30), encoding="utf-8"
    )
    seen: list[tuple[int, int]] = []
    comparisons = validate(
        [load_trial(path, library, DRAWS, 1)], progress=lambda *done: seen.append(done)
    )
    assert [c.unmet is not None for c in comparisons] == [True]
    assert validation_json(comparisons)["coverage_90"] is None


def test_replicates_depend_on_the_seed_alone(library: ParameterLibrary, tmp_path: Path) -> None:
    one = validate([trial(library, tmp_path, 20, 30)], jobs=1)
    two = validate([trial(library, tmp_path, 20, 30)], jobs=2)
    other = validate([trial(library, tmp_path, 20, 30, seed=2)], jobs=2)
    assert one[0].arms == two[0].arms
    assert one[0].arms != other[0].arms


# Scores by hand --------------------------------------------------------------------------------


def predicted(observed: float, mean: float, sd: float) -> Predicted:
    """A prediction with the percentiles of a normal distribution."""
    q = 0.6745 * sd, 1.6449 * sd
    return Predicted(observed, 100, mean, sd, mean - q[1], mean - q[0], mean + q[0], mean + q[1])


@pytest.fixture
def crafted(lived: dict[str, list[Comparison]]) -> Iterator[list[Comparison]]:
    template = lived["small"][0]
    arms = [
        {"ips": predicted(0.50, 0.50, 0.10), "control": predicted(0.40, 0.30, 0.10)},
        {"ips": predicted(0.90, 0.60, 0.10), "control": predicted(0.25, 0.20, 0.10)},
    ]
    ratios = [LogRatio(0.2, 0.3, 0.5, 0.4), LogRatio(1.0, 0.1, 0.4, 0.2)]
    yield [
        replace(template, arms=told, log_ratio=ratio)
        for told, ratio in zip(arms, ratios, strict=True)
    ]


def test_coverage_error_and_bias_by_hand(crafted: list[Comparison]) -> None:
    found = scores(crafted)
    assert found.figures == 4
    assert found.coverage_50 == 0.5  # 0.50 and 0.25
    assert found.coverage_90 == 0.75  # 0.90 is three deviations away
    assert found.mean_error == pytest.approx((0.0 + 1.0 + 3.0 + 0.5) / 4)
    weights = 1 / (0.3**2 + 0.4**2), 1 / (0.1**2 + 0.2**2)
    bias = (weights[0] * 0.3 + weights[1] * -0.6) / sum(weights)
    assert found.log_ratio_bias == pytest.approx(bias)
    assert found.log_ratio_bias_se == pytest.approx(sum(weights) ** -0.5)


def test_predictions_that_are_right_have_slope_one(crafted: list[Comparison]) -> None:
    exact = [
        replace(
            c,
            arms={arm: replace(p, observed=p.mean) for arm, p in c.arms.items()},
        )
        for c in crafted
    ]
    found = scores(exact)
    assert found.slope == pytest.approx(1.0)
    assert found.slope_se == pytest.approx(0.0, abs=1e-9)
    assert scores([]).coverage_50 is None


# The command -----------------------------------------------------------------------------------


def test_the_command_prints_json_for_a_file_from_anywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(REFERENCE.format(ips=20, control=30), encoding="utf-8")
    words = ["validate", "--trial", str(path), "--draws", "16", "--json"]
    assert cli.main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) >= {"trials", "coverage_50", "coverage_90", "mean_standardised_error"}
    outcome = told["trials"][0]["outcomes"][0]
    assert set(outcome["ips"]) == {"observed", "mean", "sd", "p5", "p25", "p75", "p95"}
    assert set(outcome["log_ratio"]) == {"observed", "se", "mean", "sd"}
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("language", ["en", "fi"])
def test_the_command_writes_tables_and_a_forest_chart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    path, out = tmp_path / "mine.toml", tmp_path / "out"
    path.write_text(REFERENCE.format(ips=20, control=30), encoding="utf-8")
    words = ["validate", "--trial", str(path), "--draws", "16", "--out", str(out)]
    assert cli.main([*words, "--lang", language]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80 or str(tmp_path) in printed
    names = {file.name for file in out.iterdir()}
    assert {"validation.json", "validation.csv", "forest.html", "forest.svg"} <= names
    rows = (out / "validation.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("trial,role,metric,month,arm,n,observed,mean")
    assert len(rows) == 6


def test_a_broken_file_ends_with_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[trial]\nid = 3\n", encoding="utf-8")
    assert cli.main(["validate", "--trial", str(path)]) == 2
    told = capsys.readouterr().err
    assert f"{path}:2:" in told and "Traceback" not in told
    assert cli.main(["validate", "--trial", str(tmp_path / "none.toml")]) == 2
