"""The tables of a run directory, as columns by name; nothing here touches a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ips_econ.evaluation.blocks import EFFECTS_COMPARED, TRAJECTORY
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
from ips_econ.evaluation.statistics import (
    NO_STAT,
    Stat,
    luck_variance,
    shrinkage,
    stat,
    without_luck,
)
from ips_econ.ledger.accounts import PAYERS, PERSPECTIVES
from ips_econ.ledger.prices import funding_by_calendar_year
from ips_econ.ledger.walk import GROUP_MEASURES, Measure
from ips_econ.parameters.listing import parameter_rows
from ips_econ.parameters.reading import NEVER_READ
from ips_econ.population.attributes import AGE_BAND_STARTS, Benefit, Diagnosis
from ips_econ.population.sampling import BENEFIT_NAMES
from ips_econ.trajectories.hazards import Persistence
from ips_econ.units import MONTHS_PER_YEAR

Table = dict[str, list[object]]

STATS = ("mean", "sd", "p2_5", "p50", "p97_5")
STATS_WITHOUT_SD = ("mean", "p2_5", "p50", "p97_5")
SHARES = TRAJECTORY[:5] + ("alive",)
COMPARED = ("net_present_value", "months_employed", "employed_at_60m")


def table(
    keys: Iterable[str], rows: Iterable[tuple[tuple[object, ...], Stat]], stats: tuple[str, ...]
) -> Table:
    """Columns of identifying keys and statistics, row by row."""
    names = [*keys, *stats]
    columns: Table = {name: [] for name in names}
    for values, figures in rows:
        numbers = [figures[s] for s in stats]  # type: ignore[literal-required]
        for name, value in zip(names, [*values, *numbers], strict=True):
            columns[name].append(value)
    return columns


def trajectory_table(draws: Draws) -> Table:
    """``trajectory.csv``: monthly means by arm.

    Luck is taken out of shares (a binomial variance); of monthly amounts it is not known and
    stays in.
    """
    values = draws.blocks["trajectory"]
    shares = values * (1.0 - values)
    luck = shares.mean(axis=0) / max(1, draws.people - 1)

    def rows() -> Iterator[tuple[tuple[object, ...], Stat]]:
        for index, arm in ((IPS, "ips"), (CONTROL, "control")):
            for month in range(values.shape[2]):
                for k, metric in enumerate(TRAJECTORY):
                    known = float(luck[index, month, k]) if metric in SHARES else 0.0
                    yield (arm, month + 1, metric), stat(values[:, index, month, k], known)

    return table(("arm", "month", "metric"), rows(), STATS)


def line_luck(draws: Draws, values: np.ndarray, payer: int, arm: int) -> float:
    """Luck variance of a line's draws: the luck share of its payer's net result.

    How much a single line owes to luck is not known; its payer's net result is.
    """
    metric = PAYERS[payer]
    factor = shrinkage(draws.values(metric, arm), draws.luck_of(metric, arm))
    return float(values.var() * (1.0 - factor**2))


def flows_table(draws: Draws) -> Table:
    """``flows.csv``: undiscounted euros per person entering, by year and line."""
    yearly = draws.blocks["yearly"]
    plan = draws.plan

    def rows() -> Iterator[tuple[tuple[object, ...], Stat]]:
        for arm in (IPS, CONTROL, DIFFERENCE):
            flows = yearly[:, IPS] - yearly[:, CONTROL] if arm == DIFFERENCE else yearly[:, arm]
            for year in range(yearly.shape[2]):
                for index, line in enumerate(plan.lines):
                    values = flows[:, year, index]
                    name = plan.categories[line.category].name
                    luck = line_luck(draws, values, line.payer, arm)
                    yield (ARMS[arm], year + 1, PAYERS[line.payer], name), stat(values, luck)

    return table(("arm", "year", "payer", "category"), rows(), STATS)


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
        (
            (PAYERS[line.payer], plan.categories[line.category].name),
            stat(
                difference[:, index],
                line_luck(draws, difference[:, index], line.payer, DIFFERENCE),
            ),
        )
        for index, line in sorted(
            enumerate(plan.lines), key=lambda pair: (pair[1].payer, pair[1].category)
        )
    )
    return table(("payer", "category"), rows, STATS_WITHOUT_SD)


def companion_values(draws: Draws, key: str, metric: str) -> np.ndarray:
    """A variant's draws ``(draw,)`` of a difference, luck taken out.

    Simulated on the companion people; their mean is corrected by what the headline's mean is on
    all people and on the companions (the same people and luck: a control variate).
    """
    column = Measure[metric.upper()]
    people = draws.plan.companion_people

    def clean(name: str) -> np.ndarray:
        sums = draws.blocks[f"{name}.sums"][:, column]
        squares = draws.blocks[f"{name}.squares"][:, column]
        return without_luck(sums / people, float(luck_variance(sums, squares, people)))

    headline = clean(f"persistence.{draws.plan.persistence.name.lower()}")
    return clean(key) + draws.values(metric, DIFFERENCE).mean() - headline.mean()


def comparisons_table(draws: Draws) -> Table:
    """``comparisons.csv``: structural alternatives beside the headline."""
    keys = ("kind", "variant", "metric", "perspective")
    columns: Table = {name: [] for name in (*keys, *STATS_WITHOUT_SD, "headline")}

    def add(kind: str, variant: str, metric: str, place: str, figures: Stat, here: bool) -> None:
        for key, value in zip(keys, (kind, variant, metric, place), strict=True):
            columns[key].append(value)
        for s in STATS_WITHOUT_SD:
            columns[s].append(figures[s])  # type: ignore[literal-required]
        columns["headline"].append(here)

    chosen = draws.plan.persistence.name.lower()
    effect = draws.plan.scenario.economics.effect
    variants = [("persistence", shape.name.lower()) for shape in Persistence]
    variants += [("substitution", share) for share in ("0", "expected", "1")]
    variants += [("effect", name) for name in dict.fromkeys((*EFFECTS_COMPARED, effect))]
    variants.append(("discounting", "discounted"))
    for kind, variant in variants:
        here = variant in (chosen, effect, "expected", "discounted")
        for metric in COMPARED:
            if not draws.exists(metric):
                continue
            for place in PERSPECTIVES if metric == "net_present_value" else ("",):
                name = measure_of(place) if place else metric
                if here:
                    values = draws.clean(name, DIFFERENCE)
                else:
                    values = companion_values(draws, f"{kind}.{variant}", name)
                add(kind, variant, metric, place, stat(values), here)
    undiscounted = draws.blocks["payer_month"].sum(axis=1)
    for place, members in PERSPECTIVES.items():
        total = undiscounted[:, [PAYERS.index(m) for m in members]].sum(axis=1)
        luck = draws.luck_of(measure_of(place), DIFFERENCE)
        figures = stat(total, luck)
        add("discounting", "undiscounted", "net_present_value", place, figures, False)
    return columns


def gap_luck(draws: Draws, key: str) -> np.ndarray:
    """Luck variance ``(month,)`` of the companions' employment gap."""
    gap, discordant = draws.blocks[f"{key}.gap"], draws.blocks[f"{key}.discordant"]
    return np.asarray((discordant - gap**2).mean(axis=0) / max(1, draws.plan.companion_people - 1))


def gap_table(draws: Draws) -> Table:
    """``gap.csv``: employment gap by month for each shape of persistence."""

    def rows() -> Iterator[tuple[tuple[object, ...], Stat]]:
        for shape in Persistence:
            key = f"persistence.{shape.name.lower()}"
            gap, luck = draws.blocks[f"{key}.gap"], gap_luck(draws, key)
            for month in range(gap.shape[1]):
                yield (shape.name.lower(), month + 1), stat(gap[:, month], float(luck[month]))

    return table(("variant", "month"), rows(), ("mean", "p2_5", "p97_5"))


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
        for k, measure in enumerate(GROUP_MEASURES):
            metric = measure.name.lower()
            if not draws.exists(metric):
                continue
            values = means[:, :, k]
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
    """``programme.csv``: the programme as staffed, by calendar year; money by payer.

    ``net`` = ``savings`` less what the payer bears of ``programme_cost``; savings may be negative.
    """
    calendar = draws.blocks["calendar"]
    scenario = draws.plan.scenario
    start = scenario.programme.start.year
    funding = funding_by_calendar_year(scenario)
    cost = calendar[:, :, QUANTITIES.index("programme_cost")]

    def rows() -> Iterator[tuple[tuple[object, ...], Stat]]:
        for year in range(calendar.shape[1]):
            for k, quantity in enumerate(QUANTITIES):
                known = quantity != "clients_waiting" or scenario.programme.referrals_month
                figures = stat(calendar[:, year, k]) if known else NO_STAT
                yield (start + year, quantity, ""), figures
            for k, payer in enumerate(PAYERS):
                net = calendar[:, : year + 1, len(QUANTITIES) + k]
                borne = cost[:, year] * funding[year, k]
                yield (start + year, "savings", payer), stat(net[:, -1] + borne)
                yield (start + year, "net", payer), stat(net[:, -1])
                yield (start + year, "cumulative_net", payer), stat(net.sum(axis=1))

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


def parameters_table(draws: Draws) -> Table:
    """``parameters.csv``: every parameter in force, with source, grade and 95 % interval."""
    on = draws.plan.scenario.economics.policy_date
    rows = list(parameter_rows(draws.plan.library, on, NEVER_READ))
    return {name: [row[name] for row in rows] for name in rows[0]}


def yearly_table(draws: Draws) -> Table:
    """``yearly.csv``: undiscounted difference by year and perspective, EUR per person entering."""
    flows = draws.blocks["payer_month"]
    years = flows.reshape(len(flows), -1, MONTHS_PER_YEAR, len(PAYERS)).sum(axis=2)

    def rows() -> Iterator[tuple[tuple[object, ...], Stat]]:
        for year in range(years.shape[1]):
            for place, members in PERSPECTIVES.items():
                values = years[:, year, [PAYERS.index(m) for m in members]].sum(axis=1)
                name = measure_of(place)
                factor = shrinkage(draws.values(name, DIFFERENCE), draws.luck_of(name, DIFFERENCE))
                luck = float(values.var() * (1.0 - factor**2))
                yield (year + 1, place), stat(values, luck)

    return table(("year", "perspective"), rows(), STATS_WITHOUT_SD)
