"""One message in full: its content, its edit history, who reacted, which files."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import orjson
from django.db import connection

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.messages import MessageDetail, MessageEdit, MessageFile, MessageReaction, ReadMessage
from zulip_bridge.api.people import Person

from ..context import Context
from ..instants import iso
from ..people import people_by_id, person_by_id
from .conversations import Conversations
from .messages import message_rows

MOST_VERSIONS = 1_000
MOST_NAMES = 10


def read_message(request: ReadMessage, context: Context) -> MessageDetail:
    """Answer :class:`ReadMessage`."""
    person = person_by_id(request.person_id)
    rows = message_rows(person, [request.message_id], whole=True)
    if not rows:
        raise StewardError(ErrorKind.NOT_FOUND, f"There is no message {request.message_id} (any more).")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.name, m.last_edit_time, m.recipient_id, m.edit_history,
                (SELECT count(*) FROM zerver_usermessage um WHERE um.message_id = m.id)
            FROM zerver_message m JOIN zerver_client c ON c.id = m.sending_client_id WHERE m.id = %s
            """,
            [request.message_id],
        )
        client, edited_at, recipient, history, readers = cursor.fetchone()
    context.check()
    versions = _history(history)
    return MessageDetail(
        row=rows[0],
        client=client,
        last_edit_at=iso(edited_at),
        channel_id=_channel_id(person, recipient) if rows[0].where == "channel" else None,
        history=_edits(versions or []),
        history_unreadable=versions is None,
        reactions=_reactions(request.message_id),
        files=_files(request.message_id),
        readers=readers,
    )


def _channel_id(person: Person, recipient: int) -> int | None:
    return Conversations(person, [recipient]).type_ids.get(recipient)


def _history(stored: str | None) -> list[dict[str, Any]] | None:
    """The versions, the newest first as Zulip stores them; None where it is not what Zulip writes."""
    if stored is None:
        return []
    try:
        versions = orjson.loads(stored)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(versions, list) or not all(isinstance(each, dict) for each in versions):
        return None
    return versions[:MOST_VERSIONS]


def _edits(versions: list[dict[str, Any]]) -> list[MessageEdit]:
    editors = people_by_id([each for version in versions if (each := _id(version.get("user_id"))) is not None])
    channels = _channel_names([each for version in versions if (each := _id(version.get("prev_stream"))) is not None])
    edits = []
    for version in versions:
        editor, channel = _id(version.get("user_id")), _id(version.get("prev_stream"))
        edits.append(
            MessageEdit(
                at=_moment(version.get("timestamp")),
                editor_id=editor,
                editor=editors[editor].full_name if editor in editors else "",
                content=_text(version.get("prev_content")),
                # Before Zulip 5 the key of an earlier topic was "prev_subject".
                topic=_text(version.get("prev_topic", version.get("prev_subject"))),
                channel=None if channel is None else channels.get(channel, f"channel {channel}"),
            )
        )
    return edits


def _id(value: Any) -> int | None:
    """An id as PostgreSQL has them; None for what is none."""
    return value if type(value) is int and 0 <= value < 2**31 else None


def _moment(timestamp: Any) -> str:
    if not isinstance(timestamp, int | float):
        return ""
    try:
        return iso(datetime.fromtimestamp(timestamp, timezone.utc)) or ""
    except (OverflowError, OSError, ValueError):
        return ""


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _channel_names(ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM zerver_stream WHERE id = ANY(%s)", [ids])
        return dict(cursor.fetchall())


def _reactions(message_id: int) -> list[MessageReaction]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.emoji_name, count(*), (array_agg(u.full_name ORDER BY r.id))[:%s]
            FROM zerver_reaction r JOIN zerver_userprofile u ON u.id = r.user_profile_id
            WHERE r.message_id = %s GROUP BY r.emoji_name ORDER BY min(r.id)
            """,
            [MOST_NAMES, message_id],
        )
        return [MessageReaction(emoji, count, list(names)) for emoji, count, names in cursor.fetchall()]


def _files(message_id: int) -> list[MessageFile]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.file_name, a.size, a.path_id FROM zerver_attachment a
            JOIN zerver_attachment_messages am ON am.attachment_id = a.id WHERE am.message_id = %s ORDER BY a.id
            """,
            [message_id],
        )
        return [MessageFile(*row) for row in cursor.fetchall()]
