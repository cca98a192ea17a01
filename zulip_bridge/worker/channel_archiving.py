"""Archiving channels and bringing them back, through Zulip's own actions.

``do_deactivate_stream`` and ``do_unarchive_stream`` (zerver/actions/streams.py) are called outside any transaction
and on behalf of nobody. What they do differs by version: up to 9 archiving renames the channel, makes it private and
unsubscribes everybody.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.db import connection

from zulip_bridge.api.channel_archiving import (
    ApplyChannel,
    ChannelPreview,
    ChannelResult,
    ChannelVerb,
    FindChannels,
    FoundChannel,
    PreviewChannel,
)
from zulip_bridge.api.edit import NO_ACTION, Effect, Refusal
from zulip_bridge.api.errors import ErrorKind, StewardError

from . import compat
from .context import Context

ARCHIVE, UNARCHIVE = "zerver.actions.streams.do_deactivate_stream", "zerver.actions.streams.do_unarchive_stream"
ARCHIVED_NAME = re.compile(r"^(?:.{7}!|!+)DEACTIVATED:")
"""In front of the name of a channel that a version before 10 archived; its end may be cut off."""

COUNTS = """
    SELECT (SELECT count(*) FROM zerver_subscription b JOIN zerver_userprofile u ON u.id = b.user_profile_id
            WHERE b.recipient_id = %(recipient)s AND b.active AND u.is_active),
           (SELECT count(*) FROM zerver_message WHERE realm_id = %(realm)s AND recipient_id = %(recipient)s)
"""
FOUND = """
    SELECT s.id FROM zerver_stream s JOIN zerver_realm r ON r.id = s.realm_id
    WHERE (s.id::text = %(channel)s OR lower(s.name) = lower(%(channel)s))
      AND (%(realm)s::text IS NULL OR r.string_id = %(realm)s) ORDER BY s.id LIMIT 20
"""


def find_channels(request: FindChannels, context: Context) -> list[FoundChannel]:
    """Answer :class:`FindChannels`."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND, {"channel": request.channel.strip(), "realm": request.realm})
        ids = [row[0] for row in cursor.fetchall()]
    return [_described(_load(each)) for each in ids]


def preview_channel(request: PreviewChannel, context: Context) -> ChannelPreview:
    """Answer :class:`PreviewChannel`."""
    return _preview(_load(request.channel_id), request.verb)


def apply_channel(request: ApplyChannel, context: Context) -> ChannelResult:
    """Answer :class:`ApplyChannel`; the state is read back, also where the action has raised."""
    context.finish_what_was_begun()
    stream = _load(request.channel_id)
    preview = _preview(stream, request.verb)
    if preview.fingerprint != request.fingerprint:
        return ChannelResult("changed_since", preview.channel, preview=preview)
    if preview.refusals:
        return ChannelResult("refused", preview.channel, preview=preview)
    failure: Exception | None = None
    try:
        _call(stream, request.verb, preview.after_name).run()
    except Exception as error:  # noqa: BLE001 (whatever Zulip's action raises, the state tells what it did)
        failure = error
    connection.close_if_unusable_or_obsolete()
    channel = _described(_load(request.channel_id))
    changed = channel.archived != preview.channel.archived
    if failure is None:
        return ChannelResult("done" if changed else "failed", channel, "" if changed else "It changed nothing.")
    words = compat.words_of_zulip(failure) or type(failure).__name__
    if changed:
        sentence = f"It is done in the database, but Zulip's action then failed ({words}): clients may not be told."
        return ChannelResult("failed_but_changed", channel, sentence)
    return ChannelResult("failed", channel, f"Zulip's action failed ({words}), and changed nothing.")


def _load(channel_id: int) -> Any:
    streams = compat.model("zerver", "Stream")
    assert streams is not None
    found = streams.objects.select_related("realm").filter(id=channel_id).first()
    if found is None:
        raise StewardError(ErrorKind.NOT_FOUND, f"There is no channel {channel_id} (any more).")
    return found


def _described(stream: Any) -> FoundChannel:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"recipient": stream.recipient_id, "realm": stream.realm_id})
        subscribers, messages = cursor.fetchone()
    return FoundChannel(
        id=stream.id,
        name=stream.name,
        realm_id=stream.realm_id,
        realm=stream.realm.string_id,
        archived=stream.deactivated,
        private=stream.invite_only,
        subscribers=subscribers,
        messages=messages,
        description=stream.description,
    )


def _preview(stream: Any, verb: ChannelVerb) -> ChannelPreview:
    channel = _described(stream)
    name = ARCHIVED_NAME.sub("", stream.name) if verb == "unarchive" else stream.name
    seen = (channel.id, channel.name, channel.archived, channel.private, stream.realm.deactivated, verb)
    refusals = _refusals(stream, channel, verb, name)
    return ChannelPreview(
        channel=channel,
        verb=verb,
        after_name=name,
        effects=_archiving(channel) if verb == "archive" else _unarchiving(channel, name),
        refusals=refusals,
        fingerprint=hashlib.sha256(repr(seen).encode()).hexdigest(),
    )


def _refusals(stream: Any, channel: FoundChannel, verb: ChannelVerb, name: str) -> list[Refusal]:
    """Those of Zulip's views and actions (do_deactivate_stream, do_unarchive_stream)."""
    if stream.realm.deactivated:
        return [Refusal("deactivated organization", "The organization is deactivated.")]
    if channel.archived == (verb == "archive"):
        state = "archived already" if channel.archived else "not archived"
        return [Refusal("state", f"The channel is {state}.")]
    try:
        _call(stream, verb, name)
    except compat.MissingAction as missing:
        return [Refusal(NO_ACTION, str(missing))]
    if verb == "archive":
        return []
    namesakes = stream._meta.model.objects.filter(realm_id=stream.realm_id, name__iexact=name).exclude(id=stream.id)
    if namesakes.exists():
        return [Refusal("channel names", f"Another channel is called {name} by now; rename that one first.")]
    if channel.private and not channel.subscribers and not _archiving_empties():
        return [Refusal("private channels", "It is private and has no subscribers: nobody could see it.")]
    return []


def _call(stream: Any, verb: ChannelVerb, name: str) -> compat.Call:
    if verb == "archive":
        return compat.call(ARCHIVE, stream, **compat.ON_BEHALF_OF_NOBODY)
    return compat.call(UNARCHIVE, stream, name, **compat.ON_BEHALF_OF_NOBODY)


def _archiving_empties() -> bool:
    """Whether this version renames, hides and empties a channel that it archives."""
    return compat.uses(ARCHIVE, "hashlib")


def _archiving(channel: FoundChannel) -> list[Effect]:
    found = [
        Effect("audit", "Zulip's audit log gets event 602: channel archived."),
        Effect("event", "Clients are told at once: everybody who can see the channel."),
        Effect(
            "data", f"Its {channel.messages:,} messages stay, and can be read by whoever could; nobody can write."
        ),
        Effect("data", "It is no longer a default channel, nor one that announcements go to, where it was."),
    ]
    if _archiving_empties():
        number = f"{channel.subscribers:,} people are"
        found.append(Effect("group", f"{number} unsubscribed; the channel becomes private and gets a name in front."))
    else:
        found.append(Effect("group", f"{channel.subscribers:,} people stay subscribed."))
    if compat.uses(ARCHIVE, "internal_send_stream_message"):
        found.append(Effect("note", "Zulip's notification bot says so in the channel."))
    return [*found, Effect("note", "Unarchiving is the way back.")]


def _unarchiving(channel: FoundChannel, name: str) -> list[Effect]:
    found = [
        Effect("audit", "Zulip's audit log gets event 604: channel unarchived."),
        Effect("event", "Clients are told at once: everybody who can see the channel."),
        Effect("note", "Zulip's notification bot says so in the channel."),
    ]
    if name != channel.name:
        found.append(Effect("data", f"It is called {name} again."))
    if compat.uses(UNARCHIVE, "get_human_owner_users"):
        found.append(Effect("group", "It is private, and the organization's owners are subscribed."))
    else:
        found.append(Effect("group", f"{channel.subscribers:,} people are subscribed, as before."))
    return found
