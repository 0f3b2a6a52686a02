"""The scenario's keys: shares, yearly values, ages, routes, and what editors are told."""

import tomllib
from datetime import date

import pytest
from pydantic import ValidationError

from ips_econ.locations import scenarios_directory
from ips_econ.parameters.library import load_library
from ips_econ.scenario.ranges import in_words
from ips_econ.scenario.schema import (
    IPS_LIKENESS,
    PARAMETER_BEHIND,
    PERSPECTIVES,
    SECTIONS,
    BenefitShares,
    DiagnosisShares,
    Economics,
    Population,
    Programme,
    Scenario,
    editor_schema,
)

POPULATION = {
    "mean_age": 37.0,
    "sd_age": 10.0,
    "female_share": 0.5,
    "diagnosis": {"psychosis": 1.0},
    "recent_work_share": 0.4,
    "higher_education_share": 0.2,
    "benefit_at_entry": {"general_support": 1.0},
    "pension_national_only_share": 0.6,
    "rent_eur_month": 500.0,
    "unemployment_days_at_entry": 300.0,
}
ECONOMICS = {"horizon_years": 5, "discount_rate": 0.03, "price_year": 2026, "cashable_share": 1.0}


def programme(**keys):
    return Programme.model_validate({"start": date(2027, 1, 1), "caseload": 20, **keys})


def messages(error):
    return [(fault["loc"], fault["msg"]) for fault in error.value.errors()]


def test_a_share_left_out_is_none():
    shares = DiagnosisShares(psychosis=0.25, bipolar=0.75)
    assert shares["depression_anxiety"] == 0
    assert list(shares.items()) == [
        ("psychosis", 0.25),
        ("bipolar", 0.75),
        ("depression_anxiety", 0.0),
    ]
    with pytest.raises(KeyError):
        shares["model_config"]


@pytest.mark.parametrize("error", [-2e-6, 2e-6])
def test_shares_must_sum_to_one(error):
    with pytest.raises(ValidationError, match=r"the shares sum to .*, not to 1"):
        BenefitShares(general_support=0.5, none=0.5 + error)


@pytest.mark.parametrize("error", [-9e-7, 9e-7])
def test_shares_may_be_rounded(error):
    assert BenefitShares(general_support=0.5, none=0.5 + error).none == 0.5 + error


def test_one_value_holds_for_every_year():
    spread = programme(years=2, coaches=2.5, fidelity=[90, 110], funding={"state": 1.0})
    assert spread.coaches == (2.5, 2.5)
    assert spread.fidelity == (90.0, 110.0)
    assert [year.state for year in spread.funding] == [1.0, 1.0]


@pytest.mark.parametrize("key", ["coaches", "fidelity"])
def test_years_follow_from_yearly_values(key):
    assert programme(**{key: [100, 110, 120, 120]}).years == 4
    assert programme().years == 3


def test_yearly_values_must_match_the_years():
    with pytest.raises(ValidationError) as error:
        programme(years=2, coaches=[1, 2, 3], funding=[{"state": 1.0}])
    assert messages(error) == [
        (("coaches",), "3 values for 2 years (give one value, or one per year)"),
        (("funding",), "1 values for 2 years (give one value, or one per year)"),
    ]


def test_some_year_has_a_coach():
    assert programme(coaches=[0, 2]).coaches == (0.0, 2.0)
    with pytest.raises(ValidationError, match="no year has a coach"):
        programme(coaches=0)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"max_age": 30}, "mean_age 37.0 does not lie between min_age 18 and max_age 30"),
        ({"min_age": 40}, "mean_age 37.0 does not lie between min_age 40 and max_age 64"),
        (
            {"min_age": 35, "max_age": 39},
            "sd_age 10.0 is impossible: between 35 and 39 with mean 37.0 the standard deviation "
            "is at most 2.0",
        ),
    ],
)
def test_ages_must_be_possible(keys, message):
    with pytest.raises(ValidationError) as error:
        Population.model_validate({**POPULATION, **keys})
    assert messages(error) == [((), message)]


@pytest.mark.parametrize("routes", [["allocation", "employment"], "both", ["none", "employment"]])
def test_two_treatment_routes_would_count_twice(routes):
    with pytest.raises(ValidationError, match="double-counting rule"):
        Economics.model_validate({**ECONOMICS, "treatment_route": routes})


def test_perspectives_are_named_once():
    with pytest.raises(ValidationError, match="named twice: society"):
        Economics.model_validate({**ECONOMICS, "perspectives": ["society", "state", "society"]})


def test_a_resolved_scenario_is_frozen():
    economics = Economics.model_validate(ECONOMICS)
    assert economics.perspectives == PERSPECTIVES
    with pytest.raises(ValidationError, match="frozen"):
        economics.horizon_years = 3


def test_every_kind_of_comparator_has_a_likeness():
    kinds = Scenario.model_fields["comparator"].annotation.model_fields["kind"].annotation.__args__
    assert set(IPS_LIKENESS) == set(kinds)
    assert IPS_LIKENESS["traditional"] == IPS_LIKENESS["none"] == 0
    assert IPS_LIKENESS["supported_employment_like"] == 1


def test_keys_and_the_parameters_behind_them_agree():
    library = load_library()
    for key, behind in PARAMETER_BEHIND.items():
        section, name = key.split(".")
        field = Scenario.model_fields[section].annotation.model_fields[name]
        assert library.parameters[behind.id].unit == behind.unit, key
        if behind.is_table:
            table = library.table(behind.id, date(2026, 6, 1), behind.unit)
            assert set(table) == set(field.annotation.model_fields), key
        else:
            assert library.value(behind.id, date(2026, 6, 1), behind.unit) >= 0, key


def test_editors_are_told_what_every_key_means():
    schema = editor_schema({"effect.competitive_work_ratio": "Ratio"})
    assert schema["required"] == ["id"]
    for name, part in schema["$defs"].items():
        assert "required" not in part
        for key, node in part["properties"].items():
            assert len(node["description"]) > 8, f"{name}.{key}"
    for key in set(schema["properties"]) - set(SECTIONS):
        assert schema["properties"][key]["description"], key
    overrides = schema["properties"]["parameters"]["properties"]
    assert overrides["effect.competitive_work_ratio"]["title"] == "Ratio"
    assert overrides["effect"]["properties"]["competitive_work_ratio"]["title"] == "Ratio"
    coaches = schema["$defs"]["Programme"]["properties"]["coaches"]
    assert in_words(coaches) == "a number from 0 to 500 or a list, each a number from 0 to 500"


@pytest.mark.parametrize("path", sorted(scenarios_directory().glob("*.toml")), ids=lambda p: p.stem)
def test_editors_know_every_key_of_the_shipped_scenarios(path):
    schema = editor_schema({})
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(content) <= set(schema["properties"])
    for section in SECTIONS:
        known = schema["$defs"][section.capitalize()]["properties"]
        assert set(content.get(section, {})) <= set(known)
