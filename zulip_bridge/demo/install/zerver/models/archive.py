"""Deleted and expired messages, kept for a while with what hung on them."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE
from django.utils.timezone import now
from zerver.models.attachments import AbstractAttachment
from zerver.models.messages import AbstractMessage, AbstractUserMessage
from zerver.models.reactions import AbstractReaction, AbstractSubMessage


class ArchiveTransaction(models.Model):
    """Messages that were archived, and can be restored, together."""

    RETENTION_POLICY_BASED = 1
    MANUAL = 2

    timestamp = models.DateTimeField(default=now, db_index=True)
    restored = models.BooleanField(default=False, db_index=True)
    restored_timestamp = models.DateTimeField(null=True, db_index=True)
    type = models.PositiveSmallIntegerField(db_index=True)
    realm = models.ForeignKey("zerver.Realm", CASCADE, null=True)
    protect_from_deletion = models.BooleanField(default=False, db_index=True)


class ArchivedMessage(AbstractMessage):
    """A message that nobody can read any more; keeps the id it had."""

    archive_transaction = models.ForeignKey("zerver.ArchiveTransaction", CASCADE)


class ArchivedUserMessage(AbstractUserMessage):
    """What a person held of it."""

    message = models.ForeignKey("zerver.ArchivedMessage", CASCADE)


class ArchivedReaction(AbstractReaction):
    """A reaction to it."""

    message = models.ForeignKey("zerver.ArchivedMessage", CASCADE)


class ArchivedSubMessage(AbstractSubMessage):
    """Something done in its widget."""

    message = models.ForeignKey("zerver.ArchivedMessage", CASCADE)


class ArchivedAttachment(AbstractAttachment):
    """A file that was used in it."""

    messages = models.ManyToManyField(
        "zerver.ArchivedMessage", related_name="attachment_set", related_query_name="attachment"
    )
