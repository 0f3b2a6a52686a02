"""The error tree. Messages are public: clear, gentle, concise, thorough, actionable.

IpsEconError                 1  something a user can act on; one line on stderr
├── InputError               2  what the user wrote cannot be used; holds every problem found
├── RunError                 1  the run itself failed (disk full, identity broken)
└── Interrupted            130  stopped by the user; finished blocks are kept for --resume

No traceback reaches a user unless ``--debug``. All problems of one input are gathered in
:class:`Problems` and raised together.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class IpsEconError(Exception):
    """Base of every error shown to a user without a traceback."""

    exit_code = 1


class RunError(IpsEconError):
    """The run failed: what failed, and what to do."""


class Interrupted(IpsEconError):
    """Stopped by the user; what was finished is kept."""

    exit_code = 130


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where it stands, what was found, what is allowed."""

    message: str
    file: str | None = None
    line: int | None = None
    key: str | None = None
    found: object = None
    allowed: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        text = f"{where}: " if where else ""
        text += f"{self.key}: " if self.key else ""
        text += self.message
        if self.found is not None:
            text += f"; found {self.found!r}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.nearest:
            text += f"; did you mean {self.nearest!r}?"
        return text


class InputError(IpsEconError):
    """What the user wrote cannot be used; every problem found, one per line."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem] | str, **where: object) -> None:
        if isinstance(problems, str):
            problems = [Problem(problems, **where)]  # type: ignore[arg-type]
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Problems:
    """Gathers problems so that they are reported all at once."""

    def __init__(self, file: str | Path | None = None) -> None:
        self.file = str(file) if file is not None else None
        self.found: list[Problem] = []

    def add(self, message: str, **where: object) -> None:
        """Note one problem; ``where`` are the other fields of :class:`Problem`."""
        where.setdefault("file", self.file)
        self.found.append(Problem(message, **where))  # type: ignore[arg-type]

    def raise_if_any(self) -> None:
        """Raise :class:`InputError` with everything gathered."""
        if self.found:
            raise InputError(self.found)


def nearest_name(name: str, names: Iterable[str]) -> str | None:
    """The valid name closest to a misspelt one, or ``None`` if none is close."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return close[0] if close else None
