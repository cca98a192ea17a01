"""Whom a message is for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import SET_NULL


class Recipient(models.Model):
    """A person, a channel or a group; ``type_id`` is the id in the table that ``type`` names."""

    PERSONAL = 1
    STREAM = 2
    DIRECT_MESSAGE_GROUP = 3
    NAMES: ClassVar[dict[int, str]] = {
        PERSONAL: "personal",
        STREAM: "stream",
        DIRECT_MESSAGE_GROUP: "direct_message_group",
    }

    id = models.AutoField(primary_key=True)
    type_id = models.IntegerField(db_index=True)
    type = models.PositiveSmallIntegerField(db_index=True)

    class Meta:
        unique_together = ("type", "type_id")

    def __str__(self) -> str:
        return f"{self.NAMES[self.type]} {self.type_id}"

    def type_name(self) -> str:
        """The type in words."""
        return self.NAMES[self.type]


class DirectMessageGroup(models.Model):
    """People who write to each other as a group; its members hold subscriptions to its recipient."""

    huddle_hash = models.CharField(max_length=40, unique=True)
    recipient = models.ForeignKey("zerver.Recipient", SET_NULL, null=True)
    group_size = models.IntegerField()

    class Meta:
        db_table = "zerver_huddle"


def get_direct_message_group_hash(user_ids: Iterable[int]) -> str:
    """What identifies a group: a hash of its members' ids."""
    key = ",".join(str(each) for each in sorted(set(user_ids)))
    return hashlib.sha1(key.encode()).hexdigest()
