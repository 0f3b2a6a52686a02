"""The one object from which text, table and chart all take their numbers.

:func:`load_results` reads the files of a finished run directory; nothing after it opens a file of
the run, and nothing after it computes a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ips_econ.evaluation.checks import CHECKS_FILE, Check
from ips_econ.report.reading import Row, read_draw_columns, read_json, read_rows
from ips_econ.report.result_shapes import (
    HEADLINE_PERSPECTIVE,
    PAYERS,
    Band,
    Comparison,
    Driver,
    Line,
    Outcome,
    ParameterRow,
    Payback,
    PayerResult,
    Perspective,
    PoorerMonths,
    ProgrammeFacts,
    ProgrammeYear,
    Results,
    RunFacts,
    Stat,
    SubgroupResult,
    YearlyFlow,
)

__all__ = ["Results", "load_results"]

_STATISTICS = ("mean", "p2_5", "p50", "p97_5")


def load_results(directory: str | Path) -> Results:
    """Read a finished run directory.

    Parameters
    ----------
    directory
        A run directory with ``manifest.json``, ``summary.json``, ``trajectory.csv``,
        ``cumulative.csv``, ``gap.csv``, ``comparisons.csv``, ``payers.csv``, ``lines.csv``,
        ``flows.csv``, ``drivers.csv``, ``parameters.csv`` and ``draws.parquet`` (columns
        ``net_present_value.<perspective>``); ``programme.csv``, ``subgroups.csv``,
        ``poorer.csv``, ``yearly.csv`` and ``verification.json`` are optional.

    Raises
    ------
    InputError
        when a file or column is missing or unreadable.
    """
    directory = Path(directory)
    manifest = read_json(directory, "manifest.json", ("policy_date", "scenario"))
    summary = read_json(directory, "summary.json", ("run", "outcomes", "perspectives"))
    parameters = tuple(_parameters(directory))
    perspectives = {
        name: _perspective(node) for name, node in summary.get("perspectives", {}).items()
    }
    predictive = summary.get("predictive") or {}
    luck = (manifest.get("luck_variance_share") or {}).get(_draw_column(HEADLINE_PERSPECTIVE))
    yearly = tuple(_yearly(directory))
    return Results(
        run=_run_facts(manifest, summary, parameters),
        outcomes={name: _outcome(node) for name, node in summary.get("outcomes", {}).items()},
        perspectives=perspectives,
        monte_carlo_error=dict(summary.get("monte_carlo_error", {})),
        ledger_imbalance_eur=summary.get("ledger_imbalance_eur"),
        predictive_clients=predictive.get("clients"),
        predictive_in_work_18m=_stat(predictive.get("in_work_at_18m")),
        employed=_bands(directory, "trajectory.csv", "arm", ("metric", "employed")),
        cumulative=_bands(directory, "cumulative.csv", "perspective"),
        gap=_bands(directory, "gap.csv", "variant"),
        comparisons=tuple(_comparisons(directory)),
        payers=tuple(_payers(directory)),
        lines=tuple(
            Line(row.text("payer"), row.text("category"), _row_stat(row))
            for row in read_rows(directory, "lines.csv", ("payer", "category", *_STATISTICS))
        ),
        yearly=yearly,
        yearly_has_intervals=any(flow.stat.p2_5 is not None for flow in yearly),
        programme=tuple(_programme(directory)),
        subgroups=tuple(_subgroups(directory)),
        poorer=tuple(_poorer(directory)),
        drivers=tuple(_drivers(directory)),
        parameters=parameters,
        net_draws=_net_draws(directory, perspectives),
        luck_share=luck,
        checks=tuple(_checks(directory)),
    )


def _checks(directory: Path) -> Iterator[Check]:
    """The checks of ``ips-econ verify --run``, where they were made on this run."""
    if (directory / CHECKS_FILE).exists():
        for check in read_json(directory, CHECKS_FILE, ("checks",))["checks"]:
            keys = ("id", "name", "expected", "found", "tolerance")
            yield Check(**{key: check[key] for key in keys})


def _run_facts(
    manifest: Mapping[str, Any],
    summary: Mapping[str, Any],
    parameters: Iterable[ParameterRow],
) -> RunFacts:
    scenario, run = summary.get("scenario", {}), summary.get("run", {})
    resolved = manifest.get("scenario") or {}
    economics = resolved.get("economics") or {}
    comparator = resolved.get("comparator") or {}
    substitution = comparator.get("substitution")
    if substitution is None:
        found = [row.value for row in parameters if row.id == "comparator.substitution_share"]
        substitution = float(found[0]) if found and found[0] else None
    started = str(manifest.get("started") or "")[:10]
    hashes = manifest.get("parameter_files") or {}
    return RunFacts(
        id=str(scenario.get("id", "")),
        name=str(scenario.get("name", "")),
        region=str(scenario.get("region") or ""),
        version=str(manifest.get("version", "")),
        seed=int(run.get("seed", manifest.get("seed", 0))),
        draws=int(run.get("draws", 0)),
        people=int(run.get("people", 0)),
        months=int(run.get("months", 0)),
        discount_rate=float(run.get("discount_rate", 0.0)),
        price_year=int(run.get("price_year", 0)),
        policy_date=date.fromisoformat(str(manifest["policy_date"])[:10]),
        reform=str(economics.get("reform", "none")),
        status=str(manifest.get("status", "partial")),
        started=date.fromisoformat(started) if started else None,
        control=str(comparator.get("kind", "traditional")),
        persistence=str(economics.get("persistence", "sustained")),
        effect=str(economics.get("effect", "outside_us")),
        substitution=substitution,
        programme=_programme_facts(resolved.get("programme") or {}, comparator),
        treatment_route=str(economics.get("treatment_route", "none")),
        overridden=tuple(str(name) for name in manifest.get("overridden") or ()),
        calibrated=tuple(_calibrated(resolved.get("calibrated") or {})),
        messages=tuple(
            str(text) for text in [*(manifest.get("messages") or ()), *(summary.get("notes") or ())]
        ),
        parameter_files={str(name): str(digest) for name, digest in hashes.items()},
    )


def _calibrated(facts: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every local figure that the parameters were updated with."""
    for results in (facts, *facts.get("earlier", ())):
        yield from results.get("figures", ())


def _programme_facts(programme: Mapping[str, Any], comparator: Mapping[str, Any]) -> ProgrammeFacts:
    start, caseload = str(programme.get("start") or "")[:4], programme.get("caseload")
    start_up_year = programme.get("start_up_year")
    return ProgrammeFacts(
        first_year=int(start) if start.isdigit() else None,
        coaches=tuple(float(count) for count in programme.get("coaches") or ()),
        caseload=None if caseload is None else float(caseload),
        fidelity=tuple(float(score) for score in programme.get("fidelity") or ()),
        start_up_year=None if start_up_year is None else int(start_up_year),
        funding=tuple(dict(shares) for shares in programme.get("funding") or ()),
        services=dict(comparator.get("services") or {}),
    )


def _stat(node: Mapping[str, Any] | None) -> Stat:
    node = node or {}
    return Stat(
        mean=node.get("mean"),
        p2_5=node.get("p2_5"),
        p50=node.get("p50"),
        p97_5=node.get("p97_5"),
        sd=node.get("sd"),
    )


def _row_stat(row: Row) -> Stat:
    return Stat(
        mean=row.number("mean"),
        p2_5=row.number("p2_5"),
        p50=row.number("p50"),
        p97_5=row.number("p97_5"),
    )


def _outcome(node: Mapping[str, Any]) -> Outcome:
    return Outcome(
        unit=str(node.get("unit", "")),
        ips=_stat(node.get("ips")),
        control=_stat(node.get("control")),
        difference=_stat(node.get("difference")),
    )


def _perspective(node: Mapping[str, Any]) -> Perspective:
    payback = node.get("payback_month") or {}
    return Perspective(
        net_present_value=_stat(node.get("net_present_value")),
        programme_cost=_stat(node.get("programme_cost")),
        benefit_cost_ratio=_stat(node.get("benefit_cost_ratio")),
        p_positive=node.get("p_positive"),
        payback=Payback(_stat(payback), payback.get("share_within_horizon")),
    )


def _bands(
    directory: Path, name: str, key: str, only: tuple[str, str] | None = None
) -> dict[str, Band]:
    columns = [key, "month", "mean", "p2_5", "p97_5"] + ([only[0]] if only else [])
    found: dict[str, list[tuple[float, float, float, float]]] = {}
    for row in read_rows(directory, name, columns):
        if only and row.text(only[0]) != only[1]:
            continue
        points = found.setdefault(row.text(key), [])
        points.append(
            (
                row.required("month"),
                row.required("mean"),
                row.required("p2_5"),
                row.required("p97_5"),
            )
        )
    bands = {}
    for label, points in found.items():
        points.sort()
        month, mean, low, high = zip(*points, strict=True)
        bands[label] = Band(tuple(int(value) for value in month), mean, low, high)
    return bands


def _comparisons(directory: Path) -> Iterable[Comparison]:
    columns = ("kind", "variant", "metric", "perspective", *_STATISTICS, "headline")
    for row in read_rows(directory, "comparisons.csv", columns):
        variant = row.text("variant")
        yield Comparison(
            kind=row.text("kind"),
            variant={"0.0": "0", "1.0": "1"}.get(variant, variant),
            metric=row.text("metric"),
            perspective=row.text("perspective"),
            stat=_row_stat(row),
            headline=row.flag("headline"),
        )


def _payers(directory: Path) -> list[PayerResult]:
    columns = ("payer", *_STATISTICS, "p_positive", "by_construction")
    found = [
        PayerResult(
            row.text("payer"),
            _row_stat(row),
            row.number("p_positive"),
            row.text("by_construction"),
        )
        for row in read_rows(directory, "payers.csv", columns)
    ]
    return sorted(found, key=lambda result: _payer_order(result.payer))


def _payer_order(payer: str) -> tuple[int, str]:
    return (PAYERS.index(payer) if payer in PAYERS else len(PAYERS), payer)


def _yearly(directory: Path) -> list[YearlyFlow]:
    """Yearly results by payer: with intervals from ``yearly.csv``, else sums of ``flows.csv``."""
    if (directory / "yearly.csv").is_file():
        rows = read_rows(directory, "yearly.csv", ("year", "perspective", *_STATISTICS))
        return [
            YearlyFlow(int(row.required("year")), row.text("perspective"), _row_stat(row))
            for row in rows
        ]
    sums: dict[tuple[int, str], float] = {}
    for row in read_rows(directory, "flows.csv", ("arm", "year", "payer", "category", "mean")):
        if row.text("arm") == "difference":
            key = (int(row.required("year")), row.text("payer"))
            sums[key] = sums.get(key, 0.0) + row.required("mean")
    return [YearlyFlow(year, payer, Stat(total)) for (year, payer), total in sums.items()]


def _programme(directory: Path) -> Iterable[ProgrammeYear]:
    if not (directory / "programme.csv").is_file():
        return
    columns = ("calendar_year", "quantity", "payer", *_STATISTICS)
    for row in read_rows(directory, "programme.csv", columns):
        yield ProgrammeYear(
            int(row.required("calendar_year")),
            row.text("quantity"),
            row.text("payer"),
            _row_stat(row),
        )


def _subgroups(directory: Path) -> Iterable[SubgroupResult]:
    if not (directory / "subgroups.csv").is_file():
        return
    columns = ("dimension", "subgroup", "share_of_people", "metric", "arm", *_STATISTICS)
    for row in read_rows(directory, "subgroups.csv", columns):
        yield SubgroupResult(
            row.text("dimension"),
            row.text("subgroup"),
            row.required("share_of_people"),
            row.text("metric"),
            row.text("arm"),
            _row_stat(row),
        )


def _poorer(directory: Path) -> Iterable[PoorerMonths]:
    if not (directory / "poorer.csv").is_file():
        return
    columns = ("benefit", "arm", "working_months_per_person", "share_poorer")
    for row in read_rows(directory, "poorer.csv", columns):
        yield PoorerMonths(
            row.text("benefit"),
            row.text("arm"),
            row.required("working_months_per_person"),
            row.number("share_poorer"),
        )


def _drivers(directory: Path) -> Iterable[Driver]:
    columns = ("parameter", "perspective", "rank_correlation", "low_ci", "high_ci")
    for row in read_rows(directory, "drivers.csv", columns):
        correlation = row.number("rank_correlation")
        if correlation is not None:
            yield Driver(
                row.text("parameter"),
                row.text("perspective"),
                correlation,
                row.number("low_ci"),
                row.number("high_ci"),
            )


_PARAMETER_COLUMNS = (
    *("id", "title", "value", "low", "high", "unit", "price_year", "kind", "basis", "source"),
    *("citation", "quality", "directness", "planner_should_replace", "overridden"),
)


def _parameters(directory: Path) -> Iterable[ParameterRow]:
    for row in read_rows(directory, "parameters.csv", _PARAMETER_COLUMNS):
        yield ParameterRow(
            id=row.text("id"),
            title=row.text("title"),
            value=row.text("value"),
            low=row.number("low"),
            high=row.number("high"),
            unit=row.text("unit"),
            price_year=row.text("price_year"),
            kind=row.text("kind"),
            basis=row.text("basis"),
            source=row.text("source"),
            citation=row.text("citation"),
            quality=row.text("quality"),
            directness=row.text("directness"),
            planner_should_replace=row.flag("planner_should_replace"),
            overridden=row.flag("overridden"),
        )


def _draw_column(perspective: str) -> str:
    return f"net_present_value.{perspective}"


def _net_draws(
    directory: Path, perspectives: Mapping[str, Perspective]
) -> dict[str, npt.NDArray[np.float64]]:
    """Net result by draw, (draw,), on the spread the summary states.

    The draws carry some luck, which the summary's percentiles have taken out; the values are
    drawn towards their mean so that their standard deviation is the summary's.
    """
    names = [name for name in (HEADLINE_PERSPECTIVE, "society") if name in perspectives]
    columns = read_draw_columns(directory, [_draw_column(name) for name in names])
    shrunk = {}
    for name in names:
        values = columns[_draw_column(name)]
        spread, stated = float(values.std(ddof=1)), perspectives[name].net_present_value.sd
        share = min(1.0, stated / spread) if stated is not None and spread > 0 else 1.0
        shrunk[name] = values.mean() + (values - values.mean()) * share
    return shrunk
