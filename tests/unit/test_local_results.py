"""Files of local results: what is refused, with file, line and remedy, and what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from ips_econ.errors import InputError
from ips_econ.evaluation.likelihood import Figure
from ips_econ.evaluation.local_results import LocalResults, read_local_results, written_out
from ips_econ.evaluation.trials import Observation, trial_files
from ips_econ.parameters.base import TomlText, read_toml

GOOD = """
source = "own follow-up"
[arms]
ips = 40
[programme]
coaches = 3
[[outcome]]
metric = "ever_employed"
month = 24
observed = { ips = { events = 24 } }
"""


def results(tmp_path: Path, text: str) -> LocalResults:
    path = tmp_path / "results.toml"
    path.write_text(text, encoding="utf-8")
    return read_local_results(read_toml(path))


def test_a_file_of_results_is_read(tmp_path: Path) -> None:
    found = results(tmp_path, GOOD)
    (figure,) = found.figures
    assert (figure.metric, figure.month, figure.arm, figure.n) == ("ever_employed", 24, 1, 40)
    assert figure.observed == 0.6
    assert found.facts == {"programme": {"coaches": 3}}
    assert (found.months, found.years, found.told) == (24, 2, "own follow-up")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("ips = 40", "ips = 4", 4, "greater than or equal to 5"),
        ("ips = 40", "", 3, "give ips, control or both"),
        ("ips = 40", "control = 40", 10, "there is no such arm under [arms]"),
        ("events = 24", "events = 41", 10, "more events than clients"),
        ("events = 24", "mean = 0.6, sd = 0.1", 10, "ever_employed is observed as events"),
        ('"ever_employed"', '"steady_worker"', 8, "cannot be calibrated with this metric"),
        ('"ever_employed"', '"work_or_study"', 8, "allowed: ever_employed, employed"),
        ('"ever_employed"', '"ever_emploied"', 8, "did you mean 'ever_employed'?"),
        ("month = 24", "month = 300", 9, "less than or equal to 240"),
        ("[programme]", "[program]", 5, "did you mean 'programme'?"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        results(tmp_path, GOOD.replace(old, new))
    told = str(caught.value)
    assert f"results.toml:{line}: " in told
    assert words in told


@pytest.mark.parametrize(
    ("metric", "observation", "words"),
    [
        ("months_employed", "{ mean = 5.0 }", "a mean needs its standard deviation"),
        ("months_employed", "{ median = 5.0 }", "a median can be used of the time to the first"),
        ("days_to_first_job", "{ median = 200.0, n = 4 }", "fewer than 5 clients"),
        ("months_employed", "{ events = 5 }", "observed as a mean or a median"),
    ],
)
def test_means_and_medians_say_what_they_lack(
    tmp_path: Path, metric: str, observation: str, words: str
) -> None:
    text = GOOD.replace("ever_employed", metric).replace("{ events = 24 }", observation)
    with pytest.raises(InputError, match=words):
        results(tmp_path, text)


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        (
            (("months_employed", 24, "mean = 30.0, sd = 3.0"),),
            "allowed: 0 to 24, the time observed",
        ),
        ((("days_to_first_job", 24, "median = -5.0"),), "not a time within the months observed"),
        ((("days_to_first_job", 24, "median = 900.0"),), "allowed: 0 to 730"),
        (
            (("ever_employed", 12, "events = 24"), ("ever_employed", 24, "events = 20")),
            "more clients than had ever worked by month 24",
        ),
        (
            (("employed", 12, "events = 20"), ("ever_employed", 12, "events = 10")),
            "more clients than had ever worked by month 12",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    tmp_path: Path, outcomes: tuple[tuple[str, int, str], ...], words: str
) -> None:
    blocks = [
        f'[[outcome]]\nmetric = "{metric}"\nmonth = {month}\nobserved = {{ ips = {{ {seen} }} }}\n'
        for metric, month, seen in outcomes
    ]
    with pytest.raises(InputError, match=words):
        results(tmp_path, "[arms]\nips = 40\n" + "".join(blocks))


def test_a_typo_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        results(tmp_path, GOOD.replace("ever_employed", "ever_emploied"))
    assert len(caught.value.problems) == 1


def test_the_same_figure_twice_is_refused(tmp_path: Path) -> None:
    outcome = GOOD[GOOD.index("[[outcome]]") :]
    with pytest.raises(InputError, match="the same metric and month stand twice"):
        results(tmp_path, GOOD + outcome)


def test_results_within_a_scenario_are_found_at_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    inner = GOOD.replace("[arms]", "[observed.arms]").replace("[[outcome]]", "[[observed.outcome]]")
    inner = inner.replace("[programme]", "[observed.programme]").replace("source", "\nid")
    text = inner.replace("events = 24", "events = 41")
    path.write_text(text, encoding="utf-8")
    toml = read_toml(path)
    within = TomlText(path, toml.text, toml.content["observed"])
    with pytest.raises(InputError) as caught:
        read_local_results(within, ("observed",))
    assert "scenario.toml:11: observed.outcome[1].observed.ips: more events" in str(caught.value)


@pytest.mark.parametrize("path", [p for p in trial_files() if p.stem in ("eqolise", "norway")])
def test_a_trial_file_is_a_file_of_results(path: Path) -> None:
    found = read_local_results(read_toml(path))
    assert {figure.arm for figure in found.figures} == {0, 1}
    assert found.told.endswith(("1146-1152", "45:33-41"))


def count(events: int, n: int = 40, month: int = 12, arm: int = 1) -> Figure:
    return Figure("ever_employed", month, arm, Observation(events=events), n)


@pytest.mark.parametrize(
    ("figures", "shown"),
    [
        ([count(5)], [True]),
        ([count(4)], [False]),
        ([count(0)], [False]),
        ([count(36)], [False]),
        ([count(35)], [True]),
        # 3 people started between the two months: the second count would tell
        ([count(20), count(23, month=24)], [True, False]),
        ([count(20), count(20, month=24)], [True, False]),
        ([count(20), count(25, month=24)], [True, True]),
        # other clients: the difference is no group
        ([count(20), count(23, month=24, arm=0)], [True, True]),
        # what is not shown tells nothing by difference
        ([count(3), count(6, month=24)], [False, True]),
    ],
)
def test_groups_under_five_are_not_written_out(figures: list[Figure], shown: list[bool]) -> None:
    assert [may for _, may in written_out(tuple(figures))] == shown
