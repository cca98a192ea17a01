"""Where the time of an export goes: PostgreSQL, the worker, and of the steward's hashing, compression and disk.

Seconds of processor are the kernel's figures, from ``/proc``; inside the steward, calls are timed where they happen.
PostgreSQL's are those of every process of the cluster that is not idle meanwhile: measure on a quiet machine.
"""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zulip_bridge.export import compression

TICKS = os.sysconf("SC_CLK_TCK")
POSTGRES = ("postgres", "postmaster")
PARTS = ("hashing", "compression", "writing", "fsync")
"""Of the steward's work; ``writing`` and ``fsync`` in seconds by the clock, since they wait for the disk."""
OF_THE_DISK = ("writing", "fsync")


class Spent:
    """Seconds by part of the steward's work."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def timed(self, part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, timed: by this thread's processor, or by the clock where it is the disk's."""
        clock = time.monotonic if part in OF_THE_DISK else time.thread_time

        def wrapper(*arguments: Any, **options: Any) -> Any:
            began = clock()
            try:
                return call(*arguments, **options)
            finally:
                self.seconds[part] += clock() - began

        return wrapper


class _Timed:
    """A digest or a compressor whose work is timed."""

    def __init__(self, inner: Any, spent: Spent, part: str, names: tuple[str, ...]) -> None:
        self._inner = inner
        for name in names:
            setattr(self, name, spent.timed(part, getattr(inner, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@contextmanager
def watched() -> Iterator[Spent]:
    """While this holds, the steward's hashing, compression, writing and flushing are timed."""
    spent = Spent()
    kept = (hashlib.sha256, zlib.crc32, os.write, os.fsync, compression.Compressing.__init__)

    def compressing(self: compression.Compressing, compressor: Any, write: compression.Write) -> None:
        kept[4](self, _Timed(compressor, spent, "compression", ("compress", "flush")), write)

    hashlib.sha256 = lambda *data, **options: _Timed(kept[0](*data, **options), spent, "hashing", ("update",))  # type: ignore[assignment]
    zlib.crc32 = spent.timed("hashing", kept[1])
    os.write, os.fsync = spent.timed("writing", kept[2]), spent.timed("fsync", kept[3])
    compression.Compressing.__init__ = compressing  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        hashlib.sha256, zlib.crc32, os.write, os.fsync = kept[:4]
        compression.Compressing.__init__ = kept[4]  # type: ignore[method-assign]


def processor(pid: int, *, with_children: bool = False) -> float:
    """Seconds of processor that a process has used; ``with_children``: and those of its that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(each) for each in fields[11 : 15 if with_children else 13]) / TICKS


def postgres_processor() -> float:
    """Seconds of processor of every PostgreSQL process, ended ones included."""
    total = 0.0
    for place in Path("/proc").iterdir():
        if not place.name.isdigit():
            continue
        try:
            if (place / "comm").read_text().strip() in POSTGRES:
                total += processor(int(place.name), with_children=True)
        except OSError:
            # It has ended meanwhile: its parent has its seconds.
            continue
    return total
