"""Messages come over a second connection: it sees what the first sees, writes nothing, and does not stay behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.export.support import Exported, export, leftovers
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.calls import Progress
from zulip_bridge.client import Bridge

BUSIEST = "SELECT sender_id FROM zulip.zerver_message GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
ONE_MORE = """
    INSERT INTO zulip.zerver_message
    SELECT (jsonb_populate_record(m, jsonb_build_object('id', (SELECT max(id) + 1 FROM zulip.zerver_message)))).*
    FROM zulip.zerver_message m WHERE m.id = (SELECT max(id) FROM zulip.zerver_message WHERE sender_id = %s)
"""
IN_A_CHANNEL = """
    SELECT s.id, s.name FROM zulip.zerver_stream s JOIN zulip.zerver_message m ON m.recipient_id = s.recipient_id
    WHERE m.sender_id = %s ORDER BY m.id DESC LIMIT 1
"""
RENAME = "UPDATE zulip.zerver_stream SET name = %s WHERE id = %s"
OURS = "application_name LIKE 'zulip-steward:export:%%' AND query LIKE 'COPY%%'"


@pytest.fixture
def person(database: Database) -> int:
    """Somebody with many messages."""
    return int(value(database, BUSIEST))


@pytest.fixture
def changed_back(database: Database, person: int) -> Iterator[None]:
    """The messages and names of before, afterwards."""
    last = value(database, "SELECT max(id) FROM zulip.zerver_message")
    ((channel, name),) = rows(database, IN_A_CHANNEL, person)
    yield
    database.execute("DELETE FROM zulip.zerver_message WHERE id > %s", [last])
    database.execute(RENAME, [name, channel])


async def test_what_happens_meanwhile_is_not_in_the_export(
    bridge: Bridge, database: Database, tmp_path: Path, person: int, changed_back: None
) -> None:
    before = value(database, "SELECT count(*) FROM zulip.zerver_message WHERE sender_id = %s", person)
    ((channel, name),) = rows(database, IN_A_CHANNEL, person)

    def watch(progress: Progress) -> None:
        if progress.phase not in seen:
            seen.append(progress.phase)
            database.execute(ONE_MORE, [person])
            database.execute(RENAME, [f"renamed while {progress.phase} were written", channel])

    seen: list[str] = []
    await export(bridge, person, tmp_path / "out", watch)
    messages = Exported.read(tmp_path / "out").messages
    assert seen == ["account", "files", "messages"]
    assert sum(message["sender"] == person for message in messages) == before
    names = {message["recipient_name"] for message in messages}
    assert name in names
    assert not any(each.startswith("renamed") for each in names)
    await export(bridge, person, tmp_path / "afterwards")
    later = Exported.read(tmp_path / "afterwards").messages
    assert sum(message["sender"] == person for message in later) == before + 3


async def test_the_second_connection_sees_one_snapshot_and_writes_nothing(
    bridge: Bridge, database: Database, tmp_path: Path, person: int
) -> None:
    def watch(progress: Progress) -> None:
        found.extend(column(database, f"SELECT backend_xmin::text FROM pg_stat_activity WHERE {OURS}"))
        unwritten.extend(column(database, UNWRITTEN))

    found: list[str] = []
    unwritten: list[bool] = []
    await export(bridge, person, tmp_path / "out", watch)
    assert len(set(found)) == 1
    assert unwritten
    assert all(unwritten)


UNWRITTEN = """
    SELECT count(*) FILTER (WHERE xid.transactionid IS NOT NULL) = 0
    FROM pg_stat_activity a LEFT JOIN pg_locks xid ON xid.pid = a.pid AND xid.locktype = 'transactionid'
    WHERE a.application_name LIKE 'zulip-steward:export:%'
"""
"""No transaction of the export's has a number, which every one that writes is given."""


@pytest.mark.parametrize("phase", ["account", "files", "messages"])
async def test_nothing_of_it_is_left_when_an_export_is_cancelled(
    bridge: Bridge, database: Database, tmp_path: Path, person: int, phase: str
) -> None:
    def watch(progress: Progress) -> None:
        if progress.phase == phase:
            task.cancel()

    task = asyncio.create_task(export(bridge, person, tmp_path / "out", watch))
    with pytest.raises(asyncio.CancelledError):
        await task
    deadline = time.monotonic() + 5
    while value(database, f"SELECT count(*) FROM pg_stat_activity WHERE {OURS}") and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert value(database, f"SELECT count(*) FROM pg_stat_activity WHERE {OURS}") == 0
    assert leftovers(tmp_path) == []
