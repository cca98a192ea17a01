"""What Zulip's action leaves in the database, and a program can find (facts.md 4.3, 1 to 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from django.apps import apps
from django.db import connection
from django.db.models import Q

from zulip_bridge.api.erase import ErasureCase
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.references import Reference, references_to_people

from .deletion import INVITATION_LINKS, condition_of, on_delete
from .profile import CLEARED_MODELS

USER_FIELD = 6
INVITATION_REMINDER = 3
SENT = ("zerver_message", "sender_id")
KEPT = {
    SENT,
    ("zerver_subscription", "user_profile_id"),
    ("zerver_usergroupmembership", "user_profile_id"),
    ("zerver_realmauditlog", "modified_user_id"),
}
"""References that the placeholder has in its own right: what it sent, groups of direct messages, its system group,
and the entry that says that it was deleted."""


@dataclass(frozen=True)
class Leftover:
    """Rows that no key connects with the person; ``column`` is how they are found."""

    table: str
    column: str
    category: str
    words: str
    rows: Any


def leftovers(case: ErasureCase, *, invitations_stay: bool = True) -> list[Leftover]:
    """All of them, as far as this version has the tables. The preview counts them, and the erasure deletes them."""
    identity, credentials = "identity", "credentials"
    found = (
        Leftover(
            "confirmation_confirmation",
            "object_id",
            credentials,
            "secret links: unsubscribe, registration, change of address",
            _links(case, invitations_stay),
        ),
        Leftover(
            "zerver_preregistrationuser",
            "email",
            identity,
            "invitations and registrations of their addresses",
            _registrations(case),
        ),
        Leftover(
            "zerver_preregistrationrealm",
            "email",
            identity,
            "registrations of an organization by one of their addresses",
            _by_address("zerver", "PreregistrationRealm", "email", case),
        ),
        Leftover(
            "zerver_scheduledemail",
            "address",
            identity,
            "mails that are queued to their addresses",
            _by_address("zerver", "ScheduledEmail", "address", case),
        ),
        Leftover(
            "zerver_scheduledemail",
            "data",
            identity,
            "reminders of invitations that they sent",
            _reminders(case),
        ),
        Leftover(
            "social_auth_code",
            "email",
            credentials,
            "codes of logins through another service",
            _by_address("social_django", "Code", "email", case),
        ),
        Leftover(
            "social_auth_partial",
            "data",
            credentials,
            "logins through another service that were not finished",
            _unfinished_logins(case),
        ),
        Leftover(
            "zerver_imageattachment",
            "path_id",
            "content",
            "sizes and thumbnails of their images",
            _images(case),
        ),
    )
    return [each for each in found if each.rows is not None]


def remove_remainder(case: ErasureCase, context: Context) -> dict[str, int]:
    """Delete it; rows by table. Everything is found by what was noted, so a second time there is nothing left."""
    counts: dict[str, int] = {}
    for each in leftovers(case):
        context.progress("remainder", len(counts))
        _delete(each.table, each.rows, counts)
    counts |= _leave_profiles(case)
    for reference in references_to_people():
        key = (reference.table, reference.column)
        if key not in KEPT and on_delete(reference.model, reference.column) == "CASCADE":
            context.progress("remainder", len(counts))
            rows = reference.model.objects.filter(**{f"{reference.column}__in": case.accounts})
            _delete(reference.table, rows, counts)
    return {table: rows for table, rows in counts.items() if rows}


def _delete(table: str, rows: Any, counts: dict[str, int]) -> None:
    number = rows.count()
    if number:
        rows.delete()
        counts[table] = counts.get(table, 0) + number


def _links(case: ErasureCase, invitations_stay: bool) -> Any:
    """All that were noted, but the links of invitations that somebody else gets: those are to work on."""
    model = compat.model("confirmation", "Confirmation")
    if model is None:
        return None
    with connection.cursor() as cursor:
        but = f"AND NOT {INVITATION_LINKS}" if invitations_stay else ""
        cursor.execute(f"SELECT id FROM confirmation_confirmation WHERE id = ANY(%s) {but}", [case.links])
        return model.objects.filter(id__in=[row[0] for row in cursor.fetchall()])


def _by_address(app: str, name: str, column: str, case: ErasureCase) -> Any:
    model = compat.model(app, name)
    if model is None or not compat.has_field(model, column):
        return None
    wanted = Q()
    for address in case.addresses:
        wanted |= Q(**{f"{column}__iexact": address})
    return model.objects.filter(wanted) if case.addresses else model.objects.none()


def _reminders(case: ErasureCase) -> Any:
    """Reminders of invitations that the person sent, which name them to somebody else; the invitations are void."""
    model = compat.model("zerver", "ScheduledEmail")
    if model is None or not case.addresses:
        return None
    naming = Q()
    for address in case.addresses:
        naming |= Q(data__icontains=address)
    return model.objects.filter(naming, type=INVITATION_REMINDER)


def _unfinished_logins(case: ErasureCase) -> Any:
    """Logins through another service that were not finished: what that service said of the person."""
    model = compat.model("social_django", "Partial")
    if model is None or not case.addresses:
        return None
    # As JSON writes it, so that an address is not found at the end of a longer one.
    wanted = [f'"{address.lower()}"' for address in case.addresses]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id FROM social_auth_partial p JOIN unnest(%s::text[]) w(address)
               ON strpos(lower(p.data::text), w.address) > 0""",
            [wanted],
        )
        return model.objects.filter(id__in=[row[0] for row in cursor.fetchall()])


def _registrations(case: ErasureCase) -> Any:
    """Those of the person and those to one of the addresses, in this organization."""
    model = compat.model("zerver", "PreregistrationUser")
    if model is None:
        return None
    wanted = Q(id__in=case.registrations)
    for address in case.addresses:
        wanted |= Q(email__iexact=address, realm_id=case.realm_id) | Q(email__iexact=address, realm_id=None)
    return model.objects.filter(wanted)


def _images(case: ErasureCase) -> Any:
    model = compat.model("zerver", "ImageAttachment")
    return None if model is None else model.objects.filter(path_id__in=case.files)


def _leave_profiles(case: ErasureCase) -> dict[str, int]:
    """Take the person out of other people's profiles, through Zulip's action."""
    values = apps.get_model("zerver", "CustomProfileFieldValue")
    naming = values.objects.filter(field__field_type=USER_FIELD, field__realm_id=case.realm_id)
    changed = 0
    for value in naming.exclude(user_profile_id=case.person_id).select_related("user_profile"):
        named = _ids(value.value)
        if case.person_id not in named:
            continue
        left = [each for each in named if each != case.person_id]
        if left:
            place = "zerver.actions.custom_profile_fields.do_update_user_custom_profile_data_if_changed"
            compat.call(place, value.user_profile, [{"id": value.field_id, "value": left}]).run()
        else:
            compat.remove_profile_value(value.user_profile, value.field_id).run()
        changed += 1
    return {"zerver_customprofilefieldvalue": changed} if changed else {}


def _ids(stored: str) -> list[Any]:
    try:
        found = orjson.loads(stored)
    except orjson.JSONDecodeError:
        return []
    return found if isinstance(found, list) else []


def rows_of(ids: list[int], realm_id: int, strategy: str) -> dict[tuple[str, str], int]:
    """Rows that refer to the accounts by key and should not after an erasure, by table and column."""
    left: dict[tuple[str, str], int] = {}
    references = [each for each in references_to_people() if _goes(each, strategy)]
    with connection.cursor() as cursor:
        for each in references:
            query = f'SELECT count(*) FROM "{each.table}" WHERE {condition_of(each, "ids")}'
            cursor.execute(query, {"ids": ids, "realm_id": realm_id})
            (rows,) = cursor.fetchone()
            if rows:
                left[each.table, each.column] = rows
    return left


def _goes(reference: Reference, strategy: str) -> bool:
    if strategy == "scrub-profile":
        return reference.model._meta.object_name in CLEARED_MODELS
    key = (reference.table, reference.column)
    return key not in KEPT or (strategy == "delete" and key == SENT)
