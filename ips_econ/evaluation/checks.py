"""What a check of the model says; how checks are made stands in ``verification.py``."""

from __future__ import annotations

from dataclasses import dataclass

CHECKS_FILE = "verification.json"
"""What ``ips-econ verify --run`` leaves in a run directory."""


@dataclass(frozen=True)
class Check:
    """One check: what was expected, what was found, and how far apart the two may be.

    ``id`` is its number in the list of checks and ``name`` the key of its text. ``expected`` and
    ``found`` are in the unit the text states.
    """

    id: str
    name: str
    expected: float
    found: float
    tolerance: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the found value is the expected one, within the tolerance."""
        return abs(self.found - self.expected) <= self.tolerance
