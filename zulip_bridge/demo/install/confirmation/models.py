"""Links in e-mails: whoever has the key may do what the link is for."""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models
from django.db.models import CASCADE
from django.utils.timezone import now


class Confirmation(models.Model):
    """A link, to the row that ``content_type`` and ``object_id`` name."""

    USER_REGISTRATION = 1
    INVITATION = 2
    EMAIL_CHANGE = 3
    UNSUBSCRIBE = 4
    SERVER_REGISTRATION = 5
    MULTIUSE_INVITE = 6
    REALM_CREATION = 7
    REALM_REACTIVATION = 8

    object_id = models.PositiveBigIntegerField(db_index=True)
    date_sent = models.DateTimeField(db_index=True)
    confirmation_key = models.CharField(max_length=40, db_index=True)
    content_type = models.ForeignKey("contenttypes.ContentType", CASCADE)
    type = models.PositiveSmallIntegerField()
    realm = models.ForeignKey("zerver.Realm", CASCADE, null=True)
    expiry_date = models.DateTimeField(null=True, db_index=True)
    content_object = GenericForeignKey("content_type", "object_id")

    class Meta:
        unique_together = ("type", "confirmation_key")
        indexes = (models.Index(fields=["content_type", "object_id"], name="confirmatio_content_80155a_idx"),)


class RealmCreationKey(models.Model):
    """A link with which an organization can be created."""

    creation_key = models.CharField(max_length=40, db_index=True)
    date_created = models.DateTimeField(default=now)
    presume_email_valid = models.BooleanField(default=False)
