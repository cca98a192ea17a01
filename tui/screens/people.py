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
from textual.events import Resize
from textual.message import Message
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Static

from tui import wording
from tui.commands import Command
from tui.listing import COLUMNS
from tui.marked import MOST_MARKED, Marked
from tui.screens.people_list import PeopleListing, narrows
from tui.widgets.filters import FilterBar, FilterName, Filters
from tui.widgets.notice import Note
from tui.widgets.searchline import SearchLine
from tui.widgets.stages import Stages
from tui.widgets.summary import Summary
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import PageOfPeople, Person, PersonDetail
from zulip_bridge.text import display_text

GLANCE_SECONDS = 0.05
"""How long the cursor rests on a person before the summary changes: the rows that were asked for come first."""

SUMMARY_SECONDS = 0.25
"""How long the cursor rests on a person before the summary is read: passing by reads nothing."""

SUMMARIES_KEPT = 64
MARKED_AT_ONCE = 1_000
"""People per request when everybody is marked; the worker answers no more."""


class PeopleTable(VirtualTable):
    """The table, with its plain style looked up once a frame: Textual works out a widget's own anew for each line."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"virtual-table--plain"}

    @property
    def rich_style(self) -> Style:
        """The style of a row without one of its own."""
        return self.get_component_rich_style("virtual-table--plain")


class PeopleScreen(PeopleListing):
    """The first screen. It can be typed into before the connection stands."""

    AUTO_FOCUS = "SearchLine Input"
    WRITES = frozenset({"edit", "actions", "lock_down"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", key_display="/", id="people.search", tooltip="Type what to search for"),
        Binding("e", "edit", "edit", id="people.edit", tooltip="Edit the person under the cursor"),
        Binding("a", "actions", "actions", id="people.actions", tooltip="Do something with whoever is marked"),
        Binding(
            "l",
            "lock_down",
            "lock down…",
            show=False,
            id="people.lock_down",
            tooltip="Shut everybody out of the account under the cursor: preview, confirm",
        ),
        Binding("x", "export", "export", id="people.export", tooltip="Export whoever is marked, or the person here"),
        Binding(
            "asterisk,ctrl+a",
            "mark_all",
            "all",
            key_display="*",
            id="people.mark_all",
            tooltip="Mark everybody who is listed, or unmark them",
        ),
        Binding("minus", "unmark", "unmark", show=False, id="people.unmark", tooltip="Unmark everybody"),
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
    class SummaryRead(Message):
        """The details of somebody."""

        detail: PersonDetail

    @dataclass
    class AllRead(Message):
        """Everybody of a listing is known, and can be marked."""

        people: list[Person]

    def __init__(self) -> None:
        super().__init__()
        self.marked = Marked()
        self._current: Person | None = None
        self._details: OrderedDict[int, PersonDetail] = OrderedDict()
        self._summary_timer: Timer | None = None

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

    # The summary

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Show who it is at once; read the rest when the cursor rests."""
        self.show_person(self.listing.person(event.key))

    def on_virtual_table_marks_changed(self) -> None:
        """Know who they are, and count them."""
        self.marked.follow(self.query_one(VirtualTable).marks, self.listing.people)
        self._show_count()
        self.refresh_bindings()

    def on_resize(self, event: Resize) -> None:
        """Where the summary comes into view, its details are wanted."""
        if self._current is not None:
            self.show_person(self._current)

    def show_person(self, person: Person | None) -> None:
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
        try:
            weeks = await self.steward.weekly(person)
        except StewardError as error:
            # The rest is shown; the figure is a courtesy.
            self.steward_app.remember(error.problem)
            return
        self.post_message(self.SummaryRead(replace(detail, weekly_messages=weeks)))

    def on_people_screen_summary_read(self, message: SummaryRead) -> None:
        """Keep it; show it if the cursor is still there."""
        person = message.detail.person
        self._details[person.id] = message.detail
        while len(self._details) > SUMMARIES_KEPT:
            self._details.popitem(last=False)
        if self._current is not None and self._current.id == person.id:
            self.query_one(Summary).show(self._current, message.detail, self.now)

    # What the keys do

    def on_virtual_table_row_selected(self) -> None:
        """Open the person."""
        self.open_current()

    def open_current(self) -> None:
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
            return not self.query_one(VirtualTable).has_focus or narrows(self._request())
        if action in ("export", "copy", "edit", "actions", "lock_down"):
            return True if self._current is not None and self.steward_app.connection.ready else None
        if action == "mark_all":
            return True if self.listing.total and self.steward_app.connection.ready else None
        if action == "unmark":
            return len(self.marked) > 0
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

    def changed(self) -> None:
        """List them as they are now."""
        self.action_reload()

    def action_reload(self) -> None:
        """Ask for the same again."""
        self._details.clear()
        self._search(keep_cursor=True)

    def action_back(self) -> None:
        """First to the list, then back to everybody."""
        table = self.query_one(VirtualTable)
        if not table.has_focus:
            table.focus()
        elif narrows(self._request()):
            self.query_one(SearchLine).text = ""
            self.query_one(FilterBar).filters = Filters()

    def action_export(self) -> None:
        """Ask what and where to, for whoever is marked, or for the one under the cursor."""
        people = self.marked.people or ([self._current] if self._current else [])
        if people:
            self.steward_app.start_export(people)

    def action_edit(self) -> None:
        """Open the fields of the person under the cursor."""
        if self._current is not None and not self.refused("edit"):
            from tui.acting import open_edit

            open_edit(self.app, self._current)

    def action_actions(self) -> None:
        """Ask what to do with whoever is marked, or with the one under the cursor."""
        people = self.marked.people or ([self._current] if self._current else [])
        if people and not self.refused("actions"):
            from tui.acting import open_actions

            open_actions(self.app, people)

    def action_lock_down(self) -> None:
        """Preview it, for the person under the cursor; marks do not count."""
        if self._current is not None and not self.refused("lock_down"):
            from tui.acting import open_lockdown

            open_lockdown(self.app, self._current)

    def action_mark_all(self) -> None:
        """Mark everybody who is listed; where they are already, unmark them."""
        if self._answered < self._generation:
            self.note(Note("The search is still under way: what is listed is not what was typed.", kind="note"))
        elif self.listing.total > MOST_MARKED:
            most = wording.thousands(MOST_MARKED)
            self.note(Note(f"At most {most} can be marked at once; narrow the list down first.", kind="note"))
        else:
            self._read_all(self.listing.number, self.listing.total)

    @work(exclusive=True, group="marks", exit_on_error=False)
    async def _read_all(self, listing: int, total: int) -> None:
        assert self.steward is not None
        people: list[Person] = []
        try:
            for offset in range(0, total, MARKED_AT_ONCE):
                people += (await self.steward.page(PageOfPeople(listing, offset, MARKED_AT_ONCE))).people
        except StewardError as error:
            self.post_message(self.RequestFailed("They could not all be marked", error.problem))
            return
        self.post_message(self.AllRead(people))

    def on_people_screen_all_read(self, message: AllRead) -> None:
        """Mark them, or unmark them where nobody of them was missing."""
        table = self.query_one(VirtualTable)
        keys = {person.id for person in message.people}
        if keys <= set(table.marks):
            table.set_marks(table.marks - keys)
            return
        if len(keys | table.marks) > MOST_MARKED:
            most = wording.thousands(MOST_MARKED)
            self.note(Note(f"At most {most} can be marked at once; unmark some first (-).", kind="note"))
            return
        self.marked.know(message.people)
        table.set_marks(keys | table.marks)

    def action_unmark(self) -> None:
        """Unmark everybody, listed or not."""
        self.query_one(VirtualTable).set_marks(())

    def action_copy(self) -> None:
        """Copy the addresses of whoever is marked, or of the one under the cursor."""
        people = self.marked.people or ([self._current] if self._current else [])
        words = wording.counted(len(people), "address", "addresses")
        self.steward_app.copy("\n".join(person.delivery_email for person in people), words)
