"""The wheel and the source archive carry everything ips-econ needs outside its checkout."""

from __future__ import annotations

import re
import tarfile
import tomllib
import zipfile
from pathlib import Path

import hatchling.build
import pytest

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def files_below(directory: str, pattern: str = "*") -> set[str]:
    root = ROOT / directory
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """Names in the wheel and in the source archive, built without a network."""
    target = tmp_path_factory.mktemp("dist")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        wheel = hatchling.build.build_wheel(str(target))
        archive = hatchling.build.build_sdist(str(target))
    with zipfile.ZipFile(target / wheel) as file:
        in_wheel = set(file.namelist())
    with tarfile.open(target / archive) as file:
        in_archive = {member.name.split("/", 1)[1] for member in file if member.isfile()}
    return in_wheel, in_archive


@pytest.mark.parametrize("data", ["parameters", "scenarios", "trials"])
def test_the_wheel_carries_the_data(built: tuple[set[str], set[str]], data: str) -> None:
    place = f"ips_econ/_data/{data}/"
    carried = {name.removeprefix(place) for name in built[0] if name.startswith(place)}
    assert carried == files_below(data)
    assert any(name.endswith(".toml") for name in carried)


def test_the_wheel_carries_the_package_and_nothing_else(built: tuple[set[str], set[str]]) -> None:
    tops = {name.split("/")[0] for name in built[0]}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"ips_econ"}
    expected = {f"ips_econ/{name}" for name in files_below("ips_econ")}
    carried = {name for name in built[0] if name.startswith("ips_econ/")}
    assert {name for name in carried if not name.startswith("ips_econ/_data/")} == expected


def test_the_source_archive_is_complete(built: tuple[set[str], set[str]]) -> None:
    own = ("ips_econ", "parameters", "scenarios", "trials")
    for directory in (*own, "tests", "decisions", "benchmarks", "docs"):
        assert {f"{directory}/{name}" for name in files_below(directory)} <= built[1]
    top = {"LICENSE", "README.md", "CHANGELOG.md", "Makefile", "constraints.txt", ".ci/run"}
    assert top <= built[1]
    assert not any(
        name.startswith((".venv/", "outputs/")) for name in built[1] - {"outputs/.gitkeep"}
    )


def test_constraints_pin_every_dependency_and_hold_no_address() -> None:
    lines = [
        line
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert all(re.fullmatch(rf"{NAME.pattern}==[0-9][0-9a-z.+]*", line) for line in lines), lines
    pinned = {normal(line.split("==")[0]) for line in lines}
    assert len(pinned) == len(lines)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
        *project["build-system"]["requires"],
    ]
    found = [NAME.match(requirement) for requirement in asked]
    assert {normal(match[0]) for match in found if match} <= pinned
