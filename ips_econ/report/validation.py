"""Predicted against observed: a table, the columns of a file, the forest chart, and JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from ips_econ.evaluation.metrics import METRICS
from ips_econ.evaluation.trials import ARMS
from ips_econ.evaluation.validation import Comparison, Predicted, Scores, observed_figure, scores
from ips_econ.language import Language
from ips_econ.report.chart_shapes import Bar, BarPanel, Chart
from ips_econ.report.plain_text import aligned, plain, wrapped

ROLES = ("calibration", "informed", "external")
NARROW = 10.0
"""Figures below this are shown with two decimals."""


def validation_text(comparisons: Sequence[Comparison], language: Language) -> str:
    """Every figure by trial, then the scores by role, and how to read them."""
    blocks = [wrapped(language.text("validation.title"))]
    head = ["", *(language.text(f"validation.{name}") for name in _COLUMNS)]
    for role in ROLES:
        mine = [c for c in comparisons if c.trial.facts.role == role]
        for _, group in groupby(mine, key=lambda c: c.trial.facts.id):
            blocks.append(_trial_text(list(group), head, language))
    blocks.append(_scores_text(comparisons, language))
    draws = max(c.trial.scenario.scenario.run.draws for c in comparisons)
    notes = ("replicates", "assumed", "roles", "error")
    texts = [language.text(f"validation.note.{n}", draws=language.number(draws)) for n in notes]
    blocks.append("\n".join(wrapped(f"* {text}") for text in texts))
    return plain("\n\n".join(blocks))


_COLUMNS = ("observed", "predicted", "interval_50", "interval_90")


def _trial_text(comparisons: Sequence[Comparison], head: Sequence[str], language: Language) -> str:
    facts = comparisons[0].trial.facts
    role = language.text(f"validation.role.{facts.role}")
    lines = [wrapped(f"{facts.told('name', language.code)} ({role})")]
    rows = [list(head)]
    unmet = []
    for comparison in comparisons:
        metric = _metric(comparison, language)
        if comparison.unmet:
            unmet.append(wrapped("  " + language.text("validation.unmet", metric=metric)))
        for arm, predicted in comparison.arms.items():
            label = f"  {language.name('arm', arm)}: {metric}"
            rows.append([label, *figure_cells(comparison, predicted, language)])
    if len(rows) > 1:
        lines.append(aligned(rows))
    lines += unmet
    note = facts.told("note", language.code)
    if note:
        lines.append(wrapped(f"  * {note}"))
    return "\n".join(lines)


def figure_cells(comparison: Comparison, predicted: Predicted, language: Language) -> list[str]:
    """Observed, predicted and the two intervals of one arm's figure."""

    def told(value: float) -> str:
        if math.isnan(value):
            return "–"
        if METRICS[comparison.outcome.metric].is_share:
            return language.percent(value)
        return language.number(value, 0.01 if abs(predicted.observed) < NARROW else 1.0)

    def between(low: float, high: float) -> str:
        return f"{told(low)}–{told(high)}"

    return [
        told(predicted.observed),
        told(predicted.mean),
        between(predicted.p25, predicted.p75),
        between(predicted.p5, predicted.p95),
    ]


def _scores_text(comparisons: Sequence[Comparison], language: Language) -> str:
    names = ("figures", "coverage_50", "coverage_90", "error", "bias", "slope")
    rows = [
        [language.text("validation.scores"), *(language.text(f"validation.{n}") for n in names)]
    ]
    for role in (*ROLES, "all"):
        mine = [c for c in comparisons if role in ("all", c.trial.facts.role)]
        if mine:
            heading = language.text(
                "validation.all" if role == "all" else f"validation.role.{role}"
            )
            rows.append([f"  {heading}", *score_cells(scores(mine), language)])
    return aligned(rows)


def score_cells(found: Scores, language: Language) -> list[str]:
    """Figures, coverages, error, bias and slope of some comparisons."""

    def share(value: float | None) -> str:
        return "–" if value is None else language.percent(value)

    def number(value: float | None, *, signed: bool = True) -> str:
        return "–" if value is None else language.number(value, 0.01, signed=signed)

    def with_error(value: float | None, se: float | None, *, signed: bool) -> str:
        if value is None or se is None:
            return "–"
        return f"{number(value, signed=signed)} ({number(se, signed=False)})"

    return [
        language.number(found.figures),
        share(found.coverage_50),
        share(found.coverage_90),
        number(found.mean_error),
        with_error(found.log_ratio_bias, found.log_ratio_bias_se, signed=True),
        with_error(found.slope, found.slope_se, signed=False),
    ]


def _metric(comparison: Comparison, language: Language) -> str:
    outcome = comparison.outcome
    return language.text(f"validation.metric.{outcome.metric}", month=outcome.month)


def validation_columns(comparisons: Sequence[Comparison]) -> dict[str, list[object]]:
    """Columns of ``validation.csv``: one row for each figure, empty where nothing is predicted."""
    names = ("trial", "role", "metric", "month", "arm", "n", "observed")
    predicted = ("mean", "sd", "p5", "p25", "p75", "p95")
    columns: dict[str, list[object]] = {name: [] for name in (*names, *predicted, "unmet")}
    for comparison in comparisons:
        facts, outcome = comparison.trial.facts, comparison.outcome
        for arm in ARMS:
            seen = outcome.observed.arm(arm)
            if seen is None:
                continue
            size = comparison.trial.size(arm)
            row = (facts.id, facts.role, outcome.metric, outcome.month, arm, seen.n or size)
            told = comparison.arms.get(arm)
            figures = [_number(getattr(told, name)) if told else None for name in predicted]
            values = (*row, _number(observed_figure(seen, size)), *figures, comparison.unmet)
            for name, value in zip(columns, values, strict=True):
                columns[name].append(value)
    return columns


def forest_chart(comparisons: Sequence[Comparison], language: Language) -> Chart:
    """Shares: predictive intervals with the published figure on them, trial by trial."""
    bars: list[Bar] = []
    rows: list[tuple[object, ...]] = []
    inside = 0
    ordered = sorted(comparisons, key=lambda c: ROLES.index(c.trial.facts.role))
    shares = [c for c in ordered if c.arms and METRICS[c.outcome.metric].is_share]
    for comparison in shares:
        for arm, told in comparison.arms.items():
            facts, metric = comparison.trial.facts, _metric(comparison, language)
            name = facts.told("name", language.code)
            label = f"{name}, {language.name('arm', arm)}: {metric}"
            bars.append(
                Bar(
                    label,
                    language.percent(told.observed),
                    start=100.0 * told.p25,
                    end=100.0 * told.p75,
                    low=100.0 * told.p5,
                    high=100.0 * told.p95,
                    role="gain" if arm == "ips" else "loss",
                    point=100.0 * told.observed,
                )
            )
            inside += told.in_90
            rows.append((comparison.trial.facts.id, comparison.outcome.metric, arm, told.observed))
    return Chart(
        id="forest",
        title=language.text("validation.chart.title", inside=inside, figures=len(bars)),
        alt=language.text("validation.chart.alt", trials=len({c.trial.facts.id for c in shares})),
        caption=language.text("validation.chart.caption"),
        panels=(BarPanel(tuple(bars), language.text("validation.chart.x"), "percent"),),
        columns=("trial", "metric", "arm", "observed"),
        rows=tuple(rows),
    )


def validation_json(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Every prediction and the scores, as the interface contract says."""
    trials: dict[str, dict[str, Any]] = {}
    for comparison in comparisons:
        facts = comparison.trial.facts
        entry = trials.setdefault(
            facts.id,
            {
                "id": facts.id,
                "name": facts.name,
                "role": facts.role,
                "citation": facts.citation,
                "assumed": list(comparison.trial.assumed),
                "outcomes": [],
            },
        )
        entry["outcomes"].append(_outcome_json(comparison))
    all_scores = scores(comparisons)
    by_role = {
        role: _scores_json(scores([c for c in comparisons if c.trial.facts.role == role]))
        for role in sorted({c.trial.facts.role for c in comparisons})
    }
    return {"trials": list(trials.values()), **_scores_json(all_scores), "by_role": by_role}


def _outcome_json(comparison: Comparison) -> dict[str, Any]:
    outcome, ratio = comparison.outcome, comparison.log_ratio
    told: dict[str, Any] = {"metric": outcome.metric, "month": outcome.month}
    for arm in ARMS:
        seen = outcome.observed.arm(arm)
        if seen is None:
            told[arm] = None
            continue
        predicted = comparison.arms.get(arm)
        told[arm] = {"observed": _number(observed_figure(seen, comparison.trial.size(arm)))}
        for name in ("mean", "sd", "p5", "p25", "p75", "p95"):
            told[arm][name] = None if predicted is None else _number(getattr(predicted, name))
    told["log_ratio"] = (
        None
        if ratio is None
        else {
            "observed": _number(ratio.observed),
            "se": _number(ratio.observed_se),
            "mean": _number(ratio.mean),
            "sd": _number(ratio.sd),
        }
    )
    if comparison.unmet:
        told["unmet"] = comparison.unmet
    return told


def _scores_json(found: Scores) -> dict[str, Any]:
    return {
        "figures": found.figures,
        "coverage_50": _number(found.coverage_50),
        "coverage_90": _number(found.coverage_90),
        "mean_standardised_error": _number(found.mean_error),
        "log_ratios": found.log_ratios,
        "log_ratio_bias": _number(found.log_ratio_bias),
        "log_ratio_bias_se": _number(found.log_ratio_bias_se),
        "calibration_slope": _number(found.slope),
        "calibration_slope_se": _number(found.slope_se),
    }


def _number(value: float | None) -> float | None:
    """A number for JSON, or ``None`` where there is none."""
    return None if value is None or not math.isfinite(value) else round(value, 6)
