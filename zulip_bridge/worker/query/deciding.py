"""Transactions that wait for a decision."""

from __future__ import annotations

import itertools
import threading

from zulip_bridge.api.writing import DecideWrite

from ..context import Context


class Pending:
    """One transaction; decided at most once, and never after its time is over."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._condition = threading.Condition()
        self._decision: bool | None = None
        self._woken = False
        self._closed = False

    def decide(self, commit: bool) -> bool:
        """From another thread: whether it came in time."""
        with self._condition:
            if self._closed or self._decision is not None:
                return False
            self._decision = commit
            self._condition.notify_all()
            return True

    def wake(self) -> None:
        """From another thread: wait no longer."""
        with self._condition:
            self._woken = True
            self._condition.notify_all()

    def wait(self, seconds: float) -> bool | None:
        """The decision; None where none came."""
        with self._condition:
            self._condition.wait_for(lambda: self._decision is not None or self._woken, seconds)
            self._closed = True
            return self._decision


_numbers = itertools.count(1)
_lock = threading.Lock()
_pending: dict[int, Pending] = {}


def begin() -> Pending:
    """Another one, known by its number."""
    with _lock:
        pending = Pending(next(_numbers))
        _pending[pending.number] = pending
    return pending


def end(pending: Pending) -> None:
    """Forget it."""
    with _lock:
        _pending.pop(pending.number, None)


def decide_write(request: DecideWrite, context: Context) -> bool:
    """Answer :class:`DecideWrite`."""
    with _lock:
        pending = _pending.get(request.write)
    return pending is not None and pending.decide(request.commit)
