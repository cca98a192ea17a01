"""Searching people: by name, address, id or custom profile value, with filters, page by page."""

from __future__ import annotations

import json
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
from .listing import LONGEST, Listing, Listings
from .realms import INTERNAL_REALM

CHOICE_FIELD = 3
MOST_WORDS = 8
MOST_ROWS = 1_000
CANDIDATES = 10

listings = Listings()

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
    """Answer :class:`SearchPeople`: one statement for the ids in order, one for the first rows."""
    where, parameters = _conditions(request)
    rank, rank_parameters = _rank(request.text.strip())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT u.id FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id
            WHERE {where} ORDER BY {rank} lower(u.full_name) COLLATE "C", u.id LIMIT {LONGEST + 1}
            """,
            [*parameters, *rank_parameters],
        )
        ids = array("q", (row[0] for row in cursor.fetchall()))
    context.check()
    capped = len(ids) > LONGEST
    return _page(listings.keep(ids[:LONGEST], capped), 0, request.limit)


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
        parameters.append(request.realm)
    found = _people(condition, parameters, limit=CANDIDATES + 1)
    if not found:
        where = "" if request.realm is None else f" in the realm {request.realm}"
        raise StewardError(ErrorKind.NOT_FOUND, f"No account matches {user}{where}.")
    if len(found) > 1:
        candidates = [f"id {each.id} in realm {each.realm or '(root)'}" for each in found]
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
    return PeoplePage(listing.number, len(listing.ids), listing.capped, offset, rows)


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


def _conditions(request: SearchPeople) -> tuple[str, list[Any]]:
    conditions, parameters = ["TRUE"], list[Any]()
    for word in request.text.split()[:MOST_WORDS]:
        condition, values = _word(word)
        conditions.append(condition)
        parameters.extend(values)
    if request.realm is not None:
        conditions.append("r.string_id = %s")
        parameters.append(request.realm)
    if request.roles:
        conditions.append("u.role = ANY(%s)")
        parameters.append(request.roles)
    if request.status != "any":
        conditions.append("u.is_active" if request.status == "active" else "NOT u.is_active")
    if request.bots != "any":
        conditions.append("u.is_bot" if request.bots == "bots" else "NOT u.is_bot")
    return " AND ".join(conditions), parameters


def _word(word: str) -> tuple[str, list[Any]]:
    pattern = f"%{_escaped(word)}%"
    condition = """
        (u.full_name ILIKE %s OR u.delivery_email ILIKE %s OR u.email ILIKE %s
         OR u.id IN (SELECT v.user_profile_id FROM zerver_customprofilefieldvalue v WHERE v.value ILIKE %s)
    """
    parameters: list[Any] = [pattern] * 4
    for field_id, keys in _choices(word, pattern):
        condition += """
            OR u.id IN (SELECT v.user_profile_id FROM zerver_customprofilefieldvalue v
                        WHERE v.field_id = %s AND v.value = ANY(%s))
        """
        parameters += [field_id, keys]
    if word.isascii() and word.isdigit():
        condition += " OR u.id = %s"
        parameters.append(_small(word))
    return condition + ")", parameters


def _choices(word: str, pattern: str) -> list[tuple[int, list[str]]]:
    """Choice fields whose choices' texts contain the word; their values store a key, not the text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, field_data FROM zerver_customprofilefield WHERE field_type = %s AND field_data ILIKE %s",
            [CHOICE_FIELD, pattern],
        )
        rows = cursor.fetchall()
    return [(field_id, keys) for field_id, data in rows if (keys := _matching_keys(data, word.casefold()))]


def _matching_keys(field_data: str, word: str) -> list[str]:
    try:
        choices = json.loads(field_data or "{}")
    except ValueError:
        return []
    return [key for key, choice in choices.items() if word in str(choice.get("text", "")).casefold()]


def _rank(text: str) -> tuple[str, list[Any]]:
    """Exact matches first, then names that begin with the text, then the rest."""
    if not text:
        return "", []
    return (
        """
        CASE WHEN %s IN (u.id::text, lower(u.delivery_email), lower(u.email), lower(u.full_name)) THEN 0
             WHEN u.full_name ILIKE %s THEN 1 ELSE 2 END,
        """,
        [text.lower(), f"{_escaped(text)}%"],
    )


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_").replace("\0", "")


def _small(digits: str) -> int:
    """An id as PostgreSQL's integer; what does not fit is nobody's."""
    return min(int(digits[:12]), 2**31 - 1)
