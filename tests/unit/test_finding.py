"""First-job hazards from published shares: every solver against brute force and by hand."""

import math

import numpy as np
import pytest

from ips_econ.trajectories import finding
from ips_econ.trajectories.finding import Classes


def simulated(hazards: list[float], easy: float, hard: float, ratio: float) -> float:
    """Mass that finds a job, month by month."""
    found = 0.0
    for hazard in hazards:
        new = easy * hazard, hard * min(1.0, ratio * hazard)
        easy, hard = easy - new[0], hard - new[1]
        found += sum(new)
    return found


@pytest.mark.parametrize("p", [0.001, 0.22, 0.5, 0.9])
def test_logit_and_expit_are_inverse(p: float) -> None:
    assert finding.expit(finding.logit(p)) == pytest.approx(p, rel=1e-12)
    assert finding.logit(0.5) == 0.0


# level_with_effect


def test_at_the_trials_level_the_published_ratio_holds() -> None:
    level = finding.level_with_effect(0.27, 0.27, 1.75, 0.0, 1.0, 0.95)
    assert level == pytest.approx(0.27 * 1.75)


def test_elsewhere_the_odds_ratio_holds() -> None:
    trial = (0.4725 / 0.5275) / (0.27 / 0.73)
    level = finding.level_with_effect(0.15, 0.27, 1.75, 0.0, 1.0, 0.95)
    assert level / (1 - level) / (0.15 / 0.85) == pytest.approx(trial)
    assert level / 0.15 > 1.75  # a low level leaves room for a higher risk ratio


def test_a_share_of_the_effect_scales_the_log_odds_ratio() -> None:
    full = finding.level_with_effect(0.2, 0.27, 1.75, 0.1, 1.0, 0.95)
    half = finding.level_with_effect(0.2, 0.27, 1.75, 0.1, 0.5, 0.95)
    none = finding.level_with_effect(0.2, 0.27, 1.75, 0.1, 0.0, 0.95)
    assert finding.logit(half) - finding.logit(0.2) == pytest.approx(
        0.5 * (finding.logit(full) - finding.logit(0.2))
    )
    assert none == pytest.approx(0.2, abs=1e-15)


def test_a_level_is_capped_but_never_below_the_control() -> None:
    assert finding.level_with_effect(0.5, 0.27, 3.0, 0.0, 1.0, 0.75) == 0.75
    assert finding.level_with_effect(0.8, 0.27, 3.0, 0.0, 1.0, 0.75) == 0.8
    assert finding.level_with_effect(0.2, 0.27, 9.0, 0.0, 1.0, 0.99) <= 0.99  # ratio x 0.27 > 1


def test_a_harmful_ratio_lowers_the_level() -> None:
    assert finding.level_with_effect(0.2, 0.27, 0.8, 0.0, 1.0, 0.75) < 0.2


# hazards of the two classes


@pytest.mark.parametrize("hazard", [0.0, 0.02, 0.3, 1.0])
@pytest.mark.parametrize(("share", "ratio"), [(0.6, 0.15), (0.1, 0.9), (0.95, 0.01)])
def test_found_within_is_month_by_month_survival(hazard, share, ratio) -> None:
    found = finding.found_within(hazard, 9, 1.0 - share, share, Classes(share, ratio))
    assert found == pytest.approx(simulated([hazard] * 9, 1.0 - share, share, ratio), abs=1e-14)


@pytest.mark.parametrize("months", [9, 12])
@pytest.mark.parametrize(("share", "ratio"), [(0.6, 0.15), (0.05, 0.95), (0.95, 0.01), (0.5, 1.0)])
def test_hazard_for_gives_the_target_back(months, share, ratio) -> None:
    classes = Classes(share, ratio)
    easy, hard = 0.8 * (1.0 - share), 0.9 * share  # some have found work before
    most = finding.found_within(1.0, months, easy, hard, classes)
    for part in (1e-6, 0.01, 0.3, 0.7, 0.99, 0.999999):
        solved = finding.hazard_for(part * most, months, easy, hard, classes)
        assert solved.miss == 0.0 and 0.0 < solved.hazard <= 1.0
        got = simulated([solved.hazard] * months, easy, hard, ratio)
        assert got == pytest.approx(part * most, abs=1e-10)


def test_one_class_alone_has_the_textbook_hazard() -> None:
    solved = finding.hazard_for(0.28, 18, 1.0, 0.0, Classes(0.0, 1.0))
    assert solved.hazard == pytest.approx(1.0 - 0.72 ** (1 / 18), rel=1e-12)
    assert solved.hazard == pytest.approx(0.018, abs=5e-4)  # row 7: 0.018 a month at 28 per cent


def test_nothing_to_find_is_no_hazard() -> None:
    assert finding.hazard_for(0.0, 9, 0.5, 0.5, Classes(0.5, 0.2)) == (0.0, 0.0)
    assert finding.hazard_for(-0.1, 9, 0.5, 0.5, Classes(0.5, 0.2)) == (0.0, 0.0)


def test_a_target_out_of_reach_is_missed_by_what_is_missing() -> None:
    classes = Classes(0.6, 0.1)
    most = 0.4 + 0.6 * (1.0 - 0.9**9)
    solved = finding.hazard_for(most + 0.05, 9, 0.4, 0.6, classes)
    assert solved.hazard == 1.0
    assert solved.miss == pytest.approx(0.05)


@pytest.mark.parametrize(("share", "ratio"), [(0.6, 0.15), (0.9, 0.02), (0.3, 0.5)])
@pytest.mark.parametrize("early", [0.3, 0.74, 0.95])
def test_highest_share_is_the_last_that_can_be_reached(early, share, ratio) -> None:
    classes = Classes(share, ratio)

    def miss(level: float) -> float:
        easy, hard = 1.0 - share, share
        first = finding.hazard_for(early * level, 9, easy, hard, classes)
        easy *= (1.0 - first.hazard) ** 9
        hard *= (1.0 - ratio * first.hazard) ** 9
        second = finding.hazard_for((1.0 - early) * level, 9, easy, hard, classes)
        return first.miss + second.miss

    highest = finding.highest_share(early, classes)
    assert miss(highest) == 0.0
    assert highest == pytest.approx(1.0) or miss(highest + 1e-6) > 0.0


# strata


def test_odds_give_the_reference_mean_back() -> None:
    rng = np.random.default_rng(1)
    odds_ratios, weights = np.exp(rng.normal(0.0, 1.0, 40)), rng.dirichlet(np.ones(40))
    for level, highest in ((0.02, 1.0), (0.22, 0.9), (0.6, 0.75)):
        odds = finding.odds_for(level, odds_ratios, weights, highest)
        shares = [finding.share_at(odds, ratio, highest) for ratio in odds_ratios]
        assert float(np.dot(weights, shares)) == pytest.approx(level, abs=1e-12)
        assert max(shares) <= highest


def test_odds_of_one_stratum_are_its_own() -> None:
    odds = finding.odds_for(0.2, np.array([2.0]), np.array([1.0]), 1.0)
    assert 2.0 * odds == pytest.approx(0.25)
    assert finding.share_at(odds, 2.0, 1.0) == pytest.approx(0.2)
    assert finding.share_at(odds, 2.0, 0.1) == 0.1


# late entry


@pytest.mark.parametrize("ratio", [0.7, 1.0, 1.05, 1.6])
def test_late_entry_among_those_left_is_in_the_published_ratio(ratio: float) -> None:
    classes = Classes(0.6, 0.15)
    hazards = np.array([0.02, 0.05])
    easy_c, hard_c = np.array([0.15, 0.1]), np.array([0.3, 0.25])
    easy_i, hard_i = np.array([0.08, 0.04]), np.array([0.27, 0.22])
    m = finding.late_multiplier(ratio, easy_c, hard_c, easy_i, hard_i, hazards, classes)

    def entering(easy: np.ndarray, hard: np.ndarray, scale: float) -> float:
        found = sum(
            simulated([scale * hazard] * 12, e, h, 0.15)
            for hazard, e, h in zip(hazards, easy, hard)
        )
        return found / (easy.sum() + hard.sum())

    assert entering(easy_i, hard_i, m) == pytest.approx(
        ratio * entering(easy_c, hard_c, 1.0), rel=1e-9
    )


def test_equal_arms_enter_alike() -> None:
    left = np.array([0.2, 0.1]), np.array([0.4, 0.3])
    m = finding.late_multiplier(1.0, *left, *left, np.array([0.03, 0.01]), Classes(0.7, 0.2))
    assert m == pytest.approx(1.0, rel=1e-12)


def test_fewer_easy_finders_left_need_a_higher_class_hazard() -> None:
    classes, hazards = Classes(0.6, 0.15), np.array([0.04])
    easy_c, hard_c = np.array([0.25]), np.array([0.55])
    easy_i, hard_i = np.array([0.12]), np.array([0.5])
    m = finding.late_multiplier(1.05, easy_c, hard_c, easy_i, hard_i, hazards, classes)
    assert 1.05 < m < 2.0


def test_an_impossible_ratio_ends_at_the_limit_of_the_multiplier() -> None:
    left = np.array([0.01]), np.array([0.5])
    m = finding.late_multiplier(50.0, *left, *left, np.array([0.5]), Classes(0.9, 0.01))
    assert math.isclose(m, 20.0, rel_tol=1e-9)
