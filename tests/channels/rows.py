"""Channels of the demo as plain SQL finds them, and changing one."""

from __future__ import annotations

import itertools
from typing import Any

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.channel_changes import ChannelPreview, ChannelResult, parse_channel_change
from zulip_bridge.channels import Channels

REALM = "acme"
PUBLIC = "NOT invite_only AND NOT deactivated"
UNUSED = """
    SELECT id FROM zerver_stream
    WHERE realm_id = (SELECT id FROM zerver_realm WHERE string_id = %s) AND ({condition}) AND NOT id = ANY(%s)
    AND id NOT IN (SELECT stream_id FROM zerver_defaultstream) ORDER BY id LIMIT 1
"""
used: list[int] = []
_numbers = itertools.count(1)


def some_channel(database: Database, condition: str = PUBLIC) -> int:
    """A channel that fits, that is no default channel, and that no test on this copy has had."""
    found = int(value(database, UNUSED.format(condition=condition), REALM, used))
    used.append(found)
    return found


def new_name() -> str:
    """A name that no channel has."""
    return f"brand new {next(_numbers)}"


def of(database: Database, channel: int, columns: str) -> Any:
    """A column of a channel, or a tuple of several."""
    (row,) = rows(database, f"SELECT {columns} FROM zerver_stream WHERE id = %s", channel)
    return row[0] if len(row) == 1 else row


def newest_audit(database: Database) -> int:
    """Id of the audit log's last entry."""
    return int(value(database, "SELECT coalesce(max(id), 0) FROM zerver_realmauditlog"))


def audit(database: Database, channel: int, since: int) -> list[tuple[int, str | None, dict[str, Any]]]:
    """Number, address of who acted, and extra data of the entries about a channel after ``since``."""
    found = rows(
        database,
        """SELECT l.event_type, u.email, l.extra_data FROM zerver_realmauditlog l
           LEFT JOIN zerver_userprofile u ON u.id = l.acting_user_id
           WHERE l.modified_stream_id = %s AND l.id > %s ORDER BY l.id""",
        channel,
        since,
    )
    return [(number, acting, data) for number, acting, data in found]


def notices(database: Database, channel: int) -> list[str]:
    """What the notification bot has written into it."""
    return column(
        database,
        """SELECT m.content FROM zerver_message m JOIN zerver_stream s ON s.recipient_id = m.recipient_id
           JOIN zerver_userprofile u ON u.id = m.sender_id
           WHERE s.id = %s AND u.email = 'notification-bot@zulip.com' AND m.subject = 'channel events'
           ORDER BY m.id""",
        channel,
    )


async def look(channels: Channels, channel: int, *changes: str) -> ChannelPreview:
    """Preview changes, written as on the command line."""
    return await channels.preview(channel, [parse_channel_change(each) for each in changes])


async def change(channels: Channels, channel: int, *changes: str) -> ChannelResult:
    """Preview and apply changes that no rule forbids."""
    preview = await look(channels, channel, *changes)
    assert preview.refusals == []
    return await channels.apply(preview)
