"""What a person takes part in: channels, groups, permissions given by name, groups of direct messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zulip_bridge.api.channels import ChannelSubscription, GroupMembership, Memberships, ReadMemberships
from zulip_bridge.api.people import Person

from ..output import print_line, print_table
from . import SectionOptions

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward


async def read(steward: Steward, person: Person, options: SectionOptions) -> Memberships:
    """All of it; of the groups of direct messages ``--limit``."""
    return await steward.inspect.read(person, ReadMemberships(person.id, options.limit))


def show(found: Memberships) -> None:
    """Print a table of each."""
    _print("channels", ["channel", "id", "privacy", "subscribed", "role", "settings"], map(_channel, found.channels))
    _print("groups", ["group", "id", "kind", "since", "through"], map(_group, found.groups))
    _print("permissions by name", ["may", "where"], ([each.setting, each.where] for each in found.permissions))
    rows = ([", ".join(each.others), str(each.size), each.last_message or ""] for each in found.direct_message_groups)
    _print("direct message groups", ["with", "people", "last message"], rows)
    if found.more_groups:
        print_line("More groups of direct messages exist; see --limit.")


def _print(title: str, titles: list[str], rows: object) -> None:
    table = list(rows)  # type: ignore[call-overload]
    print_line(f"{title}: {len(table) or 'none'}")
    if table:
        print_table(titles, table)
    print_line("")


def channel_settings(channel: ChannelSubscription) -> str:
    """Settings of a subscription that are not as the person's own, in words."""
    switches = {
        "desktop": channel.desktop_notifications,
        "sound": channel.audible_notifications,
        "push": channel.push_notifications,
        "e-mail": channel.email_notifications,
        "wildcard mentions": channel.wildcard_mentions_notify,
    }
    words = ["pinned"] * channel.pinned + ["muted"] * channel.muted
    words += [f"{name} {'on' if value else 'off'}" for name, value in switches.items() if value is not None]
    return ", ".join([*words, *([channel.color] if channel.color else [])])


def _channel(channel: ChannelSubscription) -> list[str]:
    privacy = channel.privacy + (", archived" if channel.archived else "")
    if channel.subscribed:
        subscribed = f"since {channel.since}" if channel.since else "yes"
    else:
        subscribed = f"until {channel.until}" if channel.until else "no"
    roles = ", ".join(channel.roles)
    return [channel.name, str(channel.channel_id), privacy, subscribed, roles, channel_settings(channel)]


def _group(group: GroupMembership) -> list[str]:
    kind = ("system" if group.system else "") + ("deactivated" if group.deactivated else "")
    return [group.title, str(group.group_id), kind, group.since or "", " > ".join(group.through)]
