"""Counts over time, of the server, its organizations, channels and people."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE, Q, UniqueConstraint


class FillState(models.Model):
    """Up to when a property was counted."""

    DONE = 1
    STARTED = 2

    property = models.CharField(max_length=40, unique=True)
    end_time = models.DateTimeField()
    state = models.PositiveSmallIntegerField()


class BaseCount(models.Model):
    """A value of a property at the end of an hour or a day, with or without a subgroup."""

    property = models.CharField(max_length=32)
    end_time = models.DateTimeField()
    value = models.BigIntegerField()
    subgroup = models.CharField(max_length=16, null=True)

    class Meta:
        abstract = True


def _once(name: str, *of: str) -> list[UniqueConstraint]:
    """One value for each property, subgroup and time, of each of ``of``."""
    return [
        UniqueConstraint(
            fields=[*of, "property", "subgroup", "end_time"],
            condition=Q(subgroup__isnull=False),
            name=f"unique_{name}",
        ),
        UniqueConstraint(
            fields=[*of, "property", "end_time"],
            condition=Q(subgroup__isnull=True),
            name=f"unique_{name}_null_subgroup",
        ),
    ]


class InstallationCount(BaseCount):
    """Of the whole server."""

    class Meta:
        constraints = _once("installation_count")


class RealmCount(BaseCount):
    """Of an organization."""

    realm = models.ForeignKey("zerver.Realm", CASCADE)

    class Meta:
        constraints = _once("realm_count", "realm")
        indexes = (
            models.Index(fields=["property", "end_time"], name="analytics_realmcount_property_end_time_3b60396b_idx"),
        )


class UserCount(BaseCount):
    """Of a person."""

    realm = models.ForeignKey("zerver.Realm", CASCADE)
    user = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        constraints = _once("user_count", "user")
        indexes = (
            models.Index(
                fields=["property", "realm", "end_time"],
                name="analytics_usercount_property_realm_id_end_time_591dbec1_idx",
            ),
        )


class StreamCount(BaseCount):
    """Of a channel."""

    realm = models.ForeignKey("zerver.Realm", CASCADE)
    stream = models.ForeignKey("zerver.Stream", CASCADE)

    class Meta:
        constraints = _once("stream_count", "stream")
        indexes = (
            models.Index(
                fields=["property", "realm", "end_time"],
                name="analytics_streamcount_property_realm_id_end_time_155ae930_idx",
            ),
        )
