"""The footprint as rows of a table: grouped by category with sums, or in another order; empty places apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from tui import wording
from tui.widgets.columns import Column
from tui.widgets.rows import Row
from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.text import display_text

Order = Literal["category", "rows", "table"]
ORDERS: tuple[Order, ...] = ("category", "rows", "table")
CATEGORIES = ("identity", "content", "behaviour", "credentials", "security_log", "derived", "uncategorized")

_TABLE = Column("Table", 22, weight=3, max_width=44)
_COLUMN = Column("Column", 15, weight=2, max_width=32, priority=1)
_ROWS = Column("Rows", 10, align="right")
_CATEGORY = Column("Category", 13, priority=2)
GROUPED = (_TABLE, _COLUMN, _ROWS)
FLAT = (_TABLE, _COLUMN, _ROWS, _CATEGORY)

LONGEST_CELL = 60
INDENT = "  "


@dataclass(frozen=True)
class Group:
    """A category, with the sums over its places."""

    category: str
    places: int
    rows: int
    exact: bool


Line = FootprintRow | Group


def columns(order: Order) -> tuple[Column, ...]:
    """Grouped, the category stands above its places; else it has a column where there is room."""
    return GROUPED if order == "category" else FLAT


def sort_sign(order: Order) -> tuple[int, bool] | None:
    """Which column's title carries the sign, and whether it is descending; none where rows are grouped."""
    signs: dict[Order, tuple[int, bool]] = {"rows": (2, True), "table": (0, False)}
    return signs.get(order)


def arrange(rows: Sequence[FootprintRow], order: Order, *, empty_too: bool) -> list[Line]:
    """The lines to show, in order; within a category the places with most rows first."""
    shown = [row for row in rows if row.rows or empty_too]
    if order != "category":
        most_first = order == "rows"
        return [*sorted(shown, key=lambda row: (-row.rows if most_first else 0, row.table, row.column))]
    lines: list[Line] = []
    by_category = sorted(shown, key=lambda row: (_rank(row.category), -row.rows, row.table, row.column))
    for category, each in groupby(by_category, key=lambda row: row.category):
        places = list(each)
        exact = all(row.exact for row in places)
        lines += [Group(category, len(places), sum(row.rows for row in places), exact), *places]
    return lines


def table_row(line: Line, order: Order) -> Row:
    """A line as cells that are safe to show."""
    if isinstance(line, Group):
        cells: tuple[str, ...] = (category_words(line.category), "", wording.thousands(line.rows, exact=line.exact))
        return Row(f"category {line.category}", cells, style="strong")
    indent = INDENT if order == "category" else ""
    cells = (
        indent + display_text(line.table, limit=LONGEST_CELL),
        display_text(line.column, limit=LONGEST_CELL),
        wording.thousands(line.rows, exact=line.exact),
        category_words(line.category),
    )
    return Row(f"{line.table}.{line.column}", cells[: len(columns(order))], style="" if line.rows else "muted")


def category_words(category: str) -> str:
    """``security_log`` as ``security log``."""
    return display_text(category.replace("_", " "), limit=LONGEST_CELL)


def total_words(rows: Sequence[FootprintRow]) -> str:
    """How much there is, and how many places hold nothing."""
    full = [row for row in rows if row.rows]
    total = wording.counted(sum(row.rows for row in full), "row", exact=all(row.exact for row in full))
    empty = wording.counted(len(rows) - len(full), "place")
    return f"{total} in {wording.counted(len(full), 'place')} · {empty} without any"


def _rank(category: str) -> tuple[int, str]:
    known = category in CATEGORIES
    return (CATEGORIES.index(category) if known else len(CATEGORIES), category)
