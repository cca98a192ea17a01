"""A table that draws only what is on the screen, over rows that may not be there yet.

Textual's own table measures every cell when rows are added (12 s for 100,000); this one asks its source for the
rows in view, draws a skeleton for those that are missing, and says which pages it wants.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from tui.widgets.columns import Column, lay_out
from tui.widgets.rows import Key, PagedRows, Row, RowSource
from tui.widgets.table_lines import column_at, gutter, gutter_width, header_text, row_text, skeleton_text
from zulip_bridge.text import pad

__all__ = ["Column", "Key", "PagedRows", "Row", "RowSource", "VirtualTable"]

HEADER_LINES = 1
AHEAD_SECONDS = 0.1
"""How long pages that are only next to the view are waited with: what was asked for is drawn first."""


class VirtualTable(ScrollView, can_focus=True):
    """A table over a `RowSource`, with a cursor and, if `markable`, marks.

    After the source has changed, call `rows_changed`. Cells and titles are shown as they are given: plain text,
    never markup. The cursor and the marks have signs of their own in front of the row, besides their colours.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, id="table.up"),
        Binding("down", "move(1)", "Down", show=False, id="table.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.page_down"),
        Binding("home,ctrl+home", "first", "First", show=False, id="table.first"),
        Binding("end,ctrl+end", "last", "Last", show=False, id="table.last"),
        Binding("enter", "select", "Open", id="table.select", tooltip="Open the row under the cursor"),
        Binding("space", "mark", "Mark", id="table.mark", tooltip="Mark the row under the cursor, or unmark it"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "virtual-table--header",
        "virtual-table--cursor",
        "virtual-table--marked",
        "virtual-table--skeleton",
        "virtual-table--muted",
        "virtual-table--strong",
        "virtual-table--warning",
        "virtual-table--error",
    }
    """The last four are the styles that a `Row` may name ("muted", "strong", "warning", "error")."""

    DEFAULT_CSS = """
    VirtualTable {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        color: $foreground;

        & > .virtual-table--header { color: $foreground; text-style: bold underline; }
        & > .virtual-table--cursor {
            color: $block-cursor-blurred-foreground;
            background: $block-cursor-blurred-background;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .virtual-table--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        & > .virtual-table--marked { text-style: bold; }
        & > .virtual-table--skeleton { text-style: dim; }
        & > .virtual-table--muted { text-style: dim; }
        & > .virtual-table--strong { text-style: bold; }
        & > .virtual-table--warning { color: $warning; }
        & > .virtual-table--error { color: $error; text-style: bold; }
    }
    """

    ALLOW_SELECT = False

    class RowMessage(Message):
        """A message about one row."""

        def __init__(self, table: VirtualTable, key: Key, index: int) -> None:
            super().__init__()
            self.table = table
            self.key = key
            self.index = index

        @property
        def control(self) -> VirtualTable:
            """The table, for `@on` with a selector."""
            return self.table

    class RowHighlighted(RowMessage):
        """The cursor is on another row (one that has been fetched)."""

        def can_replace(self, message: Message) -> bool:
            """Only where the cursor came to rest matters."""
            return isinstance(message, VirtualTable.RowHighlighted) and message.table is self.table

    class RowSelected(RowMessage):
        """Enter was pressed on a row, or it was clicked twice."""

    class MarksChanged(Message):
        """Rows were marked or unmarked."""

        def __init__(self, table: VirtualTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> VirtualTable:
            """The table, for `@on` with a selector."""
            return self.table

    class HeaderSelected(Message):
        """The title of a column was clicked."""

        def __init__(self, table: VirtualTable, column: int) -> None:
            super().__init__()
            self.table = table
            self.column = column

        @property
        def control(self) -> VirtualTable:
            """The table, for `@on` with a selector."""
            return self.table

    class PagesWanted(Message):
        """Rows from `first` to `last` (inclusive) are in view or next to it, and some of them are missing."""

        def __init__(self, table: VirtualTable, first: int, last: int) -> None:
            super().__init__()
            self.table = table
            self.first = first
            self.last = last

        @property
        def control(self) -> VirtualTable:
            """The table, for `@on` with a selector."""
            return self.table

        def can_replace(self, message: Message) -> bool:
            """What is in view now is wanted, not what was scrolled past."""
            return isinstance(message, VirtualTable.PagesWanted) and message.table is self.table

    def __init__(
        self,
        columns: Sequence[Column],
        source: RowSource | None = None,
        *,
        markable: bool = True,
        empty: str = "Nothing to show.",
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.auto_links = False  # with it, every motion of the mouse repaints the whole table
        self._columns = tuple(columns)
        self._source: RowSource = source if source is not None else PagedRows()
        self._markable = markable
        self._empty = empty
        self._marks: set[Key] = set()
        self._sort: tuple[int, bool] | None = None
        self._cursor = 0
        self._cursor_key: Key | None = None
        self._announced: tuple[Key, int] | None = None
        self._wanted: tuple[int, int] | None = None
        self._layout_width = -1
        self._placed: list[tuple[int, int]] = []
        self._drawn: dict[int, tuple[list[str], str]] = {}
        self._looking_ahead: Timer | None = None

    @property
    def source(self) -> RowSource:
        """Where the rows come from; another one starts at its first row."""
        return self._source

    @source.setter
    def source(self, source: RowSource) -> None:
        self._source = source
        self.rows_changed(keep_cursor=False)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns; may be replaced."""
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column]) -> None:
        self._columns = tuple(columns)
        self._layout_width = -1
        self.refresh()

    @property
    def sort(self) -> tuple[int, bool] | None:
        """Index of the column whose title carries the sort sign, and whether it is descending. Sorts nothing."""
        return self._sort

    @sort.setter
    def sort(self, sort: tuple[int, bool] | None) -> None:
        self._sort = sort
        self.refresh()

    @property
    def empty(self) -> str:
        """What is said instead of rows where there are none."""
        return self._empty

    @empty.setter
    def empty(self, sentence: str) -> None:
        self._empty = sentence
        self.refresh()

    @property
    def cursor(self) -> int:
        """Index of the row under the cursor; 0 where there are none."""
        return self._cursor

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor, where it has been fetched."""
        return self._source.get(self._cursor) if self._length else None

    @property
    def marks(self) -> frozenset[Key]:
        """Keys of the marked rows, also of those that are not in view or no longer listed."""
        return frozenset(self._marks)

    def set_marks(self, keys: Collection[Key]) -> None:
        """Mark exactly these rows."""
        if self._marks != set(keys):
            self._marks = set(keys)
            self.refresh()
            self.post_message(self.MarksChanged(self))

    def move_cursor(self, index: int) -> None:
        """Put the cursor on the row at `index`, or the nearest there is, and bring it into view."""
        before, self._cursor = self._cursor, self._within(index)
        row = self.cursor_row
        self._cursor_key = row.key if row else None
        self._refresh_row(before)
        self._refresh_row(self._cursor)
        self._bring_cursor_into_view()
        self._announce()
        self._ask_for_rows()

    def rows_changed(self, *, keep_cursor: bool = True) -> None:
        """Draw again what the source has now.

        The cursor stays on the row it was on, wherever that is now; with `keep_cursor` false it goes to the top.
        """
        if not keep_cursor:
            self._cursor, self._cursor_key, self._announced = 0, None, None
        if not self.is_attached:
            return
        in_view = self._is_cursor_in_view
        self.virtual_size = Size(0, self._length + HEADER_LINES)
        self._follow_key()
        if in_view or not keep_cursor:
            self._bring_cursor_into_view()
        self._wanted = None
        self._draw_what_differs()
        self._announce()
        self._ask_for_rows()

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self.move_cursor(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by so many screenfuls, keeping one row in common."""
        self.move_cursor(self._cursor + pages * max(1, self._rows_in_view - 1))

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self.move_cursor(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self.move_cursor(self._length - 1)

    def action_select(self) -> None:
        """Open the row under the cursor."""
        row = self.cursor_row
        if row is not None:
            self.post_message(self.RowSelected(self, row.key, self._cursor))

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor, and go to the next."""
        if self._toggle_mark(self._cursor):
            self.action_move(1)

    def on_mount(self) -> None:
        """Take in what the source has already."""
        self.rows_changed()

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in view, and fill the lines that were not there before."""
        self._bring_cursor_into_view()
        self._ask_for_rows()

    def on_click(self, event: Click) -> None:
        """A click moves the cursor, a second one opens; in the gutter it marks, on a title it names the column."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        lead = gutter_width(self._markable)
        index = self._index_at(offset.y)
        if offset.y < HEADER_LINES:
            column = column_at(self._placed, offset.x - lead)
            if column is not None:
                self.post_message(self.HeaderSelected(self, column))
        elif index < self._length:
            self.move_cursor(index)
            if self._markable and offset.x < lead:
                self._toggle_mark(index)
            elif event.chain == 2:
                self.action_select()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw the rows that came into view, or ask for them."""
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_rows()

    def render_line(self, y: int) -> Strip:
        """One line of the widget: the titles, a row, its skeleton, or nothing."""
        width = self._text_width
        self._lay_out(width)
        names, text = self._drawn[y] = self._line(y)
        style = self.get_component_rich_style(*names) if names else self.rich_style
        return Strip([Segment(text, style)]).adjust_cell_length(self.size.width, style)

    def _draw_what_differs(self) -> None:
        """Draw the lines that are not what they were: a page that arrives out of view costs the terminal nothing."""
        self._lay_out(self._text_width)
        differ = [y for y, line in self._drawn.items() if y < self.size.height and line != self._line(y)]
        if not self._drawn or len(differ) * 2 > self.size.height:
            self.refresh()
        elif differ:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in differ))

    def _line(self, y: int) -> tuple[list[str], str]:
        """Component classes and text of a line of the widget."""
        return self._header() if y < HEADER_LINES else self._body(self._index_at(y))

    def _header(self) -> tuple[list[str], str]:
        lead = " " * gutter_width(self._markable)
        return ["virtual-table--header"], lead + header_text(self._columns, self._placed, self._sort)

    def _body(self, index: int) -> tuple[list[str], str]:
        """Component classes and text of the line for the row at `index`, which may be past the end."""
        lead = " " * gutter_width(self._markable)
        count = self._source.count
        if count == 0 and index == 0:
            return ["virtual-table--muted"], lead + pad(self._empty, max(0, self._text_width - len(lead)))
        if count is not None and index >= count:
            return [], ""
        row = self._source.get(index)
        at_cursor = index == self._cursor and count is not None
        cursor = ["virtual-table--cursor"] if at_cursor else []
        if row is None:
            lead = gutter(at_cursor, False, self._markable)
            return ["virtual-table--skeleton", *cursor], lead + skeleton_text(self._columns, self._placed, index)
        marked = row.key in self._marks
        names = [f"virtual-table--{row.style}"] if row.style else []
        names += ["virtual-table--marked"] if marked else []
        lead = gutter(at_cursor, marked, self._markable)
        return [*names, *cursor], lead + row_text(self._columns, self._placed, row)

    def _lay_out(self, width: int) -> None:
        if width != self._layout_width:
            self._layout_width = width
            self._placed = lay_out(self._columns, width - gutter_width(self._markable))

    @property
    def _text_width(self) -> int:
        """Cells beside the scrollbar, which has its place whether it is needed or not: nothing jumps."""
        return max(0, self.size.width - self.scrollbar_size_vertical)

    @property
    def _length(self) -> int:
        return self._source.count or 0

    @property
    def _rows_in_view(self) -> int:
        return max(0, self.size.height - HEADER_LINES)

    @property
    def _is_cursor_in_view(self) -> bool:
        top = self.scroll_offset.y
        return top <= self._cursor < top + self._rows_in_view

    def _index_at(self, line: int) -> int:
        return self.scroll_offset.y + line - HEADER_LINES

    def _within(self, index: int) -> int:
        return max(0, min(index, self._length - 1))

    def _refresh_row(self, index: int) -> None:
        line = index - self.scroll_offset.y + HEADER_LINES
        if HEADER_LINES <= line < self.size.height:
            self.refresh(Region(0, line, self.size.width, 1))

    def _toggle_mark(self, index: int) -> bool:
        row = self._source.get(index)
        if not self._markable or row is None:
            return False
        self._marks ^= {row.key}
        self._refresh_row(index)
        self.post_message(self.MarksChanged(self))
        return True

    def _follow_key(self) -> None:
        """Find the cursor's row again; until it is known to be gone, the cursor keeps its place and its key."""
        index = self._source.index_of(self._cursor_key) if self._cursor_key is not None else None
        self._cursor = self._within(self._cursor if index is None else index)
        row = self.cursor_row
        if row is not None:
            self._cursor_key = row.key

    def _bring_cursor_into_view(self) -> None:
        view = self._rows_in_view
        if not view:
            return
        top = max(self._cursor - view + 1, min(self.scroll_offset.y, self._cursor))
        self.scroll_to(y=max(0, min(top, self._length - view)), animate=False, force=True)

    def _announce(self) -> None:
        row = self.cursor_row
        if row is not None and self._announced != (row.key, self._cursor):
            self._announced = (row.key, self._cursor)
            self.post_message(self.RowHighlighted(self, row.key, self._cursor))

    def _ask_for_rows(self) -> None:
        """Say which rows are missing in view and next to it; each gap is named once."""
        view, top = self._rows_in_view, self.scroll_offset.y
        if not view or not self._length:
            return
        if any(self._source.get(index) is None for index in range(top, min(self._length, top + view))):
            self._say_what_is_wanted()
        elif self._looking_ahead is None:
            self._looking_ahead = self.set_timer(AHEAD_SECONDS, self._look_ahead)

    def _look_ahead(self) -> None:
        self._looking_ahead = None
        self._say_what_is_wanted()

    def _say_what_is_wanted(self) -> None:
        view, top = self._rows_in_view, self.scroll_offset.y
        near = range(max(0, top - view), min(self._length, top + 2 * view))
        missing = [index for index in near if self._source.get(index) is None]
        wanted = (missing[0], missing[-1]) if missing else None
        if wanted is not None and wanted != self._wanted:
            self.post_message(self.PagesWanted(self, *wanted))
        self._wanted = wanted
