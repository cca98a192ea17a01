"""What a person takes part in: channels, groups, permissions by name, groups of direct messages."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content

from tui import wording
from tui.shown import MUTED, shown
from tui.tabs.grouped import Group, GroupedTab, Item
from tui.widgets.columns import Column
from zulip_bridge.api.channels import (
    ChannelSubscription,
    DirectMessageGroup,
    GroupMembership,
    Memberships,
    NamedPermission,
    ReadMemberships,
)

UNKNOWN = Content.styled("when: not in the audit log", MUTED)
SWITCHES = ("desktop", "sound", "push", "e-mail", "wildcard mentions")


class ChannelsTab(GroupedTab[Memberships]):
    """Shows memberships, the present ones first."""

    SECTION = "channels"
    WHAT = "What the person takes part in"
    COLUMNS: ClassVar = (
        Column("Channel or group", 24, weight=3, max_width=48),
        Column("Kind", 15, weight=1, max_width=24),
        Column("Since", 16),
        Column("Role", 16, weight=2, priority=1, max_width=40),
        Column("Settings", 20, weight=3, priority=2),
    )

    async def read(self) -> Memberships:
        """All of it."""
        assert self.steward is not None
        return await self.steward.inspect.read(self.person, ReadMemberships(self.person.id))

    def groups(self, found: Memberships) -> list[Group]:
        """Four of them."""
        now = sum(each.subscribed for each in found.channels)
        earlier = len(found.channels) - now
        count = (
            f"{wording.thousands(now)}, and {wording.thousands(earlier)} without being subscribed" if earlier else ""
        )
        conversations = found.direct_message_groups
        return [
            Group("Channels", [_channel(each) for each in found.channels], _CHANNELS, count),
            Group("User groups", [_group(each) for each in found.groups], _GROUPS),
            Group("Permissions by name", [_permission(each) for each in found.permissions], _PERMISSIONS),
            Group(
                "Groups of direct messages",
                [_conversation(each) for each in conversations],
                _CONVERSATIONS,
                wording.thousands(len(conversations), exact=False) if found.more_groups else "",
            ),
        ]


_CHANNELS = Content(
    "Channels that the person is subscribed to, was subscribed to, made, or is named by in a setting."
)
_GROUPS = Content(
    "Groups that the person is in, directly or through other groups; system groups follow from the role."
)
_PERMISSIONS = Content("Settings of the organization and of groups that name the person, not a group they are in.")
_CONVERSATIONS = Content("Conversations of several people, the newest first; direct messages to one are in Messages.")


def privacy_words(channel: ChannelSubscription) -> str:
    """Short enough for the column."""
    words = channel.privacy.replace("private, shared history", "private, shared")
    return f"{words}, archived" if channel.archived else words


def settings_words(channel: ChannelSubscription) -> str:
    """What differs from the person's own settings."""
    values = (
        channel.desktop_notifications,
        channel.audible_notifications,
        channel.push_notifications,
        channel.email_notifications,
        channel.wildcard_mentions_notify,
    )
    words = ["pinned"] * channel.pinned + ["muted"] * channel.muted
    words += [
        f"{name} {'on' if value else 'off'}"
        for name, value in zip(SWITCHES, values, strict=True)
        if value is not None
    ]
    return ", ".join(words)


def _channel(channel: ChannelSubscription) -> Item:
    day = wording.moment(channel.since if channel.subscribed else channel.until, day_only=True)
    if channel.subscribed:
        when = "" if day == wording.NEVER else day
    else:
        when = "not subscribed" if day == wording.NEVER else f"until {day}"
    roles, settings = ", ".join(channel.roles), settings_words(channel)
    cells = (channel.name, privacy_words(channel), when, roles, settings)
    about = Content.assemble(
        shown(channel.name, "bold"),
        (f" · {channel.privacy}{', archived' if channel.archived else ''} · channel {channel.channel_id}", MUTED),
        "\n",
        _membership(channel),
        (f" · {roles}" if roles else "", "bold"),
        "\n",
        Content("notifications: " + (settings or "as in the person's own settings")),
        (" · colour " if channel.color else "", MUTED),
        shown(channel.color),
    )
    return Item(cells, about, channel.name, muted=not channel.subscribed)


def _membership(channel: ChannelSubscription) -> Content:
    parts = []
    if channel.since is not None:
        parts.append(f"subscribed {wording.moment(channel.since)}")
    if channel.until is not None:
        parts.append(f"unsubscribed {wording.moment(channel.until)}")
    if parts:
        return Content(" · ".join(parts))
    return UNKNOWN if channel.subscribed else Content("not subscribed")


def _group(group: GroupMembership) -> Item:
    kind = "system group" if group.system else "group"
    kind += ", deactivated" if group.deactivated else ""
    through = f"via {' › '.join(group.through)}" if group.through else "direct"
    since = "" if group.since is None else wording.moment(group.since, day_only=True)
    about = Content.assemble(
        shown(group.title, "bold"),
        (f" · {kind} · group {group.group_id}", MUTED),
        shown(f" · {group.name}" if group.name != group.title else "", MUTED),
        "\n",
        shown("direct member" if not group.through else f"member through {' › '.join(group.through)}"),
        "\n",
        Content(f"since {wording.moment(group.since)}") if group.since else Content(""),
    )
    return Item((group.title, kind, since, through), about, group.title, muted=group.deactivated)


def _permission(permission: NamedPermission) -> Item:
    about = Content.assemble(shown(permission.setting, "bold"), "\n", shown(permission.where))
    copied = f"{permission.setting}\t{permission.where}"
    return Item((permission.setting, "setting", "", permission.where), about, copied)


def _conversation(group: DirectMessageGroup) -> Item:
    others = ", ".join(group.others)
    more = group.size - 1 - len(group.others)
    last = "no message" if group.last_message is None else wording.moment(group.last_message, day_only=True)
    about = Content.assemble(
        (f"{wording.counted(group.size, 'person', 'people')}, with the person", MUTED),
        (f" · the last message {wording.moment(group.last_message)}" if group.last_message else "", MUTED),
        "\n",
        shown(others + (f", and {more} more" if more > 0 else "")),
    )
    return Item((others, f"{group.size} people", last, ""), about, others)
