"""One writer at a time: an advisory lock on the journal file itself, which is never replaced."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from zulip_bridge.journal.place import JournalError

PATIENCE = 10.0
"""Seconds to wait for another steward's append, which takes milliseconds; longer means that it was stopped."""


@contextmanager
def locked(descriptor: int, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock for the block; raises `JournalError` when another process keeps it for too long."""
    kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, kind)
            break
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise JournalError("Another process has kept the journal locked for too long.") from error
            time.sleep(0.005)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
