"""Moving messages to the archive, back from it, and out of it for good."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from zerver.models import (
    ArchivedAttachment,
    ArchivedMessage,
    ArchivedReaction,
    ArchivedSubMessage,
    ArchivedUserMessage,
    ArchiveTransaction,
    Attachment,
    Message,
    Reaction,
    SubMessage,
    UserMessage,
)

if TYPE_CHECKING:
    from zerver.models import Realm

MESSAGE_BATCH_SIZE = 1000
STREAM_MESSAGE_BATCH_SIZE = 100
ROWS_AT_ONCE = 2000

BELONGING = ((Reaction, ArchivedReaction), (SubMessage, ArchivedSubMessage), (UserMessage, ArchivedUserMessage))
"""What hangs on a message, and where it is kept of an archived one."""


def move_messages_to_archive(
    message_ids: list[int], realm: Realm | None = None, chunk_size: int = MESSAGE_BATCH_SIZE
) -> None:
    """Archive messages with all that hangs on them, each chunk in a transaction of its own.

    Raises Message.DoesNotExist when none of them exists. Files that only they used keep their content, and their
    rows are in the archive.
    """
    archived = 0
    for start in range(0, len(message_ids), chunk_size):
        chunk = message_ids[start : start + chunk_size]
        archived += _archive(chunk, realm)
        of_chunk = ArchivedAttachment.objects.filter(messages__id__in=chunk).values("id")
        Attachment.objects.filter(messages=None, scheduled_messages=None, id__in=of_chunk).delete()
    if archived == 0:
        raise Message.DoesNotExist


def delete_messages(msg_ids: list[int]) -> None:
    """Delete messages, and what hangs on them, without archiving."""
    Message.objects.filter(id__in=msg_ids).delete()


def restore_data_from_archive(archive_transaction: ArchiveTransaction) -> int:
    """Bring back what was archived together; returns the number of messages. The archive keeps its copy."""
    with transaction.atomic(durable=True):
        messages = ArchivedMessage.objects.filter(archive_transaction=archive_transaction)
        ids = list(messages.values_list("id", flat=True))
        before = Message.objects.filter(id__in=ids).count()
        _copy(messages, Message)
        for live, archived in BELONGING:
            _copy(archived.objects.filter(message_id__in=ids), live)
        _copy(ArchivedAttachment.objects.filter(messages__id__in=ids).distinct(), Attachment)
        _copy_uses(ArchivedAttachment, Attachment, ids)
        archive_transaction.restored = True
        archive_transaction.restored_timestamp = now()
        archive_transaction.save()
        return int(Message.objects.filter(id__in=ids).count() - before)


def restore_data_from_archive_by_realm(realm: Realm) -> None:
    """Bring back what the realm's retention policy archived."""
    for each in ArchiveTransaction.objects.filter(
        realm=realm, restored=False, type=ArchiveTransaction.RETENTION_POLICY_BASED
    ):
        restore_data_from_archive(each)


def clean_archived_data() -> None:
    """Forget what has been in the archive for long enough."""
    before = now() - timedelta(days=settings.ARCHIVED_DATA_VACUUMING_DELAY_DAYS)
    ArchiveTransaction.objects.filter(timestamp__lt=before, protect_from_deletion=False).delete()


def _archive(ids: list[int], realm: Realm | None) -> int:
    with transaction.atomic(savepoint=False):
        messages = Message.objects.filter(id__in=ids)
        found = list(messages.values_list("id", flat=True))
        if not found:
            return 0
        made = ArchiveTransaction.objects.create(type=ArchiveTransaction.MANUAL, realm=realm)
        # A message that was archived and restored before moves to the newer transaction.
        ArchivedMessage.objects.filter(id__in=found).update(archive_transaction=made)
        _copy(messages, ArchivedMessage, archive_transaction_id=made.id)
        for live, archived in BELONGING:
            _copy(live.objects.filter(message_id__in=found), archived)
        _copy(Attachment.objects.filter(messages__id__in=found).distinct(), ArchivedAttachment)
        _copy_uses(Attachment, ArchivedAttachment, found)
        delete_messages(found)
        return len(found)


def _copy(rows: Any, target: Any, **added: Any) -> None:
    """Copy rows to another table, with their ids; those that are there already stay as they are."""
    wanted = {field.attname for field in target._meta.concrete_fields}
    names = [field.attname for field in rows.model._meta.concrete_fields if field.attname in wanted]
    names = [name for name in names if name != "search_tsvector"]
    copies = (target(**values, **added) for values in rows.values(*names).iterator(ROWS_AT_ONCE))
    target.objects.bulk_create(copies, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)


def _copy_uses(source: Any, target: Any, message_ids: list[int]) -> None:
    """Copy which file is used in which of these messages."""
    uses, copies = source.messages.through, target.messages.through
    file, message = (f"{source._meta.model_name}_id", f"{source.messages.field.related_model._meta.model_name}_id")
    to_file, to_message = (
        f"{target._meta.model_name}_id",
        f"{target.messages.field.related_model._meta.model_name}_id",
    )
    rows = uses.objects.filter(**{f"{message}__in": message_ids}).values_list("id", file, message)
    copies.objects.bulk_create(
        [copies(**{"id": key, to_file: of_file, to_message: of_message}) for key, of_file, of_message in rows],
        ignore_conflicts=True,
    )
