"""Invitations that a person made or got, and secret links that were sent to them; the links' keys are not read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.timezone import now

from zulip_bridge.api.access import Invitation, PendingLink
from zulip_bridge.api.people import ROLE_NAMES, Person
from zulip_bridge.worker import compat, compat_audit
from zulip_bridge.worker.instants import iso

USED, REVOKED = 1, 2
"""``status`` of what a link is for (confirmation/settings.py)."""

BY_MAIL, BY_LINK, REGISTRATION = "e-mail", "link", "registration"


def invitations_made(person: Person, limit: int) -> tuple[list[Invitation], int]:
    """Invitations by e-mail and links that the person made, newest first, and how many there are."""
    mails, links_ = _model("PreregistrationUser"), _model("MultiuseInvite")
    mailed = mails.filter(referred_by_id=person.id).select_related("created_user")
    linked = links_.filter(referred_by_id=person.id)
    found = [*_mailed(list(mailed.order_by("-invited_at", "-id")[:limit]), made=True)]
    found += _linked(list(linked.order_by("-id")[:limit]))
    found.sort(key=lambda each: each.sent or "", reverse=True)
    return found[:limit], mailed.count() + linked.count()


def invitations_received(person: Person, limit: int) -> list[Invitation]:
    """Invitations and registrations that became this account, or that wait for its address in its organization."""
    address = Q(email__iexact=person.delivery_email) & (Q(realm_id=person.realm_id) | Q(realm_id=None))
    rows = _model("PreregistrationUser").filter(Q(created_user_id=person.id) | address)
    rows = rows.select_related("referred_by", "multiuse_invite__referred_by").order_by("-invited_at", "-id")
    return _mailed(list(rows[:limit]), made=False)


def _model(name: str) -> Any:
    model = compat.model("zerver", name)
    assert model is not None
    return model.objects


def _mailed(rows: list[Any], *, made: bool) -> list[Invitation]:
    expiry = _expiry("preregistrationuser", [row.id for row in rows])
    return [
        Invitation(
            kind=_kind(row),
            other=_invited(row) if made else _inviter(row),
            role=ROLE_NAMES.get(row.invited_as, f"role {row.invited_as}"),
            sent=iso(row.invited_at),
            expires=iso(expiry.get(row.id, (None, None))[1]),
            state=_state(row.status, expiry.get(row.id, (None, None))[1]),
        )
        for row in rows
    ]


def _kind(row: Any) -> str:
    if row.multiuse_invite_id is not None:
        return BY_LINK
    return BY_MAIL if row.referred_by_id is not None else REGISTRATION


def _invited(row: Any) -> str:
    account = row.created_user
    return str(row.email) if account is None else f"{row.email}, became {_named(account)}"


def _inviter(row: Any) -> str:
    inviter = row.multiuse_invite.referred_by if row.multiuse_invite_id is not None else row.referred_by
    return _named(inviter) if inviter is not None else ""


def _named(account: Any) -> str:
    return f"{account.full_name} (id {account.id})"


def _linked(rows: list[Any]) -> list[Invitation]:
    expiry = _expiry("multiuseinvite", [row.id for row in rows])
    joined = _model("PreregistrationUser").filter(created_user_id__isnull=False)
    found = []
    for row in rows:
        sent, expires = expiry.get(row.id, (None, None))
        count = joined.filter(multiuse_invite_id=row.id).count()
        role = ROLE_NAMES.get(row.invited_as, f"role {row.invited_as}")
        found.append(
            Invitation(BY_LINK, f"{count} joined by it", role, iso(sent), iso(expires), _state(row.status, expires))
        )
    return found


def _expiry(model: str, ids: list[int]) -> dict[int, tuple[datetime | None, datetime | None]]:
    """When each row's newest link was sent, and until when it works."""
    confirmation = compat.model("confirmation", "Confirmation")
    assert confirmation is not None
    rows = confirmation.objects.filter(
        content_type__app_label="zerver", content_type__model=model, object_id__in=ids
    ).order_by("date_sent")
    return {
        each: (sent, expires) for each, sent, expires in rows.values_list("object_id", "date_sent", "expiry_date")
    }


def _state(status: int | None, expires: datetime | None) -> str:
    if status == USED:
        return "used"
    if status == REVOKED:
        return "revoked"
    return "expired" if expires is not None and expires < now() else "open"


LINKS = """
    SELECT c.type, c.date_sent, c.expiry_date, about.status, about.words
    FROM confirmation_confirmation c JOIN django_content_type t ON t.id = c.content_type_id JOIN (
        SELECT 'userprofile' AS model, %(id)s AS id, NULL::int AS status, '' AS words
        UNION ALL
        SELECT 'emailchangestatus', e.id, e.status, e.old_email || ' → ' || e.new_email
        FROM zerver_emailchangestatus e WHERE e.user_profile_id = %(id)s
        UNION ALL
        SELECT 'preregistrationuser', p.id, p.status, p.email FROM zerver_preregistrationuser p
        WHERE p.created_user_id = %(id)s
           OR upper(p.email) = upper(%(email)s) AND (p.realm_id = %(realm_id)s OR p.realm_id IS NULL)
        UNION ALL
        SELECT 'preregistrationrealm', p.id, p.status, p.email FROM zerver_preregistrationrealm p
        WHERE p.created_user_id = %(id)s
        UNION ALL
        SELECT 'multiuseinvite', m.id, m.status, 'for whoever has it' FROM zerver_multiuseinvite m
        WHERE m.referred_by_id = %(id)s
    ) about ON about.model = t.model AND about.id = c.object_id
    WHERE t.app_label = 'zerver' ORDER BY c.date_sent DESC, c.id DESC LIMIT %(limit)s
"""


def links(person: Person, limit: int) -> list[PendingLink]:
    """Links that were sent to the person or made by them, those that still work first, then the newest."""
    with connection.cursor() as cursor:
        parameters = {"id": person.id, "email": person.delivery_email, "realm_id": person.realm_id, "limit": limit}
        cursor.execute(LINKS, parameters)
        rows = cursor.fetchall()
    names = compat_audit.link_names()
    found = [
        PendingLink(
            purpose=names.get(kind, f"type {kind}").replace("_", " ").lower(),
            about=words,
            sent=iso(sent),
            expires=iso(expires),
            state=_state(status, expires),
        )
        for kind, sent, expires, status, words in rows
    ]
    return sorted(found, key=lambda each: each.state != "open")
