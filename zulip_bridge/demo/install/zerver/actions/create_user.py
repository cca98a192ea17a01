"""Opening closed accounts again."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import now
from zerver.actions.user_groups import add_missing_system_groups
from zerver.actions.user_settings import tell_realm
from zerver.actions.users import change_user_is_active
from zerver.lib.audit import record, role_count
from zerver.lib.exceptions import JsonableError
from zerver.models import UserProfile
from zerver.models.realm_audit_logs import AuditLogEventType


@transaction.atomic(savepoint=False)
def do_reactivate_user(user_profile: UserProfile, *, acting_user: UserProfile | None) -> None:
    """Open a deactivated account. Raises JsonableError for a placeholder.

    A bot whose owner is deactivated gets the acting user as its owner.
    """
    if user_profile.is_mirror_dummy:
        raise JsonableError("Cannot activate a placeholder account; ask the user to sign up, instead.")
    change_user_is_active(user_profile, True)
    counts = role_count(user_profile.realm)
    record(AuditLogEventType.USER_REACTIVATED, user_profile, acting_user, counts)
    owner = user_profile.bot_owner
    if user_profile.is_bot and owner is not None and not owner.is_active and acting_user is not None:
        user_profile.bot_owner = acting_user
        user_profile.save()
        record(AuditLogEventType.USER_BOT_OWNER_CHANGED, user_profile, acting_user)
    add_missing_system_groups(user_profile, acting_user)
    tell_realm(user_profile, is_active=True)


def do_activate_mirror_dummy_user(user_profile: UserProfile, *, acting_user: UserProfile | None) -> None:
    """Make a placeholder somebody's account."""
    assert user_profile.is_mirror_dummy
    with transaction.atomic(savepoint=False):
        change_user_is_active(user_profile, True)
        user_profile.is_mirror_dummy = False
        user_profile.set_unusable_password()
        user_profile.date_joined = now()
        user_profile.save(update_fields=["date_joined", "password", "is_mirror_dummy"])
        counts = role_count(user_profile.realm)
        record(AuditLogEventType.USER_ACTIVATED, user_profile, acting_user, counts)
