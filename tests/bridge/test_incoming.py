"""What the worker writes is read in whatever pieces it comes, as frames, and no more of it than somebody asks for."""

from __future__ import annotations

import asyncio
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zulip_bridge.client.frames import Piece, frames, skip_to_magic
from zulip_bridge.client.incoming import MOST_WAITING, Ended, Incoming
from zulip_bridge.wire import WireError, chunk_header, json_frame, magic_line

Sent = bytes | tuple[int, bytes]
"""The payload of a JSON frame, or a chunk's request and bytes."""

SENT = st.one_of(st.binary(max_size=200), st.tuples(st.integers(0, 2**32 - 1), st.binary(min_size=1, max_size=200)))
CUTS = st.lists(st.integers(1, 40), min_size=1, max_size=60)


def encoded(sent: Sent) -> bytes:
    if isinstance(sent, bytes):
        return json_frame(sent)
    request_id, data = sent
    return chunk_header(request_id, len(data)) + data


def arrived(stream: bytes, cuts: list[int]) -> Incoming:
    """All of a stream that has ended, as it came in pieces of these sizes, over and over."""
    incoming, position, turn = Incoming(), 0, 0
    while position < len(stream):
        size = cuts[turn % len(cuts)]
        incoming.data_received(stream[position : position + size])
        position, turn = position + size, turn + 1
    incoming.connection_lost(None)
    return incoming


async def received(incoming: Incoming) -> list[Sent]:
    """The frames; what belongs to one request in a row is put together."""
    found: list[Sent] = []
    async for frame in frames(incoming):
        last = found[-1] if found else b""
        if not isinstance(frame, Piece):
            found.append(frame)
        elif isinstance(last, tuple) and last[0] == frame.request_id:
            found[-1] = (last[0], last[1] + bytes(frame.data))
        else:
            found.append((frame.request_id, bytes(frame.data)))
    return found


def joined(sent: list[Sent]) -> list[Sent]:
    """The same of what was sent."""
    found: list[Sent] = []
    for each in sent:
        last = found[-1] if found else b""
        if isinstance(each, tuple) and isinstance(last, tuple) and last[0] == each[0]:
            found[-1] = (each[0], last[1] + each[1])
        else:
            found.append(each)
    return found


@given(st.lists(SENT, max_size=6), CUTS)
def test_any_cutting_of_the_stream_gives_the_same_frames(sent: list[Sent], cuts: list[int]) -> None:
    stream = b"".join(map(encoded, sent))
    assert asyncio.run(received(arrived(stream, cuts))) == joined(sent)


@given(st.lists(SENT, min_size=1, max_size=3), CUTS, st.data())
def test_a_stream_that_ends_inside_a_frame_is_an_error(
    sent: list[Sent], cuts: list[int], data: st.DataObject
) -> None:
    last = encoded(sent[-1])
    short = data.draw(st.integers(1, len(last) - 1))
    stream = b"".join(map(encoded, sent))[: -len(last)] + last[:short]
    with pytest.raises(WireError, match="ended inside a frame"):
        asyncio.run(received(arrived(stream, cuts)))


@given(st.binary(min_size=5, max_size=400), CUTS)
def test_foreign_bytes_are_refused_and_never_crash(data: bytes, cuts: list[int]) -> None:
    try:
        found = asyncio.run(received(arrived(data, cuts)))
    except WireError:
        return
    assert sum(map(len, map(encoded, found))) <= len(data)


@given(st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line), max_size=4), CUTS)
def test_banners_before_the_magic_line_are_passed_over(banners: list[bytes], cuts: list[int]) -> None:
    async def greeting() -> Sent:
        await skip_to_magic(incoming, "nonce")
        return (await received(incoming))[0]

    stream = b"".join(line + b"\n" for line in banners) + magic_line("nonce") + json_frame(b"hello")
    incoming = arrived(stream, cuts)
    assert asyncio.run(greeting()) == b"hello"


async def piped() -> tuple[Incoming, int]:
    """A pipe that the event loop reads, and its other end."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    pipe = os.fdopen(reading, "rb", buffering=0)
    _, incoming = await asyncio.get_running_loop().connect_read_pipe(Incoming, pipe)
    return incoming, writing


async def fill(descriptor: int, most: int) -> int:
    """Write until nobody takes any more, and no more than ``most`` bytes; returns how many were taken."""
    taken = refused = 0
    while taken < most and refused < 20:
        try:
            taken += os.write(descriptor, b"x" * 65_536)
            refused = 0
        except BlockingIOError:
            refused += 1
            await asyncio.sleep(0.01)
    return taken


async def test_what_nobody_asks_for_is_left_in_the_pipe() -> None:
    incoming, writing = await piped()
    taken = await fill(writing, 16 * MOST_WAITING)
    assert taken < 3 * MOST_WAITING
    os.close(writing)
    assert len(await incoming.exactly(taken)) == taken
    with pytest.raises(Ended):
        await incoming.some(1)
    incoming.close()


async def test_what_is_dropped_does_not_hold_up_the_writer() -> None:
    incoming, writing = await piped()
    await fill(writing, 16 * MOST_WAITING)
    incoming.drop()
    assert await fill(writing, 16 * MOST_WAITING) == 16 * MOST_WAITING
    os.close(writing)
    incoming.close()
