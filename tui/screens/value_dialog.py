"""All of one value: as it is stored, and decoded."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui import keys
from tui.browse_rows import NULL
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED
from zulip_bridge.api.browse import FieldValue
from zulip_bridge.text import display_text

LONGEST = 20_000
"""Cells that are shown of a value; what is longer is copied whole, or read on the command line."""

FRAME_LINES = 6


class ValueDialog(Dialog[None]):
    """Shows ``value`` of the row that ``title`` names."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "browse_dialogs.tcss"]
    AUTO_FOCUS = "#what"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("y", "copy", "copy", id="value.copy", tooltip="Copy the value as it is stored"),
    ]

    def __init__(self, title: str, value: FieldValue) -> None:
        super().__init__()
        self._title = title
        self._value = value

    def body(self) -> ComposeResult:
        """Decoded, then stored where that is something else."""
        value = self._value
        with VerticalScroll(id="what", can_focus=True):
            if value.shown:
                yield Static(self._part(display_text(value.how), value.shown))
            yield Static(
                self._part("as it is stored" if value.shown else "", NULL if value.raw is None else value.raw)
            )

    def _part(self, title: str, text: str) -> Content:
        body = Content(display_text(text, limit=LONGEST, newlines="keep"))
        return Content.assemble((f"{title}\n", MUTED), body) if title else body

    def on_mount(self) -> None:
        """Name the frame."""
        name = display_text(f"{self._title} · {self._value.field.name}", limit=90)
        self.query_one("#frame").border_title = Content(name)
        self.query_one("#what").styles.max_height = max(4, self.app.size.height - FRAME_LINES)

    def action_copy(self) -> None:
        """Copy it."""
        if self._value.raw is not None:
            self.steward_app.copy(self._value.raw, "The value was")
