"""A channel's name and description: the rules are those of Zulip's view (update_stream_backend), which its actions
skip.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, ClassVar

from zulip_bridge.api.changes import Change
from zulip_bridge.api.edit import Effect, Refusal
from zulip_bridge.worker import compat
from zulip_bridge.worker import compat_channels as actions
from zulip_bridge.worker.edit.base import Deed, Reading, Refused, audited, checked_by_zulip, effect, told

from .place import Place, channels

WATCHERS = "whoever may see the channel"


class ChannelDeed(Deed[Place]):
    """One thing about a channel. ``returning``: it is archived now, and will have been brought back before this."""

    subject_word: ClassVar[str] = "channel"

    def __init__(self, subject: Place, change: Change, *, returning: bool = False) -> None:
        super().__init__(subject, change)
        self.returning = returning

    def again(self) -> Place:
        """The channel as it is by now."""
        return Place.load(self.subject.row.id)

    def why_not(self) -> Refusal | None:
        """A deactivated organization is nobody's to change."""
        if self.subject.realm.deactivated:
            return Refusal("deactivated organization", "The organization is deactivated; reactivate it first.")
        return None


class WithActor(ChannelDeed):
    """What Zulip's action wants an account for that acts: the server's own bot, as nobody else has."""

    @functools.cached_property
    def actor(self) -> Any | None:
        """The account."""
        return actions.notification_bot(self.subject.row.realm_id)

    def why_not(self) -> Refusal | None:
        """Not without the bot, nor where its notice could not be posted."""
        reason = super().why_not()
        if reason is not None:
            return reason
        if self.subject.row.deactivated and not self.returning:
            return Refusal("archived channel", "The channel is archived; unarchive it first.")
        if self.actor is None:
            return Refusal("notification bot", "The server has no notification bot, on whose behalf this is done.")
        return None

    def in_the_name_of(self) -> list[Effect]:
        """Who is named as the one who did it, and where."""
        name = getattr(self.actor, "full_name", "the notification bot")
        topic = actions.events_topic(self.subject.realm)
        return [
            effect("data", f"{name} posts a notice into the channel (topic “{topic}”), which subscribers get."),
            effect(
                "note",
                f"Zulip's action wants an account that acts: its notice and audit log name {name}, since no person "
                "of the organization did it. The steward's journal has you.",
            ),
        ]


class Name(WithActor):
    """What it is called."""

    label = "name"

    def read(self, subject: Place) -> Reading:
        """As stored."""
        return Reading(subject.row.name, subject.row.name)

    def want(self) -> Reading:
        """Without spaces around it, as the view takes it."""
        name = checked_name(self.change.value)
        return Reading(name, name)

    def rules(self) -> Iterator[Refusal]:
        """No two channels of an organization, archived ones among them, have one name."""
        yield from unique(self.subject, self.want().text)

    def effects(self) -> list[Effect]:
        """Facts of do_rename_stream."""
        return [
            *self.in_the_name_of(),
            audited(603, "channel renamed, with the old and the new name"),
            told(WATCHERS),
            effect("note", "Messages keep what they say: mentions of the channel in them have the old name."),
        ]

    def call(self) -> compat.Call:
        """Zulip's action."""
        return compat.call(actions.RENAME, self.subject.row, self.want().text, self.actor)


class Description(WithActor):
    """What it is for."""

    label = "description"

    def read(self, subject: Place) -> Reading:
        """As stored."""
        return Reading(subject.row.description, subject.row.description)

    def want(self) -> Reading:
        """In one line, as the view takes it."""
        text, most = self.change.value.replace("\n", " "), channels().model.MAX_DESCRIPTION_LENGTH
        if len(text) > most:
            sentence = f"A description has at most {most:,} characters; this one has {len(text):,}."
            raise Refused("description length", sentence)
        if "\x00" in text:
            raise Refused("description characters", "A description may not contain the character NUL.")
        return Reading(text, text)

    def observe(self, subject: Place) -> object:
        """With what Zulip made of it."""
        return subject.row.description, subject.row.rendered_description

    def effects(self) -> list[Effect]:
        """Facts of do_change_stream_description."""
        return [
            *self.in_the_name_of(),
            audited(607, "description changed, with the old and the new one, so that the old one stays on record"),
            told(WATCHERS),
            effect("note", "The notice in the channel quotes the old description and the new one."),
        ]

    def call(self) -> compat.Call:
        """Zulip's action."""
        return compat.call(actions.DESCRIBE, self.subject.row, self.want().text, acting_user=self.actor)


def checked_name(typed: str) -> str:
    """A name by Zulip's rules; raises :class:`Refused`."""
    name = typed.strip()
    checked_by_zulip(actions.check_name(name), "name rules")
    return name


def unique(place: Place, name: str) -> Iterator[Refusal]:
    """Against a name that another channel of the organization has."""
    other = place.homonym(name)
    if other is not None:
        archived = ", archived" if other.deactivated else ""
        sentence = f"The organization has a channel {other.name} already (id {other.id}{archived})."
        yield Refusal("name taken", sentence)
