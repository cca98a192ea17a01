"""What people add to messages: reactions, and votes and tasks in polls and lists."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE


class AbstractEmoji(models.Model):
    """An emoji that somebody used."""

    UNICODE_EMOJI = "unicode_emoji"
    REALM_EMOJI = "realm_emoji"
    ZULIP_EXTRA_EMOJI = "zulip_extra_emoji"

    emoji_name = models.TextField()
    reaction_type = models.CharField(max_length=30, default=UNICODE_EMOJI)
    emoji_code = models.TextField()
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        abstract = True


class AbstractReaction(AbstractEmoji):
    """An emoji under a message; one person uses each at most once there."""

    class Meta:
        abstract = True
        unique_together = ("user_profile", "message", "reaction_type", "emoji_code")


class Reaction(AbstractReaction):
    """A reaction to a message that can be read."""

    message = models.ForeignKey("zerver.Message", CASCADE)


class AbstractSubMessage(models.Model):
    """What somebody did in a message's widget; JSON."""

    msg_type = models.TextField()
    content = models.TextField()
    sender = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        abstract = True


class SubMessage(AbstractSubMessage):
    """In a message that can be read."""

    message = models.ForeignKey("zerver.Message", CASCADE)
