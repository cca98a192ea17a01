"""Formats of a streamed result: each batch is written as it comes, nothing is kept but by :class:`RowsKept`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, Literal, Protocol

import orjson

from zulip_bridge.api.query import Column

Write = Callable[[bytes], object]
Shape = Literal["arrays", "objects"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula, the full-width forms included (OWASP, CSV injection)."""


_SPECIAL = re.compile(r'[",\r\n]|^\s|\s$')


class Writer(Protocol):
    """Takes a result as it comes. ``shape`` is what it wants from the worker."""

    shape: ClassVar[Shape]

    def begin(self, columns: list[Column]) -> None:
        """The columns, before any row."""

    def batch(self, data: bytes) -> None:
        """Some rows: a JSON array of arrays, or lines of objects."""

    def end(self) -> None:
        """There are no more rows. Not called where the query failed."""


class NdjsonWriter:
    """One JSON object a line, as the worker has made them."""

    shape: ClassVar[Shape] = "objects"

    def __init__(self, write: Write) -> None:
        self._write = write

    def begin(self, columns: list[Column]) -> None:
        """Nothing: each line names its values."""

    def batch(self, data: bytes) -> None:
        """The lines."""
        self._write(data)

    def end(self) -> None:
        """Nothing."""


class JsonWriter:
    """One JSON array of objects, an object a line."""

    shape: ClassVar[Shape] = "objects"

    def __init__(self, write: Write) -> None:
        self._write = write
        self._started = False

    def begin(self, columns: list[Column]) -> None:
        """Open the array."""
        self._write(b"[")

    def batch(self, data: bytes) -> None:
        """The objects; a line feed in JSON is never inside a value."""
        self._write(b"," if self._started else b"")
        self._started = True
        self._write(b"\n" + data.rstrip(b"\n").replace(b"\n", b",\n"))

    def end(self) -> None:
        """Close it."""
        self._write(b"\n]\n" if self._started else b"]\n")


class CsvWriter:
    """Comma-separated values with a line of names (RFC 4180, lines ended by LF), safe to open in a spreadsheet.

    A text that a spreadsheet would calculate gets an apostrophe before it. NULL is an empty
    cell, an empty text is "".
    """

    shape: ClassVar[Shape] = "arrays"

    def __init__(self, write: Write) -> None:
        self._write = write

    def begin(self, columns: list[Column]) -> None:
        """The line of names."""
        self._rows([[each.name for each in columns]])

    def batch(self, data: bytes) -> None:
        """The rows."""
        self._rows(orjson.loads(data))

    def end(self) -> None:
        """Nothing."""

    def _rows(self, rows: list[list[Any]]) -> None:
        self._write("".join([",".join([_cell(value) for value in row]) + "\n" for row in rows]).encode())


class RowsKept:
    """All rows in memory, for a table whose widths are known only at its end."""

    shape: ClassVar[Shape] = "arrays"

    def __init__(self) -> None:
        self.columns: list[Column] = []
        self.rows: list[list[Any]] = []

    def begin(self, columns: list[Column]) -> None:
        """Keep the columns."""
        self.columns = columns

    def batch(self, data: bytes) -> None:
        """Keep the rows."""
        self.rows += orjson.loads(data)

    def end(self) -> None:
        """Nothing."""


def shown(value: Any) -> str:
    """A value as text: empty for NULL, JSON for lists."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return orjson.dumps(value).decode()
    return str(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return _quoted(shown(value))
    return _quoted(f"'{value}" if value.startswith(FORMULA_STARTS) else value)


def _quoted(text: str) -> str:
    """Quoted where it must be; an empty text too, as PostgreSQL does, so that it is not taken for NULL."""
    return '"' + text.replace('"', '""') + '"' if not text or _SPECIAL.search(text) else text
