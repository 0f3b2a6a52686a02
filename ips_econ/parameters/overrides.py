"""A scenario's own values in place of published ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from ips_econ.errors import Problems
from ips_econ.parameters.base import add_validation_problems
from ips_econ.parameters.checks import check_parameter
from ips_econ.parameters.reading import NEVER_DRAWN
from ips_econ.parameters.schema import FAMILIES, Distribution, Override, Parameter, Source


def overridden(
    problems: Problems, id: str, parameter: Parameter, written: object
) -> Parameter | None:
    """The parameter with a scenario's value, or ``None`` (and problems) if it cannot be used."""
    content = _override_content(parameter, written)
    try:
        override = Override.model_validate(content)
    except ValidationError as error:
        if not isinstance(content, Mapping):
            allowed = "a number, or a table with value, distribution, source"
            problems.add("wrong type", key=id, found=written, allowed=allowed)
        else:
            add_validation_problems(problems, error, Override, content, key_prefix=id)
        return None
    before = len(problems.found)
    distribution = _override_distribution(problems, id, override)
    if distribution is not None and id.split(".")[0] in NEVER_DRAWN:
        message = "this parameter is never drawn; give the value without a spread"
        problems.add(message, key=f"{id}.distribution")
    form = _override_form(problems, id, parameter, override)
    if len(problems.found) > before:
        return None
    values = []
    for entry in parameter.values:
        if entry.form == "ends" and form is not None:
            values.append(entry)
            continue
        changes: dict[str, Any] = {}
        if form or distribution or override.source:
            changes |= {"source": _override_source(override), "note": override.note}
        if form is not None:
            changes |= dict.fromkeys(("value", "table", "schedule", "ends", "missing"))
            changes |= {form: getattr(override, form), "distribution": distribution}
            changes |= {"checked": None, "to": None, "grade": override.grade}
        elif distribution is not None:
            changes["distribution"] = distribution
        if override.payer is not None:
            changes |= {"payer": override.payer, "payer_schedule": None}
        values.append(entry.model_copy(update=changes))
    if form is not None:
        values[0] = values[0].model_copy(update={"from_": date.min})
    replaced = parameter.planner_should_replace and form is None
    changes = {"values": tuple(values), "planner_should_replace": replaced}
    if override.price_year is not None:
        changes["price_year"] = override.price_year
    changed = parameter.model_copy(update=changes)
    _check(problems, id, changed)
    return changed if len(problems.found) == before else None


def _check(problems: Problems, id: str, changed: Parameter) -> None:
    """Add what is wrong once, under the keys a scenario writes, not once for each date."""
    dated = Problems()
    check_parameter(dated, changed, key_prefix=id, overridden=True)
    for problem in dated.found:
        key = re.sub(r"\.values\[\d+\]", "", problem.key or id)
        if replace(problem, key=key) not in problems.found:
            problems.found.append(replace(problem, key=key))


def _override_content(parameter: Parameter, written: object) -> object:
    """A number, or the names and numbers of a table, written out as a table of keys."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return {"value": written}
    names = {name for entry in parameter.values for name in entry.table or {}}
    if names and isinstance(written, Mapping):
        keys = set(written)
        if keys <= names or not keys & set(Override.model_fields):
            return {"table": dict(written)}
    return written


def _override_form(
    problems: Problems, id: str, parameter: Parameter, override: Override
) -> str | None:
    """Which form of value an override gives; it must be the parameter's own."""
    forms = [
        form
        for form in ("value", "table", "schedule", "ends")
        if getattr(override, form) is not None
    ]
    if len(forms) > 1:
        problems.add("give one of them", key=id, found=", ".join(forms))
    known = {entry.form for entry in parameter.values} & {"value", "table", "schedule"}
    for form in forms:
        if form != "ends" and known and form not in known:
            found, allowed = f"a {form}", f"a {' or '.join(sorted(known))}"
            problems.add("another form than the parameter's", key=id, found=found, allowed=allowed)
    names = {name for entry in parameter.values for name in entry.table or {}}
    if override.table is not None and names and set(override.table) != names:
        message = "a table must give every name of the parameter, and no other"
        found, allowed = ", ".join(override.table), ", ".join(sorted(names))
        problems.add(message, key=id, found=found, allowed=allowed)
    if override.price_year is not None and "value" not in forms and "table" not in forms:
        problems.add("a price_year needs the value it belongs to", key=f"{id}.price_year")
    if override.price_year is not None and parameter.price_year is None:
        problems.add("this parameter has no price year", key=f"{id}.price_year")
    return forms[0] if forms else None


def _override_distribution(problems: Problems, id: str, override: Override) -> Distribution | None:
    """The distribution an override describes, ``None`` if it says nothing of one."""
    written, spread = override.distribution, override.spread
    if isinstance(written, Distribution):
        for key in spread:
            problems.add("state the spread inside the distribution", key=f"{id}.{key}")
        return written
    if written is None and not spread:
        return None
    if written is None and set(spread) - {"low", "high", "value_is"}:
        message = "a spread needs the name of a distribution beside it"
        problems.add(message, key=f"{id}.distribution", allowed=", ".join(FAMILIES))
        return None
    return Distribution.model_validate({"family": written or "pert", **spread})


def _override_source(override: Override) -> Source:
    if isinstance(override.source, Source):
        return override.source
    return Source(basis="scenario", note=override.source)
