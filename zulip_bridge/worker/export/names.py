"""Names that make messages readable: of recipients and of clients, looked up a batch at a time and remembered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

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
            with connection.cursor() as cursor:
                cursor.execute(self._query, [list(missing)])
                self.known.update(cursor.fetchall())
