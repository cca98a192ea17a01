"""Mobile devices that get notifications."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE


class AbstractPushDeviceToken(models.Model):
    """A device as Apple (APNs) or Google (FCM) knows it."""

    APNS = 1
    FCM = 2

    kind = models.PositiveSmallIntegerField()
    token = models.CharField(max_length=4096, db_index=True)
    last_updated = models.DateTimeField(auto_now=True)
    ios_app_id = models.TextField(null=True)

    class Meta:
        abstract = True


class PushDeviceToken(AbstractPushDeviceToken):
    """A device of a person."""

    user = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        unique_together = ("user", "kind", "token")


class PushDevice(models.Model):
    """A device whose notifications are encrypted end to end (11.0)."""

    APNS = 1
    FCM = 2

    user = models.ForeignKey("zerver.UserProfile", CASCADE)
    token_kind = models.PositiveSmallIntegerField()
    push_account_id = models.BigIntegerField()
    push_public_key = models.TextField()
    bouncer_device_id = models.BigIntegerField(null=True)
    error_code = models.CharField(max_length=100, null=True)
