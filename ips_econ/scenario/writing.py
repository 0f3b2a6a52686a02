"""A scenario written as a file: TOML with comments, short, building on another scenario."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable, Table

from ips_econ.errors import Problems
from ips_econ.scenario.files import scenario_names
from ips_econ.scenario.layers import Keys, read_changes
from ips_econ.scenario.loading import LoadedScenario
from ips_econ.scenario.regions import slug


@dataclass(frozen=True)
class Parameter:
    """An override to write: id, its keys, and a comment on the line above."""

    id: str
    content: Mapping[str, Any]
    comment: str


@dataclass(frozen=True)
class Written:
    """What a scenario file is to say.

    ``sections`` are keys by section; ``correlations`` pairs of ids with their rank; ``facts`` a
    table at the end, with its name.
    """

    comment: Sequence[str]
    id: str
    name: str
    extends: str
    sections: Mapping[Keys, Any]
    parameters: Sequence[Parameter]
    correlations: Sequence[tuple[str, str, float]]
    facts: tuple[str, Mapping[str, Any]]


def scenario_text(written: Written) -> str:
    """The file's text."""
    document = tomlkit.document()
    for line in written.comment:
        document.add(tomlkit.comment(line))
    for key in ("id", "name", "extends"):
        document.add(key, getattr(written, key))
    tables: dict[str, Table] = {}
    for keys, value in written.sections.items():
        if len(keys) == 1:
            document.add(keys[0], inline(value))
            continue
        tables.setdefault(keys[0], tomlkit.table()).add(keys[1], inline(value))
    parameters = tables.setdefault("parameters", tomlkit.table())
    for parameter in written.parameters:
        parameters.add(tomlkit.comment(parameter.comment))
        parameters.add(tomlkit.key(parameter.id), inline(parameter.content))
    for name, table in tables.items():
        document.add(name, table)
    if written.correlations:
        pairs = tomlkit.aot()
        for first, second, rank in written.correlations:
            pair = tomlkit.table()
            pair.add("between", inline([first, second]))
            pair.add("rank", rank)
            pairs.append(pair)
        document.add("correlation", pairs)
    name, facts = written.facts
    table = tomlkit.table()
    for key, value in facts.items():
        table.add(key, inline(value))
    document.add(name, table)
    return tomlkit.dumps(document)


def inline(value: Any) -> Any:
    """A value with tables and lists of tables written inline."""
    if isinstance(value, Mapping):
        table: InlineTable = tomlkit.inline_table()
        for key, inner in value.items():
            table.append(key, inline(inner))
        return table
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        for inner in value:
            array.append(inline(inner))
        if any(isinstance(inner, Mapping) for inner in value):
            array.multiline(True)
        return array
    return value


def reference(name: str, path: Path, out: Path) -> str:
    """How a scenario in ``out`` names the one it extends: a shipped name, or a relative path."""
    if slug(name) in scenario_names() and path.stem == slug(name):
        return slug(name)
    try:
        relative = os.path.relpath(path.resolve(), out.resolve().parent)
    except ValueError:  # another drive of Windows
        return str(path.resolve())
    text = Path(relative).as_posix()
    return text if "/" in text else f"./{text}"


def changed_settings(
    sets: Iterable[str], loaded: LoadedScenario, parameter_ids: Iterable[str]
) -> dict[Keys, Any]:
    """What ``--set`` changed, as the resolved scenario says it: a part of a table as the table."""
    content = loaded.scenario.model_dump(mode="python")
    settings = {}
    for change in read_changes(Problems(), sets, parameter_ids):
        value: Any = content
        for key in change.keys:
            value = value[key]
        settings[change.keys] = value
    return settings
