"""Changing a channel as Zulip does: which change, the new text, then the preview."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static

from tui import keys, wording
from tui.screens.base import LOST_KINDS
from tui.screens.changing import ChangingDialog
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown
from tui.widgets.choices import Choices, Option
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.changes import Change
from zulip_bridge.api.channel_changes import ARCHIVED, DESCRIPTION, NAME, NO, YES, Channel
from zulip_bridge.api.errors import Problem, StewardError
from zulip_bridge.text import display_text

LABEL_WIDTH = 13
OPEN = (Option(NAME, "rename"), Option(DESCRIPTION, "describe"), Option(YES, "archive"))
SHUT = (Option(NO, "unarchive"),)
HINTS = {
    NAME: "the new name",
    DESCRIPTION: "what it is for; empty for nothing",
    NO: "the name it comes back under; empty for the one it had",
}
LABELS = {NAME: "name", DESCRIPTION: "description", NO: "name"}


def named(channel: Channel) -> str:
    """A channel as a title has it, safe to show."""
    realm = display_text(channel.realm or "root", limit=20)
    return f"{display_text(channel.name, limit=40)} (id {channel.id}, {realm})"


class ChannelPreviewDialog(ChangingDialog):
    """Shows what changes would do to a channel, applies them, shows the result."""

    SUBJECT: ClassVar[str] = "channel"

    def __init__(self, channel: Channel, changes: list[Change]) -> None:
        super().__init__()
        self.channel = channel
        self.changes = changes

    def heading(self) -> str:
        """Which channel."""
        return f"Channel · {named(self.channel)}"

    def looking(self) -> Awaitable[Any]:
        """Ask for the preview."""
        assert self.steward_app.steward is not None
        return self.steward_app.steward.channels.preview(self.channel.id, self.changes)

    def doing(self) -> Awaitable[Any]:
        """Do what was previewed."""
        assert self.steward_app.steward is not None
        return self.steward_app.steward.channels.apply(self.preview)


class ChannelDialog(Dialog[None]):
    """Asks what shall become of a channel. Nothing is changed by it: its button leads to the preview."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "channel_dialog.tcss"]
    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding(
            "ctrl+s", "preview", "preview", key_display="^s", id="channel.preview", tooltip="See what it would do"
        ),
        Binding("down", "app.focus_next", "next", key_display="↓", id="channel.next", tooltip="Go to the next line"),
        Binding(
            "up", "app.focus_previous", "before", show=False, id="channel.before", tooltip="Go to the line before"
        ),
    ]

    @dataclass
    class Found(Message):
        """The channel as it is."""

        channel: Channel

    @dataclass
    class NotFound(Message):
        """It could not be read."""

        problem: Problem

    def __init__(self, channel_id: int) -> None:
        super().__init__()
        self.channel_id = channel_id
        self.channel: Channel | None = None

    def body(self) -> ComposeResult:
        """The channel, the choice, the text, the buttons."""
        with VerticalScroll(id="now", can_focus=False):
            yield Facts()
        yield Vertical(id="which")
        with Horizontal(id="typing"):
            yield Static(id="label")
            yield Input(compact=True, select_on_focus=False, id="entry")
        yield Static(id="hint")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content("[ Preview ]"), id="preview", compact=True, disabled=True)

    def on_mount(self) -> None:
        """Read the channel."""
        self.query_one("#frame").border_title = Content(f"Channel · id {self.channel_id}")
        self.query_one("#typing").display = False
        self._say(Content.styled("Reading the channel…", MUTED))
        self._find()

    @work(exclusive=True, group="find", exit_on_error=False)
    async def _find(self) -> None:
        steward = self.steward_app.steward
        if steward is None:
            return
        try:
            channel = await steward.channels.find(str(self.channel_id))
        except StewardError as error:
            self.post_message(self.NotFound(error.problem))
            return
        self.post_message(self.Found(channel))

    async def on_channel_dialog_found(self, message: Found) -> None:
        """Show it, and what can be done."""
        channel = self.channel = message.channel
        self.query_one("#frame").border_title = Content(f"Channel · {named(channel)}")
        people = wording.counted(channel.subscribers, "subscriber")
        state = f"{channel.privacy} · {people}{' · archived' if channel.archived else ''}"
        facts = (Fact("now", Content(state)), Fact("description", shown(channel.description or "–")))
        self.query_one(Facts).sections = (Section("", facts),)
        options = SHUT if channel.archived else OPEN
        choices = Choices("do", options, value=options[0].value, label_width=LABEL_WIDTH, id="what")
        await self.query_one("#which").mount(choices)
        self.query_one("#preview", Button).disabled = False
        self._ask()
        choices.focus()

    def on_channel_dialog_not_found(self, message: NotFound) -> None:
        """Say why."""
        problem = message.problem
        if problem.kind in LOST_KINDS:
            self.steward_app.lose(problem)
        self._say(shown(f"✕ {problem.sentence}", "bold $error"))

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Another text is wanted, or none."""
        event.stop()
        self._ask()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on."""
        event.stop()
        self.action_preview()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave, or go on."""
        event.stop()
        if event.button.id == "preview":
            self.action_preview()
        else:
            self.action_leave()

    def action_preview(self) -> None:
        """Show what it would do; once something was tried, there is nothing more to ask here."""
        if self.channel is None:
            return
        dialog, frame, focused = (
            ChannelPreviewDialog(self.channel, self._changes()),
            self.query_one("#frame"),
            self.focused,
        )

        def closed(_: object) -> None:
            if dialog.stage == "over":
                self.dismiss(None)
                return
            frame.visible = True
            if focused is not None:
                focused.focus()

        frame.visible = False  # one dialog at a time is to be read
        self.app.push_screen(dialog, callback=closed)

    @property
    def _chosen(self) -> str:
        return self.query_one("#what", Choices).value

    def _ask(self) -> None:
        assert self.channel is not None
        chosen = self._chosen
        self.query_one("#typing").display = chosen in LABELS
        label = f"{LABELS.get(chosen, ''):<{LABEL_WIDTH}}"
        self.query_one("#label", Static).update(Content.styled(label, MUTED))
        entry = self.query_one("#entry", Input)
        entry.value = {NAME: self.channel.name, DESCRIPTION: self.channel.description}.get(chosen, "")
        entry.cursor_position = len(entry.value)
        self._say(Content.styled(HINTS.get(chosen, "The preview says what that does."), MUTED))

    def _changes(self) -> list[Change]:
        chosen, text = self._chosen, self.query_one("#entry", Input).value
        if chosen in (NAME, DESCRIPTION):
            return [Change(chosen, text)]
        renamed = [Change(NAME, text)] if chosen == NO and text.strip() else []
        return [Change(ARCHIVED, chosen), *renamed]

    def _say(self, words: Content) -> None:
        self.query_one("#hint", Static).update(words)
