"""Trial files: what the shipped ones say, and what a broken one is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ips_econ.errors import InputError
from ips_econ.evaluation.trials import load_trial, load_trials, trial_files
from ips_econ.parameters.library import ParameterLibrary, load_library

GOOD = """
[trial]
id = "mine"
name = "My trial"
country = "Sweden"
years = [2001, 2003]
citation = "Nobody 2004"
role = "external"

[region]
unemployment_rate = 0.08

[population]
mean_age = 41
sd_age = 8.0

[programme]
fidelity = 105
support_months = 9

[comparator]
kind = "active"

[arms]
ips = 40
control = 41

[[outcome]]
metric = "ever_employed"
month = 18
observed = { ips = { events = 20 }, control = { events = 9 } }
"""


@pytest.fixture(scope="module")
def library() -> ParameterLibrary:
    return load_library()


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_trial_is_a_site_in_the_words_of_a_scenario(
    library: ParameterLibrary, tmp_path: Path
) -> None:
    trial = load_trial(written(tmp_path, GOOD), library, 64, 3)
    scenario = trial.scenario.scenario
    assert (scenario.region.country, scenario.region.unemployment_rate) == ("Sweden", 0.08)
    assert scenario.region.unemployment_measure == "survey"
    assert scenario.population.mean_age == 41
    assert scenario.comparator.ips_likeness == 0.6
    assert scenario.programme.support_months == 9
    assert (scenario.run.draws, scenario.run.seed) == (64, 3)
    assert scenario.economics.horizon_years == 2
    assert (trial.size("ips"), trial.size("control")) == (40, 41)


def test_what_a_trial_does_not_state_is_that_of_the_reference_population(
    library: ParameterLibrary, tmp_path: Path
) -> None:
    trial = load_trial(written(tmp_path, GOOD), library, 64, 3)
    population = trial.scenario.scenario.population
    assert population.recent_work_share == 0.4
    assert population.benefit_at_entry["disability_pension"] == pytest.approx(0.4)
    assert population.diagnosis["psychosis"] == 1.0
    assert "population.recent_work_share" in trial.assumed
    assert "programme.start_up_year" in trial.assumed
    assert "population.mean_age" not in trial.assumed
    assert "region.unemployment_rate" not in trial.assumed


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("mean_age = 41", "mean_agee = 41", 14, "did you mean 'mean_age'"),
        ("fidelity = 105", "fidelity = 200", 18, "fidelity"),
        ('kind = "active"', 'kind = "activ"', 22, "did you mean 'active'"),
        ('metric = "ever_employed"', 'metric = "ever_employd"', 29, "did you mean 'ever_employed'"),
        ("month = 18", "month = 0", 30, "greater than or equal to 1"),
        ("events = 20", "events = 50", 31, "more events than clients"),
        ("{ events = 20 }", "{ mean = 2.0 }", 31, "ever_employed is observed as events"),
        ("{ events = 20 }", "{ events = 20, mean = 2.0 }", 31, "give one of events, mean"),
        ("control = 41\n", "", 30, "there is no such arm under [arms]"),
        ('role = "external"', 'role = "extern"', 8, "did you mean 'external'"),
        ("ips = 40", "ips = 0", 25, "greater than or equal to 1"),
    ],
)
def test_a_broken_trial_is_told_file_line_and_remedy(
    library: ParameterLibrary, tmp_path: Path, old: str, new: str, line: int, sentence: str
) -> None:
    assert GOOD.count(old) == 1
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(InputError) as refused:
        load_trial(path, library, 64, 3)
    assert sentence in str(refused.value)
    assert f"{path}:{line}:" in str(refused.value)


def test_two_trials_of_one_id_are_refused(library: ParameterLibrary, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    with pytest.raises(InputError, match="the id is also that of"):
        load_trials([path, path], library, 64, 3)


def test_the_shipped_trials_load_and_their_sources_exist(library: ParameterLibrary) -> None:
    trials = load_trials(trial_files(), library, 64, 1)
    assert len(trials) >= 14
    assert {trial.facts.role for trial in trials} == {"calibration", "informed", "external"}
    for trial in trials:
        assert set(trial.facts.sources) <= set(library.sources), trial.facts.id


def test_no_parameter_rests_on_an_external_trial(library: ParameterLibrary) -> None:
    """Neither by the key of a source nor by another key of the same publication."""
    used = {
        entry.source.key
        for parameter in library.parameters.values()
        for entry in parameter.values
        if entry.source is not None and entry.source.key
    }
    assert len(used) > 100
    publications = {library.sources[key].citation for key in used}
    for trial in load_trials(trial_files(), library, 64, 1):
        if trial.facts.role != "external":
            continue
        assert not used & set(trial.facts.sources), trial.facts.id
        author = trial.facts.citation.split()[0]
        year = re.search(r"\b(19|20)\d\d\b", trial.facts.citation)
        assert year is not None
        same = [c for c in publications if author in c and year.group() in c]
        assert not same, trial.facts.id


def test_more_months_than_a_life_is_followed_are_refused(
    library: ParameterLibrary, tmp_path: Path
) -> None:
    longest = GOOD.replace("month = 18", "month = 240")
    trial = load_trial(written(tmp_path, longest), library, 64, 3)
    assert trial.horizon == 240 == 12 * trial.scenario.scenario.economics.horizon_years
    for_jobs = longest.replace("ever_employed", "in_first_job_after_start")
    with pytest.raises(InputError, match="more months than a life is followed"):
        load_trial(written(tmp_path, for_jobs), library, 64, 3)


def test_names_and_notes_are_told_in_finnish_where_they_are_translated(
    library: ParameterLibrary, tmp_path: Path
) -> None:
    facts = load_trial(written(tmp_path, GOOD), library, 64, 3).facts
    assert facts.told("name", "fi") == "My trial"
    for trial in load_trials(trial_files(), library, 64, 1):
        assert trial.facts.name_fi
        assert bool(trial.facts.note_fi) == bool(trial.facts.note), trial.facts.id
        assert trial.facts.told("name", "en") == trial.facts.name


def test_a_finnish_site_has_the_statistics_of_finland(
    library: ParameterLibrary, tmp_path: Path
) -> None:
    at_home = GOOD.replace('country = "Sweden"', 'country = "Finland"')
    trial = load_trial(
        written(tmp_path, at_home.replace("unemployment_rate = 0.08", "")), library, 64, 3
    )
    region = trial.scenario.scenario.region
    assert (region.name, region.unemployment_measure) == ("Finland", "register")
    assert "region.unemployment_rate" not in trial.assumed
    county = at_home.replace("unemployment_rate = 0.08", 'name = "Lapland"')
    assert load_trial(written(tmp_path, county), library, 64, 3).scenario.region.en == "Lapland"
