"""Channels, which the tables still call streams, and who reads them."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import CASCADE, RESTRICT, SET_NULL, Q
from django.db.models.functions import Upper
from django.utils.timezone import now


def new_token() -> str:
    """The secret part of a channel's e-mail address."""
    return secrets.token_hex(16)


class Stream(models.Model):
    """A channel."""

    MAX_NAME_LENGTH = 60
    MAX_DESCRIPTION_LENGTH = 1024

    name = models.CharField(max_length=60, db_index=True)
    date_created = models.DateTimeField(default=now)
    deactivated = models.BooleanField(default=False)
    description = models.CharField(max_length=1024, default="")
    rendered_description = models.TextField(default="")
    invite_only = models.BooleanField(default=False)
    history_public_to_subscribers = models.BooleanField(default=True)
    is_web_public = models.BooleanField(default=False)
    is_in_zephyr_realm = models.BooleanField(default=False)
    message_retention_days = models.IntegerField(null=True)
    first_message_id = models.IntegerField(null=True, db_index=True)
    can_remove_subscribers_group = models.ForeignKey("zerver.UserGroup", RESTRICT)
    creator = models.ForeignKey("zerver.UserProfile", SET_NULL, null=True)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    recipient = models.ForeignKey("zerver.Recipient", SET_NULL, null=True)
    is_recently_active = models.BooleanField(default=True, db_default=True)
    can_administer_channel_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_send_message_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_add_subscribers_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_subscribe_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")

    class Meta:
        indexes = (models.Index(Upper("name"), name="upper_stream_name_idx"),)
        constraints = (models.UniqueConstraint("realm", Upper("name"), name="zerver_stream_realm_id_name_uniq"),)

    def __str__(self) -> str:
        return str(self.name)

    def is_public(self) -> bool:
        """Whether every member of the realm may read and join."""
        return not self.invite_only


class Subscription(models.Model):
    """Somebody's place in a channel or in a group of direct messages, with its settings."""

    DEFAULT_STREAM_COLOR = "#c2c2c2"

    active = models.BooleanField(default=True)
    is_user_active = models.BooleanField()
    is_muted = models.BooleanField(default=False)
    color = models.CharField(max_length=10, default=DEFAULT_STREAM_COLOR)
    pin_to_top = models.BooleanField(default=False)
    desktop_notifications = models.BooleanField(null=True)
    audible_notifications = models.BooleanField(null=True)
    push_notifications = models.BooleanField(null=True)
    email_notifications = models.BooleanField(null=True)
    wildcard_mentions_notify = models.BooleanField(null=True)
    recipient = models.ForeignKey("zerver.Recipient", CASCADE)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        unique_together = ("user_profile", "recipient")
        indexes = (
            models.Index(
                fields=["recipient", "user_profile"],
                condition=Q(active=True, is_user_active=True),
                name="zerver_subscription_recipient_id_user_profile_id_idx",
            ),
        )


class DefaultStream(models.Model):
    """A channel that those who join the realm are put in."""

    realm = models.ForeignKey("zerver.Realm", CASCADE)
    stream = models.ForeignKey("zerver.Stream", CASCADE)

    class Meta:
        unique_together = ("realm", "stream")


class DefaultStreamGroup(models.Model):
    """Channels that those who join may choose together."""

    name = models.CharField(max_length=60, db_index=True)
    description = models.CharField(max_length=1024, default="")
    realm = models.ForeignKey("zerver.Realm", CASCADE)

    streams = models.ManyToManyField("zerver.Stream")

    class Meta:
        unique_together = ("realm", "name")


class ChannelEmailAddress(models.Model):
    """The secret address through which one person can write to a channel by e-mail."""

    email_token = models.CharField(max_length=32, default=new_token, unique=True)
    date_created = models.DateTimeField(default=now)
    deactivated = models.BooleanField(default=False)
    channel = models.ForeignKey("zerver.Stream", CASCADE)
    creator = models.ForeignKey("zerver.UserProfile", CASCADE, null=True, related_name="+")
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    sender = models.ForeignKey("zerver.UserProfile", CASCADE, related_name="+")

    class Meta:
        unique_together = ("channel", "creator", "sender")
        indexes = (
            models.Index(fields=["realm", "channel"], name="zerver_channelemailaddress_realm_id_channel_id_idx"),
        )


class ChannelFolder(models.Model):
    """Channels shown together (11.0)."""

    realm = models.ForeignKey("zerver.Realm", CASCADE)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=1024, default="")
    rendered_description = models.TextField(default="")
    date_created = models.DateTimeField(default=now)
    creator = models.ForeignKey("zerver.UserProfile", SET_NULL, null=True)
    is_archived = models.BooleanField(default=False)
