"""The thread that writes: works off, in order, what the event loop hands to it, with a bound on what waits.

Handing over costs no switch to the thread and back: at hundreds of megabytes a second that would be the bottleneck.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any

WAITING_BYTES = 4 * 1024 * 1024
"""Handed over and not yet written; beyond it the caller waits, the pipe fills, and the worker pauses."""

Job = tuple[Callable[[Any], object], Any, int]


class Writer:
    """Made in a running event loop; ended by :meth:`stop`, whatever happened."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[Job | asyncio.Future[None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._room: asyncio.Future[None] | None = None
        self._error: BaseException | None = None
        self._dropping = False
        self._ended: asyncio.Future[None] = self._loop.create_future()
        threading.Thread(target=self._run, name="export-writer", daemon=True).start()

    async def put(self, work: Callable[[Any], object], argument: Any, size: int = 0) -> None:
        """Have ``work(argument)`` done after all that came before; ``size`` in bytes is what it keeps in memory.

        Raises what an earlier one raised.
        """
        self._raise()
        with self._lock:
            self._waiting += size
            if self._waiting > WAITING_BYTES:
                self._room = self._loop.create_future()
            room = self._room
        self._jobs.put((work, argument, size))
        if room is not None:
            await room

    async def drain(self) -> None:
        """Wait until all that was handed over is done; raises what a job raised."""
        done: asyncio.Future[None] = self._loop.create_future()
        self._jobs.put(done)
        await done
        self._raise()

    async def finish(self) -> None:
        """Wait until all is done, and end the thread; raises what a job raised."""
        self._jobs.put(None)
        await asyncio.shield(self._ended)
        self._raise()

    async def stop(self) -> None:
        """Drop what waits, and wait for the job under way."""
        self._dropping = True
        self._jobs.put(None)
        await asyncio.shield(self._ended)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            if isinstance(job, asyncio.Future):
                self._loop.call_soon_threadsafe(_resolve, job)
                continue
            work, argument, size = job
            if not self._dropping:
                try:
                    work(argument)
                except BaseException as error:  # noqa: BLE001 (raised again where the work came from)
                    self._error = error
                    self._dropping = True
            self._done(size)
        self._loop.call_soon_threadsafe(_resolve, self._ended)

    def _done(self, size: int) -> None:
        with self._lock:
            self._waiting -= size
            if self._room is None or self._waiting > WAITING_BYTES // 2:
                return
            room, self._room = self._room, None
        self._loop.call_soon_threadsafe(_resolve, room)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
