"""Backup codes."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE

from ...models import TimedDevice


class StaticDevice(TimedDevice):
    """A person's set of backup codes."""

    id = models.AutoField(primary_key=True)


class StaticToken(models.Model):
    """A backup code."""

    id = models.AutoField(primary_key=True)
    device = models.ForeignKey(StaticDevice, CASCADE, related_name="token_set")
    token = models.CharField(max_length=16, db_index=True)
