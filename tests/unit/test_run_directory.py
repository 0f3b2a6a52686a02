"""A run appears whole or not at all; an earlier result survives whatever goes wrong."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ips_econ import staging
from ips_econ.errors import InputError, Interrupted, RunError
from ips_econ.run_directory import RunDirectory, run_key

KEY = run_key({"scenario": "lappi", "seed": 1})
OTHER_KEY = run_key({"scenario": "lappi", "seed": 2})
BLOCK = {"outcomes": np.arange(6.0).reshape(2, 3), "file": np.array([1, 2], dtype=np.int8)}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "outputs" / "lappi"


def finish(target: Path, key: str = KEY, text: str = "a,b\n") -> RunDirectory:
    with RunDirectory.start(target, key) as directory:
        directory.write_text("flows.csv", text)
        return directory.complete({"seed": 1})


def interrupt(target: Path, blocks: int = 2, key: str = KEY) -> str:
    with pytest.raises(Interrupted) as stopped, RunDirectory.start(target, key) as directory:
        for index in range(blocks):
            directory.write_block(index, BLOCK)
        raise KeyboardInterrupt
    return str(stopped.value)


def names(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*")}


# ------------------------------------------------------------------------ a whole result


def test_a_finished_run_stands_alone_in_its_place(target: Path) -> None:
    with RunDirectory.start(target, KEY) as directory:
        directory.write_block(0, BLOCK)
        directory.write_text("charts/who_pays.svg", "<svg/>")
        assert not target.exists()
        finished = directory.complete({"seed": 7})
    assert names(target.parent) == {
        "lappi",
        "lappi/manifest.json",
        "lappi/charts",
        "lappi/charts/who_pays.svg",
    }
    assert finished.path == target
    assert finished.read_json("manifest.json") == {
        "tool": "ips-econ",
        "seed": 7,
        "files": ["charts/who_pays.svg", "manifest.json"],
        "run_key": KEY,
        "status": "complete",
    }


def test_a_new_result_replaces_the_earlier_one_entirely(target: Path) -> None:
    with RunDirectory.start(target, KEY) as directory:
        directory.write_text("old.csv", "x")
        directory.complete({})
    finish(target, OTHER_KEY)
    assert names(target.parent) == {"lappi", "lappi/manifest.json", "lappi/flows.csv"}
    assert RunDirectory.open(target).run_key == OTHER_KEY


def test_an_empty_directory_may_become_a_result(target: Path) -> None:
    target.mkdir(parents=True)
    (target / ".DS_Store").touch()
    assert finish(target).read_json("manifest.json")["status"] == "complete"


def test_a_relative_target_and_a_link_to_one_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finish(Path("lappi"))
    (tmp_path / "latest").symlink_to(tmp_path / "lappi", target_is_directory=True)
    finish(Path("latest"), OTHER_KEY)
    assert (tmp_path / "latest").is_symlink()
    assert RunDirectory.open("lappi").run_key == OTHER_KEY


# ------------------------------------------------------------------- stopped on the way


def test_ctrl_c_keeps_finished_blocks_and_says_how_to_go_on(target: Path) -> None:
    finish(target, text="earlier")
    said = interrupt(target, blocks=2)
    assert said == (
        "interrupted; 2 finished blocks are kept: "
        "give the same command again with --resume to go on"
    )
    assert (target / "flows.csv").read_text() == "earlier"
    partial = target.with_name("lappi.partial")
    assert staging.manifest_of(partial) == {"tool": "ips-econ", "run_key": KEY, "status": "partial"}
    with pytest.raises(InputError, match="this run is not finished"):
        RunDirectory.open(partial)


def test_ctrl_c_while_documents_are_written_takes_the_status_back(target: Path) -> None:
    with pytest.raises(Interrupted), RunDirectory.start(target, KEY) as directory:
        directory.write_block(0, BLOCK)
        directory.write_manifest({"seed": 7})
        assert directory.read_json("manifest.json")["status"] == "complete"
        raise KeyboardInterrupt
    partial = staging.manifest_of(target.with_name("lappi.partial"))
    assert partial is not None and partial["status"] == "partial" and partial["seed"] == 7


@pytest.mark.parametrize("manifest", ["complete", "none"])
def test_a_run_killed_while_documents_are_written_is_no_result_and_resumes(
    target: Path, manifest: str
) -> None:
    interrupt(target, blocks=1)
    partial = target.with_name("lappi.partial")
    (partial / "report.html").write_text("half")
    text = (partial / "manifest.json").read_text().replace('"partial"', '"complete"')
    (partial / "manifest.json").write_text(text if manifest == "complete" else "{}")
    with pytest.raises(InputError, match=r"not finished|not a run"):
        RunDirectory.open(partial)
    with RunDirectory.start(target, KEY, resume=True) as directory:
        assert directory.has_block(0)
        assert not (directory.path / "report.html").exists()


def test_ctrl_c_before_the_first_block_leaves_nothing(target: Path) -> None:
    assert interrupt(target, blocks=0) == "interrupted; nothing was finished yet"
    assert names(target.parent) == set()


def test_an_error_keeps_blocks_and_the_earlier_result(target: Path) -> None:
    finish(target, text="earlier")
    with pytest.raises(ZeroDivisionError), RunDirectory.start(target, KEY) as directory:
        directory.write_block(0, BLOCK)
        directory.write_text("flows.csv", "half")
        1 / 0  # noqa: B018
    assert (target / "flows.csv").read_text() == "earlier"
    with RunDirectory.start(target, KEY, resume=True) as directory:
        assert directory.blocks() == (0,)
        assert not (directory.path / "flows.csv").exists()


def test_resume_reads_the_blocks_back_exactly(target: Path) -> None:
    interrupt(target, blocks=2)
    with RunDirectory.start(target, KEY, resume=True) as directory:
        assert directory.blocks() == (0, 1)
        assert directory.has_block(1) and not directory.has_block(2)
        read = directory.read_block(1)
        assert read.keys() == BLOCK.keys()
        for name, array in BLOCK.items():
            np.testing.assert_array_equal(read[name], array)
            assert read[name].dtype == array.dtype
        directory.complete({})
    assert names(target) == {"manifest.json"}


def test_without_resume_a_run_starts_again(target: Path) -> None:
    interrupt(target)
    with RunDirectory.start(target, OTHER_KEY) as directory:
        assert directory.blocks() == ()


def test_resume_with_nothing_to_resume_starts(target: Path) -> None:
    with RunDirectory.start(target, KEY, resume=True) as directory:
        assert directory.blocks() == ()


def test_resume_with_other_inputs_is_refused_and_destroys_nothing(target: Path) -> None:
    interrupt(target)
    with pytest.raises(InputError, match="had other inputs .*leave --resume out to start again"):
        RunDirectory.start(target, OTHER_KEY, resume=True)
    with RunDirectory.start(target, KEY, resume=True) as directory:
        assert directory.blocks() == (0, 1)


@pytest.mark.parametrize("spoil", ["cut", "other key", "no archive"])
def test_a_damaged_or_foreign_block_is_not_finished(target: Path, spoil: str) -> None:
    interrupt(target, blocks=1)
    path = target.with_name("lappi.partial") / "blocks" / "00000.npz"
    if spoil == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif spoil == "other key":
        np.savez(path, run_key=np.array(OTHER_KEY), **{"array.outcomes": np.zeros(3)})
    else:
        path.write_bytes(b"")
    with RunDirectory.start(target, KEY, resume=True) as directory:
        assert not directory.has_block(0)
        with pytest.raises(RunError, match="block 0 .* is missing or damaged"):
            directory.read_block(0)
        directory.write_block(0, BLOCK)
        assert directory.has_block(0)


def test_a_killed_run_can_be_resumed(target: Path) -> None:
    """Killed, not interrupted: nothing could be tidied up, yet the finished block counts."""
    program = (
        "import os, numpy as np\n"
        "from ips_econ.run_directory import RunDirectory\n"
        f"directory = RunDirectory.start({str(target)!r}, {KEY!r})\n"
        "directory.write_block(3, {'x': np.ones(2)})\n"
        "(directory.path / 'blocks' / '00004.npz.tmp').write_bytes(b'half')\n"
        "os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 9
    with RunDirectory.start(target, KEY, resume=True) as directory:
        assert directory.blocks() == (3,)
        directory.complete({})
    assert names(target) == {"manifest.json"}


# ------------------------------------------------------------- disk full, closed, in use


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_really_full_disk_gives_one_line_and_keeps_what_was_finished(target: Path) -> None:
    finish(target, text="earlier")
    with pytest.raises(RunError) as failed, RunDirectory.start(target, KEY) as directory:
        directory.write_block(0, BLOCK)
        (directory.path / "blocks" / "00001.npz.tmp").symlink_to("/dev/full")
        directory.write_block(1, BLOCK)
    said = str(failed.value)
    assert "the disk is full" in said and "00001.npz could not be written" in said
    assert "1 finished block is kept: give the same command again with --resume" in said
    assert "\n" not in said
    assert (target / "flows.csv").read_text() == "earlier"
    with RunDirectory.start(target, KEY, resume=True) as directory:
        assert directory.blocks() == (0,)


def test_a_full_disk_at_the_start_leaves_nothing(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.parent.mkdir(parents=True)

    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(RunError, match="disk is full.*choose another directory with --out"):
        RunDirectory.start(target, KEY)
    assert names(target.parent) == set()


def test_a_closed_place_is_noticed_before_the_long_work(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(self: Path, *args: object, **kwargs: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", closed)
    with pytest.raises(RunError) as failed:
        RunDirectory.start(target, KEY)
    assert "could not be written (Permission denied)" in str(failed.value)
    assert "choose another directory with --out" in str(failed.value)


def test_a_parent_that_is_a_file_is_a_run_error(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("not a directory")
    with pytest.raises(RunError, match="could not be written"):
        RunDirectory.start(tmp_path / "outputs" / "lappi", KEY)


def test_a_target_in_use_keeps_the_earlier_result_and_the_blocks(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second rename fails, as on Windows while a file is open: the first is undone."""
    finish(target, text="earlier")
    rename = Path.rename

    def busy(self: Path, destination: Path) -> Path:
        if self.name.endswith(".partial"):
            raise PermissionError(errno.EACCES, "in use")
        return rename(self, destination)

    with pytest.raises(RunError) as failed, RunDirectory.start(target, OTHER_KEY) as directory:
        directory.write_block(0, BLOCK)
        monkeypatch.setattr(Path, "rename", busy)
        directory.complete({})
    monkeypatch.undo()
    assert "the result is ready but cannot take the place of" in str(failed.value)
    assert "close the programs that have files of it open" in str(failed.value)
    assert (target / "flows.csv").read_text() == "earlier"
    partial = staging.manifest_of(target.with_name("lappi.partial"))
    assert partial is not None and partial["status"] == "partial"
    with RunDirectory.start(target, OTHER_KEY, resume=True) as directory:
        assert directory.has_block(0)


def test_a_swap_cut_off_between_its_renames_is_undone_by_the_next_run(target: Path) -> None:
    finish(target, text="earlier")
    interrupt(target)
    partial = target.with_name("lappi.partial")
    target.rename(partial / ".earlier")
    with RunDirectory.start(target, KEY, resume=True) as directory:
        assert (target / "flows.csv").read_text() == "earlier"
        assert directory.blocks() == (0, 1)


def test_an_earlier_result_is_not_lost_when_its_place_was_taken_meanwhile(target: Path) -> None:
    finish(target, text="earlier")
    interrupt(target)
    partial = target.with_name("lappi.partial")
    target.rename(partial / ".earlier")
    target.mkdir()
    with pytest.raises(RunError, match="an earlier result was left in .*move it elsewhere"):
        RunDirectory.start(target, KEY)
    assert (partial / ".earlier" / "flows.csv").read_text() == "earlier"


def test_two_runs_at_once_into_one_place_are_refused(target: Path) -> None:
    with RunDirectory.start(target, KEY) as directory:
        directory.write_block(0, BLOCK)
        with pytest.raises(RunError, match="another run is writing to"):
            RunDirectory.start(target, KEY)
        assert directory.blocks() == (0,)
        directory.complete({})
    finish(target)


# -------------------------------------------------------------------------- what is refused


def test_a_directory_of_something_else_is_not_overwritten(target: Path) -> None:
    target.mkdir(parents=True)
    (target / "thesis.docx").write_text("years of work")
    (target / "manifest.json").write_text('{"name": "a web page", "status": "complete"}')
    with pytest.raises(InputError, match="not a run of ips-econ, so it is not overwritten"):
        RunDirectory.start(target, KEY)
    assert names(target.parent) == {"lappi", "lappi/thesis.docx", "lappi/manifest.json"}


@pytest.mark.parametrize("name", [".git/config", "blocks/toys.txt", "draft.tmp"])
def test_hidden_and_odd_files_of_the_user_count_too(target: Path, name: str) -> None:
    (target / name).parent.mkdir(parents=True)
    (target / name).write_text("mine")
    with pytest.raises(InputError, match="not a run of ips-econ, so it is not overwritten"):
        RunDirectory.start(target, KEY)
    assert (target / name).read_text() == "mine"


def test_files_of_the_user_among_the_results_are_not_removed(target: Path) -> None:
    finish(target)
    (target / "notes.txt").write_text("mine")
    (target / "report.docx").write_text("written later by ips-econ report")
    with pytest.raises(InputError, match=r"did not write \(notes.txt\).*move them elsewhere"):
        RunDirectory.start(target, KEY)
    (target / "notes.txt").unlink()
    finish(target)
    assert not (target / "report.docx").exists()


def test_files_that_came_during_the_run_are_not_removed(target: Path) -> None:
    finish(target)
    with pytest.raises(InputError, match="notes.txt"), RunDirectory.start(target, KEY) as directory:
        (target / "notes.txt").write_text("mine")
        directory.complete({})
    assert (target / "notes.txt").read_text() == "mine"


def test_a_strange_directory_with_the_staging_name_is_left_alone(target: Path) -> None:
    strange = target.with_name("lappi.partial")
    strange.mkdir(parents=True)
    (strange / "draft.txt").write_text("mine")
    with pytest.raises(InputError, match="not of ips-econ's making"):
        RunDirectory.start(target, KEY)
    assert (strange / "draft.txt").read_text() == "mine"


def test_a_file_a_volume_and_the_current_directory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lappi").write_text("a file")
    with pytest.raises(InputError, match="--out names a file"):
        RunDirectory.start(tmp_path / "lappi", KEY)
    with pytest.raises(InputError, match="the top of a disk or volume"):
        RunDirectory.start(Path(tmp_path.anchor), KEY)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="the directory you are in"):
        RunDirectory.start(".", KEY)


def test_the_place_of_an_unfinished_run_is_no_target(target: Path) -> None:
    interrupt(target)
    with pytest.raises(InputError, match="an unfinished run works here"):
        RunDirectory.start(target.with_name("lappi.partial"), KEY)


def test_opening_what_is_not_a_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such run directory"):
        RunDirectory.open(tmp_path / "nowhere")
    with pytest.raises(InputError, match="this is not a run of ips-econ"):
        RunDirectory.open(tmp_path)


# ------------------------------------------------------------------------------------ files


def test_tables_come_back_as_they_were_written(target: Path) -> None:
    with RunDirectory.start(target, KEY) as directory:
        directory.write_csv("flows.csv", ["arm", "mean"], [["ips", "control"], [1.5, None]])
        directory.write_json("summary.json", {"mean": np.float64("nan"), "draws": np.int64(8)})
        directory.write_parquet("draws.parquet", {"x": np.array([1.0, np.nan, 3.0])})
        run = directory.complete({})
    assert run.read_csv("flows.csv") == {"arm": ["ips", "control"], "mean": [1.5, None]}
    assert run.read_json("summary.json") == {"mean": None, "draws": 8}
    np.testing.assert_array_equal(run.read_parquet("draws.parquet")["x"], [1.0, np.nan, 3.0])


@pytest.mark.parametrize(
    ("name", "read"),
    [("f.csv", "read_csv"), ("f.json", "read_json"), ("f.parquet", "read_parquet")],
)
def test_a_missing_or_damaged_file_of_a_run_is_named(target: Path, name: str, read: str) -> None:
    run = finish(target)
    with pytest.raises(InputError, match=rf"{name} .* cannot be read \(No such file"):
        getattr(run, read)(name)
    (target / name).write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=rf"{name} .* cannot be read \(damaged\); run the sim"):
        getattr(run, read)(name)


def test_a_block_of_objects_is_refused(target: Path) -> None:
    with RunDirectory.start(target, KEY) as directory, pytest.raises(TypeError, match="objects"):
        directory.write_block(0, {"x": np.array([None, "a"], dtype=object)})


def test_the_key_depends_on_the_inputs_and_not_on_their_order() -> None:
    assert run_key({"a": 1, "b": 2.0}) == run_key({"b": 2.0, "a": 1})
    assert run_key({"a": 1}) != run_key({"a": 2})
    assert len(run_key({})) == 64
