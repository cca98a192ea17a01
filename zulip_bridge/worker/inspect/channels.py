"""What a person takes part in: channels, groups, conversations."""

from __future__ import annotations

from typing import Any

from django.db import connection

from zulip_bridge.api.channels import (
    MOST_NAMES,
    ChannelSubscription,
    DirectMessageGroup,
    Memberships,
    ReadMemberships,
)
from zulip_bridge.api.people import Person
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.instants import iso
from zulip_bridge.worker.people import person_by_id

from . import groups

SUBSCRIPTION_CREATED, SUBSCRIPTION_ACTIVATED, SUBSCRIPTION_DEACTIVATED, CHANNEL_CREATED = 301, 302, 303, 601
CHANNEL, DIRECT_MESSAGE_GROUP = 2, 3
"""``Recipient.type``."""

MOST_GROUPS = 5_000


def read_memberships(request: ReadMemberships, context: Context) -> Memberships:
    """Answer :class:`ReadMemberships`."""
    person = person_by_id(request.person_id)
    direct = groups.direct_groups(person)
    permissions, in_channels = groups.permissions(person, direct)
    context.check()
    channels = _channels(person, in_channels)
    context.check()
    limit = max(0, min(request.limit, MOST_GROUPS))
    conversations = _conversations(person, limit + 1)
    return Memberships(
        channels=channels,
        groups=groups.memberships(person, direct),
        permissions=permissions,
        direct_message_groups=_with_names(person, conversations[:limit]),
        more_groups=len(conversations) > limit,
    )


def _channels(person: Person, permitted: dict[int, list[str]]) -> list[ChannelSubscription]:
    """Channels that the person is or was in, made, or is named by; the present ones first, by name."""
    model = compat.model("zerver", "Stream")
    assert model is not None
    subscriptions = _subscriptions(person)
    created = _created(model, person)
    times = _times(person)
    wanted = {*subscriptions, *created, *permitted}
    found = []
    for channel in model.objects.filter(id__in=wanted).values(
        "id", "name", "invite_only", "is_web_public", "history_public_to_subscribers", "deactivated"
    ):
        subscription = subscriptions.get(channel["id"], {})
        since, until = times.get(channel["id"], (None, None))
        found.append(
            ChannelSubscription(
                channel_id=channel["id"],
                name=channel["name"],
                privacy=_privacy(channel),
                archived=channel["deactivated"],
                subscribed=subscription.get("active", False),
                since=since,
                until=None if subscription.get("active", False) else until,
                roles=["creator"] * (channel["id"] in created) + permitted.get(channel["id"], []),
                color=subscription.get("color", ""),
                pinned=subscription.get("pin_to_top", False),
                muted=subscription.get("is_muted", False),
                desktop_notifications=subscription.get("desktop_notifications"),
                audible_notifications=subscription.get("audible_notifications"),
                push_notifications=subscription.get("push_notifications"),
                email_notifications=subscription.get("email_notifications"),
                wildcard_mentions_notify=subscription.get("wildcard_mentions_notify"),
            )
        )
    return sorted(found, key=lambda each: (not each.subscribed, each.archived, each.name.casefold()))


def _privacy(channel: dict[str, Any]) -> str:
    return privacy_words(
        web_public=channel["is_web_public"],
        private=channel["invite_only"],
        shared=channel["history_public_to_subscribers"],
    )


def privacy_words(*, web_public: bool, private: bool, shared: bool) -> str:
    """Who may read a channel; ``shared``: those who join it see what was written before."""
    if web_public:
        return "web-public"
    if not private:
        return "public"
    return "private, shared history" if shared else "private"


def _subscriptions(person: Person) -> dict[int, dict[str, Any]]:
    model = compat.model("zerver", "Subscription")
    assert model is not None
    columns = [
        "active", "color", "pin_to_top", "is_muted", "desktop_notifications", "audible_notifications",
        "push_notifications", "email_notifications", "wildcard_mentions_notify",
    ]  # fmt: skip
    rows = model.objects.filter(user_profile_id=person.id, recipient__type=CHANNEL)
    return {row["recipient__type_id"]: row for row in rows.values("recipient__type_id", *columns)}


def _created(model: Any, person: Person) -> set[int]:
    """Channels that the person made; from the audit log where channels do not know it (before 9.0)."""
    if compat.has_field(model, "creator"):
        return set(model.objects.filter(creator_id=person.id).values_list("id", flat=True))
    log = compat.model("zerver", "RealmAuditLog")
    assert log is not None
    made = log.objects.filter(acting_user_id=person.id, event_type=CHANNEL_CREATED, modified_stream_id__isnull=False)
    return set(made.values_list("modified_stream_id", flat=True))


def _times(person: Person) -> dict[int, tuple[str | None, str | None]]:
    """When the person was last subscribed to each channel, and when last unsubscribed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT modified_stream_id, max(event_time) FILTER (WHERE event_type <> 303),
                      max(event_time) FILTER (WHERE event_type = 303)
               FROM zerver_realmauditlog
               WHERE modified_user_id = %s AND modified_stream_id IS NOT NULL AND event_type IN (301, 302, 303)
               GROUP BY 1""",
            [person.id],
        )
        return {channel: (iso(since), iso(until)) for channel, since, until in cursor.fetchall()}


def _conversations(person: Person, limit: int) -> list[tuple[int, int, Any]]:
    """Recipient, id and newest message of the groups of direct messages, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.id, r.type_id, newest.date_sent
               FROM zerver_subscription s JOIN zerver_recipient r ON r.id = s.recipient_id AND r.type = %s
               LEFT JOIN LATERAL (
                   SELECT m.date_sent FROM zerver_message m WHERE m.realm_id = %s AND m.recipient_id = r.id
                   ORDER BY m.id DESC LIMIT 1) newest ON true
               WHERE s.user_profile_id = %s ORDER BY newest.date_sent DESC NULLS LAST, r.id DESC LIMIT %s""",
            [DIRECT_MESSAGE_GROUP, person.realm_id, person.id, limit],
        )
        return [tuple(row) for row in cursor.fetchall()]


def _with_names(person: Person, conversations: list[tuple[int, int, Any]]) -> list[DirectMessageGroup]:
    if not conversations:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT recipient_id, count(*),
                      (array_agg(full_name || ' (id ' || id || ')' ORDER BY full_name, id)
                       FILTER (WHERE id <> %s))[:%s]
               FROM (SELECT s.recipient_id, u.full_name, u.id FROM zerver_subscription s
                     JOIN zerver_userprofile u ON u.id = s.user_profile_id WHERE s.recipient_id = ANY(%s)) members
               GROUP BY 1""",
            [person.id, MOST_NAMES, [recipient for recipient, _, _ in conversations]],
        )
        members = {recipient: (size, others or []) for recipient, size, others in cursor.fetchall()}
    return [
        DirectMessageGroup(group, members[recipient][1], members[recipient][0], iso(when))
        for recipient, group, when in conversations
        if recipient in members
    ]
