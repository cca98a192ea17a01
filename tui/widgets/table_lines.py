"""The text of a table's lines: gutter, columns side by side, titles with their sort sign, rows not fetched yet."""

from __future__ import annotations

from collections.abc import Sequence

from tui.widgets.columns import GAP, Column
from tui.widgets.rows import Row
from zulip_bridge.text import cell_width, display_text, pad

CURSOR, MARK = "▸", "●"
ASCENDING, DESCENDING = "▴", "▾"
SKELETON = "·"

Placed = Sequence[tuple[int, int]]
"""Index and width of each column that is shown."""


def gutter_width(markable: bool) -> int:
    """Cells in front of the first column: the cursor's sign, the mark's, and a space."""
    return 3 if markable else 2


def gutter(cursor: bool, marked: bool, markable: bool) -> str:
    """The signs in front of a row."""
    return (CURSOR if cursor else " ") + ((MARK if marked else " ") if markable else "") + " "


def header_text(columns: Sequence[Column], placed: Placed, sort: tuple[int, bool] | None) -> str:
    """The titles, aligned as their columns; the sorted one carries a sign."""
    titles = []
    for index, width in placed:
        column = columns[index]
        title = column.title
        if sort is not None and sort[0] == index:
            sign = DESCENDING if sort[1] else ASCENDING
            sign = f" {sign}" if cell_width(title) <= width - 2 else sign
            title = display_text(title, limit=width - 1) + sign
        titles.append(pad(title, width, align=column.align))
    return (" " * GAP).join(titles)


def row_text(columns: Sequence[Column], placed: Placed, row: Row) -> str:
    """The cells, each in exactly its width; what is longer ends in an ellipsis. A single cell has the whole line."""
    cells = row.cells
    if len(cells) == 1:
        return pad(cells[0], sum(width for _, width in placed) + GAP * max(0, len(placed) - 1))
    return (" " * GAP).join(
        pad(cells[index] if index < len(cells) else "", width, align=columns[index].align) for index, width in placed
    )


def skeleton_text(columns: Sequence[Column], placed: Placed, index: int) -> str:
    """What stands for a row that has not been fetched: its shape, of uneven length as text is."""
    return (" " * GAP).join(
        pad(SKELETON * max(1, width * 2 // 3 - index % 3), width, align=columns[column].align)
        for column, width in placed
    )


def column_at(placed: Placed, offset: int) -> int | None:
    """The column that lies at so many cells from the first one's start, or None between two."""
    start = 0
    for index, width in placed:
        if start <= offset < start + width:
            return index
        start += width + GAP
    return None
