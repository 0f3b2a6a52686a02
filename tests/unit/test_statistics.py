"""Statistics over draws: hand-calculated cases, luck taken out, figures that do not exist."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ips_econ.evaluation.statistics import (
    NO_STAT,
    finite,
    luck_variance,
    monte_carlo_error,
    ratio_stat,
    shrinkage,
    stat,
    without_luck,
)


def test_luck_variance_is_the_mean_over_draws_of_the_variance_of_a_mean() -> None:
    people = np.array([[1.0, 2.0, 3.0, 6.0], [5.0, 5.0, 5.0, 5.0]])
    sums, squares = people.sum(axis=1, keepdims=True), (people**2).sum(axis=1, keepdims=True)
    by_hand = (people[0].var(ddof=1) / 4 + 0.0) / 2
    assert luck_variance(sums, squares, 4) == pytest.approx([by_hand])


def test_luck_variance_of_one_person_is_not_known_and_none_is_taken_out() -> None:
    assert luck_variance(np.array([[3.0]]), np.array([[9.0]]), 1) == pytest.approx([0.0])


def test_luck_variance_is_never_negative_by_rounding() -> None:
    value = 0.1 + 1e-9
    sums, squares = np.array([[3 * value]]), np.array([[3 * value**2 - 1e-12]])
    assert luck_variance(sums, squares, 3)[0] == 0.0


@pytest.mark.parametrize(
    ("values", "luck", "factor"),
    [
        ([0.0, 2.0], 0.0, 1.0),
        ([0.0, 2.0], 0.75, 0.5),  # variance 1, of which a quarter is left
        ([1.0, 1.0], 0.5, 1.0),  # nothing to take it out of
    ],
)
def test_shrinkage_leaves_the_variance_of_the_parameters(
    values: list[float], luck: float, factor: float
) -> None:
    assert shrinkage(np.array(values), luck) == pytest.approx(factor)


@pytest.mark.parametrize("luck", [0.999, 1.0, 9.0])
def test_a_spread_that_is_nearly_all_luck_is_left_and_not_made_a_certainty(luck: float) -> None:
    values = np.array([0.0, 2.0])
    assert shrinkage(values, luck) == 1.0
    assert stat(values, luck)["sd"] == pytest.approx(math.sqrt(2.0))


def test_values_without_luck_keep_their_mean_and_lose_its_variance() -> None:
    values = np.array([1.0, 4.0, 7.0, 12.0])
    clean = without_luck(values, 5.0)
    assert clean.mean() == pytest.approx(values.mean())
    assert clean.var() == pytest.approx(values.var() - 5.0)
    assert np.array_equal(np.argsort(clean), np.argsort(values))


def test_luck_is_taken_out_of_simulated_draws() -> None:
    """The sd found is the parameters' sd: 3 within 5 % (false alarm 1e-11 with 8,000 draws)."""
    random = np.random.default_rng(3)
    draws, people = 8_000, 25
    lives = (
        10.0
        + 3.0 * random.standard_normal((draws, 1))
        + 8.0 * random.standard_normal((draws, people))
    )
    sums, squares = lives.sum(axis=1), (lives**2).sum(axis=1)
    luck = luck_variance(sums[:, None], squares[:, None], people)[0]
    assert luck == pytest.approx(64.0 / people, rel=0.05)
    described = stat(sums / people, luck)
    assert described["sd"] == pytest.approx(3.0, rel=0.05)
    assert described["p97_5"] == pytest.approx(10.0 + 1.96 * 3.0, abs=0.4)


def test_a_stat_by_hand() -> None:
    described = stat(np.array([1.0, 2.0, 3.0, 4.0]))
    assert described == pytest.approx(
        {"mean": 2.5, "sd": math.sqrt(5 / 3), "p2_5": 1.075, "p50": 2.5, "p97_5": 3.925}
    )


def test_the_sd_of_one_draw_does_not_exist() -> None:
    described = stat(np.array([7.0]))
    assert described["sd"] is None
    assert (described["mean"], described["p2_5"], described["p97_5"]) == (7.0, 7.0, 7.0)


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_none(value: float) -> None:
    assert finite(value) is None
    assert stat(np.array([value, value]))["mean"] is None


def test_a_ratio_is_the_ratio_of_means_and_has_no_sd() -> None:
    numerator, denominator = np.array([1.0, 8.0, 9.0]), np.array([1.0, 2.0, 3.0])
    described = ratio_stat(numerator, denominator)
    assert described["mean"] == pytest.approx(3.0), "not the mean of 1, 4 and 3"
    assert described["sd"] is None
    assert described["p50"] == pytest.approx(3.0)


def test_a_ratio_with_zero_beneath_does_not_exist() -> None:
    assert ratio_stat(np.array([1.0, 2.0]), np.array([0.0, 0.0])) == NO_STAT
    assert ratio_stat(np.array([1.0, 2.0]), np.array([1.0, -1.0])) == NO_STAT


@pytest.mark.parametrize("beneath", [0.0, -1.0])
def test_percentiles_of_a_ratio_need_97_5_percent_of_positive_denominators(beneath: float) -> None:
    """1 of 40 is 2.5 %: still shown; 2 of 40 is more: null. The mean stays either way."""
    numerator, denominator = np.full(40, 6.0), np.full(40, 2.0)
    denominator[0] = beneath
    shown = ratio_stat(numerator, denominator)
    assert (shown["p2_5"], shown["p50"], shown["p97_5"]) == (3.0, 3.0, 3.0)
    assert shown["mean"] == pytest.approx(6.0 / denominator.mean())
    denominator[1] = beneath
    hidden = ratio_stat(numerator, denominator)
    assert (hidden["p2_5"], hidden["p50"], hidden["p97_5"]) == (None, None, None)
    assert hidden["mean"] == pytest.approx(6.0 / denominator.mean())


def test_the_monte_carlo_error_comes_from_the_means_of_the_scramblings() -> None:
    values = np.array([1.0, 3.0, 5.0, 5.0, 9.0, 7.0])
    scrambling = np.array([0, 0, 1, 1, 2, 2])
    by_hand = np.array([2.0, 5.0, 8.0]).std(ddof=1) / math.sqrt(3)
    assert monte_carlo_error(values, scrambling) == pytest.approx(by_hand)
    assert monte_carlo_error(values, np.zeros(6)) is None, "one group says nothing"
