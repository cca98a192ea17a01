"""Channels, and who is subscribed to which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from zerver.actions.default_streams import do_remove_default_stream, do_remove_streams_from_default_stream_group
from zerver.actions.message_send import internal_send_stream_message
from zerver.lib.audit import change, record
from zerver.lib.exceptions import JsonableError
from zerver.lib.streams import (
    can_access_stream_metadata_user_ids,
    get_active_subscriptions_for_stream_id,
    render_stream_description,
    stream_to_dict,
)
from zerver.models import (
    ArchivedAttachment,
    Attachment,
    ChannelEmailAddress,
    DefaultStream,
    DefaultStreamGroup,
    Message,
    Realm,
    Stream,
    Subscription,
    UserProfile,
    get_system_bot,
)
from zerver.models.realm_audit_logs import AuditLogEventType
from zerver.tornado.django_api import send_event_on_commit


class SubInfo(NamedTuple):
    """A person's subscription to a channel."""

    user: Any
    sub: Any
    stream: Any


SubT = tuple[list[SubInfo], list[SubInfo]]
"""Subscriptions that were made or made active again, and those that were there."""

SubAndRemovedT = tuple[list[tuple[Any, Any]], list[tuple[Any, Any]]]
"""People and channels: those that were unsubscribed, and those that were not subscribed."""

ANNOUNCEMENTS = (
    "moderation_request_channel_id",
    "new_stream_announcements_stream_id",
    "signup_announcements_stream_id",
    "zulip_update_announcements_stream_id",
)
"""What an organization uses channels for."""

NO_COLORS: Mapping[str, str] = MappingProxyType({})


def maybe_set_moderation_or_announcement_channels_none(stream: Stream) -> None:
    """The organization uses the channel for nothing any longer."""
    realm = Realm.objects.get(id=stream.realm_id)
    used = [field for field in ANNOUNCEMENTS if getattr(realm, field) == stream.id]
    if used:
        for field in used:
            setattr(realm, field, None)
        realm.save(update_fields=used)
        event = {"type": "realm", "op": "update_dict", "property": "default", "data": dict.fromkeys(used, -1)}
        everybody = UserProfile.objects.filter(realm=realm, is_active=True)
        send_event_on_commit(realm, event, list(everybody.values_list("id", flat=True)))


@transaction.atomic(savepoint=False)
def do_deactivate_stream(stream: Stream, *, acting_user: UserProfile | None) -> None:
    """Archive a channel; subscriptions and messages stay."""
    if stream.deactivated is True:
        raise JsonableError("Channel is already deactivated")
    affected = can_access_stream_metadata_user_ids(stream)
    stream.deactivated = True
    stream.save(update_fields=["deactivated"])
    ChannelEmailAddress.objects.filter(realm=stream.realm, channel=stream).update(deactivated=True)
    maybe_set_moderation_or_announcement_channels_none(stream)
    _forget_who_may_read_files(stream)
    if DefaultStream.objects.filter(realm_id=stream.realm_id, stream_id=stream.id).exists():
        do_remove_default_stream(stream)
    for group in DefaultStreamGroup.objects.filter(streams__id=stream.id):
        do_remove_streams_from_default_stream_group(stream.realm, group, [stream])
    send_event_on_commit(
        stream.realm, {"type": "stream", "op": "delete", "streams": [{"stream_id": stream.id}]}, affected
    )
    record(AuditLogEventType.CHANNEL_DEACTIVATED, None, acting_user, realm=stream.realm, modified_stream=stream)
    internal_send_stream_message(
        get_system_bot(settings.NOTIFICATION_BOT, stream.realm_id),
        stream,
        topic_name=Realm.STREAM_EVENTS_NOTIFICATION_TOPIC_NAME,
        content=f"Channel {stream.name} has been archived.",
        archived_channel_notice=True,
        limit_unread_user_ids=set(),
    )


@transaction.atomic(savepoint=False)
def do_unarchive_stream(stream: Stream, new_name: str, *, acting_user: UserProfile | None) -> None:
    """Bring a channel back, under its name or another."""
    realm = stream.realm
    subscribers = get_active_subscriptions_for_stream_id(stream.id, include_deactivated_users=True)
    if not stream.deactivated:
        raise JsonableError("Channel is not currently deactivated")
    if stream.name != new_name and Stream.objects.filter(realm=realm, name=new_name).exists():
        raise JsonableError(f"Channel named {new_name} already exists")
    if stream.invite_only and not subscribers:
        raise JsonableError("Channel is private and have no subscribers")
    stream.deactivated = False
    stream.name = new_name
    if stream.invite_only and stream.is_web_public:
        stream.is_web_public = False
    stream.save(update_fields=["name", "deactivated", "is_web_public"])
    ChannelEmailAddress.objects.filter(realm=realm, channel=stream).update(deactivated=False)
    _forget_who_may_read_files(stream)
    record(AuditLogEventType.CHANNEL_REACTIVATED, None, acting_user, realm=realm, modified_stream=stream)
    event = {"type": "stream", "op": "create", "streams": [stream_to_dict(stream)]}
    send_event_on_commit(realm, event, can_access_stream_metadata_user_ids(stream))
    _tell_readers(stream, f"Channel {new_name} un-archived.")


@transaction.atomic(durable=True)
def do_rename_stream(stream: Stream, new_name: str, user_profile: UserProfile) -> None:
    """Give a channel another name."""
    old_name = stream.name
    stream.name = new_name
    stream.save(update_fields=["name"])
    record(
        AuditLogEventType.CHANNEL_NAME_CHANGED,
        None,
        user_profile,
        change(old_name, new_name),
        realm=stream.realm,
        modified_stream=stream,
    )
    event = {"op": "update", "type": "stream", "property": "name", "value": new_name, "stream_id": stream.id}
    send_event_on_commit(stream.realm, {**event, "name": old_name}, can_access_stream_metadata_user_ids(stream))
    renamed = f"@_**{user_profile.full_name}|{user_profile.id}** renamed channel **{old_name}** to **{new_name}**."
    _tell_readers(stream, renamed)


@transaction.atomic(durable=True)
def do_change_stream_description(stream: Stream, new_description: str, *, acting_user: UserProfile) -> None:
    """Say something else of what a channel is for."""
    old_description = stream.description
    stream.description = new_description
    stream.rendered_description = render_stream_description(new_description, stream.realm, acting_user=acting_user)
    stream.save(update_fields=["description", "rendered_description"])
    record(
        AuditLogEventType.CHANNEL_PROPERTY_CHANGED,
        None,
        acting_user,
        change(old_description, new_description, property="description"),
        realm=stream.realm,
        modified_stream=stream,
    )
    event = {"type": "stream", "op": "update", "property": "description", "stream_id": stream.id}
    event |= {"name": stream.name, "value": new_description, "rendered_description": stream.rendered_description}
    send_event_on_commit(stream.realm, event, can_access_stream_metadata_user_ids(stream))
    quoted = [f"\n```` quote\n{each or '*No description.*'}\n````" for each in (old_description, new_description)]
    _tell_readers(
        stream,
        f"@_**{acting_user.full_name}|{acting_user.id}** changed the description for this channel."
        f"\n\n* **Old description:**{quoted[0]}\n* **New description:**{quoted[1]}",
    )


def _forget_who_may_read_files(stream: Stream) -> None:
    """Worked out anew when somebody asks for a file."""
    for model in (Attachment, ArchivedAttachment):
        files = model.objects.filter(messages__recipient_id=stream.recipient_id)
        files.update(is_web_public=None, is_realm_public=None)


def _tell_readers(stream: Stream, content: str) -> None:
    bot = get_system_bot(settings.NOTIFICATION_BOT, stream.realm_id)
    internal_send_stream_message(bot, stream, Realm.STREAM_EVENTS_NOTIFICATION_TOPIC_NAME, content)


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
