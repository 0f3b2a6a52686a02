"""From files to a resolved scenario: who has the last word, and what a user is told."""

import hashlib
import subprocess
import sys
from datetime import date

import pytest
from click.testing import CliRunner

from ips_econ.cli.check import check, schema
from ips_econ.errors import InputError
from ips_econ.locations import scenarios_directory
from ips_econ.parameters.library import load_library
from ips_econ.scenario.files import scenario_names
from ips_econ.scenario.loading import load_scenario

POLICY_DATE = date(2026, 6, 1)
MINIMAL = 'id = "mine"\n[region]\nname = "Lappi"\n'


@pytest.fixture(scope="module")
def library():
    return load_library()


@pytest.fixture
def write(tmp_path):
    def write_scenario(text, name="mine.toml", encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode(encoding))
        return path

    return write_scenario


@pytest.fixture
def load(write, library):
    def load_text(text, *sets, **options):
        return load_scenario(write(text), sets, library=library, **options)

    return load_text


@pytest.fixture
def refused(load):
    """The problems of a scenario that cannot be used, the file's name in place of its path."""

    def problems(text, *sets):
        with pytest.raises(InputError) as caught:
            load(text, *sets)
        assert caught.value.exit_code == 2
        lines = str(caught.value).splitlines()
        return [line[line.find("mine.toml") :] if "mine.toml" in line else line for line in lines]

    return problems


# what stands over what


def test_a_minimal_scenario_takes_all_else_from_region_and_parameters(load):
    loaded = load(MINIMAL)
    scenario, origin = loaded.scenario, loaded.origin
    assert scenario.name == "mine"
    assert scenario.region.unemployment_rate == pytest.approx(0.0984)
    assert origin["region.unemployment_rate"] == "region data"
    assert scenario.population.rent_eur_month == 487
    assert origin["population.rent_eur_month"] == "region data"
    assert scenario.population.mean_age == loaded.library.value(
        "population.mean_age", POLICY_DATE, "years"
    )
    assert origin["population.mean_age"] == "parameters"
    assert scenario.programme.start == scenario.economics.policy_date == POLICY_DATE
    assert scenario.economics.price_year == 2026
    assert scenario.comparator.substitution is None
    assert origin["run.draws"] == "default"
    assert loaded.overridden == ()
    assert loaded.region.id == "lappi"


def test_every_key_has_an_origin(load):
    loaded = load(MINIMAL + "[parameters]\neffect.competitive_work_ratio = 1.2\n")
    content = loaded.scenario.model_dump()
    keys = {
        f"{key}.{name}" if isinstance(value, dict) else key
        for key, value in content.items()
        for name in (value if isinstance(value, dict) else ("",))
    }
    assert set(loaded.origin) == {*keys, "observed"}  # which no dump of a scenario has
    assert loaded.origin["parameters.effect.competitive_work_ratio"].endswith("mine.toml:5")


def test_set_over_scenario_over_extended_over_region_over_parameters(write, library):
    base = write(
        'id = "base"\nlanguage = "fi"\n[region]\nname = "Lappi"\nwage_index = 0.9\n'
        "municipal_tax_rate = 0.05\n[population]\nmean_age = 30\nfemale_share = 0.1\n",
        "base.toml",
    )
    top = write(
        'id = "top"\nextends = "base.toml"\n[region]\nmunicipal_tax_rate = 0.06\n'
        "[population]\nmean_age = 31\nrent_eur_month = 300\n",
        "top.toml",
    )
    loaded = load_scenario(top, ["population.rent_eur_month=350"], library=library)
    scenario, origin = loaded.scenario, loaded.origin
    assert (scenario.id, scenario.name, scenario.language) == ("top", "top", "fi")
    assert scenario.population.rent_eur_month == 350
    assert origin["population.rent_eur_month"] == "--set"
    assert scenario.population.mean_age == 31
    assert origin["population.mean_age"] == f"{top}:6"
    assert scenario.population.female_share == 0.1
    assert origin["population.female_share"] == f"{base}:9"
    assert scenario.region.municipal_tax_rate == 0.06
    assert scenario.region.wage_index == 0.9
    assert scenario.region.unemployment_rate == pytest.approx(0.0984)
    assert origin["region.unemployment_rate"] == "region data"
    assert origin["population.sd_age"] == "parameters"


def test_another_region_does_not_inherit_figures(write, load):
    write('id = "b"\n[region]\nname = "Lapland"\nwage_index = 0.9\n', "base.toml")
    same = load('id = "m"\nextends = "base.toml"\n[region]\nname = "Lappi"\n')
    assert same.scenario.region.wage_index == 0.9
    other = load('id = "m"\nextends = "base.toml"\n[region]\nname = "Kainuu"\n')
    assert other.scenario.region.wage_index == pytest.approx(0.971)
    assert load('id = "m"\nextends = "base.toml"\n', "region.name=kainuu").scenario == (
        other.scenario
    )


@pytest.mark.parametrize("name", ["Södra Österbotten", "etela-pohjanmaa", "South Ostrobothnia"])
def test_extends_takes_a_region(load, name):
    loaded = load(f'id = "mine"\nextends = "{name}"\n[run]\nseed = 4\n', "region.wage_index=1")
    assert loaded.region.id == "etela-pohjanmaa"
    assert loaded.scenario.region.municipal_tax_rate == pytest.approx(0.092)


def test_a_table_of_shares_is_replaced_as_a_whole_by_files_and_in_part_by_set(load):
    text = MINIMAL + "[population]\ndiagnosis = { psychosis = 0.6, bipolar = 0.4 }\n"
    assert load(text).scenario.population.diagnosis["depression_anxiety"] == 0
    changed = load(
        text, "population.diagnosis.bipolar=0.1", "population.diagnosis.depression_anxiety=0.3"
    )
    assert dict(changed.scenario.population.diagnosis.items()) == {
        "psychosis": 0.6,
        "bipolar": 0.1,
        "depression_anxiety": 0.3,
    }
    default = load(MINIMAL).scenario.comparator.services
    moved = load(
        MINIMAL,
        "comparator.services.clubhouse=0",
        f"comparator.services.none={default['none'] + default['clubhouse']}",
    )
    assert moved.scenario.comparator.services["clubhouse"] == 0


def test_set_reads_toml_and_takes_all_else_as_text(load):
    scenario = load(
        MINIMAL,
        "programme.start=2028-01-01",
        "programme.coaches=[1, 2]",
        "economics.persistence=ends",
        'name="Koe = 1"',
        "run.shared_replicate=true",
        "programme.funding={state=0.5, eu=0.5}",
    ).scenario
    assert scenario.programme.start == date(2028, 1, 1)
    assert scenario.programme.coaches == (1.0, 2.0)
    assert scenario.economics.persistence == "ends"
    assert scenario.name == "Koe = 1"
    assert scenario.run.shared_replicate is True
    assert [year.eu for year in scenario.programme.funding] == [0.5, 0.5]


def test_lang_stands_over_the_scenarios_language(load):
    assert load('language = "fi"\n' + MINIMAL).scenario.language == "fi"
    assert load('language = "fi"\n' + MINIMAL, language="sv").scenario.language == "sv"


# scenario keys and parameters


@pytest.mark.parametrize(
    "override",
    [
        '"effect.competitive_work_ratio" = 1.2',
        "effect.competitive_work_ratio = 1.2",
        "[parameters.effect]\ncompetitive_work_ratio = 1.2",
        "effect.competitive_work_ratio = { value = 1.2 }",
    ],
)
def test_parameter_ids_may_be_written_three_ways(load, override):
    loaded = load(f"{MINIMAL}[parameters]\n{override}\n")
    assert loaded.library.value("effect.competitive_work_ratio", POLICY_DATE, "ratio") == 1.2
    assert loaded.overridden == ("effect.competitive_work_ratio",)


@pytest.mark.parametrize("prefix", ["", "parameters."])
def test_set_reaches_parameters_and_their_keys(load, prefix):
    loaded = load(MINIMAL, f"{prefix}effect.competitive_work_ratio=1.3")
    assert loaded.library.value("effect.competitive_work_ratio", POLICY_DATE, "ratio") == 1.3
    assert loaded.scenario.parameters == {"effect.competitive_work_ratio": 1.3}
    spread = load(
        MINIMAL,
        f"{prefix}effect.competitive_work_ratio=1.3",
        f"{prefix}effect.competitive_work_ratio.low=1.1",
        f"{prefix}effect.competitive_work_ratio.high=2.5",
    )
    entry = spread.library.in_force("effect.competitive_work_ratio", POLICY_DATE)
    assert entry.distribution.low == 1.1


def test_a_scenario_key_replaces_the_parameter_behind_it(load):
    loaded = load(
        MINIMAL,
        "comparator.substitution=0.5",
        "programme.support_months=9",
        "comparator.services={clubhouse=1.0}",
        "economics.discount_rate=0.05",
    )
    library = loaded.library
    assert library.value("comparator.substitution_share", POLICY_DATE, "share") == 0.5
    assert library.value("programme.mean_months_in_service", POLICY_DATE, "months") == 9
    assert library.table("comparator.service_shares", POLICY_DATE, "share")["clubhouse"] == 1
    assert not library.in_force("comparator.service_shares", POLICY_DATE).is_random
    assert loaded.overridden == (
        "comparator.service_shares",
        "comparator.substitution_share",
        "method.discount_rate",
        "programme.mean_months_in_service",
    )


def test_a_parameter_fills_the_scenario_key_before_it(load):
    text = MINIMAL + "[parameters]\npopulation.mean_age = 44\nmethod.horizon_years = 3\n"
    scenario = load(text).scenario
    assert scenario.population.mean_age == 44
    assert scenario.economics.horizon_years == 3


def test_key_and_parameter_in_one_file_contradict_each_other(refused):
    text = MINIMAL + "[programme]\ncaseload = 15\n[parameters]\nprogramme.caseload = 25\n"
    assert refused(text) == [
        "mine.toml:5: programme.caseload: says the same as parameters.programme.caseload; "
        "give only one of the two"
    ]


def test_key_and_parameter_on_two_layers_replace_each_other(load):
    text = MINIMAL + "[programme]\ncaseload = 15\n"
    assert load(text, "parameters.programme.caseload=25").scenario.programme.caseload == 25
    text = MINIMAL + "[parameters]\nprogramme.caseload = 15\n"
    loaded = load(text, "programme.caseload=25")
    assert loaded.library.value("programme.caseload", POLICY_DATE, "clients/coach") == 25


def test_no_comparator_means_no_service(load):
    loaded = load(MINIMAL + '[comparator]\nkind = "none"\n')
    assert loaded.scenario.comparator.services["none"] == 1
    assert loaded.library.table("comparator.service_shares", POLICY_DATE, "share")["none"] == 1
    assert load(MINIMAL + '[comparator]\nkind = "active"\n').scenario.comparator.ips_likeness == 0.6


# places


def test_a_site_abroad_needs_no_finnish_region(load):
    loaded = load(
        'id = "mine"\n[region]\nname = "Oslo"\ncountry = "Norway"\nunemployment_rate = 0.04\n'
    )
    place = loaded.scenario.region
    assert (place.name, place.unemployment_rate, place.unemployment_measure) == (
        "Oslo",
        0.04,
        "survey",
    )
    assert place.population_18_64 is None
    assert loaded.origin["region.wage_index"] == "region data (national)"
    without_rate = load('id = "mine"\n[region]\nname = "Oslo"\ncountry = "Norway"\n')
    assert without_rate.scenario.region.unemployment_measure == "register"


@pytest.mark.parametrize(
    ("written", "settled"),
    [("lappi", "Lappi"), ("Lapland", "Lapland"), ("etela-pohjanmaa", "Etelä-Pohjanmaa")],
)
def test_the_region_keeps_its_name_in_the_language_written(load, written, settled):
    scenario = load(f'id = "mine"\n[region]\nname = "{written}"\ncountry = "Suomi"\n').scenario
    assert (scenario.region.name, scenario.region.country) == (settled, "Finland")


# files


def test_files_are_listed_with_their_checksums(write, library):
    base = write(MINIMAL, "base.toml")
    top = write('id = "top"\nextends = "base.toml"\n', "top.toml")
    files = load_scenario(top, library=library).files
    assert files[0] == (str(base), hashlib.sha256(base.read_bytes()).hexdigest())
    assert files[1][0] == str(top)
    assert [path.rpartition("regions")[2][1:] for path, _ in files[2:]] == [
        "lappi.toml",
        "finland.toml",
    ]


def test_spaces_other_letters_byte_order_mark_and_windows_lines(write, library):
    write(MINIMAL.replace("\n", "\r\n"), "Pohja ä/perus ö.toml", "utf-8-sig")
    top = write("id = \"top\"\r\nextends = 'Pohja ä\\perus ö.toml'\r\n", "yl ä.toml", "utf-8-sig")
    assert load_scenario(str(top), library=library).scenario.region.name == "Lappi"


def test_a_shipped_scenario_is_found_by_name_and_may_extend_its_own_region(write, library):
    by_name = load_scenario("Lappi", library=library)
    by_path = load_scenario(scenarios_directory() / "lappi.toml", library=library)
    assert by_name.scenario == by_path.scenario
    mine = write('id = "mine"\nextends = "lappi"\n')
    assert load_scenario(mine, library=library).scenario.programme.caseload == 16


def test_an_own_file_without_suffix_is_found(write, library, monkeypatch):
    monkeypatch.chdir(write(MINIMAL, "omani").parent)
    assert load_scenario("omani", library=library).scenario.id == "mine"


def test_a_missing_scenario_names_the_nearest(write, library):
    with pytest.raises(InputError) as caught:
        load_scenario("lapp", library=library)
    assert str(caught.value) == (
        f"there is no scenario of this name; found 'lapp'; allowed: {', '.join(scenario_names())}; "
        "did you mean 'lappi'?"
    )
    path = write(MINIMAL)
    with pytest.raises(InputError) as caught:
        load_scenario(path.with_name("mime.toml"), library=library)
    assert str(caught.value).endswith(f"there is no such file; did you mean {str(path)!r}?")
    with pytest.raises(InputError, match=r"there is no such file; did you mean 'lappi'\?"):
        load_scenario(path.parent / "nowhere" / "lappi.toml", library=library)


def test_a_directory_is_no_scenario(tmp_path, library):
    with pytest.raises(InputError, match="this is a directory, not a TOML file"):
        load_scenario(tmp_path / ".", library=library)


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_an_empty_file_says_what_is_missing(refused, text):
    assert refused(text) == ["mine.toml: the file is empty; id and region are missing"]


def test_a_scenario_that_says_nothing_says_what_is_missing(refused):
    assert refused("# nothing yet\n") == [
        "mine.toml: id: a required key is missing; allowed: a short name such as my-county",
        "mine.toml: region.name: a required key is missing (or extends, with a region or "
        "scenario); allowed: Finland, Helsinki or a wellbeing services county",
    ]


def test_another_encoding_is_named_with_its_line(write, library):
    path = write('id = "mine"\nname = "Lähi"\n', encoding="latin-1")
    with pytest.raises(InputError, match=r"mine.toml:2: the file is not UTF-8; save it as UTF-8"):
        load_scenario(path, library=library)


def test_a_syntax_error_has_its_line(refused):
    assert refused('id = "mine"\n[region]\nname = Lappi\n') == [
        "mine.toml:3: not valid TOML: Invalid value"
    ]


def test_a_decimal_comma_is_explained(refused):
    (problem,) = refused('id = "mine"\n[region]\nunemployment_rate = 0,087 # 8,7 %\n')
    assert problem.startswith("mine.toml:3: not valid TOML")
    assert problem.endswith("numbers are written with a decimal point: 0.087 # 8,7 %")


def test_a_circle_is_shown_link_by_link(write, library):
    one = write('id = "one"\nextends = "two.toml"\n', "one.toml")
    two = write('\nid = "two"\nextends = "./three.toml"\n', "two.toml")
    three = write('id = "three"\nextends = "one.toml"\n', "three.toml")
    with pytest.raises(InputError) as caught:
        load_scenario(one, library=library)
    assert str(caught.value) == (
        f"{three}:2: extends: goes round in a circle: {one} > {two} > {three} > {one}"
    )


@pytest.mark.parametrize(
    ("extends", "nearest"), [("finlnd", "finland"), ("Kainu", "Kainuu"), ("nowhere.toml", None)]
)
def test_extends_must_name_something(refused, extends, nearest):
    hint = f"; did you mean {nearest!r}?" if nearest else ""
    assert refused(f'id = "mine"\nextends = "{extends}"\n') == [
        f"mine.toml:2: extends: names no scenario, region or file; found {extends!r}{hint}"
    ]


# values


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "population.female_share = 55",
            "population.female_share: out of range (write 0.55 for 55 %); found 55; "
            "allowed: a number from 0 to 1",
        ),
        (
            "region.unemployment_rate = 8.7",
            "region.unemployment_rate: out of range (write 0.087 for 8.7 %); found 8.7; "
            "allowed: a number above 0 and below 1",
        ),
        (
            "economics.discount_rate = 3",
            "economics.discount_rate: out of range (write 0.03 for 3 %); found 3; "
            "allowed: a number from 0 to 0.2",
        ),
        (
            "population.diagnosis = { psychosis = 60, bipolar = 0.4 }",
            "population.diagnosis.psychosis: out of range (write 0.6 for 60 %); found 60; "
            "allowed: a number from 0 to 1",
        ),
        (
            "population.diagnosis = { psychosis = 0.6, bipolar = 0.3 }",
            "population.diagnosis: the shares sum to 0.9, not to 1",
        ),
        (
            "programme.fidelity = [100, 130]",
            "programme.fidelity[2]: out of range; found 130; allowed: a number from 25 to 125",
        ),
        (
            "programme.caseload = true",
            "programme.caseload: wrong type; found True; allowed: a number from 1 to 40",
        ),
        (
            'programme.caseload = "20"',
            "programme.caseload: wrong type; found '20'; allowed: a number from 1 to 40, with a "
            "decimal point and without quotation marks",
        ),
        (
            "run.people = 1.5",
            "run.people: wrong type; found 1.5; allowed: a whole number from 1 to 1000000",
        ),
        ("run.seed = true", "run.seed: wrong type; found True; allowed: a whole number of at"),
        (
            'programme.start = "2027-01-01"',
            "programme.start: wrong type; found '2027-01-01'; allowed: a date such as 2026-06-01, "
            "without quotation marks",
        ),
        ("run.shared_replicate = 1", "run.shared_replicate: wrong type; found 1; allowed: true or"),
        ("name = 3", "name: wrong type; found 3; allowed: a text in quotation marks"),
        ("programme = 3", "programme: wrong type; found 3; allowed: a table"),
        ("population.female_share = nan", "population.female_share: must be a finite number"),
        ("programme.caseload = inf", "programme.caseload: must be a finite number; found inf"),
        (
            "population.agemean = 30",
            "population.agemean: unknown key; did you mean 'mean_age'?",
        ),
        ("programe.years = 3", "programe: unknown key; did you mean 'programme'?"),
        (
            "population.wage_index = 1",
            "population.wage_index: unknown key; did you mean 'region.wage_index'?",
        ),
        (
            "programme.funding = { county = 1.0 }",
            "programme.funding.county: unknown key; did you mean 'wellbeing_county'?",
        ),
        (
            'comparator.kind = "tradtional"',
            "comparator.kind: not one of the allowed values; found 'tradtional'; allowed: "
            "traditional, active, supported_employment_like, none; did you mean 'traditional'?",
        ),
        (
            'economics.perspectives = ["society", "stat"]',
            "economics.perspectives[2]: not one of the allowed values; found 'stat'; allowed: ",
        ),
        (
            'economics.treatment_route = ["allocation", "employment"]',
            "economics.treatment_route: the two treatment routes exclude each other: ",
        ),
        (
            "population.max_age = 30",
            "population: mean_age 37.0 does not lie between min_age 18 and max_age 30",
        ),
    ],
)
def test_a_wrong_value_is_explained(refused, line, problem):
    (found,) = refused(f'id = "mine"\nextends = "Kainuu"\n\n{line}\n')
    assert found.startswith(f"mine.toml:4: {problem}")


@pytest.mark.parametrize("id", ["My County", "lapp\u00e4", "-x", "x" * 81])
def test_an_id_must_do_as_a_directory_name(refused, id):
    (problem,) = refused(f'id = "{id}"\nextends = "Kainuu"\n')
    assert problem.startswith("mine.toml:1: id: not a valid name; found ")
    assert "allowed: lower-case letters a to z, digits, - and _" in problem


def test_an_id_must_do_on_windows(refused):
    (problem,) = refused('id = "com1"\nextends = "Kainuu"\n')
    assert problem == ("mine.toml:1: id: Windows reserves this name; choose another; found 'com1'")


def test_an_unknown_region_names_the_nearest(refused):
    assert refused('id = "mine"\n[region]\nname = "Kaino"\n') == [
        "mine.toml:3: region.name: unknown region; found 'Kaino'; allowed: Finland, Helsinki or a "
        "wellbeing services county; did you mean 'Kainuu'?"
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "effect.competitive_work_ration = 1.2",
            "effect.competitive_work_ration: unknown parameter; did you mean "
            "'effect.competitive_work_ratio'?",
        ),
        (
            "effect.control_ever_employed_18m_severe = 22",
            "effect.control_ever_employed_18m_severe: out of range (write 0.22 for 22 %); "
            "found 22.0; allowed: 0 to 1",
        ),
        ("programme.coach_salary = -1", "programme.coach_salary: out of range; found -1.0"),
        ("programme.coach_salary = inf", "programme.coach_salary: must be a finite number"),
        ("programme.coach_salary = true", "programme.coach_salary: wrong type; found True"),
        (
            "effect.competitive_work_ratio = { valu = 1 }",
            "effect.competitive_work_ratio.valu: unknown key; did you mean 'value'?",
        ),
        (
            'effect.competitive_work_ratio = { value = 1, distribution = { family = "gama" } }',
            "effect.competitive_work_ratio.distribution.family: not one of the allowed values; "
            "found 'gama'",
        ),
        ("effect = 3", "effect: unknown parameter"),
    ],
)
def test_a_wrong_override_is_explained(refused, line, problem):
    (found,) = refused(f"{MINIMAL}[parameters]\n\n{line}\n")
    assert found.startswith(f"mine.toml:6: parameters.{problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nothing", "--set: not of the form key.path=value; found 'nothing'"),
        ("a b=1", "--set: not of the form key.path=value; found 'a b=1'"),
        (
            "programme.casload=3",
            "--set: programme.casload: neither a scenario key nor a parameter; did you mean "
            "'programme.caseload'?",
        ),
        (
            "efect.competitive_work_ratio=3",
            "--set: efect.competitive_work_ratio: neither a scenario key nor a parameter; did you "
            "mean 'effect.competitive_work_ratio'?",
        ),
        (
            "parameters.effect.caseload=3",
            "--set: parameters.effect.caseload: unknown parameter; did you mean "
            "'effect.caseload_exponent'?",
        ),
        (
            "population.female_share=55",
            "--set: population.female_share: out of range (write 0.55 for 55 %); found 55; "
            "allowed: a number from 0 to 1",
        ),
        (
            "population.mean_age=0,5",
            "--set: population.mean_age: wrong type; found '0,5'; allowed: a number from 16 to 68, "
            "with a decimal point and without quotation marks",
        ),
        (
            "population.diagnosis.psychosis=0.9",
            "--set: population.diagnosis: the shares sum to 1.51, not to 1",
        ),
    ],
)
def test_a_wrong_set_is_explained(refused, text, problem):
    assert refused(MINIMAL, text) == [problem]


def test_all_problems_come_at_once_in_the_order_of_lines(refused):
    problems = refused(
        'id = "Mine"\nnme = "x"\n[region]\nname = "Lapi"\n[population]\nfemale_share = 2\n'
        'mean_age = "x"\n[population.diagnosis]\npsychosis = 0.5\n\nbipolar = 3\n'
        "[programme]\nyears = 2\ncoaches = [1, 2, 3]\n[parameters]\neffect.x = 1\n"
        "effect.control_ever_employed_18m_severe = 2\n",
        "foo=1",
        "run.draws=0",
    )
    places = [problem.split(": ")[:2] for problem in problems]
    assert places == [
        ["--set", "foo"],
        ["--set", "run.draws"],
        ["mine.toml:1", "id"],
        ["mine.toml:2", "nme"],
        ["mine.toml:4", "region.name"],
        ["mine.toml:6", "population.female_share"],
        ["mine.toml:7", "population.mean_age"],
        ["mine.toml:11", "population.diagnosis.bipolar"],
        ["mine.toml:14", "programme.coaches"],
        ["mine.toml:16", "parameters.effect.x"],
        ["mine.toml:17", "parameters.effect.control_ever_employed_18m_severe"],
    ]


def test_a_problem_of_the_extended_scenario_is_shown_where_it_stands(write, library):
    base = write('id = "base"\n[region]\nname = "Lappi"\nwage_index = 98\n', "base.toml")
    top = write('id = "top"\nextends = "base.toml"\n[run]\nseed = -1\n', "top.toml")
    with pytest.raises(InputError) as caught:
        load_scenario(top, library=library)
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [
        (str(base), 4),
        (str(top), 4),
    ]


# what is shipped


@pytest.mark.parametrize("name", ["finland", "etela-pohjanmaa", "lappi", "pohjois-karjala"])
def test_shipped_scenarios_load_and_say_their_own_id(name, library):
    loaded = load_scenario(name, library=library)
    assert loaded.scenario.id == loaded.region.id == name
    text = (scenarios_directory() / f"{name}.toml").read_text(encoding="utf-8")
    assert "assumed" in text.lower()
    assert len(text.splitlines()) < 60


def test_pohjois_karjala_serves_people_under_40(library):
    clients = load_scenario("pohjois-karjala", library=library).scenario.population
    assert clients.max_age == 39
    national = load_scenario("finland", library=library).scenario.population
    assert clients.mean_age < national.mean_age
    assert (
        clients.benefit_at_entry.disability_pension < national.benefit_at_entry.disability_pension
    )


def test_library_and_scenario_load_quickly():
    code = (
        "import time; start = time.process_time()\n"
        "from ips_econ.scenario.loading import load_scenario\n"
        "load_scenario('lappi'); print(time.process_time() - start)"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    assert min(times) < 0.6


# the commands


def test_check_lists_valid_scenarios_and_all_problems_of_the_others(write):
    bad = write('id = "mine"\nextends = "Kainuu"\n[run]\nseed = -1\n')
    result = CliRunner().invoke(check, ["lappi", str(bad), "nowhere", "--lang", "fi"])
    assert result.output.splitlines()[0] == "lappi: kelpaa (IPS – Lappi)"
    assert isinstance(result.exception, InputError)
    assert [problem.key for problem in result.exception.problems] == ["run.seed", None]


def test_check_prints_every_key_with_its_origin():
    result = CliRunner().invoke(check, ["lappi", "--set", "programme.coaches=2.5", "--resolved"])
    assert result.exit_code == 0
    lines = {line.split()[0]: line.split()[1:] for line in result.output.splitlines()}
    assert lines["programme.coaches"] == ["--set", "2.5", "each", "year"]
    assert lines["region.municipal_tax_rate"] == ["region", "data", "0.0866"]
    assert lines["programme.caseload"][0].endswith("lappi.toml:22")


def test_schema_is_printed_or_written(tmp_path):
    printed = CliRunner().invoke(schema, [])
    assert '"effect.competitive_work_ratio"' in printed.output
    file = tmp_path / "scenario.schema.json"
    written = CliRunner().invoke(schema, ["--out", str(file)])
    assert written.exit_code == 0
    assert file.read_text(encoding="utf-8") == printed.output
    failed = CliRunner().invoke(schema, ["--out", str(tmp_path / "no" / "where.json")])
    assert "cannot be written" in str(failed.exception)
