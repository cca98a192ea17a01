"""Roles and permissions, deactivation, and deletion of accounts."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.db import transaction
from django.utils.http import urlsafe_base64_encode
from django.utils.timezone import now
from zerver.actions.user_groups import move_between_system_groups
from zerver.actions.user_settings import tell_realm
from zerver.lib.audit import change, record, role_count
from zerver.lib.create_user import create_user
from zerver.lib.invites import revoke_invites_generated_by_user
from zerver.lib.send_email import clear_scheduled_emails, send_plain_email
from zerver.lib.sessions import delete_user_sessions
from zerver.lib.users import get_active_bots_owned_by_user
from zerver.models import Message, RealmAuditLog, Recipient, Subscription, UserProfile
from zerver.models.realm_audit_logs import AuditLogEventType
from zerver.models.realms import get_fake_email_domain

if TYPE_CHECKING:
    from django.http import HttpRequest
    from zerver.models import Realm


def do_delete_user(user_profile: UserProfile, *, acting_user: UserProfile | None) -> None:
    """Delete an account with all that refers to it, and other people's direct messages to it.

    A placeholder with the same id takes its place in the groups of direct messages. Messages are not archived.
    """
    do_deactivate_user(user_profile, acting_user=acting_user)
    groups = list(_group_subscriptions(user_profile).values_list("recipient_id", flat=True))
    user_id, realm, joined = user_profile.id, user_profile.realm, user_profile.date_joined
    own_recipient = user_profile.recipient
    with transaction.atomic(durable=True):
        user_profile.delete()
        own_recipient.delete()
        placeholder = _placeholder(realm, joined, user_id)
        Subscription.objects.bulk_create(
            Subscription(user_profile=placeholder, recipient_id=each, is_user_active=False) for each in groups
        )
        record(AuditLogEventType.USER_DELETED, placeholder, acting_user)


def do_delete_user_preserving_messages(user_profile: UserProfile) -> None:
    """Delete an account and what refers to it, but not messages: a placeholder with the same id becomes their sender.

    Files, reactions, votes, archived messages and audit entries of the person are deleted all the same.
    """
    do_deactivate_user(user_profile, acting_user=None)
    user_id, realm, joined = user_profile.id, user_profile.realm, user_profile.date_joined
    own_recipient = user_profile.recipient
    with transaction.atomic(durable=True):
        # The id is free only when the account is gone, and the messages need a sender meanwhile.
        keeper = _placeholder(realm, joined)
        _hand_over(user_profile, keeper)
        user_profile.delete()
        placeholder = _placeholder(realm, joined, user_id, create_personal_recipient=False)
        placeholder.recipient = own_recipient
        placeholder.save(update_fields=["recipient"])
        _hand_over(keeper, placeholder)
        keeper.delete()
        record(AuditLogEventType.USER_DELETED_PRESERVING_MESSAGES, placeholder, None)


def change_user_is_active(user_profile: UserProfile, value: bool) -> None:
    """Set the flag on the account and on its subscriptions; part of (de)activation, not the whole of it."""
    with transaction.atomic(savepoint=False):
        user_profile.is_active = value
        user_profile.save(update_fields=["is_active"])
        Subscription.objects.filter(user_profile=user_profile).update(is_user_active=value)


def do_deactivate_user(user_profile: UserProfile, _cascade: bool = True, *, acting_user: UserProfile | None) -> None:
    """Close an account and its bots: out of all sessions, invitations void. Nothing when it is closed already."""
    if not user_profile.is_active:
        return
    if _cascade:
        for bot in get_active_bots_owned_by_user(user_profile):
            do_deactivate_user(bot, _cascade=False, acting_user=acting_user)
    with transaction.atomic(savepoint=False):
        change_user_is_active(user_profile, False)
        clear_scheduled_emails(user_profile.id)
        revoke_invites_generated_by_user(user_profile)
        counts = role_count(user_profile.realm)
        record(AuditLogEventType.USER_DEACTIVATED, user_profile, acting_user, counts)
        transaction.on_commit(lambda: delete_user_sessions(user_profile))
        tell_realm(user_profile, is_active=False)


@transaction.atomic(savepoint=False)
def do_change_user_role(user_profile: UserProfile, value: int, *, acting_user: UserProfile | None) -> None:
    """Change the role, and the groups that follow from it."""
    UserProfile.objects.select_for_update().get(id=user_profile.id)
    user_profile.refresh_from_db()
    old_value = user_profile.role
    if value == old_value:
        return
    user_profile.role = value
    user_profile.save(update_fields=["role"])
    extra_data = {**change(old_value, value), **role_count(user_profile.realm)}
    record(AuditLogEventType.USER_ROLE_CHANGED, user_profile, acting_user, extra_data)
    tell_realm(user_profile, role=value)
    move_between_system_groups(user_profile, old_value, acting_user)


@transaction.atomic(savepoint=False)
def do_change_can_forge_sender(user_profile: UserProfile, value: bool) -> None:
    """Let an account send messages as somebody else."""
    RealmAuditLog.objects.create(**_changed_permission(user_profile, "can_forge_sender", value))


@transaction.atomic(savepoint=False)
def do_change_can_create_users(user_profile: UserProfile, value: bool) -> None:
    """Let an account create others."""
    RealmAuditLog.objects.create(**_changed_permission(user_profile, "can_create_users", value))


@transaction.atomic(savepoint=False)
def do_change_can_change_user_emails(user_profile: UserProfile, value: bool) -> None:
    """Let an account change others' addresses."""
    RealmAuditLog.objects.create(**_changed_permission(user_profile, "can_change_user_emails", value))


def generate_password_reset_url(user_profile: UserProfile, token_generator: PasswordResetTokenGenerator) -> str:
    """A link with which a new password can be set, until the next login or change of password."""
    uid = urlsafe_base64_encode(str(user_profile.id).encode())
    token = token_generator.make_token(user_profile)
    return f"{user_profile.realm.url}/accounts/password/reset/{uid}/{token}/"


def do_send_password_reset_email(
    email: str,
    realm: Realm,
    user_profile: UserProfile | None,
    *,
    token_generator: PasswordResetTokenGenerator = default_token_generator,
    request: HttpRequest | None = None,
) -> None:
    """Send the link to an active account; others get a mail that says that there is none."""
    if user_profile is not None and user_profile.is_active:
        url = generate_password_reset_url(user_profile, token_generator)
        send_plain_email(f"Password reset for {realm.name}", url, user_profile.delivery_email)
    else:
        send_plain_email(f"Password reset for {realm.name}", "There is no active account.", email)


def _changed_permission(user_profile: UserProfile, name: str, value: bool) -> dict[str, Any]:
    """Set it; returns the columns of the entry to write about it."""
    extra_data = change(getattr(user_profile, name), value, property=name)
    setattr(user_profile, name, value)
    user_profile.save(update_fields=[name])
    return {
        "realm": user_profile.realm,
        "modified_user": user_profile,
        "event_type": AuditLogEventType.USER_SPECIAL_PERMISSION_CHANGED,
        "event_time": now(),
        "extra_data": extra_data,
    }


def _placeholder(realm: Realm, joined: Any, user_id: int | None = None, **options: Any) -> UserProfile:
    """An account that stands for a deleted one; without an id it is one that is soon deleted itself."""
    temporary = user_id is None
    name = f"temp_deleteduser{secrets.token_hex(16)}" if temporary else f"deleteduser{user_id}"
    return create_user(
        email=f"{name}@{get_fake_email_domain(realm.host)}",
        password=None,
        realm=realm,
        full_name="Deleted User (temp)" if temporary else f"Deleted User {user_id}",
        active=False,
        is_mirror_dummy=True,
        force_id=user_id,
        force_date_joined=joined,
        **({"create_personal_recipient": False} if temporary else options),
    )


def _hand_over(source: UserProfile, target: UserProfile) -> None:
    Message.objects.filter(realm_id=source.realm_id, sender=source).update(sender=target)
    _group_subscriptions(source).update(user_profile=target, is_user_active=target.is_active)


def _group_subscriptions(user_profile: UserProfile) -> Any:
    of_groups = {"recipient__type": Recipient.DIRECT_MESSAGE_GROUP}
    return Subscription.objects.filter(user_profile=user_profile, **of_groups)
