"""What scenario files and ``--set`` say, one layer over the other, before anything is filled in.

A setting is a scenario key with what was written for it and where. Keys are settled one by one:
``population.mean_age`` of a scenario replaces that of the scenario it extends. A table of shares
is one setting and replaces the whole table; ``--set population.diagnosis.psychosis=0.6`` changes
one share of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ips_econ.errors import Problems, nearest_name
from ips_econ.parameters.base import TomlText
from ips_econ.scenario.regions import region, region_id
from ips_econ.scenario.schema import PARAMETER_BEHIND, SECTIONS, Scenario

Keys = tuple[str, ...]
SET = "--set"
OWN_KEYS = ("id", "name", "extends")
"""Keys that are never inherited: two scenarios with one id would share a run directory."""


@dataclass(frozen=True)
class Written:
    """A value, the keys under which it was written, and where.

    ``source`` is a file's text, or a word for what is no file: ``--set``, ``--lang``,
    ``extends``, ``region data``, ``parameters``, ``default``.
    """

    value: Any
    keys: Keys
    source: TomlText | str

    @property
    def file(self) -> str:
        """The file's path, or the word for what is no file."""
        return self.source if isinstance(self.source, str) else str(self.source.path)

    def line(self, deeper: Keys = ()) -> int | None:
        """Line of the key, or of a key inside its value."""
        if isinstance(self.source, str):
            return None
        return self.source.line((*self.keys, *deeper))

    @property
    def origin(self) -> str:
        """``file:line``, or the word for what is no file."""
        line = self.line()
        return f"{self.file}:{line}" if line else self.file


Settings = dict[Keys, Written]


@dataclass(frozen=True)
class Change:
    """One ``--set``: keys, value, and the keys below a setting if only a part of it changes."""

    keys: Keys
    deeper: Keys
    value: Any


def stacked(layers: Sequence[TomlText | str]) -> Settings:
    """The settings of a chain, the lowest layer first, higher layers replacing lower ones.

    The figures of one region never pass to another: when a layer names a different region, the
    ``[region]`` keys below it are dropped.
    """
    settings: Settings = {}
    for position, layer in enumerate(layers):
        if isinstance(layer, str):
            keys = ("region", "name")
            settings[keys] = Written(region(layer).fi, keys, "extends")
            continue
        own = dict(settings_of(layer))
        if position < len(layers) - 1:
            own = {keys: written for keys, written in own.items() if keys[0] not in OWN_KEYS}
        settings = laid_over(settings, own)
    return settings


def laid_over(below: Settings, above: Mapping[Keys, Written]) -> Settings:
    """One layer over another.

    A new region drops the old region's figures. A scenario key and the parameter that says the
    same (:data:`PARAMETER_BEHIND`) replace each other.
    """
    before, after = below.get(("region", "name")), above.get(("region", "name"))
    if before and after and not _same_region(before.value, after.value):
        below = {keys: written for keys, written in below.items() if keys[0] != "region"}
    replaced = {twin for keys in above if (twin := _twin(keys)) is not None}
    return {**{keys: written for keys, written in below.items() if keys not in replaced}, **above}


def settings_of(toml: TomlText) -> Iterator[tuple[Keys, Written]]:
    """Every setting of a scenario file. Parameter ids may be quoted, dotted or in a table."""
    for key, value in toml.content.items():
        if key == "parameters" and isinstance(value, dict):
            for id, override, keys in _overrides(value):
                yield ("parameters", id), Written(override, ("parameters", *keys), toml)
        elif key in SECTIONS and isinstance(value, dict):
            for name, inner in value.items():
                yield (key, name), Written(inner, (key, name), toml)
        else:
            yield (key,), Written(value, (key,), toml)


def read_changes(
    problems: Problems, sets: Iterable[str], parameter_ids: Iterable[str]
) -> list[Change]:
    """The changes of ``--set key.path=value``, in order; notes those that name nothing known.

    A key is a scenario key, or a parameter id with or without ``parameters.`` before it; where
    both exist the scenario key is meant. A value is TOML; what is not TOML is a text.
    """
    ids = frozenset(parameter_ids)
    changes = []
    for text in sets:
        key, equals, value = text.partition("=")
        keys = _key_path(key)
        if not equals or keys is None:
            problems.add("not of the form key.path=value", file=SET, found=text)
            continue
        placed = _placed(keys, ids)
        if placed is None:
            nearest = nearest_name(key.strip(), (*_scenario_keys(), *ids))
            message, known = "neither a scenario key nor a parameter", key.strip()
            problems.add(message, file=SET, key=known, nearest=nearest)
            continue
        changes.append(Change(*placed, _toml_value(value)))
    return changes


def _twin(keys: Keys) -> Keys | None:
    """The parameter behind a scenario key, or the scenario key before a parameter."""
    if keys[0] != "parameters":
        behind = PARAMETER_BEHIND.get(".".join(keys))
        return ("parameters", behind.id) if behind else None
    for key, behind in PARAMETER_BEHIND.items():
        if keys[1:] == (behind.id,):
            return tuple(key.split("."))
    return None


def _same_region(one: object, other: object) -> bool:
    first, second = (region_id(str(name)) or str(name).strip().casefold() for name in (one, other))
    return first == second


def _overrides(table: Mapping[str, Any]) -> Iterator[tuple[str, Any, Keys]]:
    """Parameter id, what is written for it, and the keys under which it stands."""
    for key, value in table.items():
        if "." in key or not isinstance(value, dict):
            yield key, value, (key,)
        else:
            for name, inner in value.items():
                yield f"{key}.{name}", inner, (key, name)


def _key_path(key: str) -> Keys | None:
    """The parts of a dotted key, quoted parts kept whole; ``None`` if it is no key."""
    if not key.strip() or "\n" in key:
        return None
    try:
        inner: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return None
    parts: list[str] = []
    while isinstance(inner, dict):
        part, inner = next(iter(inner.items()))
        parts.append(part)
    return tuple(parts)


def _toml_value(text: str) -> Any:
    """The value as TOML reads it, or the text itself where it is not one TOML value."""
    try:
        content = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        content = {}
    return content["value"] if set(content) == {"value"} else text.strip()


def _placed(keys: Keys, ids: frozenset[str]) -> tuple[Keys, Keys] | None:
    """The setting a key belongs to, and the keys below it; ``None`` if it names nothing."""
    if keys[0] == "parameters":
        parts = ".".join(keys[1:]).split(".")
        return ("parameters", ".".join(parts[:2])), tuple(parts[2:])
    if ".".join(keys) not in _scenario_keys():
        parts = ".".join(keys).split(".")
        if ".".join(parts[:2]) in ids:
            return ("parameters", ".".join(parts[:2])), tuple(parts[2:])
    if keys[0] in SECTIONS and len(keys) > 1:
        return (keys[:2], keys[2:]) if ".".join(keys[:2]) in _scenario_keys() else None
    if keys[0] in Scenario.model_fields:
        return keys[:1], keys[1:]
    return None


def _scenario_keys() -> frozenset[str]:
    keys = {name for name in Scenario.model_fields if name not in (*SECTIONS, "parameters")}
    for section in SECTIONS:
        model = Scenario.model_fields[section].annotation
        keys |= {f"{section}.{name}" for name in getattr(model, "model_fields", {})}
    return frozenset(keys)
