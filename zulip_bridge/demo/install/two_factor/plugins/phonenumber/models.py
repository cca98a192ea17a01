"""Telephones."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE


class PhoneDevice(models.Model):
    """A telephone of a person that gets codes."""

    id = models.AutoField(primary_key=True)
    user = models.ForeignKey("zerver.UserProfile", CASCADE)
    name = models.CharField(max_length=64)
    confirmed = models.BooleanField(default=True)
    throttling_failure_timestamp = models.DateTimeField(null=True)
    throttling_failure_count = models.PositiveIntegerField(default=0)
    number = models.CharField(max_length=128)
    key = models.CharField(max_length=40)
    method = models.CharField(max_length=4)

    class Meta:
        db_table = "two_factor_phonedevice"
