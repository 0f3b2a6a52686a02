"""What several keys of a parameter must say together; everything wrong is named at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from ips_econ.errors import Problems, nearest_name
from ips_econ.parameters.base import KeyPath, TomlText, add_problem
from ips_econ.parameters.distributions import fit_problem
from ips_econ.parameters.schema import (
    FAMILIES,
    PAYERS,
    UNITS,
    DatedValue,
    Distribution,
    Parameter,
)

_SPREADS = ("sd", "se", "cv", "ci95", "counts", "log_sd")
_BOUNDS = ("low", "high", "p10", "p50", "p90")


class Fault(NamedTuple):
    """Something wrong at a key inside a parameter."""

    keys: KeyPath
    message: str
    found: object = None
    allowed: str | None = None
    nearest: str | None = None


def check_parameter(
    problems: Problems,
    parameter: Parameter,
    *,
    toml: TomlText | None = None,
    prefix: KeyPath = (),
    key_prefix: str | None = None,
    overridden: bool = False,
) -> None:
    """Add everything wrong with one parameter, distributions that cannot be fitted included."""
    faults = list(parameter_faults(parameter, overridden=overridden))
    for fault in faults:
        where: dict[str, Any] = fault._asdict()
        message, keys = where.pop("message"), where.pop("keys")
        add_problem(
            problems, message, keys, toml=toml, prefix=prefix, key_prefix=key_prefix, **where
        )
    if faults:
        return
    for position, entry in enumerate(parameter.values):
        if entry.distribution is None or entry.value is None:
            continue
        message = fit_problem(entry.distribution, entry.value)
        if message is not None:
            keys = ("values", position, "distribution")
            add_problem(problems, message, keys, toml=toml, prefix=prefix, key_prefix=key_prefix)


def parameter_faults(parameter: Parameter, *, overridden: bool = False) -> Iterator[Fault]:
    """Everything wrong with one parameter that needs no other parameter to be seen.

    A value that a scenario has overridden need not be graded, checked on a date or sourced.
    """
    if parameter.unit not in UNITS:
        yield Fault(
            ("unit",),
            "unknown unit",
            parameter.unit,
            ", ".join(UNITS),
            nearest_name(parameter.unit, UNITS),
        )
    if not parameter.values:
        yield Fault(("values",), "a parameter needs at least one dated value")
    yield from _price_faults(parameter)
    if parameter.receiver is not None and parameter.receiver not in PAYERS:
        nearest = nearest_name(parameter.receiver, PAYERS)
        yield Fault(("receiver",), "unknown payer", parameter.receiver, ", ".join(PAYERS), nearest)
    after = parameter.after_last
    if after not in ("hold", "hold_real", "refuse") and not after.startswith("index:"):
        yield Fault(("beyond_last",), "unknown rule", after, "hold, hold_real, index:<id>, refuse")
    scaled = {entry.form for entry in parameter.values} & {"value", "table"}
    if after.startswith("index:") and scaled and not _follows_index(parameter.unit):
        yield Fault(("beyond_last",), "only an amount in euros or an index follows an index", after)
    yield from _date_faults(parameter)
    for position, value in enumerate(parameter.values):
        for fault in _value_faults(parameter, value, overridden):
            yield fault._replace(keys=("values", position, *fault.keys))


def _price_faults(parameter: Parameter) -> Iterator[Fault]:
    in_euros = parameter.unit.startswith("EUR")
    priced = parameter.price_year is not None or parameter.price_index is not None
    if priced and parameter.price_basis is not None:
        yield Fault(("price_basis",), "give price_year and price_index, or price_basis, not both")
    elif in_euros and parameter.kind == "statute" and parameter.price_basis is None:
        yield Fault(("price_basis",), 'an amount in a statute needs price_basis = "nominal"')
    elif in_euros and parameter.price_basis is None and parameter.price_year is None:
        yield Fault(("price_year",), "an amount in euros needs price_year (and price_index)")
    elif in_euros and parameter.price_basis is None and parameter.price_index is None:
        yield Fault(("price_index",), "an amount with a price_year needs a price_index")
    elif parameter.kind == "price" and not in_euros:
        yield Fault(("unit",), "a price is in euros", parameter.unit, "a unit starting with EUR")
    elif priced and not in_euros:
        key = "price_index" if parameter.price_year is None else "price_year"
        yield Fault((key,), f"only an amount in euros has prices; the unit is {parameter.unit}")
    elif parameter.kind == "price" and parameter.price_year is None:
        yield Fault(("price_year",), "a price needs price_year and price_index")


def _date_faults(parameter: Parameter) -> Iterator[Fault]:
    for position, value in enumerate(parameter.values):
        later = parameter.values[position + 1 :]
        if later and value.from_ >= later[0].from_:
            yield Fault(
                ("values", position + 1, "from"),
                f"dates must rise; the value before starts on {value.from_}",
                later[0].from_.isoformat(),
            )
        elif value.to is not None and later and (later[0].from_ - value.to).days != 1:
            yield Fault(
                ("values", position, "to"),
                f"dates must neither overlap nor leave a gap; the next value starts on "
                f"{later[0].from_}",
                value.to.isoformat(),
            )
        if value.to is not None and value.to < value.from_:
            yield Fault(("values", position, "to"), "ends before it starts", value.to.isoformat())


def _value_faults(parameter: Parameter, value: DatedValue, overridden: bool) -> Iterator[Fault]:
    if len(value.forms) != 1:
        yield Fault(
            (),
            "give exactly one of value, table, schedule, ends, missing",
            ", ".join(value.forms) or "none of them",
        )
        return
    if value.form in ("ends", "missing"):
        for key in ("distribution", "payer"):
            if getattr(value, key) is not None:
                yield Fault((key,), f"an entry that says {value.form!r} has no {key}")
        return
    if not overridden:
        yield from _provenance_faults(parameter, value)
    if parameter.kind == "statute":
        for key in ("distribution", "grade"):
            if getattr(value, key) is not None:
                yield Fault((key,), f"a statute has no {key}")
    yield from _number_faults(parameter, value)
    yield from _payer_faults(value)
    if value.distribution is not None:
        for fault in distribution_faults(value.distribution):
            yield fault._replace(keys=("distribution", *fault.keys))
        yield from _support_faults(parameter, value, value.distribution)


def _provenance_faults(parameter: Parameter, value: DatedValue) -> Iterator[Fault]:
    kind = parameter.kind
    if value.source is None:
        yield Fault(("source",), "every value needs a source")
    else:
        source = value.source
        if source.key is None and source.basis != "judgement":
            message = "only a judgement may have no source key"
            yield Fault(("source", "key"), message, source.basis)
        if source.basis == "derived" and source.formula is None:
            yield Fault(("source", "formula"), "a derived value needs its formula")
        if source.basis == "scenario":
            message = "only a scenario's override has this basis"
            yield Fault(("source", "basis"), message, source.basis)
    if value.checked is None:
        yield Fault(("checked",), "every value needs the date on which it was checked")
    needs_both = kind in ("estimate", "price")
    if needs_both and value.form == "value" and value.distribution is None:
        yield Fault(
            ("distribution",),
            f'{_a(kind)} needs a distribution ({{ family = "fixed" }} if it is not varied)',
        )
    if needs_both and value.grade is None:
        yield Fault(("grade",), f"{_a(kind)} needs a grade")


def _number_faults(parameter: Parameter, value: DatedValue) -> Iterator[Fault]:
    low, high = UNITS.get(parameter.unit, (-math.inf, math.inf))
    numbers: list[tuple[KeyPath, float]] = []
    if value.value is not None:
        numbers.append((("value",), value.value))
    if value.table is not None:
        if not value.table:
            yield Fault(("table",), "the table is empty")
        numbers += [(("table", name), number) for name, number in value.table.items()]
    if value.schedule is not None:
        numbers += [(("schedule", step, 1), rate) for step, (_, rate) in enumerate(value.schedule)]
        thresholds = [threshold for threshold, _ in value.schedule]
        if any(b <= a for a, b in zip(thresholds, thresholds[1:], strict=False)):
            yield Fault(("schedule",), "thresholds must rise", thresholds)
    for keys, number in numbers:
        if not low <= number <= high:
            yield Fault(keys, "out of range", number, _range(parameter.unit))


def _payer_faults(value: DatedValue) -> Iterator[Fault]:
    if value.payer is None:
        return
    if value.payer_schedule is not None:
        yield Fault(("payer",), "give payer or payer_schedule, not both")
    for name, share in value.payer.items():
        if name not in PAYERS:
            nearest = nearest_name(name, PAYERS)
            yield Fault(("payer", name), "unknown payer", name, ", ".join(PAYERS), nearest)
        if not 0 <= share <= 1:
            yield Fault(("payer", name), "out of range", share, "0 to 1")
    total = sum(value.payer.values())
    if abs(total - 1) > 1e-9:
        yield Fault(("payer",), "the shares of the payers must sum to one", total)


def distribution_faults(distribution: Distribution) -> Iterator[Fault]:
    """Keys that a family lacks, or does not take."""
    rule = FAMILIES[distribution.family]
    family = distribution.family
    spreads = [key for key in _SPREADS if getattr(distribution, key) is not None]
    for key in spreads:
        if key not in rule.spreads:
            yield Fault(
                (key,), f"{family} does not take {key}", allowed=", ".join(rule.spreads) or "none"
            )
    if rule.spreads and len(spreads) != 1:
        yield Fault(
            (),
            f"{family} needs one statement of its spread",
            ", ".join(spreads) or "none",
            f"one of {', '.join(rule.spreads)}",
        )
    for key in _BOUNDS:
        given = getattr(distribution, key) is not None
        if given and key not in rule.required + rule.optional:
            yield Fault((key,), f"{family} does not take {key}")
        elif not given and key in rule.required:
            yield Fault((key,), f"{family} needs {key}")
    if distribution.value_is is not None and distribution.value_is not in rule.value_is:
        allowed = ", ".join(rule.value_is)
        yield Fault(("value_is",), f"not possible for {family}", distribution.value_is, allowed)
    ordered = [("low", distribution.low), ("p10", distribution.p10), ("p50", distribution.p50)]
    ordered += [("p90", distribution.p90), ("high", distribution.high)]
    known = [(key, number) for key, number in ordered if number is not None]
    for (key, number), (next_key, next_number) in zip(known, known[1:], strict=False):
        if number >= next_number:
            yield Fault((key,), f"{key} must lie below {next_key}", number, f"< {next_number}")
    if distribution.ci95 is not None and distribution.ci95[0] >= distribution.ci95[1]:
        yield Fault(("ci95",), "the lower limit must lie below the upper", distribution.ci95)
    if family in ("beta", "gamma") and distribution.counts is not None:
        pair = distribution.counts
        if not isinstance(pair, tuple) or min(pair) <= 0:
            second = "non-events" if family == "beta" else "time at risk"
            yield Fault(("counts",), "wrong counts", pair, f"[events, {second}], both positive")
    if family == "dirichlet" and isinstance(distribution.counts, tuple):
        yield Fault(("counts",), "wrong counts", distribution.counts, "the total, one number")


def support(distribution: Distribution) -> tuple[float, float]:
    """Lowest and highest value a distribution can produce."""
    family = distribution.family
    if family in ("beta", "dirichlet"):
        return 0.0, 1.0
    if family in ("gamma", "lognormal"):
        return 0.0, math.inf
    low = -math.inf if distribution.low is None else distribution.low
    high = math.inf if distribution.high is None else distribution.high
    return low, high


def _support_faults(
    parameter: Parameter, value: DatedValue, distribution: Distribution
) -> Iterator[Fault]:
    keys: KeyPath = ("distribution",)
    if (distribution.family == "dirichlet") != (value.table is not None):
        if distribution.family != "fixed":
            yield Fault(keys, "a table takes a Dirichlet distribution or none", distribution.family)
        return
    if value.table is not None:
        total = sum(value.table.values())
        if abs(total - 1) > 1e-6:
            yield Fault(("table",), "shares with a Dirichlet distribution must sum to one", total)
        if parameter.unit != "share":
            yield Fault(keys, "Dirichlet needs the unit share", parameter.unit)
        return
    if distribution.family == "fixed":
        return
    low, high = support(distribution)
    unit_low, unit_high = UNITS.get(parameter.unit, (-math.inf, math.inf))
    if low < unit_low or high > unit_high:
        yield Fault(
            keys,
            f"{distribution.family} can leave the range of {parameter.unit}; choose a family that "
            "cannot, or give low and high",
            f"{low:g} to {high:g}",
            _range(parameter.unit),
        )
    if value.value is not None and not low <= value.value <= high:
        yield Fault(("value",), "outside its own distribution", value.value, f"{low:g} to {high:g}")


def _follows_index(unit: str) -> bool:
    return unit.startswith("EUR") or unit == "index"


def _range(unit: str) -> str:
    low, high = UNITS[unit]
    return f"{low:g} or more" if math.isinf(high) else f"{low:g} to {high:g}"


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
