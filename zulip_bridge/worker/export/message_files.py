"""Cutting the stream of messages into files."""

from __future__ import annotations

from typing import Any

from ..context import Context
from .sending import FileSender, encode_rows

FILE_MESSAGES = 1_000
"""Messages in a file, as in Zulip's own export."""


class MessageFiles:
    """``NAME-000001.json`` and those that follow, each an object with one list."""

    def __init__(self, context: Context, name: str, table: str) -> None:
        self._context = context
        self._name = name
        self._table = table
        self._number = 0
        self._in_file = 0
        self._file: FileSender | None = None

    def add(self, records: list[dict[str, Any]]) -> None:
        """Write records, beginning and ending files as needed."""
        while records:
            file = self._file or self._begin()
            part, records = records[: FILE_MESSAGES - self._in_file], records[FILE_MESSAGES - self._in_file :]
            if self._in_file:
                file.write(b",\n")
            file.write(encode_rows(part))
            self._in_file += len(part)
            if self._in_file == FILE_MESSAGES:
                self.end()

    def end(self) -> None:
        """End the file under way, if there is one."""
        if self._file is not None:
            self._file.write(b"\n]}\n")
            self._file.end({self._table: self._in_file})
            self._file = None

    def _begin(self) -> FileSender:
        self._number += 1
        self._in_file = 0
        self._file = FileSender(self._context, f"{self._name}-{self._number:06}.json")
        self._file.write(b'{"%s":[\n' % self._table.encode())
        return self._file
