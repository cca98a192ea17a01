"""Formats, byte by byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import orjson
import pytest

from zulip_bridge.api.query import Column
from zulip_bridge.query import CsvWriter, JsonWriter, NdjsonWriter, Writer

COLUMNS = [Column("id", "integer"), Column("text", "text")]


def written(make: Callable[[Callable[[bytes], object]], Writer], *batches: bytes) -> bytes:
    pieces: list[bytes] = []
    writer = make(pieces.append)
    writer.begin(COLUMNS)
    for batch in batches:
        writer.batch(batch)
    writer.end()
    return b"".join(pieces)


@pytest.mark.parametrize("batches", [[], [b'{"id":1}\n'], [b'{"id":1}\n{"id":2}\n', b'{"id":3}\n']])
def test_json_is_one_array(batches: list[bytes]) -> None:
    expected = [orjson.loads(line) for line in b"".join(batches).splitlines()]
    assert orjson.loads(written(JsonWriter, *batches)) == expected
    assert written(NdjsonWriter, *batches) == b"".join(batches)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=cmd|' /C calc'!A0", '-2+3+cmd|"x"'],
)
def test_csv_has_no_formula(text: str) -> None:
    data = written(CsvWriter, orjson.dumps([[1, text]])).decode()
    _, (number, cell) = csv.reader(io.StringIO(data, newline=""))
    assert (number, cell) == ("1", f"'{text}")


def test_csv_names_are_guarded_as_well() -> None:
    pieces: list[bytes] = []
    CsvWriter(pieces.append).begin([Column("=1", "text")])
    assert pieces == [b"'=1\n"]


def test_csv_values() -> None:
    rows = [[-1, None], [2.5, ""], [True, 'a"b,c\nd'], [[1, None], "ü🦖"]]
    data = written(CsvWriter, orjson.dumps(rows)).decode()
    assert data.splitlines()[1:3] == ["-1,", '2.5,""']
    found = list(csv.reader(io.StringIO(data, newline="")))
    assert found[0] == ["id", "text"]
    assert found[1:] == [["-1", ""], ["2.5", ""], ["true", 'a"b,c\nd'], ["[1,null]", "ü🦖"]]
