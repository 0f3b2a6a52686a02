"""CSV, JSON and parquet whose bytes depend on the values alone.

No times, no library metadata, no dependence on the platform: the same values give the same CSV
and JSON byte for byte, and parquet that reads back value by value. A figure that does not exist
(``None``, NaN, infinity) is an empty cell in CSV and ``null`` in JSON and parquet, never a word.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import PurePath
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

CSV_SIGNIFICANT_DIGITS = 10
PARQUET_ROW_GROUP = 65_536  # keeps the memory of writing small
_INTEGER = re.compile(r"-?\d+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
_TRUTH = {"true": True, "false": False}


class Labels(NamedTuple):
    """A column of text that repeats: each distinct name once, and which one stands in each row."""

    names: tuple[str, ...]
    codes: NDArray[np.integer[Any]]


def labels(texts: Sequence[str]) -> Labels:
    """Texts as :class:`Labels`, names in order of first appearance.

    >>> labels(["ips", "control", "ips"])
    Labels(names=('ips', 'control'), codes=array([0, 1, 0], dtype=int32))
    """
    codes: dict[str, int] = {}
    rows = [codes.setdefault(text, len(codes)) for text in texts]
    return Labels(tuple(codes), np.array(rows, dtype=np.int32))


def csv_bytes(header: Sequence[str], columns: Sequence[Iterable[object]]) -> bytes:
    r"""One table as CSV: comma, point, UTF-8, ``\n``; at most 10 significant digits.

    Parameters
    ----------
    header
        Names of the columns, each once.
    columns
        One sequence or one-dimensional array per name, all of one length.

    Raises
    ------
    ValueError
        If names repeat, or the columns are not of one length or not one per name.

    >>> csv_bytes(["month", "mean"], [[1, 2], [0.1 + 0.2, float("nan")]])
    b'month,mean\n1,0.3\n2,\n'
    """
    if len(set(header)) != len(header):
        raise ValueError(f"column names repeat: {list(header)}")
    if len(columns) != len(header):
        raise ValueError(f"{len(columns)} columns for {len(header)} names")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    plain = [c.tolist() if isinstance(c, np.ndarray) else c for c in columns]
    writer.writerows([_cell(value) for value in row] for row in zip(*plain, strict=True))
    return text.getvalue().encode("utf-8")


def csv_columns(data: bytes) -> dict[str, list[Any]]:
    """Columns of a CSV by name, typed by content: int, float, bool or str; empty is ``None``.

    Raises
    ------
    ValueError
        If it is not UTF-8, is empty, or has a row of another length than its header.

    >>> csv_columns(b"arm,month,mean\\nips,1,0.3\\nips,2,\\n")
    {'arm': ['ips', 'ips'], 'month': [1, 2], 'mean': [0.3, None]}
    """
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("rows of different length")
    header, body = rows[0], rows[1:]
    return {name: _typed([row[i] for row in body]) for i, name in enumerate(header)}


def json_bytes(value: object, *, sort_keys: bool = False) -> bytes:
    r"""A value as JSON in UTF-8, keys in the order given, figures that do not exist as ``null``.

    Numpy scalars and arrays become numbers and lists, dates become ISO text, paths text.

    Raises
    ------
    TypeError
        If something has no JSON form of its own (a set has no order, so it has none).

    >>> json_bytes({"mean": float("nan"), "p50": 2.5})
    b'{\n "mean": null,\n "p50": 2.5\n}\n'
    """
    text = json.dumps(
        _plain(value), indent=1, ensure_ascii=False, allow_nan=False, sort_keys=sort_keys
    )
    return (text + "\n").encode("utf-8")


def json_value(data: bytes) -> Any:
    """The value of a JSON text; ``ValueError`` if it is none."""
    return json.loads(data.decode("utf-8"))


def parquet_bytes(columns: Mapping[str, NDArray[Any] | Labels]) -> bytes:
    """One table as parquet: one-dimensional columns of one length, in the order given.

    Columns are numbers, truth values or text; repeated text is best given as :class:`Labels`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_arrays([_arrow(column) for column in columns.values()], list(columns))
    repeated = [name for name, column in columns.items() if isinstance(column, Labels)]
    sink = io.BytesIO()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        store_schema=False,
        use_dictionary=repeated,
        row_group_size=PARQUET_ROW_GROUP,
    )
    return sink.getvalue()


def parquet_columns(data: bytes) -> dict[str, NDArray[Any]]:
    """Columns of a parquet file by name; ``null`` becomes NaN in a column of numbers."""
    import pyarrow.parquet as pq

    table = pq.ParquetFile(io.BytesIO(data)).read()
    return {name: column.to_numpy() for name, column in zip(table.column_names, table.columns)}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value) + 0.0  # no minus zero
        return f"{number:.{CSV_SIGNIFICANT_DIGITS}g}" if math.isfinite(number) else ""
    return str(value)


def _typed(cells: list[str]) -> list[Any]:
    filled = [cell for cell in cells if cell]
    read: Any = str
    if filled and all(cell in _TRUTH for cell in filled):
        read = _TRUTH.__getitem__
    elif all(_INTEGER.fullmatch(cell) for cell in filled):
        read = int
    elif all(_NUMBER.fullmatch(cell) for cell in filled):
        read = float
    return [read(cell) if cell else None for cell in cells]


def _plain(value: object) -> object:
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else None  # no minus zero
    if isinstance(value, str | PurePath):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} has no JSON form")


# pyarrow's own pa.array() imports pandas (a quarter of a second, 45 MB); buffers do not.
def _arrow(column: NDArray[Any] | Labels) -> Any:
    import pyarrow as pa

    if isinstance(column, Labels):
        return pa.DictionaryArray.from_arrays(_arrow(column.codes), _arrow_text(column.names))
    column = np.ascontiguousarray(column)
    if column.ndim != 1:
        raise ValueError(f"a column has one dimension, not {column.ndim}")
    if column.dtype.kind in "UO":
        return _arrow(labels(column.tolist()))
    kind = pa.from_numpy_dtype(column.dtype)
    exists = _bits(np.isfinite(column)) if column.dtype.kind == "f" else None
    data = _bits(column) if column.dtype.kind == "b" else pa.py_buffer(column)
    return pa.Array.from_buffers(kind, len(column), [exists, data])


def _arrow_text(names: Sequence[str]) -> Any:
    import pyarrow as pa

    encoded = [name.encode("utf-8") for name in names]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))
    )


def _bits(truth: NDArray[np.bool_]) -> Any:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(truth, bitorder="little"))
