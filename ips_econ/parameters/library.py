"""The parameter library: every number of the model by id, with its dates, unit and source.

``python -m ips_econ.parameters.library [DIRECTORY]`` prints every problem of a parameter tree.

A value holds from its own date until the next one. The last value is known to hold until ``to``
or, without it, until the end of the year in which it was last checked; what holds after that is
``beyond_last``:

hold
    the same number;
hold_real
    the same purchasing power: an amount with a price year stays as it is, a nominal amount
    follows ``prices.consumer``;
index:<id>
    the number times the index of the asked year over that of the last known year;
refuse
    no number: the caller gets an error.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from ips_econ.errors import InputError, Problems, nearest_name
from ips_econ.locations import parameters_directory
from ips_econ.parameters.copula import copula
from ips_econ.parameters.fitted import Fit, read_fit
from ips_econ.parameters.overrides import overridden
from ips_econ.parameters.prices import index_factor
from ips_econ.parameters.reading import (
    NEVER_READ,
    correlation_faults,
    is_never_drawn,
    read_tree,
)
from ips_econ.parameters.schema import DatedValue, LocalCorrelation, Parameter, SourceRecord

CONSUMER_PRICES = "prices.consumer"
DRAWN_KINDS = frozenset({"estimate", "price", "assumption"})


@dataclass(frozen=True)
class ParameterLibrary:
    """Every parameter by id (``group.name``), the sources and the stated correlations.

    ``dimensions`` are the names of the axes of the unit cube, in a fixed order that no override
    changes: first one for each potentially random parameter as shipped (for a Dirichlet table one
    for each entry, ``id.entry``) in sorted id order, then one for each other parameter that an
    override may make random.
    """

    parameters: Mapping[str, Parameter]
    sources: Mapping[str, SourceRecord]
    correlations: tuple[LocalCorrelation, ...]
    dimensions: tuple[str, ...]
    random_dimensions: int
    overridden: tuple[str, ...] = ()

    def parameter(self, id: str) -> Parameter:
        """The parameter with this id."""
        try:
            return self.parameters[id]
        except KeyError:
            nearest = nearest_name(id, self.parameters)
            raise InputError("unknown parameter", key=id, nearest=nearest) from None

    def value(self, id: str, on: date, unit: str) -> float:
        """The base-case number in force on a date, in the unit the caller expects.

        Amounts are in euros of the parameter's price year (or nominal euros of the law).

        Raises
        ------
        InputError
            If the id or unit is wrong, the value is not one number, or none holds on that date.
        """
        entry = self.in_force(id, on, unit, "value")
        assert entry.value is not None
        return entry.value * self.factor_beyond_last(id, on)

    def table(self, id: str, on: date, unit: str) -> dict[str, float]:
        """The named numbers in force on a date; as :meth:`value`."""
        entry = self.in_force(id, on, unit, "table")
        assert entry.table is not None
        factor = self.factor_beyond_last(id, on)
        return {name: number * factor for name, number in entry.table.items()}

    def schedule(self, id: str, on: date, unit: str) -> tuple[tuple[float, float], ...]:
        """Pairs (threshold, rate) in force on a date; beyond the last date thresholds move."""
        entry = self.in_force(id, on, unit, "schedule")
        assert entry.schedule is not None
        factor = self.factor_beyond_last(id, on)
        return tuple((threshold * factor, rate) for threshold, rate in entry.schedule)

    def payer(self, id: str, on: date) -> dict[str, float]:
        """Who pays on a date: payer and share, summing to one; empty if no payer is stated."""
        entry = self.in_force(id, on)
        if entry.payer_schedule is not None:
            return self.table(entry.payer_schedule, on, "share")
        return dict(entry.payer or {})

    def in_force(
        self, id: str, on: date, unit: str | None = None, form: str | None = None
    ) -> DatedValue:
        """The dated value in force, checked against the expected unit and form.

        Raises
        ------
        InputError
            With a sentence on why nothing holds on that date.
        """
        parameter = self.parameter(id)
        if unit is not None and parameter.unit != unit:
            raise InputError("asked in another unit", key=id, found=unit, allowed=parameter.unit)
        entry = parameter.entry_on(on)
        if entry is None:
            first = parameter.values[0].from_
            raise InputError(f"not modelled on {on}: the first known value is of {first}", key=id)
        if entry.form == "ends":
            raise InputError(
                f"does not exist on {on}: ended on {entry.from_} ({entry.ends})", key=id
            )
        if entry.form == "missing":
            raise InputError(
                f"has no published value on {on}; supply one under [parameters] in the scenario "
                f"(what would fill it: {entry.missing})",
                key=id,
            )
        if parameter.after_last == "refuse" and on > parameter.known_until:
            raise InputError(
                f"not modelled on {on}: known until {parameter.known_until}, and law or price "
                "beyond that is not guessed",
                key=id,
            )
        if form is not None and entry.form != form:
            raise InputError(f"is a {entry.form}, not a {form}", key=id)
        return entry

    def factor_beyond_last(self, id: str, on: date) -> float:
        """What the last known number is multiplied by on a date after it (1 until then)."""
        parameter = self.parameter(id)
        last = parameter.known_until
        held = parameter.after_last in ("hold", "refuse")
        if on <= last or held or parameter.unit == "index":
            return 1.0
        if parameter.after_last == "hold_real":
            if parameter.price_year is not None or not parameter.unit.startswith("EUR"):
                return 1.0
            return index_factor(self, CONSUMER_PRICES, last.year, on.year)
        index = parameter.after_last.removeprefix("index:")
        return index_factor(self, index, last.year, on.year)

    def with_overrides(self, overrides: Mapping[str, object]) -> ParameterLibrary:
        """The library with some values replaced by a scenario's, on every date.

        Parameters
        ----------
        overrides
            Id to a number (then fixed at it), or to a table with any of ``value``, ``table``,
            ``schedule``, ``distribution``, ``low``, ``high``, ``source``, ``payer``,
            ``price_year``, ``ends``, ``note`` (see :class:`ips_econ.parameters.schema.Override`).
            A table parameter also takes its names and numbers directly. ``low`` and ``high``
            without ``distribution`` make a PERT distribution; ``distribution`` may be a family's
            name. An amount is in euros of the parameter's own price year unless ``price_year``
            says otherwise. A distribution without a value keeps the published value; a value
            without a distribution is fixed. Dates and payers are kept.

        Raises
        ------
        InputError
            With every problem found, among them unknown ids with the nearest valid one.
        """
        problems = Problems()
        parameters = dict(self.parameters)
        for id, override in overrides.items():
            if id not in parameters:
                nearest = nearest_name(id, parameters)
                problems.add("unknown parameter", key=id, nearest=nearest)
                continue
            if id.split(".")[0] in NEVER_READ:
                problems.add("no run reads this figure; it would change nothing", key=id)
                continue
            changed = overridden(problems, id, parameters[id], override)
            if changed is not None:
                parameters[id] = changed
        problems.raise_if_any()
        named = tuple(sorted({*self.overridden, *overrides}))
        return replace(self, parameters=MappingProxyType(parameters), overridden=named)

    def with_correlations(self, pairs: Sequence[LocalCorrelation]) -> ParameterLibrary:
        """The library with some rank correlations replaced or added by a scenario's.

        Raises
        ------
        InputError
            If a pair names no uncertain number, stands twice, or all correlations cannot hold
            together; keys are ``correlation[n].between``.
        """
        problems = Problems()
        for position, fault in correlation_faults([p.between for p in pairs], self.parameters):
            key = f"correlation[{position + 1}].between"
            problems.found.append(replace(fault, key=key))
        problems.raise_if_any()
        replaced = {frozenset(pair.between) for pair in pairs}
        kept = [c for c in self.correlations if frozenset(c.between) not in replaced]
        correlations = (*kept, *pairs)
        copula({pair.between: pair.rank for pair in correlations})
        return replace(self, correlations=correlations)


def load_library(directory: Path | None = None, *, fitted: bool = True) -> ParameterLibrary:
    """Read and check a tree of parameters (by default the shipped one).

    Parameters
    ----------
    fitted
        Whether the values that were fitted to trials (``fitted.toml``) replace their priors.

    Raises
    ------
    InputError
        With every problem of every file: file, line, key, found, allowed, nearest.
    """
    directory = parameters_directory() if directory is None else directory
    tree = read_tree(directory)
    fit = read_fit(directory, tree.parameters) if fitted else Fit(tree.parameters, ())
    library = ParameterLibrary(
        MappingProxyType(dict(fit.parameters)),
        MappingProxyType(tree.sources),
        tree.correlations,
        *_dimensions(tree.parameters),
    )
    return library.with_correlations(fit.correlations)


def _dimensions(parameters: Mapping[str, Parameter]) -> tuple[tuple[str, ...], int]:
    """Axes of the unit cube, shipped random parameters first, and how many those are."""
    shipped: list[str] = []
    others: list[str] = []
    for id in sorted(parameters):
        parameter = parameters[id]
        if is_never_drawn(id, parameter):
            continue
        entries: dict[str, None] = {}
        for entry in parameter.values:
            if entry.form in ("value", "missing"):
                entries[id] = None
            for name in entry.table or {}:
                entries[f"{id}.{name}"] = None
        random = parameter.kind in DRAWN_KINDS and any(e.is_random for e in parameter.values)
        (shipped if random else others).extend(entries)
    return (*shipped, *others), len(shipped)


if __name__ == "__main__":
    try:
        load_library(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except InputError as error:
        sys.exit(f"{error}\n{len(error.problems)} problems")
