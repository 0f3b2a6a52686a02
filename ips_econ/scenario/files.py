"""Where scenario files are: by name among the shipped ones, by path, and along ``extends``."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from ips_econ.errors import InputError, Problem, nearest_name
from ips_econ.locations import scenarios_directory
from ips_econ.parameters.base import TomlText, read_toml
from ips_econ.scenario.regions import region, slug


def scenario_names() -> tuple[str, ...]:
    """Names of the shipped scenarios."""
    return tuple(sorted(path.stem for path in scenarios_directory().glob("*.toml")))


def find_scenario(name: str) -> Path:
    """The file of a scenario given on the command line by name or path.

    Raises
    ------
    InputError
        If there is no such scenario; says which shipped scenario is nearest.
    """
    path = Path(name)
    if not _looks_like_path(name):
        if slug(name) in scenario_names():
            return scenarios_directory() / f"{slug(name)}.toml"
        if not _exists(path):
            nearest = nearest_name(slug(name), scenario_names())
            shipped = ", ".join(scenario_names())
            raise InputError(
                "there is no scenario of this name", found=name, allowed=shipped, nearest=nearest
            )
    if not _exists(path):
        nearest = path.stem if path.stem in scenario_names() else _nearest_file(path)
        raise InputError("there is no such file", file=name, nearest=nearest)
    return path


def read_chain(path: Path) -> list[TomlText | str]:
    """A scenario's file and those it extends, the lowest first; a region is given by its id.

    Raises
    ------
    InputError
        If a file cannot be read, is not there, or ``extends`` goes round in a circle.
    """
    chain: list[TomlText | str] = []
    passed: dict[str, Path] = {}
    at: Path | None = path
    while at is not None:
        passed[_identity(at)] = at
        toml = _read_scenario(at)
        chain.insert(0, toml)
        extends = toml.content.get("extends")
        at = None
        if isinstance(extends, str) and extends:
            below = _extended(extends, toml)
            if isinstance(below, str):
                chain.insert(0, below)
            elif _identity(below) in passed:
                circle = " > ".join(str(link) for link in (*passed.values(), below))
                raise InputError(
                    f"goes round in a circle: {circle}",
                    file=str(toml.path),
                    line=toml.line(("extends",)),
                    key="extends",
                )
            else:
                at = below
    return chain


def checksum(data: bytes) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _read_scenario(path: Path) -> TomlText:
    try:
        return read_toml(path)
    except InputError as error:
        raise InputError(_with_hint(path, problem) for problem in error.problems) from None


def _with_hint(path: Path, problem: Problem) -> Problem:
    """What is missing in an empty file, and how numbers are written beside a decimal comma."""
    if problem.message == "the file is empty":
        return replace(problem, message="the file is empty; id and region are missing")
    if problem.line is None or not problem.message.startswith("not valid TOML"):
        return problem
    line = path.read_text(encoding="utf-8-sig").splitlines()[problem.line - 1 : problem.line]
    value = line[0].partition("=")[2].strip() if line else ""
    whole, comma, decimals = value.partition(",")
    if not (comma and whole.isdigit() and decimals[:1].isdigit()):
        return problem
    advice = f"; numbers are written with a decimal point: {whole}.{decimals}"
    if len(decimals) == 3 and decimals.isdigit():
        advice = f"; write {whole}{decimals}, without a separator for thousands"
    return replace(problem, message=problem.message + advice)


def _extended(extends: str, toml: TomlText) -> Path | str:
    """What ``extends`` names: a scenario's path, or a region's id."""
    if _looks_like_path(extends):
        below = toml.path.parent / extends.replace("\\", "/")
        if below.is_file():
            return below
        nearest = _nearest_file(below)
    else:
        name = slug(extends)
        shipped = scenarios_directory() / f"{name}.toml"
        if name in scenario_names() and _identity(shipped) != _identity(toml.path):
            return shipped
        try:
            return region(extends).id
        except InputError as error:
            nearest = nearest_name(name, scenario_names()) or error.problems[0].nearest
    raise InputError(
        "names no scenario, region or file",
        file=str(toml.path),
        line=toml.line(("extends",)),
        key="extends",
        found=extends,
        nearest=nearest,
    )


def _looks_like_path(name: str) -> bool:
    return name.endswith(".toml") or "/" in name or "\\" in name or Path(name).is_absolute()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _nearest_file(path: Path) -> str | None:
    """A scenario file beside the missing one with nearly the same name."""
    if not _exists(path.parent):
        return None
    nearest = nearest_name(path.stem, [other.stem for other in path.parent.glob("*.toml")])
    return str(path.with_name(f"{nearest}.toml")) if nearest else None


def _identity(path: Path) -> str:
    """The same text for every way of writing a path, also where case does not matter."""
    return os.path.normcase(path.resolve())
