"""Sampling of clients: shares, durations and quantile tables come back; one thing at a time moves.

Stochastic assertions run on a fixed seed; a correct sampler fails each with probability at most
1e-6 over the choice of the seed.
"""

from functools import lru_cache

import numpy as np
import pytest
from scipy.special import chdtri, ndtr, ndtri

from ips_econ.compilation import compiled
from ips_econ.errors import InputError
from ips_econ.parameters.draws import draw_parameters
from ips_econ.population import sampling
from ips_econ.population.attributes import (
    AGE_BAND_STARTS,
    STRATA,
    STRATA_PER_GROUP,
    Benefit,
    Diagnosis,
    Service,
    stratum_axes,
)
from ips_econ.population.people import (
    Client,
    Population,
    category,
    client,
    duration_months,
    from_quantiles,
    stratum,
)
from ips_econ.population.randomness import person_key, replicate_key
from ips_econ.scenario.loading import load_scenario

FALSE_ALARM = 1e-6
PEOPLE = 40_000
NUMBERS = Client._fields[1:]  # all attributes but the key


@compiled
def sample(seed, d, people, population, table):  # type: ignore[no-untyped-def]
    """Attributes ``(person, attribute)`` of the clients of draw ``d``, the stratum last."""
    replicate = replicate_key(seed, 0)
    for i in range(people):
        person = client(person_key(replicate, i), d, population)
        table[i, 0] = person.age
        table[i, 1] = person.woman
        table[i, 2] = person.diagnosis
        table[i, 3] = person.low_finder
        table[i, 4] = person.recent_work
        table[i, 5] = person.higher_education
        table[i, 6] = person.benefit
        table[i, 7] = person.pension
        table[i, 8] = person.household
        table[i, 9] = person.entry_year
        table[i, 10] = person.unemployment_days
        table[i, 11] = person.service
        table[i, 12] = person.service_months
        table[i, 13] = person.substituted
        table[i, 14] = person.support_months
        table[i, 15] = person.admission_prob
        table[i, 16] = person.visits_month
        table[i, 17] = stratum(person, AGE_BAND_STARTS)


def clients(population: Population, d: int = 0, people: int = PEOPLE) -> dict[str, np.ndarray]:
    """Attributes by name, and the stratum."""
    assert len(NUMBERS) == 17
    table = np.zeros((people, 18))
    sample(3, d, people, population, table)
    return dict(zip((*NUMBERS, "stratum"), table.T))


@lru_cache
def scenario_population() -> Population:
    loaded = load_scenario("etela-pohjanmaa", ("programme.coaches=[1, 2, 1]",))
    economics = loaded.scenario.economics
    draws = draw_parameters(
        loaded.library,
        on=economics.policy_date,
        price_year=economics.price_year,
        draws=16,
        seed=1,
    )
    return sampling.population_tables(loaded.scenario, draws)


@lru_cache
def base() -> dict[str, np.ndarray]:
    return clients(scenario_population())


def shares(cumulative: np.ndarray) -> np.ndarray:
    return np.diff(np.append(0.0, cumulative))


def assert_shares(values: np.ndarray, expected: np.ndarray) -> None:
    """Chi-square over the categories with a share; none falls in the others."""
    counts = np.bincount(values.astype(int), minlength=len(expected))
    possible = expected > 1e-9
    assert counts[~possible].sum() == 0 and len(counts) == len(expected)
    want = expected[possible] * len(values)
    chi_square = ((counts[possible] - want) ** 2 / want).sum()
    assert chi_square < chdtri(max(possible.sum() - 1, 1), FALSE_ALARM)


def assert_mean(values: np.ndarray, expected: float) -> None:
    """Normal limit of a mean."""
    z = (values.mean() - expected) / (values.std() / np.sqrt(len(values)))
    assert abs(z) < -ndtri(FALSE_ALARM / 2)


# steps by hand


def test_category_of_a_uniform() -> None:
    cumulative = np.array([0.2, 0.5, 0.5, 1.0])
    assert [category(u, cumulative) for u in (0.0, 0.19, 0.2, 0.49, 0.5, 0.999)] == [
        0,
        0,
        1,
        1,
        3,
        3,
    ]
    assert category(0.9999999, np.array([0.5, 0.9999998])) == 1  # shares may miss one by rounding


def test_value_from_a_table_of_quantiles() -> None:
    table = np.array([10.0, 20.0, 30.0, 40.0])
    assert [from_quantiles(u, table) for u in (0.0, 0.24, 0.25, 0.99)] == [10.0, 10.0, 20.0, 40.0]
    assert from_quantiles(1.0 - 2.0**-53, table) == 40.0


def test_durations_by_hand() -> None:
    assert duration_months(0.999, 1.0) == 1
    assert duration_months(0.0, 9.0) == 1
    # at a mean of 2 every second spell ends each month
    assert [duration_months(u, 2.0) for u in (0.49, 0.51, 0.74, 0.76, 0.874, 0.876)] == [
        1,
        2,
        2,
        3,
        3,
        4,
    ]


@pytest.mark.parametrize("mean", [1.0, 1.5, 9.0, 40.0])
def test_durations_have_their_mean(mean: float) -> None:
    midpoints = (np.arange(20_000) + 0.5) / 20_000
    months = np.array([duration_months(u, mean) for u in midpoints])
    assert months.min() == 1
    assert months.mean() == pytest.approx(mean, rel=2e-3)


# tables


def test_truncated_normal_keeps_the_limits_and_its_mean() -> None:
    table = sampling.truncated_normal_quantiles(23.0, 9.0, 4.0, 34.0)
    a, b = (4.0 - 23.0) / 9.0, (34.0 - 23.0) / 9.0
    density = [np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi) for x in (a, b)]
    mean = 23.0 + 9.0 * (density[0] - density[1]) / (ndtr(b) - ndtr(a))
    assert 4.0 <= table.min() < table.max() <= 34.0
    assert (np.diff(table) >= 0.0).all()
    assert table.mean() == pytest.approx(mean, rel=1e-5)


def test_truncated_normal_far_in_a_tail_stays_inside() -> None:
    table = sampling.truncated_normal_quantiles(36.0, 2.0, 60.0, 64.0)
    assert table.min() >= 60.0 and table.max() <= 64.0


def test_frailty_has_mean_one_and_a_heavy_tail() -> None:
    table = sampling.gamma_quantiles(0.5)
    assert table.mean() == pytest.approx(1.0, abs=1e-12)
    assert table.var() == pytest.approx(2.0, rel=0.02)  # gamma of shape 1/2; the last tail is cut
    assert table.max() > 10.0 and np.median(table) < 0.5


def test_standard_normal_table_has_its_moments() -> None:
    table = sampling.normal_quantiles()
    assert table.mean() == pytest.approx(0.0, abs=1e-12)
    assert table.std() == pytest.approx(1.0, rel=1e-3)
    assert (table**3).mean() == pytest.approx(0.0, abs=1e-9)
    assert np.exp(0.5 * table).mean() == pytest.approx(np.exp(0.125), rel=1e-3)


def test_tables_of_a_scenario_are_shares_that_sum_to_one() -> None:
    population = scenario_population()
    for name in ("diagnosis", "benefit", "entry_year", "pension_level", "service"):
        cumulative = getattr(population, name)
        np.testing.assert_allclose(cumulative[..., -1], 1.0, atol=1e-9)
        assert (np.diff(cumulative, axis=-1) >= 0.0).all() and (cumulative[..., 0] >= 0.0).all()
    np.testing.assert_allclose(shares(population.entry_year), [0.25, 0.5, 0.25])


# sampled people


def test_categories_have_their_shares() -> None:
    population, people = scenario_population(), base()
    assert_shares(people["diagnosis"], shares(population.diagnosis))
    assert_shares(people["benefit"], shares(population.benefit))
    assert_shares(people["entry_year"], shares(population.entry_year))
    assert_shares(people["service"], shares(population.service[0]))
    levels = (1.0 - population.pension_national_only_share) * shares(population.pension_level[0])
    national = population.pension_national_only_share
    assert_shares(people["pension"], np.append(national, levels))
    assert len(Diagnosis) == 3 and len(Benefit) == 5 and len(Service) == 5


def test_yes_or_no_attributes_have_their_shares() -> None:
    population, people = scenario_population(), base()
    for name, share in (
        ("woman", population.female_share),
        ("recent_work", population.recent_work_share),
        ("higher_education", population.higher_education_share),
        ("low_finder", population.low_share[0]),
        ("substituted", population.substitution[0]),
    ):
        assert_shares(people[name], np.array([1.0 - share, share]))
    for bit, share in (
        (4, population.housing_allowance[0]),
        (2, population.social_assistance[0]),
        (1, population.care_allowance[0]),
    ):
        claimed = (people["household"].astype(int) & bit) > 0
        assert_shares(claimed, np.array([1.0 - share, share]))


def test_amounts_have_their_means() -> None:
    population, people = scenario_population(), base()
    assert_mean(people["age"], population.age_quantiles.mean())
    assert people["age"].min() >= 18.0 and people["age"].max() < 65.0
    assert_mean(people["unemployment_days"], population.unemployment_days)
    assert_mean(people["support_months"], population.months_in_service[0])
    for kind in Service:
        of_kind = people["service"] == kind
        if kind is not Service.NONE and of_kind.sum() > 1000:
            mean = max(1.0, population.service_months[0, kind])
            assert_mean(people["service_months"][of_kind], mean)
    for diagnosis in Diagnosis:
        of_diagnosis = people["diagnosis"] == diagnosis
        assert_mean(people["visits_month"][of_diagnosis], population.visits[0, diagnosis] / 12.0)
        rate = -12.0 * np.log1p(-people["admission_prob"][of_diagnosis])
        assert_mean(rate, population.admission_rate[0, diagnosis])


def test_admission_is_a_probability() -> None:
    people = base()
    assert people["admission_prob"].min() >= 0.0 and people["admission_prob"].max() < 1.0


def test_attributes_are_independent_unless_one_follows_from_another() -> None:
    people = base()
    names = [name for name in NUMBERS if name not in ("admission_prob", "visits_month")]
    table = np.stack([people[name] for name in names])
    correlation = np.corrcoef(table)
    correlation[names.index("service"), names.index("service_months")] = 0.0
    correlation[names.index("service_months"), names.index("service")] = 0.0
    pairs = len(names) * (len(names) - 1) / 2
    off = np.abs(correlation - np.diag(np.diag(correlation))).max()
    assert off * np.sqrt(PEOPLE) < -ndtri(FALSE_ALARM / 2 / pairs)


@pytest.mark.parametrize(
    ("field", "moved"),
    [
        ("female_share", {"woman"}),
        ("recent_work_share", {"recent_work", "stratum"}),
        ("higher_education_share", {"higher_education", "stratum"}),
        ("pension_national_only_share", {"pension"}),
        ("unemployment_days", {"unemployment_days"}),
        ("low_share", {"low_finder"}),
        ("housing_allowance", {"household"}),
        ("social_assistance", {"household"}),
        ("care_allowance", {"household"}),
        ("substitution", {"substituted"}),
        ("months_in_service", {"support_months"}),
        ("admission_rate", {"admission_prob"}),
        ("visits", {"visits_month"}),
        ("age_quantiles", {"age", "stratum"}),
        ("diagnosis", {"diagnosis", "admission_prob", "visits_month", "stratum"}),
        ("benefit", {"benefit", "stratum"}),
        ("entry_year", {"entry_year"}),
        ("service", {"service", "service_months"}),
        ("service_months", {"service_months"}),
    ],
)
def test_one_changed_input_moves_nothing_else(field: str, moved: set[str]) -> None:
    population = scenario_population()
    before = clients(population, people=2000)
    other = population._replace(**{field: getattr(population, field) * 0.7})
    after = clients(other, people=2000)
    assert {name for name in before if (before[name] != after[name]).any()} == moved


def test_a_higher_share_keeps_those_who_had_the_attribute() -> None:
    population = scenario_population()
    few = clients(population._replace(female_share=0.3), people=2000)["woman"] == 1.0
    many = clients(population._replace(female_share=0.6), people=2000)["woman"] == 1.0
    assert many[few].all() and many.sum() > few.sum()


def test_the_same_person_in_another_draw_differs_only_by_its_parameters() -> None:
    first, second = base(), clients(scenario_population(), d=1)
    for name in ("age", "woman", "diagnosis", "benefit", "recent_work", "entry_year"):
        np.testing.assert_array_equal(first[name], second[name])
    assert (first["visits_month"] != second["visits_month"]).any()


def test_plain_python_samples_the_same_people() -> None:
    population = scenario_population()
    compiled_people = clients(population, people=40)
    with np.errstate(over="ignore"):
        replicate = replicate_key(3, 0)
        for i in range(40):
            person = client(person_key(replicate, i), 0, population)
            for name in NUMBERS:
                value = float(getattr(person, name))
                assert value == pytest.approx(compiled_people[name][i], rel=1e-14)


# strata


def test_strata_are_numbered_as_their_axes_say() -> None:
    people, index = base(), base()["stratum"].astype(int)
    band, worked, educated, pensioned = (axis[index % STRATA_PER_GROUP] for axis in stratum_axes())
    age = np.searchsorted(AGE_BAND_STARTS, people["age"], side="right") - 1
    np.testing.assert_array_equal(band, age)
    np.testing.assert_array_equal(worked, people["recent_work"])
    np.testing.assert_array_equal(educated, people["higher_education"])
    on_pension = people["benefit"] >= Benefit.REHABILITATION_SUBSIDY  # fixed-term or permanent
    np.testing.assert_array_equal(pensioned, on_pension)
    common = people["diagnosis"] == Diagnosis.DEPRESSION_ANXIETY
    np.testing.assert_array_equal(index // STRATA_PER_GROUP, common)
    assert index.min() >= 0 and index.max() < STRATA and len(np.unique(index)) > 70


def test_ages_that_cannot_be_are_refused_with_the_remedy() -> None:
    with pytest.raises(InputError, match="population.sd_age: no ages between 18 and 64 have this"):
        sampling.age_quantiles(19.0, 20.0, 18, 64)
