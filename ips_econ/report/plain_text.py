"""Text for a terminal or an email: aligned columns and broken lines, at most 80 columns wide."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 80


def plain(text: str) -> str:
    """Only characters that every Western code page has: an older Windows console prints it too."""
    return text.replace("\u2212", "-").replace("\u00a0", " ")


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side; a heading with no room beside its cells takes lines of its own."""
    columns = range(1, len(rows[0]))
    widths = [max(len(row[column]) for row in rows) for column in columns]
    room = WIDTH - sum(widths) - 2 * len(widths)
    first = max(0, min(room, max(len(row[0]) for row in rows)))
    text = []
    for row in rows:
        heading = row[0]
        if len(heading) > first:
            text += wrapped(heading).split("\n")
            heading = ""
        cells = "".join(f"  {row[column]:>{widths[column - 1]}}" for column in columns)
        if heading or cells.strip():
            text.append(f"{heading:<{first}}{cells}".rstrip())
    return "\n".join(text)


def wrapped(text: str) -> str:
    """Text broken at spaces into lines of at most 80 columns, its indent kept."""
    indent = " " * (len(text) - len(text.lstrip(" ")))
    lines = [indent]
    for word in filter(None, text.split(" ")):
        if lines[-1].strip() and len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(indent + word)
        else:
            lines[-1] += f" {word}" if lines[-1].strip() else word
    return "\n".join(lines)
