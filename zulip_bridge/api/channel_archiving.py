"""Archiving a channel and bringing it back: what Zulip has instead of deleting one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar, Literal

from .calls import Lane, Request
from .edit import Effect, Refusal

ChannelVerb = Literal["archive", "unarchive"]


@dataclass(frozen=True)
class FoundChannel:
    """A channel by its present name; ``realm`` is the organization's string_id."""

    id: int
    name: str
    realm_id: int
    realm: str
    archived: bool
    private: bool
    subscribers: int
    messages: int
    description: str


@dataclass(frozen=True)
class FindChannels(Request[list[FoundChannel]]):
    """Channels of that id or exact name (in any case), in any organization or one."""

    METHOD: ClassVar[str] = "channel.find"
    RESULT: ClassVar[object] = list[FoundChannel]

    channel: str
    realm: str | None = None


@dataclass(frozen=True)
class ChannelPreview:
    """What would happen. ``after_name`` is what the channel would be called, ``fingerprint`` stands for it now."""

    channel: FoundChannel
    verb: ChannelVerb
    after_name: str
    effects: list[Effect]
    refusals: list[Refusal]
    fingerprint: str


@dataclass(frozen=True)
class PreviewChannel(Request[ChannelPreview]):
    """Work out what archiving the channel, or bringing it back, would do; nothing is written."""

    METHOD: ClassVar[str] = "channel.preview"
    RESULT: ClassVar[type[ChannelPreview]] = ChannelPreview

    channel_id: int
    verb: ChannelVerb


@dataclass(frozen=True)
class ChannelResult:
    """What was done; ``channel`` is what the database says now.

    ``failed_but_changed``: Zulip's action raised an error after it had committed. ``preview``: a new one, where
    nothing was done because of it.
    """

    state: Literal["done", "failed", "failed_but_changed", "changed_since", "refused"]
    channel: FoundChannel
    sentence: str = ""
    preview: ChannelPreview | None = None


@dataclass(frozen=True)
class ApplyChannel(Request[ChannelResult]):
    """Do what was previewed, unless the channel is no longer what it was."""

    METHOD: ClassVar[str] = "channel.apply"
    RESULT: ClassVar[type[ChannelResult]] = ChannelResult
    LANE: ClassVar[Lane] = "write"

    channel_id: int
    verb: ChannelVerb
    fingerprint: str = dataclasses.field(default="")
