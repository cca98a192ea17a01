"""Uploaded files."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE
from django.utils.timezone import now


class AbstractAttachment(models.Model):
    """A file; the content is in the upload storage under ``path_id``."""

    file_name = models.TextField(db_index=True)
    path_id = models.TextField(unique=True)
    create_time = models.DateTimeField(default=now, db_index=True)
    size = models.IntegerField()
    content_type = models.TextField(null=True)
    is_realm_public = models.BooleanField(null=True, default=False)
    is_web_public = models.BooleanField(null=True, default=False)
    owner = models.ForeignKey("zerver.UserProfile", CASCADE)
    realm = models.ForeignKey("zerver.Realm", CASCADE)

    class Meta:
        abstract = True


class Attachment(AbstractAttachment):
    """A file that is, or may yet be, used in messages."""

    messages = models.ManyToManyField("zerver.Message")
    scheduled_messages = models.ManyToManyField("zerver.ScheduledMessage")

    class Meta:
        indexes = (models.Index(fields=["realm", "create_time"], name="zerver_attachment_realm_create_time"),)

    def is_claimed(self) -> bool:
        """Whether a message uses it."""
        return bool(self.messages.exists() or self.scheduled_messages.exists())


class ImageAttachment(models.Model):
    """Size and thumbnails of a file that is an image; linked by ``path_id`` only."""

    path_id = models.TextField(unique=True)
    original_width_px = models.IntegerField()
    original_height_px = models.IntegerField()
    frames = models.IntegerField()
    thumbnail_metadata = models.JSONField(default=list)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    content_type = models.TextField(null=True)
