"""Net income over a range of pay: columns, files, JSON and the chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ips_econ.file_formats import csv_bytes
from ips_econ.language import Language
from ips_econ.report.budget_json import rounded
from ips_econ.report.chart_shapes import Chart, Line, LinePanel, Mark
from ips_econ.tax_benefit.circumstances import BenefitStatus
from ips_econ.tax_benefit.incentives import Cliff, Curve, Falls
from ips_econ.tax_benefit.items import PARTICIPANT_ITEMS, Item
from ips_econ.tax_benefit.personal_budget import PersonalBudget

CENT = 0.01
TICK_EUR_MONTH = 1000.0
TITLE_EUR_MONTH = 1000.0
CLIFF_OF_NOTE_EUR_MONTH = 50.0
"""A fall as large as this is what the title is about; otherwise what is kept of some pay."""
LARGEST_RATE_SHOWN = 130.0


def curve_json(curve: Curve, falls: Falls) -> dict[str, Any]:
    """A curve and where it falls; what does not exist is ``None``."""
    columns = curve_columns(curve)
    return {
        "curve": [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ],
        "cliffs": [
            {
                "gross_eur_month": cliff.wage,
                "loss_eur_month": rounded(cliff.loss),
                "regained_at_eur_month": cliff.regained_at,
                "items": list(cliff.items),
            }
            for cliff in falls.cliffs
        ],
        "slopes": [
            {
                "first_gross_eur_month": slope.first_wage,
                "last_gross_eur_month": slope.last_wage,
                "loss_eur_month": rounded(slope.loss),
            }
            for slope in falls.slopes
        ],
    }


def curve_columns(curve: Curve) -> dict[str, list[float | None]]:
    """Columns of ``curve.csv``: pay, net income and the two rates; EUR/month and shares."""

    def plain_numbers(values: Any, digits: int) -> list[float | None]:
        return [None if np.isnan(value) else round(float(value), digits) + 0.0 for value in values]

    return {
        "gross_eur_month": plain_numbers(curve.wages, 2),
        "net_income_eur_month": plain_numbers(curve.net_income, 4),
        "participation_tax_rate": plain_numbers(curve.participation_tax_rate, 6),
        "effective_marginal_tax_rate": plain_numbers(curve.effective_marginal_tax_rate, 6),
        **{
            f"{item.name}_eur_month": plain_numbers(curve.items[:, item], 4)
            for item in PARTICIPANT_ITEMS
            if item is not Item.gross_wage and curve.items[:, item].any()
        },
    }


def cliffs_csv(found: Sequence[Cliff]) -> bytes:
    """``cliffs.csv``: pay before each fall, the fall, where it is regained, and what falls."""
    columns = ("gross_eur_month", "loss_eur_month", "regained_at_eur_month", "items")
    rows = [
        (cliff.wage, rounded(cliff.loss), cliff.regained_at, " ".join(cliff.items))
        for cliff in found
    ]
    return csv_bytes(columns, list(zip(*rows, strict=True)) or [()] * len(columns))


def curve_chart(budget: PersonalBudget, curve: Curve, falls: Falls, language: Language) -> Chart:
    """Net income and the two rates over gross pay, with the cliffs marked."""
    nets, found = curve.net_income, falls.cliffs
    status = language.heading("benefit_status", BenefitStatus(budget.circumstances.status).name)
    largest = max(found, key=lambda cliff: cliff.loss, default=None)
    kept = float(np.interp(TITLE_EUR_MONTH, curve.wages, nets)) - curve.net_without_work
    title = language.text(
        "net_income.chart.smooth",
        benefit=status,
        wage=language.euros(TITLE_EUR_MONTH, 1),
        kept=language.euros(kept, 1),
    )
    if largest is not None and largest.loss >= CLIFF_OF_NOTE_EUR_MONTH:
        title = language.text(
            "net_income.chart.cliff",
            benefit=status,
            wage=language.euros(largest.wage, CENT),
            loss=language.euros(largest.loss, 1),
        )
    marks = tuple(
        Mark(cliff.wage, language.euros(cliff.wage, CENT) if cliff is largest else "")
        for cliff in found
    )

    def line(name: str, style: str, values: Any, shown: Callable[[float], str]) -> Line:
        known = [
            (float(wage), float(value))
            for wage, value in zip(curve.wages, values, strict=True)
            if not np.isnan(value)
        ]
        hover = tuple(
            language.text(
                "net_income.chart.hover", gross=language.euros(wage, 1), value=shown(value)
            )
            for wage, value in known
        )
        x, y = zip(*known, strict=True)
        return Line(language.text(f"net_income.{name}"), style, x, y, hover=hover)

    def euros(value: float) -> str:
        return language.euros(value, 1)

    def percent(value: float) -> str:
        return language.percent(value / 100)

    columns = curve_columns(curve)
    return Chart(
        id="curve",
        title=title,
        alt=language.text(
            "net_income.chart.alt",
            without=euros(curve.net_without_work),
            largest=euros(float(curve.wages[-1])),
            at_largest=euros(float(nets[-1])),
            cliffs=language.number(len(found)),
        ),
        caption=language.text(
            "net_income.chart.caption",
            date=language.law(budget.on, budget.reform),
            rent=language.euros(budget.circumstances.rent_eur_month, 1),
            tax=language.percent(budget.circumstances.municipal_tax_share, 0.01),
            highest=language.percent(LARGEST_RATE_SHOWN / 100),
        ),
        panels=(
            LinePanel(
                lines=(line("net", "ips", nets, euros),),
                x_title=language.text("net_income.chart.x"),
                y_title=language.text("net_income.chart.net_y"),
                unit="euro",
                marks=marks,
                x_step=TICK_EUR_MONTH,
            ),
            LinePanel(
                lines=(
                    line(
                        "participation_tax_rate",
                        "public_sector",
                        100.0 * curve.participation_tax_rate,
                        percent,
                    ),
                    line(
                        "effective_marginal_tax_rate",
                        "control",
                        100.0 * curve.effective_marginal_tax_rate,
                        percent,
                    ),
                ),
                x_title=language.text("net_income.chart.x"),
                y_title=language.text("net_income.chart.rates_y"),
                unit="percent",
                marks=marks,
                y_range=(0.0, LARGEST_RATE_SHOWN),
                x_step=TICK_EUR_MONTH,
            ),
        ),
        columns=tuple(columns),
        rows=tuple(zip(*columns.values(), strict=True)),
    )
