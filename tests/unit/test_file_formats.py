"""The same values give the same bytes, and a figure that does not exist is never a word."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import date
from enum import IntEnum
from pathlib import PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ips_econ.file_formats import (
    Labels,
    csv_bytes,
    csv_columns,
    json_bytes,
    json_value,
    labels,
    parquet_bytes,
    parquet_columns,
)


class Arm(IntEnum):
    IPS = 0


def test_csv_cells() -> None:
    values = [0.1 + 0.2, 1 / 3, -0.0, 1e-7, 123456.789, 5.0, math.nan, math.inf, None]
    assert csv_bytes(["x"], [values]).decode().split("\n") == [
        "x",
        "0.3",
        "0.3333333333",
        "0",
        "1e-07",
        "123456.789",
        "5",
        '""',
        '""',
        '""',
        "",
    ]


def test_csv_quotes_text_and_keeps_letters_and_line_ends() -> None:
    data = csv_bytes(["name", "n"], [["Etelä, Pohjanmaa", 'a "b"'], np.array([1, 2], np.int8)])
    assert data == 'name,n\n"Etelä, Pohjanmaa",1\n"a ""b""",2\n'.encode()


def test_csv_types_come_back() -> None:
    columns = {
        "arm": ["ips", None],
        "month": [1, 2],
        "mean": [0.5, 2.0],
        "headline": [True, False],
        "law": [date(2026, 6, 1), date(2027, 1, 1)],
    }
    read = csv_columns(csv_bytes(list(columns), list(columns.values())))
    assert read == columns | {"law": ["2026-06-01", "2027-01-01"]}
    assert [type(cell) for cell in read["month"]] == [int, int]
    assert [type(cell) for cell in read["mean"]] == [float, float]


def test_text_that_looks_like_no_number_stays_text() -> None:
    data = csv_bytes(["a", "b"], [["nan", "1"], ["inf", "2026-06-01"]])
    assert csv_columns(data) == {"a": ["nan", "1"], "b": ["inf", "2026-06-01"]}


@given(st.lists(st.floats() | st.floats(-1e9, 1e9), min_size=1))
def test_csv_keeps_ten_digits_of_any_number(values: list[float]) -> None:
    read = csv_columns(csv_bytes(["id", "x"], [range(len(values)), values]))["x"]
    for value, cell in zip(values, read, strict=True):
        if abs(value) <= 1e300:
            assert cell == pytest.approx(value, rel=1e-9, abs=1e-300)
        elif not math.isfinite(value):
            assert cell is None


@pytest.mark.parametrize(
    ("header", "columns"),
    [(["a", "a"], [[1], [2]]), (["a"], [[1], [2]]), (["a", "b"], [[1], [2, 3]])],
)
def test_csv_refuses_a_table_that_is_none(header: list[str], columns: list[list[int]]) -> None:
    with pytest.raises(ValueError, match=r"repeat|columns for|shorter|longer"):
        csv_bytes(header, columns)


@pytest.mark.parametrize("data", [b"", b"a,b\n1\n", b"\xff"])
def test_csv_reading_refuses_what_is_damaged(data: bytes) -> None:
    with pytest.raises(ValueError):
        csv_columns(data)


def test_json_has_no_nan_no_infinity_and_no_minus_zero() -> None:
    value = {
        "b": [math.nan, -math.inf, -0.0, 1.5],
        "a": np.array([[1.0, np.nan]]),
        "n": np.int16(3),
        "t": np.bool_(True),
        "arm": Arm.IPS,
        "law": date(2026, 6, 1),
        "file": PurePosixPath("parameters/x.toml"),
        "name": "Etelä-Pohjanmaa",
        2026: None,
    }
    data = json_bytes(value)
    assert json_value(data) == {
        "b": [None, None, 0.0, 1.5],
        "a": [[1.0, None]],
        "n": 3,
        "t": True,
        "arm": 0,
        "law": "2026-06-01",
        "file": "parameters/x.toml",
        "name": "Etelä-Pohjanmaa",
        "2026": None,
    }
    assert b"-0.0" not in data and "Etelä".encode() in data and data.endswith(b"}\n")
    assert list(json_value(data))[:2] == ["b", "a"]
    assert list(json_value(json_bytes({"b": 1, "a": 2}, sort_keys=True))) == ["a", "b"]


def test_json_refuses_what_has_no_order_or_form() -> None:
    with pytest.raises(TypeError, match="set has no JSON form"):
        json_bytes({"x": {1, 2}})


def test_parquet_brings_every_kind_of_column_back() -> None:
    columns = {
        "draw": np.arange(6, dtype=np.int16)[::2],
        "x": np.array([1.5, np.nan, np.inf]),
        "yes": np.array([True, False, True]),
        "payer": np.array(["state", "säätiö", "state"]),
        "arm": Labels(("ips", "control"), np.array([0, 1, 1], dtype=np.int8)),
    }
    data = parquet_bytes(columns)
    read = parquet_columns(data)
    assert list(read) == list(columns)
    assert read["draw"].dtype == np.int16 and read["draw"].tolist() == [0, 2, 4]
    np.testing.assert_array_equal(read["x"], [1.5, np.nan, np.nan])
    assert read["yes"].tolist() == [True, False, True]
    assert read["payer"].tolist() == ["state", "säätiö", "state"]
    assert read["arm"].tolist() == ["ips", "control", "control"]
    assert parquet_bytes(columns) == data


def test_parquet_of_no_rows_keeps_its_columns() -> None:
    read = parquet_columns(parquet_bytes({"x": np.array([]), "name": np.array([], dtype=str)}))
    assert {name: len(column) for name, column in read.items()} == {"x": 0, "name": 0}


@pytest.mark.parametrize(
    "columns",
    [{"x": np.zeros(2), "y": np.zeros(3)}, {"x": np.zeros((2, 2))}],
)
def test_parquet_refuses_a_table_that_is_none(columns: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match=r"length|dimension"):
        parquet_bytes(columns)


def test_writing_parquet_does_not_load_pandas() -> None:
    program = (
        "import sys, numpy as np\n"
        "from ips_econ.file_formats import parquet_bytes\n"
        "parquet_bytes({'x': np.ones(2), 'arm': np.array(['ips', 'control'])})\n"
        "print('pandas' in sys.modules)\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert shown.stdout.strip() == "False"


def test_labels_are_in_order_of_appearance() -> None:
    found = labels(["b", "a", "b"])
    assert found.names == ("b", "a") and found.codes.tolist() == [0, 1, 0]
