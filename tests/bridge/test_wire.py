"""The wire takes bytes in any pieces, gives back what was sent, and never anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zulip_bridge.wire import (
    CHUNK_KIND,
    JSON_KIND,
    MAX_FRAME,
    Frame,
    FrameParser,
    WireError,
    chunk_header,
    json_frame,
    parse_header,
    split_chunk,
)

frames = st.one_of(
    st.binary(max_size=200).map(lambda data: Frame(JSON_KIND, data)),
    st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=200)).map(
        lambda chunk: Frame(CHUNK_KIND, chunk[0].to_bytes(4, "big") + chunk[1])
    ),
)


def encoded(frame: Frame) -> bytes:
    if frame.kind == JSON_KIND:
        return json_frame(frame.payload)
    request_id, data = split_chunk(frame.payload)
    return chunk_header(request_id, len(data)) + bytes(data)


@given(st.lists(frames, max_size=6), st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_any_cutting_of_the_stream_gives_the_same_frames(sent: list[Frame], sizes: list[int]) -> None:
    stream = b"".join(map(encoded, sent))
    parser, received = FrameParser(), []
    position = turn = 0
    while position < len(stream):
        size = sizes[turn % len(sizes)]
        received += parser.feed(stream[position : position + size])
        position, turn = position + size, turn + 1
    assert received == sent
    assert parser.pending == 0


@given(st.binary(min_size=5, max_size=400))
def test_foreign_bytes_are_refused_or_awaited_but_never_crash(data: bytes) -> None:
    parser = FrameParser()
    try:
        received = parser.feed(data)
    except WireError:
        return
    assert all(frame.kind in (JSON_KIND, CHUNK_KIND) for frame in received)


@pytest.mark.parametrize(
    "header",
    [
        (MAX_FRAME + 1).to_bytes(4, "big") + b"J",
        (10).to_bytes(4, "big") + b"X",
        (3).to_bytes(4, "big") + b"B",
        b"Trace",
    ],
)
def test_headers_that_cannot_be_ours(header: bytes) -> None:
    with pytest.raises(WireError):
        parse_header(header)


def test_what_is_too_long_is_not_sent() -> None:
    with pytest.raises(WireError):
        chunk_header(1, MAX_FRAME)
    with pytest.raises(WireError):
        json_frame(bytes(MAX_FRAME + 1))
