"""A run directory with invented numbers, for tests of the report. No number here is a result.

The shapes are those a run writes (JSON, CSV and parquet), the sizes are small, and every value
follows from a few round numbers below, so that a test can change one and see it move.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DRAWS = 256
PRESENT_VALUE = "EUR per person entering, present value"
MONTHS = 60
NET_BY_PAYER = {
    "participant": (5200.0, 3100.0),
    "employer": (0.0, 0.0),
    "wellbeing_county": (-5400.0, 900.0),
    "municipality": (350.0, 160.0),
    "state": (2100.0, 1500.0),
    "social_insurance": (260.0, 120.0),
    "pension_insurers": (900.0, 520.0),
    "eu": (0.0, 0.0),
    "other": (30.0, 20.0),
}
"""Invented mean and standard deviation of the net result, euros per person entering."""
PUBLIC = ("wellbeing_county", "municipality", "state", "social_insurance", "pension_insurers")
LINES = {
    "wellbeing_county": {
        "ips_staff": -5900.0,
        "ips_overhead": -1200.0,
        "rehabilitative_work_activity": 1500.0,
        "social_assistance": 200.0,
    },
    "municipality": {"municipal_tax": 310.0, "general_support": 40.0},
    "state": {
        "state_income_tax": 150.0,
        "general_support": 900.0,
        "general_housing_allowance": 650.0,
        "guarantee_pension": 250.0,
        "rehabilitative_work_activity_allowance": 150.0,
    },
    "social_insurance": {"medical_care_contribution": 120.0, "sickness_allowance": 140.0},
    "pension_insurers": {"employee_pension_contribution": 300.0, "earnings_related_pension": 600.0},
    "participant": {
        "gross_wage": 9800.0,
        "general_support": -940.0,
        "state_income_tax": -150.0,
        "general_housing_allowance": -650.0,
        "national_pension": -2860.0,
    },
    "employer": {
        "gross_wage": -9800.0,
        "output": 12000.0,
        "employer_pension_contribution": -2200.0,
    },
    "other": {"church_tax": 30.0},
}
PARAMETERS = (
    # id, title, value, low, high, unit, price_year, kind, basis, source, replace
    (
        "effect.competitive_work_ratio",
        "Any competitive work, IPS against traditional vocational rehabilitation",
        "1.63",
        1.05,
        2.52,
        "ratio",
        "",
        "estimate",
        "seen",
        "frederick2019",
        False,
    ),
    (
        "effect.control_ever_employed_18m_severe",
        "Worked within 18 months without IPS, severe mental illness",
        "0.22",
        0.07,
        0.43,
        "probability",
        "",
        "estimate",
        "derived",
        "frederick2019",
        False,
    ),
    (
        "effect.gap_left_month_60",
        "Share of the peak difference in work left at month 60",
        "0.55",
        0.1,
        0.95,
        "share",
        "",
        "estimate",
        "seen",
        "hoffmann2014",
        False,
    ),
    (
        "comparator.substitution_share",
        "Share of the clients with another service for whom IPS replaces it",
        "0.88",
        0.70,
        0.98,
        "share",
        "",
        "estimate",
        "judgement",
        "synthetic",
        True,
    ),
    (
        "comparator.rehabilitative_work_activity_cost_month",
        "Rehabilitative work activity, cost",
        "420",
        300,
        560,
        "EUR/client-month",
        "2024",
        "price",
        "judgement",
        "synthetic",
        True,
    ),
    (
        "comparator.service_shares",
        "Mix of services IPS replaces",
        "rehabilitative_work_activity=0.4; none=0.12",
        None,
        None,
        "share",
        "",
        "assumption",
        "judgement",
        "synthetic",
        True,
    ),
    (
        "programme.coach_salary",
        "Monthly pay of an employment coach",
        "3150",
        2950,
        3350,
        "EUR/month",
        "2025",
        "price",
        "seen",
        "kt2025",
        False,
    ),
    (
        "programme.manager_salary",
        "Monthly pay of a programme manager",
        "4600",
        4000,
        5300,
        "EUR/month",
        "2025",
        "price",
        "judgement",
        "synthetic",
        True,
    ),
    (
        "programme.training_cost_coach_year",
        "Training of a coach",
        "1500",
        500,
        3000,
        "EUR/year",
        "2025",
        "price",
        "judgement",
        "synthetic",
        True,
    ),
    (
        "programme.mean_months_in_service",
        "Mean time in service",
        "9",
        7,
        15,
        "months",
        "",
        "estimate",
        "derived",
        "frederick2019",
        True,
    ),
    (
        "employment.job_loss_rate_month",
        "Monthly rate of losing the first job",
        "0.088",
        0.07,
        0.11,
        "rate/month",
        "",
        "estimate",
        "seen",
        "mcgurk2017",
        False,
    ),
    (
        "employment.low_finder_share",
        "Share of clients who hardly ever find work",
        "0.613",
        0.51,
        0.71,
        "share",
        "",
        "estimate",
        "seen",
        "hoffmann2014",
        False,
    ),
    (
        "wages.position",
        "Place of a client's pay in entry-level pay",
        "25",
        12,
        38,
        "percentile",
        "",
        "assumption",
        "judgement",
        "synthetic",
        True,
    ),
    (
        "benefits.social_assistance_take_up",
        "Take-up of basic social assistance among the entitled",
        "0.6",
        0.4,
        0.8,
        "share",
        "",
        "assumption",
        "judgement",
        "synthetic",
        True,
    ),
    (
        "method.discount_rate",
        "Discount rate",
        "0.03",
        None,
        None,
        "rate/year",
        "",
        "choice",
        "seen",
        "hila2023",
        False,
    ),
    (
        "tax_benefit.state_scale",
        "State income tax scale",
        "0:0.1; 20000:0.2; 50000:0.4",
        None,
        None,
        "share",
        "",
        "statute",
        "seen",
        "finlex_1535_1992",
        False,
    ),
)


def build_run_directory(
    directory: Path,
    *,
    name: str = "Synthetic county (invented numbers)",
    region: str = "Synthetic county",
    public_shift: float = 0.0,
    months: int = MONTHS,
    persistence: str = "sustained",
    status: str = "complete",
    with_optional: bool = True,
    by_construction: str = "no_flows",
) -> Path:
    """Write every file of a finished run with invented numbers.

    Parameters
    ----------
    directory
        Where to write; made if missing.
    name
        Name of the scenario, which users choose and may contain anything.
    public_shift
        Euros added to the state's net result, to turn losses into gains.
    months
        Length of the horizon.
    """
    directory.mkdir(parents=True, exist_ok=True)
    net = dict(NET_BY_PAYER)
    net["state"] = (net["state"][0] + public_shift, net["state"][1])
    public = _sum(net[payer] for payer in PUBLIC)
    society = _sum(net.values())
    perspectives = {**net, "public_sector": public, "society": society}
    _summary(directory, name, region, months, perspectives)
    _manifest(directory, months, persistence, status)
    _trajectory(directory, months)
    _paths(directory, months, perspectives)
    _comparisons(directory, perspectives, persistence)
    _payer_files(directory, net, months, by_construction)
    _evidence(directory)
    _draws(directory, perspectives)
    if with_optional:
        _programme(directory, net)
        _groups(directory)
    return directory


def _sum(parts: Iterable[tuple[float, float]]) -> tuple[float, float]:
    means, deviations = zip(*parts, strict=True)
    return sum(means), float(np.sqrt(sum(value**2 for value in deviations)))


def _stat(mean: float, sd: float) -> dict[str, float]:
    return {
        "mean": mean,
        "sd": sd,
        "p2_5": mean - 1.96 * sd,
        "p50": mean,
        "p97_5": mean + 1.96 * sd,
    }


def _cells(mean: float, sd: float) -> list[float]:
    stat = _stat(mean, sd)
    return [stat["mean"], stat["p2_5"], stat["p50"], stat["p97_5"]]


def _probability(mean: float, sd: float) -> float | None:
    if sd == 0:
        return None
    sample = np.random.default_rng(1).normal(mean, sd, 4000)
    return float((sample > 0).mean())


def _summary(
    directory: Path,
    name: str,
    region: str,
    months: int,
    perspectives: dict[str, tuple[float, float]],
) -> None:
    nothing = {"mean": None, "sd": None, "p2_5": None, "p50": None, "p97_5": None}

    def outcome(unit: str, ips: float, control: float, sd: float, last_month: int = 0) -> Any:
        if last_month > months:
            return {"unit": unit, "ips": nothing, "control": nothing, "difference": nothing}
        return {
            "unit": unit,
            "ips": _stat(ips, sd),
            "control": _stat(control, sd),
            "difference": _stat(ips - control, 0.6 * sd),
        }

    def ratio(mean: float) -> dict[str, Any]:
        stat = {"mean": mean, "sd": None, "p2_5": mean / 3, "p50": mean, "p97_5": mean * 4}
        return {
            "unit": "EUR of service cost",
            "ips": nothing,
            "control": nothing,
            "difference": stat,
        }

    outcomes = {
        "ever_employed_12m": outcome("share", 0.33, 0.18, 0.05),
        "ever_employed_18m": outcome("share", 0.40, 0.23, 0.06, 18),
        "ever_employed_24m": outcome("share", 0.43, 0.27, 0.06, 24),
        "employed_at_12m": outcome("share", 0.25, 0.14, 0.04),
        "employed_at_24m": outcome("share", 0.27, 0.16, 0.05, 24),
        "employed_at_60m": outcome("share", 0.22, 0.17, 0.05, 60),
        "months_employed": outcome("months within the horizon", 14.1, 8.9, 2.8),
        "months_to_first_job": outcome("months, among those who find one", 8.2, 12.6, 1.4),
        "gross_earnings": outcome(PRESENT_VALUE, 26400.0, 16600.0, 4300.0),
        "net_income": outcome(PRESENT_VALUE, 71200.0, 66000.0, 3900.0),
        "benefits_received": outcome(PRESENT_VALUE, 55300.0, 58900.0, 2600.0),
        "taxes_paid": outcome(PRESENT_VALUE, 9100.0, 8200.0, 800.0),
        "inpatient_days": outcome("days within the horizon", 31.0, 31.0, 9.0),
        "outpatient_visits": outcome("visits within the horizon", 74.0, 74.0, 12.0),
        "treatment_cost": outcome(PRESENT_VALUE, 38000.0, 38000.0, 8100.0),
        "service_cost": outcome(PRESENT_VALUE, 7400.0, 1700.0, 800.0),
        "cost_per_additional_person_employed": ratio(41000.0),
        "cost_per_additional_month_employed": ratio(1100.0),
    }
    by_perspective = {}
    for key, (mean, sd) in perspectives.items():
        late = mean <= 0
        by_perspective[key] = {
            "net_present_value": _stat(mean, sd),
            "programme_cost": _stat(7100.0, 700.0),
            "benefit_cost_ratio": {**_stat(1 + mean / 7100.0, 0.2), "sd": None},
            "p_positive": _probability(mean, sd),
            "payback_month": {
                "p2_5": 19.0 if sd else None,
                "p50": None if late else 31.0,
                "p97_5": None,
                "share_within_horizon": None if not sd else 0.27 if late else 0.74,
            },
        }
    _json(
        directory / "summary.json",
        {
            "schema_version": 1,
            "scenario": {"id": "synthetic", "name": name, "region": region},
            "run": {
                "draws": DRAWS,
                "people": 500,
                "months": months,
                "seed": 20260601,
                "discount_rate": 0.03,
                "price_year": 2026,
            },
            "outcomes": outcomes,
            "perspectives": by_perspective,
            "monte_carlo_error": {
                "employed_at_24m": 0.001,
                "net_present_value.public_sector": 35.0,
                "net_present_value.society": 60.0,
            },
            "ledger_imbalance_eur": 3.1e-11,
            "predictive": {"clients": 60, "in_work_at_18m": _stat(17.0, 5.0)},
            "notes": [],
        },
    )


def _manifest(directory: Path, months: int, persistence: str, status: str) -> None:
    _json(
        directory / "manifest.json",
        {
            "version": "0.1.0",
            "seed": 20260601,
            "draws": DRAWS,
            "people": 500,
            "months": months,
            "scenario": {
                "id": "synthetic",
                "economics": {
                    "horizon_years": months // 12,
                    "persistence": persistence,
                    "effect": "outside_us",
                    "treatment_route": "none",
                    "discount_rate": 0.03,
                    "cashable_share": 1.0,
                },
                "programme": {
                    "start": "2026-01-01",
                    "years": 3,
                    "coaches": [2.0, 3.0, 3.0],
                    "caseload": 20.0,
                    "fidelity": [90.0, 100.0, 100.0],
                    "start_up_year": 1,
                    "funding": [{"wellbeing_county": 0.75, "state": 0.25, "eu": 0.0}] * 3,
                },
                "comparator": {
                    "kind": "traditional",
                    "substitution": None,
                    "services": {
                        "rehabilitative_work_activity": 0.4,
                        "clubhouse": 0.25,
                        "none": 0.35,
                    },
                },
            },
            "origin": {},
            "overridden": ["programme.caseload"],
            "parameter_files": {"effect/work.toml": "ab" * 32, "sources.toml": "cd" * 32},
            "policy_date": "2026-06-01",
            "price_year": 2026,
            "status": status,
            "started": "2026-11-22T01:02:03+00:00",
            "finished": "2026-11-22T01:02:13+00:00",
            "wall_seconds": 9.8,
            "messages": [],
            "unreached_levels": 0,
            "multiplier_misses": 0,
            "luck_variance_share": {"net_present_value.public_sector": 0.04},
        },
    )


def _trajectory(directory: Path, months: int) -> None:
    rows: list[list[Any]] = []
    levels = {"ips": (0.30, 0.05), "control": (0.18, 0.045)}
    for arm, (level, sd) in levels.items():
        for month in range(1, months + 1):
            share = level * (1 - np.exp(-month / 7)) * (1 - 0.004 * month)
            spread = sd * (1 - np.exp(-month / 7))
            rows.append([arm, month, "employed", share, spread, *_cells(share, spread)[1:]])
            rows.append([arm, month, "in_service", 0.9**month, 0.01, *_cells(0.9**month, 0.01)[1:]])
    columns = ["arm", "month", "metric", "mean", "sd", "p2_5", "p50", "p97_5"]
    _csv(directory / "trajectory.csv", columns, rows)


def _paths(directory: Path, months: int, perspectives: dict[str, tuple[float, float]]) -> None:
    """Cumulative net result by perspective, and the gap by persistence shape."""
    rows: list[list[Any]] = []
    for key, (mean, sd) in perspectives.items():
        cost = -6000.0 if key in ("wellbeing_county", "public_sector", "society") else 0.0
        for month in range(months + 1):
            share = month / months
            level = cost * min(1.0, month / 18) + (mean - cost) * share
            rows.append([month, key, *_cells(level, sd * share)])
    _csv(
        directory / "cumulative.csv",
        ["month", "perspective", "mean", "p2_5", "p50", "p97_5"],
        rows,
    )
    shapes: dict[str, Callable[[int], float]] = {
        "ends": lambda month: max(0.0, min(1.0, (24 - month) / 6)),
        "catch_up": lambda month: max(0.0, min(1.0, (36 - month) / 18)),
        "sustained": lambda month: 1 - 0.45 * max(0, month - 18) / 42,
        "hazards_only": lambda month: 1 - 0.55 * min(1.0, max(0, month - 18) / 18),
    }
    gap: list[list[Any]] = []
    for variant, shape in shapes.items():
        for month in range(1, months + 1):
            mean = 0.12 * (1 - np.exp(-month / 6)) * shape(month)
            gap.append([variant, month, mean, 0.3 * mean, 1.8 * mean])
    _csv(directory / "gap.csv", ["variant", "month", "mean", "p2_5", "p97_5"], gap)


def _comparisons(
    directory: Path, perspectives: dict[str, tuple[float, float]], persistence: str
) -> None:
    shifts = {
        ("persistence", "sustained"): 0.0,
        ("persistence", "catch_up"): -0.7,
        ("persistence", "ends"): -1.0,
        ("persistence", "hazards_only"): -0.4,
        ("substitution", "0"): -0.9,
        ("substitution", "expected"): 0.0,
        ("substitution", "1"): 0.15,
        ("effect", "outside_us"): 0.0,
        ("effect", "nordic"): -0.3,
        ("effect", "sceptical"): -0.8,
        ("discounting", "undiscounted"): 0.1,
        ("discounting", "discounted"): 0.0,
    }
    rows: list[list[Any]] = []
    for (kind, variant), shift in shifts.items():
        headline = variant in (persistence, "expected", "outside_us", "discounted")
        for key, (mean, sd) in perspectives.items():
            cells = _cells(mean + shift * sd, sd)
            rows.append([kind, variant, "net_present_value", key, *cells, int(headline)])
        cells = _cells(5.2 + shift, 1.7)
        rows.append([kind, variant, "months_employed", "", *cells, int(headline)])
    columns = ["kind", "variant", "metric", "perspective", "mean", "p2_5", "p50", "p97_5"]
    _csv(directory / "comparisons.csv", [*columns, "headline"], rows)


def _payer_files(
    directory: Path, net: dict[str, tuple[float, float]], months: int, by_construction: str
) -> None:
    statistics = ["mean", "p2_5", "p50", "p97_5"]
    _csv(
        directory / "payers.csv",
        ["payer", *statistics, "p_positive", "by_construction"],
        [
            [payer, *_cells(mean, sd), _probability(mean, sd), "" if sd else by_construction]
            for payer, (mean, sd) in net.items()
        ],
    )
    _csv(
        directory / "lines.csv",
        ["payer", "category", *statistics],
        [
            [payer, category, *_cells(mean, 0.25 * abs(mean))]
            for payer, parts in LINES.items()
            for category, mean in parts.items()
        ],
    )
    years = months // 12
    _csv(
        directory / "flows.csv",
        ["arm", "year", "payer", "category", "mean", "sd", *statistics[1:]],
        [
            [
                arm,
                year,
                payer,
                category,
                share * mean / years,
                0.25 * abs(mean) / years,
                *_cells(share * mean / years, 0.25 * abs(mean) / years)[1:],
            ]
            for arm, share in (("ips", 1.5), ("control", 0.5), ("difference", 1.0))
            for year in range(1, years + 1)
            for payer, parts in LINES.items()
            for category, mean in parts.items()
        ],
    )


def _evidence(directory: Path) -> None:
    drawn = [row for row in PARAMETERS if row[7] in ("estimate", "price", "assumption")]
    drivers: list[list[Any]] = []
    for perspective in ("public_sector", "society", "participant", "wellbeing_county"):
        for place, row in enumerate(drawn):
            value = (0.62 if place % 3 else -0.48) * 0.8**place
            drivers.append([row[0], perspective, value, value - 0.06, value + 0.06])
    drivers.sort(key=lambda cells: -abs(cells[2]))
    _csv(
        directory / "drivers.csv",
        ["parameter", "perspective", "rank_correlation", "low_ci", "high_ci"],
        drivers,
    )
    columns = ["id", "title", "value", "low", "high", "unit", "price_year", "kind", "basis"]
    columns += ["source", "citation", "quality", "directness", "planner_should_replace"]
    _csv(
        directory / "parameters.csv",
        [*columns, "overridden"],
        [
            [
                *row[:10],
                f"Synthetic citation of {row[9]}, 2024",
                "" if row[7] in ("statute", "choice") else "moderate",
                "" if row[7] in ("statute", "choice") else "low",
                int(row[10]),
                0,
            ]
            for row in PARAMETERS
        ],
    )


def _draws(directory: Path, perspectives: dict[str, tuple[float, float]]) -> None:
    rng = np.random.default_rng(7)
    columns = {"draw": np.arange(DRAWS)}
    for key, (mean, sd) in perspectives.items():
        columns[f"net_present_value.{key}"] = rng.normal(mean, 1.02 * sd, DRAWS)
    pq.write_table(pa.table(columns), directory / "draws.parquet")


def _programme(directory: Path, net: dict[str, tuple[float, float]]) -> None:
    rows: list[list[Any]] = []
    people = {"clients_started": 36.0, "clients_in_service": 48.0, "clients_in_work": 13.0}
    people |= {"additional_in_work": 5.0, "coaches": 3.0}
    for year in (2026, 2027, 2028):
        for quantity, mean in people.items():
            rows.append([year, quantity, "", *_cells(mean, 0.15 * mean)])
        rows.append([year, "programme_cost", "", *_cells(290000.0, 15000.0)])
        rows.append([year, "unused_capacity_cost", "", *_cells(21000.0, 9000.0)])
        for payer, (mean, sd) in net.items():
            rows.append([year, "net", payer, *_cells(36 * mean / 3, 36 * sd / 3)])
            share = year - 2025
            cumulative = _cells(36 * mean * share / 3, 36 * sd * share / 3)
            rows.append([year, "cumulative_net", payer, *cumulative])
    columns = ["calendar_year", "quantity", "payer", "mean", "p2_5", "p50", "p97_5"]
    _csv(directory / "programme.csv", columns, rows)


def _groups(directory: Path) -> None:
    """Results by subgroup, and the months in work that leave people poorer."""
    groups = {
        "diagnosis": {"psychosis": 0.4, "bipolar": 0.2, "depression_anxiety": 0.4},
        "age": {"18-24": 0.1, "25-34": 0.4, "35-44": 0.3, "45-54": 0.15, "55-64": 0.05},
        "benefit_at_entry": {"general_support": 0.5, "disability_pension": 0.5},
    }
    levels = {"months_employed": 5.2, "net_income": 5200.0, "wellbeing_county": -5400.0}
    levels["public_sector"] = -1790.0
    rows: list[list[Any]] = [
        [dimension, name, share, metric, arm, *_cells(part * mean, 0.4 * abs(mean))]
        for dimension, members in groups.items()
        for name, share in members.items()
        for metric, mean in levels.items()
        for arm, part in (("ips", 1.5), ("control", 0.5), ("difference", 1.0))
    ]
    columns = ["dimension", "subgroup", "share_of_people", "metric", "arm"]
    _csv(directory / "subgroups.csv", [*columns, "mean", "p2_5", "p50", "p97_5"], rows)
    poorer = {"none": (0.0, ""), "general_support": (9.1, 0.04), "disability_pension": (5.0, 0.41)}
    _csv(
        directory / "poorer.csv",
        ["benefit", "arm", "working_months_per_person", "share_poorer"],
        [[name, arm, *pair] for name, pair in poorer.items() for arm in ("ips", "control")],
    )


def _json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
