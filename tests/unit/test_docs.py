"""What README.md says of the commands is what the commands say of themselves.

``IPS_ECON_UPDATE_README=1`` writes the help texts in README.md anew instead of comparing them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
import pytest

from ips_econ.cli import COMMANDS, commands

README = Path(__file__).parents[2] / "README.md"
HELP = re.compile(r"<!-- help: (?P<words>[a-z- ]+) -->\n(?P<text>.*?)<!-- end of help -->", re.S)


def command_at(words: str) -> tuple[click.Command, click.Context]:
    """The command that ``ips-econ simulate``, say, calls, with its context."""
    command: click.Command = commands
    context = click.Context(commands, info_name="ips-econ", terminal_width=80)
    for word in words.split()[1:]:
        assert isinstance(command, click.Group)
        found = command.get_command(context, word)
        assert found is not None, f"no command {words!r}"
        command, context = found, click.Context(found, parent=context, info_name=word)
    return command, context


def help_text(words: str) -> str:
    command, context = command_at(words)
    return command.get_help(context).rstrip() + "\n"


def groups_and_commands() -> list[str]:
    """Every command with its subcommands, as typed."""
    typed = []
    for name in COMMANDS:
        words = f"ips-econ {name}"
        command, context = command_at(words)
        typed.append(words)
        if isinstance(command, click.Group):
            typed += [f"{words} {name}" for name in command.list_commands(context)]
    return typed


def test_help_texts_in_the_readme_are_those_of_the_program() -> None:
    readme = README.read_text(encoding="utf-8")

    def block(match: re.Match[str]) -> str:
        words = match["words"]
        return f"<!-- help: {words} -->\n```\n{help_text(words)}```\n<!-- end of help -->"

    renewed, count = HELP.subn(block, readme)
    assert count >= 1
    if os.environ.get("IPS_ECON_UPDATE_README"):
        README.write_text(renewed, encoding="utf-8", newline="\n")
    assert README.read_text(encoding="utf-8") == renewed, (
        "run the tests once with IPS_ECON_UPDATE_README=1"
    )


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_used_in_the_readme(name: str) -> None:
    prose = HELP.sub("", README.read_text(encoding="utf-8"))
    assert re.search(rf"`ips-econ {name}\b|^ips-econ {name}\b", prose, re.M)


def test_every_command_in_the_readme_exists() -> None:
    used = re.findall(r"(?:`|^)ips-econ ([a-z-]+)", README.read_text(encoding="utf-8"), re.M)
    assert set(used) <= set(COMMANDS)


@pytest.mark.parametrize("words", ["ips-econ", *groups_and_commands()])
def test_every_help_has_an_example_that_calls_it(words: str) -> None:
    example = re.search(r"^ *Examples?:\n(.*)", help_text(words), re.M | re.S)
    assert example, f"{words} --help has no example"
    assert re.search(rf"^ +{words}(?: |$)", example[1], re.M)


@pytest.mark.parametrize("words", ["ips-econ", *groups_and_commands()])
def test_every_option_is_explained(words: str) -> None:
    command, context = command_at(words)
    silent = [
        option.opts
        for option in command.get_params(context)
        if isinstance(option, click.Option) and not option.hidden and not option.help
    ]
    assert silent == []


def test_files_the_readme_links_to_exist() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8"))
    assert linked
    assert [name for name in linked if not (README.parent / name).exists()] == []


def test_the_place_of_the_headline_table_is_marked_once() -> None:
    assert README.read_text(encoding="utf-8").count("<!-- headline table:") == 1
