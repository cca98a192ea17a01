"""Status texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.timezone import now
from zerver.actions.user_settings import do_change_user_setting
from zerver.models import UserStatus
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import UserProfile


@transaction.atomic(durable=True)
def do_update_user_status(
    user_profile: UserProfile,
    away: bool | None,
    status_text: str | None,
    client_id: int,
    emoji_name: str | None,
    emoji_code: str | None,
    reaction_type: str | None,
) -> None:
    """Set what is not None; empty texts take away what was there."""
    if away is not None:
        do_change_user_setting(user_profile, "presence_enabled", not away, acting_user=user_profile)
    given: dict[str, Any] = {"status_text": status_text, "emoji_name": emoji_name}
    if emoji_name is not None:
        given |= {"emoji_code": emoji_code, "reaction_type": reaction_type}
    changed = {name: value for name, value in given.items() if value is not None}
    UserStatus.objects.update_or_create(
        user_profile=user_profile, defaults={"client_id": client_id, "timestamp": now(), **changed}
    )
    event = {"type": "user_status", "user_id": user_profile.id, **changed}
    send_event_on_commit(user_profile.realm, event, [user_profile.id])
