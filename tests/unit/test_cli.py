"""Nothing heavy is loaded to say what there is, and every failure ends in one code and no trace."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from ips_econ import cli
from ips_econ.errors import InputError, Interrupted, Problem, RunError

LOADED_BY = """
import sys
before = set(sys.modules)
from ips_econ.cli import main
code = main({arguments!r})
loaded = sorted(set(sys.modules) - before)
packages = {{
    name.split(".")[0]
    for name in loaded
    if "site-packages" in (getattr(sys.modules[name], "__file__", None) or "")
}}
own = [name for name in loaded if name.startswith("ips_econ")]
print(code, sorted(packages - {{"colorama", "ips_econ"}}), own, file=sys.stderr)
"""


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[BaseException], list[str]]]:
    """Registers a command ``fail`` that raises what the test says; gives the words to call it."""

    def register(error: BaseException) -> list[str]:
        @click.command()
        def fail() -> None:
            raise error

        monkeypatch.setattr(sys.modules[__name__], "fail", fail, raising=False)
        monkeypatch.setitem(sys.modules, "tests_unit_cli", sys.modules[__name__])
        monkeypatch.setitem(cli.COMMANDS, "fail", cli.LazyCommand("tests_unit_cli:fail", "Fails."))
        return ["fail"]

    yield register


# -------------------------------------------------------------------------------- loading


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--help"], 0), (["--version"], 0), (["simulat"], 2)]
)
def test_help_loads_click_and_nothing_heavier(arguments: list[str], code: int) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", LOADED_BY.format(arguments=arguments)],
        check=True,
        capture_output=True,
        text=True,
    )
    own = ["ips_econ", "ips_econ.cli", "ips_econ.errors"]
    assert shown.stderr.splitlines()[-1] == f"{code} ['click'] {own}"


def test_help_lists_every_command_in_the_order_of_the_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["--help"]) == 0
    listed = capsys.readouterr().out.split("Commands:\n")[1]
    names = [line.split()[0] for line in listed.splitlines() if line.startswith("  ")]
    assert names[: len(cli.COMMANDS)] == list(cli.COMMANDS)


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_is_where_the_table_says(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([name, "--help"]) == 0
    assert f"Usage: ips-econ {name}" in capsys.readouterr().out


def test_version_is_that_of_the_installation(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"ips-econ {version('ips-econ')}\n"


# ------------------------------------------------------------------------------ exit codes


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (RunError("the disk is full"), 1, "error: the disk is full\n"),
        (
            InputError([Problem("unknown key", "a.toml", 3, "x"), Problem("wrong", "a.toml", 4)]),
            2,
            "error: a.toml:3: x: unknown key\nerror: a.toml:4: wrong\n",
        ),
        (
            Interrupted("interrupted; 2 finished blocks are kept"),
            130,
            "interrupted; 2 finished blocks are kept\n",
        ),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x.csv"),
            1,
            "error: the disk is full (x.csv could not be written); "
            "free some space and give the command again\n",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "x.csv"),
            1,
            "error: PermissionError: [Errno 13] Permission denied: 'x.csv'; "
            "run again with --debug for details\n",
        ),
        (
            ValueError("first\nsecond"),
            1,
            "error: ValueError: first second; run again with --debug for details\n",
        ),
        (AssertionError(), 1, "error: AssertionError; run again with --debug for details\n"),
        (
            MemoryError(),
            1,
            "error: out of memory; close other programs, or use fewer --people or --jobs\n",
        ),
        (click.UsageError("no such thing"), 2, "Error: no such thing\n"),
    ],
)
def test_every_failure_has_its_code_and_its_words(
    error: BaseException,
    code: int,
    said: str,
    fails: Callable[[BaseException], list[str]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cli, "_close_stdout", lambda: None)  # would close pytest's own
    assert cli.main(fails(error)) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.endswith(said)
    assert "Traceback" not in shown.err


def test_ctrl_c_outside_a_run_says_that_nothing_was_kept(
    fails: Callable[[BaseException], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(fails(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err.strip() == (
        "interrupted; unfinished work was not kept, earlier results are unchanged"
    )


@pytest.mark.parametrize("error", [RunError("broken"), KeyError("x"), KeyboardInterrupt()])
@pytest.mark.parametrize("last", [True, False])
def test_debug_shows_the_trace_wherever_it_stands_in_the_line(
    error: BaseException,
    last: bool,
    fails: Callable[[BaseException], list[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = fails(error)
    code = cli.main([*words, "--debug"] if last else ["--debug", *words])
    assert code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    shown = capsys.readouterr().err
    assert "Traceback (most recent call last)" in shown
    assert "in fail" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["simulat", "lappi"], "No such command 'simulat'; did you mean 'simulate'?"),
        (["qqqqq"], "No such command 'qqqqq'; there are simulate, check"),
        (["report"], "Missing argument 'RUN_DIR'"),
        (["report", "x", "--format", "pdf"], "'pdf' is not one of 'html', 'all'"),
        (["--no-such-option"], "No such option '--no-such-option'"),
        ([], "Usage: ips-econ"),
    ],
)
def test_bad_usage_is_told_with_what_is_allowed(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""


# -------------------------------------------------------------------------------- streams


def ips_econ(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    program = "import sys; from ips_econ.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        check=False,
        text=True,
        stderr=subprocess.PIPE,
        **options,  # type: ignore[call-overload]
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX pipe")
def test_a_reader_that_leaves_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = ips_econ("--help", stdout=writing)
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_into_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        ended = ips_econ("--help", stdout=full)
    assert ended.returncode == 1
    assert ended.stderr == ("error: the disk is full; free some space and give the command again\n")


def test_letters_a_terminal_lacks_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    cli._speak_utf8()
    stream.write("Etelä")
    stream.flush()
    assert stream.buffer.getvalue() == b"Etel?"  # type: ignore[attr-defined]


def test_windows_pipes_get_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "platform", "win32")
    cli._speak_utf8()
    stream.write("€ ≥ Etelä")
    stream.flush()
    assert stream.buffer.getvalue() == "€ ≥ Etelä".encode()  # type: ignore[attr-defined]


# --------------------------------------------------------------------------------- report


def test_report_refuses_what_is_not_a_finished_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["report", str(tmp_path / "nowhere")]) == 2
    assert "there is no such run directory" in capsys.readouterr().err
    assert cli.main(["report", str(tmp_path)]) == 2
    assert "this is not a run of ips-econ" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "language"), [([], "fi"), (["--lang", "en"], "en")])
def test_report_writes_in_the_language_of_the_run_or_of_the_option(
    words: list[str],
    language: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ips_econ.report import documents
    from ips_econ.run_directory import RunDirectory

    with RunDirectory.start(tmp_path / "lappi", "key") as directory:
        directory.complete({"scenario": {"id": "lappi", "language": "fi"}})
    asked = []
    monkeypatch.setattr(documents, "write_report", lambda *what: asked.append(what))
    assert cli.main(["report", str(tmp_path / "lappi"), *words]) == 0
    assert asked == [((tmp_path / "lappi").resolve(), language)]
    assert capsys.readouterr().out.strip() == str(tmp_path / "lappi" / "report.html")
