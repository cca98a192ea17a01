"""Where a person takes part: channels, user groups, permissions given by name, groups of direct messages.

Times are ISO 8601 in UTC with a trailing ``Z``, or None where Zulip does not know them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .calls import Request


@dataclass(frozen=True)
class ChannelSubscription:
    """A channel that the person is or was subscribed to.

    ``privacy``: public, web-public, private, or private with shared history. ``since`` is when the last subscribing
    happened, ``until`` when the last unsubscribing did, both from the audit log. ``roles``: creator, may administer,
    and other settings of the channel that name the person. Of the settings, None means: as in the person's own.
    """

    channel_id: int
    name: str
    privacy: str
    archived: bool
    subscribed: bool
    since: str | None
    until: str | None
    roles: list[str]
    color: str
    pinned: bool
    muted: bool
    desktop_notifications: bool | None
    audible_notifications: bool | None
    push_notifications: bool | None
    email_notifications: bool | None
    wildcard_mentions_notify: bool | None


@dataclass(frozen=True)
class GroupMembership:
    """A user group that the person is in.

    ``title`` is the name as a person reads it (``role:owners`` is "owners"), ``name`` what Zulip stores. ``through``
    names the groups between, the person's own first; empty for a direct member. ``since`` is known of direct members.
    """

    group_id: int
    name: str
    title: str
    system: bool
    deactivated: bool
    through: list[str]
    since: str | None


@dataclass(frozen=True)
class NamedPermission:
    """A setting whose value names the person (through a group without a name): ``setting`` of ``where``."""

    setting: str
    where: str


@dataclass(frozen=True)
class DirectMessageGroup:
    """A conversation of several people. ``others`` are names with ids, at the most ``MOST_NAMES`` of them."""

    group_id: int
    others: list[str]
    size: int
    last_message: str | None


MOST_NAMES = 20
"""Names given for each group of direct messages."""


@dataclass(frozen=True)
class Memberships:
    """All of it. ``direct_message_groups`` are bounded, newest first; ``more_groups`` says that there are more."""

    channels: list[ChannelSubscription]
    groups: list[GroupMembership]
    permissions: list[NamedPermission]
    direct_message_groups: list[DirectMessageGroup]
    more_groups: bool = False


@dataclass(frozen=True)
class ReadMemberships(Request[Memberships]):
    """Read what a person takes part in; at the most ``limit`` groups of direct messages."""

    METHOD: ClassVar[str] = "person.channels"
    RESULT: ClassVar[type[Memberships]] = Memberships

    person_id: int
    limit: int = 500
