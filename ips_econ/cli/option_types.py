"""Types of option values that several options share."""

from __future__ import annotations

from datetime import date
from typing import Any

import click


class Amount(click.ParamType[float]):
    """A number, with a decimal point or a decimal comma."""

    name = "amount"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; a usage error names what was found."""
        if not isinstance(value, str):
            return float(value)
        try:
            return float(value.replace(",", "."))
        except ValueError:
            return self.fail(f"{value!r} is not a number; write 563.33 or 563,33", param, ctx)


class Day(click.ParamType[date]):
    """A calendar date in ISO form."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date; a usage error names what was found."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            reason = str(error) if "day" in str(error) or "month" in str(error) else "not a date"
            message = f"{value!r}: {reason}; write year, month and day as 2026-06-01"
            return self.fail(message, param, ctx)


AMOUNT = Amount()
DAY = Day()
