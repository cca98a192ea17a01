"""Which messages: the kinds, as SQL that walks an index in the order of ids, and the filters on them.

A heavy account holds half a million rows; the first page must not depend on that. Each kind is a walk in the order of
ids through an index that Zulip keeps for its own narrowing (facts: partial indexes on ``zerver_usermessage``), which
ends as soon as the page is full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.messages import MessageFilters, MessageKind
from zulip_bridge.api.people import Person

from .message_search import like, text_search

ANY_MENTION = 8 | 16 | 32 | 64
"""Mentioned, by a wildcard for the channel or the topic, by a group: the condition of one of Zulip's indexes."""

STARRED = 2
CHANNEL, PERSONAL, GROUP = 2, 1, 3

SENT = """SELECT m.id FROM zerver_message m
          WHERE m.realm_id = %(realm)s AND m.sender_id = %(id)s"""
FLAGGED = """SELECT message_id FROM zerver_usermessage
             WHERE user_profile_id = %(id)s AND (flags & {mask}::bigint) <> 0"""
REACTED = "SELECT DISTINCT message_id FROM zerver_reaction WHERE user_profile_id = %(id)s"
RECEIVED_DIRECTLY = f"""SELECT m.id FROM zerver_message m
    WHERE m.realm_id = %(realm)s AND m.recipient_id IN (
        SELECT s.recipient_id FROM zerver_subscription s JOIN zerver_recipient r ON r.id = s.recipient_id
        WHERE s.user_profile_id = %(id)s AND r.type IN ({PERSONAL}, {GROUP})
        UNION SELECT id FROM zerver_recipient WHERE type = {PERSONAL} AND type_id = %(id)s)"""
SENT_DIRECTLY = f"""SELECT m.id FROM zerver_message m JOIN zerver_recipient r ON r.id = m.recipient_id
    WHERE m.realm_id = %(realm)s AND m.sender_id = %(id)s AND r.type IN ({PERSONAL}, {GROUP})"""

IN_A_CHANNEL = f"m.recipient_id IN (SELECT id FROM zerver_recipient WHERE type = {CHANNEL})"

WALKS: dict[MessageKind, list[str]] = {
    "sent": [SENT],
    # Both, and not the flag is_private: messages that somebody without UserMessage rows takes part in count too.
    "direct": [RECEIVED_DIRECTLY, SENT_DIRECTLY],
}
HELD: dict[MessageKind, str] = {
    "mentions": FLAGGED.format(mask=ANY_MENTION),
    "starred": FLAGGED.format(mask=STARRED),
    "reacted": REACTED,
}


@dataclass(frozen=True)
class Selection:
    """Messages of a kind that pass the filters; ``search`` is how text is searched for."""

    kind: MessageKind
    conditions: str
    found: str
    parameters: dict[str, Any]
    search: str

    def ids(self, *, oldest_first: bool, limit: int, after: int | None = None) -> str:
        """A query for ids in order; ``after`` and ``limit`` bound each walk, so that each ends early."""
        direction, beyond = ("ASC", ">") if oldest_first else ("DESC", "<")
        order = f"ORDER BY id {direction} LIMIT {int(limit)}"
        bound = "" if after is None else f" {beyond} {int(after)}"
        if self.kind in HELD:
            return self._held(f"ORDER BY message_id {direction}", bound) + f" LIMIT {int(limit)}"
        parts = [
            f"{self.found}{walk}{self.conditions}{bound and f' AND m.id{bound}'} {order.replace('BY id', 'BY m.id')}"
            for walk in WALKS[self.kind]
        ]
        # UNION: a message to oneself, or to a group, is in both.
        union = " UNION ".join(f"({part})" for part in parts)
        return parts[0] if len(parts) == 1 else f"SELECT id FROM ({union}) walks {order}"

    def some(self, limit: int) -> str:
        """A query for ids in no order, to be counted."""
        if self.kind in HELD:
            return f"{self._held('', '')} LIMIT {int(limit)}"
        parts = [f"({self.found}{walk}{self.conditions} LIMIT {int(limit)})" for walk in WALKS[self.kind]]
        return f"SELECT id FROM ({' UNION '.join(parts)}) walks LIMIT {int(limit)}"

    def _held(self, order: str, bound: str) -> str:
        """Messages that rows of the person's own lead to.

        OFFSET 0 keeps PostgreSQL to that order, rows first: with a filter that few messages pass it would rather
        walk through all messages of the server. Where a rare text has been found first, it may choose.
        """
        rows = f"SELECT message_id FROM ({HELD[self.kind]}) rows{bound and f' WHERE message_id{bound}'} {order}"
        if not self.conditions:
            return f"SELECT message_id AS id FROM ({rows}) held"
        if self.found:
            held = f"SELECT m.id FROM ({rows}) held JOIN zerver_message m ON m.id = held.message_id"
            return f"{self.found}{held} WHERE true{self.conditions} {order.replace('message_id', 'm.id')}"
        passing = f"SELECT 1 FROM zerver_message m WHERE m.id = held.message_id{self.conditions} OFFSET 0"
        return f"SELECT held.message_id AS id FROM ({rows} OFFSET 0) held, LATERAL ({passing}) passing"


def select(person: Person, kind: MessageKind, filters: MessageFilters) -> Selection:
    """The messages of ``person``; :class:`StewardError` (``not_found``) where the channel is none of theirs."""
    search = text_search(filters.text)
    parameters: dict[str, Any] = {"id": person.id, "realm": person.realm_id, **search.parameters}
    conditions = list(search.conditions)
    if filters.channel:
        parameters["recipient"] = _channel_recipient(person, filters.channel)
        conditions.append("m.recipient_id = %(recipient)s")
    if filters.topic:
        parameters["topic"] = like(filters.topic.replace("\x00", ""))
        # Direct messages have a sign in the place of a topic.
        conditions.append(f"m.subject ILIKE %(topic)s AND {IN_A_CHANNEL}")
    for name, operator in (("since", ">="), ("until", "<")):
        if getattr(filters, name):
            parameters[name] = getattr(filters, name)
            conditions.append(f"m.date_sent {operator} %({name})s::timestamptz")
    if search.ids:
        conditions.append("m.id IN (SELECT id FROM found)")
    # The matches of a rare text are worked out once and first.
    found = f"WITH found AS MATERIALIZED ({search.ids}) " if search.ids else ""
    return Selection(kind, "".join(f" AND {each}" for each in conditions), found, parameters, search.how)


def _channel_recipient(person: Person, channel: str) -> int:
    """The recipient of the person's organization's channel of that name or id."""
    name = channel.strip().removeprefix("#").replace("\x00", "")
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 10 else -1
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT recipient_id FROM zerver_stream WHERE realm_id = %s AND (lower(name) = lower(%s) OR id = %s)
            ORDER BY lower(name) = lower(%s) DESC LIMIT 1
            """,
            [person.realm_id, name, number, name],
        )
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise StewardError(ErrorKind.NOT_FOUND, f"This organization has no channel {name}.")
    return int(row[0])
