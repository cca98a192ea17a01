"""The journal: who read, exported or changed what, newest first, and whether the record is whole."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import keys
from tui.journal_rows import COLUMNS, entry_row, entry_sections, report_content
from tui.screens.base import StewardScreen
from tui.shown import MUTED
from tui.widgets.facts import Facts
from tui.widgets.rows import PagedRows
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.journal import Journal, JournalError, RecordedEntry, VerifyReport, verify

if TYPE_CHECKING:
    from zulip_bridge.api.people import Person
    from zulip_bridge.edit import Reversal

MOST_ENTRIES = 5_000
"""The newest that are read; all of them are checked."""


class Entries(VirtualTable):
    """The table; an entry cannot be marked."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action not in ("select", "mark")


class JournalScreen(StewardScreen):
    """Reads the operator's journal; needs no connection."""

    CSS_PATH = "journal.tcss"
    AUTO_FOCUS = "Entries"
    WRITES = frozenset({"undo"})
    BINDINGS: ClassVar[list[BindingType]] = [
        keys.BACK,
        Binding("u", "undo", "undo", id="journal.undo", tooltip="Preview an edit that undoes this one"),
        Binding("r,f5", "reload", "reload", key_display="r", id="journal.reload", tooltip="Read and check it again"),
        Binding("y", "copy", "copy hash", id="journal.copy", tooltip="Copy the last hash, to note it down elsewhere"),
    ]

    @dataclass
    class Read(Message):
        """The newest entries, and what the check found."""

        entries: list[RecordedEntry]
        report: VerifyReport

    @dataclass
    class Undoable(Message):
        """What would undo an entry, and for whom."""

        person: Person
        reversal: Reversal

    def __init__(self) -> None:
        super().__init__(id="journal-screen")
        self._journal = Journal()
        self._entries: list[RecordedEntry] = []
        self._report: VerifyReport | None = None
        self._source = PagedRows(page_size=MOST_ENTRIES)

    def body(self) -> ComposeResult:
        """The check's result, the entries, and the one under the cursor."""
        yield Static(Content.styled("Checking the chain…", MUTED), id="report")
        yield Static(Content.styled(str(self._journal.path), MUTED), id="path")
        with Horizontal(id="journal"):
            yield Entries(COLUMNS, self._source, markable=False, empty="Nothing has been recorded yet.")
            with VerticalScroll(id="entry", can_focus=False):
                yield Facts()

    def on_mount(self) -> None:
        """Read it."""
        self._read()

    @work(exclusive=True, group="journal", exit_on_error=False)
    async def _read(self) -> None:
        journal = self._journal
        try:
            entries = await asyncio.to_thread(lambda: list(islice(journal.entries(), MOST_ENTRIES)))
            report = await asyncio.to_thread(verify, journal.path)
        except JournalError as error:
            problem = Problem(ErrorKind.STORAGE, str(error))
            self.post_message(self.RequestFailed("The journal could not be read", problem))
            return
        self.post_message(self.Read(entries, report))

    def on_journal_screen_read(self, message: Read) -> None:
        """Show it."""
        self._entries, self._report = message.entries, message.report
        self.query_one("#report", Static).update(report_content(message.report))
        self._source.reset(len(self._entries))
        self._source.put(0, [entry_row(each) for each in self._entries])
        self.query_one(Entries).rows_changed()
        self.refresh_bindings()

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Show all of the entry."""
        self.query_one(Facts).sections = entry_sections(self._entries[event.index], self.now)
        self.query_one("#entry", VerticalScroll).scroll_home(animate=False)
        self.refresh_bindings()

    @property
    def _current(self) -> RecordedEntry | None:
        index = self.query_one(Entries).cursor
        return self._entries[index] if index < len(self._entries) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a hash once it has been read."""
        if action == "reload":
            return self.steward_app.connection.phase != "lost"  # then the key reconnects
        if action == "undo":
            return _is_edit(self._current) and self.steward_app.connection.ready
        if action == "copy":
            return self._report is not None and self._report.entries > 0
        return True

    def action_reload(self) -> None:
        """Read it again."""
        self._read()

    def changed(self) -> None:
        """There are new entries."""
        self._read()

    def action_undo(self) -> None:
        """Preview the way back."""
        if self._current is not None and not self.refused("undo"):
            self._look_back(self._current)

    @work(exclusive=True, group="undo", exit_on_error=False)
    async def _look_back(self, recorded: RecordedEntry) -> None:
        from zulip_bridge.edit import reversal

        assert self.steward is not None
        try:
            found = reversal(recorded, self.steward.label)
            person = await self.steward.find(str(found.person_id))
        except StewardError as error:
            self.post_message(self.RequestFailed("This cannot be undone", error.problem))
            return
        self.post_message(self.Undoable(person, found))

    def on_journal_screen_undoable(self, message: Undoable) -> None:
        """An undo is an edit: previewed, and applied at a second step."""
        from tui.acting import propose
        from tui.screens.preview_dialog import Proposal

        back = message.reversal
        why, title = {"reverts": back.seq}, f"Undo entry {back.seq}"
        propose(self.app, Proposal(message.person, back.changes, title, why=why, left=tuple(back.left)))

    def action_copy(self) -> None:
        """Copy the last hash."""
        if self._report is not None:
            self.steward_app.copy(self._report.last_hash, "The last hash was")


def _is_edit(recorded: RecordedEntry | None) -> bool:
    """Whether an entry is the end of an edit, with what was before."""
    return recorded is not None and recorded.entry.action == "edit.finished" and bool(recorded.entry.before)
