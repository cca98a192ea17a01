"""What the two dialogs that change a row have in common: look, show, a second step, and what happened."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from tui.instead import Way, take, ways_of
from tui.screens.base import LOST_KINDS
from tui.screens.deciding import DecidingDialog
from tui.screens.dialog import StyleSheets
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.browse import Advice, DeletionPreview, RowEditPreview
from zulip_bridge.api.errors import Problem, StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

BUSY = "A row is being changed; it ends by itself in a moment."


class RowChangeDialog(DecidingDialog[bool]):
    """Answers True where the row was changed. Subclasses look, do, and say what is what."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "browse_dialogs.tcss"]
    TITLE_WORD: ClassVar[str]
    VERB: ClassVar[str]

    @dataclass
    class Looked(Message):
        """The preview is there."""

        preview: Any

    @dataclass
    class Tried(Message):
        """It was tried."""

        result: Any

    @dataclass
    class Failed(Message):
        """The server could not be asked, or the journal not be written."""

        problem: Problem

    def __init__(self, model: str, key: str) -> None:
        super().__init__()
        self.model = model
        self.key = key
        self.stage: Literal["looking", "ready", "doing", "over"] = "looking"
        self.done = False
        self.advice: list[Advice] = []
        self.ways: list[Way] = []
        self.person: Person | None = None

    @property
    def busy(self) -> str | None:
        """Why the program should not be left now."""
        return BUSY if self.stage == "doing" else None

    def body(self) -> ComposeResult:
        """What will happen, a sentence, the buttons."""
        with VerticalScroll(id="what", can_focus=False):
            yield Facts(apart=True)
        yield from self.confirmation()
        yield Static(id="say")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content(""), id="instead", compact=True)
            yield Button(Content(f"[ {self.VERB} ]"), id="do", compact=True, disabled=True)

    def confirmation(self) -> ComposeResult:
        """What has to be typed first, if anything."""
        yield from ()

    def on_mount(self) -> None:
        """Ask what it would do."""
        self.query_one("#frame").border_title = Content(
            display_text(f"{self.TITLE_WORD} · {self.model} {self.key}", limit=90)
        )
        self.query_one("#instead").display = False
        self.say(Content.styled("Looking at what it would do…", MUTED))
        self.fit()
        self._look()

    # For subclasses

    def looking(self) -> Awaitable[Any]:
        """Ask for the preview."""
        raise NotImplementedError

    def doing(self) -> Awaitable[Any]:
        """Do what was previewed."""
        raise NotImplementedError

    def show_preview(self, preview: Any, first: Sequence[Section] = ()) -> None:
        """Show it; set :attr:`stage` to ready."""
        raise NotImplementedError

    def show_result(self, result: Any) -> None:
        """Show what has happened."""
        raise NotImplementedError

    # Looking and doing

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self) -> None:
        if self.steward_app.steward is None:
            return
        try:
            preview = await self.looking()
        except StewardError as error:
            self.post_message(self.Failed(error.problem))
            return
        self.post_message(self.Looked(preview))

    def on_row_change_dialog_looked(self, message: Looked) -> None:
        """Show it."""
        self.advice, self.person = message.preview.advice, message.preview.person
        self.ways = ways_of(self.advice, self.person)
        instead = self.query_one("#instead", Button)
        instead.display = bool(self.ways)
        if self.ways:
            instead.label = Content(self.ways[0].button)
        self.show_preview(message.preview)
        self.query_one("#cancel", Button).focus()

    def begin(self) -> None:
        """Do it now."""
        self.stage = "doing"
        self.steward_app.changes += 1
        self.query_one("#do", Button).disabled = True
        self.say(Content.styled("Working…", "bold"))
        self._do()

    @work(exclusive=True, group="do", exit_on_error=False)
    async def _do(self) -> None:
        try:
            result = await self.doing()
        except StewardError as error:
            self.post_message(self.Failed(error.problem))
            return
        self.post_message(self.Tried(result))

    def on_row_change_dialog_tried(self, message: Tried) -> None:
        """Show what happened; or, where it was refused, the preview as it is now."""
        result = message.result
        if result.preview is not None:
            changed = result.state == "changed_since"
            words = "! The row has changed since it was read, so nothing was done. This is how it is now."
            first = (Section("", (Fact("", Content.styled(words, "bold $warning")),)),) if changed else ()
            self.show_preview(result.preview, first)
        elif result.state == "done":
            self.done = True
            self.show_result(result)
            self.end(Content.styled("It is in the journal.", MUTED))
        else:
            self.end(shown(f"✕ Nothing was done. {result.sentence}", "bold $error"))

    def on_row_change_dialog_failed(self, message: Failed) -> None:
        """Say why."""
        problem = message.problem
        if problem.kind in LOST_KINDS:
            self.steward_app.lose(problem)
        else:
            self.steward_app.remember(problem)
        self.end(shown(f"✕ {problem.sentence}", "bold $error"))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave, do it, or take the better way."""
        event.stop()
        if event.button.id == "do" and self.stage == "ready":
            self.begin()
        elif event.button.id == "instead":
            self.take_the_better_way()
        else:
            self.action_leave()

    def take_the_better_way(self) -> None:
        """Go to where this tool has Zulip's own way."""
        app = self.steward_app
        self.dismiss(False)
        app.call_later(take, app, self.ways[0])

    def end(self, words: Content) -> None:
        """Nothing more can be done here."""
        self.stage = "over"
        self.say(words)
        self.query_one("#do", Button).display = False
        self.offer_to_close()

    def action_leave(self) -> None:
        """Go; not while something is being changed."""
        if self.stage == "doing":
            self.say(Content.styled(BUSY, "bold"))
        else:
            self.dismiss(self.done)


def better_section(preview: RowEditPreview | DeletionPreview) -> tuple[Section, ...]:
    """Zulip's own way, where there is one."""
    sentences = tuple(Fact("", shown(each.sentence, "$warning")) for each in preview.advice)
    return (Section("Zulip has its own way", sentences),) if sentences else ()


def notes_section(preview: RowEditPreview | DeletionPreview) -> Section:
    """What bypassing it means."""
    return Section("Past Zulip's actions", tuple(Fact("", shown(each, MUTED)) for each in preview.notes))


def refused_section(sentences: Sequence[str]) -> tuple[Section, ...]:
    """What is against it."""
    return (
        (Section("Refused", tuple(Fact("✕", shown(each, "bold $error")) for each in sentences)),) if sentences else ()
    )
