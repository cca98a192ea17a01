"""The steward's questions: what is recorded of results that are read page by page, and workers of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import FetchRows, OpenQuery, Orm, Sql, StreamQuery
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget
from zulip_bridge.query import RowsKept
from zulip_bridge.steward import Steward

NUMBERS = OpenQuery(Sql("SELECT generate_series(1, 50)"), rows=10)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "journal.jsonl"
    monkeypatch.setenv("ZULIP_STEWARD_JOURNAL", str(path))
    return path


@pytest.fixture
async def steward(demo: DemoInstall, place: Path) -> AsyncIterator[Steward]:
    opened = await Steward.open(InstallTarget(demo.path), read_only=True)
    yield opened
    await opened.close()


def recorded(place: Path) -> list[tuple[str, str, Any]]:
    entries = [orjson.loads(line) for line in place.read_bytes().splitlines()]
    return [(each["action"], each["result"]["state"], each["parameters"].get("rows")) for each in entries]


async def test_a_result_is_recorded_when_it_is_asked_for_and_when_it_ends(steward: Steward, place: Path) -> None:
    opened = await steward.queries.open(NUMBERS)
    assert recorded(place) == [("query.started", "started", None)]
    assert (await steward.queries.rows(FetchRows(opened.query, 10))).more
    await steward.queries.close(opened.query)
    await steward.queries.close(opened.query)
    assert recorded(place)[1:] == [("query.finished", "done", 20)]


async def test_reading_to_the_end_and_leaving_are_ends_too(steward: Steward, place: Path) -> None:
    opened = await steward.queries.open(NUMBERS)
    await steward.queries.rows(FetchRows(opened.query, 100))
    await steward.queries.open(NUMBERS)
    await steward.close()
    finished = [each for each in recorded(place) if each[0] == "query.finished"]
    assert finished == [("query.finished", "done", 50), ("query.finished", "done", 10)]


async def test_failures_are_recorded_without_their_words(steward: Steward, place: Path) -> None:
    with pytest.raises(StewardError) as caught:
        await steward.queries.open(OpenQuery(Sql("SELECT :name::int", {"name": "Marta"})))
    assert caught.value.kind is ErrorKind.INVALID
    await steward.queries.open(OpenQuery(Orm("int('Mar' + 'ta')")))
    assert [each[1] for each in recorded(place)] == ["started", "failed", "started", "failed"]
    assert "Marta" not in place.read_text()


async def test_a_long_result_has_a_worker_of_its_own(steward: Steward, place: Path) -> None:
    own, shared = RowsKept(), RowsKept()
    request = StreamQuery(Sql("SELECT pg_backend_pid() AS pid FROM generate_series(1, 3)"))
    await steward.queries.stream(request, shared)
    await steward.queries.stream(request, own, own_worker=True)
    assert len(own.rows) == len(shared.rows) == 3
    assert own.rows[0] != shared.rows[0]
    assert recorded(place)[-1] == ("query.finished", "done", 3)


async def test_what_the_screen_completes_from(steward: Steward) -> None:
    tables = {each.name: each for each in await steward.queries.tables()}
    assert tables["zerver_userprofile"].columns["id"] == "integer"
    assert "zerver_userprofile" in {each.table for each in await steward.queries.models()}
