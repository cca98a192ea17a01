"""Accounts at other providers, and half-finished logins."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE
from django.utils.timezone import now


class UserSocialAuth(models.Model):
    """An account of a person at a provider."""

    provider = models.CharField(max_length=32)
    uid = models.CharField(max_length=255, db_index=True)
    user = models.ForeignKey("zerver.UserProfile", CASCADE, related_name="social_auth")
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)
    extra_data = models.JSONField(default=dict)

    class Meta:
        db_table = "social_auth_usersocialauth"
        unique_together = ("provider", "uid")


class Nonce(models.Model):
    """A number that OpenID uses once."""

    server_url = models.CharField(max_length=255)
    timestamp = models.IntegerField()
    salt = models.CharField(max_length=65)

    class Meta:
        db_table = "social_auth_nonce"
        unique_together = ("server_url", "timestamp", "salt")


class Association(models.Model):
    """A secret shared with an OpenID server."""

    server_url = models.CharField(max_length=255)
    handle = models.CharField(max_length=255)
    secret = models.CharField(max_length=255)
    issued = models.IntegerField()
    lifetime = models.IntegerField()
    assoc_type = models.CharField(max_length=64)

    class Meta:
        db_table = "social_auth_association"
        unique_together = ("server_url", "handle")


class Code(models.Model):
    """A code sent to an address."""

    email = models.EmailField()
    code = models.CharField(max_length=32, db_index=True)
    verified = models.BooleanField(default=False)
    timestamp = models.DateTimeField(default=now, db_index=True)

    class Meta:
        db_table = "social_auth_code"
        unique_together = ("email", "code")


class Partial(models.Model):
    """A login that was not finished."""

    token = models.CharField(max_length=32, db_index=True)
    next_step = models.PositiveSmallIntegerField(default=0)
    backend = models.CharField(max_length=32)
    timestamp = models.DateTimeField(default=now, db_index=True)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "social_auth_partial"
