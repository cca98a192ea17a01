"""Sending files: their bytes in frames of a good size, around them the events that say which file it is."""

from __future__ import annotations

import json
from typing import Any

import orjson

from zulip_bridge.api.export import FileAbandoned, FileBegins, FileEnds
from zulip_bridge.api.paths import safe_path

from ..context import Context

FRAME_BYTES = 256 * 1024
"""What is gathered before it is sent, in bytes, and the longest piece of a large one."""
FEW = 16
"""Pieces that are sent as they are; more, and so smaller ones, are put together first."""


class FileSender:
    """One file on its way; call :meth:`end`, or :meth:`abandon` where it could not be read."""

    def __init__(self, context: Context, path: str) -> None:
        self.path = safe_path(path)
        self.size = 0
        self._context = context
        self._waiting: list[bytes | memoryview] = []
        self._waiting_size = 0
        context.event(FileBegins(self.path, "" if self.path == path else printable(path)))

    def write(self, data: bytes | memoryview) -> None:
        """Send ``data``, now or with what follows."""
        self._waiting.append(data)
        self._waiting_size += len(data)
        self.size += len(data)
        if self._waiting_size >= FRAME_BYTES:
            self._flush()

    def end(self, rows: dict[str, int] | None = None, modified: float | None = None) -> None:
        """The file is whole."""
        self._flush()
        self._context.event(FileEnds(self.path, self.size, rows or {}, modified))

    def abandon(self, reason: str) -> None:
        """The file cannot be read to its end; the receiver throws away what it has."""
        self._context.event(FileAbandoned(self.path, reason))

    def _flush(self) -> None:
        waiting, self._waiting, self._waiting_size = self._waiting, [], 0
        if len(waiting) > FEW:
            waiting = [b"".join(waiting)]
        frame: list[memoryview] = []
        room = FRAME_BYTES
        for data in waiting:
            rest = memoryview(data)
            while rest:
                part, rest = rest[:room], rest[room:]
                frame.append(part)
                room -= len(part)
                if not room:
                    self._context.chunk(*frame)
                    frame, room = [], FRAME_BYTES
        if frame:
            self._context.chunk(*frame)


def encode_rows(records: list[dict[str, Any]]) -> memoryview:
    """The rows as JSON, without the brackets of the list around them."""
    try:
        return memoryview(orjson.dumps(records, default=plain))[1:-1]
    except TypeError:
        return memoryview(b",".join(map(_encode_row, records)))


def _encode_row(record: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(record, default=plain)
    except TypeError:
        # Numbers over 64 bits, which orjson refuses, in somebody's JSON column.
        return json.dumps(record, default=plain, ensure_ascii=False, separators=(",", ":")).encode()


def plain(value: Any) -> Any:
    """What JSON has no type for, as the closest thing that it has."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, int):
        return int(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def printable(name: str) -> str:
    """A name that JSON can carry: undecodable bytes of a file name become escapes."""
    return name.encode("utf-8", "backslashreplace").decode()
