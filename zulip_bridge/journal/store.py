"""Appending to the journal and reading it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from zulip_bridge.journal.chain import read_link, recorded, seal
from zulip_bridge.journal.entry import Entry, RecordedEntry
from zulip_bridge.journal.head import Head, read_head, sync_directory, write_head
from zulip_bridge.journal.lock import locked
from zulip_bridge.journal.place import (
    JournalError,
    default_path,
    open_for_append,
    open_for_reading,
)
from zulip_bridge.journal.tail import find_tail

BLOCK = 64 * 1024


class Journal:
    """The operator's journal at `path` (`default_path()` where none is given).

    Its methods block (a lock, three syncs): call them from a thread where an event loop runs.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()

    def check(self) -> None:
        """Raise `JournalError` where an append would be refused; makes the empty file where there is none."""
        os.close(open_for_append(self.path))

    def append(self, entry: Entry) -> RecordedEntry:
        """Record an entry: when this returns it is on the disk. Raises `JournalError`; then do not act."""
        descriptor = open_for_append(self.path)
        try:
            with locked(descriptor):
                return self._append(descriptor, entry)
        finally:
            os.close(descriptor)

    def entries(self, *, newest_first: bool = True, limit: int | None = None) -> Iterator[RecordedEntry]:
        """The entries that can be read, at most `limit`; lines that are none are left to `verify`."""
        descriptor = open_for_reading(self.path)
        if descriptor is None:
            return
        with os.fdopen(descriptor, "rb") as file:
            lines = _lines_backwards(file.fileno()) if newest_first else iter(file)
            yield from islice(_readable(lines), limit)

    def _append(self, descriptor: int, entry: Entry) -> RecordedEntry:
        tail = find_tail(descriptor, read_head(self.path))
        head = tail.head
        start = b"\n" if tail.needs_newline else b""
        if os.fstat(descriptor).st_size == 0:
            sync_directory(self.path.parent)
        result = None
        for each in [*tail.notices, entry]:
            line, result = seal(each, head.entries + 1, head.hash)
            _write(descriptor, start + line, self.path)
            head = Head(result.seq, result.hash, os.fstat(descriptor).st_size)
            write_head(self.path, head)
            start = b""
        assert result is not None
        return result


def _write(descriptor: int, data: bytes, path: Path) -> None:
    """All of `data`, onto the disk. What a failure leaves half-written the next append steps over."""
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    except OSError as error:
        raise JournalError(f"Cannot write the journal {path}: {error.strerror}.") from error


def _readable(lines: Iterator[bytes]) -> Iterator[RecordedEntry]:
    for line in lines:
        link = read_link(line.rstrip(b"\n"))
        entry = recorded(link) if link else None
        if entry is not None:
            yield entry


def _lines_backwards(descriptor: int) -> Iterator[bytes]:
    """The file's lines from the last to the first, read in blocks: the newest come at once, however long it is."""
    position = os.fstat(descriptor).st_size
    rest = b""
    while position > 0:
        start = max(0, position - BLOCK)
        lines = (os.pread(descriptor, position - start, start) + rest).split(b"\n")
        position, rest = start, lines[0]
        yield from reversed(lines[1:])
    yield rest
