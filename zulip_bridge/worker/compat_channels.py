"""Zulip's actions on channels, and in what their versions differ: seen in what each refers to."""

from __future__ import annotations

from typing import Any

from . import compat

_ACTIONS = "zerver.actions.streams"
RENAME = f"{_ACTIONS}.do_rename_stream"
DESCRIBE = f"{_ACTIONS}.do_change_stream_description"
ARCHIVE = f"{_ACTIONS}.do_deactivate_stream"
UNARCHIVE = f"{_ACTIONS}.do_unarchive_stream"
CHECK_NAME = "zerver.lib.string_validation.check_stream_name"
SYSTEM_BOT = ("zerver.models.users.get_system_bot", "zerver.models.get_system_bot")
"""The second in versions whose models have no modules of their own yet."""


def check_name(name: str) -> compat.Call:
    """Zulip's rules for the name itself."""
    return compat.call(CHECK_NAME, name)


def notification_bot(realm_id: int) -> Any | None:
    """The server's own account that speaks for Zulip itself; None where there is none."""
    from django.core.exceptions import ObjectDoesNotExist

    try:
        return compat.call(SYSTEM_BOT, compat.setting("NOTIFICATION_BOT", ""), realm_id).run()
    except ObjectDoesNotExist:
        return None


def events_topic(realm: Any) -> str:
    """The topic in which Zulip tells a channel's readers what was done to it."""
    names = ("STREAM_EVENTS_NOTIFICATION_TOPIC_NAME", "STREAM_EVENTS_NOTIFICATION_TOPIC")
    return next((str(getattr(realm, name)) for name in names if hasattr(realm, name)), "channel events")


def archiving_marks_name() -> bool:
    """8.4 gives an archived channel another name, so that its own is free; 11.0 does not."""
    return compat.uses(ARCHIVE, "sha512")


def archiving_empties() -> bool:
    """8.4 unsubscribes everybody; 11.0 does not."""
    return compat.uses(ARCHIVE, "get_active_subscriptions_for_stream_id")


def archiving_makes_private() -> bool:
    """8.4 makes it private; 11.0 does not."""
    return compat.uses(ARCHIVE, "invite_only")


def archiving_marks_read() -> bool:
    """8.4 has a queue worker mark what is unread in it as read; 11.0 does not."""
    return compat.uses(ARCHIVE, "mark_stream_messages_as_read_for_everyone")


def archiving_clears_purposes() -> bool:
    """11.0 empties the organization's settings that name it; 8.4 does not."""
    return compat.uses(ARCHIVE, "maybe_set_moderation_or_announcement_channels_none")


def archiving_closes_addresses() -> bool:
    """11.0 has rows for its mail addresses, and shuts them."""
    return compat.uses(ARCHIVE, "ChannelEmailAddress")


def archiving_is_told() -> bool:
    """11.0 posts a notice into the channel; 8.4 does not."""
    return compat.uses(ARCHIVE, "internal_send_stream_message")


def unarchiving_fills() -> bool:
    """8.4 brings it back private, and subscribes the organization's owners; 11.0 does not."""
    return compat.uses(UNARCHIVE, "bulk_add_subscriptions")


def unarchiving_wants_subscribers() -> bool:
    """11.0 does not bring back a private channel without subscribers."""
    return compat.uses(UNARCHIVE, "get_active_subscriptions_for_stream_id")
