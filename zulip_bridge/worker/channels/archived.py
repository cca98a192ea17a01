"""Archiving a channel, and bringing it back."""

from __future__ import annotations

from collections.abc import Iterator

from zulip_bridge.api.changes import Change
from zulip_bridge.api.channel_changes import NO, YES
from zulip_bridge.api.edit import Effect, Refusal
from zulip_bridge.worker import compat
from zulip_bridge.worker import compat_channels as actions
from zulip_bridge.worker.edit.account import counted
from zulip_bridge.worker.edit.base import Reading, audited, effect, told

from .deeds import WATCHERS, ChannelDeed, checked_name, unique
from .place import PURPOSES, Place

BY_NOBODY = "That entry names no acting user: nobody is logged in to Zulip. The steward's journal has you."


class Archived(ChannelDeed):
    """Archived or not; ``name`` is what it shall be called when it comes back."""

    label = "archived"

    def __init__(self, subject: Place, change: Change, name: str | None = None) -> None:
        super().__init__(subject, change)
        self.name = name
        self._name_now = subject.row.name  # kept: Zulip's action changes the object that it is given

    def read(self, subject: Place) -> Reading:
        """With its name, where that is another than it was."""
        row = subject.row
        named = f", named {row.name}" if row.name != self._name_now else ""
        return Reading(YES, f"archived{named}") if row.deactivated else Reading(NO, f"not archived{named}")

    def want(self) -> Reading:
        """With its name, where it comes back under another."""
        if self.change.value == YES:
            return Reading(YES, "archived")
        new = self._new_name() if self.subject.row.deactivated else self._name_now
        named = f", named {new}" if new != self._name_now else ""
        return Reading(NO, f"not archived{named}")

    def observe(self, subject: Place) -> object:
        """All columns that one of the actions sets."""
        row = subject.row
        return row.deactivated, row.name, row.invite_only, row.is_web_public

    def rules(self) -> Iterator[Refusal]:
        """Bringing it back wants a free name, and people who may read it."""
        if self.change.value == YES:
            return
        new = self._new_name()
        yield from unique(self.subject, new)
        if new == self.subject.row.name and actions.archiving_marks_name():
            sentence = (
                "This version of Zulip brings a channel back only under another name than it bears: rename=NAME."
            )
            yield Refusal("name", sentence)
        if (
            actions.unarchiving_wants_subscribers()
            and self.subject.row.invite_only
            and not self.subject.subscriptions
        ):
            yield Refusal("subscribers", "It is private and has no subscribers, so that nobody could ever read it.")

    def effects(self) -> list[Effect]:
        """Facts of do_deactivate_stream and do_unarchive_stream."""
        return list(self._of_archiving() if self.change.value == YES else self._of_unarchiving())

    def call(self) -> compat.Call:
        """Zulip's action, on behalf of nobody."""
        row = self.subject.row
        if self.change.value == YES:
            return compat.call(actions.ARCHIVE, row, **compat.ON_BEHALF_OF_NOBODY)
        return compat.call(actions.UNARCHIVE, row, self._new_name(), **compat.ON_BEHALF_OF_NOBODY)

    def _new_name(self) -> str:
        return checked_name(self.subject.name_before if self.name is None else self.name)

    def _of_archiving(self) -> Iterator[Effect]:
        place = self.subject
        if actions.archiving_empties():
            number = counted(place.subscribers, "subscriber")
            deactivated = place.subscriptions - place.subscribers
            number += f" and {counted(deactivated, 'deactivated account')}" if deactivated else ""
            yield effect(
                "data", f"Everybody is unsubscribed ({number}); bringing the channel back does not undo that."
            )
        else:
            yield effect("data", f"Subscriptions stay ({counted(place.subscribers, 'subscriber')}).")
        if actions.archiving_makes_private() and not place.row.invite_only:
            yield effect("data", "The channel becomes private, and stays so when it is brought back.")
        if actions.archiving_marks_name():
            yield effect("data", f"Its name becomes …!DEACTIVATED:{place.row.name}, so that the name is free.")
        if actions.archiving_marks_read():
            yield effect("data", "Its unread messages are marked as read by one of the server's queue workers.")
        yield from self._of_losing_a_purpose()
        if actions.archiving_closes_addresses() and place.addresses:
            yield effect(
                "data", f"Mail to its {counted(place.addresses, 'address', 'addresses')} is taken no longer."
            )
        if actions.archiving_is_told():
            yield self._notice("archived")
        yield audited(602, "channel archived")
        yield effect("note", BY_NOBODY)
        yield told(WATCHERS)
        yield effect("data", "Its messages and files stay; nobody can write to it.")

    def _of_losing_a_purpose(self) -> Iterator[Effect]:
        place = self.subject
        for field in place.purposes:
            what = PURPOSES.get(field, field.replace("_", " "))
            if actions.archiving_clears_purposes():
                then = "the organization has none for that any longer"
            else:
                then = "that setting stays, without effect while it is archived"
            yield effect("data", f"This is where {what}: {then} ({field}).")
        if place.is_default:
            yield effect(
                "data", "It is a default channel: new accounts are put in it no longer, also when it is back."
            )
        for group in place.default_groups:
            yield effect("data", f"It is taken out of the group of default channels {group}.")

    def _of_unarchiving(self) -> Iterator[Effect]:
        if actions.unarchiving_fills():
            yield effect(
                "data", "It comes back private, with shared history; the organization's owners are subscribed."
            )
        else:
            yield effect(
                "data", f"Whoever is subscribed has it back ({counted(self.subject.subscribers, 'subscriber')})."
            )
        yield effect("data", "What it was used for, and being a default channel, does not come back.")
        yield self._notice("un-archived")
        yield audited(604, "channel reactivated")
        yield effect("note", BY_NOBODY)
        yield told("whoever may see it then")

    def _notice(self, word: str) -> Effect:
        topic = actions.events_topic(self.subject.realm)
        return effect("data", f"The notification bot posts a notice into it that it was {word} (topic “{topic}”).")
