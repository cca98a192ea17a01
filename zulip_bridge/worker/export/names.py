"""Names that make messages readable: of recipients and of clients, looked up a batch at a time and remembered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from .redaction import Redactor

MOST_REMEMBERED = 20_000
"""Names kept; then they are forgotten and looked up again, so that memory stays bounded."""

RECIPIENTS = """
    SELECT r.id, CASE WHEN r.type = 2 THEN s.name ELSE coalesce(
        (SELECT string_agg(u.full_name, ', ' ORDER BY u.full_name)
         FROM zerver_subscription b JOIN zerver_userprofile u ON u.id = b.user_profile_id
         WHERE b.recipient_id = r.id), '') END
    FROM zerver_recipient r LEFT JOIN zerver_stream s ON r.type = 2 AND s.id = r.type_id
    WHERE r.id = ANY(%s)
"""
"""A channel's name; else the full names of all who take part, in the database's order of names."""

KINDS_OF_RECIPIENTS = """
    SELECT r.id, coalesce(s.name, '') FROM zerver_recipient r
    LEFT JOIN zerver_stream s ON r.type = 2 AND s.id = r.type_id WHERE r.id = ANY(%s)
"""
PEOPLE_OF = """
    SELECT b.recipient_id, u.id, u.full_name FROM zerver_subscription b
    JOIN zerver_userprofile u ON u.id = b.user_profile_id WHERE b.recipient_id = ANY(%s) ORDER BY b.recipient_id, u.id
"""
"""Who takes part, where names are to be replaced one by one."""

CLIENTS = "SELECT id, name FROM zerver_client WHERE id = ANY(%s)"


class Names:
    """A small look-up cache over one of the queries above: names by id in ``known``, filled by :meth:`learn`."""

    def __init__(self, query: str) -> None:
        self.known: dict[int, Any] = {}
        self._query = query

    def learn(self, ids: Iterable[int]) -> None:
        """Look up those of the ids that are not known."""
        wanted = set(ids)
        missing = wanted.difference(self.known)
        if len(self.known) + len(missing) > MOST_REMEMBERED:
            self.known, missing = {}, wanted
        if missing:
            self.known.update(self.look_up(list(missing)))

    def look_up(self, ids: list[int]) -> dict[int, Any]:
        """Ask the database."""
        with connection.cursor() as cursor:
            cursor.execute(self._query, [ids])
            return dict(cursor.fetchall())


class RedactedRecipients(Names):
    """Names of recipients with third parties' replaced."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(RECIPIENTS)
        self._redactor = redactor

    def look_up(self, ids: list[int]) -> dict[int, Any]:
        """Channels by their name, cleaned; conversations by who takes part."""
        with connection.cursor() as cursor:
            cursor.execute(KINDS_OF_RECIPIENTS, [ids])
            found = {each: self._redactor.text(name) for each, name in cursor.fetchall()}
            cursor.execute(PEOPLE_OF, [[each for each, name in found.items() if not name]])
            for recipient, person, name in cursor.fetchall():
                shown = self._redactor.name_of(person, name)
                found[recipient] = f"{found[recipient]}, {shown}" if found[recipient] else shown
        return found


def recipient_names(redactor: Redactor | None) -> Names:
    """Names of recipients, as Zulip's export has them or redacted."""
    return Names(RECIPIENTS) if redactor is None else RedactedRecipients(redactor)
