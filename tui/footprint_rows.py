"""The footprint as rows of a table: grouped by category, or in another order; empty places apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tui import wording
from tui.widgets.columns import Column
from tui.widgets.rows import Row
from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.text import display_text

Order = Literal["category", "rows", "table"]
ORDERS: tuple[Order, ...] = ("category", "rows", "table")
CATEGORIES = ("identity", "content", "behaviour", "credentials", "security_log", "derived", "uncategorized")

COLUMNS = (
    Column("Category", 13, priority=1),
    Column("Table", 20, weight=3, max_width=44),
    Column("Column", 14, weight=2, max_width=32, priority=2),
    Column("Rows", 10, align="right"),
)
SORTED_COLUMN: dict[Order, tuple[int, bool]] = {"category": (0, False), "rows": (3, True), "table": (1, False)}
"""Which column's title carries the sign, and whether it is descending."""

LONGEST_CELL = 60


def arrange(rows: Sequence[FootprintRow], order: Order, *, empty_too: bool) -> list[FootprintRow]:
    """The rows to show, in order; within a category those with most rows first."""
    shown = [row for row in rows if row.rows or empty_too]
    if order == "category":
        return sorted(shown, key=lambda row: (_rank(row.category), -row.rows, row.table, row.column))
    if order == "rows":
        return sorted(shown, key=lambda row: (-row.rows, row.table, row.column))
    return sorted(shown, key=lambda row: (row.table, row.column))


def table_rows(arranged: Sequence[FootprintRow], order: Order) -> list[Row]:
    """Cells that are safe to show; grouped, a category is named on its first row only."""
    rows = []
    before = ""
    for row in arranged:
        category = "" if order == "category" and row.category == before else row.category.replace("_", " ")
        before = row.category
        cells = (
            display_text(category, limit=LONGEST_CELL),
            display_text(row.table, limit=LONGEST_CELL),
            display_text(row.column, limit=LONGEST_CELL),
            wording.thousands(row.rows, exact=row.exact),
        )
        rows.append(Row(f"{row.table}.{row.column}", cells, style="" if row.rows else "muted"))
    return rows


def total_words(rows: Sequence[FootprintRow], *, empty_too: bool) -> str:
    """How much there is, and how many places hold nothing."""
    full = [row for row in rows if row.rows]
    total = wording.counted(sum(row.rows for row in full), "row", exact=all(row.exact for row in full))
    places = wording.counted(len(full), "place")
    empty = wording.thousands(len(rows) - len(full))
    return f"{total} in {places} · {empty} {'places ' if not empty_too else ''}empty"


def _rank(category: str) -> tuple[int, str]:
    known = category in CATEGORIES
    return (CATEGORIES.index(category) if known else len(CATEGORIES), category)
