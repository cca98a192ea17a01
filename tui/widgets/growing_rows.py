"""Rows of a listing that is read from its beginning on, page after page, where nobody knows how long it is."""

from __future__ import annotations

from collections.abc import Iterable

from tui.widgets.rows import Key, Row


class GrowingRows:
    """A source for a table: what was read so far, and where there is more, one row that is still to come.

    The table asks for that row when it comes near the view; whoever owns it reads on and calls :meth:`extend`.
    """

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._indices: dict[Key, int] = {}
        self._more = False

    @property
    def count(self) -> int | None:
        """The rows, with the one that stands for those to come."""
        return len(self._rows) + self._more

    @property
    def read(self) -> int:
        """Rows that were read."""
        return len(self._rows)

    def reset(self) -> None:
        """Forget all of them."""
        self._rows, self._indices, self._more = [], {}, False

    def extend(self, rows: Iterable[Row], *, more: bool) -> None:
        """Add the next page; ``more`` says whether another one follows."""
        for row in rows:
            self._indices[row.key] = len(self._rows)
            self._rows.append(row)
        self._more = more

    def get(self, index: int) -> Row | None:
        """The row at ``index``, or None for the one to come."""
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def index_of(self, key: Key) -> int | None:
        """Where the row with this key is."""
        return self._indices.get(key)
