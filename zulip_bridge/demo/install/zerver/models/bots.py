"""What bots keep, and the ids under which people are known elsewhere."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE
from django.utils.timezone import now


class Service(models.Model):
    """Where an outgoing webhook sends messages, or which embedded bot runs."""

    GENERIC = 1
    SLACK = 2

    name = models.CharField(max_length=100)
    base_url = models.TextField()
    token = models.TextField()
    interface = models.PositiveSmallIntegerField(default=1)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)


class BotStorageData(models.Model):
    """A value that a bot stored."""

    key = models.TextField(db_index=True)
    value = models.TextField()
    bot_profile = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        unique_together = ("bot_profile", "key")


class BotConfigData(models.Model):
    """A setting of an embedded bot; often a key of another service."""

    key = models.TextField(db_index=True)
    value = models.TextField()
    bot_profile = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        unique_together = ("bot_profile", "key")


class ExternalAuthID(models.Model):
    """The id of an account at the directory or identity provider it logs in through (11.0)."""

    user = models.ForeignKey("zerver.UserProfile", CASCADE)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    date_created = models.DateTimeField(default=now)
    external_auth_method_name = models.TextField()
    external_auth_id = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["realm", "external_auth_method_name", "external_auth_id"],
                name="zerver_externalauthid_uniq",
            ),
        )
