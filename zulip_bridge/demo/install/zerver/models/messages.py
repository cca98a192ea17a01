"""Messages, and what each of their readers holds of them."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import CASCADE, F, Q
from django.db.models.functions import Upper
from zerver.models.flags import FlagsField
from zerver.models.recipients import Recipient

MAX_TOPIC_NAME_LENGTH = 60

ALL_FLAGS = (
    "read",
    "starred",
    "collapsed",
    "mentioned",
    "stream_wildcard_mentioned",
    "topic_wildcard_mentioned",
    "group_mentioned",
    "force_expand",
    "force_collapse",
    "has_alert_word",
    "historical",
    "is_private",
    "active_mobile_push_notification",
)
"""The flags of a UserMessage row, the lowest bit first."""

HIDDEN_FLAGS = {"is_private", "active_mobile_push_notification"}
"""Kept for the server's own use: not told to clients, nor in exports."""


class MessageType(models.IntegerChoices):
    """What made a message."""

    NORMAL = 1
    RESOLVE_TOPIC_NOTIFICATION = 2


class AbstractMessage(models.Model):
    """What live and archived messages have in common."""

    MessageType = MessageType

    id = models.AutoField(primary_key=True)
    type = models.PositiveSmallIntegerField(default=MessageType.NORMAL, db_default=1)
    subject = models.CharField(max_length=60, db_index=True)
    content = models.TextField()
    rendered_content = models.TextField(null=True)
    rendered_content_version = models.IntegerField(null=True)
    date_sent = models.DateTimeField(db_index=True)
    last_edit_time = models.DateTimeField(null=True)
    edit_history = models.TextField(null=True)
    has_attachment = models.BooleanField(default=False, db_index=True)
    has_image = models.BooleanField(default=False, db_index=True)
    has_link = models.BooleanField(default=False, db_index=True)
    sender = models.ForeignKey("zerver.UserProfile", CASCADE)
    sending_client = models.ForeignKey("zerver.Client", CASCADE)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    recipient = models.ForeignKey("zerver.Recipient", CASCADE)
    is_channel_message = models.BooleanField(default=True, db_index=True)

    class Meta:
        abstract = True

    def topic_name(self) -> str:
        """The topic; for direct messages a sign that there is none."""
        return str(self.subject)

    def is_stream_message(self) -> bool:
        """Whether it was sent to a channel."""
        return bool(self.recipient.type == Recipient.STREAM)

    def get_realm(self) -> Any:
        """The organization it was sent in."""
        return self.realm


class Message(AbstractMessage):
    """A message that can be read."""

    search_tsvector = SearchVectorField(null=True)

    class Meta:
        indexes = (
            GinIndex("search_tsvector", fastupdate=False, name="zerver_message_search_tsvector"),
            models.Index("realm", "recipient", "id", name="zerver_message_realm_recipient_id"),
            models.Index("realm", "recipient", "date_sent", name="zerver_message_realm_recipient_date_sent"),
            models.Index("realm", "sender", "recipient", name="zerver_message_realm_sender_recipient"),
            models.Index("realm", "date_sent", name="zerver_message_realm_date_sent"),
            models.Index("realm", F("id").desc(nulls_last=True), name="zerver_message_realm_id"),
            models.Index(
                fields=["id"], condition=Q(edit_history__isnull=False), name="zerver_message_edit_history_id"
            ),
            models.Index(
                "realm",
                Upper("subject"),
                F("id").desc(nulls_last=True),
                condition=Q(is_channel_message=True),
                name="zerver_message_realm_upper_subject",
            ),
            models.Index(
                "realm",
                "recipient",
                Upper("subject"),
                F("id").desc(nulls_last=True),
                condition=Q(is_channel_message=True),
                name="zerver_message_realm_recipient_upper_subject",
            ),
            models.Index(
                "realm",
                "recipient",
                "subject",
                F("id").desc(nulls_last=True),
                condition=Q(is_channel_message=True),
                name="zerver_message_realm_recipient_subject",
            ),
        )


class AbstractUserMessage(models.Model):
    """What one person holds of one message: read, starred, mentioned and so on."""

    ALL_FLAGS = ALL_FLAGS

    flags = FlagsField(flags=ALL_FLAGS)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        abstract = True
        unique_together = ("user_profile", "message")

    def flags_list(self) -> list[str]:
        """The names of the flags that are set."""
        return self.flags_list_for_flags(int(self.flags))

    @staticmethod
    def flags_list_for_flags(val: int) -> list[str]:
        """The names of the flags in a number, without those of the server's own use."""
        names = (name for bit, name in enumerate(ALL_FLAGS) if val & (1 << bit))
        return [name for name in names if name not in HIDDEN_FLAGS]


def _held(name: str, condition: Q) -> Any:
    return models.Index("user_profile", "message", condition=condition, name=f"zerver_usermessage_{name}")


def _bit(*names: str) -> int:
    return sum(1 << ALL_FLAGS.index(name) for name in names)


ANY_MENTION = _bit("mentioned", "stream_wildcard_mentioned", "topic_wildcard_mentioned", "group_mentioned")


class UserMessage(AbstractUserMessage):
    """A person's hold on a message that can be read."""

    message = models.ForeignKey("zerver.Message", CASCADE)

    class Meta(AbstractUserMessage.Meta):
        indexes = (
            _held("starred_message_id", Q(flags__andnz=_bit("starred"))),
            _held("mentioned_message_id", Q(flags__andnz=_bit("mentioned"))),
            _held("unread_message_id", Q(flags__andz=_bit("read"))),
            _held("has_alert_word_message_id", Q(flags__andnz=_bit("has_alert_word"))),
            _held(
                "wildcard_mentioned_message_id",
                Q(flags__andnz=_bit("mentioned")) | Q(flags__andnz=_bit("stream_wildcard_mentioned")),
            ),
            _held("any_mentioned_message_id", Q(flags__andnz=ANY_MENTION)),
            _held("is_private_message_id", Q(flags__andnz=_bit("is_private"))),
            _held("active_mobile_push_notification_id", Q(flags__andnz=_bit("active_mobile_push_notification"))),
        )


class OnboardingUserMessage(models.Model):
    """The flags with which those who join get one of the realm's first messages."""

    ALL_FLAGS = ("read", "historical", "starred")

    flags = FlagsField(flags=("read", "historical", "starred"))
    message = models.ForeignKey("zerver.Message", CASCADE)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
