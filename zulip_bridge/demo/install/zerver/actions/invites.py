"""Taking invitations back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from zerver.lib.invites import delete_confirmations, notify_invites_changed
from zerver.lib.send_email import clear_scheduled_invitation_emails

if TYPE_CHECKING:
    from zerver.models import MultiuseInvite, PreregistrationUser

REVOKED = 2


@transaction.atomic(durable=True)
def do_revoke_user_invite(prereg_user: PreregistrationUser) -> None:
    """Forget an invitation, its link and its reminders."""
    delete_confirmations(prereg_user)
    realm, inviter = prereg_user.realm, prereg_user.referred_by
    prereg_user.delete()
    clear_scheduled_invitation_emails(prereg_user.email)
    notify_invites_changed(realm, changed_invite_referrer=inviter)


@transaction.atomic(durable=True)
def do_revoke_multi_use_invite(multiuse_invite: MultiuseInvite) -> None:
    """Make a link useless with which anybody could join."""
    delete_confirmations(multiuse_invite)
    multiuse_invite.status = REVOKED
    multiuse_invite.save(update_fields=["status"])
    inviter = multiuse_invite.referred_by
    notify_invites_changed(inviter.realm, changed_invite_referrer=inviter)
