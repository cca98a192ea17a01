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
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from django.db import connection

from zulip_bridge.api.people import SearchPeople

from .realms import string_id

CHOICE_FIELD = 3
REFRESH_AGE = 15.0
"""Seconds after which the names are read anew, once a search has been answered: nobody waits for it while typing."""

MAX_AGE = 45.0
"""Seconds after which a search waits for the names to be read: nobody has searched in the meantime."""

MOST_WORDS = 8
SEPARATOR = "\n"
LAST = "\U0010ffff"
"""Sorts behind every letter."""

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


Row = tuple[Any, ...]
Known = tuple[tuple[Row, list[str] | None], Indexed]
"""An account as it was read, and what was made of it."""


class PeopleIndex:
    """All accounts of the server, by name. Shared by the reading lanes."""

    def __init__(self) -> None:
        self._reading = threading.Lock()
        self._people: list[Indexed] = []
        self._known: dict[int, Known] = {}
        self._read_at = -MAX_AGE
        self._changes = 0

    def forget(self) -> None:
        """Read anew at the next search: something was changed."""
        self._changes += 1
        self._read_at = -MAX_AGE

    def search(self, request: SearchPeople) -> list[int]:
        """Ids of those that match: exact matches, then names that begin with the text, then by name."""
        if self._age >= MAX_AGE:
            with self._reading:
                if self._age >= MAX_AGE:
                    self._read()
        words = [cased(word) for word in request.text.split()[:MOST_WORDS]]
        found = _filtered(self._people, request)
        for word in words:
            found = [person for person in found if word in person.haystack]
        return _ranked(found, " ".join(words)) if words else [person.id for person in found]

    def refresh(self) -> None:
        """Read anew if it is time, unless somebody is at it."""
        if self._age >= REFRESH_AGE and self._reading.acquire(blocking=False):
            try:
                self._read()
            finally:
                self._reading.release()

    @property
    def _age(self) -> float:
        return time.monotonic() - self._read_at

    def _read(self) -> None:
        began, changes = time.monotonic(), self._changes
        known = _read(self._known)
        self._people = sorted((person for _, person in known.values()), key=lambda person: (person.name, person.id))
        self._known = known
        # What was changed while this was read may be missing from it.
        self._read_at = began if changes == self._changes else -MAX_AGE


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


def _ranked(people: list[Indexed], text: str) -> list[int]:
    """Ids in the order of the answer. ``people`` are in the order of their names: those of one beginning follow
    each other."""
    first = bisect_left(people, text, key=_name)
    end = bisect_left(people, text + LAST, key=_name)
    exact = [person.id for person in people if text in person.exact]
    ids = [person.id for person in people]
    ordered = [*ids[first:end], *ids[:first], *ids[end:]]
    if not exact:
        return ordered
    before = set(exact)
    return [*exact, *(each for each in ordered if each not in before)]


def _name(person: Indexed) -> str:
    return person.name


def _read(before: dict[int, Known]) -> dict[int, Known]:
    """All accounts; those whose row is what it was are taken over as they are, which is most of the work saved."""
    values = _profile_values()
    people: dict[int, Known] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT u.id, u.full_name, u.delivery_email, u.email, r.string_id, u.role, u.is_active, u.is_bot
            FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id
            """
        )
        while rows := cursor.fetchmany(BATCH):
            for row in rows:
                source = (row, values.get(row[0]))
                known = before.get(row[0])
                people[row[0]] = known if known and known[0] == source else (source, _indexed(row, source[1] or []))
    return people


def _indexed(row: Row, values: list[str]) -> Indexed:
    person_id, full_name, delivery_email, email, realm, role, is_active, is_bot = row
    identity = [*forms(full_name), *forms(delivery_email), *forms(email), str(person_id)]
    haystack = SEPARATOR.join([*identity, *(form for value in values for form in forms(value))])
    return Indexed(person_id, bare(full_name), frozenset(identity), haystack, realm, role, is_active, is_bot)


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
                values.setdefault(person_id, []).append(shown)
    return values


def _texts(field_data: str | None) -> dict[str, str]:
    try:
        choices = json.loads(field_data or "{}")
    except ValueError:
        return {}
    if not isinstance(choices, dict):
        return {}
    return {key: str(choice.get("text", key)) for key, choice in choices.items() if isinstance(choice, dict)}
