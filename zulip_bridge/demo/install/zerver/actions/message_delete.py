"""Deleting messages: they go to the archive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from zerver.lib import retention
from zerver.models import Message, Stream, UserMessage
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import Realm, UserProfile


def do_delete_messages(realm: Realm, messages: Iterable[Message], *, acting_user: UserProfile | None) -> None:
    """Archive messages of one topic of a channel, or exactly one direct message."""
    messages = list(messages)
    if not messages:
        return
    ids = [message.id for message in messages]
    sample = messages[0]
    event: dict[str, object] = {"type": "delete_message", "message_ids": ids, "message_type": "private"}
    users = set(UserMessage.objects.filter(message_id__in=ids).values_list("user_profile_id", flat=True))
    if acting_user is not None:
        users.add(acting_user.id)
    if sample.is_stream_message():
        stream = Stream.objects.get(id=sample.recipient.type_id)
        event |= {"message_type": "stream", "stream_id": stream.id, "topic": sample.topic_name()}
        retention.move_messages_to_archive(ids, realm=realm, chunk_size=retention.STREAM_MESSAGE_BATCH_SIZE)
        _update_first_message(stream, ids)
    else:
        assert len(messages) == 1
        retention.move_messages_to_archive(ids, realm=realm, chunk_size=retention.MESSAGE_BATCH_SIZE)
    send_event_on_commit(realm, event, sorted(users))


def do_delete_messages_by_sender(user: UserProfile) -> None:
    """Archive all that somebody sent. Clients are not told, and the archive does not know the realm."""
    sent = Message.objects.filter(realm_id=user.realm_id, sender=user).order_by("id")
    ids = list(sent.values_list("id", flat=True))
    if ids:
        retention.move_messages_to_archive(ids, chunk_size=retention.STREAM_MESSAGE_BATCH_SIZE)


def _update_first_message(stream: Stream, deleted: list[int]) -> None:
    if stream.first_message_id in deleted:
        left = Message.objects.filter(realm_id=stream.realm_id, recipient_id=stream.recipient_id)
        stream.first_message_id = left.order_by("id").values_list("id", flat=True).first()
        stream.save(update_fields=["first_message_id"])
