"""Bots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from zerver.actions.user_settings import tell_realm
from zerver.lib.audit import change, record
from zerver.models.realm_audit_logs import AuditLogEventType

if TYPE_CHECKING:
    from zerver.models import Stream, UserProfile


@transaction.atomic(durable=True)
def do_change_bot_owner(user_profile: UserProfile, bot_owner: UserProfile, acting_user: UserProfile | None) -> None:
    """Give a bot to somebody else."""
    user_profile.bot_owner = bot_owner
    user_profile.save()
    record(AuditLogEventType.USER_BOT_OWNER_CHANGED, user_profile, acting_user)
    tell_realm(user_profile, bot_owner_id=bot_owner.id)


@transaction.atomic(durable=True)
def do_change_default_sending_stream(
    user_profile: UserProfile, stream: Stream | None, *, acting_user: UserProfile | None
) -> None:
    """Say where a bot writes that names no channel."""
    extra_data = change(user_profile.default_sending_stream_id, None if stream is None else stream.id)
    user_profile.default_sending_stream = stream
    user_profile.save(update_fields=["default_sending_stream"])
    record(AuditLogEventType.USER_DEFAULT_SENDING_STREAM_CHANGED, user_profile, acting_user, extra_data)
