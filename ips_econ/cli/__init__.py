"""The command line: which commands there are, and what happens when one fails.

A command's module is imported when the command is called, so that ``ips-econ --help`` loads click
and nothing heavier. Every failure ends here, in one exit code and, except under ``--debug``, in
words without a traceback:

====  ===============================================================================
code  meaning
====  ===============================================================================
0     done
1     the run failed, or something unforeseen happened
2     the command or its input cannot be used: every problem found, one per line
130   interrupted; the line says what was kept and how to go on
====  ===============================================================================
"""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NamedTuple

import click

from ips_econ.errors import Interrupted, IpsEconError, nearest_name


class LazyCommand(NamedTuple):
    """Where a command is found (``module:attribute``), and its line in the list of commands."""

    target: str
    summary: str


COMMANDS = {
    "simulate": LazyCommand(
        "ips_econ.cli.simulate:simulate", "Simulate a scenario and write its results and report."
    ),
    "check": LazyCommand(
        "ips_econ.cli.check:check", "Check scenarios for mistakes without running anything."
    ),
    "net-income": LazyCommand(
        "ips_econ.cli.net_income:net_income",
        "One person's month: taxes, benefits, payers, and what work pays.",
    ),
    "validate": LazyCommand(
        "ips_econ.cli.validate:validate",
        "Reproduce published trials: predicted against observed.",
    ),
    "calibrate": LazyCommand(
        "ips_econ.cli.calibrate:calibrate", "Update a scenario's parameters with local results."
    ),
    "verify": LazyCommand(
        "ips_econ.cli.verify:verify", "Check the model on a scenario of yours: what must be, is."
    ),
    "parameters": LazyCommand(
        "ips_econ.cli.inspect:parameters",
        "List, show or export every parameter with its source and grade.",
    ),
    "report": LazyCommand(
        "ips_econ.cli.report:report", "Write the documents of a finished run again."
    ),
    "schema": LazyCommand(
        "ips_econ.cli.check:schema", "Print the JSON Schema of scenario files, for editors."
    ),
}


class LazyGroup(click.Group):
    """A group that lists its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, the main one first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; ``None`` if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].target.split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a misspelt one is answered with the nearest name."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            nearest = nearest_name(name, COMMANDS)
            hint = f"did you mean {nearest!r}?" if nearest else f"there are {', '.join(COMMANDS)}."
            ctx.fail(f"No such command {name!r}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    epilog="`ips-econ COMMAND --help` explains a command and gives an example.",
)
@click.version_option(package_name="ips-econ", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show where in the program an error arose.")
def commands(debug: bool) -> None:
    """What Individual Placement and Support (IPS) costs and returns.

    For people in psychiatric care in one Finnish wellbeing services county who want paid work:
    what changes, for whom, and how sure are we, if they get IPS instead of what they get today?

    \b
    Example:
      ips-econ simulate etela-pohjanmaa
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    if debug:  # may stand anywhere in the line
        arguments = ["--debug", *(word for word in arguments if word != "--debug")]
    _speak_utf8()
    try:
        code = _run(arguments)
        _flush()
    except (BrokenPipeError, KeyboardInterrupt, Exception) as error:
        if debug:
            traceback.print_exc()
        code = _report(error)
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    return code


def _run(arguments: list[str]) -> int:
    try:
        result = commands.main(arguments, prog_name="ips-econ", standalone_mode=False)
    except SystemExit as end:  # click's own quiet end when the reader of a pipe has gone
        return end.code if isinstance(end.code, int) else 1
    return result if isinstance(result, int) else 0


def _report(error: BaseException) -> int:
    """Say on stderr what went wrong; returns the exit code."""
    if isinstance(error, BrokenPipeError):
        _close_stdout()
        return 1
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        _say("interrupted; unfinished work was not kept, earlier results are unchanged")
        return Interrupted.exit_code
    if isinstance(error, Interrupted):
        _say(str(error))
        return error.exit_code
    if isinstance(error, IpsEconError):
        for line in str(error).splitlines():
            _say(f"error: {line}")
        return error.exit_code
    _say(f"error: {_unforeseen(error)}")
    return 1


def _unforeseen(error: BaseException) -> str:
    """One line for an error that no part of the program has put into words."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _close_stdout()
        place = f" ({error.filename} could not be written)" if error.filename else ""
        return f"the disk is full{place}; free some space and give the command again"
    if isinstance(error, MemoryError):
        return "out of memory; close other programs, or use fewer --people or --jobs"
    name, text = type(error).__name__, " ".join(str(error).split())
    return f"{name}{': ' if text else ''}{text}; run again with --debug for details"


def _say(line: str) -> None:
    with suppress(OSError):
        click.echo(line, err=True)


def _speak_utf8() -> None:
    """Print every letter: UTF-8 into pipes and files on Windows; elsewhere never fail on one."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if sys.platform == "win32":
                stream.reconfigure(encoding="utf-8", errors="replace")
            else:
                stream.reconfigure(errors="replace")


def _flush() -> None:
    """Write out what was printed; on Windows a pipe without a reader is an invalid argument."""
    try:
        sys.stdout.flush()
    except OSError as error:
        if sys.platform == "win32" and error.errno == errno.EINVAL:
            raise BrokenPipeError from error
        raise


def _close_stdout() -> None:
    """Send what is still to be printed nowhere, so that the interpreter's end stays quiet."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
