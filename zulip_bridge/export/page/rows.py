"""Rows of ``user.json`` and of the ``records.json`` files, cut into data files: one table after the other.

``user.json`` is read as it streams by: the worker writes each row on a line of its own, and JSON has no line breaks
inside a value, so that no more than a row need be in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson

from .data_files import FILE_BYTES, DataFiles

HEADER = rb'[\s\]{,]*"(?:[^"\\]{1,100})"\s*:\s*\['
"""The beginning of a table; the end of the one before it."""
ONLY_HEADERS = re.compile(rb"(?:%s)+\]?\s*" % HEADER)
HEADERS_BEHIND = re.compile(rb"\}((?:%s)+)\]?\s*$" % HEADER.replace(rb"[\s\]{,]*", rb"\s*\]\s*,\s*", 1))
NAME = re.compile(rb'"([^"]*)"')
WAITING_BYTES = 12 * 1024 * 1024
ENTRY_BYTES = 60
"""What a waiting row costs besides its text."""
LONGEST_LINE = 8 * 1024 * 1024
"""A row beyond this many bytes is left to ``user.json``."""

OnRow = Callable[[str, dict[str, Any]], None]


class Tables:
    """Gathers rows by table and writes them between two files of the export; remembers where they are.

    No file can be written while another is under way, so what a file's rows may take meanwhile is bounded: further
    rows of a table are counted and not shown.
    """

    def __init__(self, files: DataFiles, on_row: OnRow) -> None:
        self._files = files
        self._on_row = on_row
        self._found: dict[str, list[Any]] = {}
        self._table = ""
        self._columns: list[str] = []
        self._lines: list[bytes] = []
        self._lines_bytes = 0
        self._waiting: list[tuple[str, list[bytes]]] = []
        self._waiting_bytes = 0

    def begin(self, table: str) -> None:
        """The rows that follow belong to ``table``."""
        self._cut()
        self._table = table
        self._found.setdefault(table, [table, 0, []])

    def add(self, row: dict[str, Any]) -> None:
        """One row."""
        self._found[self._table][1] += 1
        self._on_row(self._table, row)
        if self._waiting_bytes > WAITING_BYTES:
            return
        columns = list(row)
        if columns != self._columns:
            self._cut()
            self._columns = columns
        # A copy: what orjson returns may keep a buffer of several times its length.
        line = bytes(memoryview(orjson.dumps([_flat(value) for value in row.values()])))
        self._lines.append(line)
        self._lines_bytes += len(line)
        self._waiting_bytes += len(line) + ENTRY_BYTES
        if self._lines_bytes >= FILE_BYTES:
            self._cut()

    def flush(self) -> None:
        """Write what waits: the file that it came from is closed."""
        self._cut()
        for table, lines in self._waiting:
            self._found[table][2] += [self._files.put(lines), len(lines) - 1]
        self._waiting, self._waiting_bytes = [], 0

    def described(self) -> list[list[Any]]:
        """Tables with the number of their rows, and the files that have them (number and rows, alternating)."""
        return list(self._found.values())

    def _cut(self) -> None:
        """The rows since the last cut become one data file, which begins with the names of the columns."""
        if self._lines:
            self._waiting.append((self._table, [orjson.dumps(self._columns), *self._lines]))
        self._lines, self._lines_bytes, self._columns = [], 0, []


class RowReader:
    """Finds the tables and rows in the bytes of ``user.json``, or of another file like it.

    ``prefix`` keeps the tables of one file apart from those of another.
    """

    def __init__(self, tables: Tables, prefix: str = "") -> None:
        self._tables = tables
        self._prefix = prefix
        self._rest = bytearray()
        self._skipping = False

    def chunk(self, data: bytes | memoryview) -> None:
        """The next bytes."""
        self._rest += data
        *lines, rest = self._rest.split(b"\n")
        for line in lines:
            if not self._skipping:
                self._line(bytes(line))
            self._skipping = False
        self._rest = rest
        if len(rest) > LONGEST_LINE:
            self._skipping = True
            self._rest = bytearray()

    def end(self) -> None:
        """There are no more."""
        if self._rest and not self._skipping:
            self._line(bytes(self._rest))
        self._rest = bytearray()

    def _line(self, line: bytes) -> None:
        """A row, the beginnings of tables, or a row and the beginnings of the tables behind it.

        A row alone ends in a brace (and a comma), so that its contents are never taken for a table.
        """
        line = line.strip().removesuffix(b",")
        headers = b""
        if line.endswith((b"[", b"]")):
            behind = HEADERS_BEHIND.search(line)
            if behind:
                line, headers = line[: behind.start() + 1], behind[1]
            elif ONLY_HEADERS.fullmatch(line):
                line, headers = b"", line
        row = _row(line)
        if row is not None:
            self._tables.add(row)
        for name in NAME.findall(headers):
            self._tables.begin(self._prefix + name.decode("utf-8", "replace"))


def _row(text: bytes) -> dict[str, Any] | None:
    """The row in a line, perhaps with the end of its table."""
    if not text.startswith(b"{"):
        return None
    for ending in (b"", b"]", b"]}"):
        try:
            row = orjson.loads(text.removesuffix(ending))
        except orjson.JSONDecodeError:
            continue
        return row if isinstance(row, dict) else None
    return None


def _flat(value: Any) -> Any:
    """Lists and objects as their JSON, in a list of its own: a text that looks like JSON stays what was typed."""
    if isinstance(value, list | dict):
        return [orjson.dumps(value).decode()] if value else ""
    return value
