"""What every page is made with: templates, style and script."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).with_name("templates")
_BREAKS = re.compile(r"(?<=[−+])(?=€)|(?<=\d)(?=[–…][\d−+])|(?<=\d[–…])(?=[\d−+])")
"""Places inside a printed number or range where a line must not break."""


def _unbroken(value: Any) -> Any:
    """A sign and the euro after it, and the two ends of a range, stay on one line of a page."""
    return _BREAKS.sub("\u2060", value) if type(value) is str else value


@lru_cache
def environment() -> Environment:
    """The templates of all pages."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_unbroken,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache
def assets() -> dict[str, Any]:
    """Style and script that every page carries."""
    from markupsafe import Markup

    return {
        "css": Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),
        "script": Markup((_TEMPLATES / "report.js").read_text(encoding="utf-8")),
    }
