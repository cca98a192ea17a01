"""Searching people: by name, address, id or custom profile value, with filters, page by page."""

from __future__ import annotations

from array import array
from typing import Any

from django.db import connection

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import (
    ROLE_NAMES,
    FindPerson,
    PageOfPeople,
    PeoplePage,
    Person,
    SearchPeople,
)

from .context import Context
from .instants import iso
from .listing import Listing, Listings
from .people_index import PeopleIndex
from .realms import INTERNAL_REALM, ROOT, string_id

MOST_ROWS = 1_000
CANDIDATES = 10

listings = Listings()
index = PeopleIndex()

PERSON_COLUMNS = """
    u.id, u.full_name, u.delivery_email, u.email, r.string_id, u.realm_id, u.role, u.is_active, u.is_bot,
    u.bot_type, u.is_mirror_dummy, u.long_term_idle, u.date_joined, u.last_login, u.tos_version,
    greatest(p.last_active_time, u.last_login)
"""
PERSON_TABLES = """
    zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id
    LEFT JOIN zerver_userpresence p ON p.user_profile_id = u.id
"""


def search(request: SearchPeople, context: Context) -> PeoplePage:
    """Answer :class:`SearchPeople`: ids in order from the index, the first rows from the database."""
    ids = array("q", index.search(request))
    context.check()
    context.afterwards(index.refresh)
    return _page(listings.keep(ids), 0, request.limit)


def page(request: PageOfPeople, context: Context) -> PeoplePage:
    """Answer :class:`PageOfPeople` from a listing that is still remembered."""
    listing = listings.get(request.listing)
    if listing is None:
        raise StewardError(ErrorKind.STALE, "This list is no longer held; search again.")
    return _page(listing, max(0, request.offset), request.limit)


def find(request: FindPerson, context: Context) -> Person:
    """Answer :class:`FindPerson`: by id, or by real or API address regardless of case."""
    user = request.user.strip().replace("\0", "")
    parameters: list[Any]
    if user.isascii() and user.isdigit():
        condition, parameters = "u.id = %s", [_small(user)]
    else:
        condition = "(upper(u.delivery_email) = upper(%s) OR upper(u.email) = upper(%s))"
        parameters = [user, user]
    if request.realm is not None:
        condition += " AND r.string_id = %s"
        parameters.append(string_id(request.realm))
    found = _people(condition, parameters, limit=CANDIDATES + 1)
    if not found:
        where = "" if request.realm is None else f" in the realm {request.realm}"
        raise StewardError(ErrorKind.NOT_FOUND, f"No account matches {user}{where}.")
    if len(found) > 1:
        candidates = [f"id {each.id} in realm {each.realm or ROOT}" for each in found]
        sentence = f"{user} means several accounts: {'; '.join(candidates)}. Give the id, or --realm."
        raise StewardError(ErrorKind.AMBIGUOUS, sentence, candidates=candidates)
    return found[0]


def person_by_id(person_id: int) -> Person:
    """The list row of one account; error kind ``not_found``."""
    found = _people("u.id = %s", [person_id], limit=1)
    if not found:
        raise StewardError(ErrorKind.NOT_FOUND, f"There is no account with id {person_id}.")
    return found[0]


def people_by_id(ids: list[int]) -> dict[int, Person]:
    """List rows of several accounts, by id; those that do not exist are absent."""
    return {person.id: person for person in _people("u.id = ANY(%s)", [ids], limit=len(ids))}


def _page(listing: Listing, offset: int, limit: int) -> PeoplePage:
    wanted = listing.ids[offset : offset + max(0, min(limit, MOST_ROWS))].tolist()
    found = people_by_id(wanted) if wanted else {}
    rows = [found[each] for each in wanted if each in found]
    return PeoplePage(listing.number, len(listing.ids), offset, rows)


def _people(condition: str, parameters: list[Any], limit: int) -> list[Person]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {PERSON_COLUMNS} FROM {PERSON_TABLES} WHERE {condition} ORDER BY u.id LIMIT {limit}", parameters
        )
        return [_person(row) for row in cursor.fetchall()]


def _person(row: tuple[Any, ...]) -> Person:
    (
        person_id, full_name, delivery_email, email, realm, realm_id, role, is_active, is_bot,
        bot_type, is_mirror_dummy, long_term_idle, date_joined, last_login, tos_version, last_seen,
    ) = row  # fmt: skip
    never = not is_bot and last_seen is None and (last_login is None or tos_version == "-1")
    return Person(
        id=person_id,
        full_name=full_name,
        delivery_email=delivery_email,
        email=email,
        realm=realm,
        realm_id=realm_id,
        role=role,
        role_name=ROLE_NAMES.get(role, f"role {role}"),
        is_active=is_active,
        is_bot=is_bot,
        bot_type=bot_type,
        is_mirror_dummy=is_mirror_dummy,
        long_term_idle=long_term_idle,
        state=_state(realm, is_active, is_mirror_dummy, long_term_idle, never),
        date_joined=iso(date_joined) or "",
        last_login=iso(last_login),
        last_seen=iso(last_seen),
    )


def _state(realm: str, is_active: bool, is_mirror_dummy: bool, long_term_idle: bool, never: bool) -> str:
    states = [
        (realm == INTERNAL_REALM, "system"),
        (is_mirror_dummy, "dummy"),
        (not is_active, "deactivated"),
        (never, "never"),
        (long_term_idle, "idle"),
    ]
    return next((word for holds, word in states if holds), "active")


def _small(digits: str) -> int:
    """An id as PostgreSQL's integer; what does not fit is nobody's."""
    return min(int(digits[:12]), 2**31 - 1)
