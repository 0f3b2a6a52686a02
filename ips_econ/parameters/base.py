"""What every TOML file has in common: one base class, one reader, one way to report problems.

The schemas of parameters and of scenarios share :class:`Strict`. :func:`read_toml` gives the
content together with the line of every key, and :func:`add_validation_problems` turns whatever
pydantic refuses into problems with file, line, key, what was found, what is allowed and the
nearest valid name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from ips_econ.errors import InputError, Problem, Problems, nearest_name

Key = str | int
KeyPath = tuple[Key, ...]

BYTE_ORDER_MARK = "\ufeff"

_KEY_PART = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*(\.|=|\]|$)""")
_TYPE_WORDS = {
    "bool_type": "true or false",
    "date_type": "a date such as 2026-06-01 (without quotation marks)",
    "dict_type": "a table",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "mapping_type": "a table",
    "model_type": "a table",
    "string_type": "a text in quotation marks",
    "tuple_type": "a list",
}


class Strict(BaseModel):
    """Base of all schemas: unknown keys refused, frozen, no coercion, no NaN or infinity.

    The docstring below an attribute becomes its description in the exported JSON Schema.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        revalidate_instances="always",
        use_attribute_docstrings=True,
        validate_default=True,
    )


@dataclass(frozen=True)
class TomlText:
    """A TOML file as read: its content, and its text (with a byte-order mark) to find lines in."""

    path: Path
    text: str
    content: dict[str, Any]

    def line(self, keys: Sequence[Key]) -> int | None:
        """Line (from 1) of the key, or of the nearest table around it that has a line."""
        return line_of(self.text.removeprefix(BYTE_ORDER_MARK), keys)


def read_toml(path: Path) -> TomlText:
    """A TOML file's content.

    Raises
    ------
    InputError
        If the file is missing, is a directory, cannot be read, is not UTF-8, is empty, or is not
        TOML (then with the line).
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("there is no such file", file=str(path)) from None
    except IsADirectoryError:
        raise InputError("this is a directory, not a TOML file", file=str(path)) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        kind = "this is a directory, not a TOML file" if path.is_dir() else "cannot be read"
        raise InputError(f"{kind} ({reason})", file=str(path)) from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            "the file is not UTF-8; save it as UTF-8", file=str(path), line=line
        ) from None
    plain = text.removeprefix(BYTE_ORDER_MARK)
    if not plain.strip():
        raise InputError("the file is empty", file=str(path))
    try:
        return TomlText(path, text, tomllib.loads(plain))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        message = re.sub(r"\s*\(at [^)]*\)", "", str(error))
        line = int(where.group(1)) if where else text.count("\n") + 1
        raise InputError(f"not valid TOML: {message}", file=str(path), line=line) from None


def line_of(text: str, keys: Sequence[Key]) -> int | None:
    """Line of a key in a TOML text: the longest beginning of ``keys`` that stands on a line.

    >>> line_of("[a]\\nx = 1\\n[[a.values]]\\ny = { z = 2 }", ("a", "values", 0, "y", "z"))
    4
    """
    lines = dict(_key_lines(text))
    path = tuple(keys)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _key_lines(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Every table header and key of a TOML text with its line; inline tables count as one key."""
    prefix: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    open_value = _OpenValue()
    for number, line in enumerate(text.splitlines(), start=1):
        if open_value.is_open:
            open_value.read(line)
            continue
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("[["):
            table, _ = _split_key(stripped[2:])
            array = _resolved(table, counts)
            counts[array] = counts.get(array, -1) + 1
            prefix = (*array, counts[array])
            if counts[array] == 0:
                yield array, number
            yield prefix, number
        elif stripped.startswith("["):
            table, _ = _split_key(stripped[1:])
            prefix = _resolved(table, counts)
            yield prefix, number
        else:
            key, value = _split_key(stripped)
            for length in range(1, len(key) + 1):
                yield prefix + key[:length], number
            open_value.read(value)


def _split_key(text: str) -> tuple[KeyPath, str]:
    """The dotted key at the beginning of ``text``, and what follows it."""
    parts: list[Key] = []
    position = 0
    while match := _KEY_PART.match(text, position):
        parts.append(match.group(1).strip("\"'"))
        position = match.end()
        if match.group(2) != ".":
            break
    return tuple(parts), text[position:]


def _resolved(table: KeyPath, counts: Mapping[KeyPath, int]) -> KeyPath:
    """A header's path with the index of the current element of each array of tables in it."""
    path: KeyPath = ()
    for position, part in enumerate(table):
        path = (*path, part)
        if path in counts and position < len(table) - 1:
            path = (*path, counts[path])
    return path


class _OpenValue:
    """Whether a value goes on over the next line (a list or a text of several lines)."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""

    @property
    def is_open(self) -> bool:
        return self.depth > 0 or len(self.quote) == 3

    def read(self, text: str) -> None:
        position = 0
        while position < len(text):
            character = text[position]
            triple = text[position : position + 3]
            if self.quote:
                if character == "\\" and self.quote[0] == '"':
                    position += 1
                elif text.startswith(self.quote, position):
                    position += len(self.quote) - 1
                    self.quote = ""
            elif triple in ('"""', "'''"):
                self.quote = triple
                position += 2
            elif character in "\"'":
                self.quote = character
            elif character == "#":
                break
            elif character in "[{":
                self.depth += 1
            elif character in "]}":
                self.depth -= 1
            position += 1
        if len(self.quote) == 1:
            self.quote = ""


def add_validation_problems(
    problems: Problems,
    error: ValidationError,
    model: type[BaseModel],
    content: object,
    *,
    toml: TomlText | None = None,
    prefix: KeyPath = (),
    key_prefix: str | None = None,
) -> None:
    """Add everything pydantic refused in ``content`` (read as ``model``) to ``problems``.

    Parameters
    ----------
    toml, prefix
        The file and the keys under which ``content`` stands in it, to find the lines.
    key_prefix
        What to print before the key instead of ``prefix``.
    """
    seen: dict[KeyPath, Problem] = {}
    for fault in error.errors(include_url=False):
        if fault["type"] == "too_short" and fault["input"]:
            continue  # the list has items; each faulty one is named by itself
        keys = _existing_keys(fault["loc"], content, missing=fault["type"] == "missing")
        problem = _problem(fault, keys, model)
        seen[keys] = _either(seen[keys], problem) if keys in seen else problem
    for keys, problem in seen.items():
        add_problem(
            problems,
            problem.message,
            keys,
            toml=toml,
            prefix=prefix,
            key_prefix=key_prefix,
            found=problem.found,
            allowed=problem.allowed,
            nearest=problem.nearest,
        )


def add_problem(
    problems: Problems,
    message: str,
    keys: KeyPath,
    *,
    toml: TomlText | None = None,
    prefix: KeyPath = (),
    key_prefix: str | None = None,
    **where: object,
) -> None:
    """Add one problem at ``prefix + keys``, with the line if ``toml`` is given."""
    before = key_prefix if key_prefix is not None else dotted(prefix)
    if toml is not None:
        where.setdefault("file", str(toml.path))
        where.setdefault("line", toml.line((*prefix, *keys)))
    key = ".".join(part for part in (before, dotted(keys)) if part)
    problems.add(message, key=key or None, **where)


def dotted(keys: Sequence[Key]) -> str:
    """Keys as a reader writes them, list positions counted from 1.

    >>> dotted(("wage", "values", 0, "unit"))
    'wage.values[1].unit'
    """
    text = ""
    for key in keys:
        text += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def _existing_keys(location: Sequence[Key], content: object, *, missing: bool) -> KeyPath:
    """A pydantic location without the names of union branches, which are not keys of the file."""
    keys: KeyPath = ()
    for position, part in enumerate(location):
        if isinstance(content, Mapping) and part in content:
            content = content[part]
        elif isinstance(content, list | tuple) and isinstance(part, int) and part < len(content):
            content = content[part]
        elif not (missing and position == len(location) - 1):
            continue
        keys = (*keys, part)
    return keys


def _problem(fault: Any, keys: KeyPath, model: type[BaseModel]) -> Problem:
    kind, found, context = fault["type"], fault.get("input"), fault.get("ctx", {})
    if kind == "extra_forbidden":
        owner = _model_at(model, keys[:-1]) or model
        names = [field.alias or name for name, field in owner.model_fields.items()]
        nearest = nearest_name(str(keys[-1]), names)
        return Problem(
            "unknown key", allowed=None if nearest else ", ".join(names), nearest=nearest
        )
    if kind == "missing":
        return Problem("a required key is missing")
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        return Problem(
            "not one of the allowed values",
            found=found,
            allowed=", ".join(allowed),
            nearest=nearest_name(found, allowed) if isinstance(found, str) else None,
        )
    if kind == "finite_number":
        return Problem("must be a finite number", found=found)
    if kind in _TYPE_WORDS:
        return Problem("wrong type", found=found, allowed=_TYPE_WORDS[kind])
    message = str(context["error"]) if "error" in context else fault["msg"]
    message = message.removeprefix("Value error, ").removeprefix("Input ")
    return Problem(message, found=None if isinstance(found, Mapping | BaseModel) else found)


def _either(first: Problem, second: Problem) -> Problem:
    """One problem for a value that fits none of several types."""
    message, allowed = first.message, first.allowed
    if second.message not in message:
        message = f"{message}, or {second.message}"
    if allowed and second.allowed and second.allowed not in allowed:
        allowed = f"{allowed}, or {second.allowed}"
    return Problem(message, found=first.found, allowed=allowed, nearest=first.nearest)


def _model_at(model: type[BaseModel], keys: Sequence[Key]) -> type[BaseModel] | None:
    """The schema that describes the table at ``keys``."""
    owner: type[BaseModel] | None = model
    for key in keys:
        if owner is None or isinstance(key, int):
            continue
        for name, field in owner.model_fields.items():
            if key in (name, field.alias):
                owner = _model_in(field.annotation)
                break
    return owner


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if found := _model_in(argument):
            return found
    return None
