"""Before a secret is shown: what that means."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from tui import keys
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown

WARNING = (
    "Whoever knows it can act as somebody else, or as the server. It will stand on this screen, and in what your "
    "terminal keeps of it. That it was shown is recorded in the journal, with your name; the secret itself is not."
)


class UnmaskDialog(Dialog[bool]):
    """Answers whether to show it."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "browse_dialogs.tcss"]
    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("right", "app.focus_next", "next", show=False, id="unmask.next", tooltip="Go to the next button"),
        Binding(
            "left", "app.focus_previous", "before", show=False, id="unmask.before", tooltip="Go to the one before"
        ),
    ]

    def __init__(self, row: str, field: str) -> None:
        super().__init__()
        self._row = row
        self._field = field

    def body(self) -> ComposeResult:
        """What, the warning, the buttons."""
        yield Static(Content.assemble(shown(self._field, "bold"), " of ", shown(self._row)))
        yield Static(Content.styled(WARNING, MUTED), id="say")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content("[ Show ]"), id="show", compact=True)

    def on_mount(self) -> None:
        """Name the frame."""
        self.query_one("#frame").border_title = Content("Show a secret")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        self.dismiss(event.button.id == "show")
