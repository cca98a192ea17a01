"""Models, rows and values as lines of tables: what the browser's screens show, as text that is safe to show."""

from __future__ import annotations

from collections.abc import Sequence

from tui import wording
from tui.widgets.columns import Column
from tui.widgets.rows import Row
from zulip_bridge.api.browse import FieldChange, FieldValue, ModelDescription, ModelField, Reference, RowsPage
from zulip_bridge.api.query import MASK, ModelInfo
from zulip_bridge.text import cell_width, display_text

LONGEST_CELL = 200
NULL = "∅"
"""Stands for NULL in tables; an empty text is empty."""

NOT_COUNTED = "?"

MODELS = (
    Column("Model", 24, weight=3, max_width=44),
    Column("App", 12, priority=2),
    Column("Table", 24, weight=3, max_width=48, priority=1),
    Column("Rows", 13, align="right"),
)
FIELDS = (
    Column("Field", 18, weight=1, max_width=34),
    Column("Value", 24, weight=4),
    Column("Becomes", 14, weight=2, priority=2),
    Column("Type", 13, weight=1, max_width=26, priority=1, shown_from=60),
)
FIELDS_AS_THEY_ARE = (FIELDS[0], FIELDS[1], FIELDS[3])
REFERENCES = (
    Column("Refers to it", 19, weight=3, max_width=44),
    Column("Through", 11, weight=2, max_width=30),
    Column("Rows", 8, align="right"),
    Column("On delete", 9, priority=1),
)

KEY_WIDTHS = {"number": 9, "reference": 18, "yes_no": 5, "moment": 20, "date": 10, "choice": 14, "flags": 18}
TEXT_WIDTH = 22
WIDEST = 60


def model_row(info: ModelInfo) -> Row:
    """A model in the list of all."""
    rows = NOT_COUNTED if info.rows is None else f"~{wording.thousands(info.rows)}"
    cells = (display_text(info.name), display_text(info.app), display_text(info.table), rows)
    return Row(f"{info.app}.{info.name}", cells, style="" if info.rows else "muted")


def model_matches(info: ModelInfo, text: str) -> bool:
    """Whether every word of ``text`` is in the model's name, app or table."""
    searched = f"{info.app}.{info.name} {info.table}".casefold()
    return all(word in searched for word in text.casefold().split())


def columns(description: ModelDescription, names: Sequence[str], first: int) -> list[Column]:
    """A list's columns: the key, then those from ``first`` on."""
    fields = {field.name: field for field in description.fields}
    shown = [names[0], *names[1 + first :]]
    return [_column(fields[name], index) for index, name in enumerate(shown) if name in fields]


def _column(field: ModelField, index: int) -> Column:
    width = max(KEY_WIDTHS.get(field.kind, TEXT_WIDTH), min(cell_width(field.name) + 2, 20))
    right = field.kind == "number"
    # What does not fit is left out from the right: the key stays.
    weight = 0 if field.kind in KEY_WIDTHS else 3 if field.kind in ("long_text", "json") else 1
    return Column(
        display_text(field.name),
        width,
        weight=weight,
        align="right" if right else "left",
        priority=index,
        max_width=0 if weight else width,
    )


def listed_rows(page: RowsPage, first: int) -> list[Row]:
    """The rows of a page, with the columns that are shown."""
    made = []
    for row in page.rows:
        cells = [cell(value) for value in row.cells]
        made.append(Row(row.key, (cells[0], *cells[1 + first :])))
    return made


def cell(value: str | None) -> str:
    """A value in a table."""
    if value is None:
        return NULL
    return display_text(_short_moment(value), limit=LONGEST_CELL)


def _short_moment(value: str) -> str:
    """A moment to the second: ``2026-11-01T09:00:00.123456Z`` as ``2026-11-01 09:00:00Z``."""
    if len(value) >= 20 and value[10] == "T" and value.endswith("Z") and value[:4].isdigit():
        return f"{value[:10]} {value[11:19]}Z"
    return value


def field_row(value: FieldValue, wanted: FieldChange | None) -> Row:
    """A field of one row, with what it shall become."""
    becomes = "" if wanted is None else "→ " + (NULL if wanted.value is None else wanted.value)
    cells: tuple[str, ...] = (
        display_text(value.field.name, limit=LONGEST_CELL),
        value_line(value),
        display_text(becomes, limit=LONGEST_CELL),
        type_words(value.field),
    )
    style = "strong" if wanted is not None else "muted" if value.raw is None or value.masked else ""
    return Row(value.field.name, cells, style=style)


def without_becomes(row: Row) -> Row:
    """The same where nothing has been collected."""
    return Row(row.key, (row.cells[0], row.cells[1], row.cells[3]), row.style)


def value_line(value: FieldValue) -> str:
    """A value on one line: what it says first, then how it is stored."""
    if value.raw is None:
        return NULL
    if value.masked:
        return MASK
    if value.how == "JSON" or not value.shown:
        return cell(value.raw)
    arrow = "→ " if value.target else ""
    return display_text(f"{arrow}{value.raw} · {value.shown}", limit=LONGEST_CELL)


def type_words(field: ModelField) -> str:
    """A field's type, or what it refers to."""
    if field.related:
        return "→ " + display_text(field.related.rpartition(".")[2])
    return display_text(field.type.removesuffix("Field"))


def reference_row(reference: Reference) -> Row:
    """Who refers to a row."""
    rows = NOT_COUNTED if reference.rows is None else wording.thousands(reference.rows, exact=reference.exact)
    cells = (
        display_text(reference.model.removeprefix("zerver.")),
        display_text(reference.lookup),
        rows,
        display_text(reference.on_delete.replace("_", " ").lower()),
    )
    return Row(f"{reference.model}.{reference.lookup}", cells, style="muted" if reference.rows == 0 else "")


def filter_words(filters: Sequence[tuple[str, str]]) -> str:
    """``sender = 65 · date_sent ≥ 2026-01-01``; safe to show."""
    signs = {"gte": "≥", "lte": "≤", "gt": ">", "lt": "<", "exact": "=", "in": "in", "icontains": "contains"}
    words = []
    for name, value in filters:
        path, _, lookup = name.rpartition("__")
        sign = signs.get(lookup) if path else None
        words.append(f"{path} {sign} {value}" if sign else f"{name} = {value}")
    return display_text(" · ".join(words), limit=LONGEST_CELL)
