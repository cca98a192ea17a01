"""Results: rows that can be read on from where the last reading stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from zulip_bridge.api.query import Column

RawRows = list[tuple[Any, ...]]


class Result(Protocol):
    """A table that is read once, from its beginning to its end."""

    columns: list[Column]

    def read(self, count: int) -> RawRows:
        """The next rows, at most ``count``; none at the end. Their values are JSON's."""

    def close(self) -> None:
        """Give back what it holds; may be called again."""


class ListResult:
    """Rows that are in this process's memory already."""

    def __init__(self, columns: list[Column], rows: RawRows) -> None:
        self.columns = columns
        self._rows = rows
        self._position = 0

    def read(self, count: int) -> RawRows:
        """The next rows."""
        start, self._position = self._position, self._position + count
        return self._rows[start : self._position]

    def replace(self, change: Callable[[str], str]) -> None:
        """Change every text in the rows."""
        self._rows = [
            tuple(change(value) if isinstance(value, str) else value for value in row) for row in self._rows
        ]

    def close(self) -> None:
        """Forget them."""
        self._rows = []


class Limited:
    """A result with a limit to its rows: reads one row ahead, so that it is known whether more exist."""

    def __init__(self, result: Result, limit: int | None) -> None:
        self.columns = result.columns
        self.result = result
        self.limited = False
        self.more = True
        self._left = limit
        self._ahead: RawRows = []

    def read(self, count: int) -> RawRows:
        """The next rows; then :attr:`more` says whether there are others, :attr:`limited` that they are cut off."""
        wanted = count if self._left is None else min(count, self._left)
        if self.more:
            needed = wanted + 1 - len(self._ahead)
            found = [*self._ahead, *self.result.read(needed)] if needed > 0 else self._ahead
        else:
            found = self._ahead
        rows, self._ahead = found[:wanted], found[wanted:]
        self.more = bool(self._ahead)
        if self._left is not None:
            self._left -= len(rows)
            self.limited = self.more and self._left == 0
        return rows

    def put_back(self, rows: RawRows) -> None:
        """Rows that were read last and are not wanted yet."""
        self._ahead = [*rows, *self._ahead]
        self.more = self.more or bool(rows)
        if self._left is not None:
            self._left += len(rows)
        self.limited = False

    def close(self) -> None:
        """Give back what it holds."""
        self._ahead = []
        self.result.close()
