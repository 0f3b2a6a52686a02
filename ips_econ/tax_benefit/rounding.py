"""Rounding as the law prescribes it: to whole euros and to cents, halves up."""

from __future__ import annotations

import math

from ips_econ.compilation import step

CENTS_PER_EURO = 100.0
HALF = 0.5 + 1e-9
"""A half, and a little for halves that binary numbers hold from below (129.325)."""


@step
def to_euros(amount_nominal: float) -> float:
    """The amount rounded to the nearest whole euro, halves up.

    >>> to_euros(1363.5)
    1364.0
    """
    return math.floor(amount_nominal + HALF) * 1.0


@step
def to_cents(amount_nominal: float) -> float:
    """The amount rounded to the nearest cent, halves up.

    >>> to_cents(244.796)
    244.8
    >>> to_cents(0.5 * (325.15 - 66.5))
    129.33
    """
    return math.floor(amount_nominal * CENTS_PER_EURO + HALF) / CENTS_PER_EURO
