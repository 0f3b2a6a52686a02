"""One draw: one value of every uncertain parameter, from scrambled Sobol points.

Each potentially random parameter owns one axis of the unit cube (a Dirichlet table one for each
entry), in an order that no override changes, so fixing one parameter leaves all other draws
untouched. The points of the cube pass through a Gaussian copula where rank correlations are
stated, then through each parameter's quantile function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ips_econ.errors import InputError, Problem, nearest_name
from ips_econ.parameters.copula import copula
from ips_econ.parameters.distributions import dirichlet_quantiles, fit
from ips_econ.parameters.library import DRAWN_KINDS, ParameterLibrary
from ips_econ.parameters.prices import price_factor
from ips_econ.parameters.reading import NEVER_DRAWN
from ips_econ.parameters.schema import DatedValue
from ips_econ.parameters.sobol import sobol_points

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ParameterDraws:
    """Values of the parameters by draw; a parameter that is not random is a constant column.

    Attributes
    ----------
    ids
        Names of the columns: a parameter's id, or ``id.entry`` for each entry of a table.
    values
        (draw, column) float64; amounts in euros of the run's price year, otherwise the
        parameter's own unit.
    scrambling
        (draw,) int16, which independent scrambling of the Sobol points a draw belongs to.
    sampled
        The columns that are random, in the order of the columns.
    units
        Column to unit.
    """

    ids: tuple[str, ...]
    values: Array
    scrambling: NDArray[np.int16]
    sampled: tuple[str, ...]
    units: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.values)

    def column(self, id: str, unit: str | None = None) -> Array:
        """Values of one parameter, (draw,), checked against the unit the caller expects."""
        if id not in self.units:
            raise InputError(
                "this parameter is not among the draws (unknown, a table, or not in force on the "
                "run's date)",
                key=id,
                nearest=nearest_name(id, self.ids),
            )
        if unit is not None and unit != self.units[id]:
            raise InputError("asked in another unit", key=id, found=unit, allowed=self.units[id])
        return np.ascontiguousarray(self.values[:, self.ids.index(id)])

    def number(self, id: str) -> float:
        """A parameter that is one number for the whole run, not one per draw.

        Raises
        ------
        InputError
            If a scenario gave it a distribution.
        """
        values = self.column(id)
        if id in self.sampled:
            raise InputError(
                "this parameter is one number for the whole run; give it without a distribution",
                key=id,
            )
        return float(values[0])

    def table(self, id: str, unit: str | None = None) -> dict[str, Array]:
        """Values of the entries of a table parameter, each (draw,)."""
        prefix = f"{id}."
        entries = {
            name.removeprefix(prefix): self.column(name, unit)
            for name in self.ids
            if name.startswith(prefix)
        }
        if not entries:
            self.column(id, unit)
            raise InputError("this parameter is a number, not a table", key=id)
        return entries

    def rows(self, rows: slice) -> ParameterDraws:
        """Some of the draws, e.g. one block."""
        return replace(self, values=self.values[rows], scrambling=self.scrambling[rows])


def draw_parameters(
    library: ParameterLibrary,
    *,
    on: date,
    price_year: int,
    draws: int,
    seed: int,
    scramblings: int = 8,
    points: Array | None = None,
    deterministic: bool = False,
    exclude_groups: frozenset[str] = NEVER_DRAWN,
) -> ParameterDraws:
    """Draw every parameter in force on a date.

    Parameters
    ----------
    on
        The date whose values and payers hold.
    price_year
        Amounts with a price year are carried to the euros of this year by their own index.
    draws
        Number of draws; need not be a power of two (each scrambling then uses the first points
        of its sequence).
    seed
        Any whole number from zero.
    scramblings
        Independent scramblings among which the draws are divided, as evenly as possible.
    points
        A design on the open unit cube, (draw, dimension), in place of Sobol points; its columns
        are those of :func:`sampled_dimensions`.
    deterministic
        One draw, each random parameter at the mean of its distribution.
    exclude_groups
        Groups without columns.

    Raises
    ------
    InputError
        If a parameter has no value on the date that only the scenario can supply (all are named),
        if stated correlations are impossible together, or if the design has another shape.
    """
    entries = _entries_in_force(library, on, exclude_groups)
    active = _active_dimensions(library, entries)
    if deterministic:
        draws, scrambling, u = 1, np.zeros(1, np.int16), None
    elif points is not None:
        u = _design(points, active, draws)
        u = _correlated(library, active, u)
        scrambling = np.zeros(draws, np.int16)
    else:
        needed = {*active, *(id for pair in library.correlations for id in pair.between)}
        used = [k for k, name in enumerate(library.dimensions) if name in needed]
        dealt = library.random_dimensions
        names = library.dimensions[: max(max(used, default=-1) + 1, dealt)]
        cube, scrambling = sobol_points(len(names), draws, seed, scramblings, dealt)
        cube = _correlated(library, names, cube)
        u = cube[:, [names.index(name) for name in active]]
    columns: dict[str, Array] = {}
    units: dict[str, str] = {}
    uniforms = {name: None if u is None else u[:, k] for k, name in enumerate(active)}
    for id, entry in entries.items():
        factor = library.factor_beyond_last(id, on) * price_factor(library, id, price_year)
        for name, values in _columns(id, entry, uniforms, draws).items():
            columns[name] = values * factor
            units[name] = library.parameters[id].unit
    return ParameterDraws(
        tuple(columns),
        np.column_stack(list(columns.values())) if columns else np.zeros((draws, 0)),
        scrambling,
        tuple(name for name in columns if name in uniforms),
        MappingProxyType(units),
    )


def sampled_dimensions(
    library: ParameterLibrary, on: date, exclude_groups: frozenset[str] = NEVER_DRAWN
) -> tuple[str, ...]:
    """The random parameters (and Dirichlet entries) on a date: the columns of a design."""
    return _active_dimensions(library, _entries_in_force(library, on, exclude_groups))


def _entries_in_force(
    library: ParameterLibrary, on: date, exclude_groups: frozenset[str]
) -> dict[str, DatedValue]:
    """The value of each parameter that has one on the date, schedules left out."""
    entries: dict[str, DatedValue] = {}
    problems: list[Problem] = []
    for id, parameter in library.parameters.items():
        entry = parameter.entry_on(on)
        if entry is None or id.split(".")[0] in exclude_groups:
            continue
        if entry.form in ("ends", "schedule"):
            continue
        try:
            entries[id] = library.in_force(id, on)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return entries


def _active_dimensions(
    library: ParameterLibrary, entries: Mapping[str, DatedValue]
) -> tuple[str, ...]:
    names: set[str] = set()
    for id, entry in entries.items():
        on_purpose = id in library.overridden
        if entry.is_random and (library.parameters[id].kind in DRAWN_KINDS or on_purpose):
            names.update(f"{id}.{name}" for name in entry.table) if entry.table else names.add(id)
    return tuple(name for name in library.dimensions if name in names)


def _columns(
    id: str, entry: DatedValue, uniforms: Mapping[str, Array | None], draws: int
) -> dict[str, Array]:
    """One parameter's columns, (draw,) each, in the euros it was published in."""
    if entry.table is not None:
        names = [f"{id}.{name}" for name in entry.table]
        numbers = np.array(list(entry.table.values()), dtype=np.float64)
        values = np.tile(numbers, (draws, 1))
        u = [uniforms.get(name) for name in names]
        if entry.distribution is not None and all(column is not None for column in u):
            total = entry.distribution.counts
            assert isinstance(total, float | int)
            values = dirichlet_quantiles(numbers, total, np.column_stack(u))  # type: ignore[arg-type]
        return {name: values[:, k] for k, name in enumerate(names)}
    assert entry.value is not None
    if id not in uniforms or entry.distribution is None:
        return {id: np.full(draws, entry.value)}
    fitted = fit(entry.distribution, entry.value)
    u_id = uniforms[id]
    return {id: np.full(draws, fitted.mean) if u_id is None else fitted.quantile(u_id)}


def _design(points: Array, active: tuple[str, ...], draws: int) -> Array:
    if points.shape != (draws, len(active)):
        raise InputError(
            "a design of another shape than (draw, dimension)",
            found=points.shape,
            allowed=str((draws, len(active))),
        )
    if not bool(np.all((points > 0) & (points < 1))):
        raise InputError("a design must lie strictly inside the unit cube")
    return points


def _correlated(library: ParameterLibrary, names: tuple[str, ...], u: Array) -> Array:
    """Uniforms with the stated rank correlations, each margin still uniform, (draw, dimension).

    Among the axes given, those that no stated correlation names stay as they are.
    """
    pairs = {
        pair.between: pair.rank
        for pair in library.correlations
        if all(id in names for id in pair.between)
    }
    if not pairs:
        return u
    ids, lower = copula(pairs)
    where = [names.index(id) for id in ids]
    u = u.copy()
    u[:, where] = ndtr(ndtri(u[:, where]) @ lower.T)
    return u
