"""What each chart of the report says: its finding, its lines and bars, its numbers as a table.

Titles state the finding, captions the unit, the source and the date of the law, alternative texts
the numbers. How a chart is drawn is the business of ``static_charts`` and ``interactive_charts``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ips_econ.language import Language
from ips_econ.report.answer import assumptions, direction, employment_outcome, span
from ips_econ.report.chart_shapes import (
    Bar,
    BarPanel,
    Chart,
    HistogramPanel,
    Line,
    LinePanel,
    Mark,
    Numbers,
)
from ips_econ.report.figures import euros, figure
from ips_econ.report.result_shapes import (
    HEADLINE_PERSPECTIVE,
    PERSISTENCE_SHAPES,
    PUBLIC_PAYERS,
    Band,
    Results,
    Stat,
)

_DRIVERS_SHOWN = 10
_BINS = 40
_NO_EUROS = 0.005
_LINES_SHOWN = (*PUBLIC_PAYERS, "participant", "society")


def all_charts(results: Results, language: Language) -> tuple[Chart, ...]:
    """The charts of the report, in order; one whose numbers a short run lacks is left out."""
    makers: tuple[Callable[[Results, Language], Chart | None], ...] = (
        employment,
        cumulative_net_result,
        who_pays_who_gains,
        net_result_distribution,
        persistence,
        drivers,
    )
    charts = (make(results, language) for make in makers)
    return tuple(chart for chart in charts if chart is not None)


def employment(results: Results, language: Language) -> Chart | None:
    """Share in paid work by month and arm."""
    if not {"ips", "control"} <= results.employed.keys():
        return None
    names = {
        "ips": language.text("arm.ips"),
        "control": language.name("control_label", results.run.control),
    }
    found = employment_outcome(results)
    if found is None:
        return None
    month, outcome = found
    at_month = {
        arm: figure(stat, language, "share")
        for arm, stat in (("ips", outcome.ips), ("control", outcome.control))
    }
    return Chart(
        id="employment",
        title=language.text(
            "chart.employment.title",
            month=month,
            ips=at_month["ips"].full,
            control=at_month["control"].full,
            arm=language.name("control", results.run.control),
        ),
        alt=language.text(
            "chart.employment.alt",
            month=month,
            ips=at_month["ips"].sentence,
            control=at_month["control"].sentence,
        ),
        caption=_caption(results, language, "employment"),
        panels=(
            LinePanel(
                lines=tuple(
                    _share_line(results.employed[arm], name, arm, language)
                    for arm, name in names.items()
                ),
                x_title=language.text("chart.month_axis"),
                y_title=language.text("chart.employment.y"),
                unit="percent",
            ),
        ),
        columns=("arm", "month", "mean", "p2_5", "p97_5"),
        rows=tuple((arm, *point) for arm in names for point in _points(results.employed[arm])),
    )


def cumulative_net_result(results: Results, language: Language) -> Chart | None:
    """Cumulative discounted net result by payer, with the month of payback."""
    public = results.cumulative.get(HEADLINE_PERSPECTIVE)
    if public is None:
        return None
    largest = max(abs(band.mean[-1]) for band in results.cumulative.values())
    shown = [
        name
        for name in _LINES_SHOWN
        if name in results.cumulative
        and max(map(abs, results.cumulative[name].mean)) > 0.02 * largest
    ]
    lines = [_euro_line(public, HEADLINE_PERSPECTIVE, language, band_shown=True)]
    lines += [_euro_line(results.cumulative[name], name, language) for name in shown]
    payback = results.perspectives[HEADLINE_PERSPECTIVE].payback
    share = payback.share_within_horizon
    key = "late" if payback.month.p50 is None else "month"
    words = {
        **span(results, language),
        "share": language.text("format.missing") if share is None else language.probability(share),
        "month": language.number(payback.month.p50 or 0.0),
    }
    marks: tuple[Mark, ...] = ()
    if payback.month.p50 is not None:
        text = language.text("chart.cumulative_net_result.mark", month=words["month"])
        marks = (Mark(payback.month.p50, text),)
    last = {
        name: _stats(results.cumulative[name])[-1][1] for name in (HEADLINE_PERSPECTIVE, *shown)
    }
    ends = language.listing(
        [
            f"{language.name('payer', name)} {euros(stat, language).sentence}"
            for name, stat in last.items()
        ]
    )
    return Chart(
        id="cumulative_net_result",
        title=language.text(f"chart.cumulative_net_result.title_{key}", **words),
        alt=language.text(f"chart.cumulative_net_result.alt_{key}", ends=ends, **words),
        caption=_caption(results, language, "cumulative_net_result", assumes=True),
        panels=(
            LinePanel(
                lines=tuple(lines),
                x_title=language.text("chart.month_axis"),
                y_title=_euro_axis(results, language),
                unit="euro",
                marks=marks,
            ),
        ),
        columns=("perspective", "month", "mean", "p2_5", "p97_5"),
        rows=tuple(
            (name, *point) for name, band in results.cumulative.items() for point in _points(band)
        ),
    )


def who_pays_who_gains(results: Results, language: Language) -> Chart | None:
    """Waterfall of the net result over payers, to the public sector and to society."""
    moving = [row for row in results.payers if abs(row.stat.mean or 0.0) > _NO_EUROS]
    if not moving:
        return None
    ranked = sorted(moving, key=lambda row: row.stat.mean or 0.0)
    bars: list[Bar] = []
    reached = 0.0
    public_done = False

    def total(name: str) -> None:
        if name in results.perspectives:
            stat = results.perspectives[name].net_present_value
            bars.append(_bar(language.heading("payer", name), stat, 0.0, language, role="total"))

    for row in moving:
        if row.payer not in PUBLIC_PAYERS and not public_done:
            total(HEADLINE_PERSPECTIVE)
            public_done = True
        bars.append(_bar(language.heading("payer", row.payer), row.stat, reached, language))
        reached += row.stat.mean or 0.0
    if not public_done:
        total(HEADLINE_PERSPECTIVE)
    total("society")
    least, most = ranked[0], ranked[-1]
    key = "title" if (least.stat.mean or 0) < 0 < (most.stat.mean or 0) else "title_one_sided"
    return Chart(
        id="who_pays_who_gains",
        title=language.text(
            f"chart.who_pays_who_gains.{key}",
            loser=language.name("payer", least.payer),
            loss=euros(least.stat, language).full,
            gainer=language.name("payer", most.payer),
            gain=euros(most.stat, language).full,
        ),
        alt=language.text(
            "chart.who_pays_who_gains.alt",
            bars=language.listing([f"{bar.label} {bar.value}" for bar in bars]),
        ),
        caption=_caption(results, language, "who_pays_who_gains", assumes=True),
        panels=(
            BarPanel(
                bars=tuple(bars),
                x_title=_euro_axis(results, language),
                unit="euro",
                connected=True,
            ),
        ),
        columns=("payer", "mean", "p2_5", "p97_5"),
        rows=tuple(
            (row.payer, row.stat.mean, row.stat.p2_5, row.stat.p97_5) for row in results.payers
        ),
    )


def net_result_distribution(results: Results, language: Language) -> Chart | None:
    """Distribution of the net result over draws, with the probability of gain."""
    names = list(results.net_draws)
    if not names:
        return None
    together = np.concatenate([results.net_draws[name] for name in names])
    edges = _bin_edges(together)
    panels, rows, told = [], [], []
    for name in names:
        perspective = results.perspectives[name]
        counts = np.histogram(results.net_draws[name], bins=edges)[0]
        shares = tuple(float(share) for share in 100.0 * counts / counts.sum())
        net = euros(perspective.net_present_value, language)
        probability = (
            language.text("format.missing")
            if perspective.p_positive is None
            else language.probability(perspective.p_positive)
        )
        heading = language.text(
            "chart.net_result_distribution.panel",
            payer=language.heading("payer", name),
            probability=probability,
            net=net.sentence,
        )
        told.append(heading)
        panels.append(
            HistogramPanel(
                heading=(heading,),
                edges=edges,
                shares=shares,
                mean=Mark(perspective.net_present_value.mean or 0.0, net.full),
                hover=tuple(
                    language.text(
                        "chart.net_result_distribution.hover",
                        low=language.euros(low, 1.0),
                        high=language.euros(high, 1.0),
                        share=language.percent(share / 100, 0.1),
                    )
                    for low, high, share in zip(edges[:-1], edges[1:], shares, strict=True)
                ),
                x_title=_euro_axis(results, language) if name == names[-1] else "",
                y_title=language.text("chart.net_result_distribution.y"),
                unit="euro",
            )
        )
        rows += [
            (name, low, high, share)
            for low, high, share in zip(edges[:-1], edges[1:], shares, strict=True)
        ]
    headline = results.perspectives[HEADLINE_PERSPECTIVE]
    run = results.run
    return Chart(
        id="net_result_distribution",
        title=language.text(
            "chart.net_result_distribution.title",
            persistence=language.name("persistence_if", run.persistence),
            substitution=language.text("format.missing")
            if run.substitution is None
            else language.percent(run.substitution),
            probability=language.text("format.missing")
            if headline.p_positive is None
            else language.probability(headline.p_positive),
        ),
        alt=language.text("chart.net_result_distribution.alt", panels="; ".join(told)),
        caption=_caption(results, language, "net_result_distribution", assumes=True),
        panels=tuple(panels),
        columns=("perspective", "from_eur", "to_eur", "share_of_draws_percent"),
        rows=tuple(rows),
    )


def persistence(results: Results, language: Language) -> Chart | None:
    """The difference in work by month under the three persistence shapes."""
    shapes = [shape for shape in PERSISTENCE_SHAPES if shape in results.gap]
    if not shapes:
        return None
    net = {
        shape: euros(
            results.comparison("persistence", shape, "net_present_value", HEADLINE_PERSPECTIVE),
            language,
        )
        for shape in (*shapes, "hazards_only")
    }
    check = results.gap.get("hazards_only")
    bands = [results.gap[shape] for shape in shapes]
    y_range = (
        105.0 * min(0.0, *(min(band.low) for band in bands)),
        105.0 * max(max(band.high) for band in bands),
    )
    panels = []
    for shape in shapes:
        lines = [_share_line(results.gap[shape], "", "gap", language)]
        if check is not None:
            lines.append(_share_line(check, "", "hazards_only", language, band_shown=False))
        panels.append(
            LinePanel(
                lines=tuple(lines),
                x_title=language.text("chart.month_axis_short"),
                y_title=language.text("chart.persistence.y"),
                unit="points",
                y_range=y_range,
                heading=(
                    language.text(f"chart.persistence.{shape}"),
                    language.text("chart.persistence.net", net=net[shape].full),
                    language.text("chart.persistence.interval", interval=net[shape].interval),
                ),
                labelled=False,
            )
        )
    told = [f"{language.text(f'chart.persistence.{name}')} {net[name].sentence}" for name in shapes]
    return Chart(
        id="persistence",
        title=language.text(
            "chart.persistence.title",
            ends=net.get("ends", net[shapes[0]]).full,
            sustained=net.get("sustained", net[shapes[-1]]).full,
        ),
        alt=language.text("chart.persistence.alt", shapes="; ".join(told)),
        caption=_caption(results, language, "persistence"),
        panels=tuple(panels),
        columns=("variant", "month", "mean", "p2_5", "p97_5"),
        rows=tuple((name, *point) for name, band in results.gap.items() for point in _points(band)),
        side_by_side=True,
    )


def drivers(results: Results, language: Language) -> Chart | None:
    """The ten parameters most correlated with the public sector's result."""
    strongest = results.strongest_drivers(HEADLINE_PERSPECTIVE, _DRIVERS_SHOWN)
    if not strongest:
        return None
    titles = {row.id: row.title for row in results.parameters}
    bars = []
    for driver in strongest:
        stat = Stat(driver.rank_correlation, driver.low, None, driver.high)
        shown = figure(stat, language, "correlation", signed=True)
        bars.append(
            Bar(
                label=language.parameter_title(driver.parameter, titles.get(driver.parameter)),
                value=shown.cell,
                start=0.0,
                end=driver.rank_correlation,
                low=driver.low,
                high=driver.high,
                role="gain" if driver.rank_correlation >= 0 else "loss",
            )
        )
    return Chart(
        id="drivers",
        title=language.text("chart.drivers.title", parameter=bars[0].label),
        alt=language.text(
            "chart.drivers.alt", bars="; ".join(f"{bar.label} {bar.value}" for bar in bars)
        ),
        caption=_caption(results, language, "drivers"),
        panels=(
            BarPanel(
                bars=tuple(bars), x_title=language.text("chart.drivers.x"), unit="correlation"
            ),
        ),
        columns=("parameter", "perspective", "rank_correlation", "low_ci", "high_ci"),
        rows=tuple(
            (row.parameter, row.perspective, row.rank_correlation, row.low, row.high)
            for row in results.drivers
        ),
    )


def _caption(results: Results, language: Language, chart: str, *, assumes: bool = False) -> str:
    run = results.run
    parts = [language.text(f"chart.{chart}.unit", price_year=run.price_year)]
    if assumes:
        parts.append(language.text("table.assumes", assumptions=assumptions(results, language)))
    parts.append(
        language.text(
            "chart.source",
            version=run.version,
            seed=run.seed,
            draws=language.number(run.draws),
            date=language.law(run.policy_date, run.reform),
        )
    )
    return " ".join(parts)


def _euro_axis(results: Results, language: Language) -> str:
    return language.text("chart.euro_axis", price_year=results.run.price_year)


def _share_line(
    band: Band, name: str, style: str, language: Language, *, band_shown: bool = True
) -> Line:
    hover = [
        language.text(
            "chart.hover",
            name=name,
            month=month,
            value=figure(stat, language, "share").sentence,
        ).strip()
        for month, stat in _stats(band)
    ]
    return Line(
        name=name,
        style=style,
        x=tuple(float(month) for month in band.month),
        y=tuple(100.0 * value for value in band.mean),
        low=tuple(100.0 * value for value in band.low) if band_shown else (),
        high=tuple(100.0 * value for value in band.high) if band_shown else (),
        hover=tuple(hover),
    )


def _euro_line(band: Band, payer: str, language: Language, *, band_shown: bool = False) -> Line:
    name = language.heading("payer", payer)
    return Line(
        name=name,
        style=payer,
        x=tuple(float(month) for month in band.month),
        y=band.mean,
        low=band.low if band_shown else (),
        high=band.high if band_shown else (),
        hover=tuple(
            language.text(
                "chart.hover", name=name, month=month, value=euros(stat, language).sentence
            )
            for month, stat in _stats(band)
        ),
    )


def _bar(label: str, stat: Stat, start: float, language: Language, *, role: str = "") -> Bar:
    mean = stat.mean or 0.0
    return Bar(
        label=label,
        value=euros(stat, language).sentence,
        start=start,
        end=start + mean,
        low=None if stat.p2_5 is None else start + stat.p2_5,
        high=None if stat.p97_5 is None else start + stat.p97_5,
        role=role or direction(stat).removesuffix("_unclear"),
    )


def _stats(band: Band) -> list[tuple[int, Stat]]:
    return [(month, Stat(mean, low, None, high)) for month, mean, low, high in _points(band)]


def _points(band: Band) -> list[tuple[int, float, float, float]]:
    return list(zip(band.month, band.mean, band.low, band.high, strict=True))


def _bin_edges(values: np.ndarray) -> Numbers:
    """Edges of about 40 bins of a round width, one of them zero, that hold every value."""
    low, high = float(values.min()), float(values.max())
    width = max((high - low) / _BINS, 1.0)
    power = 10.0 ** np.floor(np.log10(width))
    width = min((power * step for step in (1, 2, 5, 10)), key=lambda step: abs(step - width))
    first, last = np.floor(min(low, 0.0) / width), np.ceil(max(high, 0.0) / width)
    return tuple(float(index * width) for index in np.arange(first, last + 1))
