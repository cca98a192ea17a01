"""Rows of a long listing that are fetched page by page, and where they are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Key = int | str
"""What tells a row from all others, also after the listing has changed."""


@dataclass(frozen=True)
class Row:
    """One row: its key, the text of each column (already safe to show), and the name of a row style or none."""

    key: Key
    cells: tuple[str, ...]
    style: str = ""


class RowSource(Protocol):
    """Where a table takes its rows from; every method answers at once, from memory."""

    @property
    def count(self) -> int | None:
        """Rows in the whole listing; None while that is not known."""

    def get(self, index: int) -> Row | None:
        """The row at `index` (from 0), or None where it has not been fetched."""

    def index_of(self, key: Key) -> int | None:
        """Where the row with this key is, or None where it is not known."""


class PagedRows:
    """A source that keeps the pages last looked at, and forgets the others: memory does not grow with the listing."""

    def __init__(self, *, page_size: int = 100, max_pages: int = 50) -> None:
        self.page_size = page_size
        self._max_pages = max_pages
        self._pages: OrderedDict[int, tuple[Row, ...]] = OrderedDict()
        self._indices: dict[Key, int] = {}
        self._count: int | None = None

    @property
    def count(self) -> int | None:
        """Rows in the whole listing; None while that is not known."""
        return self._count

    @property
    def cached(self) -> int:
        """Rows that are kept now."""
        return sum(len(rows) for rows in self._pages.values())

    def reset(self, count: int | None = None) -> None:
        """Forget all pages: another listing begins, of `count` rows if that is known."""
        self._pages.clear()
        self._indices.clear()
        self._count = count

    def put(self, page: int, rows: Sequence[Row], *, count: int | None = None) -> None:
        """Keep the rows of a page (from 0); at most `page_size` of them. `count` is set where it is given."""
        if len(rows) > self.page_size:
            raise ValueError(f"a page has at most {self.page_size} rows, not {len(rows)}")
        if count is not None:
            self._count = count
        self._forget(page)
        self._pages[page] = tuple(rows)
        first = page * self.page_size
        self._indices.update((row.key, first + offset) for offset, row in enumerate(rows))
        while len(self._pages) > self._max_pages:
            self._forget(next(iter(self._pages)))

    def replace(self, index: int, row: Row) -> None:
        """Another row in the place of the one at `index` (from 0), of the same key, where that is kept."""
        page, offset = divmod(index, self.page_size)
        kept = self._pages.get(page)
        if kept is not None and offset < len(kept):
            self._pages[page] = (*kept[:offset], row, *kept[offset + 1 :])

    def missing(self, first: int, last: int) -> list[int]:
        """Numbers of the pages, of those that hold rows `first` to `last`, that have not been fetched."""
        pages = range(max(0, first) // self.page_size, max(0, last) // self.page_size + 1)
        return [page for page in pages if page not in self._pages]

    def get(self, index: int) -> Row | None:
        """The row at `index` (from 0), or None where it has not been fetched."""
        page, offset = divmod(index, self.page_size)
        rows = self._pages.get(page)
        if rows is None or offset >= len(rows):
            return None
        self._pages.move_to_end(page)
        return rows[offset]

    def index_of(self, key: Key) -> int | None:
        """Where the row with this key is, or None where it is not kept."""
        return self._indices.get(key)

    def _forget(self, page: int) -> None:
        for offset, row in enumerate(self._pages.pop(page, ())):
            if self._indices.get(row.key) == page * self.page_size + offset:
                del self._indices[row.key]
