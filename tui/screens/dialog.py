"""What every dialog has: a frame in the middle, the keys below, Esc to leave."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import Reactive
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.worker import Worker

from tui import keys
from tui.widgets.keyline import KeyLine

if TYPE_CHECKING:
    from tui.app import StewardApp

Answer = TypeVar("Answer")
StyleSheets = str | PurePath | list[str | PurePath] | None


class Dialog(ModalScreen[Answer]):
    """Base of the dialogs. Subclasses give the inside of the frame as :meth:`body`; None is the answer of Esc."""

    CSS_PATH: ClassVar[StyleSheets] = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "leave", "back", key_display="esc", id="dialog.leave", tooltip="Leave without doing anything"
        ),
        keys.QUIT,
    ]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def compose(self) -> ComposeResult:
        """The frame around the body."""
        with Vertical(id="frame"):
            yield from self.body()
        with Vertical(id="foot"):
            yield KeyLine()

    def body(self) -> ComposeResult:
        """The inside of the frame."""
        raise NotImplementedError

    @property
    def steward_app(self) -> StewardApp:
        """The app, as what it is."""
        return cast("StewardApp", self.app)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Textual tells only the node that started a task."""
        self.steward_app.note_worker(event.worker)

    def action_leave(self) -> None:
        """Go without an answer."""
        self.dismiss(None)
