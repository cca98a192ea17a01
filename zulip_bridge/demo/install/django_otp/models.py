"""What all second factors have in common."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE


class Device(models.Model):
    """A second factor of a person."""

    user = models.ForeignKey("zerver.UserProfile", CASCADE)
    name = models.CharField(max_length=64)
    confirmed = models.BooleanField(default=True)
    throttling_failure_timestamp = models.DateTimeField(null=True)
    throttling_failure_count = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class TimedDevice(Device):
    """One that knows when it was made and last used."""

    created_at = models.DateTimeField(null=True, auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
