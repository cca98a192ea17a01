"""What the worker writes, as it is read from its pipe: nothing is copied until somebody asks for whole bytes.

At hundreds of megabytes a second each copy counts, and :class:`asyncio.StreamReader` makes two.
"""

from __future__ import annotations

import asyncio
from collections import deque

MOST_WAITING = 1 << 20
"""Bytes read and not yet asked for; then reading pauses, and that stops the worker soon."""


class Ended(Exception):
    """The stream has ended before what was asked for; ``partial`` is what there was of it."""

    def __init__(self, partial: bytes) -> None:
        super().__init__("the stream has ended")
        self.partial = partial


class Incoming(asyncio.Protocol):
    """The reading end of a pipe; one task at a time asks for what comes."""

    def __init__(self) -> None:
        self._pieces: deque[memoryview] = deque()
        self._size = 0
        self._transport: asyncio.ReadTransport | None = None
        self._ended = False
        self._paused = False
        self._dropping = False
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        assert isinstance(transport, asyncio.ReadTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        if self._dropping:
            return
        self._pieces.append(memoryview(data))
        self._size += len(data)
        if self._size > MOST_WAITING and self._transport is not None and not self._paused:
            self._transport.pause_reading()
            self._paused = True
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the event loop, also at the end of the stream."""
        self._ended = True
        self._wake()

    async def some(self, most: int) -> memoryview:
        """What has come, or what comes next: at least one byte, at most ``most``. Raises :class:`Ended`."""
        while not self._pieces:
            await self._wait()
        piece = self._pieces.popleft()
        if len(piece) > most:
            self._pieces.appendleft(piece[most:])
            piece = piece[:most]
        self._size -= len(piece)
        if self._paused and self._size <= MOST_WAITING // 2:
            self._resume()
        return piece

    async def exactly(self, size: int) -> bytes:
        """So many bytes. Raises :class:`Ended`."""
        found: list[memoryview] = []
        while size:
            try:
                found.append(await self.some(size))
            except Ended:
                raise Ended(b"".join(found)) from None
            size -= len(found[-1])
        return b"".join(found)

    async def line(self, most: int) -> bytes:
        """Bytes to the end of a line, but no more than ``most``. Raises :class:`Ended`."""
        found = bytearray()
        while len(found) < most:
            try:
                piece = bytes(await self.some(most - len(found)))
            except Ended:
                raise Ended(bytes(found)) from None
            line, newline, rest = piece.partition(b"\n")
            found += line + newline
            if newline:
                self._put_back(rest)
                break
        return bytes(found)

    def drop(self) -> None:
        """Nobody asks any more: what has come and what still comes is thrown away, so that the writer can end."""
        self._dropping = True
        self._pieces.clear()
        self._size = 0
        if self._paused:
            self._resume()

    def close(self) -> None:
        """Let go of the pipe."""
        if self._transport is not None:
            self._transport.close()

    def _put_back(self, data: bytes) -> None:
        if data:
            self._pieces.appendleft(memoryview(data))
            self._size += len(data)

    def _resume(self) -> None:
        assert self._transport is not None
        self._paused = False
        self._transport.resume_reading()

    async def _wait(self) -> None:
        if self._ended:
            raise Ended(b"")
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
