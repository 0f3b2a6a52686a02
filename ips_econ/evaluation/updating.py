"""From a sample of updated draws to distributions that can be written down.

Each parameter that moved keeps its family with new moments (what has no free second moment becomes
a distribution through three quantiles within the old bounds); rank correlations between them make
the joint distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ips_econ.errors import InputError
from ips_econ.evaluation.drivers import rank_correlation
from ips_econ.evaluation.statistics import Stat, stat
from ips_econ.parameters.copula import copula
from ips_econ.parameters.distributions import fit_problem
from ips_econ.parameters.draws import ParameterDraws
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.parameters.schema import Distribution

MOVED = 0.1
"""Smallest change that is written: of a mean, in prior standard deviations; of a standard
deviation, as a share of the prior's; or of a rank correlation."""
CHANCE = 4.5
"""The same in standard errors of the sample: of 60 parameters and their 1,770 pairs one passes by
chance in about 80 updates."""
WRITTEN_RANK = 0.02
SHRINK = 0.98
DIGITS = 6
BY_MOMENTS = ("beta", "gamma", "normal", "truncated_normal")

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Update:
    """A parameter that moved: before, after, what to write, and its rank correlations.

    ``written`` has the keys of an override (``value``, ``distribution``); ``ranks`` are those with
    the parameters that stand after it in the order of ids.
    """

    id: str
    title: str
    unit: str
    prior: Stat
    posterior: Stat
    written: dict[str, Any]
    ranks: tuple[tuple[str, float], ...]

    @property
    def shift(self) -> float:
        """How far the mean has moved, in prior standard deviations."""
        before, after, sd = self.prior["mean"], self.posterior["mean"], self.prior["sd"]
        assert before is not None and after is not None and sd is not None
        return abs(after - before) / sd


def updates(
    library: ParameterLibrary,
    on: date,
    prior: ParameterDraws,
    posterior: ParameterDraws,
    effective: float,
    among: Sequence[str] | None = None,
    linked: bool = False,
) -> tuple[Update, ...]:
    """What moved between two sets of draws of the same parameters.

    Parameters
    ----------
    on : the date whose values are drawn.
    posterior : equally weighted draws after the data.
    effective : how many independent draws they are worth.
    among : ids to look at; by default all but amounts of money.
    linked : whether parameters tied to one that moved, by a published correlation, are told too.
    """
    if among is None:
        among = [
            id
            for id in prior.sampled
            if id in library.parameters and not library.parameters[id].unit.startswith("EUR")
        ]
    ids = _moved(among, prior, posterior, effective)
    ids = _linked(library, ids) if linked else sorted(ids)
    if not ids:
        return ()
    after = np.stack([posterior.column(id) for id in ids], axis=1)
    ranks = _possible(library, ids, rank_correlation(after, after))
    found = []
    for k, id in enumerate(ids):
        distribution = library.in_force(id, on).distribution
        assert distribution is not None
        later = zip(ids[k + 1 :], ranks[k, k + 1 :], strict=True)
        pairs = tuple((other, round(float(rank), 4)) for other, rank in later if rank != 0.0)
        found.append(
            Update(
                id,
                library.parameters[id].title,
                library.parameters[id].unit,
                stat(prior.column(id)),
                stat(after[:, k]),
                written_distribution(distribution, after[:, k]),
                pairs,
            )
        )
    return tuple(found)


def _moved(
    ids: Sequence[str], prior: ParameterDraws, posterior: ParameterDraws, effective: float
) -> list[str]:
    """Which of some numbers' mean, spread or rank correlations have changed beyond chance."""
    if not ids:
        return []
    before = np.stack([prior.column(id) for id in ids], axis=1)
    after = np.stack([posterior.column(id) for id in ids], axis=1)
    spread = before.std(axis=0)
    change = np.abs(after.mean(axis=0) - before.mean(axis=0)) / spread
    change = np.maximum(change, np.abs(after.std(axis=0) / spread - 1.0))
    ranks = np.abs(rank_correlation(after, after) - rank_correlation(before, before))
    change = np.maximum(change, ranks.max(axis=0, initial=0.0))
    limit = max(MOVED, CHANCE / float(np.sqrt(effective)))
    return [id for id, moved in zip(ids, change > limit, strict=True) if moved]


def _linked(library: ParameterLibrary, ids: Sequence[str]) -> list[str]:
    """The same with every parameter whose published correlation ties it to one of them."""
    found, edge = set(ids), set(ids)
    while edge:
        pairs = [set(pair.between) for pair in library.correlations]
        edge = {id for pair in pairs if pair & edge for id in pair} - found
        edge = {id for id in edge if library.parameters[id].values[-1].is_random}
        found |= edge
    return sorted(found)


def _possible(library: ParameterLibrary, ids: Sequence[str], ranks: Values) -> Values:
    """Rank correlations worth writing that can hold together with all others of the library.

    Small ones are left out where nothing is published for the pair; then all are brought nearer
    to zero as far as needed.
    """
    published = {frozenset(pair.between) for pair in library.correlations}
    kept = ranks.copy()
    for i, first in enumerate(ids):
        for j, second in enumerate(ids):
            small = abs(kept[i, j]) < WRITTEN_RANK
            if small and frozenset((first, second)) not in published:
                kept[i, j] = 0.0
    others = {
        pair.between: pair.rank
        for pair in library.correlations
        if not set(pair.between) <= set(ids)
    }
    for _ in range(200):
        pairs = {(ids[i], ids[j]): float(kept[i, j]) for i in range(len(ids)) for j in range(i)}
        try:
            copula({**others, **{k: v for k, v in pairs.items() if v != 0.0}})
        except InputError:
            kept *= SHRINK
        else:
            break
    return kept


def written_distribution(prior: Distribution, values: Values) -> dict[str, Any]:
    """Value and distribution that stand for a sample, in the family of the prior if it can be.

    >>> written_distribution(Distribution(family="normal", sd=1.0), np.array([1.0, 2.0, 3.0]))
    {'value': 2.0, 'distribution': {'family': 'normal', 'value_is': 'mean', 'sd': 0.816497}}
    """
    told: dict[str, Any] | None = None
    if prior.family == "lognormal":
        logs = np.log(values)
        spread = {"value_is": "median", "log_sd": _digits(logs.std())}
        told = {
            "value": _digits(np.exp(logs.mean())),
            "distribution": {"family": "lognormal", **spread},
        }
    elif prior.family in BY_MOMENTS:
        bounds = {k: v for k in ("low", "high") if (v := getattr(prior, k)) is not None}
        spread = {"value_is": "mean", "sd": _digits(values.std())}
        told = {
            "value": _digits(values.mean()),
            "distribution": {"family": prior.family, **spread, **bounds},
        }
    if told is not None:
        distribution = Distribution.model_validate(told["distribution"])
        if fit_problem(distribution, told["value"]) is None:
            return told
    return _through_quantiles(prior, values)


def _through_quantiles(prior: Distribution, values: Values) -> dict[str, Any]:
    low, middle, high = (_digits(v) for v in np.quantile(values, (0.1, 0.5, 0.9)))
    bounds = {"low": prior.low, "high": prior.high}
    if prior.family in ("lognormal", "gamma"):
        bounds["low"] = 0.0
    if prior.family == "beta":
        bounds = {"low": 0.0, "high": 1.0}
    given = {key: value for key, value in bounds.items() if value is not None}
    return {
        "value": middle,
        "distribution": {"family": "quantiles", "p10": low, "p90": high, **given},
    }


def _digits(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
