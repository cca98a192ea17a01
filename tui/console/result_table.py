"""The table of a result: a cell under the cursor, and columns that go by sideways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.message import Message
from textual.strip import Strip

from tui.console.results import Results
from tui.widgets.columns import GAP
from tui.widgets.table_lines import gutter_width
from tui.widgets.virtual_table import HEADER_LINES, VirtualTable


def _turned(strip: Strip) -> Strip:
    """Each piece reversed, or not where it was: seen without colours, on the cursor's row too."""
    return Strip(
        [
            Segment(text, (style or Style()) + Style(reverse=not (style and style.reverse), bold=True))
            for text, style, _ in strip
        ]
    )


class ResultTable(VirtualTable):
    """Shows :class:`Results`. Set them with :meth:`show`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "aside(-1)", "left", show=False, id="result.left", tooltip="Go to the column before"),
        Binding("right", "aside(1)", "right", show=False, id="result.right", tooltip="Go to the next column"),
        Binding("enter", "select", "view", key_display="⏎", id="table.select", tooltip="View the whole value"),
        Binding("s", "act('sort')", "sort", id="result.sort", tooltip="Sort by this column, then the other way"),
        Binding("f,slash", "act('filter')", "filter", key_display="f", id="result.filter", tooltip="Filter the rows"),
        Binding("y", "act('copy_cell')", "copy", id="result.copy", tooltip="Copy this value"),
        Binding(
            "Y", "act('copy_row')", "copy row", show=False, id="result.copy_row", tooltip="Copy the row, as JSON"
        ),
        Binding(
            "c", "act('copy_column')", "copy column", show=False, id="result.copy_column", tooltip="Copy the column"
        ),
        Binding("h", "act('hide')", "hide", show=False, id="result.hide", tooltip="Hide this column"),
        Binding("H", "act('show_all')", "show all", show=False, id="result.show_all", tooltip="Show hidden columns"),
        Binding("x", "screen.save", "save", id="result.save", tooltip="Save the whole result to a file"),
        Binding("u", "screen.unmask", "unmask", show=False, id="result.unmask", tooltip="Show secrets; recorded"),
    ]

    @dataclass
    class Wanted(Message):
        """Something is to be done with the cell under the cursor."""

        what: str

    def __init__(self) -> None:
        self.results = Results()
        self.at = 0
        """Index of the column under the cursor, of those that are visible."""
        super().__init__([], self.results, markable=False, empty="No rows.", id="table")

    def show(self, results: Results) -> None:
        """Another result."""
        self.results, self.at = results, 0
        self.source = results
        self.rearranged()

    def rearranged(self) -> None:
        """Columns or rows are others now."""
        results = self.results
        self.at = max(0, min(self.at, len(results.visible) - 1))
        results.first = max(0, min(results.first, self.at))
        self.columns = results.wide()
        sort = results.sort
        shown = results.visible[results.first :]
        self.sort = (shown.index(sort.column), sort.descending) if sort and sort.column in shown else None
        self._bring_column_into_view()
        self.rows_changed()

    @property
    def column(self) -> int | None:
        """The column under the cursor, of the result."""
        return self.results.visible[self.at] if self.results.visible else None

    @property
    def values(self) -> list[Any] | None:
        """The row under the cursor."""
        number = self.results.number(self.cursor)
        return None if number is None else self.results.rows[number]

    def action_aside(self, by: int) -> None:
        """Go to another column."""
        before = self.results.first
        self.at = max(0, min(self.at + by, len(self.results.visible) - 1))
        self._bring_column_into_view()
        if self.results.first != before:
            self.rearranged()
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rows are not marked here; what needs rows is greyed without them."""
        if action == "mark":
            return False
        return True if self.results.rows or action not in ("select", "act") else None

    def action_act(self, what: str) -> None:
        """Say what is wanted."""
        self.post_message(self.Wanted(what))

    def on_resize(self, event: Resize) -> None:
        """What fits has changed."""
        self.action_aside(0)

    def render_line(self, y: int) -> Strip:
        """As every table's, with the cell under the cursor and its title marked."""
        strip = super().render_line(y)
        top = y < HEADER_LINES
        if not top and self.scroll_offset.y + y - HEADER_LINES != self.cursor:
            return strip
        place = self._place(self.at - self.results.first)
        if place is None or not self.has_focus:
            return strip
        start, end = place
        marked = _turned(strip.crop(start, end))
        return Strip.join([strip.crop(0, start), marked, strip.crop(end)])

    def _place(self, index: int) -> tuple[int, int] | None:
        """Where a column in view begins and ends."""
        start = gutter_width(False)
        for column, width in self._placed:
            if column == index:
                return start, start + width
            start += width + GAP
        return None

    def _bring_column_into_view(self) -> None:
        results, room = self.results, self._text_width - gutter_width(False)
        if not room or not results.visible:
            return
        results.first = min(results.first, self.at)
        while results.first < self.at:
            columns = results.wide()[: self.at - results.first + 1]
            if sum(each.width + GAP for each in columns) - GAP <= room:
                break
            results.first += 1
