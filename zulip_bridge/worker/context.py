"""What a handler is given besides its request: progress, streaming, and whether it was cancelled."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, StewardError

from .output import Output

PROGRESS_INTERVAL = 0.1
"""Seconds between two progress messages of one phase; the last of a phase is always sent."""


class Context:
    """One call under way. Handlers run in a lane's thread; :meth:`cancel` comes from the reading thread."""

    def __init__(self, request_id: int, output: Output, read_only: bool = False) -> None:
        self.request_id = request_id
        self.read_only = read_only
        self.bytes_sent = 0
        self.cancels_statements = True
        self._output = output
        self._cancelled = threading.Event()
        self._interrupting = threading.Lock()
        self._interrupt: Callable[[], None] | None = None
        self._afterwards: list[Callable[[], object]] = []
        self._last_progress = 0.0
        self._last_phase = ""

    @property
    def cancelled(self) -> bool:
        """Whether the steward has asked for an end."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask for an end: noticed at the handler's next :meth:`check`, progress or chunk, or by what it waits for."""
        self._cancelled.set()
        with self._interrupting:
            if self._interrupt is not None:
                self._interrupt()

    @contextlib.contextmanager
    def interruptible(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """While inside, a cancel also calls ``interrupt``, from another thread; never afterwards."""
        with self._interrupting:
            self._interrupt = interrupt
        try:
            self.check()
            yield
        finally:
            with self._interrupting:
                self._interrupt = None

    def finish_what_was_begun(self) -> None:
        """Statements of this call are not cancelled: half of one of Zulip's actions is worse than all of it."""
        self.cancels_statements = False

    def afterwards(self, work: Callable[[], object]) -> None:
        """Do something on this lane once the answer has been sent; what it raises reaches nobody."""
        self._afterwards.append(work)

    def take_afterwards(self) -> list[Callable[[], object]]:
        """What is to be done now that the answer has been sent."""
        work, self._afterwards = self._afterwards, []
        return work

    def check(self) -> None:
        """Raise the ``cancelled`` error if the steward has asked for an end."""
        if self._cancelled.is_set():
            raise StewardError(ErrorKind.CANCELLED, "Cancelled.")

    def progress(self, phase: str, done: int, total: int | None = None, *, exact: bool = True) -> None:
        """Report how far the work has come; may be called as often as one likes."""
        self.check()
        now = time.monotonic()
        due = now - self._last_progress >= PROGRESS_INTERVAL
        if due or phase != self._last_phase or done == total:
            self._last_progress, self._last_phase = now, phase
            self._send("progress", Progress(phase, done, total, self.bytes_sent, exact))

    def event(self, event: Any) -> None:
        """Send one contract dataclass ahead of the result."""
        self.check()
        self._send("event", event)

    def chunk(self, *parts: bytes | memoryview) -> None:
        """Send raw bytes; long data is cut to frames by the caller."""
        self.check()
        self.bytes_sent += sum(map(len, parts))
        self._output.chunk(self.request_id, *parts)

    def _send(self, method: str, value: Any) -> None:
        self._output.message({"method": method, "params": {"id": self.request_id, "value": value}})
