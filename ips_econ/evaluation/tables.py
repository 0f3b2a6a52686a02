"""The tables of a run directory, as columns by name; nothing here touches a file."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ips_econ.evaluation.blocks import TRAJECTORY
from ips_econ.evaluation.outcomes import (
    ARMS,
    CONTROL,
    DIFFERENCE,
    IPS,
    SMALLEST_GROUP,
    UNITS,
    Draws,
    by_construction,
    measure_of,
)
from ips_econ.evaluation.programme import QUANTITIES
from ips_econ.evaluation.statistics import Stat, stat
from ips_econ.ledger.accounts import PAYERS, PERSPECTIVES
from ips_econ.ledger.walk import Measure
from ips_econ.parameters.schema import DatedValue
from ips_econ.population.attributes import AGE_BAND_STARTS, Benefit, Diagnosis
from ips_econ.population.sampling import BENEFIT_NAMES
from ips_econ.trajectories.hazards import Persistence

Table = dict[str, list[object]]

STATS = ("mean", "sd", "p2_5", "p50", "p97_5")
STATS_WITHOUT_SD = ("mean", "p2_5", "p50", "p97_5")
COMPARED = ("net_present_value", "months_employed", "employed_at_60m")
NOT_LISTED = ("check", "context")  # never enter a run
PARAMETER_COLUMNS = (
    "id",
    "title",
    "value",
    "low",
    "high",
    "unit",
    "price_year",
    "kind",
    "basis",
    "source",
    "citation",
    "quality",
    "directness",
    "planner_should_replace",
    "overridden",
)
SUBGROUP_MEASURES = (
    "ever_employed_18m",
    "months_employed",
    "net_income",
    "participant",
    "wellbeing_county",
    "public_sector",
    "society",
)


def table(keys: Iterable[str], rows: Iterable[tuple[tuple[object, ...], Stat]], stats) -> Table:  # type: ignore[no-untyped-def]
    """Columns of identifying keys and statistics, row by row."""
    names = [*keys, *stats]
    columns: Table = {name: [] for name in names}
    for values, figures in rows:
        for name, value in zip(names, [*values, *(figures[s] for s in stats)], strict=True):
            columns[name].append(value)
    return columns


def trajectory_table(draws: Draws) -> Table:
    """``trajectory.csv``: monthly means by arm."""
    values = draws.blocks["trajectory"]
    rows = (
        ((arm, month + 1, metric), stat(values[:, index, month, k]))
        for index, arm in ((IPS, "ips"), (CONTROL, "control"))
        for month in range(values.shape[2])
        for k, metric in enumerate(TRAJECTORY)
    )
    return table(("arm", "month", "metric"), rows, STATS)


def flows_table(draws: Draws) -> Table:
    """``flows.csv``: undiscounted euros per person entering, by year and line."""
    yearly = draws.blocks["yearly"]
    arms = {"ips": yearly[:, IPS], "control": yearly[:, CONTROL]}
    arms["difference"] = arms["ips"] - arms["control"]
    plan = draws.plan
    rows = (
        (
            (arm, year + 1, PAYERS[line.payer], plan.categories[line.category].name),
            stat(values[:, year, index]),
        )
        for arm, values in arms.items()
        for year in range(yearly.shape[2])
        for index, line in enumerate(plan.lines)
    )
    return table(("arm", "year", "payer", "category"), rows, STATS)


def streams_columns(draws: Draws) -> dict[str, np.ndarray | tuple[np.ndarray, list[str]]]:
    """``streams.parquet``: draw × arm × line × year, EUR per person entering, undiscounted."""
    yearly = draws.blocks["yearly"]
    count, arms, years, lines = yearly.shape
    shape = (count, arms, lines, years)

    def spread(values: np.ndarray, axis: int) -> np.ndarray:
        expand = [None] * 4
        expand[axis] = slice(None)  # type: ignore[call-overload]
        return np.broadcast_to(values[tuple(expand)], shape).ravel()

    plan = draws.plan
    names = [category.name for category in plan.categories]
    payer = np.array([line.payer for line in plan.lines], dtype=np.int8)
    category = np.array([line.category for line in plan.lines], dtype=np.int16)
    return {
        "draw": spread(np.arange(count, dtype=np.int32), 0),
        "arm": (spread(np.arange(arms, dtype=np.int8), 1), list(ARMS[:2])),
        "payer": (spread(payer, 2), list(PAYERS)),
        "category": (spread(category, 2), names),
        "year": spread(np.arange(1, years + 1, dtype=np.int16), 3),
        "eur": np.swapaxes(yearly, 2, 3).ravel(),
    }


def draws_columns(draws: Draws) -> dict[str, np.ndarray]:
    """``draws.parquet``: every sampled parameter and every outcome, one row per draw."""
    plan = draws.plan
    columns: dict[str, np.ndarray] = {
        "draw": np.arange(len(plan.draws), dtype=np.int32),
        "scrambling": plan.draws.scrambling,
    }
    for id in plan.draws.sampled:
        columns[id] = plan.draws.column(id)
    for metric in UNITS:
        if metric.startswith("cost_per_"):
            continue
        for arm in (IPS, CONTROL, DIFFERENCE):
            if draws.exists(metric):
                columns[f"{metric}.{ARMS[arm]}"] = draws.clean(metric, arm)
    for index, name in enumerate(PERSPECTIVES):
        columns[f"net_present_value.{name}"] = draws.net_present_value[:, index]
        columns[f"programme_cost.{name}"] = draws.programme_cost[:, index]
    return columns


def cumulative_table(draws: Draws) -> Table:
    """``cumulative.csv``: cumulative discounted difference by month, from month 0."""
    paths = draws.cumulative
    zero = stat(np.zeros(len(paths)))
    rows = (
        ((month, name), stat(paths[:, month - 1, k]) if month else zero)
        for k, name in enumerate(PERSPECTIVES)
        for month in range(paths.shape[1] + 1)
    )
    return table(("month", "perspective"), rows, STATS_WITHOUT_SD)


def payers_table(draws: Draws) -> Table:
    """``payers.csv``: who gains and who loses."""
    columns: Table = {
        name: [] for name in ("payer", *STATS_WITHOUT_SD, "p_positive", "by_construction")
    }
    for payer in PAYERS:
        values = draws.net_present_value[:, list(PERSPECTIVES).index(payer)]
        reason = by_construction(draws, payer)
        figures = stat(values)
        columns["payer"].append(payer)
        for name in STATS_WITHOUT_SD:
            columns[name].append(figures[name])  # type: ignore[literal-required]
        columns["p_positive"].append(None if reason else float((values > 0).mean()))
        columns["by_construction"].append(reason)
    return columns


def lines_table(draws: Draws) -> Table:
    """``lines.csv``: discounted difference by ledger line."""
    present = draws.blocks["present"]
    difference = present[:, IPS] - present[:, CONTROL]
    plan = draws.plan
    rows = (
        ((PAYERS[line.payer], plan.categories[line.category].name), stat(difference[:, index]))
        for index, line in sorted(
            enumerate(plan.lines), key=lambda pair: (pair[1].payer, pair[1].category)
        )
    )
    return table(("payer", "category"), rows, STATS_WITHOUT_SD)


def comparisons_table(draws: Draws) -> Table:
    """``comparisons.csv``: structural alternatives beside the headline.

    A variant's draws are the headline's plus the contrast found on the companion people.
    """
    plan = draws.plan
    chosen = plan.persistence.name.lower()
    base = draws.blocks[f"persistence.{chosen}.difference"]
    keys = ("kind", "variant", "metric", "perspective")
    columns: Table = {name: [] for name in (*keys, *STATS_WITHOUT_SD, "headline")}

    def add(kind: str, variant: str, contrast: np.ndarray | None, headline: bool) -> None:
        for metric in COMPARED:
            if not draws.exists(metric):
                continue
            places = PERSPECTIVES if metric == "net_present_value" else ("",)
            for place in places:
                name = measure_of(place) if place else metric
                values = draws.clean(name, DIFFERENCE)
                if contrast is not None:
                    values = values + contrast[:, Measure[name.upper()]]
                figures = stat(values)
                for key, value in zip(keys, (kind, variant, metric, place), strict=True):
                    columns[key].append(value)
                for s in STATS_WITHOUT_SD:
                    columns[s].append(figures[s])  # type: ignore[literal-required]
                columns["headline"].append(headline)

    for shape in Persistence:
        name = shape.name.lower()
        contrast = draws.blocks[f"persistence.{name}.difference"] - base
        add("persistence", name, None if name == chosen else contrast, name == chosen)
    for variant in ("0", "expected", "1"):
        if variant == "expected":
            add("substitution", variant, None, True)
        else:
            add("substitution", variant, draws.blocks[f"substitution.{variant}.difference"] - base, False)
    add("discounting", "discounted", None, True)
    undiscounted = draws.blocks["payer_month"].sum(axis=1)
    for place, members in PERSPECTIVES.items():
        total = undiscounted[:, [PAYERS.index(m) for m in members]].sum(axis=1)
        index = list(PERSPECTIVES).index(place)
        figures = stat(total, float(draws.luck[DIFFERENCE, Measure.PARTICIPANT + index]))
        for key, value in zip(
            keys, ("discounting", "undiscounted", "net_present_value", place), strict=True
        ):
            columns[key].append(value)
        for s in STATS_WITHOUT_SD:
            columns[s].append(figures[s])  # type: ignore[literal-required]
        columns["headline"].append(False)
    return columns


def gap_table(draws: Draws) -> Table:
    """``gap.csv``: employment gap by month for each shape of persistence."""
    rows = (
        ((shape.name.lower(), month + 1), stat(gap[:, month]))
        for shape in Persistence
        for gap in [draws.blocks[f"persistence.{shape.name.lower()}.gap"]]
        for month in range(gap.shape[1])
    )
    return table(("variant", "month"), rows, ("mean", "p2_5", "p97_5"))


def subgroup_names() -> list[tuple[str, str]]:
    """Dimension and name of each subgroup, in the order of the walk."""
    starts = [int(start) for start in AGE_BAND_STARTS]
    bands = [f"{a}-{b - 1}" for a, b in zip(starts, [*starts[1:], 65], strict=True)]
    return [
        *(("diagnosis", d.name.lower()) for d in Diagnosis),
        *(("age", band) for band in bands),
        *(("benefit_at_entry", BENEFIT_NAMES[b]) for b in Benefit),
    ]


def subgroups_table(draws: Draws) -> Table:
    """``subgroups.csv``: headline outcomes by subgroup; fewer than five people are never shown."""
    sums, sizes = draws.blocks["group_sums"], draws.blocks["group_sizes"]
    keys = ("dimension", "subgroup", "share_of_people", "metric", "arm")
    columns: Table = {name: [] for name in (*keys, *STATS_WITHOUT_SD)}
    everyone = sizes[:, : len(Diagnosis)].sum()
    for g, (dimension, name) in enumerate(subgroup_names()):
        present = sizes[:, g] >= SMALLEST_GROUP
        if not present.any():
            continue
        means = sums[present, g] / sizes[present, g][:, None, None]
        weights = sizes[present, g] / sizes[present, g].sum()
        for metric in SUBGROUP_MEASURES:
            if not draws.exists(metric):
                continue
            values = means[:, :, Measure[metric.upper()]]
            for arm, figures in (
                ("ips", values[:, IPS]),
                ("control", values[:, CONTROL]),
                ("difference", values[:, IPS] - values[:, CONTROL]),
            ):
                described = stat(figures)
                described["mean"] = float((figures * weights).sum())
                share = float(sizes[:, g].sum() / everyone)
                for key, value in zip(keys, (dimension, name, share, metric, arm), strict=True):
                    columns[key].append(value)
                for s in STATS_WITHOUT_SD:
                    columns[s].append(described[s])  # type: ignore[literal-required]
    return columns


def programme_table(draws: Draws) -> Table:
    """``programme.csv``: the programme as staffed, by calendar year; ``net`` by payer."""
    calendar = draws.blocks["calendar"]
    start = draws.plan.scenario.programme.start.year

    def rows():  # type: ignore[no-untyped-def]
        for year in range(calendar.shape[1]):
            for k, quantity in enumerate(QUANTITIES):
                yield (start + year, quantity, ""), stat(calendar[:, year, k])
            for k, payer in enumerate(PAYERS):
                values = calendar[:, year, len(QUANTITIES) + k]
                yield (start + year, "net", payer), stat(values)
                total = calendar[:, : year + 1, len(QUANTITIES) + k].sum(axis=1)
                yield (start + year, "cumulative_net", payer), stat(total)

    return table(("calendar_year", "quantity", "payer"), rows(), STATS_WITHOUT_SD)


def poorer_table(draws: Draws) -> Table:
    """``poorer.csv``: share of working months that leave the client poorer, by benefit status."""
    working, poorer = draws.blocks["working_months"], draws.blocks["poorer_months"]
    columns: Table = {
        name: [] for name in ("benefit", "arm", "working_months_per_person", "share_poorer")
    }
    for b in Benefit:
        for index, arm in ((IPS, "ips"), (CONTROL, "control")):
            months = float(working[:, index, b].mean())
            worse = float(poorer[:, index, b].mean())
            columns["benefit"].append(BENEFIT_NAMES[b])
            columns["arm"].append(arm)
            columns["working_months_per_person"].append(months)
            columns["share_poorer"].append(worse / months if months > 0 else None)
    return columns


def as_text(entry: DatedValue) -> str:
    """The value of a parameter as one cell: a number, named numbers, or steps."""
    if entry.table is not None:
        return "; ".join(f"{name}={number:.10g}" for name, number in entry.table.items())
    if entry.schedule is not None:
        return "; ".join(f"{start:.10g}:{rate:.10g}" for start, rate in entry.schedule)
    return "" if entry.value is None else f"{entry.value:.10g}"


def parameters_table(draws: Draws) -> Table:
    """``parameters.csv``: every parameter in force, with source, grade and the range drawn."""
    plan = draws.plan
    sampled = set(plan.draws.sampled)
    columns: Table = {name: [] for name in PARAMETER_COLUMNS}
    for id, parameter in sorted(plan.library.parameters.items()):
        entry = parameter.entry_on(plan.scenario.economics.policy_date)
        if id.split(".")[0] in NOT_LISTED or entry is None or entry.form == "ends":
            continue
        low = high = None
        if id in sampled:
            low, high = (float(q) for q in np.percentile(plan.draws.column(id), (2.5, 97.5)))
        source, grade = entry.source, entry.grade
        record = plan.library.sources.get(source.key) if source and source.key else None
        row = {
            "id": id,
            "title": parameter.title,
            "value": as_text(entry),
            "low": low,
            "high": high,
            "unit": parameter.unit,
            "price_year": parameter.price_year,
            "kind": parameter.kind,
            "basis": source.basis if source else "",
            "source": source.key if source and source.key else "",
            "citation": record.citation if record else "",
            "quality": grade.quality if grade else "",
            "directness": grade.directness if grade else "",
            "planner_should_replace": parameter.planner_should_replace,
            "overridden": id in plan.library.overridden,
        }
        for name in PARAMETER_COLUMNS:
            columns[name].append(row[name])
    return columns
