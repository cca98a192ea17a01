"""Rows become JSON also where part of a row is JSON already, and where a number has no place in orjson."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zulip_bridge.worker.export import message_rows
from zulip_bridge.worker.export.message_rows import Alike
from zulip_bridge.worker.export.sending import encode_rows

SHARED = st.dictionaries(
    st.text(min_size=1, max_size=8).map(lambda name: f"shared {name}"),
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.lists(st.text(), max_size=3),
    min_size=1,
    max_size=6,
)


def written(records: list[dict[str, Any]]) -> Any:
    """What a reader makes of it."""
    return json.loads(b"[" + bytes(encode_rows(records)) + b"]")


@given(SHARED, st.lists(st.text(), min_size=1, max_size=3))
def test_what_is_shared_is_read_as_if_it_stood_in_each_record(shared: dict[str, Any], texts: list[str]) -> None:
    alike = Alike(shared, None, 0, shared)
    alike.write_once()
    records = [{"own": each} | alike.rest | {"after": each} for each in texts]
    assert written(records) == [{"own": each} | shared | {"after": each} for each in texts]


def test_an_orjson_without_fragments_does_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_rows, "FRAGMENT", None)
    alike = Alike({"a": 1, "b": [2]}, None, 0, {"a": 1, "b": [2]})
    alike.write_once()
    assert written([{"id": 3} | alike.rest]) == [{"id": 3, "a": 1, "b": [2]}]


def test_a_number_over_64_bits_beside_what_is_json_already() -> None:
    alike = Alike({"a": "ü", "b": 2}, None, 0, {})
    alike.write_once()
    records = [{"id": 1} | alike.rest, {"id": 2, "huge": 2**70}]
    with pytest.raises(TypeError):
        orjson.dumps(records)
    assert written(records) == [{"id": 1, "a": "ü", "b": 2}, {"id": 2, "huge": 2**70}]
