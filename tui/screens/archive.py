"""Deleted messages: what Zulip's archive has, until when, and the ways to restore or purge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import keys, wording
from tui.connection import Connection
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown
from tui.widgets.columns import Column
from tui.widgets.rows import PagedRows, Row
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.api.removal import Archived
from zulip_bridge.text import display_text

MOST = 2_000
"""Deletions that are listed; older ones are reached through the person, or on the command line."""

COLUMNS = (
    Column("Nr", 6, align="right"),
    Column("Deleted (UTC)", 16),
    Column("Realm", 10, weight=1, max_width=24, priority=1),
    Column("Messages", 9, align="right"),
    Column("Files", 6, align="right", priority=2),
    Column("Until", 10),
    Column("State", 9, weight=1, max_width=24),
)


class Transactions(VirtualTable):
    """They can be marked; none leads further."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action != "select"


class ArchiveScreen(StewardScreen):
    """Lists transactions, the newest first: of everybody, or those that hold messages of ``person``."""

    CSS_PATH = "archive.tcss"
    AUTO_FOCUS = "Transactions"
    WRITES = frozenset({"restore", "purge"})
    BINDINGS: ClassVar[list[BindingType]] = [
        keys.BACK,
        Binding(
            "asterisk",
            "mark_all",
            "all",
            key_display="*",
            id="archive.all",
            tooltip="Mark all that are listed, or none",
        ),
        Binding("u", "restore", "restore…", id="archive.restore", tooltip="Bring the marked messages back"),
        Binding(
            "delete,backspace", "purge", "purge…", key_display="⌫", id="archive.purge", tooltip="Purge them for good"
        ),
        Binding("r,f5", "reload", "reload", show=False, id="archive.reload", tooltip="Read the archive again"),
    ]

    @dataclass
    class Read(Message):
        """The archive was read."""

        found: list[Archived]

    def __init__(self, person: Person | None = None) -> None:
        super().__init__(id="archive-screen")
        self.person = person
        self.found: list[Archived] = []
        self._source = PagedRows(page_size=MOST)

    def body(self) -> ComposeResult:
        """A title, a sentence, the list."""
        name = shown(f" of {self.person.full_name}", "bold $accent", limit=60) if self.person else Content("")
        yield Static(Content.assemble(("Deleted messages", "bold"), name), id="title")
        yield Static(Content.styled("Reading…", MUTED), id="words")
        yield Transactions(COLUMNS, self._source, empty="The archive has nothing.")

    def connection_changed(self, connection: Connection) -> None:
        """Read as soon as there is somebody to ask."""
        if connection.ready and not self.found:
            self._read()

    def changed(self) -> None:
        """Something was restored or purged."""
        self._read()

    @work(exclusive=True, group="archive", exit_on_error=False)
    async def _read(self) -> None:
        if self.steward is None:
            return
        try:
            found = await self.steward.removals.archive(self.person, limit=MOST)
        except StewardError as error:
            self.post_message(self.RequestFailed("The archive could not be read", error.problem))
            return
        self.post_message(self.Read(found))

    def on_archive_screen_read(self, message: Read) -> None:
        """Show it; what is gone is no longer marked."""
        found = self.found = message.found
        table = self.query_one(Transactions)
        self._source.reset(len(found))
        self._source.put(0, [_row(each) for each in found], count=len(found))
        table.rows_changed()
        table.set_marks(table.marks & {each.id for each in found})
        newest = f"The newest {MOST:,} of more: " if len(found) == MOST else ""
        number = newest + wording.counted(sum(each.messages for each in found), "message")
        words = (
            f"{number} in {wording.counted(len(found), 'deletion')}; Zulip forgets them by itself, on the day named"
        )
        self.query_one("#words", Static).update(Content.styled(words, MUTED), layout=False)
        self.refresh_bindings()

    @property
    def chosen(self) -> list[int]:
        """What is marked, or else the one under the cursor."""
        table = self.query_one(Transactions)
        row = table.cursor_row
        keys_chosen = table.marks or ({row.key} if row is not None else set())
        return [each.id for each in self.found if each.id in keys_chosen]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There has to be something."""
        if action in ("restore", "purge", "mark_all"):
            return self.steward_app.connection.ready and bool(self.found)
        if action == "reload":
            return self.steward_app.connection.ready
        return True

    def action_mark_all(self) -> None:
        """All, or none where all are marked."""
        table = self.query_one(Transactions)
        everything = {each.id for each in self.found}
        table.set_marks(() if table.marks == everything else everything)

    def action_restore(self) -> None:
        """Preview it."""
        if not self.refused("restore") and self.chosen:
            from tui.screens.archive_dialogs import RestoreDialog

            self.app.push_screen(RestoreDialog(self.chosen))

    def action_purge(self) -> None:
        """Preview it."""
        if not self.refused("purge") and self.chosen:
            from tui.screens.archive_dialogs import PurgeDialog

            self.app.push_screen(PurgeDialog(self.chosen))

    def action_reload(self) -> None:
        """Read it again."""
        self._read()


def _row(each: Archived) -> Row:
    state = "restored" if each.restored else "by policy" if each.by_policy else "deleted"
    cells = (
        str(each.id),
        wording.moment(each.at).removesuffix(" UTC"),
        display_text(each.realm, limit=60) or "(root)",
        wording.thousands(each.messages),
        wording.thousands(each.files),
        wording.moment(each.until, day_only=True) if each.until else "never",
        state,
    )
    return Row(each.id, cells, style="muted" if each.restored else "")
