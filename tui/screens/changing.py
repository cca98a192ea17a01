"""The only road to a change: what will happen, a second step to make it happen, and what happened."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from tui.changes_view import preview_sections, result_sections
from tui.screens.base import LOST_KINDS, READ_ONLY
from tui.screens.deciding import DecidingDialog
from tui.screens.dialog import StyleSheets
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.edit import Planned
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError

CHANGED_SINCE = "! The {} has changed since it was read, so nothing was done. This is how it is now."
FAULT = "✕ Something in zulip-steward itself failed. Look at the {} again; the journal says what was begun."
BUSY = "A change is being applied; it ends by itself in a moment."


class ChangingDialog(DecidingDialog[None]):
    """Shows a preview, applies it, shows the result; subclasses look and do. What lies below is read again where
    something was tried.
    """

    SUBJECT: ClassVar[str] = "account"
    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "preview_dialog.tcss"]

    @dataclass
    class Looked(Message):
        """The preview is there."""

        preview: Any

    @dataclass
    class Applied(Message):
        """It was tried."""

        result: Any

    @dataclass
    class Failed(Message):
        """The server could not be asked, or the journal not be written."""

        problem: Problem

    def __init__(self) -> None:
        super().__init__()
        self.preview: Any = None
        self.result: Any = None
        self.stage: Literal["looking", "ready", "applying", "over"] = "looking"

    @property
    def busy(self) -> str | None:
        """Why the program should not be left now."""
        return BUSY if self.stage == "applying" else None

    def body(self) -> ComposeResult:
        """What will happen, a sentence, and the two buttons."""
        with VerticalScroll(id="what", can_focus=False):
            yield Facts()
        yield Static(id="say")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content("[ Apply ]"), id="apply", compact=True, disabled=True)

    def heading(self) -> str:
        """The title of the frame, safe to show."""
        raise NotImplementedError

    def looking(self) -> Awaitable[Planned]:
        """Ask for the preview."""
        raise NotImplementedError

    def doing(self) -> Awaitable[Any]:
        """Do what was previewed."""
        raise NotImplementedError

    def sections(self, preview: Any) -> tuple[Section, ...]:
        """The preview."""
        return preview_sections(preview)

    def on_mount(self) -> None:
        """Ask what it would do."""
        self.query_one("#frame").border_title = Content(self.heading())
        self.say(Content.styled("Looking at what it would do…", MUTED))
        self.fit()
        self._look()

    @work(exclusive=True, group="preview", exit_on_error=False)
    async def _look(self) -> None:
        if self.steward_app.steward is None:
            return
        try:
            preview = await self.looking()
        except StewardError as error:
            self.post_message(self.Failed(error.problem))
            return
        self.post_message(self.Looked(preview))

    def on_changing_dialog_looked(self, message: Looked) -> None:
        """Show it; Apply is only there where it would do something that no rule forbids."""
        self._show_preview(message.preview)

    def _show_preview(self, preview: Any, first: Content | None = None) -> None:
        self.preview, self.stage = preview, "ready"
        sections = self.sections(preview)
        if first is not None:
            sections = (Section("", (Fact("", first),)), *sections)
        self.query_one(Facts).sections = sections
        reason = self._why_not(preview)
        self.say(reason or Content.styled("Nothing has been changed yet.", MUTED))
        apply = self.query_one("#apply", Button)
        apply.disabled = reason is not None
        self.query_one("#cancel", Button).focus()

    def _why_not(self, preview: Planned) -> Content | None:
        if preview.refusals:
            return Content.styled(
                "Refused: nothing can be applied while a rule is against a part of it.", "bold $error"
            )
        if not preview.changes:
            return Content.styled("There is nothing to change.", "bold")
        if self.steward_app.connection.read_only:
            return Content.styled(READ_ONLY, "bold")
        return None

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave, or do it."""
        event.stop()
        if event.button.id == "apply" and self.stage == "ready" and self.preview is not None:
            self.stage = "applying"
            self.steward_app.changes += 1
            event.button.disabled = True
            self.say(Content.styled("Applying…", "bold"))
            self._apply()
        else:
            self.action_leave()

    @work(exclusive=True, group="apply", exit_on_error=False)
    async def _apply(self) -> None:
        try:
            result = await self.doing()
        except StewardError as error:
            self.post_message(self.Failed(error.problem))
            return
        self.post_message(self.Applied(result))

    def on_changing_dialog_applied(self, message: Applied) -> None:
        """Show what the database says; or, where it was refused, the preview as it is now."""
        result = self.result = message.result
        if result.preview is not None:
            changed = result.state == "changed_since"
            self._show_preview(
                result.preview,
                Content.styled(CHANGED_SINCE.format(self.SUBJECT), "bold $warning") if changed else None,
            )
            return
        self.stage = "over"
        for item in result.items:
            if item.cause:
                self.steward_app.remember(Problem(ErrorKind.FAILED, f"{item.label}: {item.sentence}", item.cause))
        self.query_one(Facts).sections = result_sections(result)
        causes = any(item.cause for item in result.items)
        words = "It is in the journal." + (
            " The diagnostics (d, on the screen below) have the cause." if causes else ""
        )
        self._end(Content.styled(words, MUTED))

    def on_changing_dialog_failed(self, message: Failed) -> None:
        """Say why; whether something was done is only open where it had been begun."""
        problem = message.problem
        if problem.kind in LOST_KINDS:
            self.steward_app.lose(problem)
        else:
            self.steward_app.remember(problem)
        self.stage = "over"
        self._end(shown(f"✕ {problem.sentence}", "bold $error"))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of our own must not keep the dialog open for ever."""
        super().on_worker_state_changed(event)
        if event.state is WorkerState.ERROR and self.stage != "over":
            self.stage = "over"
            self._end(Content.styled(FAULT.format(self.SUBJECT), "bold $error"))

    def _end(self, words: Content) -> None:
        self.say(words)
        self.query_one("#apply", Button).display = False
        self.offer_to_close()

    def action_leave(self) -> None:
        """Go; not while something is being applied."""
        if self.stage == "applying":
            self.say(Content.styled(BUSY, "bold"))
        else:
            self.dismiss()
