"""What code prints: kept for whoever ran it, apart from what other threads print meanwhile."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

LONGEST = 300_000
"""Characters that are kept; what is beyond is counted."""


class Printed(io.TextIOBase):
    """A file that keeps the beginning of what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[str] = []
        self._kept = 0
        self._lost = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str, /) -> int:
        """Keep it, or as much of it as there is room for."""
        kept = text[: LONGEST - self._kept]
        self._pieces.append(kept)
        self._kept += len(kept)
        self._lost += len(text) - len(kept)
        return len(text)

    def text(self) -> str:
        """All that was kept, and how much was not."""
        more = f"\n… ({self._lost:,} more characters were printed)\n" if self._lost else ""
        return "".join(self._pieces) + more


class _PerThread(io.TextIOBase):
    """Stands for stdout: passes on to the thread's own file, or to where it went before."""

    def __init__(self, otherwise: TextIO) -> None:
        super().__init__()
        self._otherwise = otherwise
        self.own = threading.local()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str, /) -> int:
        """Write to the thread's file."""
        file = getattr(self.own, "file", None) or self._otherwise
        return int(file.write(text))

    def flush(self) -> None:
        """Nothing is buffered here."""


_installing = threading.Lock()


@contextmanager
def printed_here() -> Iterator[Printed]:
    """While inside, what this thread prints is kept."""
    with _installing:
        if not isinstance(sys.stdout, _PerThread):
            sys.stdout = _PerThread(sys.stdout)
        stdout = sys.stdout
    printed = Printed()
    stdout.own.file = printed
    try:
        yield printed
    finally:
        stdout.own.file = None
