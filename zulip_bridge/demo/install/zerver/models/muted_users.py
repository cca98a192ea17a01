"""Whom and what people do not want to see."""

from __future__ import annotations

from datetime import datetime, timezone

from django.db import models
from django.db.models import CASCADE
from django.db.models.functions import Lower, Upper
from django.utils.timezone import now

LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)
"""When a topic was muted, where that was not yet recorded."""


class MutedUser(models.Model):
    """Somebody (``muted_user``) whom somebody else does not want to see."""

    date_muted = models.DateTimeField(default=now)
    muted_user = models.ForeignKey("zerver.UserProfile", CASCADE, related_name="muted")
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE, related_name="muter")

    class Meta:
        unique_together = ("user_profile", "muted_user")


class VisibilityPolicy(models.IntegerChoices):
    """How much of a topic somebody wants to see."""

    INHERIT = 0
    MUTED = 1
    UNMUTED = 2
    FOLLOWED = 3


class UserTopic(models.Model):
    """A topic that somebody muted, unmuted or follows."""

    VisibilityPolicy = VisibilityPolicy

    topic_name = models.CharField(max_length=60)
    last_updated = models.DateTimeField(default=LONG_AGO)
    visibility_policy = models.SmallIntegerField(default=VisibilityPolicy.MUTED)
    recipient = models.ForeignKey("zerver.Recipient", CASCADE)
    stream = models.ForeignKey("zerver.Stream", CASCADE)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "user_profile", "stream", Lower("topic_name"), name="usertopic_case_insensitive_topic_uniq"
            ),
        )
        indexes = (
            models.Index("stream", Upper("topic_name"), name="zerver_mutedtopic_stream_topic"),
            models.Index(
                fields=["stream", "topic_name", "visibility_policy", "user_profile"],
                name="zerver_usertopic_stream_topic_user_visibility_idx",
            ),
            models.Index(
                fields=["user_profile", "visibility_policy", "stream", "topic_name"],
                name="zerver_usertopic_user_visibility_idx",
            ),
        )
