"""What local results did to a scenario: the new file, tables before and after, and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ips_econ.errors import InputError
from ips_econ.evaluation.calibration import Calibration, Prediction
from ips_econ.evaluation.importance import Sample
from ips_econ.evaluation.likelihood import Figure
from ips_econ.evaluation.local_results import LocalResults, written_out
from ips_econ.evaluation.metrics import METRICS
from ips_econ.evaluation.outcomes import ARMS, SMALLEST_GROUP
from ips_econ.evaluation.statistics import Stat
from ips_econ.evaluation.updating import Update
from ips_econ.language import Language, rounding_step
from ips_econ.report import result_shapes
from ips_econ.report.figures import euros, figure
from ips_econ.report.plain_text import aligned, plain, wrapped
from ips_econ.scenario.loading import LoadedScenario
from ips_econ.scenario.writing import Parameter, Written, changed_settings, reference, scenario_text

HIDDEN = f"not written out: it would tell of a group of fewer than {SMALLEST_GROUP} people"
SUFFIX = "-calibrated"
KEPT = ("source", "figures")
OUTCOMES = (
    ("ever_employed_18m", "ips"),
    ("ever_employed_18m", "control"),
    ("employed_at_24m", "ips"),
    ("employed_at_24m", "difference"),
    ("months_employed", "difference"),
)
PERSPECTIVES = ("wellbeing_county", "public_sector", "society")


def calibrated_text(
    name: str,
    path: Path,
    out: Path,
    loaded: LoadedScenario,
    sets: Sequence[str],
    results: LocalResults,
    language: Language,
) -> Callable[[Sequence[Update], Sample], str]:
    """What makes the new scenario's file from what moved.

    Raises
    ------
    InputError
        If the scenario already holds the same results.
    """
    scenario = loaded.scenario
    figures = list(_figure_records(results.figures))
    before = scenario.calibrated or {}
    earlier = [{k: before[k] for k in KEPT if k in before}] if before else []
    earlier += before.get("earlier", [])
    if any(_same(one, figures, results.told) for one in earlier):
        raise InputError(
            "these results are already in this scenario, and would count twice; calibrate the "
            "scenario it extends",
            file=str(path),
            key="calibrated",
        )

    def text(moved: Sequence[Update], sample: Sample) -> str:
        parameters = [
            Parameter(
                update.id,
                {**update.written, "source": _source(results, update, loaded)},
                f"before {_interval(update.prior)}, now {_interval(update.posterior)} (mean, 95 %)",
            )
            for update in moved
        ]
        pairs = [(u.id, other, rank) for u in moved for other, rank in u.ranks]
        facts = {
            "source": results.told,
            "figures": figures,
            "effective_draws": round(sample.ess),
            "draws": len(sample.weights),
        } | ({"earlier": earlier} if earlier else {})
        content = Written(
            comment=(
                "Written by ips-econ calibrate: local results laid over the published evidence.",
                "The parameters and their rank correlations hold together; change them together.",
            ),
            id=_new_id(scenario.id, len(earlier)),
            name=scenario.name
            if earlier
            else language.text("calibration.name", name=scenario.name),
            extends=reference(name, path, out),
            sections={
                keys: value
                for keys, value in changed_settings(sets, loaded, loaded.library.parameters).items()
                if keys[-1] not in {update.id for update in moved}
            },
            parameters=parameters,
            correlations=pairs,
            facts=("calibrated", facts),
        )
        return scenario_text(content)

    return text


def _new_id(id: str, earlier: int) -> str:
    """``my-county-calibrated``, then ``-calibrated-2`` and on."""
    base = id.partition(SUFFIX)[0][: 80 - len(SUFFIX) - 3]
    return f"{base}{SUFFIX}-{earlier + 1}" if earlier else f"{base}{SUFFIX}"


def _same(earlier: Mapping[str, Any], figures: list[dict[str, Any]], told: str) -> bool:
    """Whether results were used before: the same figures, hidden ones also of the same source."""
    hidden = any(record.get("events") == HIDDEN for record in figures)
    same_source = earlier.get("source", "") == told
    return earlier.get("figures") == figures and (same_source or not hidden)


def _source(results: LocalResults, update: Update, loaded: LoadedScenario) -> str:
    told = f" ({results.told})" if results.told else ""
    entry = loaded.library.in_force(update.id, loaded.scenario.economics.policy_date)
    key = entry.source.key if entry.source else None
    published = f"the published value [{key}]" if key else "the value before"
    return f"local results{told} laid over {published} by ips-econ calibrate"


def _interval(stat: Stat) -> str:
    mean, low, high = (f"{value:.3g}" for value in _limits(stat))
    return f"{mean} ({low} to {high})"


def _limits(stat: Stat) -> tuple[float, float, float]:
    """Mean and 95 % limits of a statistic that exists."""
    mean, low, high = stat["mean"], stat["p2_5"], stat["p97_5"]
    assert mean is not None and low is not None and high is not None
    return mean, low, high


def _figure_records(figures: tuple[Figure, ...]) -> Iterator[dict[str, Any]]:
    """Every figure as it may be written out."""
    for entry, may in written_out(figures):
        record: dict[str, Any] = {
            "metric": entry.metric,
            "month": entry.month,
            "arm": ARMS[entry.arm],
            "n": entry.n,
        }
        seen = entry.seen
        if seen.events is not None:
            record["events"] = seen.events if may else HIDDEN
        for key in ("mean", "median", "sd"):
            if getattr(seen, key) is not None:
                record[key] = getattr(seen, key)
        yield record


def calibration_text(found: Calibration, name: str, out: Path, language: Language) -> str:
    """What was observed and expected, what moved, the headline before and after, what to do."""
    blocks = [
        wrapped(language.text("calibration.title", name=name)),
        _predictions(found, language),
        *(wrapped(text) for text in _warnings(found, language)),
        _parameters(found, language),
        _headline(found, language),
        wrapped(_sample(found.sample, language)),
        "\n".join(wrapped(f"* {text}") for text in _notes(found, language)),
        f"{out}\n" + wrapped(language.text("calibration.next", file=out)),
    ]
    return plain("\n\n".join(block for block in blocks if block))


def _notes(found: Calibration, language: Language) -> Iterator[str]:
    """How to read the tables; each note where it applies."""
    yield language.text("calibration.note.expected")
    if all(prediction.figure.arm == 1 for prediction in found.predictions):
        yield language.text("calibration.note.same")
    yield language.text("calibration.note.written")
    facts = [
        f"{section}.{key} = {value}"
        for section, keys in found.results.facts.items()
        for key, value in keys.items()
    ]
    key = "facts" if facts else "no_facts"
    yield language.text(f"calibration.note.{key}", facts=", ".join(facts))
    yield language.text("calibration.note.once")


def _figure_label(figure: Figure, language: Language) -> str:
    metric = language.text(f"validation.metric.{figure.metric}", month=figure.month)
    if figure.seen.median is not None:
        metric = language.text("calibration.median", metric=metric)
    return f"{language.name('arm', ARMS[figure.arm])}: {metric}"


def _predictions(found: Calibration, language: Language) -> str:
    keys = ("observed", "before", "after", "written", "chance")
    rows = [["", *(language.text(f"calibration.{key}") for key in keys)]]
    shown = dict(written_out(tuple(p.figure for p in found.predictions)))
    for prediction in found.predictions:
        figure = prediction.figure
        stats = (prediction.prior, prediction.posterior, prediction.written)
        rows.append(
            [
                f"  {_figure_label(figure, language)}",
                _observed(figure, shown[figure], language),
                *(_expected(figure, stat, language) for stat in stats),
                language.probability(prediction.surprise),
            ]
        )
    return aligned(rows)


def _observed(figure: Figure, may: bool, language: Language) -> str:
    seen = figure.seen
    if seen.events is not None:
        if not may:
            return language.text("calibration.hidden", n=figure.n)
        share = language.percent(seen.events / figure.n)
        return language.text("calibration.count", events=seen.events, n=figure.n, share=share)
    if seen.median is not None:
        return language.number(seen.median)
    assert seen.mean is not None
    return language.number(seen.mean, 0.1)


def _expected(figure: Figure, stat: Stat, language: Language) -> str:
    """Mean and 95 % interval of the expected value; of a median, the share that is below it."""
    mean, low, high = _limits(stat)
    if METRICS[figure.metric].is_share or figure.seen.median is not None:
        low_text, high_text = language.percent(low), language.percent(high)
        return f"{language.percent(mean)} ({low_text}–{high_text})"
    step = rounding_step(low, high)
    texts = (language.number(value, step) for value in (mean, low, high))
    return "{} ({}–{})".format(*texts)


def _warnings(found: Calibration, language: Language) -> Iterator[str]:
    for prediction in found.disagreeing:
        yield language.text(
            "calibration.disagrees",
            figure=_figure_label(prediction.figure, language),
            probability=language.probability(prediction.surprise),
        )
    for figure_of_ips, probability in found.disagreeing_gaps:
        yield language.text(
            "calibration.disagrees",
            figure=language.text("calibration.gap", figure=_figure_label(figure_of_ips, language)),
            probability=language.probability(probability),
        )
    if not found.updates and not found.disagreeing:
        yield language.text("calibration.nothing_moved")


def _parameters(found: Calibration, language: Language) -> str:
    if not found.updates:
        return ""
    keys = ("moved", "before", "after")
    rows = [[language.text(f"calibration.{key}") for key in keys]]
    for update in sorted(found.updates, key=lambda u: -u.shift):
        cells = (_stat(stat, update.prior, language) for stat in (update.prior, update.posterior))
        title = language.parameter_title(update.id, update.title)
        rows.append([f"  {title}", *cells])
    return aligned(rows)


def _stat(stat: Stat, prior: Stat, language: Language) -> str:
    """Mean and 95 % interval, rounded as the wider interval allows."""
    step = rounding_step(prior["p2_5"], prior["p97_5"]) / 5.0
    step = rounding_step(0.0, 20.0 * step)
    texts = (language.number(value, step) for value in _limits(stat))
    return "{} ({}–{})".format(*texts)


def _headline(found: Calibration, language: Language) -> str:
    keys = ("headline", "before", "after")
    rows = [[language.text(f"calibration.{key}") for key in keys]]
    for metric, arm in OUTCOMES:
        stats = [s["outcomes"][metric][arm] for s in (found.before, found.after)]
        if stats[0]["mean"] is None:
            continue
        label = f"  {language.heading('outcome', metric)}, {language.name('arm', arm)}"
        unit = found.before["outcomes"][metric]["unit"]
        signed = arm == "difference"
        cells = (figure(_shape(stat), language, unit, signed=signed).sentence for stat in stats)
        rows.append([label, *cells])
    for perspective in PERSPECTIVES:
        entries = [s["perspectives"][perspective] for s in (found.before, found.after)]
        label = language.text(
            "calibration.net_result", perspective=language.name("payer", perspective)
        )
        rows.append(
            [
                f"  {label}",
                *(euros(_shape(e["net_present_value"]), language).sentence for e in entries),
            ]
        )
        if entries[0]["p_positive"] is not None:
            label = language.text("calibration.gain")
            rows.append([f"    {label}", *(language.probability(e["p_positive"]) for e in entries)])
    run = found.before["run"]
    size = language.text(
        "calibration.small_runs",
        draws=language.number(run["draws"]),
        people=language.number(run["people"]),
    )
    return aligned(rows) + "\n" + wrapped(size)


def _shape(stat: Stat) -> result_shapes.Stat:
    """A statistic as the report's figures take it."""
    return result_shapes.Stat(stat["mean"], stat["p2_5"], stat["p50"], stat["p97_5"])


def _sample(sample: Sample, language: Language) -> str:
    key = "adapted" if sample.is_adapted else "resampled"
    return language.text(
        f"calibration.{key}",
        effective=language.number(sample.ess, 10.0),
        draws=language.number(len(sample.weights)),
        first=language.number(sample.effective[0]),
        stages=len(sample.effective),
    )


def calibration_json(found: Calibration, out: Path) -> dict[str, Any]:
    """The same for machines."""
    records = list(_figure_records(tuple(p.figure for p in found.predictions)))
    return {
        "scenario": str(out),
        "draws": len(found.sample.weights),
        "effective_sample_size": round(found.sample.ess, 1),
        "method": "adaptive importance sampling"
        if found.sample.is_adapted
        else "importance resampling",
        "effective_sample_size_by_stage": [round(e, 1) for e in found.sample.effective],
        "outcomes": [
            {**record, **_prediction_json(prediction)}
            for record, prediction in zip(records, found.predictions, strict=True)
        ],
        "disagrees": bool(found.disagreeing or found.disagreeing_gaps),
        "differences_between_arms": [
            {
                "metric": seen.metric,
                "month": seen.month,
                "probability_as_far_out": round(probability, 4),
            }
            for seen, probability in found.gaps
        ],
        "parameters": [
            {
                "id": update.id,
                "unit": update.unit,
                "prior": update.prior,
                "posterior": update.posterior,
                "rank_correlations": dict(update.ranks),
            }
            for update in found.updates
        ],
        "headline": {
            name: {
                "outcomes": {m: s["outcomes"][m] for m in dict(OUTCOMES)},
                "perspectives": {
                    p: {k: s["perspectives"][p][k] for k in ("net_present_value", "p_positive")}
                    for p in PERSPECTIVES
                },
            }
            for name, s in (("prior", found.before), ("posterior", found.after))
        },
    }


def _prediction_json(prediction: Prediction) -> dict[str, Any]:
    return {
        "prior": prediction.prior,
        "posterior": prediction.posterior,
        "as_written": prediction.written,
        "probability_as_far_out": round(prediction.surprise, 4),
    }
