"""The footprint: how much, where, and what the row under the cursor means."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui import footprint_rows as layout
from tui import wording
from tui.footprint_places import ELSEWHERE, NO_LIST, Filters, filters_of
from tui.shown import MUTED, shown
from tui.tabs.base import PersonTab
from tui.widgets.rows import PagedRows
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.api.people import Person, PersonDetail
from zulip_bridge.text import display_text

MOST_PLACES = 1_500
KINDS = {
    "fk": "foreign key",
    "o2o": "one to one",
    "m2m": "many to many",
    "indirect": "found without a foreign key",
    "self": "",
}


class Places(VirtualTable):
    """The table; Enter leads to the rows of a place; nothing can be marked."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action != "mark"


class FootprintTab(PersonTab[list[FootprintRow]]):
    """Shows footprint rows once they are counted; before that how far the counting is."""

    SECTION = "footprint"
    WHAT = "The footprint"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "sort", "order", id="footprint.sort", tooltip="Order by category, by rows, or by table"),
        Binding(
            "z", "empty", "empty too", id="footprint.empty", tooltip="Show the places that hold nothing, or hide them"
        ),
    ]

    DEFAULT_CSS = """
    FootprintTab > #footprint-total { height: 1; padding: 0 1; }
    FootprintTab > #footprint-about { height: 3; padding: 0 1; border-top: solid $line; }
    """

    def __init__(self, person: Person, detail: PersonDetail | None) -> None:
        super().__init__(person, detail)
        self._rows: tuple[FootprintRow, ...] | None = None
        self._lines: list[layout.Line] = []
        self._order: layout.Order = "category"
        self._empty_too = False
        self._source = PagedRows(page_size=2 * MOST_PLACES)

    def body(self) -> ComposeResult:
        """The total, the places, and two lines about the one under the cursor."""
        yield Static(id="footprint-total")
        yield Places(layout.GROUPED, self._source, markable=False, empty="The server holds nothing.")
        yield Static(id="footprint-about")

    async def read(self) -> list[FootprintRow]:
        """Count."""
        assert self.steward is not None
        return await self.steward.footprint(self.person, self.on_progress)

    def show(self, found: list[FootprintRow]) -> None:
        """Show what was counted."""
        keep = self._rows is not None
        self._rows = tuple(found[:MOST_PLACES])
        self._draw(keep_cursor=keep)

    def show_progress(self, progress: Progress) -> None:
        """Say how far the counting is."""
        of = f" of {wording.thousands(progress.total)}" if progress.total else ""
        self.say(Content.styled(f"Counting, {wording.thousands(progress.done)}{of} places", MUTED))

    def copied(self) -> tuple[str, str] | None:
        """The table and column under the cursor, with its count."""
        line = self._line
        if line is None:
            return None
        if isinstance(line, layout.Group):
            return f"{line.category}\t{line.rows}", "The category was"
        return f"{line.table}.{line.column}\t{line.rows}", "The place and its count were"

    @property
    def total(self) -> str:
        """The sum in words; empty while it is not known."""
        return "" if self._rows is None else layout.total_words(self._rows)

    def action_sort(self) -> None:
        """The next order."""
        orders = layout.ORDERS
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self._draw(keep_cursor=False)

    def action_empty(self) -> None:
        """Show or hide what holds nothing."""
        self._empty_too = not self._empty_too
        self._draw(keep_cursor=True)

    @property
    def lines(self) -> list[layout.Line]:
        """What is shown, in order."""
        return list(self._lines)

    @property
    def _line(self) -> layout.Line | None:
        cursor = self.query_one(Places).cursor
        return self._lines[cursor] if cursor < len(self._lines) else None

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Say what the row is about."""
        event.stop()
        self.query_one("#footprint-about", Static).update(_about(self._lines[event.index]), layout=False)

    def on_virtual_table_row_selected(self, event: VirtualTable.RowSelected) -> None:
        """Show the rows of the place, or say where they can be seen."""
        event.stop()
        line = self._line
        if not isinstance(line, FootprintRow):
            return
        filters = filters_of(line, self.person)
        if not line.rows:
            self.post_message(self.Remark("There are no rows here."))
        elif filters is None:
            self.post_message(self.Remark(ELSEWHERE.get(line.table, NO_LIST)))
        else:
            self._open_rows(line, filters)

    def _open_rows(self, place: FootprintRow, filters: Filters) -> None:
        """The one road to the browser of rows."""
        from tui.screens.rows import RowsScreen

        self.app.push_screen(RowsScreen(place.model, filters, self.person))

    def _draw(self, *, keep_cursor: bool) -> None:
        if self._rows is None:
            return
        self._lines = layout.arrange(self._rows, self._order, empty_too=self._empty_too)
        self._source.reset(len(self._lines))
        self._source.put(0, [layout.table_row(line, self._order) for line in self._lines])
        table = self.query_one(Places)
        table.columns = layout.columns(self._order)
        table.sort = layout.sort_sign(self._order)
        table.rows_changed(keep_cursor=keep_cursor)
        self.query_one("#footprint-total", Static).update(Content(self.total), layout=False)


def _about(row: layout.Line) -> Content:
    if isinstance(row, layout.Group):
        rows = wording.counted(row.rows, "row", exact=row.exact)
        return Content(f"{layout.category_words(row.category)}: {rows} in {wording.counted(row.places, 'place')}")
    kind = KINDS.get(row.kind, display_text(row.kind))
    parts = (layout.category_words(row.category), display_text(row.model), kind)
    origin = " · ".join(each for each in parts if each)
    bounded = "" if row.exact else " · counted up to a bound"
    what = shown(row.description) if row.description else Content("a table this tool has never heard of")
    return Content.assemble(what, "\n", (origin + bounded, MUTED))
