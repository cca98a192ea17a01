"""Messages to be sent later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from zerver.lib.exceptions import JsonableError
from zerver.models import ScheduledMessage
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import UserProfile


@transaction.atomic(durable=True)
def delete_scheduled_message(user_profile: UserProfile, scheduled_message_id: int) -> None:
    """Delete one of the person's; raises JsonableError when there is none."""
    deleted, _ = ScheduledMessage.objects.filter(id=scheduled_message_id, sender=user_profile).delete()
    if not deleted:
        raise JsonableError("Scheduled message does not exist")
    event = {"type": "scheduled_messages", "op": "remove", "scheduled_message_id": scheduled_message_id}
    send_event_on_commit(user_profile.realm, event, [user_profile.id])
