"""Statistics over draws: what parameters do, apart from the luck left in a draw's mean."""

from __future__ import annotations

import math
from typing import TypedDict

import numpy as np

LARGEST_SHARE_WITHOUT_RATIO = 0.025
LARGEST_LUCK_SHARE = 0.9
PERCENTILES = (2.5, 50.0, 97.5)


class Stat(TypedDict):
    """A quantity over draws; a figure that does not exist is ``None``."""

    mean: float | None
    sd: float | None
    p2_5: float | None
    p50: float | None
    p97_5: float | None


NO_STAT: Stat = {"mean": None, "sd": None, "p2_5": None, "p50": None, "p97_5": None}


def luck_variance(sums: np.ndarray, squares: np.ndarray, people: int) -> np.ndarray:
    """Variance of a draw's mean that comes from its people's luck, averaged over draws.

    ``sums`` and ``squares`` are over people, ``(draw, …)``; the result drops the draws.
    """
    if people < 2:
        return np.zeros(sums.shape[1:])
    spread = np.maximum(squares / people - (sums / people) ** 2, 0.0) / (people - 1)
    return np.asarray(spread.mean(axis=0))


def shrinkage(values: np.ndarray, luck: float) -> float:
    """Factor on deviations from the mean that leaves the variance of the parameters alone.

    Where nearly all variance is luck (too few people, or nothing uncertain) the two cannot be told
    apart and the whole spread is left: too wide rather than a false certainty.
    """
    total = float(values.var())
    if not 0.0 < luck <= LARGEST_LUCK_SHARE * total:
        return 1.0
    return math.sqrt(1.0 - luck / total)


def without_luck(values: np.ndarray, luck: float) -> np.ndarray:
    """Draws' values with the luck variance taken out; the mean stays."""
    factor = shrinkage(values, luck)
    if factor == 1.0:
        return values
    mean = values.mean()
    return np.asarray(mean + factor * (values - mean))


def finite(value: float) -> float | None:
    """A float, or ``None`` where there is none."""
    return float(value) if math.isfinite(value) else None


def stat(values: np.ndarray, luck: float = 0.0) -> Stat:
    """Mean, sd and percentiles over draws ``(draw,)``, luck taken out of the spread."""
    clean = without_luck(values, luck)
    low, middle, high = np.percentile(clean, PERCENTILES)
    return {
        "mean": finite(values.mean()),
        "sd": finite(clean.std(ddof=1)) if len(values) > 1 else None,
        "p2_5": finite(low),
        "p50": finite(middle),
        "p97_5": finite(high),
    }


def ratio_stat(numerator: np.ndarray, denominator: np.ndarray) -> Stat:
    """A ratio over draws: mean is the ratio of means, sd does not exist.

    Percentiles do not exist where more than 2.5 % of denominators are zero or negative.
    """
    below = float(denominator.mean())
    if below == 0.0:
        return dict(NO_STAT)  # type: ignore[return-value]
    result: Stat = {**NO_STAT, "mean": finite(float(numerator.mean()) / below)}
    if (denominator <= 0.0).mean() <= LARGEST_SHARE_WITHOUT_RATIO:
        positive = denominator > 0.0
        ratios = numerator[positive] / denominator[positive]
        result["p2_5"], result["p50"], result["p97_5"] = (
            finite(value) for value in np.percentile(ratios, PERCENTILES)
        )
    return result


def monte_carlo_error(values: np.ndarray, scrambling: np.ndarray) -> float | None:
    """Standard error of the mean over draws, from the means of the independent scramblings."""
    groups = np.unique(scrambling)
    if len(groups) < 2:
        return None
    means = np.array([values[scrambling == group].mean() for group in groups])
    return float(means.std(ddof=1) / math.sqrt(len(groups)))
