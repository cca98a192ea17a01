"""Zulip's archive of deleted messages: what is in it, back out of it, and out of it for good (facts.md 4.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.removal import Archived, ListArchive, Purged, PurgeMessages, Restored, RestoreMessages
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.erase.storage import forget_files, remove_uploads
from zulip_bridge.worker.instants import iso

BY_POLICY = 1
LIST = """
    SELECT t.id, t.timestamp, t.type, t.restored, coalesce(r.string_id, ''), {protected},
        count(m.id), count(DISTINCT m.sender_id),
        (SELECT count(DISTINCT u.archivedattachment_id) FROM zerver_archivedattachment_messages u
         JOIN zerver_archivedmessage a ON a.id = u.archivedmessage_id WHERE a.archive_transaction_id = t.id)
    FROM zerver_archivetransaction t LEFT JOIN zerver_realm r ON r.id = t.realm_id
    JOIN zerver_archivedmessage m ON m.archive_transaction_id = t.id
    WHERE {condition} GROUP BY t.id, r.string_id ORDER BY t.id DESC LIMIT %(limit)s
"""
FILES = """
    SELECT DISTINCT f.path_id, EXISTS (SELECT 1 FROM zerver_attachment l WHERE l.path_id = f.path_id) OR EXISTS (
        SELECT 1 FROM zerver_archivedattachment_messages o
        JOIN zerver_archivedmessage a ON a.id = o.archivedmessage_id
        WHERE o.archivedattachment_id = f.id AND a.archive_transaction_id <> ALL(%(ids)s))
    FROM zerver_archivedattachment f JOIN zerver_archivedattachment_messages u ON u.archivedattachment_id = f.id
    JOIN zerver_archivedmessage m ON m.id = u.archivedmessage_id WHERE m.archive_transaction_id = ANY(%(ids)s)
"""


def list_archive(request: ListArchive, context: Context) -> list[Archived]:
    """Answer :class:`ListArchive`."""
    transactions = _transactions()
    protected = "t.protect_from_deletion" if compat.has_field(transactions, "protect_from_deletion") else "false"
    conditions = ["true"]
    if request.person_id is not None:
        conditions.append(
            "t.id IN (SELECT archive_transaction_id FROM zerver_archivedmessage WHERE sender_id = %(id)s)"
        )
    if request.transactions is not None:
        conditions.append("t.id = ANY(%(ids)s)")
    sql = LIST.format(protected=protected, condition=" AND ".join(conditions))
    days = timedelta(days=int(compat.setting("ARCHIVED_DATA_VACUUMING_DELAY_DAYS", 30)))
    limit = max(1, request.limit if request.transactions is None else len(request.transactions))
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {"id": request.person_id, "ids": request.transactions or [], "limit": limit},
        )
        rows = cursor.fetchall()
    return [
        Archived(
            id=number,
            at=iso(at) or "",
            until=None if is_protected else iso(at + days),
            by_policy=kind == BY_POLICY,
            restored=restored,
            realm=realm,
            messages=messages,
            senders=senders,
            files=files,
        )
        for number, at, kind, restored, realm, is_protected, messages, senders, files in rows
    ]


def restore_messages(request: RestoreMessages, context: Context) -> Restored:
    """Answer :class:`RestoreMessages`; what is restored already is passed over."""
    context.finish_what_was_begun()
    restored: dict[str, int] = {}
    for number in request.transactions:
        if context.cancelled:
            return Restored(restored, "It was stopped; the rest is still in the archive.")
        transaction = _transaction(number)
        if transaction.restored:
            continue
        messages = compat.call("zerver.lib.retention.restore_data_from_archive", transaction).run()
        restored[str(number)] = int(messages)
        if not context.cancelled:
            context.progress("restore", len(restored), len(request.transactions))
    return Restored(restored)


def purge_messages(request: PurgeMessages, context: Context) -> Purged:
    """Answer :class:`PurgeMessages`. The rows go first: a file without a row is found by Zulip's own cleaning."""
    context.finish_what_was_begun()
    ids = [_transaction(number).id for number in request.transactions]
    with connection.cursor() as cursor:
        cursor.execute(FILES, {"ids": ids})
        files = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM zerver_archivedmessage WHERE archive_transaction_id = ANY(%s)", [ids])
        (messages,) = cursor.fetchone()
    alone = [path for path, used in files if not used]
    for done, number in enumerate(ids):
        _transactions().objects.filter(id=number).delete()
        if not context.cancelled:
            context.progress("purge", done + 1, len(ids))
    forget_files(alone)
    removed, failed = remove_uploads(alone, lambda done: None)
    return Purged(int(messages), removed, len(files) - len(alone), failed)


def _transactions() -> Any:
    found = compat.model("zerver", "ArchiveTransaction")
    assert found is not None
    return found


def _transaction(number: int) -> Any:
    found = _transactions().objects.filter(id=number).first()
    if found is None:
        raise StewardError(ErrorKind.NOT_FOUND, f"The archive has no transaction {number} (any more).")
    return found
