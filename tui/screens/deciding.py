"""What the dialogs share that show what would be done and do it: the keys, what scrolls, a sentence, Cancel first."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Button, Static

from tui import keys
from tui.screens.dialog import Answer, Dialog

LEAST_LINES = 3


class DecidingDialog(Dialog[Answer]):
    """Subclasses have ``#what``, which scrolls, ``#say`` and the button ``#cancel``."""

    AUTO_FOCUS = "#cancel"
    FRAME_LINES: ClassVar[int] = 9
    """Lines of a dialog that are not what it scrolls: its frame, the sentence, the buttons, the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("right", "app.focus_next", "next", show=False, id="deciding.next", tooltip="Go to the next button"),
        Binding(
            "left", "app.focus_previous", "before", show=False, id="deciding.before", tooltip="Go to the one before"
        ),
        Binding("down,pagedown", "scroll(1)", "scroll", key_display="↓", id="deciding.down", tooltip="Read on"),
        Binding(
            "up,pageup", "scroll(-1)", "scroll back", show=False, id="deciding.up", tooltip="Read what was before"
        ),
    ]

    def on_resize(self, event: Resize) -> None:
        """The buttons stay in sight."""
        self.fit()

    def fit(self) -> None:
        """Give what scrolls the room that is left."""
        self.query_one("#what").styles.max_height = max(LEAST_LINES, self.app.size.height - self.FRAME_LINES)

    def say(self, words: Content) -> None:
        """Say something above the buttons."""
        self.query_one("#say", Static).update(words)

    def offer_to_close(self) -> None:
        """It is over: show the result from its first line, and turn Cancel into Close."""
        cancel = self.query_one("#cancel", Button)
        cancel.label = Content("[ Close ]")
        cancel.refresh(layout=True)
        cancel.focus()
        self.query_one("#what").scroll_home(animate=False)

    def action_scroll(self, direction: int) -> None:
        """Move what does not fit."""
        what = self.query_one("#what", VerticalScroll)
        what.scroll_relative(y=direction * max(1, what.size.height - 2), animate=False)
