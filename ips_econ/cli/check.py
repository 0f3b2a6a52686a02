"""``ips-econ check`` and ``ips-econ schema``: what a scenario may say, and whether it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ips_econ.errors import InputError, Problem, RunError

if TYPE_CHECKING:
    from ips_econ.parameters.library import ParameterLibrary
    from ips_econ.scenario.loading import LoadedScenario

VALID = {"en": "valid", "fi": "kelpaa", "sv": "giltigt"}
REPLACED = {
    "en": "parameters replaced",
    "fi": "korvatut parametrit",
    "sv": "ersatta parametrar",
}


@click.command()
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True)
@click.option(
    "--set",
    "sets",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change a scenario key or parameter; repeatable.",
)
@click.option("--lang", metavar="fi|sv|en", help="Language; default: the scenario's.")
@click.option(
    "--resolved",
    is_flag=True,
    help="Also print every key with its value and where the value comes from.",
)
def check(
    scenarios: tuple[str, ...], sets: tuple[str, ...], lang: str | None, resolved: bool
) -> None:
    """Check scenarios for mistakes without running anything.

    SCENARIO is a shipped scenario's name or a file. All mistakes in all scenarios are listed, each
    with file, line, key, what was found and what is allowed.

    \b
    Example:
      ips-econ check lappi my-county.toml --resolved
    """
    from ips_econ.parameters.library import load_library
    from ips_econ.scenario.loading import load_scenario

    library = load_library()
    problems: list[Problem] = []
    for name in scenarios:
        try:
            loaded = load_scenario(name, sets, lang, library)
        except InputError as error:
            problems.extend(problem for problem in error.problems if problem not in problems)
            continue
        language = loaded.scenario.language
        click.echo(f"{name}: {VALID[language]} ({loaded.scenario.name})")
        if loaded.overridden:
            click.echo(f"  {REPLACED[language]}:")
            for id in loaded.overridden:
                click.echo(f"    {replaced(id, library, loaded.library)}")
        if resolved:
            click.echo(_table(loaded))
    if problems:
        raise InputError(problems)


def replaced(id: str, before: ParameterLibrary, after: ParameterLibrary) -> str:
    """An override in one line: id, published and new value, unit, price year."""
    from ips_econ.parameters.listing import value_text

    parameter = after.parameters[id]
    old = value_text(before.parameters[id].values[-1])
    year = f", prices of {parameter.price_year}" if parameter.price_year else ""
    return f"{id}: {old} -> {value_text(parameter.values[-1])} ({parameter.unit}{year})"


@click.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to a file instead of the terminal.",
)
def schema(out: Path | None) -> None:
    """Print the JSON Schema of scenario files, for editors.

    An editor that knows it completes keys, shows what they mean and marks mistakes while typing.

    \b
    Example:
      ips-econ schema --out scenario.schema.json
    """
    import json

    from ips_econ.parameters.library import load_library
    from ips_econ.scenario.schema import editor_schema

    parameters = load_library().parameters
    titles = {id: parameter.title for id, parameter in parameters.items()}
    text = json.dumps(editor_schema(titles), indent=2)
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunError(f"{out} cannot be written ({error.strerror})") from None


def _table(loaded: LoadedScenario) -> str:
    """Every key, where its value comes from, and the value, one per line."""
    content = loaded.scenario.model_dump(mode="json")
    widths = [max(map(len, words)) for words in (loaded.origin, loaded.origin.values())]
    lines = []
    for key, origin in loaded.origin.items():
        section, _, name = key.partition(".")
        # local results are read by calibration alone and are in no dump (they may be small groups)
        value = content[section][name] if name else content.get(section, "…")
        lines.append(f"  {key:<{widths[0]}}  {origin:<{widths[1]}}  {_in_short(value)}")
    return "\n".join(lines)


def _in_short(value: object) -> str:
    """A value in a few characters: shares of nothing left out, yearly repetitions said once."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_in_short(part)}" for name, part in value.items() if part != 0)
    if isinstance(value, list):
        if len(value) > 1 and all(part == value[0] for part in value):
            return f"{_in_short(value[0])} each year"
        return ", ".join(_in_short(part) for part in value)
    if value is None:
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)
