"""The place a run works in, and how it changes places with an earlier result.

The staging directory ``<target>.partial`` stands beside the target, in the same file system, and
belongs to one process at a time. Two renames put a finished result in place: the earlier result
moves into the staging directory, and the staging directory to the target. Whatever cuts this off
leaves one whole result at the target, or is undone by the next run.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from ips_econ.errors import InputError, RunError
from ips_econ.file_formats import json_value

TOOL = "ips-econ"
MANIFEST = "manifest.json"
BLOCKS = "blocks"
LOCK = ".lock"
ELSEWHERE = "or choose another directory with --out"
# Written after the manifest, by `ips-econ report`, so not in its list of files.
DOCUMENTS = ("charts/", "report.html", "report.docx", "workbook.xlsx")

_EARLIER = ".earlier"  # the earlier result, inside the staging directory during the swap
_WORKING = (f"{BLOCKS}/", LOCK, f"{_EARLIER}/")
_SYSTEM_FILES = re.compile(
    r"\.DS_Store|\._.*|\.directory|Thumbs\.db|desktop\.ini|\.~lock\..*|~\$.*", re.IGNORECASE
)
_RENAME_PAUSES_S = (0.1, 0.2, 0.4, 0.8) if sys.platform == "win32" else ()

if sys.platform == "win32":
    import msvcrt

    _HELD_BY_ANOTHER: type[OSError] = PermissionError

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    _HELD_BY_ANOTHER = BlockingIOError

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(frozen=True)
class DirectoryLock:
    """A held lock: an open file. The system frees it when the process ends, however it ends."""

    file: IO[bytes]

    @classmethod
    def acquire(cls, path: Path) -> Self | None:
        """Take the lock at ``path``, or ``None`` if another process holds it.

        A file system without locks (some network drives) gives a lock that keeps nobody out.
        """
        file = path.open("a+b")
        try:
            _lock(file)
        except _HELD_BY_ANOTHER:
            file.close()
            return None
        except OSError:
            return cls(file)
        return cls(file)

    def release(self) -> None:
        """Let the next process in; may be called again."""
        self.file.close()


# ------------------------------------------------------------------------ what is refused


def refuse_place(target: Path) -> None:
    """Refuse a target whose place no directory can take."""
    here = Path.cwd()
    if target.exists() and not target.is_dir():
        raise InputError("--out names a file; name a directory", file=shown(target))
    if not target.name or os.path.ismount(target):
        raise InputError(
            "--out names the top of a disk or volume, which cannot be replaced; "
            "name a directory inside it",
            file=str(target),
        )
    if target == here or target in here.parents:
        raise InputError(
            "--out names the directory you are in; leave it first, or name another",
            file=str(target),
        )


def refuse_foreign_staging(staging: Path) -> None:
    """Refuse to work in something a user made that happens to have the staging directory's name."""
    if not staging.exists():
        return
    own = manifest_of(staging) is not None or (staging / LOCK).exists()
    if not staging.is_dir() or (not own and _visible_files(staging)):
        raise InputError(
            "the run would work here, but this is not of ips-econ's making; move it elsewhere, "
            "or choose another --out",
            file=shown(staging),
        )


def refuse_foreign_target(target: Path) -> None:
    """Refuse to replace a directory with anything in it that no finished run wrote."""
    if not target.exists():
        return
    manifest, found = manifest_of(target), _visible_files(target)
    if manifest is None:
        if found:
            raise InputError(
                "this directory holds other files and is not a run of ips-econ, so it is not "
                "overwritten; choose another with --out",
                file=shown(target),
            )
        return
    if manifest.get("status") != "complete":
        raise InputError(
            "an unfinished run works here; to go on with it give --resume and --out as that run "
            "had it",
            file=shown(target),
        )
    written = {str(name) for name in manifest.get("files", ())}
    theirs = [n for n in found if n not in written and not n.startswith((*DOCUMENTS, *_WORKING))]
    if theirs:
        more = f" and {len(theirs) - 3} more" if len(theirs) > 3 else ""
        raise InputError(
            f"this run directory holds files that ips-econ did not write ({', '.join(theirs[:3])}"
            f"{more}) and a new run would remove them; move them elsewhere, or choose another "
            "with --out",
            file=shown(target),
        )


# ------------------------------------------------------------------------ changing places


def swap(staging: Path, target: Path, lock: DirectoryLock | None) -> None:
    """Put ``staging`` in the place of ``target``; undone if the second rename fails."""
    if lock is not None and sys.platform == "win32":
        lock.release()  # there an open file keeps its directory from being renamed
    if target.is_dir() and not any(target.iterdir()):
        target.rmdir()
    earlier = staging / _EARLIER
    try:
        if target.exists():
            _rename(target, earlier)
        _rename(staging, target)
    except BaseException:
        if earlier.exists():
            _rename(earlier, target)
        raise
    if lock is not None:
        lock.release()
    with suppress(OSError):
        (target / LOCK).unlink()
    shutil.rmtree(target / _EARLIER, ignore_errors=True)


def put_earlier_back(staging: Path, target: Path) -> None:
    """Undo the first rename of a swap that was cut off before the second."""
    earlier = staging / _EARLIER
    if not earlier.exists():
        return
    if target.exists():
        raise RunError(
            f"an earlier result was left in {shown(earlier)} when a run was cut off; "
            "move it elsewhere and give the command again"
        )
    _rename(earlier, target)


def empty(directory: Path, *, but: Sequence[str]) -> None:
    """Remove everything in a directory except the names in ``but``."""
    for entry in directory.iterdir():
        if entry.name in but:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def let_go(staging: Path, lock: DirectoryLock) -> None:
    """Leave a staging directory to the next run; nothing of it stays if no block was finished."""
    keeps = blocks_of(staging) or (staging / _EARLIER).exists()
    if sys.platform == "win32":
        lock.release()  # there an open file cannot be removed
    if not keeps:
        shutil.rmtree(staging, ignore_errors=True)
    lock.release()


def _rename(source: Path, destination: Path) -> None:
    """Rename a directory; on Windows, wait for virus scanners and indexers to let go of it."""
    for pause_s in _RENAME_PAUSES_S:
        try:
            source.rename(destination)
        except PermissionError:
            time.sleep(pause_s)
        else:
            return
    source.rename(destination)


# ---------------------------------------------------------------------- reading and words


def manifest_of(directory: Path) -> Mapping[str, Any] | None:
    """The manifest of a run of this tool, or ``None`` if there is none."""
    try:
        manifest = json_value((directory / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("tool") == TOOL else None


def files_of(directory: Path) -> list[str]:
    """Names of the files of a run, folders joined by ``/``, sorted; without what it works with."""
    return [name for name in _visible_files(directory) if not name.startswith(_WORKING)]


def _visible_files(directory: Path) -> list[str]:
    """Names of all files but those of the operating system's or an office program's making."""
    paths = (path.relative_to(directory) for path in directory.rglob("*") if not path.is_dir())
    return sorted(
        path.as_posix()
        for path in paths
        if not any(_SYSTEM_FILES.fullmatch(part) for part in path.parts)
    )


def blocks_of(directory: Path) -> tuple[int, ...]:
    """Indices of the finished blocks in a directory, in order."""
    names = (path.stem for path in (directory / BLOCKS).glob("*.npz"))
    return tuple(sorted(int(name) for name in names if name.isdigit()))


@contextmanager
def with_remedy(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses at ``path`` into one line with the remedy."""
    try:
        yield
    except OSError as error:
        raise RunError(f"{remedy(error, path)}; {ELSEWHERE}") from error


def remedy(error: OSError, path: Path) -> str:
    """What the operating system refused at ``path``, and what a user can do about it there."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return f"the disk is full: {shown(path)} could not be written; free some space"
    reason = error.strerror or type(error).__name__
    return (
        f"{shown(path)} could not be written ({reason}); see that you may write there and that no "
        "other program has it open"
    )


def shown(path: Path) -> str:
    """A path as a user would give it: relative if it lies below the current directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
