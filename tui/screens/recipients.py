"""Who receives personal data from the server, by its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import keys
from tui.connection import Connection
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown
from tui.widgets.columns import Column
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.rows import PagedRows, Row
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.recipients import Recipient
from zulip_bridge.text import display_text

COLUMNS = (
    Column("Recipient", 26, weight=2, max_width=60),
    Column("Where", 18, weight=1, max_width=40, priority=2),
    Column("What it receives", 24, weight=3, priority=1),
)
MOST = 1_000
LONGEST_CELL = 200
KINDS = {
    "service": "the server calls it",
    "sign-in": "it says who somebody is",
    "bots": "programs of members",
    "browser": "people's browsers call it",
    "infrastructure": "the server stands on it",
    "public": "everybody",
}
UNKNOWN = "not known beforehand"
BESIDES = "GDPR Art. 15(1)(c) · members and the makers of their apps are not listed"


class RecipientTable(VirtualTable):
    """Rows that lead nowhere."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action not in ("select", "mark")


class RecipientsScreen(StewardScreen):
    """The list, and all of the one under the cursor."""

    CSS_PATH = "recipients.tcss"
    AUTO_FOCUS = "RecipientTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        keys.BACK,
        Binding("r,f5", "reload", "reload", key_display="r", id="recipients.reload", tooltip="Ask the server again"),
    ]

    @dataclass
    class Listed(Message):
        """They are known."""

        recipients: list[Recipient]

    def __init__(self) -> None:
        super().__init__(id="recipients-screen")
        self._recipients: list[Recipient] | None = None
        self._source = PagedRows(page_size=MOST)

    def body(self) -> ComposeResult:
        """A title, the list, the one."""
        yield Static(Content.styled("Recipients of personal data", "bold $accent"), id="title")
        yield RecipientTable(COLUMNS, self._source, markable=False, empty="Reading the settings…", id="table")
        with Vertical(id="about"):
            yield Facts()
        yield Static(Content.styled(BESIDES, MUTED), id="besides")

    def connection_changed(self, connection: Connection) -> None:
        """Read them, the first time there is a connection."""
        if connection.ready and self._recipients is None:
            self._read()

    @work(exclusive=True, group="recipients", exit_on_error=False)
    async def _read(self) -> None:
        assert self.steward is not None
        try:
            found = await self.steward.recipients()
        except StewardError as error:
            self.post_message(self.RequestFailed("The settings could not be read", error.problem))
            return
        self.post_message(self.Listed(found))

    def on_recipients_screen_listed(self, message: Listed) -> None:
        """Show them."""
        self._recipients = message.recipients[:MOST]
        self._source.reset(len(self._recipients))
        self._source.put(0, [_row(index, each) for index, each in enumerate(self._recipients)])
        table = self.query_one(RecipientTable)
        table.empty = "Nobody, by the settings of this server."
        table.rows_changed(keep_cursor=True)
        title = Content.assemble(
            ("Recipients of personal data", "bold $accent"), (f"  {len(self._recipients)} by the settings", MUTED)
        )
        self.query_one("#title", Static).update(title)

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """All of it."""
        if self._recipients is not None and event.index < len(self._recipients):
            self.query_one(Facts).sections = (Section("", tuple(_facts(self._recipients[event.index]))),)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a connection the key reconnects."""
        return action != "reload" or self.steward_app.connection.ready

    def action_reload(self) -> None:
        """Ask again."""
        self._read()


def _row(index: int, recipient: Recipient) -> Row:
    cells = (recipient.recipient, ", ".join(recipient.hosts) or "–", recipient.data)
    return Row(index, tuple(display_text(cell, limit=LONGEST_CELL) for cell in cells))


def _facts(recipient: Recipient) -> list[Fact]:
    where = ", ".join(recipient.hosts) or UNKNOWN
    realms = ", ".join(recipient.realms) or "all"
    return [
        Fact(
            "recipient", Content.assemble(shown(recipient.recipient, "bold"), (f"  {KINDS[recipient.kind]}", MUTED))
        ),
        Fact("where", shown(where)),
        Fact("receives", shown(recipient.data)),
        Fact("what for", shown(recipient.purpose)),
        Fact("by", shown(recipient.setting)),
        Fact("realms", shown(realms)),
    ]
