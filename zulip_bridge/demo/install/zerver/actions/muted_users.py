"""Whom people do not want to see."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.timezone import now
from zerver.lib.audit import record
from zerver.models import MutedUser
from zerver.models.realm_audit_logs import AuditLogEventType

if TYPE_CHECKING:
    from zerver.models import UserProfile


@transaction.atomic(durable=True)
def do_mute_user(user_profile: UserProfile, muted_user: UserProfile, date_muted: datetime | None = None) -> None:
    """Hide somebody."""
    MutedUser.objects.create(user_profile=user_profile, muted_user=muted_user, date_muted=date_muted or now())
    record(AuditLogEventType.USER_MUTED, user_profile, user_profile, {"muted_user_id": muted_user.id})


@transaction.atomic(durable=True)
def do_unmute_user(mute_object: MutedUser) -> None:
    """Show somebody again."""
    user_profile, muted_user = mute_object.user_profile, mute_object.muted_user
    mute_object.delete()
    record(AuditLogEventType.USER_UNMUTED, user_profile, user_profile, {"unmuted_user_id": muted_user.id})
