"""Apps that compute codes from the time."""

from __future__ import annotations

from django.db import models

from ...models import TimedDevice


class TOTPDevice(TimedDevice):
    """An app of a person; ``key`` is the secret in hexadecimal digits."""

    id = models.AutoField(primary_key=True)
    key = models.CharField(max_length=80)
    step = models.PositiveSmallIntegerField(default=30)
    t0 = models.BigIntegerField(default=0)
    digits = models.PositiveSmallIntegerField(default=6)
    tolerance = models.PositiveSmallIntegerField(default=1)
    drift = models.SmallIntegerField(default=0)
    last_t = models.BigIntegerField(default=-1)
