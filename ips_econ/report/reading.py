"""Reads the JSON, CSV and parquet files of a run directory, or says what is wrong with one."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ips_econ.errors import InputError, nearest_name


class Row:
    """One line of a CSV file: its cells by column, its numbers checked."""

    def __init__(self, file: Path, line: int, cells: dict[str, str]) -> None:
        self.file, self.line, self.cells = file, line, cells

    def text(self, column: str) -> str:
        """The cell as it stands."""
        return self.cells[column]

    def number(self, column: str) -> float | None:
        """The cell as a finite number; ``None`` where it is empty."""
        cell = self.cells[column].strip()
        if not cell:
            return None
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise InputError(
                "this is not a finite number; write the run again with `ips-econ simulate`",
                file=str(self.file),
                line=self.line,
                key=column,
                found=cell,
            )
        return value

    def required(self, column: str) -> float:
        """The cell as a finite number that must be there."""
        value = self.number(column)
        if value is None:
            raise InputError(
                "a number is missing; write the run again with `ips-econ simulate`",
                file=str(self.file),
                line=self.line,
                key=column,
            )
        return value

    def flag(self, column: str) -> bool:
        """The cell as yes or no."""
        return self.cells[column].strip().lower() in {"1", "true", "yes"}


def read_json(directory: Path, name: str, keys: Sequence[str]) -> dict[str, Any]:
    """The object in a JSON file of the run, which must have ``keys``."""
    path = _existing(directory, name)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"this is not readable as JSON ({error})", file=str(path)) from None
    if not isinstance(content, dict):
        raise InputError("a JSON object is expected", file=str(path), found=type(content).__name__)
    for key in keys:
        if key not in content:
            raise InputError(
                "a key is missing; write the run again with `ips-econ simulate`",
                file=str(path),
                key=key,
            )
    return content


def read_rows(directory: Path, name: str, columns: Sequence[str]) -> Iterator[Row]:
    """The lines of a CSV file that must have ``columns``; others are ignored."""
    path = _existing(directory, name)
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            for column in columns:
                if column not in header:
                    raise InputError(
                        "a column is missing; write the run again with `ips-econ simulate`",
                        file=str(path),
                        line=1,
                        key=column,
                        found=", ".join(header),
                        nearest=nearest_name(column, header),
                    )
            for cells in reader:
                if len(cells) != len(header):
                    raise InputError(
                        f"{len(header)} cells are expected, as in the first line",
                        file=str(path),
                        line=reader.line_num,
                        found=len(cells),
                    )
                yield Row(path, reader.line_num, dict(zip(header, cells, strict=True)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"this is not readable as CSV ({error})", file=str(path)) from None


def read_draw_columns(
    directory: Path, columns: Sequence[str]
) -> dict[str, npt.NDArray[np.float64]]:
    """Named columns of ``draws.parquet``, each (draw,)."""
    from pyarrow import ArrowInvalid
    from pyarrow.parquet import ParquetFile

    path = _existing(directory, "draws.parquet")
    try:
        with ParquetFile(path) as file:
            names = file.schema_arrow.names
            for column in columns:
                if column not in names:
                    raise InputError(
                        "a column is missing; write the run again with `ips-econ simulate`",
                        file=str(path),
                        key=column,
                        nearest=nearest_name(column, names),
                    )
            table = file.read(columns=list(columns), use_threads=False)
    except ArrowInvalid as error:
        raise InputError(f"this is not readable as parquet ({error})", file=str(path)) from None
    return {name: np.array(table.column(name).to_pylist(), dtype=np.float64) for name in columns}


def _existing(directory: Path, name: str) -> Path:
    path = directory / name
    if not path.is_file():
        raise InputError(
            f"this is not a finished run directory: {name} is missing; "
            "`ips-econ simulate SCENARIO` writes one",
            file=str(directory),
        )
    return path
