"""Messages that the server itself writes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from django.utils.timezone import now
from zerver.lib.streams import get_active_subscriptions_for_stream_id
from zerver.models import Message, UserMessage, get_client
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import Stream, UserProfile


def internal_send_stream_message(
    sender: UserProfile,
    stream: Stream,
    topic_name: str,
    content: str,
    *,
    archived_channel_notice: bool = False,
    limit_unread_user_ids: set[int] | None = None,
) -> int:
    """Send a message to a channel, as one of the server's own bots; its id. Nobody writes to archived ones."""
    assert archived_channel_notice or not stream.deactivated
    message = Message.objects.create(
        sender=sender,
        sending_client=get_client("Internal"),
        realm=stream.realm,
        recipient_id=stream.recipient_id,
        subject=topic_name,
        content=content,
        rendered_content=f"<p>{escape(content)}</p>",
        rendered_content_version=1,
        date_sent=now(),
    )
    readers = get_active_subscriptions_for_stream_id(stream.id, include_deactivated_users=False)
    users = list(readers.values_list("user_profile_id", flat=True))
    read = 0 if limit_unread_user_ids is None else 1
    UserMessage.objects.bulk_create(UserMessage(user_profile_id=each, message=message, flags=read) for each in users)
    send_event_on_commit(stream.realm, {"type": "message", "message": message.id}, users)
    return int(message.id)
