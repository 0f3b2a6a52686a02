"""Where the shipped data stand: inside the wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

from ips_econ.errors import RunError

PACKAGE = Path(__file__).resolve().parent


def parameters_directory() -> Path:
    """Directory of the shipped parameters (``<group>/<subject>.toml``, ``sources.toml`` …)."""
    return _data_directory("parameters")


def scenarios_directory() -> Path:
    """Directory of the shipped scenarios (``<id>.toml``)."""
    return _data_directory("scenarios")


def trials_directory() -> Path:
    """Directory of the shipped trials (``<id>.toml``)."""
    return _data_directory("trials")


def models_directory() -> Path:
    """Directory of the shipped files of other models (``<id>.toml``)."""
    return _data_directory("models")


def _data_directory(name: str) -> Path:
    for directory in (PACKAGE / "_data" / name, PACKAGE.parent / name):
        if directory.is_dir():
            return directory
    raise RunError(
        f"the shipped {name} are missing from this installation "
        f"(looked in {PACKAGE / '_data' / name} and {PACKAGE.parent / name}); reinstall ips-econ"
    )
