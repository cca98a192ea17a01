"""What is to be sent later."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE, Q
from django.utils.timezone import now


class AbstractScheduledJob(models.Model):
    """Something to do at a time; ``data`` is JSON."""

    scheduled_timestamp = models.DateTimeField(db_index=True)
    data = models.TextField()
    realm = models.ForeignKey("zerver.Realm", CASCADE)

    class Meta:
        abstract = True


class ScheduledEmail(AbstractScheduledJob):
    """An e-mail to people of the realm, or to an address that is not yet anybody's."""

    WELCOME = 1
    DIGEST = 2
    INVITATION_REMINDER = 3

    users = models.ManyToManyField("zerver.UserProfile")
    address = models.EmailField(null=True, db_index=True)
    type = models.PositiveSmallIntegerField()


class ScheduledMessage(models.Model):
    """A message that its sender wants sent later."""

    SEND_LATER = 1
    REMIND = 2

    subject = models.CharField(max_length=60)
    content = models.TextField()
    rendered_content = models.TextField()
    scheduled_timestamp = models.DateTimeField(db_index=True)
    read_by_sender = models.BooleanField()
    delivered = models.BooleanField(default=False)
    has_attachment = models.BooleanField(default=False, db_index=True)
    failed = models.BooleanField(default=False)
    failure_message = models.TextField(null=True)
    delivery_type = models.PositiveSmallIntegerField(default=SEND_LATER)
    delivered_message = models.ForeignKey("zerver.Message", CASCADE, null=True)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    recipient = models.ForeignKey("zerver.Recipient", CASCADE)
    sender = models.ForeignKey("zerver.UserProfile", CASCADE)
    sending_client = models.ForeignKey("zerver.Client", CASCADE)
    stream = models.ForeignKey("zerver.Stream", CASCADE, null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["scheduled_timestamp"],
                condition=Q(delivered=False, failed=False),
                name="zerver_unsent_scheduled_messages_by_time",
            ),
            models.Index(
                fields=["realm_id", "sender", "delivery_type", "scheduled_timestamp"],
                condition=Q(delivered=False),
                name="zerver_realm_unsent_scheduled_messages_by_user",
            ),
        )


class MissedMessageEmailAddress(models.Model):
    """The secret address with which a notification can be answered."""

    email_token = models.CharField(max_length=34, unique=True)
    timestamp = models.DateTimeField(default=now, db_index=True)
    times_used = models.PositiveIntegerField(default=0, db_index=True)
    message = models.ForeignKey("zerver.Message", CASCADE)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)


class ScheduledMessageNotificationEmail(models.Model):
    """A notification that waits for more to go with it."""

    trigger = models.TextField()
    scheduled_timestamp = models.DateTimeField(db_index=True)
    message = models.ForeignKey("zerver.Message", CASCADE)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)
    mentioned_user_group = models.ForeignKey("zerver.NamedUserGroup", CASCADE, null=True)
