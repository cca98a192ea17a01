"""What must be noted before the account is gone: addresses and names that it had, its files, rows without a key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
from django.db import connection
from django.db.models import Q

from zulip_bridge.api.erase import ErasureCase, ErasureOptions
from zulip_bridge.worker import compat
from zulip_bridge.worker.indirect import CONFIRMATIONS

from .storage import picture_keys

OLD, NEW = "1", "2"
"""Keys of the values before and after in the audit log's details (RealmAuditLog.OLD_VALUE, NEW_VALUE)."""

EMAIL_CHANGED, NAME_CHANGED = 125, 124


def collect(case: ErasureCase, options: ErasureOptions, *, pictures: bool = True) -> ErasureCase:
    """The case with what the server knows now added to what was noted before; a preview does without ``pictures``."""
    row = _account(case.person_id)
    if row is None or is_placeholder(row):
        return case
    bots = bots_of(case.person_id) if options.bots == "delete" else []
    addresses = _joined(case.addresses, [row.delivery_email, row.email], _old_addresses(case.person_id))
    registrations = sorted({*case.registrations, *_registrations(case, addresses)})
    return replace(
        case,
        addresses=addresses,
        names=_joined(case.names, [row.full_name], _from_audit(case.person_id, NAME_CHANGED)),
        files=_joined(case.files, _paths(case.person_id), *(_paths(bot.id) for bot in bots)),
        pictures=_joined(case.pictures, *map(picture_keys, [row, *bots])) if pictures else case.pictures,
        registrations=registrations,
        links=sorted({*case.links, *_links(case.person_id, registrations, addresses)}),
        bots=sorted({*case.bots, *(bot.id for bot in bots)}),
    )


def bots_of(person_id: int) -> list[Any]:
    """The bots that a person owns, active or not."""
    model = compat.model("zerver", "UserProfile")
    assert model is not None
    return list(model.objects.filter(bot_owner_id=person_id, is_bot=True).order_by("id"))


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


def _registrations(case: ErasureCase, addresses: list[str]) -> list[int]:
    """The one by which the account was made, and those to one of the addresses, in this organization."""
    model = compat.model("zerver", "PreregistrationUser")
    if model is None:
        return []
    wanted = Q(created_user_id=case.person_id)
    for address in addresses:
        wanted |= Q(email__iexact=address, realm_id=case.realm_id) | Q(email__iexact=address, realm_id=None)
    return list(model.objects.filter(wanted).values_list("id", flat=True))


REGISTRATIONS = """
    SELECT f.id FROM confirmation_confirmation f JOIN django_content_type c ON c.id = f.content_type_id
    WHERE c.app_label = 'zerver' AND (
        (c.model = 'preregistrationuser' AND f.object_id = ANY(%(registrations)s))
        OR (c.model = 'preregistrationrealm' AND f.object_id IN (
            SELECT id FROM zerver_preregistrationrealm WHERE lower(email) = ANY(%(addresses)s))))
"""


def _links(person_id: int, registrations: list[int], addresses: list[str]) -> list[int]:
    lower = [each.lower() for each in addresses]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM confirmation_confirmation WHERE {CONFIRMATIONS}", {"id": person_id})
        found = [row[0] for row in cursor.fetchall()]
        if compat.model("zerver", "PreregistrationRealm") is not None:
            cursor.execute(REGISTRATIONS, {"registrations": registrations, "addresses": lower})
            found += [row[0] for row in cursor.fetchall()]
    return found
