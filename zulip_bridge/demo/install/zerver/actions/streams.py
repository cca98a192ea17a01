"""Who is subscribed to which channel; archiving channels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Max
from zerver.lib.audit import record
from zerver.lib.exceptions import JsonableError
from zerver.models import ChannelEmailAddress, DefaultStream, Message, Subscription
from zerver.models.realm_audit_logs import AuditLogEventType
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import Realm, Stream, UserProfile


class SubInfo(NamedTuple):
    """A person's subscription to a channel."""

    user: Any
    sub: Any
    stream: Any


SubT = tuple[list[SubInfo], list[SubInfo]]
"""Subscriptions that were made or made active again, and those that were there."""

SubAndRemovedT = tuple[list[tuple[Any, Any]], list[tuple[Any, Any]]]
"""People and channels: those that were unsubscribed, and those that were not subscribed."""

NO_COLORS: Mapping[str, str] = MappingProxyType({})


@transaction.atomic(savepoint=False)
def bulk_add_subscriptions(
    realm: Realm,
    streams: Collection[Stream],
    users: Iterable[UserProfile],
    color_map: Mapping[str, str] = NO_COLORS,
    from_user_creation: bool = False,
    *,
    acting_user: UserProfile | None,
) -> SubT:
    """Subscribe people to channels of their realm."""
    changed, already = [], []
    for user in users:
        for stream in streams:
            _check_realm(realm, user, stream)
            sub = _subscription(user, stream)
            if sub is not None and sub.active:
                already.append(SubInfo(user, sub, stream))
                continue
            event = AuditLogEventType.SUBSCRIPTION_ACTIVATED
            if sub is None:
                event = AuditLogEventType.SUBSCRIPTION_CREATED
                color = color_map.get(stream.name, Subscription.DEFAULT_STREAM_COLOR)
                sub = Subscription(user_profile=user, recipient_id=stream.recipient_id, color=color)
                sub.is_user_active = user.is_active
            sub.active = True
            sub.save()
            changed.append(SubInfo(user, sub, stream))
            _note(event, user, stream, acting_user, "add")
    return changed, already


def bulk_remove_subscriptions(
    realm: Realm, users: Iterable[UserProfile], streams: Iterable[Stream], *, acting_user: UserProfile | None
) -> SubAndRemovedT:
    """Unsubscribe people from channels of their realm; the rows stay, marked as not active."""
    removed, not_subscribed = [], []
    streams = list(streams)
    with transaction.atomic(savepoint=False):
        for user in users:
            for stream in streams:
                _check_realm(realm, user, stream)
                sub = _subscription(user, stream)
                if sub is None or not sub.active:
                    not_subscribed.append((user, stream))
                    continue
                sub.active = False
                sub.save(update_fields=["active"])
                removed.append((user, stream))
                _note(AuditLogEventType.SUBSCRIPTION_DEACTIVATED, user, stream, acting_user, "remove")
    return removed, not_subscribed


@transaction.atomic(savepoint=False)
def do_deactivate_stream(stream: Stream, *, acting_user: UserProfile | None) -> None:
    """Archive a channel: nobody can write to it any more, everything else stays."""
    if stream.deactivated is True:
        raise JsonableError("Channel is already deactivated")
    stream.deactivated = True
    stream.save(update_fields=["deactivated"])
    ChannelEmailAddress.objects.filter(realm=stream.realm, channel=stream).update(deactivated=True)
    DefaultStream.objects.filter(realm_id=stream.realm_id, stream_id=stream.id).delete()
    _note_channel(AuditLogEventType.CHANNEL_DEACTIVATED, stream, acting_user, "delete")


@transaction.atomic(savepoint=False)
def do_unarchive_stream(stream: Stream, new_name: str, *, acting_user: UserProfile | None) -> None:
    """Bring an archived channel back."""
    if not stream.deactivated:
        raise JsonableError("Channel is not currently deactivated")
    streams = type(stream).objects
    if stream.name != new_name and streams.filter(realm=stream.realm, name=new_name).exists():
        raise JsonableError(f"Channel named {new_name} already exists")
    stream.deactivated = False
    stream.name = new_name
    stream.save(update_fields=["name", "deactivated"])
    ChannelEmailAddress.objects.filter(realm=stream.realm, channel=stream).update(deactivated=False)
    _note_channel(AuditLogEventType.CHANNEL_REACTIVATED, stream, acting_user, "create")


def _note_channel(event_type: int, stream: Stream, acting_user: UserProfile | None, op: str) -> None:
    record(event_type, None, acting_user, realm=stream.realm, modified_stream=stream)
    subscribers = Subscription.objects.filter(recipient_id=stream.recipient_id, active=True)
    event = {"type": "stream", "op": op, "streams": [{"stream_id": stream.id, "name": stream.name}]}
    send_event_on_commit(stream.realm, event, list(subscribers.values_list("user_profile_id", flat=True)))


def _check_realm(realm: Realm, user: UserProfile, stream: Stream) -> None:
    assert stream.realm_id == realm.id
    assert user.realm_id == realm.id


def _subscription(user: UserProfile, stream: Stream) -> Any:
    return Subscription.objects.filter(user_profile=user, recipient_id=stream.recipient_id).first()


def _note(event_type: int, user: UserProfile, stream: Stream, acting_user: UserProfile | None, op: str) -> None:
    last = Message.objects.aggregate(last=Max("id"))["last"] or -1
    record(event_type, user, acting_user, modified_stream=stream, event_last_message_id=last)
    event = {"type": "subscription", "op": op, "subscriptions": [{"stream_id": stream.id, "name": stream.name}]}
    send_event_on_commit(user.realm, event, [user.id])
