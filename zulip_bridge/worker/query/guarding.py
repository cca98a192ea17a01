"""Python in a read-only session: what would change something outside the database is refused as well.

PostgreSQL guards the database only. Python reports to audit hooks before it opens a file, starts a process or
connects a socket (PEP 578); here these are refused for the thread that runs the operator's code, which may start no
other. It guards against mistakes: who wants to get around it can (``ctypes``, a connection that is open already).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
REFUSED = frozenset(
    {
        "ctypes.dlopen",
        "os.chflags",
        "os.chmod",
        "os.chown",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.kill",
        "os.killpg",
        "os.link",
        "os.mkdir",
        "os.posix_spawn",
        "os.putenv",
        "os.remove",
        "os.removexattr",
        "os.rename",
        "os.rmdir",
        "os.setxattr",
        "os.spawn",
        "os.symlink",
        "os.system",
        "os.truncate",
        "os.unsetenv",
        "os.utime",
        "pty.spawn",
        "signal.pthread_kill",
        "socket.bind",
        "socket.connect",
        "socket.sendto",
        "subprocess.Popen",
        "threading.Thread.start",
    }
)
"""Audit events of what leaves something behind, or reaches somebody else (caches, queues, mail)."""

_guarding = threading.local()
_installing = threading.Lock()
_installed: list[bool] = []


@contextmanager
def guarded(on: bool) -> Iterator[None]:
    """While inside, and ``on``, this thread's code is refused what the module says, with a PermissionError."""
    if not on:
        yield
        return
    with _installing:
        if not _installed:
            sys.addaudithook(_hook)
            _watch_threads()
            _installed.append(True)
    _guarding.on = True
    try:
        yield
    finally:
        _guarding.on = False


def _watch_threads() -> None:
    """Python 3.10 to 3.12 report no start of a thread, which would be guarded by nothing."""
    start = threading.Thread.start

    def guarded_start(self: threading.Thread) -> None:
        _hook("threading.Thread.start", ())
        start(self)

    threading.Thread.start = guarded_start  # type: ignore[method-assign]


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not getattr(_guarding, "on", False):
        return
    if event in REFUSED or (event == "open" and _writes(arguments)):
        raise PermissionError(f"This session was opened read-only: {event} is refused.")


def _writes(arguments: tuple[Any, ...]) -> bool:
    """Of the event "open": path, mode (None from ``os.open``), flags."""
    mode, flags = arguments[1], arguments[2]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & WRITING)
