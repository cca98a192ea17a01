"""Bringing files to disk, many together: what a file system writes down for one it writes down for all of them.

While it does, it makes nothing new; a file at a time, each new file would wait for the one before.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from .output_file import flush_folder

THREADS = 8
FILES_TOGETHER = 32
BYTES_TOGETHER = 8 * 1024 * 1024
MOST_UNDER_WAY = 8
"""Of such groups; a slow disk is waited for then. A process may have about a thousand files open."""

Whole = tuple[int, Path | None]
"""A descriptor, and a folder that must be flushed with the file, if there is one."""


class Flushing:
    """Used from one thread; ended by :meth:`close`, whatever happened. Its methods raise what the disk answers."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "flush")
        self._under_way: deque[Future[None]] = deque()
        self._waiting: list[Whole] = []
        self._bytes = 0

    def add(self, descriptor: int, size: int, folder: Path | None) -> None:
        """A file is whole: flush it by and by, and its ``folder``, and close it."""
        self._waiting.append((descriptor, folder))
        self._bytes += size
        if len(self._waiting) >= FILES_TOGETHER or self._bytes >= BYTES_TOGETHER:
            self._begin()

    def finish(self, folders: Iterable[Path]) -> None:
        """Wait until all files are on the disk, and these folders as well."""
        self._begin()
        while self._under_way:
            self._under_way.popleft().result()
        for _ in self._threads.map(flush_folder, folders):
            continue

    def close(self) -> None:
        """Close what was not flushed, and end the threads."""
        self._threads.shutdown(wait=True)
        waiting, self._waiting = self._waiting, []
        for descriptor, _ in waiting:
            os.close(descriptor)

    def _begin(self) -> None:
        while self._under_way and (self._under_way[0].done() or len(self._under_way) >= MOST_UNDER_WAY):
            self._under_way.popleft().result()
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        if waiting:
            self._under_way.append(self._threads.submit(_flush, waiting))


def _flush(files: list[Whole]) -> None:
    """Flush them, and their folders; all are closed, even where one cannot be flushed."""
    try:
        for descriptor, _ in files:
            os.fsync(descriptor)
    finally:
        for descriptor, _ in files:
            os.close(descriptor)
    for _, folder in files:
        if folder is not None:
            flush_folder(folder)
