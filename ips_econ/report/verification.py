"""The checks of the model on a scenario, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ips_econ.evaluation.checks import Check
from ips_econ.language import Language
from ips_econ.report.plain_text import aligned, plain, wrapped


def verification_text(checks: Sequence[Check], name: str, language: Language) -> str:
    """Every check with what was expected and found, then the verdict."""
    head = [language.text("verification.title", name=name)]
    head += [language.text(f"verification.{key}") for key in ("expected", "found", "verdict")]
    rows = [head]
    rows += [verification_cells(check, language) for check in checks]
    failed = sum(not check.passed for check in checks)
    key = "some_failed" if failed else "all_passed"
    verdict = language.text(f"verification.{key}", count=len(checks), failed=failed)
    note = wrapped(language.text("verification.note"))
    return plain("\n\n".join([aligned(rows), wrapped(verdict), note]))


def verification_cells(check: Check, language: Language) -> list[str]:
    """What one check is, what it expected and found, and whether it passed."""
    limit = language.number(check.tolerance, 0.1)
    text = language.text(f"verification.check.{check.name}", limit=limit)
    verdict = language.text(f"verification.{'passed' if check.passed else 'failed'}")
    figures = (_told(value, language) for value in (check.expected, check.found))
    return [f"{check.id} {text}", *figures, verdict]


def _told(value: float, language: Language) -> str:
    """A figure with as many decimals as its size asks for; a sum's rounding is zero."""
    size = abs(value)
    return language.number(value, 1.0 if size >= 1000.0 else 0.01 if size >= 0.005 else 1.0)


def verification_json(checks: Sequence[Check]) -> dict[str, Any]:
    """Every check, and whether all passed."""
    return {
        "passed": all(check.passed for check in checks),
        "checks": [
            {
                "id": check.id,
                "name": check.name,
                "expected": check.expected,
                "found": check.found,
                "tolerance": check.tolerance,
                "passed": check.passed,
            }
            for check in checks
        ],
    }
