"""Every way in which the other side can misbehave has a defined end. The other side is a real child process."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export import ExportPerson
from zulip_bridge.api.people import ListRealms
from zulip_bridge.client import Bridge, Chunk, bridge
from zulip_bridge.launch import Door

ROGUE = Path(__file__).with_name("rogue.py")


def door(mode: str) -> Door:
    return Door((sys.executable, str(ROGUE), mode), "nobody", ROGUE.parent, "rogue")


async def refused(mode: str) -> StewardError:
    with pytest.raises(StewardError) as caught:
        await Bridge.open(door(mode))
    return caught.value


async def lost(mode: str) -> tuple[StewardError, Bridge]:
    """The error that a call gets from a worker that goes wrong while it is under way."""
    opened = await Bridge.open(door(mode))
    opened.silence_seconds = 1.0
    try:
        with pytest.raises(StewardError) as caught:
            await opened.call(ListRealms())
    finally:
        await opened.close()
    return caught.value, opened


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_banner_before_the_stream_is_skipped() -> None:
    opened = await Bridge.open(door("banner"))
    assert opened.hello.server == "rogue.example.org"
    assert await opened.call(ListRealms()) == []
    await opened.close()
    assert gone(opened.hello.pid)


@pytest.mark.parametrize("mode", ["chatter", "one_long_line"])
async def test_a_shell_that_only_talks_is_given_up(mode: str) -> None:
    error = await refused(mode)
    assert error.kind is ErrorKind.PROTOCOL
    assert "never started the worker" in error.sentence


async def test_zulips_own_refusal_is_passed_on() -> None:
    error = await refused("refuses")
    assert error.kind is ErrorKind.LAUNCH
    assert "must be run as the zulip user" in error.sentence


async def test_a_crash_at_start_names_its_last_line_and_keeps_the_rest() -> None:
    error = await refused("crashes_at_once")
    assert error.kind is ErrorKind.LAUNCH
    assert "no such database" in error.sentence
    assert "Traceback" in error.problem.cause


async def test_a_program_that_cannot_be_started_is_one_sentence() -> None:
    with pytest.raises(StewardError) as caught:
        await Bridge.open(Door(("/nonexistent/manage.py",), "nobody", Path("/"), "none"))
    assert caught.value.kind is ErrorKind.LAUNCH
    assert "/nonexistent/manage.py" in caught.value.sentence


async def test_a_worker_that_never_says_hello_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "HELLO_SECONDS", 1.0)
    error = await refused("never_says_hello")
    assert error.kind is ErrorKind.LAUNCH
    assert "did not answer" in error.sentence


async def test_another_protocol_is_refused() -> None:
    assert (await refused("wrong_protocol")).kind is ErrorKind.PROTOCOL


async def test_death_inside_a_frame() -> None:
    error, opened = await lost("dies_in_a_frame")
    assert error.kind is ErrorKind.WORKER_LOST
    assert "signal 9" in error.sentence
    assert "inside a frame" in error.problem.cause
    assert not opened.alive


async def test_a_quiet_death_names_the_status_and_keeps_the_last_words() -> None:
    error, opened = await lost("dies_quietly")
    assert error.kind is ErrorKind.WORKER_LOST
    assert "exit status 3" in error.sentence
    assert "the last thing it said" in error.problem.cause
    with pytest.raises(StewardError):
        await opened.call(ListRealms())


@pytest.mark.parametrize("mode", ["garbage", "huge_frame"])
async def test_bytes_that_are_no_frames_end_the_worker(mode: str) -> None:
    error, opened = await lost(mode)
    assert error.kind is ErrorKind.PROTOCOL
    assert gone(opened.hello.pid)


async def test_an_answer_of_the_wrong_shape_is_an_error_and_nothing_else() -> None:
    error, _ = await lost("wrong_shape")
    assert error.kind is ErrorKind.PROTOCOL
    assert "expected" in error.sentence


async def test_a_worker_that_hangs_is_noticed_and_ended() -> None:
    error, opened = await lost("hangs")
    assert error.kind is ErrorKind.WORKER_LOST
    assert "no sign of life" in error.sentence
    assert gone(opened.hello.pid)


async def test_floods_on_stderr_are_bounded() -> None:
    opened = await Bridge.open(door("floods_stderr"))
    assert await opened.call(ListRealms()) == []
    assert len(opened.diagnostics) <= 500
    assert max(map(len, opened.diagnostics)) <= 4_000
    await opened.close()


async def test_a_slow_reader_stops_the_worker_instead_of_filling_memory() -> None:
    opened = await Bridge.open(door("floods_chunks"))
    async with opened.stream(ExportPerson(1)) as stream:
        async for item in stream:
            assert isinstance(item, Chunk)
            break
        sent = await _settled(opened)
        assert sent * 65_536 < 16 * 1024 * 1024
    await opened.close()
    assert gone(opened.hello.pid)


async def _settled(opened: Bridge) -> int:
    """How many chunks the worker had sent when it could send no more."""
    before = -1
    while True:
        now = int(opened.diagnostics[-1]) if opened.diagnostics else 0
        if now == before:
            return now
        before = now
        await asyncio.sleep(0.3)


async def test_a_worker_that_ignores_everything_is_still_ended() -> None:
    opened = await Bridge.open(door("ignores_cancel_and_term"))
    call = asyncio.create_task(opened.call(ListRealms()))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await opened.close()
    assert gone(opened.hello.pid)
