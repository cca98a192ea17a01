"""When people were there, and what they said they were doing."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE
from django.utils.timezone import now
from zerver.models.reactions import AbstractEmoji


class UserPresence(models.Model):
    """When a person's clients were last active and last connected."""

    last_update_id = models.PositiveBigIntegerField(default=0, db_index=True)
    last_connected_time = models.DateTimeField(null=True, default=now, db_index=True)
    last_active_time = models.DateTimeField(null=True, default=now, db_index=True)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    user_profile = models.OneToOneField("zerver.UserProfile", CASCADE)

    class Meta:
        indexes = (
            models.Index(
                fields=["realm", "last_active_time"],
                name="zerver_userpresence_realm_id_last_active_time_1c5aa9a2_idx",
            ),
            models.Index(
                fields=["realm", "last_connected_time"],
                name="zerver_userpresence_realm_id_last_connected_time_98d2fc9f_idx",
            ),
            models.Index(fields=["realm", "last_update_id"], name="zerver_userpresence_realm_last_update_id_idx"),
        )


class PresenceSequence(models.Model):
    """Numbers the changes of presence in a realm."""

    last_update_id = models.PositiveBigIntegerField()
    realm = models.OneToOneField("zerver.Realm", CASCADE)


class UserStatus(AbstractEmoji):
    """A status text, an emoji, or both; one row for a person."""

    timestamp = models.DateTimeField()
    emoji_name = models.TextField(default="")
    emoji_code = models.TextField(default="")
    status_text = models.CharField(max_length=255, default="")
    client = models.ForeignKey("zerver.Client", CASCADE)
    user_profile = models.OneToOneField("zerver.UserProfile", CASCADE)


class UserActivity(models.Model):
    """How often, and when last, a person's client called one endpoint of the server."""

    query = models.CharField(max_length=50, db_index=True)
    count = models.IntegerField()
    last_visit = models.DateTimeField()
    client = models.ForeignKey("zerver.Client", CASCADE)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        unique_together = ("user_profile", "client", "query")


class UserActivityInterval(models.Model):
    """A span of time in which a person was active."""

    start = models.DateTimeField(db_index=True)
    end = models.DateTimeField(db_index=True)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        indexes = (
            models.Index(
                fields=["user_profile", "end"], name="zerver_useractivityinterval_user_profile_id_end_bb3bfc37_idx"
            ),
        )
