"""Every text a person reads, by key, and numbers, euros and dates as each language writes them.

The texts stand in ``_texts/<language>.toml``, one file a language, the same keys in each; the
Finnish (later Swedish) titles of parameters in ``_texts/parameter_titles/<language>.toml``, while
the English ones are the ``title`` in ``parameters/``. A new language is two new files. Machine
files never pass through here: their keys and columns are English in every language.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ips_econ.errors import InputError, nearest_name

TEXTS = Path(__file__).with_name("_texts")
SOURCE_LANGUAGE = "en"
"""The language of ``parameters/``, of machine keys and of the program's own messages."""


@dataclass(frozen=True)
class Language:
    """One language: its texts by dotted key and its way of writing numbers."""

    code: str
    texts: Mapping[str, str]
    titles: Mapping[str, str]

    def text(self, key: str, **values: object) -> str:
        """The text of ``key`` with its ``{placeholders}`` filled."""
        return self.texts[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether the catalogue holds ``key``."""
        return key in self.texts

    def name(self, group: str, identifier: str) -> str:
        """What people call a machine key, e.g. ``name("payer", "state")``; else the key itself."""
        return self.texts.get(f"{group}.{identifier}", identifier)

    def heading(self, group: str, identifier: str) -> str:
        """:meth:`name` with a capital letter."""
        name = self.name(group, identifier)
        return name[:1].upper() + name[1:]

    def parameter_title(self, identifier: str, english: str | None = None) -> str:
        """Title of a parameter; of an entry of its table, the title and the entry's name.

        A title this language lacks falls back to the id, never to another language.
        """
        if self.code == SOURCE_LANGUAGE and english:
            return english
        if identifier in self.titles:
            return self.titles[identifier]
        parent, _, entry = identifier.rpartition(".")
        if parent in self.titles:
            return f"{self.titles[parent]}: {self.name('entry', entry)}"
        return identifier

    def number(self, value: float, step: float = 1.0, *, signed: bool = False) -> str:
        """``value`` rounded to a multiple of ``step``; ``signed`` puts a plus before gains.

        >>> load_language("fi").number(-12345.6, 100).replace("\\xa0", " ")
        '−12 300'
        >>> load_language("en").number(0.125, 0.05, signed=True)
        '+0.10'
        """
        if not math.isfinite(value):
            raise ValueError(f"only finite numbers are printed: {value}")
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        rounded = round(value / step) * step
        digits = f"{abs(rounded):,.{decimals}f}"
        digits = digits.translate(
            {ord(","): self.texts["format.group"], ord("."): self.texts["format.decimal"]}
        )
        return self._sign(rounded, signed) + digits

    def percent(self, share: float, step: float = 1.0, *, signed: bool = False) -> str:
        """A share as per cent, rounded to ``step`` percentage points."""
        return self.text("format.percent", number=self.number(100 * share, step, signed=signed))

    def probability(self, probability: float) -> str:
        """A probability in whole per cent, never rounded into certainty.

        >>> load_language("en").probability(0.9993)
        'over 99%'
        """
        if probability < 0.01:
            return self.text("format.under", value=self.percent(0.01))
        if probability > 0.99:
            return self.text("format.over", value=self.percent(0.99))
        return self.percent(probability)

    def euros(self, value: float, step: float = 1.0, *, signed: bool = False) -> str:
        """Euros with the sign of the currency where the language puts it."""
        rounded = round(value / step) * step
        return self.text(
            "format.euro",
            sign=self._sign(rounded, signed),
            number=self.number(abs(value), step),
        )

    def law(self, day: date, reform: str = "none") -> str:
        """The law of a date, with the name of a reform that is laid over it."""
        if reform == "none":
            return self.date(day)
        return self.text(
            "reform.laid_over", date=self.date(day), reform=self.name("reform", reform)
        )

    def date(self, day: date) -> str:
        """A calendar date."""
        return self.text(
            "format.date",
            day=day.day,
            month=day.month,
            month_name=self.texts[f"month.{day.month}"],
            year=day.year,
        )

    def listing(self, items: Sequence[str]) -> str:
        """Items joined as in a sentence: a, b and c."""
        if len(items) < 2:
            return "".join(items)
        start = self.texts["format.list_separator"].join(items[:-1])
        return start + self.texts["format.list_last"] + items[-1]

    def _sign(self, rounded: float, signed: bool) -> str:
        if rounded < 0:
            return self.texts["format.minus"]
        return self.texts["format.plus"] if signed and rounded > 0 else ""


def rounding_step(low: float | None, high: float | None, value: float | None = None) -> float:
    """The coarsest step of 1 or 5 times a power of ten that cuts an interval in at least 20.

    Without an interval, three significant digits of ``value``.

    >>> rounding_step(-6483.0, 4021.0), rounding_step(0.21, 0.42)
    (500.0, 0.01)
    """
    if low is not None and high is not None and high > low:
        largest = (high - low) / 20
        power = 10.0 ** math.floor(math.log10(largest) + 1e-9)
        return 5 * power if 5 * power <= largest * (1 + 1e-9) else power
    if not value:
        return 1.0
    return float(10.0 ** (math.floor(math.log10(abs(value)) + 1e-9) - 2))


def languages() -> tuple[str, ...]:
    """Codes of the languages that have a catalogue."""
    return tuple(sorted(path.stem for path in TEXTS.glob("??.toml")))


@lru_cache
def load_language(code: str) -> Language:
    """The catalogue of a language.

    Raises
    ------
    InputError
        when no catalogue exists for ``code``.
    """
    available = languages()
    if code not in available:
        raise InputError(
            "there are no texts in this language yet",
            key="language",
            found=code,
            allowed=", ".join(available),
            nearest=nearest_name(code, available),
        )
    titles = TEXTS / "parameter_titles" / f"{code}.toml"
    return Language(
        code=code,
        texts=MappingProxyType(_read(TEXTS / f"{code}.toml")),
        titles=MappingProxyType(_read(titles) if titles.is_file() else {}),
    )


@lru_cache
def swedish_municipality_names() -> Mapping[str, str]:
    """Finnish name of each municipality by its Swedish name, where the two differ."""
    path = TEXTS / "municipality_names_sv.toml"
    return MappingProxyType(tomllib.loads(path.read_text(encoding="utf-8")))


def _read(path: Path) -> dict[str, str]:
    return dict(_flatten(tomllib.loads(path.read_text(encoding="utf-8")), ""))


def _flatten(node: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
