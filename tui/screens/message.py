"""One message in full: content as it was typed, what surrounds it, and its edit history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import keys
from tui.message_rows import detail_sections, preview_sections
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import shown
from tui.widgets.facts import Facts
from zulip_bridge.api.errors import Problem, StewardError
from zulip_bridge.api.messages import MessageDetail, MessageRow, ReadMessage
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text


class MessageDialog(Dialog[None]):
    """Shows what the list knows at once, the rest as it is read."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "message.tcss"]
    AUTO_FOCUS = "#message"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("y", "copy", "copy", id="message.copy", tooltip="Copy what was typed"),
        Binding("i", "copy_id", "copy id", id="message.copy_id", tooltip="Copy the message's id"),
    ]

    @dataclass
    class DetailRead(Message):
        """All of it is there."""

        detail: MessageDetail

    @dataclass
    class DetailFailed(Message):
        """It could not be had."""

        problem: Problem

    def __init__(self, person: Person, message_id: int, row: MessageRow | None = None) -> None:
        super().__init__()
        self.person = person
        self.message_id = message_id
        self.row = row
        self.detail: MessageDetail | None = None

    def body(self) -> ComposeResult:
        """A line for trouble, and the message."""
        yield Static(id="trouble")
        with VerticalScroll(id="message", can_focus=True):
            yield Facts(() if self.row is None else preview_sections(self.row, self.person))

    def on_mount(self) -> None:
        """Name the frame; read the rest."""
        title = f"Message {self.message_id} · {display_text(self.person.full_name, limit=30)}"
        self.query_one("#frame").border_title = Content(title)
        self._read()

    @work(exclusive=True, group="message", exit_on_error=False)
    async def _read(self) -> None:
        steward = self.steward_app.steward
        if steward is None:
            return
        try:
            request = ReadMessage(self.person.id, self.message_id)
            detail = await steward.inspect.read(self.person, request, facts={"message": str(self.message_id)})
        except StewardError as error:
            self.post_message(self.DetailFailed(error.problem))
            return
        self.post_message(self.DetailRead(detail))

    def on_message_dialog_detail_read(self, message: DetailRead) -> None:
        """Show it."""
        self.detail = message.detail
        self.query_one(Facts).sections = detail_sections(message.detail, self.person)

    def on_message_dialog_detail_failed(self, message: DetailFailed) -> None:
        """Say so; what the list knew stays."""
        self.steward_app.remember(message.problem)
        self.add_class("-trouble")
        self.query_one("#trouble", Static).update(shown(f"✕ {message.problem.sentence}", "bold $error"))

    def action_copy(self) -> None:
        """Copy all that was typed."""
        if self.detail is not None:
            self.steward_app.copy(self.detail.row.content, "The message was")

    def action_copy_id(self) -> None:
        """Copy the id."""
        self.steward_app.copy(str(self.message_id), "The id was")
