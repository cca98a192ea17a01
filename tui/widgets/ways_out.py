"""The ways out of a connection that did not come about; imported when needed: the first paint has no buttons."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button


class WaysOut(Horizontal):
    """Two buttons; says :class:`Retry` or :class:`Quit`. The first takes the focus."""

    class Retry(Message):
        """The operator wants another try."""

    class Quit(Message):
        """The operator gives up."""

    def compose(self) -> ComposeResult:
        """Side by side."""
        yield Button(Content("[ Retry ]"), id="retry", compact=True)
        yield Button(Content("[ Quit ]"), id="quit", compact=True)

    def on_mount(self) -> None:
        """Enter tries again."""
        # What is not displayed yet cannot take the focus.
        self.call_after_refresh(self.query_one("#retry", Button).focus)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Pass the choice on."""
        event.stop()
        self.post_message(self.Retry() if event.button.id == "retry" else self.Quit())
