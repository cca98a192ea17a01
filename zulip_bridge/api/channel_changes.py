"""Changing a channel through Zulip's own actions: its name, its description, archived or not.

Written down as ``rename=NAME``, ``description=TEXT``, ``archive`` and ``unarchive``; ``unarchive`` with
``rename=NAME`` brings the channel back under that name, in one step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .calls import Lane, Request
from .changes import Change, ChangeError
from .edit import Applied, AppliedChange, Outcome, Planned, PlannedChange

NAME, DESCRIPTION, ARCHIVED = "name", "description", "archived"
YES, NO = "yes", "no"

WORDS: dict[str, str] = {"archive": YES, "unarchive": NO}
"""What is said in one word, and what ``archived`` becomes by it."""

FIELDS: dict[str, str] = {
    "rename=NAME": "Give it another name; with unarchive, the name that it comes back under.",
    "description=TEXT": "Say what it is for; empty for nothing.",
    "archive": "Archive it: nobody can write to it, and it is off everybody's list.",
    "unarchive": "Bring it back.",
}
"""What can be changed, as it is written."""

_TYPED = {"rename": NAME, NAME: NAME, DESCRIPTION: DESCRIPTION}


def parse_channel_change(text: str) -> Change:
    """Read one change as it is typed; raises :class:`ChangeError`."""
    name, equals, value = text.partition("=")
    if not equals and name in WORDS:
        return Change(ARCHIVED, WORDS[name])
    if equals and name in _TYPED:
        return Change(_TYPED[name], value)
    if name in _TYPED:
        raise ChangeError(f"{name} needs a value: {name}=TEXT.")
    raise ChangeError(f"There is no change {text or '(empty)'}. There are {', '.join(FIELDS)}.")


@dataclass(frozen=True)
class Channel:
    """A channel as it is. ``privacy`` is in words; ``subscribers`` counts active subscriptions of active accounts."""

    id: int
    name: str
    realm: str
    realm_id: int
    privacy: str
    description: str
    subscribers: int
    messages: int
    archived: bool


@dataclass(frozen=True)
class FindChannel(Request[Channel]):
    """The one channel that ``channel``, an id or an exact name, means; in ``realm``, or in whichever has it."""

    METHOD: ClassVar[str] = "channel.find"
    RESULT: ClassVar[type[Channel]] = Channel

    channel: str
    realm: str | None = None


@dataclass(frozen=True)
class ChannelPreview(Planned):
    """What ``changes_asked`` would do. ``fingerprint`` stands for the state that it was worked out from."""

    channel: Channel
    changes_asked: list[Change]
    items: list[PlannedChange]
    notes: list[str]
    fingerprint: str


@dataclass(frozen=True)
class PreviewChannel(Request[ChannelPreview]):
    """Work out what ``changes`` would do to the channel; nothing is written."""

    METHOD: ClassVar[str] = "channel.preview"
    RESULT: ClassVar[type[ChannelPreview]] = ChannelPreview

    channel_id: int
    changes: list[Change]


@dataclass(frozen=True)
class ChannelResult(Applied):
    """What was done; ``channel`` as it was read back, ``preview`` a new one where nothing was done."""

    state: Outcome
    items: list[AppliedChange]
    channel: Channel | None = None
    preview: ChannelPreview | None = None


@dataclass(frozen=True)
class ApplyToChannel(Request[ChannelResult]):
    """Apply what was previewed, one change after the other, each sent as an ``AppliedChange`` event when it has been
    read back. ``fingerprint`` is the preview's.
    """

    METHOD: ClassVar[str] = "channel.apply"
    RESULT: ClassVar[type[ChannelResult]] = ChannelResult
    LANE: ClassVar[Lane] = "write"

    channel_id: int
    changes: list[Change]
    fingerprint: str
