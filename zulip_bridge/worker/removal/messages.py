"""Deleting messages through Zulip's own action, in the groups that it accepts (facts.md 4.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from django.db import connection

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.api.removal import (
    MOST_AT_ONCE,
    Deleted,
    DeleteMessages,
    MessageDeletion,
    MessageGroup,
    PreviewMessageDeletion,
)
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.inspect.message_selection import select
from zulip_bridge.worker.instants import iso
from zulip_bridge.worker.people import person_by_id

CHANNEL = 2
KINDS = {1: "direct", 2: "channel", 3: "group"}
AT_ONCE = 500
"""Messages of a topic in one call of the action: what it loads, and what one transaction locks."""

GROUPS = """
    SELECT r.type, r.id, CASE WHEN r.type = 2 THEN m.subject ELSE '' END, count(*),
        coalesce((SELECT s.name FROM zerver_stream s WHERE s.recipient_id = r.id), '')
    FROM zerver_message m JOIN zerver_recipient r ON r.id = m.recipient_id
    WHERE m.id = ANY(%s) GROUP BY 1, 2, 3 ORDER BY 4 DESC
"""
EFFECTS = """
    SELECT (SELECT count(*) FROM zerver_message WHERE id = ANY(%(ids)s) AND sender_id <> %(id)s),
        (SELECT count(*) FROM zerver_reaction WHERE message_id = ANY(%(ids)s) AND user_profile_id <> %(id)s),
        (SELECT count(DISTINCT user_profile_id) FROM zerver_usermessage
         WHERE message_id = ANY(%(ids)s) AND user_profile_id <> %(id)s),
        (SELECT count(*) FROM (SELECT attachment_id FROM zerver_attachment_messages
         WHERE attachment_id IN (SELECT attachment_id FROM zerver_attachment_messages WHERE message_id = ANY(%(ids)s))
         GROUP BY 1 HAVING bool_and(message_id = ANY(%(ids)s))) alone)
"""


def preview_message_deletion(request: PreviewMessageDeletion, context: Context) -> MessageDeletion:
    """Answer :class:`PreviewMessageDeletion`."""
    person = person_by_id(request.person_id)
    ids = _selected(request, person)
    context.check()
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, [ids])
        groups = [MessageGroup(KINDS.get(kind, "?"), name, topic, rows) for kind, _, topic, rows, name in cursor]
        cursor.execute(EFFECTS, {"ids": ids, "id": person.id})
        others, reactions, holders, files = cursor.fetchone()
    days = int(compat.setting("ARCHIVED_DATA_VACUUMING_DELAY_DAYS", 30))
    until = iso(datetime.now(timezone.utc) + timedelta(days=days)) or ""
    return MessageDeletion(person, ids, groups, others, reactions, holders, files, until, days)


def delete_messages(request: DeleteMessages, context: Context) -> Deleted:
    """Answer :class:`DeleteMessages`. Asked to end, it finishes the group that is under way."""
    context.finish_what_was_begun()
    person = person_by_id(request.person_id)
    realm = compat.model("zerver", "Realm").objects.get(id=person.realm_id)  # type: ignore[union-attr]
    before = _newest_transaction()
    done, sentence = 0, ""
    for chunk in _chunks(person, request.ids):
        if context.cancelled:
            sentence = "It was stopped; the rest was left."
            break
        try:
            messages = _messages().objects.filter(id__in=chunk).select_related("recipient", "sender").order_by("id")
            place = "zerver.actions.message_delete.do_delete_messages"
            compat.call(place, realm, list(messages), **compat.ON_BEHALF_OF_NOBODY).run()
        except Exception as error:  # noqa: BLE001 (what is left afterwards tells what it did)
            sentence = f"Zulip's action failed ({type(error).__name__}); the rest was left."
            break
        compat.reset_queries()
        done += len(chunk)
        if not context.cancelled:
            context.progress("messages", done, len(request.ids))
    left = list(_messages().objects.filter(id__in=request.ids).order_by("id").values_list("id", flat=True))
    archived = _archived(request.ids, before)
    return Deleted(len(request.ids) - len(left), archived, left, sentence)


def _selected(request: PreviewMessageDeletion, person: Person) -> list[int]:
    if request.ids is not None:
        rows = _messages().objects.filter(realm_id=person.realm_id, id__in=request.ids)
        return sorted(rows.values_list("id", flat=True))
    selection = select(person, request.kind, request.filters)
    with connection.cursor() as cursor:
        cursor.execute(selection.some(MOST_AT_ONCE + 1), selection.parameters)
        ids = sorted(row[0] for row in cursor.fetchall())
    if len(ids) > MOST_AT_ONCE:
        raise StewardError(ErrorKind.INVALID, f"These are more than {MOST_AT_ONCE:,} messages; narrow them down.")
    return ids


def _chunks(person: Person, ids: list[int]) -> Iterator[list[int]]:
    """Ids of messages that may go together: of one topic of a channel; or one direct message."""
    rows = _messages().objects.filter(realm_id=person.realm_id, id__in=ids).order_by("recipient_id", "subject", "id")
    topic: tuple[int, str] | None = None
    chunk: list[int] = []
    for message_id, kind, recipient, subject in rows.values_list("id", "recipient__type", "recipient_id", "subject"):
        if kind != CHANNEL:
            yield [message_id]
            continue
        if chunk and (topic != (recipient, subject.lower()) or len(chunk) >= AT_ONCE):
            yield chunk
            chunk = []
        topic = (recipient, subject.lower())
        chunk.append(message_id)
    if chunk:
        yield chunk


def _messages() -> Any:
    found = compat.model("zerver", "Message")
    assert found is not None
    return found


def _newest_transaction() -> int:
    model = compat.model("zerver", "ArchiveTransaction")
    assert model is not None
    return int(model.objects.order_by("-id").values_list("id", flat=True).first() or 0)


def _archived(ids: list[int], before: int) -> list[int]:
    model = compat.model("zerver", "ArchivedMessage")
    assert model is not None
    rows = model.objects.filter(id__in=ids, archive_transaction_id__gt=before)
    return sorted(set(rows.values_list("archive_transaction_id", flat=True)))
