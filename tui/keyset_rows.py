"""Rows of a listing of any length, read page after page: each from the key that the one before ended with.

How many there are is not known until the end: the listing is a page longer than what has been read, as long as there
is more, so that moving on asks for it. Pages that were read and forgotten can be read again: their keys are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui.widgets.rows import Key, PagedRows, Row


class KeysetRows:
    """A table's source. ``starts`` are the keys that the known pages begin after; None for the first."""

    def __init__(self, *, page_size: int = 100, max_pages: int = 40) -> None:
        self.page_size = page_size
        self._rows = PagedRows(page_size=page_size, max_pages=max_pages)
        self.starts: list[int | None] = [None]

    @property
    def count(self) -> int | None:
        """Rows that are known, and a page more where there is one; None before the first page."""
        return self._rows.count

    def get(self, index: int) -> Row | None:
        """The row at ``index``, or None where it is not kept."""
        return self._rows.get(index)

    def index_of(self, key: Key) -> int | None:
        """Where the row with this key is, or None where it is not kept."""
        return self._rows.index_of(key)

    def reset(self) -> None:
        """Another listing begins."""
        self._rows.reset()
        self.starts = [None]

    def put(self, page: int, rows: Sequence[Row], last: int | None, *, more: bool) -> None:
        """Keep a page; ``last`` is the key that it ends with, ``more`` whether another follows."""
        self._rows.put(page, rows)
        if page == len(self.starts) - 1:
            if more:
                self.starts.append(last)
            known = page * self.page_size + len(rows)
            self._rows.put(page, rows, count=known + (self.page_size if more else 0))

    def missing(self, first: int, last: int) -> list[int]:
        """Pages with rows from ``first`` to ``last`` that can be read now."""
        return [page for page in self._rows.missing(first, last) if page < len(self.starts)]
