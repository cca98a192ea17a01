"""The roads from a row to Zulip's own way of changing it, where this tool has a screen for that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zulip_bridge.api.browse import Advice, Offer
from zulip_bridge.api.people import Person

if TYPE_CHECKING:
    from tui.app import StewardApp

WORDS: dict[Offer, str] = {
    "edit": "Edit the person",
    "erase": "Erase the person",
    "messages": "Delete as Zulip does",
    "files": "Delete as Zulip does",
    "channel": "Change the channel",
}
OF_NOBODY: tuple[Offer, ...] = ("channel",)
"""What is done to something that need not be anybody's."""


@dataclass(frozen=True)
class Way:
    """One road: for a person, one message or file of theirs, or a channel."""

    offer: Offer
    person: Person | None
    subject: str

    @property
    def words(self) -> str:
        """What it does."""
        return WORDS[self.offer]

    @property
    def button(self) -> str:
        """The same beside the button that changes the bare row."""
        return f"[ {self.words} ]" if self.offer in ("messages", "files") else f"[ {self.words} instead ]"


def ways_of(advice: Sequence[Advice], person: Person | None) -> list[Way]:
    """The roads that are offered, the best first."""
    return [
        Way(offer, person, each.subject)
        for each in advice
        for offer in each.offers
        if person is not None or offer in OF_NOBODY
    ]


def take(app: StewardApp, way: Way, tried: Callable[[bool | None], None] | None = None) -> None:
    """Open its screen; nothing is changed by that. ``tried`` is called after a deletion was left."""
    if way.offer == "channel":
        from tui.screens.channel_dialog import ChannelDialog

        app.push_screen(ChannelDialog(int(way.subject)))
        return
    assert way.person is not None
    if way.offer == "edit":
        from tui.acting import open_edit

        open_edit(app, way.person)
    elif way.offer == "erase":
        from tui.erasing.opening import open_erase

        open_erase(app, way.person)
    elif way.offer == "messages":
        from tui.screens.message_removal import MessageRemovalDialog
        from zulip_bridge.api.messages import MessageFilters

        dialog = MessageRemovalDialog(way.person, "sent", MessageFilters(), [], int(way.subject))
        app.push_screen(dialog, callback=tried)
    else:
        from tui.screens.file_removal import FileRemovalDialog

        app.push_screen(FileRemovalDialog(way.person, [], way.subject), callback=tried)
