"""What every screen has: the header line, room for a notice, the keys, and the road to the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker

from tui import keys
from tui.connection import Connection
from tui.widgets.headline import Headline
from tui.widgets.keyline import KeyLine
from tui.widgets.notice import Note, Notice
from zulip_bridge.api.errors import ErrorKind, Problem

if TYPE_CHECKING:
    from tui.app import StewardApp
    from zulip_bridge.steward import Steward

NOTE_SECONDS = 8.0
READ_ONLY = "This session is READ ONLY: nothing can be changed in it. Start zulip-steward without --read-only."
LOST_KINDS = (ErrorKind.WORKER_LOST, ErrorKind.PROTOCOL)


WIDTHS = [(0, "-narrow"), (110, "-wide"), (170, "-huge")]
"""Cells from which the screens put two and three panes beside each other, and their style sheets' names for that."""


def width_class(width: int) -> str:
    """The class of a screen so wide."""
    return next(name for least, name in reversed(WIDTHS) if width >= least)


class StewardScreen(Screen[None]):
    """Base of the full screens. Subclasses give their middle as :meth:`body`."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.EVERYWHERE]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual has it, but that a change does not draw the whole screen again: the widgets draw themselves."""

    WRITES: ClassVar[frozenset[str]] = frozenset()
    """Actions that lead to a change on the server; a read-only session shows them greyed and says why."""

    _was_connected = False
    _changes_seen: int | None = None
    _note_timer: Timer | None = None

    @dataclass
    class RequestFailed(Message):
        """A request to the server ended with a problem; ``what`` names it for the operator."""

        what: str
        problem: Problem

    def compose(self) -> ComposeResult:
        """The frame around the body."""
        # Textual sets the class for the width after the first layout, which would then be drawn twice.
        for _, name in WIDTHS:
            self.set_class(name == width_class(self.app.size.width), name)
        yield Headline()
        yield from self.body()
        with Vertical(id="foot"):
            yield Notice()
            yield KeyLine()

    def body(self) -> ComposeResult:
        """The middle of the screen."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Follow the connection."""
        self.watch(self.app, "connection", self._show_connection, init=True)

    @property
    def steward_app(self) -> StewardApp:
        """The app, as what it is."""
        return cast("StewardApp", self.app)

    @property
    def steward(self) -> Steward | None:
        """The open session; None while there is none."""
        return self.steward_app.steward

    @property
    def now(self) -> datetime:
        """The moment that relative times are counted from."""
        return self.steward_app.clock()

    def note(self, note: Note | None) -> None:
        """Show a notice, or take it away; one that asks for nothing goes by itself."""
        if self._note_timer is not None:  # it was for the one before, which may say the same
            self._note_timer.stop()
            self._note_timer = None
        self.query_one(Notice).note = note
        if note is not None and note.kind == "note":
            self._note_timer = self.set_timer(NOTE_SECONDS, lambda: self.note(None))

    def asked_twice(self, note: Note) -> bool:
        """Whether what ``note`` warns of was asked for while it stands there; else it is shown, and nothing done."""
        if self.query_one(Notice).note == note:
            self.note(None)
            return True
        self.note(note)
        return False

    def withdraw_note(self) -> None:
        """Take away what asks for nothing, where it is not so any more; what went wrong stays."""
        note = self.query_one(Notice).note
        if note is not None and note.kind == "note":
            self.note(None)

    def on_steward_screen_request_failed(self, message: RequestFailed) -> None:
        """Say what happened; a lost worker is the app's business."""
        message.stop()
        if message.problem.kind in LOST_KINDS:
            self.steward_app.lose(message.problem)
            return
        self.steward_app.remember(message.problem)
        ways = (("d", "what was said"),) if message.problem.cause else ()
        self.note(Note(f"{message.what}: {message.problem.sentence}", ways))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Textual tells only the node that started a task."""
        self.steward_app.note_worker(event.worker)

    def why_not(self, action: str) -> str | None:
        """Why an action that is offered leads nowhere in this session, as a sentence; its key is then greyed."""
        return READ_ONLY if action in self.WRITES and self.steward_app.connection.read_only else None

    def refused(self, action: str) -> bool:
        """Whether :meth:`why_not` is against it; the operator is told."""
        reason = self.why_not(action)
        if reason is not None:
            self.note(Note(reason, kind="note"))
        return reason is not None

    def connection_changed(self, connection: Connection) -> None:
        """For subclasses: the connection came, or went."""

    def _show_connection(self, connection: Connection) -> None:
        self.query_one(Headline).connection = connection
        if connection.phase == "lost" and connection.problem is not None:
            sentence = f"{connection.problem.sentence} What is shown stays as it was."
            self.note(Note(sentence, (("r", "reconnect"), ("d", "what was said"))))
        elif connection.phase == "connecting" and self._was_connected and connection.stages:
            self.note(Note(f"Reconnecting: {connection.stages[-1]}", kind="note"))
        elif connection.phase != "failed":
            self.note(None)
        self._was_connected |= connection.ready
        self.connection_changed(connection)
        self.refresh_bindings()

    def on_screen_resume(self) -> None:
        """Back on top: what was changed meanwhile, on another screen or in a dialog, is read again."""
        seen, self._changes_seen = self._changes_seen, self.steward_app.changes
        if seen not in (None, self.steward_app.changes):
            self.changed()

    def changed(self) -> None:
        """For subclasses: something on the server was changed since this was last on top."""

    def action_back(self) -> None:
        """Leave this screen."""
        self.dismiss()
