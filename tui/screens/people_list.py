"""The people list: connecting, searching as one types, and fetching the pages that come into view."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from textual import work
from textual.content import Content
from textual.message import Message
from textual.widgets import ContentSwitcher, Static

from tui import wording
from tui.connection import Connection
from tui.listing import PAGE, Listing
from tui.screens.base import StewardScreen
from tui.shown import MUTED
from tui.widgets.filters import FilterBar
from tui.widgets.searchline import SearchLine
from tui.widgets.stages import Stages
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import PageOfPeople, PeoplePage, Person, Realm, SearchPeople
from zulip_bridge.text import display_text

PATIENCE_SECONDS = 0.5
"""Seconds without an answer after which the screen says that it is searching."""


class PeopleListing(StewardScreen):
    """The half of the people screen that lists. Subclasses lay it out, and show and open people."""

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
        self._was_ready = False

    def show_person(self, person: Person | None) -> None:
        """The cursor is on somebody, or on nobody."""
        raise NotImplementedError

    def open_current(self) -> None:
        """Open whoever is under the cursor."""
        raise NotImplementedError

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
            self.open_current()
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

    def on_people_listing_found(self, message: Found) -> None:
        """Show the answer, unless something else has been asked since."""
        if message.generation != self._generation:
            return
        self._answered = message.generation
        self.listing.begin(message.page, self.now)
        narrowed_before, self._shown = narrows(self._shown), message.request
        if not narrows(message.request):
            self._everybody = message.page.total
        table = self.query_one(VirtualTable)
        table.empty = self._nobody()
        table.rows_changed(keep_cursor=self._keep_cursor)
        if message.page.total == 0:
            self.show_person(None)
        self.note(None)
        self._show_count()
        if narrowed_before != narrows(message.request):
            self.refresh_bindings()
        if self._open_when_found:
            self._open_when_found = False
            self.open_current()

    def _nobody(self) -> str:
        text = display_text(self._shown.text, limit=40)
        return f"Nobody matches “{text}”." if text else "Nobody matches these filters."

    def _show_count(self) -> None:
        listing = self.listing
        total = wording.counted(listing.total, "account")
        if narrows(self._shown):
            of = f" of {wording.thousands(self._everybody)}" if self._everybody is not None else " found"
            order = " · exact matches first" if self._shown.text else " · by name"
            total = f"{wording.thousands(listing.total)}{of}{order}"
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

    def on_people_listing_page_arrived(self, message: PageArrived) -> None:
        """Fill the gap, if it is one of the list that is shown."""
        if message.page.listing == self.listing.number:
            self.listing.add(message.page, self.now)
            self.query_one(VirtualTable).rows_changed()

    def on_people_listing_listing_stale(self) -> None:
        """Ask for the same again, and stay where we are."""
        self._search(keep_cursor=True)

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

    def on_people_listing_realms_read(self, message: RealmsRead) -> None:
        """Offer them as filters."""
        self.realms = message.realms
        self._everybody = message.everybody
        self.query_one(FilterBar).offer_realms(message.realms)
        if self._answered:
            self._show_count()


def narrows(request: SearchPeople) -> bool:
    """Whether a search leaves anybody out."""
    return request != SearchPeople(limit=request.limit)
