"""Reading the worker's frames from its stdout."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import NamedTuple

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.wire import CHUNK_ID, CHUNK_KIND, HEADER, MAX_PREAMBLE, WireError, magic_line, parse_header

from .incoming import Ended, Incoming


class Piece(NamedTuple):
    """Some of a chunk's bytes, as they came; the chunk's other pieces come before and after it."""

    request_id: int
    data: memoryview


async def skip_to_magic(incoming: Incoming, nonce: str) -> str:
    """Read past banners to the magic line; returns the (few) last lines that came before it.

    Raises :class:`StewardError` (kind ``launch``) where the stream ends or too much comes before the line:
    Zulip's own refusals are printed on stdout and are the best explanation there is.
    """
    expected = magic_line(nonce)
    before: deque[str] = deque(maxlen=8)
    size = 0
    while size <= MAX_PREAMBLE:
        try:
            line = await incoming.line(MAX_PREAMBLE + 1)
        except Ended as ended:
            line = ended.partial
            if not line:
                raise StewardError(ErrorKind.LAUNCH, "", cause="\n".join(before)) from None
        if line.endswith(expected):
            return "\n".join(before)
        size += len(line)
        before.append(line.decode("utf-8", "replace").rstrip())
    raise StewardError(
        ErrorKind.PROTOCOL,
        "The shell printed more than a banner and never started the worker.",
        cause="\n".join(before),
    )


class CutOff(WireError):
    """The end comes inside a frame: whoever sent it was ended."""


async def frames(incoming: Incoming) -> AsyncIterator[bytes | Piece]:
    """What comes, to the end of the stream: JSON objects whole, chunks in pieces.

    Raises :class:`WireError` where the bytes are not frames, :class:`CutOff` where the last of them is not whole.
    """
    while (header := await _header(incoming)) is not None:
        length, kind = header
        try:
            if kind != CHUNK_KIND:
                yield await incoming.exactly(length)
                continue
            (request_id,) = CHUNK_ID.unpack(await incoming.exactly(CHUNK_ID.size))
            to_come = length - CHUNK_ID.size
            while to_come:
                data = await incoming.some(to_come)
                to_come -= len(data)
                yield Piece(request_id, data)
        except Ended as error:
            raise CutOff("the stream ended inside a frame") from error


async def _header(incoming: Incoming) -> tuple[int, int] | None:
    try:
        return parse_header(await incoming.exactly(HEADER.size))
    except Ended as error:
        if error.partial:
            raise CutOff("the stream ended inside a frame") from error
        return None
