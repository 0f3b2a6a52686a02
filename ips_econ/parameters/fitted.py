"""Structural values fitted to trials: ``fitted.toml``, laid over the parameter files.

Some values cannot be read off a publication; they follow from fitting the model to what trials
observed (``make calibrate``). What stands in the parameter files is then the prior of the fit, and
this file, which the fit writes, holds what runs draw: new distributions and rank correlations.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, ValidationError

from ips_econ.errors import InputError, Problems
from ips_econ.parameters.base import Strict, add_problem, add_validation_problems, read_toml
from ips_econ.parameters.checks import check_parameter
from ips_econ.parameters.schema import (
    DatedValue,
    Distribution,
    LocalCorrelation,
    Parameter,
    Source,
)

FILE = "fitted.toml"
SOURCE = "ips_econ_fit"
"""Key of the fit in sources.toml."""


class FittedValue(Strict):
    """What the fit says of one parameter."""

    value: float
    """The base case."""
    distribution: Distribution
    """What is known after the fit, for one new place."""


class FittedFile(Strict):
    """The file fitted.toml."""

    trials: Annotated[tuple[str, ...], Field(strict=False)]
    """Ids of the trials it was fitted to."""
    seed: int
    draws: int
    """Draws of all stages."""
    effective_draws: int
    """How many independent draws they are worth."""
    parameters: dict[str, FittedValue]
    """By id."""
    correlation: Annotated[tuple[LocalCorrelation, ...], Field(strict=False)] = ()
    """Rank correlations after the fit."""


class Fit(NamedTuple):
    """Parameters with the fitted ones in place of their priors, and their rank correlations."""

    parameters: Mapping[str, Parameter]
    correlations: tuple[LocalCorrelation, ...]


def read_fit(directory: Path, published: Mapping[str, Parameter]) -> Fit:
    """The fitted values laid over the published ones; nothing changes where there is no such file.

    Raises
    ------
    InputError
        With every problem of the file: line, key, found, allowed.
    """
    path = directory / FILE
    if not path.exists():
        return Fit(published, ())
    toml = read_toml(path)
    problems = Problems()
    try:
        file = FittedFile.model_validate(toml.content)
    except ValidationError as error:
        add_validation_problems(problems, error, FittedFile, toml.content, toml=toml)
        raise InputError(problems.found) from None
    parameters = dict(published)
    for id, fitted in file.parameters.items():
        keys = ("parameters", id)
        if id not in parameters:
            add_problem(problems, "unknown parameter", keys, toml=toml, found=id)
            continue
        parameters[id] = _fitted(parameters[id], fitted, file)
        check_parameter(problems, parameters[id], toml=toml, prefix=keys)
    problems.raise_if_any()
    return Fit(parameters, file.correlation)


def _fitted(parameter: Parameter, fitted: FittedValue, file: FittedFile) -> Parameter:
    """The parameter with the fitted value on every date, and its prior in the note."""
    return parameter.model_copy(
        update={"values": tuple(_entry(entry, fitted, file) for entry in parameter.values)}
    )


def _entry(entry: DatedValue, fitted: FittedValue, file: FittedFile) -> DatedValue:
    source = entry.source
    assert source is not None and entry.value is not None and entry.distribution is not None
    spread = entry.distribution.model_dump(exclude_none=True, exclude={"family"}, mode="json")
    told = ", ".join(f"{key} {value}" for key, value in spread.items())
    prior = f"prior of the fit: {entry.value:g}, {entry.distribution.family} ({told})"
    origin = f"{source.key}: {source.locator}" if source.key else source.basis
    return entry.model_copy(
        update={
            "value": fitted.value,
            "distribution": fitted.distribution,
            "source": Source(
                key=SOURCE,
                locator="docs/calibration.md",
                basis="derived",
                formula=f"posterior of {prior}, from {origin}; given the trials "
                f"{', '.join(file.trials)}; with the spread between places",
            ),
        }
    )
