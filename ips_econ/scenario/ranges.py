"""What a scenario key allows, in words, for messages about values that it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ips_econ.errors import Problem
from ips_econ.scenario.schema import SECTIONS, Scenario


def with_range(problem: Problem) -> Problem:
    """The problem with what its key allows, and advice where a slip of the pen is likely."""
    if problem.message == "unknown key":
        return _with_other_section(problem)
    if isinstance(problem.found, tuple):
        problem = replace(problem, found=list(problem.found))
    node = _node(problem.key or "")
    if node is None:
        return problem
    if problem.message.startswith("should be") and _is_number(problem.found):
        problem = replace(problem, message="out of range", allowed=in_words(node))
        return with_percent_advice(problem, _highest(node))
    if problem.message.startswith("String should"):
        message = "is empty" if problem.found == "" else "not a valid name"
        return replace(problem, message=message, allowed=in_words(node))
    if problem.message == "wrong type":
        allowed = in_words(node)
        if isinstance(problem.found, str) and "number" in allowed:
            point = "" if "whole number" in allowed else "with a decimal point and "
            allowed += f", {point}without quotation marks"
        return replace(problem, allowed=allowed)
    return problem


def with_percent_advice(problem: Problem, highest: float | None = None) -> Problem:
    """An out-of-range share that looks like a percentage also says how to write it."""
    if highest is None and problem.allowed == "0 to 1":
        highest = 1.0
    found = problem.found
    if highest is None or highest > 1 or not isinstance(found, int | float) or not 1 < found <= 100:
        return problem
    return replace(problem, message=f"{problem.message} (write {found / 100:g} for {found:g} %)")


def in_words(node: Mapping[str, Any]) -> str:
    """What a node of the JSON Schema allows.

    >>> in_words({"type": "number", "minimum": 0, "maximum": 1})
    'a number from 0 to 1'
    """
    if "anyOf" in node:
        words = [in_words(choice) for choice in node["anyOf"] if choice.get("type") != "null"]
        return " or ".join(words)
    if "enum" in node:
        return ", ".join(str(value) for value in node["enum"])
    if "const" in node:
        return str(node["const"])
    kind = node.get("type")
    if kind in ("number", "integer"):
        return ("a whole number" if kind == "integer" else "a number") + _limits(node)
    if kind == "array":
        return f"a list, each {in_words(node['items'])}"
    if "pattern" in node:
        return "lower-case letters a to z, digits, - and _, at most 80, no - or _ at the start"
    if node.get("format") == "date":
        return "a date such as 2026-06-01, without quotation marks"
    return {
        "boolean": "true or false",
        "string": "a text in quotation marks",
    }.get(str(kind), "a table")


def _limits(node: Mapping[str, Any]) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low:g} to {high:.12g}" if high < 1e9 else f" of at least {low:g}"
    if above is not None and (below is not None or high is not None):
        end = f"below {below:g}" if below is not None else f"at most {high:g}"
        return f" above {above:g} and {end}"
    if low is not None:
        return f" of at least {low:g}"
    if above is not None:
        return f" above {above:g}"
    return ""


def _highest(node: Mapping[str, Any]) -> float | None:
    nodes = list(_choices(node))
    limits = [choice.get("maximum", choice.get("exclusiveMaximum")) for choice in nodes]
    known = [limit for limit in limits if limit is not None]
    return max(known) if known else None


def _choices(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for choice in node.get("anyOf", (node,)):
        yield choice
        if "items" in choice:
            yield from _choices(choice["items"])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _with_other_section(problem: Problem) -> Problem:
    """An unknown key that exists in another table names that table."""
    section, _, name = (problem.key or "").rpartition(".")
    schema = _schema()
    for other in SECTIONS:
        if other != section and name in schema["$defs"][other.capitalize()]["properties"]:
            return replace(problem, nearest=f"{other}.{name}", allowed=None)
    return problem


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    return Scenario.model_json_schema()


def _node(key: str) -> Mapping[str, Any] | None:
    """The part of the JSON Schema that describes a dotted key."""
    schema = _schema()
    node: Mapping[str, Any] = schema
    for part in key.split("."):
        name, bracket, _ = part.partition("[")
        node = _resolved(node).get("properties", {}).get(name)
        if node is None:
            return None
        if bracket:
            node = next((c["items"] for c in node.get("anyOf", (node,)) if "items" in c), node)
    return node


def _resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node itself, or the definition it (or its first choice) refers to."""
    for choice in node.get("anyOf", (node,)):
        if "$ref" in choice:
            return dict(_schema()["$defs"][choice["$ref"].rsplit("/", 1)[1]])
    return node
