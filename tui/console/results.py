"""What came of a question, as far as it was fetched: rows to sort, filter and look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui.widgets.columns import Column as Wide
from tui.widgets.rows import Key, Row
from zulip_bridge.api.query import Column, Rows
from zulip_bridge.text import cell_width, display_text

NULL = "∅"
MOST_ROWS = 20_000
"""Rows that are kept to scroll through; beyond it, a file is the place."""

WIDEST, WIDEST_OF_MANY, NARROWEST = 60, 36, 4
SEEN_WIDTH = 300
NUMERIC = frozenset(
    {"smallint", "integer", "bigint", "numeric", "real", "double precision", "oid", "int", "float", "Decimal"}
)


def cell(value: Any, limit: int = SEEN_WIDTH) -> str:
    """A value as a cell, safe to show."""
    return display_text(plain(value), limit=limit)


def plain(value: Any) -> str:
    """A value as text."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


@dataclass(frozen=True)
class Sort:
    """By which column (of the result), and which way."""

    column: int
    descending: bool = False


class Results:
    """A table's source. ``columns`` are the result's; :attr:`visible` those that are shown, in order."""

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        self.columns = list(columns)
        self.rows: list[list[Any]] = []
        self.more = False
        self.limited = False
        self.cuts: dict[tuple[int, int], int] = {}
        self.visible = list(range(len(self.columns)))
        self.first = 0
        """The first of the visible columns that is in view."""
        self.sort: Sort | None = None
        self.needle = ""
        self._order: list[int] | None = None
        self._widths: list[int] = []

    @property
    def full(self) -> bool:
        """Whether no more rows are kept."""
        return len(self.rows) >= MOST_ROWS

    @property
    def count(self) -> int | None:
        """Rows to show, and one that stands for those to come."""
        shown = len(self.rows) if self._order is None else len(self._order)
        return shown + (self.more and not self.limited and not self.full)

    @property
    def found(self) -> int:
        """Rows that pass the filter."""
        return len(self.rows) if self._order is None else len(self._order)

    def add(self, page: Rows) -> None:
        """Take in the next page."""
        begin = len(self.rows)
        self.rows += page.rows
        self.cuts.update({(begin + each.row, each.column): each.length for each in page.cut})
        self.more, self.limited = page.more, page.limited
        if not self._widths:
            self._measure()
        self._arrange()

    def get(self, index: int) -> Row | None:
        """A row as the table shows it; its key is its number in the result."""
        number = self.number(index)
        if number is None:
            return None
        values = self.rows[number]
        return Row(number, tuple(cell(values[column]) for column in self.visible[self.first :]))

    def number(self, index: int) -> int | None:
        """The number in the result of the row that is shown at ``index``."""
        if self._order is None:
            return index if 0 <= index < len(self.rows) else None
        return self._order[index] if 0 <= index < len(self._order) else None

    def index_of(self, key: Key) -> int | None:
        """Where a row is shown now."""
        if self._order is None:
            return int(key) if int(key) < len(self.rows) else None
        try:
            return self._order.index(int(key))
        except ValueError:
            return None

    def wide(self) -> list[Wide]:
        """The columns in view, as the table lays them out."""
        made = []
        for column in self.visible[self.first :]:
            info = self.columns[column]
            align: Any = "right" if info.type in NUMERIC else "left"
            made.append(Wide(display_text(info.name, limit=WIDEST), self._width(column), align=align))
        if len(made) == 1:
            return [Wide(made[0].title, made[0].width, 1, made[0].align)]
        return made

    def arrange(self, sort: Sort | None, needle: str) -> None:
        """Sort and filter what is here; what is fetched later is put in its place."""
        self.sort, self.needle = sort, needle
        self._arrange()

    def _arrange(self) -> None:
        if self.sort is None and not self.needle:
            self._order = None
            return
        wanted = self.needle.casefold()
        order = [number for number, row in enumerate(self.rows) if not wanted or self._has(row, wanted)]
        if self.sort is not None:
            column = self.sort.column
            order.sort(key=lambda number: _rank(self.rows[number][column]), reverse=self.sort.descending)
        self._order = order

    def _has(self, row: list[Any], wanted: str) -> bool:
        return any(wanted in plain(row[column]).casefold() for column in self.visible)

    def _measure(self) -> None:
        widest = WIDEST if len(self.columns) <= 4 else WIDEST_OF_MANY
        for column, info in enumerate(self.columns):
            cells = [cell_width(cell(row[column], widest)) for row in self.rows[:200]]
            title = cell_width(display_text(info.name, limit=widest)) + 2
            self._widths.append(max(NARROWEST, min(widest, max([title, *cells]))))

    def _width(self, column: int) -> int:
        return self._widths[column] if self._widths else cell_width(self.columns[column].name) + 2


def _rank(value: Any) -> tuple[int, Any]:
    """Values of one column in an order: numbers before texts, NULL last."""
    if value is None:
        return (2, "")
    if isinstance(value, bool | int | float):
        return (0, value)
    text = plain(value)
    try:
        return (0, float(text)) if text[:1] in "-0123456789" and len(text) < 40 else (1, text.casefold())
    except ValueError:
        return (1, text.casefold())
