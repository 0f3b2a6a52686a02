"""From a scenario's name or path to the resolved scenario.

Precedence: ``--set`` stands over the scenario, the scenario over what it extends, that over the
region's statistics, and those over ``parameters/``. ``--lang`` stands over ``language``.

Everything wrong with a scenario is reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from ips_econ.errors import InputError, Problem, Problems
from ips_econ.parameters.base import TomlText, add_validation_problems
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.scenario.defaults import (
    DEFAULT,
    HOME,
    PARAMETERS,
    defaults,
    in_finland,
    is_home,
)
from ips_econ.scenario.files import checksum, find_scenario, read_chain
from ips_econ.scenario.layers import (
    SET,
    Change,
    Keys,
    Settings,
    Written,
    laid_over,
    read_changes,
    stacked,
)
from ips_econ.scenario.ranges import with_percent_advice, with_range
from ips_econ.scenario.regions import NATIONAL, RegionData, region
from ips_econ.scenario.schema import PARAMETER_BEHIND, SECTIONS, Scenario

REGION_NAMES = "Finland, Helsinki or a wellbeing services county"
LANG = "--lang"


@dataclass(frozen=True)
class LoadedScenario:
    """A resolved scenario with all that a run needs to know about it.

    Attributes
    ----------
    scenario
        Every key filled in, checked and frozen.
    library
        The parameters, with the scenario's overrides applied. A scenario key that says the same
        as a parameter (``comparator.substitution``, ``programme.support_months`` …) has replaced
        that parameter, so that draws and scenario agree.
    region
        The region's statistics; the national ones for a site abroad.
    files
        Path and SHA-256 of every scenario file and region file read.
    origin
        Key (``population.mean_age``, ``parameters.effect.competitive_work_ratio``) to where its
        value comes from: ``file:line``, ``--set``, ``region data``, ``region data (national)``,
        ``parameters`` or ``default``.
    overridden
        Ids of the parameters that the scenario replaced.
    """

    scenario: Scenario
    library: ParameterLibrary
    region: RegionData
    files: tuple[tuple[str, str], ...]
    origin: Mapping[str, str]
    overridden: tuple[str, ...]


def load_scenario(
    name_or_path: str | Path,
    sets: Sequence[str] = (),
    language: str | None = None,
    library: ParameterLibrary | None = None,
) -> LoadedScenario:
    """Read, resolve and check a scenario.

    Parameters
    ----------
    name_or_path
        A shipped scenario's name (``lappi``) or the path of a file.
    sets
        ``key.path=value`` as given with ``--set``.
    language
        As given with ``--lang``.
    library
        The parameters to build on, by default the shipped ones.

    Raises
    ------
    InputError
        With every problem found: file, line, key, found, allowed, nearest valid name.
    """
    library = load_library() if library is None else library
    chain = read_chain(find_scenario(str(name_or_path)))
    return resolve(chain, library, sets, language)


def resolve(
    chain: Sequence[TomlText | str],
    library: ParameterLibrary,
    sets: Sequence[str] = (),
    language: str | None = None,
) -> LoadedScenario:
    """Resolve and check layers already read, the lowest first (see :func:`load_scenario`)."""
    problems = Problems()
    changes = read_changes(problems, sets, library.parameters)
    settings = laid_over(
        stacked(chain),
        {
            change.keys: Written(change.value, change.keys, SET)
            for change in changes
            if not change.deeper
        },
    )
    if language is not None:
        settings[("language",)] = Written(language, ("language",), LANG)
    _require(problems, settings, chain)
    place = _region(problems, settings)
    parts = [change for change in changes if change.deeper]
    _change_parts(problems, settings, [part for part in parts if part.keys[0] == "parameters"])
    library = _with_parameters(problems, settings, library)
    settings = {**defaults(problems, settings, place, library), **settings}
    _change_parts(problems, settings, [part for part in parts if part.keys[0] != "parameters"])
    scenario = _validated(problems, settings, library)
    if scenario is not None:
        library = _with_keys(problems, settings, scenario, library)
        library = _with_correlations(problems, settings, scenario, library)
    problems.found.sort(key=lambda problem: (problem.file or "", problem.line or 0))
    problems.raise_if_any()
    assert scenario is not None
    return LoadedScenario(
        scenario=scenario,
        library=library,
        region=place,
        files=_files(chain, place),
        origin=MappingProxyType(_origins(scenario, settings)),
        overridden=library.overridden,
    )


def _require(problems: Problems, settings: Settings, chain: Sequence[TomlText | str]) -> None:
    """A scenario needs an id of its own and a region."""
    top = chain[-1]
    file = top if isinstance(top, str) else str(top.path)
    if ("id",) not in settings:
        allowed = "a short name such as my-county"
        problems.add("a required key is missing", file=file, key="id", allowed=allowed)
    if ("region", "name") not in settings and ("region",) not in settings:
        problems.add(
            "a required key is missing (or extends, with a region or scenario)",
            file=file,
            key="region.name",
            allowed=REGION_NAMES,
        )


def _region(problems: Problems, settings: Settings) -> RegionData:
    """The region's statistics; national ones abroad, or while the region is unknown.

    The name and country are settled in the form the rest of the program knows.
    """
    country = settings.get(("region", "country"))
    if country is not None and is_home(country.value):
        settings[("region", "country")] = replace(country, value=HOME)
    written = settings.get(("region", "name"))
    if written is None or not isinstance(written.value, str) or not in_finland(settings):
        return region(NATIONAL)
    try:
        place = region(written.value)
    except InputError as error:
        for problem in error.problems:
            problems.found.append(
                replace(problem, file=written.file, line=written.line(), key="region.name")
            )
        return region(NATIONAL)
    names = {name.casefold(): name for name in (place.en, place.sv, place.fi)}
    name = names.get(written.value.strip().casefold(), place.fi)
    settings[("region", "name")] = replace(written, value=name)
    return place


def _change_parts(problems: Problems, settings: Settings, parts: Sequence[Change]) -> None:
    """Change keys inside a setting, such as one share of a table of shares."""
    for part in parts:
        written = settings.get(part.keys)
        before = written.value if written else {}
        if part.keys[0] == "parameters" and not isinstance(before, dict):
            before = {"value": before}
        if isinstance(before, dict):
            changed = _with(before, part.deeper, part.value)
            settings[part.keys] = Written(changed, part.keys, SET)
        else:
            key = ".".join((*part.keys, *part.deeper))
            problems.add("there are no keys below this one", file=SET, key=key, found=before)


def _with(table: Mapping[str, Any], keys: Keys, value: Any) -> dict[str, Any]:
    """A copy of a nested table with one value changed."""
    if len(keys) > 1:
        inner = table.get(keys[0])
        value = _with(inner if isinstance(inner, dict) else {}, keys[1:], value)
    return {**table, keys[0]: value}


def _with_parameter_hint(problem: Problem, library: ParameterLibrary) -> Problem:
    """A key that is a parameter's id says how a parameter is changed."""
    if not problem.message.startswith("unknown key") or problem.key not in library.parameters:
        return problem
    message = f'this is a parameter: under [parameters] write "{problem.key}" = …'
    return replace(problem, message=message, allowed=None, nearest=None)


def _validated(
    problems: Problems, settings: Settings, library: ParameterLibrary
) -> Scenario | None:
    """The resolved scenario, or ``None`` after noting everything the schema refuses."""
    content: dict[str, Any] = {section: {} for section in SECTIONS}
    content |= {keys[0]: written.value for keys, written in settings.items() if len(keys) == 1}
    for keys, written in settings.items():
        if len(keys) == 2 and isinstance(content[keys[0]], dict):
            content[keys[0]] = {**content[keys[0]], keys[1]: written.value}
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        refused = Problems()
        add_validation_problems(refused, error, Scenario, content)
        noted = {problem.key for problem in problems.found}
        problems.found.extend(
            _at_its_place(_with_parameter_hint(with_range(problem), library), settings)
            for problem in refused.found
            if problem.key not in noted
        )
        return None


def _at_its_place(problem: Problem, settings: Settings) -> Problem:
    """A problem of the resolved scenario with the file and line of what was written."""
    keys = tuple(part.partition("[")[0] for part in (problem.key or "").split("."))
    for length in (2, 1):
        written = settings.get(keys[:length])
        if written is not None and len(keys) >= length:
            return replace(problem, file=written.file, line=written.line(keys[length:]))
    for section_keys, written in reversed(settings.items()):
        if section_keys[0] == keys[0] and not isinstance(written.source, str):
            return replace(problem, file=written.file, line=written.source.line(keys[:1]))
    return problem


def _with_parameters(
    problems: Problems, settings: Settings, library: ParameterLibrary
) -> ParameterLibrary:
    """The library with the overrides under ``[parameters]``."""
    said = {
        keys[1]: written
        for keys, written in settings.items()
        if keys[0] == "parameters" and len(keys) == 2
    }
    for key, behind in PARAMETER_BEHIND.items():
        section, name = key.split(".")
        written = settings.get((section, name))
        if written is not None and behind.id in said:
            problems.add(
                f"says the same as parameters.{behind.id}; give only one of the two",
                file=written.file,
                line=written.line(),
                key=key,
            )
    try:
        return library.with_overrides({id: written.value for id, written in said.items()})
    except InputError as error:
        problems.found.extend(_override_problem(problem, said) for problem in error.problems)
        return library


def _with_keys(
    problems: Problems, settings: Settings, scenario: Scenario, library: ParameterLibrary
) -> ParameterLibrary:
    """The library with the parameters replaced that scenario keys speak about."""
    overrides: dict[str, object] = {}
    for key, behind in PARAMETER_BEHIND.items():
        section, name = key.split(".")
        written = settings.get((section, name))
        if written is None or written.source in (PARAMETERS, DEFAULT):
            continue
        value = getattr(getattr(scenario, section), name)
        overrides[behind.id] = {"table": dict(value.items())} if behind.is_table else value
    try:
        return library.with_overrides(overrides)
    except InputError as error:
        problems.found.extend(error.problems)
        return library


def _with_correlations(
    problems: Problems, settings: Settings, scenario: Scenario, library: ParameterLibrary
) -> ParameterLibrary:
    """The library with the rank correlations that the scenario states."""
    try:
        return library.with_correlations(scenario.correlation)
    except InputError as error:
        written = settings[("correlation",)]
        for problem in error.problems:
            position = re.match(r"correlation\[(\d+)\]", problem.key or "")
            line = written.line()
            if position and not isinstance(written.source, str):
                line = written.source.line(("correlation", int(position[1]) - 1, "between"))
            problems.found.append(replace(problem, file=written.file, line=line))
        return library


def _override_problem(problem: Problem, said: Mapping[str, Written]) -> Problem:
    """A problem of an override with the file and line of what was written."""
    id = next((id for id in said if f"{problem.key}.".startswith(f"{id}.")), None)
    if id is None:
        return problem
    written = said[id]
    below = re.sub(r"^\.?values\[\d+\]", "", str(problem.key)[len(id) :]).strip(".")
    deeper = tuple(below.split(".")) if below and isinstance(written.value, dict) else ()
    return replace(
        with_percent_advice(problem),
        key=".".join((*written.keys, *deeper)),
        file=written.file,
        line=written.line(deeper),
    )


def _files(chain: Sequence[TomlText | str], place: RegionData) -> tuple[tuple[str, str], ...]:
    layers = [layer for layer in chain if not isinstance(layer, str)]
    read = [(str(layer.path), checksum(layer.text.encode("utf-8"))) for layer in layers]
    return (*read, *((str(path), checksum(path.read_bytes())) for path in place.files))


def _origins(scenario: Scenario, settings: Settings) -> dict[str, str]:
    """Where the value of every key comes from."""
    origins = {}
    for name, value in scenario:
        if name in SECTIONS:
            keys: list[Keys] = [(name, key) for key in type(value).model_fields]
        elif name == "parameters":
            keys = [(name, id) for id in scenario.parameters]
        else:
            keys = [(name,)]
        for path in keys:
            written = settings.get(path)
            origins[".".join(path)] = written.origin if written else DEFAULT
    return origins
