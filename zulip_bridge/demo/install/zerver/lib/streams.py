"""Who may see a channel, and how its description is shown."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from zerver.models import Subscription, UserProfile

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from zerver.models import Realm, Stream


def get_active_subscriptions_for_stream_id(
    stream_id: int, *, include_deactivated_users: bool
) -> QuerySet[Subscription]:
    """Who reads a channel."""
    found = Subscription.objects.filter(recipient__type=2, recipient__type_id=stream_id, active=True)
    return found if include_deactivated_users else found.filter(is_user_active=True)


def can_access_stream_metadata_user_ids(stream: Stream) -> set[int]:
    """Who knows of the channel: of a public one every member, of a private one subscribers and administrators."""
    subscribers = get_active_subscriptions_for_stream_id(stream.id, include_deactivated_users=False)
    found = set(subscribers.values_list("user_profile_id", flat=True))
    everybody = UserProfile.objects.filter(realm_id=stream.realm_id, is_active=True)
    if stream.is_public():
        return found | set(everybody.exclude(role=UserProfile.ROLE_GUEST).values_list("id", flat=True))
    return found | set(stream.realm.get_admin_users_and_bots().values_list("id", flat=True))


def stream_to_dict(stream: Stream) -> dict[str, Any]:
    """A channel as clients get it."""
    columns = ("name", "description", "rendered_description", "invite_only", "is_web_public")
    return {
        "stream_id": stream.id,
        "is_archived": stream.deactivated,
        **{each: getattr(stream, each) for each in columns},
    }


def render_stream_description(text: str, realm: Realm, *, acting_user: UserProfile | None = None) -> str:
    """A description as HTML; the demo knows no markup."""
    return f"<p>{escape(text)}</p>" if text else ""
