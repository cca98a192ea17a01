"""An index of people in the worker's memory: what a search looks through at every keystroke.

``ILIKE`` over three columns of 20,000 rows takes PostgreSQL 30 to 100 ms, and Zulip has no trigram index (nor may we
make one). The same words in memory are found in a few, and the server's database is left in peace. Names and
addresses are compared without regard to case; a word without accents also matches letters with them. The rows
that are shown are always read afresh.
"""

from __future__ import annotations

import json
import threading
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from zulip_bridge.api.people import SearchPeople

from .realms import string_id

CHOICE_FIELD = 3
MAX_AGE = 15.0
"""Seconds after which a search reads the names anew."""

MOST_WORDS = 8
SEPARATOR = "\n"
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Indexed:
    """One account: what is matched against, and what is filtered by."""

    id: int
    name: str
    exact: frozenset[str]
    haystack: str
    realm: str
    role: int
    is_active: bool
    is_bot: bool


class PeopleIndex:
    """All accounts of the server, by name. Shared by the reading lanes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._people: list[Indexed] = []
        self._read_at = -MAX_AGE

    def forget(self) -> None:
        """Read anew at the next search: something was changed."""
        self._read_at = -MAX_AGE

    def search(self, request: SearchPeople) -> list[int]:
        """Ids of those that match: exact matches, then names that begin with the text, then by name."""
        words = [cased(word) for word in request.text.split()[:MOST_WORDS]]
        found = _filtered(self._current(), request)
        for word in words:
            found = [person for person in found if word in person.haystack]
        return [person.id for person in (_ranked(found, " ".join(words)) if words else found)]

    def _current(self) -> list[Indexed]:
        with self._lock:
            if time.monotonic() - self._read_at >= MAX_AGE:
                self._people = sorted(_read(), key=lambda person: (person.name, person.id))
                self._read_at = time.monotonic()
            return self._people


def cased(text: str) -> str:
    """Text without case: what a word of the search is compared as."""
    return unicodedata.normalize("NFC", text.casefold())


def bare(text: str) -> str:
    """Text without case and accents: ``José`` is ``jose``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def forms(text: str) -> list[str]:
    """The forms in which a text can be matched: without case, and without accents where it has any."""
    folded = cased(text)
    return [folded] if folded.isascii() else [folded, bare(text)]


def _filtered(people: list[Indexed], request: SearchPeople) -> list[Indexed]:
    """Those that pass the filters: one plain pass for each that is set, as this runs at every keystroke."""
    realm = string_id(request.realm)
    if realm is not None:
        people = [person for person in people if person.realm == realm]
    if request.roles:
        people = [person for person in people if person.role in request.roles]
    if request.status != "any":
        people = [person for person in people if person.is_active == (request.status == "active")]
    if request.bots != "any":
        people = [person for person in people if person.is_bot == (request.bots == "bots")]
    return people


def _ranked(people: list[Indexed], text: str) -> list[Indexed]:
    ranks: tuple[list[Indexed], list[Indexed], list[Indexed]] = ([], [], [])
    for person in people:
        ranks[0 if text in person.exact else 1 if person.name.startswith(text) else 2].append(person)
    return [*ranks[0], *ranks[1], *ranks[2]]


def _read() -> Iterator[Indexed]:
    values = _profile_values()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT u.id, u.full_name, u.delivery_email, u.email, r.string_id, u.role, u.is_active, u.is_bot
            FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id
            """
        )
        while rows := cursor.fetchmany(BATCH):
            for person_id, full_name, delivery_email, email, realm, role, is_active, is_bot in rows:
                identity = [*forms(full_name), *forms(delivery_email), *forms(email), str(person_id)]
                haystack = SEPARATOR.join([*identity, *values.get(person_id, ())])
                yield Indexed(
                    person_id, bare(full_name), frozenset(identity), haystack, realm, role, is_active, is_bot
                )


def _profile_values() -> dict[int, list[str]]:
    """Custom profile values by person; a choice by its text, as its key is all that is stored."""
    values: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, field_data FROM zerver_customprofilefield WHERE field_type = %s", [CHOICE_FIELD])
        choices = {field_id: _texts(field_data) for field_id, field_data in cursor.fetchall()}
        cursor.execute("SELECT user_profile_id, field_id, value FROM zerver_customprofilefieldvalue")
        while rows := cursor.fetchmany(BATCH):
            for person_id, field_id, value in rows:
                shown = choices[field_id].get(value, value) if field_id in choices else value
                values.setdefault(person_id, []).extend(forms(shown))
    return values


def _texts(field_data: str | None) -> dict[str, str]:
    try:
        choices = json.loads(field_data or "{}")
    except ValueError:
        return {}
    if not isinstance(choices, dict):
        return {}
    return {key: str(choice.get("text", key)) for key, choice in choices.items() if isinstance(choice, dict)}
