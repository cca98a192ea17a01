"""Writing to the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.utils.timezone import now
from zerver.models import RealmAuditLog

if TYPE_CHECKING:
    from zerver.models import Realm, UserProfile


def record(
    event_type: int,
    modified_user: UserProfile | None,
    acting_user: UserProfile | None,
    extra_data: dict[str, Any] | None = None,
    **others: Any,
) -> None:
    """Write down what was just done to a person, and by whom; None is the server's own command line."""
    realm = others.pop("realm", None) or (modified_user.realm if modified_user is not None else None)
    RealmAuditLog.objects.create(
        realm=realm,
        modified_user=modified_user,
        acting_user=acting_user,
        event_type=event_type,
        event_time=now(),
        extra_data=extra_data or {},
        **others,
    )


def change(old: Any, new: Any, **others: Any) -> dict[str, Any]:
    """A change as the log's ``extra_data`` has it."""
    return {RealmAuditLog.OLD_VALUE: old, RealmAuditLog.NEW_VALUE: new, **others}


def role_count(realm: Realm) -> dict[str, Any]:
    """How many people of each role are active, and how many bots: part of entries about accounts coming and going."""
    humans = realm.userprofile_set.filter(is_bot=False, is_active=True).values_list("role").annotate(Count("id"))
    counts = {**{str(role): 0 for role in (100, 200, 300, 400, 600)}, **{str(role): count for role, count in humans}}
    bots = realm.userprofile_set.filter(is_bot=True, is_active=True).count()
    return {RealmAuditLog.ROLE_COUNT: {RealmAuditLog.ROLE_COUNT_HUMANS: counts, RealmAuditLog.ROLE_COUNT_BOTS: bots}}
