"""The rows of a model: filtered by fields and lookups, paged by key, sorted where an index allows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import keys, wording
from tui.browse_rows import cell, columns, filter_words, listed_rows
from tui.connection import Connection
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.rows import PagedRows
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.browse import (
    ROWS_OF_A_PAGE,
    CountRows,
    ListedRow,
    ModelDescription,
    PageOfRows,
    RowCount,
    RowsPage,
)
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

PAGE = ROWS_OF_A_PAGE
MOST_PAGES = 64
"""Pages that are kept; those before are read again by their place when they are scrolled back to."""

Filters = tuple[tuple[str, str], ...]


class RowTable(VirtualTable):
    """The table; a row cannot be marked."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action != "mark"


class RowsScreen(StewardScreen):
    """Lists ``model``. ``person``: whose rows the filters choose, for the title and the journal."""

    CSS_PATH = "browse.tcss"
    AUTO_FOCUS = "RowTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", key_display="/", id="rows.filter", tooltip="Add a filter"),
        Binding("backspace", "lift", "lift", key_display="⌫", id="rows.lift", tooltip="Lift the last filter"),
        Binding("s", "sort", "sort", id="rows.sort", tooltip="Choose the column to sort by"),
        Binding("o", "turn", "turn", id="rows.turn", tooltip="Turn the order round"),
        Binding("right", "shift(1)", "columns", key_display="←→", id="rows.right", tooltip="Show the columns after"),
        Binding("left", "shift(-1)", "columns", show=False, id="rows.left", tooltip="Show the columns before"),
        keys.BACK,
        Binding("y", "copy", "copy key", show=False, id="rows.copy", tooltip="Copy the key of the row"),
        Binding("r,f5", "reload", "reload", show=False, id="rows.reload", tooltip="Read the rows again"),
    ]

    @dataclass
    class Described(Message):
        """The model is known."""

        description: ModelDescription

    @dataclass
    class PageRead(Message):
        """A page of the listing."""

        generation: int
        number: int
        page: RowsPage

    @dataclass
    class PageFailed(Message):
        """A page could not be read."""

        generation: int
        number: int
        problem: Problem

    @dataclass
    class Counted(Message):
        """How many there are."""

        generation: int
        count: RowCount | None

    def __init__(
        self, model: str, filters: Sequence[tuple[str, str]] = (), person: Person | None = None, order: str = ""
    ) -> None:
        super().__init__()
        self.model = model
        self.filters: Filters = tuple(filters)
        self.person = person
        self.order = order
        self.description: ModelDescription | None = None
        self._source = PagedRows(page_size=PAGE, max_pages=MOST_PAGES)
        self._pages: dict[int, RowsPage] = {}
        self._after: dict[int, str] = {0: ""}
        self._names: list[str] = []
        self._first_column = 0
        self._generation = 0
        self._known = 0
        self._complete = False
        self._count: RowCount | None = None
        self._keep_cursor = False

    def body(self) -> ComposeResult:
        """What is listed, by what, the rows, how many, and where there is room the row under the cursor."""
        yield Static(id="title")
        yield Static(id="filters")
        with Horizontal(id="rows"):
            yield RowTable((), self._source, markable=False, empty="Reading the rows…", id="table")
            with VerticalScroll(id="glance", can_focus=False):
                yield Facts()
        yield Static(id="count")

    def on_mount(self) -> None:
        """Say what will be there."""
        self._show_head()

    def connection_changed(self, connection: Connection) -> None:
        """Read the rows, the first time there is a connection."""
        if connection.ready and self.description is None:
            self._describe()

    def changed(self) -> None:
        """A row was changed meanwhile."""
        self.action_reload()

    # Reading

    @work(exclusive=True, group="model", exit_on_error=False)
    async def _describe(self) -> None:
        assert self.steward is not None
        try:
            description = await self.steward.browser.describe(self.model)
        except StewardError as error:
            self.post_message(self.RequestFailed("The model could not be read", error.problem))
            return
        self.post_message(self.Described(description))

    def on_rows_screen_described(self, message: Described) -> None:
        """Now it can be listed."""
        self.description = message.description
        self.model = message.description.label
        self._begin()

    def _begin(self, *, keep_cursor: bool = False) -> None:
        """Ask anew: other filters, another order, or the same again."""
        if not self.steward_app.connection.ready or self.description is None:
            return
        self._generation += 1
        self._keep_cursor = keep_cursor
        self._count = None
        self._show_head()
        self._read_pages(self._generation, [0])
        self._read_count(self._generation)
        self.refresh_bindings()

    @work(exclusive=True, group="pages", exit_on_error=False)
    async def _read_pages(self, generation: int, numbers: list[int]) -> None:
        """Read pages by their places; one whose place is not known yet comes after those before it."""
        assert self.steward is not None
        wanted = numbers[-1]
        after = dict(self._after) if generation == self._generation and numbers[0] else {0: ""}
        start = max((number for number in after if number <= numbers[0]), default=0)
        for number in range(start, wanted + 1):
            if number not in after:
                return
            request = PageOfRows(self.model, list(self.filters), self.order, after[number], PAGE)
            try:
                page = await self.steward.browser.page(request, self.person)
            except StewardError as error:
                if error.kind is not ErrorKind.CANCELLED:
                    self.post_message(self.PageFailed(generation, number, error.problem))
                return
            if page.more:
                after[number + 1] = page.after
            self.post_message(self.PageRead(generation, number, page))

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _read_count(self, generation: int) -> None:
        assert self.steward is not None
        if not self.filters:
            return
        try:
            count: RowCount | None = await self.steward.browser.count(CountRows(self.model, list(self.filters)))
        except StewardError:
            count = None  # the rows themselves are there, or say why not
        self.post_message(self.Counted(generation, count))

    def on_rows_screen_page_read(self, message: PageRead) -> None:
        """Show it; the listing goes on behind it where there is more."""
        if message.generation != self._generation or self.description is None:
            return
        page, number = message.page, message.number
        table = self.query_one(RowTable)
        if number == 0:
            self._start(page)
        end = number * PAGE + len(page.rows)
        if page.more:
            self._after[number + 1] = page.after
        else:
            self._complete = True
        self._known = max(self._known, end)
        self._pages[number] = page
        while len(self._pages) > MOST_PAGES:
            self._pages.pop(next(iter(self._pages)))
        self._source.put(number, listed_rows(page, self._first_column), count=self._total)
        table.rows_changed(keep_cursor=number > 0 or self._keep_cursor)
        self._show_count()
        if number == 0:
            self._show_glance()

    def on_rows_screen_page_failed(self, message: PageFailed) -> None:
        """Say why; rows that are not those that were asked for are not left standing there."""
        if message.generation != self._generation:
            return
        if message.number == 0:
            self._pages.clear()
            self._known, self._complete = 0, True
            self._source.reset(0)
            table = self.query_one(RowTable)
            slow = message.problem.kind is ErrorKind.TIMEOUT
            table.empty = "It took too long: filter by an indexed column." if slow else "The rows could not be read."
            table.rows_changed(keep_cursor=False)
            self._show_count()
        self.post_message(self.RequestFailed("The rows could not be read", message.problem))

    def _start(self, page: RowsPage) -> None:
        self._pages.clear()
        self._after = {0: ""}
        self._known, self._complete = 0, False
        self._source.reset()
        self._names = page.columns
        self.note(None)
        self._show_columns()
        table = self.query_one(RowTable)
        table.empty = "No row fits these filters." if self.filters else "The table is empty."

    @property
    def _total(self) -> int:
        """Rows that can be gone to: those read, and a page more where there are more."""
        return self._known if self._complete else self._known + PAGE

    def on_rows_screen_counted(self, message: Counted) -> None:
        """Say so."""
        if message.generation == self._generation:
            self._count = message.count
            self._show_count()

    def on_virtual_table_pages_wanted(self, event: VirtualTable.PagesWanted) -> None:
        """Fetch what is in view and not there yet."""
        pages = self._source.missing(event.first, event.last)
        if pages and self.steward_app.connection.ready and self.description is not None:
            self._read_pages(self._generation, pages)

    # Showing

    def _show_head(self) -> None:
        parts: list[Content | tuple[str, str]] = [shown(self.model, "bold $accent", limit=60)]
        if self.person is not None:
            parts += [(" · of ", MUTED), shown(self.person.full_name, limit=30), (f" (id {self.person.id})", MUTED)]
        if self.description is not None:
            parts.append((f" · {display_text(self.description.table)} · sorted by {self._order_words()}", MUTED))
        self.query_one("#title", Static).update(Content.assemble(*parts), layout=False)
        words = filter_words(self.filters)
        line = Content.styled(words, "bold") if words else Content.styled("no filters · / adds one", MUTED)
        self.query_one("#filters", Static).update(line, layout=False)

    def _order_words(self) -> str:
        assert self.description is not None
        name = self.order.lstrip("-") or self.description.key
        falling = self.order.startswith("-") or not self.order
        return f"{display_text(name)}, {'falling' if falling else 'rising'}"

    def _show_count(self) -> None:
        known = wording.counted(self._known, "row") + (" read" if not self._complete else "")
        words = [known]
        if not self._complete and self._count is not None:
            words.append(f"{wording.thousands(self._count.rows, exact=self._count.exact)} in all")
        elif not self._complete and not self.filters and self.description and self.description.rows is not None:
            words.append(f"~{wording.thousands(self.description.rows)} in all (PostgreSQL's estimate)")
        hidden = self._first_column
        words += [f"{wording.counted(hidden, 'column')} to the left"] if hidden else []
        self.query_one("#count", Static).update(Content.styled(" · ".join(words), MUTED), layout=False)

    def _show_columns(self) -> None:
        assert self.description is not None
        table = self.query_one(RowTable)
        table.columns = columns(self.description, self._names, self._first_column)
        name = self.order.lstrip("-") or self.description.key
        shown_names = [self._names[0], *self._names[1 + self._first_column :]]
        falling = self.order.startswith("-") or not self.order
        table.sort = (shown_names.index(name), falling) if name in shown_names else None

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Show all of it, where there is room."""
        self._show_glance()

    def _show_glance(self) -> None:
        row = self._current
        facts = (
            ()
            if row is None
            else tuple(
                Fact(display_text(name, limit=22), shown(cell(value)))
                for name, value in zip(self._names, row.cells, strict=True)
            )
        )
        self.query_one("#glance Facts", Facts).sections = (Section("", facts),) if facts else ()

    @property
    def _current(self) -> ListedRow | None:
        number, offset = divmod(self.query_one(RowTable).cursor, PAGE)
        page = self._pages.get(number)
        return page.rows[offset] if page is not None and offset < len(page.rows) else None

    # Doing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to lift where there are filters; without a connection nothing can be asked."""
        if action == "lift":
            return bool(self.filters)
        if action in ("filter", "sort", "turn"):
            return True if self.description is not None and self.steward_app.connection.ready else None
        if action == "reload":
            return self.steward_app.connection.ready
        return True

    def on_virtual_table_row_selected(self, event: VirtualTable.RowSelected) -> None:
        """Open it."""
        self.steward_app.open_row(self.model, str(event.key))

    def action_filter(self) -> None:
        """Ask for a filter."""
        if self.description is None:
            return
        from tui.screens.filter_dialog import FilterDialog

        def answered(found: tuple[str, str] | None) -> None:
            if found is not None:
                self.filters = (*self.filters, found)
                self._begin()

        self.app.push_screen(FilterDialog(self.description, list(self.filters)), callback=answered)

    def action_lift(self) -> None:
        """Without the last filter; what is then listed is not that person's alone."""
        self.filters = self.filters[:-1]
        self.person = self.person if self.filters else None
        self._begin()

    def action_sort(self) -> None:
        """Ask what by."""
        if self.description is None:
            return
        from tui.screens.sort_dialog import SortDialog

        def answered(order: str | None) -> None:
            if order is not None:
                self.order = order
                self._begin()

        self.app.push_screen(SortDialog(self.description, self.order), callback=answered)

    def action_turn(self) -> None:
        """The other way round."""
        if self.description is not None:
            name = self.order.lstrip("-") or self.description.key
            self.order = name if self.order.startswith("-") or not self.order else f"-{name}"
            self._begin()

    def action_shift(self, by: int) -> None:
        """Other columns, beside the key."""
        first = max(0, min(self._first_column + by, len(self._names) - 2))
        if self.description is None or first == self._first_column:
            return
        self._first_column = first
        self._show_columns()
        self._source.reset(self._total)
        for number, page in self._pages.items():
            self._source.put(number, listed_rows(page, first))
        self.query_one(RowTable).rows_changed()
        self._show_count()

    def action_copy(self) -> None:
        """Copy the key."""
        row = self._current
        if row is not None:
            self.steward_app.copy(row.key, "The key was")

    def action_reload(self) -> None:
        """Read them again."""
        self._begin(keep_cursor=True)
