"""Messages: by kind, narrowed by what is typed, any number of them; the one under the cursor beside the list."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from tui import message_rows as layout
from tui import wording
from tui.keyset_rows import KeysetRows
from tui.message_query import HINT, NotUnderstood, read_query
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown
from tui.tabs.base import PATIENCE_SECONDS, PersonTab
from tui.tabs.kind_bar import KindBar
from tui.widgets.facts import Facts
from tui.widgets.rows import Key
from tui.widgets.searchline import SearchLine
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.messages import (
    MESSAGE_KINDS,
    CountMessages,
    MessageCount,
    MessageFilters,
    MessageKind,
    MessagePage,
    MessageRow,
    ReadMessages,
)
from zulip_bridge.api.people import Person, PersonDetail

PAGE = 100
MOST_KEPT = 4_000
MOST_SAVED = 20_000
TYPING_SECONDS = 0.25
"""Pause in typing after which it is asked for."""


class Messages(VirtualTable):
    """The table; what is marked can be deleted."""


class MessagesTab(PersonTab[MessagePage]):
    """A list of any length, read by the page."""

    SECTION = "messages"
    WHAT = "The messages"
    PAINTS_FIRST = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", key_display="/", id="messages.search", tooltip="Narrow the messages"),
        Binding("k", "kind(1)", "kind", id="messages.kind", tooltip="Show the next kind: sent, direct, mentions, …"),
        Binding("K", "kind(-1)", "kind before", show=False, id="messages.kind_before", tooltip="The kind before"),
        Binding(
            "o", "turn", "order", show=False, id="messages.order", tooltip="Show the oldest first, or the newest"
        ),
        Binding(
            "delete",
            "remove",
            "delete…",
            key_display="del",
            id="messages.delete",
            tooltip="Delete messages: the marked ones, this one, or all that pass the filters",
        ),
    ]

    DEFAULT_CSS = """
    MessagesTab > #message-panes { height: 1fr; }
    MessagesTab Messages { width: 1fr; }
    MessagesTab #preview { width: 46; height: 1fr; padding: 0 1; border-left: solid $line; display: none;
        scrollbar-size-vertical: 1; }
    MessagesTab > SearchLine { padding: 0 1; }
    MessagesTab > #message-words { height: 1; padding: 0 1; }
    """

    @dataclass
    class PageRead(Message):
        """Another page is there."""

        listing: int
        number: int
        page: MessagePage

    @dataclass
    class Counted(Message):
        """How many there are of a kind."""

        listing: int
        kind: MessageKind
        count: MessageCount

    def __init__(self, person: Person, detail: PersonDetail | None) -> None:
        super().__init__(person, detail)
        self.kind: MessageKind = "sent"
        self.filters = MessageFilters()
        self.oldest_first = False
        self._listing = self._shown = self._failed = 0
        self._source = KeysetRows(page_size=PAGE, max_pages=MOST_KEPT // PAGE)
        self._messages: OrderedDict[int, MessageRow] = OrderedDict()
        self._typing: Timer | None = None
        self._keep_cursor = False

    def body(self) -> ComposeResult:
        """The kinds, the search line, the list and the message under its cursor."""
        yield KindBar({str(kind): words for kind, words in layout.KIND_WORDS.items()})
        yield SearchLine(HINT)
        yield Static(id="message-words")
        with Horizontal(id="message-panes"):
            yield Messages(layout.columns(self.kind), self._source)
            with VerticalScroll(id="preview", can_focus=False):
                yield Facts()

    def focus_first(self) -> None:
        """The list has the keys; the search line has its own."""
        self.query_one(Messages).focus(scroll_visible=False)

    # Reading

    async def read(self) -> MessagePage:
        """The first page."""
        return await self._page(None)

    def begin(self) -> None:
        """Read and count."""
        counting = not self._asked
        super().begin()
        if counting and self._asked:
            self._count_all()

    def show(self, found: MessagePage) -> None:
        """Show the first page of another list."""
        self._shown = self._listing
        self._source.reset()
        self._messages.clear()
        self._take(0, found)
        table = self.query_one(Messages)
        narrowed = bool(self.filters.names)
        table.empty = "No message passes these filters." if narrowed else layout.NOTHING[self.kind]
        table.columns = layout.columns(self.kind)
        table.rows_changed(keep_cursor=self._keep_cursor)
        if not self._keep_cursor:
            table.set_marks(())
        self._keep_cursor = False
        if not found.messages:
            self._preview(None)
        self._say_order(found)

    async def _page(self, after: int | None, *, whole: bool = False, limit: int = PAGE) -> MessagePage:
        assert self.steward is not None
        request = ReadMessages(
            self.person.id, self.kind, self.filters, after, self.oldest_first, limit=limit, whole=whole
        )
        facts: dict[str, str] = {"kind": self.kind}
        return await self.steward.inspect.read(self.person, request, facts=facts, filters=self.filters.names)

    def _take(self, number: int, page: MessagePage) -> None:
        messages = page.messages
        self._messages.update((each.id, each) for each in messages)
        while len(self._messages) > MOST_KEPT:
            self._messages.popitem(last=False)
        rows = [layout.message_row(each, self.kind, self.person) for each in messages]
        self._source.put(number, rows, messages[-1].id if messages else None, more=page.more)

    def on_virtual_table_pages_wanted(self, event: VirtualTable.PagesWanted) -> None:
        """Fetch what is in view and not there yet."""
        event.stop()
        pages = self._source.missing(event.first, event.last)
        if pages and self._source.count is not None and self.steward_app.connection.ready:
            self.run_worker(self._fetch(self._listing, pages[0]), group="pages", exclusive=True, exit_on_error=False)

    async def _fetch(self, listing: int, number: int) -> None:
        try:
            page = await self._page(self._source.starts[number])
        except StewardError as error:
            self.post_message(StewardScreen.RequestFailed("The rows could not be read", error.problem))
            return
        self.post_message(self.PageRead(listing, number, page))

    def on_messages_tab_page_read(self, message: PageRead) -> None:
        """Fill the gap, if it is one of the list that is shown."""
        if message.listing == self._listing:
            self._take(message.number, message.page)
            self.query_one(Messages).rows_changed()

    # Counting

    def _count_all(self) -> None:
        """Each kind on its own, the chosen one first; of a search for text, which may be long, only that one."""
        others = [each for each in MESSAGE_KINDS if each != self.kind]
        kinds = [self.kind, *([] if self.filters.text else others)]
        self.query_one(KindBar).counts = {}
        self.run_worker(self._count(self._listing, kinds), group="count", exclusive=True, exit_on_error=False)

    async def _count(self, listing: int, kinds: list[MessageKind]) -> None:
        assert self.steward is not None
        for kind in kinds:
            request = CountMessages(self.person.id, kind, self.filters)
            try:
                count = await self.steward.inspect.read(self.person, request)
            except StewardError as error:
                # The figure is a courtesy; the list itself says what is wrong.
                self.steward_app.remember(error.problem)
                return
            self.post_message(self.Counted(listing, kind, count))

    def on_messages_tab_counted(self, message: Counted) -> None:
        """Write it beside the kind."""
        if message.listing == self._listing:
            bar = self.query_one(KindBar)
            words = wording.thousands(message.count.count, exact=message.count.exact)
            bar.counts = {**bar.counts, message.kind: words}

    # Another list

    def _ask_anew(self, *, count: bool) -> None:
        self._listing += 1
        self.workers.cancel_group(self, "pages")
        self._keep_cursor = False
        super().reload()
        self.set_timer(PATIENCE_SECONDS, partial(self._say_searching, self._listing))
        if count:
            self._count_all()

    def on_person_tab_read_failed(self, message: PersonTab.ReadFailed) -> None:
        """Besides the notice, which says why: tell that the list is not the one that was asked for."""
        self._failed = self._listing
        if self._shown < self._listing:
            words = "What is listed is from before." if self.found else "Nothing is listed."
            self.query_one("#message-words", Static).update(Content.styled(words, "$warning"), layout=False)

    def _say_searching(self, listing: int) -> None:
        """An answer that takes long is announced; most come before anybody could read it."""
        if max(self._shown, self._failed) < listing == self._listing:
            self.query_one("#message-words", Static).update(Content.styled("Searching…", MUTED), layout=False)

    def action_kind(self, by: int) -> None:
        """Another kind."""
        bar = self.query_one(KindBar)
        self.kind = cast(MessageKind, bar.stepped(by))
        bar.kind = self.kind
        self._ask_anew(count=self.kind not in bar.counts)

    def action_turn(self) -> None:
        """Turn the order."""
        self.oldest_first = not self.oldest_first
        self._ask_anew(count=False)

    def action_search(self) -> None:
        """Go to the search line."""
        self.query_one(SearchLine).activate()

    def on_search_line_typed(self, event: SearchLine.Typed) -> None:
        """Ask when typing pauses."""
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_SECONDS, lambda: self._narrow(event.text))

    def on_search_line_entered(self, event: SearchLine.Entered) -> None:
        """Ask now, and go to the list."""
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._narrow(self.query_one(SearchLine).text)
        self.focus_first()

    def on_search_line_left(self, event: SearchLine.Left) -> None:
        """Go to the list."""
        event.stop()
        self.focus_first()

    def _narrow(self, text: str) -> None:
        try:
            filters = read_query(text)
        except NotUnderstood as error:
            self.query_one("#message-words", Static).update(shown(f"✕ {error}", "$error"), layout=False)
            return
        if filters != self.filters:
            self.filters = filters
            self._ask_anew(count=True)
        else:
            self._say_order(self.found)

    def _say_order(self, page: MessagePage | None) -> None:
        order = "oldest first" if self.oldest_first else "newest first"
        how = {"": "", "full text": " · by words, as Zulip searches", "substring": " · wherever the text occurs"}
        search = "" if page is None else how.get(page.search, f" · {page.search}")
        number = len(self.query_one(Messages).marks)
        marked = (f" · ● {number:,} marked", "bold") if number else ""
        words = Content.assemble((f"{order}{search}", MUTED), marked)
        self.query_one("#message-words", Static).update(words, layout=False)

    def on_virtual_table_marks_changed(self, event: VirtualTable.MarksChanged) -> None:
        """Say how many."""
        event.stop()
        self._say_order(self.found)

    def action_remove(self) -> None:
        """Preview a deletion."""
        screen = self.screen
        if not isinstance(screen, StewardScreen) or screen.refused("remove") or self.found is None:
            return
        from tui.screens.message_removal import MessageRemovalDialog

        table = self.query_one(Messages)
        row = table.cursor_row
        current = row.key if row is not None and isinstance(row.key, int) else None
        marked = sorted(key for key in table.marks if isinstance(key, int))

        def answered(tried: bool | None) -> None:
            if tried:
                table.set_marks(())

        dialog = MessageRemovalDialog(self.person, self.kind, self.filters, marked, current)
        self.app.push_screen(dialog, callback=answered)

    # The message under the cursor

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Show it beside the list."""
        event.stop()
        self._preview(self._message(event.key))

    def on_virtual_table_row_selected(self, event: VirtualTable.RowSelected) -> None:
        """Show all of it."""
        event.stop()
        message = self._message(event.key)
        if message is not None:
            from tui.screens.message import MessageDialog

            self.app.push_screen(MessageDialog(self.person, message.id, message))

    def copied(self) -> tuple[str, str] | None:
        """The content of the message under the cursor, as far as the list has it."""
        row = self.query_one(Messages).cursor_row
        message = None if row is None else self._message(row.key)
        if message is None:
            return None
        return message.content, "The beginning of the message was" if message.cut else "The message was"

    async def to_save(self) -> Any:
        """All that pass the filters, whole, up to a bound."""
        messages: list[MessageRow] = []
        more = True
        while more and len(messages) < MOST_SAVED:
            page = await self._page(messages[-1].id if messages else None, whole=True, limit=1_000)
            messages += page.messages
            more = page.more
        return {"kind": self.kind, "filters": self.filters, "complete": not more, "messages": messages}

    def reload(self) -> None:
        """Read the list again, and stay where we are."""
        self._keep_cursor = True
        super().reload()

    def _message(self, key: Key) -> MessageRow | None:
        return self._messages.get(key) if isinstance(key, int) else None

    def _preview(self, message: MessageRow | None) -> None:
        sections = () if message is None else layout.preview_sections(message, self.person)
        self.query_one(Facts).sections = sections
        self.query_one("#preview", VerticalScroll).scroll_home(animate=False)
