"""The base of the dialogs that delete, restore and purge: look, show, a second step, progress, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from tui import wording
from tui.erasing.removal import Removal
from tui.screens.base import LOST_KINDS, READ_ONLY
from tui.screens.dialog import StyleSheets
from tui.shown import MUTED, shown
from tui.widgets.facts import Facts
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError

STOPPED = "Stopped. What was done until then stays done; the journal says what was begun."


class RemovalDialog(Removal):
    """Answers True where something was tried. Subclasses look, do, and say what is what."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "removal_dialog.tcss"]  # beside the dialogs that derive from it
    FRAME_LINES: ClassVar[int] = 12

    @dataclass
    class Looked(Message):
        """The preview is there; ``number`` tells which looking it answers."""

        number: int
        preview: Any

    @dataclass
    class Tried(Message):
        """It was done, or failed, or was stopped: then there is neither."""

        result: Any = None
        problem: Problem | None = None

    @dataclass
    class Advanced(Message):
        """How far it is."""

        progress: Progress

        def can_replace(self, message: Message) -> bool:
            """Only the newest counts."""
            return isinstance(message, RemovalDialog.Advanced)

    def __init__(self) -> None:
        super().__init__()
        self.stage: Literal["looking", "ready", "doing", "over"] = "looking"
        self.preview: Any = None
        self.result: Any = None
        self.tried = False
        self._confirm = ""
        self._looking = 0
        self._worker: Worker[None] | None = None

    # The frame

    @property
    def busy(self) -> str | None:
        """Why the program should not be left now."""
        return "Something is being deleted; Esc stops it." if self.stage == "doing" else None

    def body(self) -> ComposeResult:
        """The choices, what would happen, the line to type in, a sentence, and the two buttons."""
        yield from self.choices()
        with VerticalScroll(id="what", can_focus=False):
            yield Facts(apart=True)
        with Horizontal(id="typing"):
            yield Static(id="confirm-line")
            yield Input(compact=True, select_on_focus=False, id="confirm")
        yield Static(id="say")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content(f"[ {self.VERB} ]"), id="do", compact=True, disabled=True)

    def on_mount(self) -> None:
        """Ask what it would do."""
        self.query_one("#frame").border_title = Content(self.heading())
        self.query_one("#typing").display = False
        self.fit()
        self.look()

    # Looking

    def look(self) -> None:
        """Ask for the preview, anew where something else was chosen."""
        self.stage, self.preview = "looking", None
        self._looking += 1
        self.query_one("#do", Button).disabled = True
        self.say(Content.styled("Looking at what it would do…", MUTED))
        self._look(self._looking)

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self, number: int) -> None:
        if self.steward_app.steward is None:
            return
        try:
            preview = await self.looking()
        except StewardError as error:
            if error.kind is not ErrorKind.CANCELLED:
                self.post_message(self.Tried(problem=error.problem))
            return
        self.post_message(self.Looked(number, preview))

    def on_removal_dialog_looked(self, message: Looked) -> None:
        """Show it; it can be done where there is something to do, and this session may."""
        if message.number != self._looking:
            return
        preview = self.preview = message.preview
        self.stage = "ready"
        self.query_one(Facts).sections = self.preview_sections(preview)
        self.query_one("#what").scroll_home(animate=False)
        reason = self.against(preview) or (READ_ONLY if self.steward_app.connection.read_only else None)
        self._confirm = "" if reason else self.confirmation(preview)
        self.query_one("#typing").display = bool(self._confirm)
        self.query_one("#confirm-line", Static).update(
            Content.assemble("type ", shown(self._confirm, "bold"), " to go on: ")
        )
        self.query_one("#do", Button).disabled = bool(reason or self._confirm)
        self.say(shown(reason, "bold") if reason else Content.styled("Nothing has been done yet.", MUTED))

    def on_input_changed(self, event: Input.Changed) -> None:
        """The button is there while the text is."""
        event.stop()
        fits = self.stage == "ready" and bool(self._confirm) and event.value.strip() == self._confirm
        self.query_one("#do", Button).disabled = not fits

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter only goes on to the buttons."""
        event.stop()
        button = self.query_one("#do", Button)
        (self.query_one("#cancel", Button) if button.disabled else button).focus()

    # Doing

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave, or do it."""
        event.stop()
        if event.button.id != "do":
            self.action_leave()
        elif self.stage == "ready":
            self.stage, self.tried = "doing", True
            self.steward_app.changes += 1
            event.button.disabled = True
            self.query_one("#cancel", Button).focus()
            self.say(Content.styled("Working… Esc stops it.", "bold"))
            self._worker = self._do()

    @work(exclusive=True, group="do", exit_on_error=False)
    async def _do(self) -> None:
        try:
            result = await self.doing(self._on_progress)
        except StewardError as error:
            cancelled = error.kind is ErrorKind.CANCELLED
            self.post_message(self.Tried(problem=None if cancelled else error.problem))
            return
        self.post_message(self.Tried(result))

    def _on_progress(self, progress: Progress) -> None:
        self.post_message(self.Advanced(progress))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A task that was cancelled, or that has a fault of ours, can no longer tell of itself."""
        super().on_worker_state_changed(event)
        if event.worker is self._worker and event.worker.is_finished and self.stage == "doing":
            if event.worker.is_cancelled:
                self.post_message(self.Tried())
            elif event.worker.error is not None:
                sentence = "Something in zulip-steward itself failed."
                self.post_message(self.Tried(problem=Problem(ErrorKind.FAILED, sentence)))

    def on_removal_dialog_advanced(self, message: Advanced) -> None:
        """Say how far it is."""
        progress = message.progress
        of = f" of {wording.thousands(progress.total)}" if progress.total else ""
        if self.stage == "doing":
            self.say(Content.styled(f"{wording.thousands(progress.done)}{of} done. Esc stops it.", "bold"))

    def on_removal_dialog_tried(self, message: Tried) -> None:
        """Say what has happened."""
        if self.stage == "over":
            return
        self.stage, self.result, problem = "over", message.result, message.problem
        self.steward_app.changes += 1 if self.tried else 0
        if problem is not None and problem.kind in LOST_KINDS:
            self.steward_app.lose(problem)
        elif problem is not None:
            self.steward_app.remember(problem)
        if problem is not None:
            self.say(shown(f"✕ {problem.sentence}", "bold $error"))
        elif message.result is None:
            self.say(Content.styled(STOPPED, "bold"))
        else:
            self.query_one(Facts).sections = self.result_sections(message.result)
            self.say(Content.styled(self.IN_JOURNAL, MUTED))
        self.query_one("#typing").display = False
        self.query_one("#do", Button).display = False
        self.offer_to_close()

    # Keys

    def action_leave(self) -> None:
        """Go; while something is being done, stop it first."""
        if self.stage != "doing":
            self.dismiss(self.tried)
        elif self._worker is not None:
            self.say(Content.styled("Stopping…", "bold"))
            self._worker.cancel()
