"""Archiving a channel or bringing it back: what that does, and a second step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button

from tui.erasing.removal import OnProgress
from tui.erasing.removal_dialog import RemovalDialog
from tui.shown import shown
from tui.widgets.facts import Fact, Section
from zulip_bridge.api.channel_archiving import ChannelPreview, ChannelResult
from zulip_bridge.text import display_text

if TYPE_CHECKING:
    from tui.app import StewardApp

STATES = {True: "archived", False: "active"}


class ChannelDialog(RemovalDialog):
    """Archives a channel that is in use, and brings back one that is archived."""

    VERB: ClassVar[str] = "Archive"

    def __init__(self, channel_id: int) -> None:
        super().__init__()
        self.channel_id = channel_id

    def heading(self) -> str:
        """Which."""
        return f"Archive or bring back · channel {self.channel_id}"

    def choices(self) -> ComposeResult:
        """There is one thing to do."""
        yield from ()

    def looking(self) -> Awaitable[Any]:
        """Ask."""
        return self._preview()

    async def _preview(self) -> ChannelPreview:
        """Whichever there is to do now."""
        assert self.steward_app.steward is not None
        channels = self.steward_app.steward.channels
        preview = await channels.preview(self.channel_id, "archive")
        return await channels.preview(self.channel_id, "unarchive") if preview.channel.archived else preview

    def on_removal_dialog_looked(self, message: RemovalDialog.Looked) -> None:
        """Name the button after what it does; the rest is the base's."""
        verb = "Archive" if message.preview.verb == "archive" else "Bring back"
        button = self.query_one("#do", Button)
        button.label = Content(f"[ {verb} ]")
        button.refresh(layout=True)

    def doing(self, on_progress: OnProgress) -> Awaitable[Any]:
        """Do it."""
        assert self.steward_app.steward is not None
        return self.steward_app.steward.channels.apply(self.preview)

    def against(self, preview: ChannelPreview) -> str | None:
        """A rule may be."""
        return preview.refusals[0].sentence if preview.refusals else None

    def confirmation(self, preview: ChannelPreview) -> str:
        """There is a way back."""
        return ""

    def preview_sections(self, preview: ChannelPreview) -> tuple[Section, ...]:
        """The channel, and what will happen."""
        found = preview.channel
        facts = [
            Fact("channel", shown(found.name, "bold", limit=80)),
            Fact("realm", Content(display_text(found.realm or "root"))),
            Fact("state", Content(f"{STATES[found.archived]} → {STATES[not found.archived]}")),
        ]
        happens = [Fact("", shown(effect.sentence)) for effect in preview.effects]
        if preview.refusals:
            return (Section("", tuple(facts)),)
        return Section("", tuple(facts)), Section("What will happen", tuple(happens))

    def result_sections(self, result: ChannelResult) -> tuple[Section, ...]:
        """What the database says now."""
        facts = [
            Fact("channel", shown(result.channel.name, "bold", limit=80)),
            Fact("state", Content.styled(STATES[result.channel.archived], "bold")),
        ]
        if result.state == "changed_since":
            facts.append(
                Fact("!", Content.styled("It has changed since it was shown; nothing was done.", "$warning"))
            )
        if result.sentence:
            facts.append(Fact("!", shown(result.sentence, "bold $error")))
        return (Section("", tuple(facts)),)


def open_channel(app: StewardApp, channel_id: int, tried: Callable[[bool | None], None] | None = None) -> None:
    """Look at the channel as it is now, and offer what there is to do; nothing is changed by that."""
    app.push_screen(ChannelDialog(channel_id), callback=tried)
