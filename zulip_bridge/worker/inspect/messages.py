"""Lists of messages: a page in the order of ids, and how many there are."""

from __future__ import annotations

from typing import Any

from django.db import connection

from zulip_bridge.api.messages import (
    COUNT_BOUND,
    MOST_MESSAGES,
    CountMessages,
    MessageCount,
    MessagePage,
    MessageRow,
    ReadMessages,
)
from zulip_bridge.api.people import Person

from .. import compat
from ..context import Context
from ..instants import iso
from ..people import person_by_id
from .conversations import Conversations
from .message_selection import select

EXCERPT = 400
"""Characters of a message in a list."""

COLUMNS = """
    m.id, m.date_sent, m.sender_id, sender.full_name, m.recipient_id, m.subject, {content}, length(m.content),
    um.flags, m.edit_history IS NOT NULL, m.has_attachment,
    (SELECT array_agg(r.emoji_name ORDER BY r.id) FROM zerver_reaction r
     WHERE r.message_id = m.id AND r.user_profile_id = %(id)s)
"""
TABLES = """
    zerver_message m JOIN zerver_userprofile sender ON sender.id = m.sender_id
    LEFT JOIN zerver_usermessage um ON um.message_id = m.id AND um.user_profile_id = %(id)s
"""


def read_messages(request: ReadMessages, context: Context) -> MessagePage:
    """Answer :class:`ReadMessages`."""
    person = person_by_id(request.person_id)
    selection = select(person, request.kind, request.filters)
    limit = max(1, min(request.limit, MOST_MESSAGES))
    ids = selection.ids(oldest_first=request.oldest_first, limit=limit + 1, after=request.after)
    context.check()
    with connection.cursor() as cursor:
        cursor.execute(ids, selection.parameters)
        wanted = [row[0] for row in cursor.fetchall()]
    context.check()
    rows = message_rows(person, wanted[:limit], whole=request.whole)
    return MessagePage(rows, len(wanted) > limit, selection.search)


def count_messages(request: CountMessages, context: Context) -> MessageCount:
    """Answer :class:`CountMessages`."""
    person = person_by_id(request.person_id)
    selection = select(person, request.kind, request.filters)
    ids = selection.some(COUNT_BOUND + 1)
    context.check()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({ids}) bounded", selection.parameters)
        count = int(cursor.fetchone()[0])
    return MessageCount(min(count, COUNT_BOUND), count <= COUNT_BOUND)


def message_rows(person: Person, ids: list[int], *, whole: bool) -> list[MessageRow]:
    """The messages with these ids, in their order; those that are gone by now are absent."""
    if not ids:
        return []
    content = "m.content" if whole else f"left(m.content, {EXCERPT})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS.format(content=content)} FROM {TABLES} WHERE m.id = ANY(%(ids)s)",
            {"id": person.id, "ids": ids},
        )
        found = {row[0]: row for row in cursor.fetchall()}
    conversations = Conversations(person, {row[4] for row in found.values()})
    return [_row(found[each], conversations) for each in ids if each in found]


def _row(row: tuple[Any, ...], conversations: Conversations) -> MessageRow:
    (
        message_id, date_sent, sender_id, sender, recipient_id, subject, content, length,
        flags, edited, has_attachment, reactions,
    ) = row  # fmt: skip
    where, to = conversations.of(recipient_id)
    return MessageRow(
        id=message_id,
        sent_at=iso(date_sent) or "",
        sender_id=sender_id,
        sender=sender,
        where=where,
        to=to,
        topic=subject if where == "channel" else "",
        content=content,
        cut=len(content) < length,
        flags=compat.message_flags(int(flags)) if flags is not None else [],
        held=flags is not None,
        edited=edited,
        has_attachment=has_attachment,
        reactions=list(reactions or []),
    )
