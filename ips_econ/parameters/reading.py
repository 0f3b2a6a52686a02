"""Reading a tree of parameter files: every problem of every file is gathered before it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from ips_econ.errors import InputError, Problem, Problems, nearest_name
from ips_econ.parameters.base import (
    KeyPath,
    TomlText,
    add_problem,
    add_validation_problems,
    read_toml,
)
from ips_econ.parameters.checks import check_parameter
from ips_econ.parameters.copula import copula
from ips_econ.parameters.schema import (
    Correlation,
    CorrelationFile,
    Parameter,
    SourceRecord,
)

NOT_PARAMETERS = frozenset({"regions"})
"""Folders beside the groups whose files have a shape of their own."""
NEVER_READ = frozenset({"check", "context", "municipalities"})
"""Groups that no run reads: published checks, background, and what a region's figures are averages
of (only a single budget asks for one municipality)."""
NEVER_DRAWN = frozenset({"tax_benefit", "prices"}) | NEVER_READ
"""Groups that are never uncertain in a run: the law, published checks, background, indices."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
Model = TypeVar("Model", bound=BaseModel)


class Tree(NamedTuple):
    """What a tree of parameter files holds."""

    parameters: dict[str, Parameter]
    sources: dict[str, SourceRecord]
    correlations: tuple[Correlation, ...]


def read_tree(directory: Path) -> Tree:
    """Read and check ``<group>/*.toml``, ``sources.toml`` and ``correlations.toml``.

    Raises
    ------
    InputError
        With every problem of every file: file, line, key, found, allowed, nearest.
    """
    if not directory.is_dir():
        raise InputError("there is no such directory of parameters", file=str(directory))
    problems = Problems()
    sources = _read_sources(problems, directory / "sources.toml")
    placed = dict(_read_parameters(problems, directory))
    correlations = _read_correlations(problems, directory / "correlations.toml", placed)
    indices = {id: place for id, place in placed.items() if place.parameter.is_price_index}
    for place in placed.values():
        _check_references(problems, place, placed, indices, sources)
    problems.raise_if_any()
    return Tree({id: placed[id].parameter for id in sorted(placed)}, sources, correlations)


def is_never_drawn(id: str, parameter: Parameter) -> bool:
    """Whether a parameter is constant in every run."""
    return id.split(".")[0] in NEVER_DRAWN or parameter.kind == "statute"


class _Placed(NamedTuple):
    """A parameter and where it stands."""

    parameter: Parameter
    toml: TomlText
    name: str


def _read(problems: Problems, path: Path) -> TomlText | None:
    try:
        return read_toml(path)
    except InputError as error:
        problems.found.extend(error.problems)
        return None


def _read_sources(problems: Problems, path: Path) -> dict[str, SourceRecord]:
    toml = _read(problems, path)
    records = {}
    for key, content in (toml.content if toml else {}).items():
        record = _validated(problems, SourceRecord, content, toml, (key,))
        if record is not None:
            records[key] = record
    return records


def _read_parameters(problems: Problems, directory: Path) -> Iterator[tuple[str, _Placed]]:
    groups = sorted(path for path in directory.iterdir() if path.is_dir())
    for stray in sorted(directory.glob("*.toml")):
        if stray.name not in ("sources.toml", "correlations.toml", "fitted.toml"):
            problems.add("parameters stand in a folder named after their group", file=str(stray))
    first: dict[str, TomlText] = {}
    for group in groups:
        if group.name in NOT_PARAMETERS or group.name.startswith((".", "_")):
            continue
        for path in sorted(group.glob("*.toml")):
            toml = _read(problems, path)
            for name, content in (toml.content if toml else {}).items():
                assert toml is not None
                id = f"{group.name}.{name}"
                if not _NAME.fullmatch(name):
                    rule = "small letters, digits and underscores, a letter first"
                    add_problem(problems, "not a valid name", (name,), toml=toml, allowed=rule)
                if id in first:
                    message = f"this parameter stands already in {first[id].path}"
                    add_problem(problems, message, (name,), toml=toml)
                    continue
                first[id] = toml
                parameter = _validated(problems, Parameter, content, toml, (name,))
                if parameter is not None:
                    check_parameter(problems, parameter, toml=toml, prefix=(name,))
                    yield id, _Placed(parameter, toml, name)


def _read_correlations(
    problems: Problems, path: Path, placed: Mapping[str, _Placed]
) -> tuple[Correlation, ...]:
    if not path.exists():
        return ()
    toml = _read(problems, path)
    file = _validated(problems, CorrelationFile, toml.content, toml, ()) if toml else None
    before = len(problems.found)
    correlations = file.correlation if file else ()
    parameters = {id: place.parameter for id, place in placed.items()}
    for position, fault in correlation_faults([c.between for c in correlations], parameters):
        keys: KeyPath = ("correlation", position, "between")
        add_problem(
            problems, fault.message, keys, toml=toml, found=fault.found, nearest=fault.nearest
        )
    if len(problems.found) == before:
        try:
            copula({pair.between: pair.rank for pair in correlations})
        except InputError as error:
            problems.found.extend(replace(fault, file=str(path)) for fault in error.problems)
    return correlations


def correlation_faults(
    pairs: Sequence[tuple[str, str]], parameters: Mapping[str, Parameter]
) -> Iterator[tuple[int, Problem]]:
    """What is wrong with pairs of parameters that are to be correlated, with their positions."""
    seen: set[frozenset[str]] = set()
    for position, between in enumerate(pairs):
        for id in between:
            if id not in parameters:
                nearest = nearest_name(id, parameters)
                yield position, Problem("unknown parameter", found=id, nearest=nearest)
            elif not any(entry.form == "value" for entry in parameters[id].values):
                yield position, Problem("only single numbers can be correlated", found=id)
            elif is_never_drawn(id, parameters[id]):
                yield position, Problem("this parameter is never drawn", found=id)
        pair = frozenset(between)
        if len(pair) == 1:
            yield position, Problem("a parameter with itself")
        if pair in seen:
            yield position, Problem("this pair stands twice")
        seen.add(pair)


def _validated(
    problems: Problems,
    model: type[Model],
    content: object,
    toml: TomlText | None,
    prefix: KeyPath,
) -> Model | None:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        add_validation_problems(problems, error, model, content, toml=toml, prefix=prefix)
        return None


def _check_references(
    problems: Problems,
    place: _Placed,
    placed: Mapping[str, _Placed],
    indices: Mapping[str, _Placed],
    sources: Mapping[str, SourceRecord],
) -> None:
    parameter, toml, name = place

    def unknown(message: str, keys: KeyPath, found: str, names: Mapping[str, object]) -> None:
        nearest = nearest_name(found, names)
        add_problem(problems, message, (name, *keys), toml=toml, found=found, nearest=nearest)

    if parameter.price_index is not None and parameter.price_index not in indices:
        unknown("unknown price index", ("price_index",), parameter.price_index, indices)
    if parameter.after_last.startswith("index:"):
        index = parameter.after_last.removeprefix("index:")
        if index not in indices:
            unknown("unknown index", ("beyond_last",), index, indices)
    for position, entry in enumerate(parameter.values):
        if entry.payer_schedule is not None and entry.payer_schedule not in placed:
            keys: KeyPath = ("values", position, "payer_schedule")
            unknown("unknown payer schedule", keys, entry.payer_schedule, placed)
        source = entry.source
        if source is None:
            continue
        if source.key is not None and source.key not in sources:
            keys = ("values", position, "source")
            unknown("unknown source key", keys, source.key, sources)
