"""Invitations that somebody made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.timezone import now
from zerver.models import MultiuseInvite, PreregistrationUser
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import Realm, UserProfile


Confirmation = apps.get_model("confirmation", "Confirmation")


def notify_invites_changed(realm: Realm, *, changed_invite_referrer: UserProfile | None = None) -> None:
    """Tell administrators, and who invited, to look again."""
    users = {user.id for user in realm.get_admin_users_and_bots()}
    if changed_invite_referrer is not None:
        users.add(changed_invite_referrer.id)
    send_event_on_commit(realm, {"type": "invites_changed"}, sorted(users))


def get_valid_invite_confirmations_generated_by_user(user_profile: UserProfile) -> list[Any]:
    """The links that the person sent and that still work."""
    open_ones = PreregistrationUser.objects.filter(referred_by=user_profile, status=0, created_user=None)
    links = MultiuseInvite.objects.filter(referred_by=user_profile)
    wanted = Q(type=Confirmation.INVITATION, object_id__in=open_ones.values("id")) | Q(
        type=Confirmation.MULTIUSE_INVITE, object_id__in=links.values("id")
    )
    valid = Q(expiry_date=None) | Q(expiry_date__gte=now())
    return list(Confirmation.objects.filter(wanted, valid).order_by("id"))


def revoke_invites_generated_by_user(user_profile: UserProfile) -> None:
    """Let the person's open invitations, and links with which anybody can join, expire."""
    links = [link.id for link in get_valid_invite_confirmations_generated_by_user(user_profile)]
    if Confirmation.objects.filter(id__in=links).update(expiry_date=now()):
        notify_invites_changed(user_profile.realm)


def delete_confirmations(thing: PreregistrationUser | MultiuseInvite) -> None:
    """Make the links to an invitation useless."""
    kind = ContentType.objects.get_for_model(type(thing))
    Confirmation.objects.filter(content_type=kind, object_id=thing.id).delete()
