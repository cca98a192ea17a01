"""Ending Python code that runs on: an exception thrown into its thread, on cancel or when its time is over."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..context import Context


class Interrupted(BaseException):
    """Thrown into the code; not an ``Exception``, so that ``except Exception`` does not hold it up."""


class _Interrupter:
    def __init__(self) -> None:
        self._thread = ctypes.c_ulong(threading.get_ident())
        self._lock = threading.Lock()
        self._running = True

    def interrupt(self) -> None:
        """From another thread: end the code (a query it waits for is ended by the lane)."""
        with self._lock:
            if self._running:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, ctypes.py_object(Interrupted))

    def finish(self) -> None:
        """Nothing is thrown after this, not even what has been thrown and not yet arrived."""
        with self._lock:
            self._running = False
            ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, None)


@contextmanager
def interruptible(context: Context, timeout_ms: int) -> Iterator[None]:
    """While inside, a cancel and the end of the time raise :class:`Interrupted` in this thread."""
    interrupter = _Interrupter()
    timer = threading.Timer(timeout_ms / 1000, interrupter.interrupt) if timeout_ms else None
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        with context.interruptible(interrupter.interrupt):
            yield
    finally:
        if timer is not None:
            timer.cancel()
        try:
            interrupter.finish()
        except Interrupted:
            interrupter.finish()
