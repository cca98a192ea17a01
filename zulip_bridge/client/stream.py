"""Streams: a call whose events and bytes arrive before its result."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from zulip_bridge.api.calls import Progress, Request
from zulip_bridge.api.errors import StewardError

R = TypeVar("R")
QUEUE_LENGTH = 8
"""Items waiting for a slow consumer; then the reader pauses, the pipe fills, and the worker waits."""


@dataclass(frozen=True)
class Chunk:
    """Raw bytes of the file that was begun last."""

    data: memoryview


@dataclass(frozen=True)
class Finished:
    """The call has ended, with a result or an error."""

    result: Any = None
    error: StewardError | None = None


Item = Chunk | Progress | Finished | dict[str, Any]


class Stream(Generic[R]):
    """Iterate to receive :class:`Chunk`, :class:`Progress` and events (as JSON objects); then read ``result``.

    Raises the call's :class:`StewardError` from the iteration.
    """

    def __init__(self, request: Request[R]) -> None:
        self.request = request
        self._items: asyncio.Queue[Item] = asyncio.Queue(QUEUE_LENGTH)
        self._result: R | None = None
        self._abandoned = False

    @property
    def result(self) -> R:
        """The call's answer; only after the iteration has ended."""
        if self._result is None:
            raise RuntimeError("the stream has not ended")
        return self._result

    def abandon(self) -> None:
        """Nobody iterates any more: what still arrives is dropped."""
        self._abandoned = True
        while not self._items.empty():
            self._items.get_nowait()

    @property
    def full(self) -> bool:
        """Whether the consumer is behind."""
        return self._items.full() and not self._abandoned

    def break_off(self, error: StewardError) -> None:
        """The worker is lost: what was received is dropped, the consumer gets the error."""
        while not self._items.empty():
            self._items.get_nowait()
        self._items.put_nowait(Finished(None, error))

    async def put(self, item: Item) -> None:
        """Used by the bridge's reader."""
        if not self._abandoned:
            await self._items.put(item)

    async def __aiter__(self) -> AsyncIterator[Chunk | Progress | dict[str, Any]]:
        while True:
            item = await self._items.get()
            if isinstance(item, Finished):
                if item.error is not None:
                    raise item.error
                self._result = item.result
                return
            yield item
