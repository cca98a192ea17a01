"""One entry of a timeline in full: who, where, and every value before and after."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from tui import keys, timeline_rows
from tui.screens.dialog import Dialog, StyleSheets
from tui.widgets.facts import Facts
from zulip_bridge.api.people import Person
from zulip_bridge.api.timeline import TimelineEntry
from zulip_bridge.text import display_text


class EventDialog(Dialog[None]):
    """Shows what the list has no room for; nothing more is asked."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "event.tcss"]
    AUTO_FOCUS = "#event"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("y", "copy", "copy", id="event.copy", tooltip="Copy the entry"),
    ]

    def __init__(self, person: Person, entry: TimelineEntry) -> None:
        super().__init__()
        self.person = person
        self.entry = entry

    def body(self) -> ComposeResult:
        """The entry in sections."""
        with VerticalScroll(id="event", can_focus=True):
            yield Facts(timeline_rows.detail_sections(self.entry))

    def on_mount(self) -> None:
        """Name the frame."""
        name = display_text(self.person.full_name, limit=30)
        self.query_one("#frame").border_title = Content(f"{display_text(self.entry.key)} · {name}")

    def action_copy(self) -> None:
        """Copy all of it."""
        self.steward_app.copy(timeline_rows.copied(self.entry), "The entry was")
