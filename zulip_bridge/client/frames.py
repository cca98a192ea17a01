"""Reading the worker's frames from its stdout."""

from __future__ import annotations

import asyncio
from collections import deque

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.wire import HEADER, MAX_PREAMBLE, Frame, WireError, magic_line, parse_header


async def skip_to_magic(stdout: asyncio.StreamReader, nonce: str) -> str:
    """Read past banners to the magic line; returns the (few) last lines that came before it.

    Raises :class:`StewardError` (kind ``launch``) where the stream ends or too much comes before the line:
    Zulip's own refusals are printed on stdout and are the best explanation there is.
    """
    expected = magic_line(nonce)
    before: deque[str] = deque(maxlen=8)
    size = 0
    while size <= MAX_PREAMBLE:
        try:
            line = await stdout.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            line = error.partial
            if not line:
                raise StewardError(ErrorKind.LAUNCH, "", cause="\n".join(before)) from None
        except asyncio.LimitOverrunError:
            break
        if line.endswith(expected):
            return "\n".join(before)
        size += len(line)
        before.append(line.decode("utf-8", "replace").rstrip())
    raise StewardError(
        ErrorKind.PROTOCOL,
        "The shell printed more than a banner and never started the worker.",
        cause="\n".join(before),
    )


async def read_frame(stdout: asyncio.StreamReader) -> Frame | None:
    """The next frame, or None at the end of the stream; :class:`WireError` where the bytes are not frames."""
    try:
        length, kind = parse_header(await stdout.readexactly(HEADER.size))
        return Frame(kind, await stdout.readexactly(length))
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise WireError("the stream ended inside a frame") from error
        return None
