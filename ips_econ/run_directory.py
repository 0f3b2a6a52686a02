"""A run's directory on disk: made aside, finished in blocks, put in place whole.

A run works in a staging directory beside its target (``<target>.partial``). Every file there is
written under a temporary name and then renamed, so that a file either exists whole or not at all.
Finished blocks of draws stay in ``blocks/`` with the key of the run's inputs, and ``--resume``
reads those of the same key. :meth:`RunDirectory.complete` writes the manifest last and puts the
directory in place by renaming; an earlier result stands untouched until that moment, and goes
only when the new one is in its place.

====================================  ======================================================
stopped by                            what is left
====================================  ======================================================
Ctrl-C, full disk, an error           the earlier result; finished blocks, ``status: partial``
killed, power cut                     the same
between the two renames of the swap   the earlier result inside the staging directory, put
                                      back by the next run
====================================  ======================================================
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ips_econ import staging as places
from ips_econ.errors import InputError, Interrupted, RunError
from ips_econ.file_formats import (
    Labels,
    csv_bytes,
    csv_columns,
    json_bytes,
    json_value,
    parquet_bytes,
    parquet_columns,
)
from ips_econ.staging import BLOCKS, ELSEWHERE, LOCK, MANIFEST, TOOL, DirectoryLock, remedy, shown

T = TypeVar("T")

_DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, RuntimeError)


def run_key(inputs: Mapping[str, object]) -> str:
    """SHA-256 (hex) of everything a run's numbers depend on, in any order of keys."""
    return hashlib.sha256(json_bytes(inputs, sort_keys=True)).hexdigest()


@dataclass(frozen=True)
class RunDirectory:
    """A run's files: in the staging directory while it is made, in the target once complete.

    Used as ``with RunDirectory.start(...) as directory: ...; directory.complete(manifest)``.
    Leaving the block otherwise keeps the finished blocks, or nothing if there are none; Ctrl-C
    becomes :class:`Interrupted`, saying what was kept and how to go on. Files and blocks may be
    written from several threads.
    """

    target: Path
    path: Path
    run_key: str
    _lock: DirectoryLock | None = field(default=None, repr=False, compare=False)

    # ------------------------------------------------------------------ begin, end

    @classmethod
    def start(
        cls,
        target: str | Path,
        run_key: str,
        *,
        resume: bool = False,
        manifest: Mapping[str, object] | None = None,
    ) -> Self:
        """Begin a run, or go on with an interrupted one; all that can be refused is refused here.

        Parameters
        ----------
        target
            Where the result is to stand; may hold an earlier result, nothing else.
        run_key
            Key of the inputs, see :func:`run_key`.
        resume
            Keep the finished blocks of an interrupted run with the same key, if there are any.
        manifest
            What is known of the run already, written with ``status: partial``.

        Raises
        ------
        InputError
            If the target is something else than an ips-econ result or an empty directory, or
            ``resume`` meets a run of other inputs.
        RunError
            If the place cannot be written, or another run is writing there.
        """
        target = Path(target).expanduser().resolve()
        places.refuse_place(target)
        staging = target.with_name(target.name + ".partial")
        places.refuse_foreign_staging(staging)
        places.refuse_foreign_target(target)
        with places.with_remedy(staging):
            staging.mkdir(parents=True, exist_ok=True)
            lock = DirectoryLock.acquire(staging / LOCK)
        if lock is None:
            raise RunError(
                f"another run is writing to {shown(target)}; wait until it ends, "
                "or choose another directory with --out"
            )
        try:
            with places.with_remedy(staging):
                places.put_earlier_back(staging, target)
            begun = places.manifest_of(staging)
            if resume and begun and begun.get("run_key") != run_key:
                raise InputError(
                    f"the unfinished run in {shown(staging)} had other inputs (scenario, options, "
                    "parameters or version), so --resume cannot go on with it; use the inputs of "
                    "that run, leave --resume out to start again, or choose another --out"
                )
            with places.with_remedy(staging):
                places.empty(staging, but=(LOCK, BLOCKS) if resume else (LOCK,))
            directory = cls(target, staging, run_key, lock)
            directory.write_manifest(manifest or {}, status="partial")
        except BaseException:
            places.let_go(staging, lock)
            raise
        return directory

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """A finished run, to read and to add documents to.

        Raises
        ------
        InputError
            If there is no such directory, or it is not a finished run.
        """
        target = Path(path).expanduser().resolve()
        if not target.is_dir():
            raise InputError("there is no such run directory", file=str(path))
        manifest = places.manifest_of(target)
        if manifest is None:
            raise InputError(
                f"this is not a run of ips-econ (it has no {MANIFEST} of one)", file=str(path)
            )
        if manifest.get("status") != "complete" or (target / LOCK).exists():
            raise InputError(
                "this run is not finished; give the command that began it again with --resume",
                file=str(path),
            )
        return cls(target, target, str(manifest.get("run_key", "")))

    def complete(self, manifest: Mapping[str, object]) -> Self:
        """Put the finished result in the target's place; returns the directory there.

        The manifest is written last, with ``status: complete`` and the names of all files.

        Raises
        ------
        RunError
            If the target cannot be replaced (an open file on Windows); the blocks are then kept.
        """
        places.refuse_foreign_target(self.target)
        entries = {**manifest, "files": sorted({*places.files_of(self.path), MANIFEST})}
        self.write_manifest(entries)
        try:
            places.swap(self.path, self.target, self._lock)
        except BaseException as error:
            if self.path.exists():
                with suppress(RunError):
                    self.write_manifest(manifest, status="partial")
            if isinstance(error, OSError):
                raise RunError(
                    f"the result is ready but cannot take the place of {shown(self.target)} "
                    f"({error.strerror}); close the programs that have files of it open, "
                    "then give the same command again with --resume"
                ) from error
            raise
        shutil.rmtree(self.target / BLOCKS, ignore_errors=True)
        return type(self)(self.target, self.target, self.run_key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._lock is None or not self.path.exists():
            return
        kept = self._kept()
        with suppress(RunError):
            self.write_manifest(places.manifest_of(self.path) or {}, status="partial")
        places.let_go(self.path, self._lock)
        if isinstance(error, KeyboardInterrupt):
            raise Interrupted(f"interrupted; {kept or 'nothing was finished yet'}") from None

    # ---------------------------------------------------------------------- blocks

    def blocks(self) -> tuple[int, ...]:
        """Indices of the blocks finished so far, in order."""
        return places.blocks_of(self.path)

    def has_block(self, index: int) -> bool:
        """Whether block ``index`` is finished, whole, and of this run's inputs."""
        try:
            self._load_block(index)
        except (OSError, *_DAMAGED):
            return False
        return True

    def write_block(self, index: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep a finished block of draws: arrays of any shape by name."""
        if any(np.asarray(array).dtype.hasobject for array in arrays.values()):
            raise TypeError("a block holds arrays of numbers and fixed text, not of objects")
        data = io.BytesIO()
        named = {f"array.{name}": array for name, array in arrays.items()}
        np.savez(data, run_key=np.array(self.run_key), **named)  # type: ignore[arg-type]
        self.write_bytes(f"{BLOCKS}/{index:05d}.npz", data.getvalue())

    def read_block(self, index: int) -> dict[str, NDArray[Any]]:
        """The arrays of a finished block, by name."""
        try:
            return self._load_block(index)
        except (OSError, *_DAMAGED) as error:
            raise RunError(
                f"block {index} of {shown(self.path)} is missing or damaged; "
                "give the same command again with --resume to simulate it again"
            ) from error

    def _load_block(self, index: int) -> dict[str, NDArray[Any]]:
        with np.load(self.path / f"{BLOCKS}/{index:05d}.npz", allow_pickle=False) as stored:
            if str(stored["run_key"]) != self.run_key:
                raise KeyError("run_key")
            prefix = "array."
            return {n.removeprefix(prefix): stored[n] for n in stored if n.startswith(prefix)}

    # ----------------------------------------------------------------------- files

    def write_csv(
        self, name: str, header: Sequence[str], columns: Sequence[Iterable[object]]
    ) -> None:
        """Write a table for people and other programs, see :func:`csv_bytes`."""
        self.write_bytes(name, csv_bytes(header, columns))

    def write_json(self, name: str, value: object) -> None:
        """Write a value as JSON, see :func:`json_bytes`."""
        self.write_bytes(name, json_bytes(value))

    def write_manifest(self, manifest: Mapping[str, object], *, status: str = "complete") -> None:
        """Write the manifest, signed with this tool's name and the run's key.

        For documents that read it before :meth:`complete`; a run that ends otherwise takes the
        status back.
        """
        signed = {"tool": TOOL, **manifest, "run_key": self.run_key, "status": status}
        self.write_json(MANIFEST, signed)

    def write_parquet(self, name: str, columns: Mapping[str, NDArray[Any] | Labels]) -> None:
        """Write a table too large for CSV, see :func:`parquet_bytes`."""
        self.write_bytes(name, parquet_bytes(columns))

    def write_text(self, name: str, text: str) -> None:
        r"""Write a text in UTF-8 with ``\n``."""
        self.write_bytes(name, text.encode("utf-8"))

    def write_bytes(self, name: str, data: bytes) -> None:
        """Write a whole file or none; ``name`` may have folders (``charts/who_pays.svg``).

        Raises
        ------
        RunError
            If the disk is full or the place closed, with the remedy and what is kept.
        """
        path = self.path / name
        aside = path.with_name(path.name + ".tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(data)
            os.replace(aside, path)
        except OSError as error:
            with suppress(OSError):
                aside.unlink()
            advice = [remedy(error, path)]
            if self._lock is not None:
                advice.append(self._kept() or ELSEWHERE)
            raise RunError("; ".join(advice)) from error

    def read_csv(self, name: str) -> dict[str, list[Any]]:
        """Columns by name, see :func:`csv_columns`."""
        return self._read(name, csv_columns)

    def read_json(self, name: str) -> Any:
        """The value of a JSON file."""
        return self._read(name, json_value)

    def read_parquet(self, name: str) -> dict[str, NDArray[Any]]:
        """Columns by name, see :func:`parquet_columns`."""
        return self._read(name, parquet_columns)

    def _read(self, name: str, decode: Callable[[bytes], T]) -> T:
        try:
            return decode((self.path / name).read_bytes())
        except (OSError, ValueError) as error:
            reason = (error.strerror or "unreadable") if isinstance(error, OSError) else "damaged"
            raise InputError(
                f"{name} of this run cannot be read ({reason}); run the simulation again",
                file=shown(self.path),
            ) from error

    def _kept(self) -> str:
        """What is kept of an unfinished run and how to go on; empty if nothing is."""
        count = len(self.blocks())
        if not count:
            return ""
        blocks = "1 finished block is" if count == 1 else f"{count} finished blocks are"
        return f"{blocks} kept: give the same command again with --resume to go on"


def write_files(place: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a directory that is no run, each whole or not at all.

    Raises
    ------
    RunError
        If the place cannot be a directory, is closed or full, with the remedy.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"{place} cannot be a directory ({reason}); choose another with --out"
        raise RunError(message) from None
    directory = RunDirectory(place, place, "")
    for name, data in files.items():
        directory.write_bytes(name, data)
