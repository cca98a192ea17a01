"""What must be noted before the account is gone: addresses and names that it had, its files, rows without a key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
from django.db import connection

from zulip_bridge.api.erase import ErasureCase
from zulip_bridge.worker import compat
from zulip_bridge.worker.indirect import CONFIRMATIONS

from .storage import picture_keys

OLD, NEW = "1", "2"
"""Keys of the values before and after in the audit log's details (RealmAuditLog.OLD_VALUE, NEW_VALUE)."""

EMAIL_CHANGED, NAME_CHANGED = 125, 124


def collect(case: ErasureCase) -> ErasureCase:
    """The case with what the server knows now added to what was noted before."""
    row = _account(case.person_id)
    if row is None or is_placeholder(row):
        return case
    return replace(
        case,
        addresses=_joined(case.addresses, [row.delivery_email, row.email], _old_addresses(case.person_id)),
        names=_joined(case.names, [row.full_name], _from_audit(case.person_id, NAME_CHANGED)),
        files=_joined(case.files, _paths(case.person_id)),
        pictures=_joined(case.pictures, picture_keys(row)),
        registrations=sorted({*case.registrations, *_registrations(case)}),
        links=sorted({*case.links, *_links(case)}),
    )


def _account(person_id: int) -> Any:
    people = compat.model("zerver", "UserProfile")
    return None if people is None else people.objects.filter(id=person_id).select_related("realm").first()


def is_placeholder(row: Any) -> bool:
    """Whether Zulip's action has been there already."""
    return bool(row.is_mirror_dummy and row.delivery_email.startswith(f"deleteduser{row.id}@"))


def _joined(*lists: list[str]) -> list[str]:
    """Each once, in order, without the empty."""
    return [each for each in dict.fromkeys(each for one in lists for each in one) if each]


def _old_addresses(person_id: int) -> list[str]:
    changes = compat.model("zerver", "EmailChangeStatus")
    found: list[str] = []
    if changes is not None:
        for old, new in changes.objects.filter(user_profile_id=person_id).values_list("old_email", "new_email"):
            found += [old, new]
    return found + _from_audit(person_id, EMAIL_CHANGED)


def _from_audit(person_id: int, event: int) -> list[str]:
    log = compat.model("zerver", "RealmAuditLog")
    assert log is not None
    rows = log.objects.filter(modified_user_id=person_id, event_type=event).order_by("id")
    found: list[str] = []
    for details in rows.values_list("extra_data", flat=True):
        found += list(_values(details))
    return found


def _values(details: Any) -> Iterator[str]:
    if isinstance(details, str):  # 8.4 keeps text
        try:
            details = orjson.loads(details)
        except orjson.JSONDecodeError:
            return
    if isinstance(details, dict):
        yield from (value for key in (OLD, NEW) if isinstance(value := details.get(key), str))


def _paths(person_id: int) -> list[str]:
    found: list[str] = []
    for name in ("Attachment", "ArchivedAttachment"):
        model = compat.model("zerver", name)
        if model is not None:
            found += model.objects.filter(owner_id=person_id).order_by("id").values_list("path_id", flat=True)
    return found


def _registrations(case: ErasureCase) -> list[int]:
    model = compat.model("zerver", "PreregistrationUser")
    return (
        []
        if model is None
        else list(model.objects.filter(created_user_id=case.person_id).values_list("id", flat=True))
    )


def _links(case: ErasureCase) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM confirmation_confirmation WHERE {CONFIRMATIONS}", {"id": case.person_id})
        return [row[0] for row in cursor.fetchall()]
