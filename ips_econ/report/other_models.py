"""Results of other models beside this one's: a table, and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from ips_econ.evaluation.other_models import MEASURES, ModelComparison, PublishedFigure
from ips_econ.language import Language, rounding_step
from ips_econ.report.plain_text import aligned, plain, wrapped

KEYS = ("published", "here", "verdict")


def models_text(comparisons: Sequence[ModelComparison], language: Language) -> str:
    """Every model with its figures, what differs, and how to read the table."""
    blocks = [wrapped(language.text("models.title"))]
    for _, group in groupby(comparisons, key=lambda c: c.model.id):
        mine = list(group)
        model = mine[0].model
        rows = [[model.told("name", language.code), *(language.text(f"models.{k}") for k in KEYS)]]
        rows += [
            [f"  {language.text(f'models.measure.{c.figure.measure}')}", *model_cells(c, language)]
            for c in mine
        ]
        blocks.append(aligned(rows) + "\n" + wrapped(f"  * {model.told('note', language.code)}"))
    blocks.append(wrapped(f"* {language.text('models.note')}"))
    return plain("\n\n".join(blocks))


def model_cells(comparison: ModelComparison, language: Language) -> list[str]:
    """The published figure, this model's with its interval, and whether it lies inside."""
    figure, here = comparison.figure, comparison.here
    unit = MEASURES[figure.measure][0]
    mean, low, high = here["mean"], here["p2_5"], here["p97_5"]
    if mean is None:
        told = language.text("models.never" if unit == "months" else "format.missing")
    else:
        told = _number(mean, unit, low, high, language)
        if low is not None and high is not None:
            limits = (_number(value, unit, low, high, language) for value in (low, high))
            told += " ({}–{})".format(*limits)
    verdict = ""
    if comparison.inside is not None:
        verdict = language.text(f"models.{'inside' if comparison.inside else 'not_inside'}")
    return [_published(figure, unit, language), told, verdict]


def _published(figure: PublishedFigure, unit: str, language: Language) -> str:
    if unit == "share":
        return language.percent(figure.published)
    return language.number(figure.published, rounding_step(None, None, figure.published))


def _number(
    value: float, unit: str, low: float | None, high: float | None, language: Language
) -> str:
    if unit == "share":
        return language.percent(value)
    step = rounding_step(low, high, value)
    return language.number(value, max(step, 1.0 if unit in ("EUR", "months") else 0.01))


def models_json(comparisons: Sequence[ModelComparison]) -> list[dict[str, Any]]:
    """Every model with its figures."""
    told = []
    for _, group in groupby(comparisons, key=lambda c: c.model.id):
        mine = list(group)
        model = mine[0].model
        told.append(
            {
                "id": model.id,
                "name": model.name,
                "citation": model.citation,
                "note": model.note,
                "figures": [
                    {
                        "measure": c.figure.measure,
                        "published": c.figure.published,
                        "unit_published": c.figure.unit_published or MEASURES[c.figure.measure][0],
                        "unit": MEASURES[c.figure.measure][0],
                        "derivation": c.figure.derivation,
                        "here": c.here,
                        "inside_95": c.inside,
                    }
                    for c in mine
                ],
            }
        )
    return told
