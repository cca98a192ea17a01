"""People: search as you type, filter, go through the list, see who is under the cursor."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from rich.style import Style
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Static

from tui import wording
from tui.commands import Command
from tui.connection import Connection
from tui.listing import COLUMNS, PAGE, Listing
from tui.screens.base import StewardScreen
from tui.shown import MUTED
from tui.widgets.filters import FilterBar, FilterName, Filters
from tui.widgets.searchline import SearchLine
from tui.widgets.stages import Stages
from tui.widgets.summary import Summary
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import PageOfPeople, PeoplePage, Person, PersonDetail, Realm, SearchPeople
from zulip_bridge.text import display_text

GLANCE_SECONDS = 0.05
"""How long the cursor rests on a person before the summary changes: the rows that were asked for come first."""

SUMMARY_SECONDS = 0.25
"""How long the cursor rests on a person before the summary is read: passing by reads nothing."""

SUMMARIES_KEPT = 64
PATIENCE_SECONDS = 0.5
"""Seconds without an answer after which the screen says that it is searching."""


class PeopleTable(VirtualTable):
    """The table, with its plain style looked up once a frame: Textual works out a widget's own anew for each line."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"virtual-table--plain"}

    @property
    def rich_style(self) -> Style:
        """The style of a row without one of its own."""
        return self.get_component_rich_style("virtual-table--plain")


class PeopleScreen(StewardScreen):
    """The first screen. It can be typed into before the connection stands."""

    AUTO_FOCUS = "SearchLine Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", key_display="/", id="people.search", tooltip="Type what to search for"),
        Binding("x", "export", "export", id="people.export", tooltip="Export the person under the cursor"),
        Binding("y", "copy", "copy", show=False, id="people.copy", tooltip="Copy the address, or those marked"),
        Binding("f", "filters", "filters", id="people.filters", tooltip="Go to the filters"),
        Binding("escape", "back", "clear", key_display="esc", id="people.back", tooltip="List everybody again"),
        Binding("r,f5", "reload", "reload", show=False, id="people.reload", tooltip="Search again"),
        Binding(
            "ctrl+r", "filter('realm')", "realm", show=False, id="people.realm", tooltip="Filter: the next realm"
        ),
        Binding("ctrl+o", "filter('role')", "role", show=False, id="people.role", tooltip="Filter: the next role"),
        Binding(
            "ctrl+s", "filter('status')", "state", show=False, id="people.status", tooltip="Filter: active or not"
        ),
        Binding("ctrl+t", "filter('bots')", "kind", show=False, id="people.bots", tooltip="Filter: people or bots"),
    ]

    @dataclass
    class Found(Message):
        """A search was answered; ``generation`` tells which."""

        generation: int
        request: SearchPeople
        page: PeoplePage

    @dataclass
    class PageArrived(Message):
        """Another page of the listing."""

        page: PeoplePage

    class ListingStale(Message):
        """The server's side has forgotten the listing."""

    @dataclass
    class SummaryRead(Message):
        """The details of somebody."""

        detail: PersonDetail

    @dataclass
    class RealmsRead(Message):
        """The organizations, and how many accounts there are in all."""

        realms: list[Realm]
        everybody: int

    def __init__(self) -> None:
        super().__init__()
        self.listing = Listing()
        self.realms: list[Realm] = []
        self._everybody: int | None = None
        self._shown = SearchPeople()
        self._generation = 0
        self._answered = 0
        self._keep_cursor = False
        self._open_when_found = False
        self._current: Person | None = None
        self._details: OrderedDict[int, PersonDetail] = OrderedDict()
        self._summary_timer: Timer | None = None
        self._was_ready = False

    def body(self) -> ComposeResult:
        """The list, and the summary where there is room for it."""
        with Horizontal(id="people"):
            with Vertical(id="list"):
                yield SearchLine("name, address, id or profile value", id="search")
                yield FilterBar(id="filters")
                with ContentSwitcher(initial="stages", id="list-body"):
                    yield Stages(id="stages")
                    yield PeopleTable(COLUMNS, self.listing.rows, id="table")
                yield Static(id="count")
            yield Summary(id="summary")

    # The connection

    def connection_changed(self, connection: Connection) -> None:
        """Show the connecting until the first time it stands; search again whenever it stands."""
        if connection.ready:
            self._was_ready = True
            self.query_one(ContentSwitcher).current = "table"
            self._read_realms()
            self._search(keep_cursor=True)
        elif not self._was_ready:
            self.query_one(ContentSwitcher).current = "stages"
            self.query_one(Stages).show(connection)
        if connection.phase == "lost":
            self.query_one(VirtualTable).focus()

    def on_ways_out_retry(self) -> None:
        """Try again."""
        self.query_one(SearchLine).activate()
        self.steward_app.action_reconnect()

    def on_ways_out_quit(self) -> None:
        """Give up."""
        self.app.exit(return_code=1)

    # Searching

    def on_search_line_typed(self) -> None:
        """Every keystroke is a new search, and ends the one before."""
        self._search()

    def on_search_line_entered(self) -> None:
        """Open whoever is first, once the answer to what was typed is there."""
        if self._answered == self._generation:
            self._open_current()
        else:
            self._open_when_found = True

    def on_search_line_left(self) -> None:
        """Go to the list."""
        self.query_one(VirtualTable).focus()

    def on_filter_bar_changed(self) -> None:
        """Other filters, another search."""
        self._search()

    def _request(self) -> SearchPeople:
        filters = self.query_one(FilterBar).filters
        return SearchPeople(
            text=self.query_one(SearchLine).text.strip(),
            realm=filters.realm,
            roles=[] if filters.role is None else [filters.role],
            status=filters.status,
            bots=filters.bots,
            limit=PAGE,
        )

    def _search(self, *, keep_cursor: bool = False) -> None:
        self._generation += 1
        self._keep_cursor = keep_cursor
        self._open_when_found = False
        if self.steward is not None and self.steward_app.connection.ready:
            self._run_search(self._generation, self._request())
            self.set_timer(PATIENCE_SECONDS, partial(self._say_searching, self._generation))

    def _say_searching(self, generation: int) -> None:
        """An answer that takes long is announced; most come before anybody could read it."""
        if self._answered < generation == self._generation:
            self.query_one("#count", Static).update(Content.styled("Searching…", MUTED), layout=False)

    @work(exclusive=True, group="search", exit_on_error=False)
    async def _run_search(self, generation: int, request: SearchPeople) -> None:
        assert self.steward is not None
        try:
            page = await self.steward.search(request)
        except StewardError as error:
            if error.kind is not ErrorKind.CANCELLED:
                self.post_message(self.RequestFailed("The search failed", error.problem))
            return
        self.post_message(self.Found(generation, request, page))

    def on_people_screen_found(self, message: Found) -> None:
        """Show the answer, unless something else has been asked since."""
        if message.generation != self._generation:
            return
        self._answered = message.generation
        self.listing.begin(message.page, self.now)
        narrowed_before, self._shown = _narrows(self._shown), message.request
        if not _narrows(message.request):
            self._everybody = message.page.total
        table = self.query_one(VirtualTable)
        table.empty = self._nobody()
        table.rows_changed(keep_cursor=self._keep_cursor)
        if message.page.total == 0:
            self._show_person(None)
        self.note(None)
        self._show_count()
        if narrowed_before != _narrows(message.request):
            self.refresh_bindings()
        if self._open_when_found:
            self._open_when_found = False
            self._open_current()

    def _nobody(self) -> str:
        text = display_text(self._shown.text, limit=40)
        return f"Nobody matches “{text}”." if text else "Nobody matches these filters."

    def _show_count(self) -> None:
        listing = self.listing
        total = wording.counted(listing.total, "account", exact=not listing.capped)
        if _narrows(self._shown):
            of = f" of {wording.thousands(self._everybody)}" if self._everybody is not None else " found"
            order = " · exact matches first" if self._shown.text else " · by name"
            total = f"{wording.thousands(listing.total, exact=not listing.capped)}{of}{order}"
        else:
            total += " · by name"
        marks = len(self.query_one(VirtualTable).marks)
        marked = f"   ● {wording.thousands(marks)} marked" if marks else ""
        self.query_one("#count", Static).update(Content.assemble((total, MUTED), (marked, "bold")), layout=False)

    # Pages

    def on_virtual_table_pages_wanted(self, event: VirtualTable.PagesWanted) -> None:
        """Fetch what is in view and not there yet."""
        pages = self.listing.rows.missing(event.first, event.last)
        if pages and self.steward_app.connection.ready and self.listing.number >= 0:
            self._fetch(self.listing.number, pages)

    @work(exclusive=True, group="pages", exit_on_error=False)
    async def _fetch(self, listing: int, pages: list[int]) -> None:
        assert self.steward is not None
        for number in pages:
            try:
                page = await self.steward.page(PageOfPeople(listing, number * PAGE, PAGE))
            except StewardError as error:
                stale = error.kind is ErrorKind.STALE
                self.post_message(
                    self.ListingStale() if stale else self.RequestFailed("The rows could not be read", error.problem)
                )
                return
            self.post_message(self.PageArrived(page))

    def on_people_screen_page_arrived(self, message: PageArrived) -> None:
        """Fill the gap, if it is one of the list that is shown."""
        if message.page.listing == self.listing.number:
            self.listing.add(message.page, self.now)
            self.query_one(VirtualTable).rows_changed()

    def on_people_screen_listing_stale(self) -> None:
        """Ask for the same again, and stay where we are."""
        self._search(keep_cursor=True)

    # The summary

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Show who it is at once; read the rest when the cursor rests."""
        self._show_person(self.listing.person(event.key))

    def on_virtual_table_marks_changed(self) -> None:
        """Count them."""
        self._show_count()

    def on_resize(self, event: Resize) -> None:
        """Where the summary comes into view, its details are wanted."""
        if self._current is not None:
            self._show_person(self._current)

    def _show_person(self, person: Person | None) -> None:
        self._current = person
        self.workers.cancel_group(self, "summary")
        if self._summary_timer is not None:
            self._summary_timer.stop()
        self._summary_timer = self.set_timer(GLANCE_SECONDS, self._glance)

    def _glance(self) -> None:
        """Show what is known of the current person, and wait on for the rest."""
        person = self._current
        detail = self._details.get(person.id) if person else None
        self.query_one(Summary).show(person, detail, self.now)
        if person is not None and detail is None:
            self._summary_timer = self.set_timer(SUMMARY_SECONDS, self._read_current)

    def _read_current(self) -> None:
        ready = self.steward_app.connection.ready and self.query_one(Summary).display
        if ready and self._current is not None:
            self._read_summary(self._current)

    @work(exclusive=True, group="summary", exit_on_error=False)
    async def _read_summary(self, person: Person) -> None:
        assert self.steward is not None
        try:
            detail = await self.steward.show(person)
        except StewardError as error:
            self.post_message(self.RequestFailed("The summary could not be read", error.problem))
            return
        self.post_message(self.SummaryRead(detail))

    def on_people_screen_summary_read(self, message: SummaryRead) -> None:
        """Keep it; show it if the cursor is still there."""
        person = message.detail.person
        self._details[person.id] = message.detail
        while len(self._details) > SUMMARIES_KEPT:
            self._details.popitem(last=False)
        if self._current is not None and self._current.id == person.id:
            self.query_one(Summary).show(self._current, message.detail, self.now)

    # Realms

    @work(exclusive=True, group="realms", exit_on_error=False)
    async def _read_realms(self) -> None:
        assert self.steward is not None
        try:
            realms = await self.steward.realms()
            everybody = await self.steward.search(SearchPeople(limit=0))
        except StewardError as error:
            self.post_message(self.RequestFailed("The organizations could not be read", error.problem))
            return
        self.post_message(self.RealmsRead(realms, everybody.total))

    def on_people_screen_realms_read(self, message: RealmsRead) -> None:
        """Offer them as filters."""
        self.realms = message.realms
        self._everybody = message.everybody
        self.query_one(FilterBar).offer_realms(message.realms)
        if self._answered:
            self._show_count()

    # What the keys do

    def on_virtual_table_row_selected(self) -> None:
        """Open the person."""
        self._open_current()

    def _open_current(self) -> None:
        row = self.query_one(VirtualTable).cursor_row
        person = self.listing.person(row.key) if row is not None else None
        if person is not None:
            from tui.screens.person import PersonScreen

            self.app.push_screen(PersonScreen(person, self._details.get(person.id)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a connection or a person is greyed without one."""
        if action == "reload":
            return self.steward_app.connection.ready
        if action == "search":
            return not self.query_one(SearchLine).active
        if action == "back":
            return not self.query_one(VirtualTable).has_focus or _narrows(self._request())
        if action in ("export", "copy"):
            return True if self._current is not None and self.steward_app.connection.ready else None
        return True

    def commands(self) -> Iterator[Command]:
        """A filter for each organization: they can be many."""
        for realm in self.realms:
            name = f"Filter: only {display_text(realm.string_id or '(root)', limit=30)}"
            also = f"realm organization {display_text(realm.name, limit=60)}"
            yield Command(name, also, "", partial(self._only_realm, realm.string_id))

    def _only_realm(self, realm: str) -> None:
        bar = self.query_one(FilterBar)
        bar.filters = replace(bar.filters, realm=realm)

    def action_search(self) -> None:
        """Go to the search line."""
        self.query_one(SearchLine).activate()

    def action_filters(self) -> None:
        """Go to the filters."""
        self.query_one(FilterBar).focus()

    def action_filter(self, name: FilterName) -> None:
        """Step a filter from wherever the focus is."""
        self.query_one(FilterBar).step(name)

    def action_reload(self) -> None:
        """Ask for the same again."""
        self._details.clear()
        self._search(keep_cursor=True)

    def action_back(self) -> None:
        """First to the list, then back to everybody."""
        table = self.query_one(VirtualTable)
        if not table.has_focus:
            table.focus()
        elif _narrows(self._request()):
            self.query_one(SearchLine).text = ""
            self.query_one(FilterBar).filters = Filters()

    def action_export(self) -> None:
        """Ask where to."""
        if self._current is not None:
            self.steward_app.start_export(self._current, self._details.get(self._current.id))

    def action_copy(self) -> None:
        """Copy the addresses of whoever is marked, or of the one under the cursor."""
        marked = [self.listing.person(key) for key in self.query_one(VirtualTable).marks]
        people = [person for person in marked if person is not None] or ([self._current] if self._current else [])
        words = wording.counted(len(people), "address", "addresses")
        self.steward_app.copy("\n".join(person.delivery_email for person in people), words)


def _narrows(request: SearchPeople) -> bool:
    """Whether a search leaves anybody out."""
    return request != SearchPeople(limit=request.limit)
