"""Rows become JSON also where part of a row is JSON already, and where a number has no place in orjson."""

from __future__ import annotations

import json
import struct
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zulip_bridge.worker.export.message_loop import LENGTH, Layout, loop_of, unix_time
from zulip_bridge.worker.export.message_rows import Alike, joined
from zulip_bridge.worker.export.sending import encode_rows

VALUES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.lists(st.text(), max_size=3)
SHARED_VALUES = st.tuples(VALUES, VALUES, VALUES)
SHARED = st.dictionaries(st.text(max_size=8).map(lambda name: f"shared {name}"), VALUES, min_size=1, max_size=6)


def written(records: list[dict[str, Any]]) -> Any:
    """What a reader makes of it."""
    return json.loads(b"[" + bytes(encode_rows(records)) + b"]")


@given(SHARED, st.lists(st.text(), min_size=1, max_size=3))
def test_what_is_shared_is_read_as_if_it_stood_in_each_record(shared: dict[str, Any], texts: list[str]) -> None:
    name, fragment = next(iter(shared)), joined(shared)
    records = [{"own": each, name: fragment, "after": each} for each in texts]
    assert written(records) == [{"own": each} | shared | {"after": each} for each in texts]


def test_a_number_over_64_bits_beside_what_is_json_already() -> None:
    records = [{"id": 1, "a": joined({"a": "ü", "b": 2})}, {"id": 2, "huge": 2**70}]
    with pytest.raises(TypeError):
        orjson.dumps(records)
    assert written(records) == [{"id": 1, "a": "ü", "b": 2}, {"id": 2, "huge": 2**70}]


OWN = struct.Struct(">4xi4xq")
LAYOUT = Layout(
    ["id", "a", "b", "text", "sent", "c", "rare"], OWN, ["id", "sent"], ["sent"], ["text"], OWN.size, b"\xff" * 4
)


@given(SHARED_VALUES, st.none() | st.text(), st.none() | st.text(), st.integers(-(2**31), 2**31 - 1))
def test_a_record_has_its_fields_in_order_joined_or_not(
    shared: tuple[Any, Any, Any], text: str | None, rare: str | None, number: int
) -> None:
    a, b, c = shared
    record = {"a": a, "b": b, "c": c, "rare": None}
    parts = tuple(joined({name: record[name] for name in run}) for run in LAYOUT.shared)
    like = Alike(record, None, 0, parts)
    row = b"".join([OWN.pack(number, 5), *map(value, (text, rare))])
    expected = {"id": number, "a": a, "b": b, "text": text, "sent": unix_time(5), "c": c, "rare": rare}
    for loop in (loop_of(LAYOUT), loop_of(LAYOUT, joined=True)):
        (found,) = written(loop([row], [like], read_rare))
        assert list(found.items()) == list(expected.items())


def value(text: str | None) -> bytes:
    """As COPY sends it."""
    data = (text or "").encode()
    return b"\xff" * 4 if text is None else LENGTH.pack(len(data)) + data


def read_rare(record: dict[str, Any], row: bytes, at: int) -> None:
    record["rare"] = row[at + 4 :].decode()
