"""A person's uploads: what the database says, where they are used, and what the storage says."""

from __future__ import annotations

from typing import Any

from django.db import connection

from zulip_bridge.api.files import FilePage, FileRow, FileUse, ReadFiles
from zulip_bridge.api.people import Person

from .. import compat
from ..context import Context
from ..instants import iso
from ..people import person_by_id
from .conversations import Conversations
from .stored import Looking

MOST_FILES = 1_000
MOST_USES = 20
"""Messages that are told of one file."""

USES = f"""
    SELECT attachment_id, message_id, total, m.date_sent, m.sender_id, u.full_name, m.recipient_id, m.subject
    FROM (
        SELECT attachment_id, message_id,
            row_number() OVER (PARTITION BY attachment_id ORDER BY message_id DESC) AS number,
            count(*) OVER (PARTITION BY attachment_id) AS total
        FROM zerver_attachment_messages WHERE attachment_id = ANY(%s)
    ) uses
    JOIN zerver_message m ON m.id = uses.message_id JOIN zerver_userprofile u ON u.id = m.sender_id
    WHERE number <= {MOST_USES} ORDER BY attachment_id, message_id DESC
"""


def read_files(request: ReadFiles, context: Context) -> FilePage:
    """Answer :class:`ReadFiles`."""
    person = person_by_id(request.person_id)
    limit = max(1, min(request.limit, MOST_FILES))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(size), 0)::bigint FROM zerver_attachment WHERE owner_id = %s", [person.id]
        )
        total, total_size = cursor.fetchone()
    rows = _attachments(person, request.before, limit + 1)
    context.check()
    uses = _uses(person, [row["id"] for row in rows[:limit]])
    looking = Looking(context.check)
    files = [_file(row, uses.get(row["id"], (0, [])), looking) for row in rows[:limit]]
    return FilePage(files, len(rows) > limit, total, total_size)


def _attachments(person: Person, before: int | None, limit: int) -> list[dict[str, Any]]:
    model = compat.model("zerver", "Attachment")
    assert model is not None
    columns = ["id", "file_name", "size", "create_time", "path_id", "is_realm_public", "is_web_public"]
    if compat.has_field(model, "content_type"):
        columns.append("content_type")
    owned = model.objects.filter(owner_id=person.id)
    if before is not None:
        owned = owned.filter(id__lt=before)
    return list(owned.order_by("-id").values(*columns)[:limit])


def _uses(person: Person, attachments: list[int]) -> dict[int, tuple[int, list[FileUse]]]:
    if not attachments:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(USES, [attachments])
        rows = cursor.fetchall()
    conversations = Conversations(person, {row[6] for row in rows})
    uses: dict[int, tuple[int, list[FileUse]]] = {}
    for attachment, message, total, sent, sender_id, sender, recipient, subject in rows:
        where, to = conversations.of(recipient)
        topic = subject if where == "channel" else ""
        use = FileUse(message, iso(sent) or "", sender_id, sender, where, to, topic)
        uses.setdefault(attachment, (total, []))[1].append(use)
    return uses


def _file(row: dict[str, Any], uses: tuple[int, list[FileUse]], looking: Looking) -> FileRow:
    answer = looking.at("uploads", row["path_id"], row["size"])
    return FileRow(
        id=row["id"],
        name=row["file_name"],
        size=row["size"],
        created_at=iso(row["create_time"]) or "",
        path_id=row["path_id"],
        content_type=row.get("content_type"),
        realm_public=row["is_realm_public"],
        web_public=row["is_web_public"],
        uses=uses[0],
        used_in=uses[1],
        stored=answer.stored,
        stored_size=answer.size,
        trouble=answer.trouble,
    )
