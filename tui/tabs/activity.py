"""Activity and audit: one timeline, newest first, read a page at a time; above it where the person was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import timeline_rows as layout
from tui import wording
from tui.screens.base import StewardScreen
from tui.screens.dates_dialog import DatesDialog, Days
from tui.shown import MUTED
from tui.tabs.base import PersonTab
from tui.widgets.growing_rows import GrowingRows
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import Person, PersonDetail
from zulip_bridge.api.timeline import (
    DIRECTIONS,
    KINDS,
    ActivitySummary,
    Direction,
    Kind,
    ReadActivity,
    ReadTimeline,
    TimelineEntry,
    TimelinePage,
)

Value = TypeVar("Value")
PAGE = 100
SAVED_PAGE = 1_000
MOST_SAVED = 200_000
ANY_TIME = Days()
KIND_WORDS: dict[Kind | None, str] = {
    None: "all",
    "account": "account",
    "settings": "settings",
    "subscriptions": "subscriptions",
    "channels": "channels",
    "groups": "groups",
    "organization": "organization",
    "other": "other audit",
    "seen": "joined, last seen",
    "activity": "calls by client",
    "spans": "times of activity",
}
DIRECTION_WORDS: dict[Direction, str] = {"any": "any", "by": "by", "about": "about"}


@dataclass(frozen=True)
class Narrowing:
    """What is let through."""

    kind: Kind | None = None
    direction: Direction = "any"
    days: Days = ANY_TIME

    @property
    def names(self) -> list[str]:
        """Filters that are set, as the journal names them."""
        set_ = {
            "kind": self.kind is not None,
            "direction": self.direction != "any",
            "since": self.days.first is not None,
            "until": self.days.last is not None,
        }
        return [name for name, is_set in set_.items() if is_set]


@dataclass(frozen=True)
class Activity:
    """The first page, with what it was asked for; ``summary`` is read with it."""

    summary: ActivitySummary
    narrowing: Narrowing
    page: TimelinePage


class Entries(VirtualTable):
    """The table; entries can be opened, and not marked."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action != "mark"


class ActivityTab(PersonTab[Activity]):
    """Shows the timeline; reads on when its end comes near."""

    SECTION = "activity"
    WHAT = "The activity"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "kind(1)", "kind", id="activity.kind", tooltip="Show only the next kind of entries"),
        Binding("K", "kind(-1)", "kind before", show=False, id="activity.kind_back", tooltip="Show the kind before"),
        Binding(
            "w", "direction", "by/about", id="activity.direction", tooltip="Show what was done by, or to, the person"
        ),
        Binding("f", "dates", "dates", id="activity.dates", tooltip="Show only what happened between two days"),
        Binding(
            "backspace,delete", "all", "everything", key_display="⌫", show=False, id="activity.all",
            tooltip="Show everything again",
        ),
    ]  # fmt: skip

    DEFAULT_CSS = """
    ActivityTab > #activity-summary { height: 2; padding: 0 1; text-wrap: nowrap; }
    ActivityTab > #activity-filters { height: 1; padding: 0 1; margin-bottom: 1; text-wrap: nowrap; }
    ActivityTab > #activity-about { height: 5; padding: 0 1; border-top: solid $line; }
    .-narrow ActivityTab > #activity-filters { margin-bottom: 0; }
    """

    @dataclass
    class MoreRead(Message):
        """The page after ``before`` is there."""

        before: str
        page: TimelinePage

    def __init__(self, person: Person, detail: PersonDetail | None) -> None:
        super().__init__(person, detail)
        self.narrowing = Narrowing()
        self.entries: list[TimelineEntry] = []
        self._source = GrowingRows()
        self._shown = Narrowing()
        self._next = ""

    @property
    def more(self) -> bool:
        """Whether older entries are still to be read."""
        return bool(self._next)

    def body(self) -> ComposeResult:
        """Where the person was seen, what is let through, the entries, and all of the one under the cursor."""
        yield Static(id="activity-summary")
        yield Static(id="activity-filters")
        yield Entries(layout.COLUMNS, self._source, markable=False, empty="Nothing of this kind is known.")
        yield Static(id="activity-about")

    async def read(self) -> Activity:
        """The summary and the first page."""
        assert self.steward is not None
        narrowing = self.narrowing
        summary = await self.steward.inspect.read(self.person, ReadActivity(self.person.id))
        return Activity(summary, narrowing, await self._page(narrowing, ""))

    async def _page(self, narrowing: Narrowing, before: str, limit: int = PAGE) -> TimelinePage:
        assert self.steward is not None
        request = ReadTimeline(
            self.person.id,
            kinds=[] if narrowing.kind is None else [narrowing.kind],
            direction=narrowing.direction,
            since=narrowing.days.since,
            until=narrowing.days.until,
            before=before,
            limit=limit,
        )
        return await self.steward.inspect.read(self.person, request, filters=narrowing.names)

    def show(self, found: Activity) -> None:
        """Begin anew with the first page; the cursor stays on its entry where that is still there."""
        self.workers.cancel_group(self, "more")
        same = found.narrowing == self._shown
        self._shown = found.narrowing
        self.entries = []
        self._source.reset()
        if not found.page.entries:
            self.query_one("#activity-about", Static).update("", layout=False)
        self._extend(found.page, keep_cursor=same)
        width = self.size.width - 2
        self.query_one("#activity-summary", Static).update(layout.summary(found.summary, width), layout=False)

    def _extend(self, page: TimelinePage, *, keep_cursor: bool = True) -> None:
        self.entries += page.entries
        self._next = page.next
        self._source.extend(map(layout.timeline_row, page.entries), more=bool(page.next))
        self.query_one(Entries).rows_changed(keep_cursor=keep_cursor)
        self._draw_filters()

    def on_virtual_table_pages_wanted(self, event: VirtualTable.PagesWanted) -> None:
        """Read on."""
        event.stop()
        if self._next and self.steward is not None:
            self.run_worker(self._read_more(self._next), group="more", exclusive=True, exit_on_error=False)

    async def _read_more(self, before: str) -> None:
        try:
            page = await self._page(self._shown, before)
        except StewardError as error:
            if error.kind is not ErrorKind.CANCELLED:
                self.post_message(StewardScreen.RequestFailed("Older entries could not be read", error.problem))
            return
        self.post_message(self.MoreRead(before, page))

    def on_activity_tab_more_read(self, message: MoreRead) -> None:
        """Add it, unless something else is shown by now."""
        message.stop()
        if message.before == self._next:
            self._extend(message.page)

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Say all of the entry."""
        event.stop()
        if event.index < len(self.entries):
            about = layout.about(self.entries[event.index])
            self.query_one("#activity-about", Static).update(about, layout=False)

    def on_virtual_table_row_selected(self, event: VirtualTable.RowSelected) -> None:
        """Open the entry."""
        event.stop()
        from tui.screens.event import EventDialog

        if event.index < len(self.entries):
            self.app.push_screen(EventDialog(self.person, self.entries[event.index]))

    def copied(self) -> tuple[str, str] | None:
        """The entry under the cursor, as a line."""
        cursor = self.query_one(Entries).cursor
        return (layout.copied(self.entries[cursor]), "The entry was") if cursor < len(self.entries) else None

    async def to_save(self) -> Any:
        """All entries that are let through, not only those that were scrolled to."""
        if self.found is None:
            return None
        entries: list[TimelineEntry] = []
        following = ""
        while True:
            page = await self._page(self._shown, following, SAVED_PAGE)
            entries += page.entries
            following = page.next
            if not following or len(entries) >= MOST_SAVED:
                return {"summary": self.found.summary, "timeline": entries, "more": bool(following)}

    # What is let through

    def action_kind(self, by: int) -> None:
        """The next kind; behind the last come all."""
        self._narrow(replace(self.narrowing, kind=_next([None, *KINDS], self.narrowing.kind, by)))

    def action_direction(self) -> None:
        """By the person, about the person, both."""
        self._narrow(replace(self.narrowing, direction=_next(DIRECTIONS, self.narrowing.direction, 1)))

    def action_all(self) -> None:
        """Let everything through."""
        self._narrow(Narrowing())

    def action_dates(self) -> None:
        """Ask from when to when."""

        def answered(days: Days | None) -> None:
            if days is not None:
                self._narrow(replace(self.narrowing, days=days))

        self.app.push_screen(DatesDialog(self.narrowing.days), callback=answered)

    def _narrow(self, narrowing: Narrowing) -> None:
        if narrowing != self.narrowing:
            self.narrowing = narrowing
            self._draw_filters()
            self.reload()

    def _draw_filters(self) -> None:
        narrowing = self.narrowing
        chips = [
            _chip("k", "kind", KIND_WORDS[narrowing.kind], narrowing.kind is not None),
            _chip("w", "who", DIRECTION_WORDS[narrowing.direction], narrowing.direction != "any"),
            _chip("f", "dates", narrowing.days.words, narrowing.days != ANY_TIME),
            Content.styled(wording.thousands(len(self.entries), exact=not self._next), MUTED),
        ]
        self.query_one("#activity-filters", Static).update(Content("   ").join(chips), layout=False)


def _chip(key: str, title: str, value: str, narrowing: bool) -> Content:
    return Content.assemble((key, "bold $primary"), " ", (title, MUTED), " ", (value, "bold $accent" * narrowing))


def _next(values: Sequence[Value], current: Value, by: int) -> Value:
    return values[(values.index(current) + by) % len(values)]
