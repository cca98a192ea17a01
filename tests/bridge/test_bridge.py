"""The bridge to a real install through a real child process: read-only, cancellable, survivable."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.plain_sql import Database, rows
from zulip_bridge.api.calls import WorkerOptions
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import ListRealms, SearchPeople
from zulip_bridge.api.server import Examine, Ping
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget, open_door

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 20.0


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that another process brings about."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def backends(database: Database, worker: int) -> list[tuple[Any, ...]]:
    return rows(
        database,
        "SELECT pid, state, wait_event_type FROM pg_stat_activity WHERE application_name LIKE %s",
        f"zulip-steward:%:{worker}",
    )


@contextlib.asynccontextmanager
async def realms_locked(demo: DemoInstall) -> AsyncIterator[Database]:
    """While this holds, whoever reads the list of realms waits."""
    with psycopg.connect(demo.url) as blocker:
        blocker.execute("LOCK TABLE zulip.zerver_realm IN ACCESS EXCLUSIVE MODE")
        yield blocker
        blocker.rollback()


async def test_the_hello_says_who_is_reached(bridge: Bridge) -> None:
    hello = bridge.hello
    assert hello.zulip_version
    assert hello.postgres_version.split(".")[0].isdigit()
    assert hello.reads_proved_read_only
    assert alive(hello.pid)


async def test_postgresql_itself_refuses_writes_on_the_reading_lane(bridge: Bridge) -> None:
    findings = {finding.name: finding for finding in await bridge.call(Examine())}
    assert findings["reading"].level == "ok"
    assert "refuses writes" in findings["reading"].sentence


async def test_cancelling_a_call_ends_its_query_in_postgresql(
    demo_bridge: Bridge, demo: DemoInstall, database: Database
) -> None:
    def waiting() -> bool:
        return any(row[2] == "Lock" for row in backends(database, demo_bridge.hello.pid))

    async with realms_locked(demo):
        call = asyncio.create_task(demo_bridge.call(ListRealms()))
        await until(waiting)
        call.cancel()
        await until(lambda: not waiting())
        with pytest.raises(asyncio.CancelledError):
            await call
    assert await demo_bridge.call(ListRealms())


async def test_a_call_that_waits_does_not_hold_up_the_others(
    demo_bridge: Bridge, demo: DemoInstall, database: Database
) -> None:
    async with realms_locked(demo):
        call = asyncio.create_task(demo_bridge.call(ListRealms()))
        await until(lambda: any(row[2] == "Lock" for row in backends(database, demo_bridge.hello.pid)))
        assert await demo_bridge.call(Ping()) is True
        assert not call.done()
    assert await call


async def test_a_statement_that_takes_too_long_is_ended(demo: DemoInstall) -> None:
    opened = await Bridge.open(open_door(InstallTarget(demo.path)), WorkerOptions(statement_timeout_ms=200))
    async with realms_locked(demo):
        with pytest.raises(StewardError) as caught:
            await opened.call(ListRealms())
    assert caught.value.kind is ErrorKind.TIMEOUT
    assert await opened.call(ListRealms())
    await opened.close()


async def test_a_killed_worker_is_an_error_and_a_new_one_can_be_opened(install: Path) -> None:
    opened = await Bridge.open(open_door(InstallTarget(install)))
    os.kill(opened.hello.pid, signal.SIGKILL)
    await until(lambda: not opened.alive)
    with pytest.raises(StewardError) as caught:
        await opened.call(ListRealms())
    assert caught.value.kind is ErrorKind.WORKER_LOST
    await opened.close()
    again = await Bridge.open(open_door(InstallTarget(install)))
    assert await again.call(ListRealms())
    await again.close()


STEWARD = """
import asyncio, sys
from pathlib import Path
from zulip_bridge.api.people import ListRealms
from zulip_bridge.client import Bridge
from zulip_bridge.launch import InstallTarget, open_door
async def main():
    bridge = await Bridge.open(open_door(InstallTarget(Path(sys.argv[1]))))
    print(bridge.hello.pid, flush=True)
    await bridge.call(ListRealms())
asyncio.run(main())
"""


async def test_when_the_steward_is_killed_the_worker_and_its_query_go_too(
    demo: DemoInstall, database: Database
) -> None:
    async with realms_locked(demo):
        with subprocess.Popen(
            [sys.executable, "-c", STEWARD, str(demo.path)], stdout=subprocess.PIPE, text=True
        ) as steward:
            assert steward.stdout is not None
            worker = int(steward.stdout.readline())
            await until(lambda: any(row[2] == "Lock" for row in backends(database, worker)))
            steward.kill()
        await until(lambda: not alive(worker))
        await until(lambda: not backends(database, worker))


async def test_closing_leaves_no_process_and_no_backend(install: Path, demo: DemoInstall, database: Database) -> None:
    opened = await Bridge.open(open_door(InstallTarget(demo.path)))
    await opened.call(SearchPeople("a"))
    assert backends(database, opened.hello.pid)
    await opened.close()
    assert not alive(opened.hello.pid)
    await until(lambda: not backends(database, opened.hello.pid))


async def test_unknown_methods_and_bad_requests_are_refused(bridge: Bridge) -> None:
    class Unheard(ListRealms):
        METHOD = "no.such.method"

    with pytest.raises(StewardError) as caught:
        await bridge.call(Unheard())
    assert caught.value.kind is ErrorKind.PROTOCOL
    with pytest.raises(StewardError) as caught:
        await bridge.call(SearchPeople(limit="many"))  # type: ignore[arg-type]
    assert caught.value.kind is ErrorKind.INVALID
    assert "limit" in caught.value.sentence
