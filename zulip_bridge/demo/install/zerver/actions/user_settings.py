"""Changing what an account says of its person, how it looks, and what lets it in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from zerver.lib.audit import change, record
from zerver.lib.cache import delete_user_profile_caches
from zerver.lib.create_user import get_display_email_address
from zerver.lib.queue import queue_event_on_commit
from zerver.lib.send_email import clear_scheduled_emails, send_plain_email
from zerver.lib.timezone import canonicalize_timezone
from zerver.lib.upload import delete_avatar_image
from zerver.lib.users import check_bot_name_available, check_full_name
from zerver.models import (
    Draft,
    EmailChangeStatus,
    ScheduledEmail,
    ScheduledMessageNotificationEmail,
    UserProfile,
)
from zerver.models.realm_audit_logs import AuditLogEventType
from zerver.models.users import generate_api_key, get_user_profile_by_id
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import Realm

REVOKED = 2
"""Status of a request to change an address after a newer one was made."""


@transaction.atomic(savepoint=False)
def do_change_full_name(user_profile: UserProfile, full_name: str, acting_user: UserProfile | None) -> None:
    """Change the name. The old one stays readable in the audit log."""
    old_name = user_profile.full_name
    if full_name == old_name:
        return
    user_profile.full_name = full_name
    user_profile.save(update_fields=["full_name"])
    record(AuditLogEventType.USER_FULL_NAME_CHANGED, user_profile, acting_user, change(old_name, full_name))
    tell_realm(user_profile, full_name=full_name)


def check_change_full_name(user_profile: UserProfile, full_name_raw: str, acting_user: UserProfile | None) -> str:
    """Change the name if it is allowed, and return it without surrounding space; raises JsonableError."""
    full_name: str = check_full_name(full_name_raw, user_profile=user_profile, realm=user_profile.realm)
    do_change_full_name(user_profile, full_name, acting_user)
    return full_name


def check_change_bot_full_name(user_profile: UserProfile, full_name_raw: str, acting_user: UserProfile) -> None:
    """Change a bot's name if it is allowed and no active account has it; raises JsonableError."""
    full_name = check_full_name(full_name_raw, user_profile=user_profile, realm=user_profile.realm)
    if full_name == user_profile.full_name:
        return
    check_bot_name_available(user_profile.realm_id, full_name, is_activation=False)
    do_change_full_name(user_profile, full_name, acting_user)


@transaction.atomic(savepoint=False)
def do_change_user_delivery_email(
    user_profile: UserProfile, new_email: str, *, acting_user: UserProfile | None
) -> None:
    """Change the real address, and the API address where that is the same."""
    delete_user_profile_caches([user_profile], user_profile.realm_id)
    user_profile.delivery_email = new_email
    changed = ["delivery_email"]
    if user_profile.email_address_is_realm_public():
        user_profile.email = new_email
        changed.append("email")
    user_profile.save(update_fields=changed)
    tell_realm(user_profile, delivery_email=new_email)
    record(AuditLogEventType.USER_EMAIL_CHANGED, user_profile, acting_user)


def do_start_email_change_process(user_profile: UserProfile, new_email: str) -> None:
    """Ask the new address for a confirmation; earlier requests of the person become void."""
    EmailChangeStatus.objects.filter(user_profile=user_profile).update(status=REVOKED)
    EmailChangeStatus.objects.create(
        new_email=new_email,
        old_email=user_profile.delivery_email,
        user_profile=user_profile,
        realm=user_profile.realm,
    )
    send_plain_email("Verify your new email address", f"For {user_profile.realm.name}.", new_email)


def do_change_password(user_profile: UserProfile, password: str, commit: bool = True) -> None:
    """Change the password, which also ends the sessions that were begun with the old one."""
    user_profile.set_password(password)
    if commit:
        user_profile.save(update_fields=["password"])
    record(AuditLogEventType.USER_PASSWORD_CHANGED, user_profile, user_profile)


@transaction.atomic(durable=True)
def do_change_tos_version(user_profile: UserProfile, tos_version: str | None) -> None:
    """Write down which terms of service the person agreed to."""
    user_profile.tos_version = tos_version
    user_profile.save(update_fields=["tos_version"])
    record(AuditLogEventType.USER_TERMS_OF_SERVICE_VERSION_CHANGED, user_profile, user_profile)


@transaction.atomic(durable=True)
def do_regenerate_api_key(user_profile: UserProfile, acting_user: UserProfile) -> str:
    """Make the API key useless and return a new one; mobile apps are logged out."""
    user_profile.api_key = generate_api_key()
    user_profile.save(update_fields=["api_key"])
    record(AuditLogEventType.USER_API_KEY_CHANGED, user_profile, acting_user)
    event = {"type": "clear_push_device_tokens", "user_profile_id": user_profile.id}
    queue_event_on_commit("deferred_work", event)
    return str(user_profile.api_key)


def bulk_regenerate_api_keys(user_profile_ids: Iterable[int]) -> None:
    """New API keys for several accounts, as if each did it itself."""
    for user_profile_id in user_profile_ids:
        user_profile = get_user_profile_by_id(user_profile_id)
        do_regenerate_api_key(user_profile, user_profile)


@transaction.atomic(savepoint=False)
def do_change_avatar_fields(
    user_profile: UserProfile, avatar_source: str, skip_notify: bool = False, *, acting_user: UserProfile | None
) -> None:
    """Say where the picture comes from; its version becomes the next."""
    user_profile.avatar_source = avatar_source
    user_profile.avatar_version += 1
    user_profile.save(update_fields=["avatar_source", "avatar_version"])
    extra_data = {"avatar_source": avatar_source}
    record(AuditLogEventType.USER_AVATAR_SOURCE_CHANGED, user_profile, acting_user, extra_data)
    if not skip_notify:
        tell_realm(user_profile, avatar_source=avatar_source, avatar_version=user_profile.avatar_version)


def do_delete_avatar_image(user: UserProfile, *, acting_user: UserProfile | None) -> None:
    """Go back to Gravatar, and remove the files of the version that was shown; those of earlier versions stay."""
    shown = user.avatar_version
    do_change_avatar_fields(user, UserProfile.AVATAR_FROM_GRAVATAR, acting_user=acting_user)
    delete_avatar_image(user, shown)


@transaction.atomic(savepoint=False)
def do_change_user_setting(
    user_profile: UserProfile,
    setting_name: str,
    setting_value: bool | str | int,
    *,
    acting_user: UserProfile | None,
) -> None:
    """Change a preference (or the time zone), with what follows from it."""
    old_value = getattr(user_profile, setting_name)
    if setting_name == "timezone":
        setting_value = canonicalize_timezone(str(setting_value))
    else:
        assert isinstance(setting_value, UserProfile.property_types[setting_name])
    setattr(user_profile, setting_name, setting_value)
    user_profile.save(update_fields=[setting_name])
    extra_data = change(old_value, setting_value, property=setting_name)
    record(AuditLogEventType.USER_SETTING_CHANGED, user_profile, acting_user, extra_data)
    event = {"type": "user_settings", "op": "update", "property": setting_name, "value": setting_value}
    send_event_on_commit(user_profile.realm, event, [user_profile.id])
    _follow(user_profile, setting_name, old_value, setting_value)


def _follow(user_profile: UserProfile, name: str, old: Any, new: Any) -> None:
    if name == "enable_digest_emails" and not new:
        clear_scheduled_emails(user_profile.id, ScheduledEmail.DIGEST)
    if name == "email_notifications_batching_period_seconds":
        waiting = ScheduledMessageNotificationEmail.objects.filter(user_profile=user_profile)
        waiting.update(scheduled_timestamp=F("scheduled_timestamp") + timedelta(seconds=new - old))
    if name == "enable_drafts_synchronization" and not new:
        Draft.objects.filter(user_profile=user_profile).delete()
    if name == "email_address_visibility" and UserProfile.EMAIL_ADDRESS_VISIBILITY_EVERYONE in (old, new):
        user_profile.email = get_display_email_address(user_profile)
        user_profile.save(update_fields=["email"])
        tell_realm(user_profile, new_email=user_profile.email)


def tell_realm(user_profile: UserProfile, **changed: Any) -> None:
    """Tell everybody in the realm what changed about a person."""
    realm: Realm = user_profile.realm
    event = {"type": "realm_user", "op": "update", "person": {"user_id": user_profile.id, **changed}}
    everybody = realm.userprofile_set.filter(is_active=True, is_bot=False).values_list("id", flat=True)
    send_event_on_commit(realm, event, list(everybody))
