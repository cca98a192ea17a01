"""Whether an erasure under way should really stop."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from tui import keys
from tui.screens.dialog import Dialog

WORDS = (
    "The erasure is under way. Stopping it keeps what is done; the account may be half erased until it is "
    "finished. It can be finished later: open the person, or look in the palette."
)


NOT_BEGUN = "The export is under way, and nothing has been erased yet. Stopping now erases nothing."


class StopDialog(Dialog[bool]):
    """Answers True where it should stop; the focus is on going on. ``begun``: something may be erased already."""

    AUTO_FOCUS = "#go-on"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("right", "app.focus_next", "next", show=False, id="stop.next", tooltip="Go to the next button"),
        Binding("left", "app.focus_previous", "before", show=False, id="stop.before", tooltip="Go to the one before"),
    ]

    def __init__(self, *, begun: bool) -> None:
        super().__init__()
        self._begun = begun

    def body(self) -> ComposeResult:
        """What it means, and the two buttons."""
        yield Static(Content(WORDS if self._begun else NOT_BEGUN))
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Go on ]"), id="go-on", compact=True)
            yield Button(Content("[ Stop ]"), id="stop", compact=True)

    def on_mount(self) -> None:
        """Say what it is about."""
        self.query_one("#frame").border_title = Content("Stop the erasure")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        self.dismiss(event.button.id == "stop")
