"""What recipients are called, seen from one person: a channel, somebody else, a group of people."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from zulip_bridge.api.people import Person

MOST_NAMES = 5
"""Names of a group's people that are told; the others are counted."""

WHERE = {1: "direct", 2: "channel", 3: "group"}

CHANNELS_AND_PEOPLE = """
    SELECT r.id, r.type, r.type_id, coalesce(s.name, u.full_name) FROM zerver_recipient r
    LEFT JOIN zerver_stream s ON r.type = 2 AND s.id = r.type_id
    LEFT JOIN zerver_userprofile u ON r.type = 1 AND u.id = r.type_id
    WHERE r.id = ANY(%s)
"""
GROUPS = """
    SELECT s.recipient_id, count(*),
        (array_agg(u.full_name ORDER BY u.full_name) FILTER (WHERE u.id <> %s))[:%s]
    FROM zerver_subscription s JOIN zerver_userprofile u ON u.id = s.user_profile_id
    WHERE s.recipient_id = ANY(%s) GROUP BY s.recipient_id
"""


class Conversations:
    """The names of some recipients, looked up at once."""

    def __init__(self, person: Person, recipients: Iterable[int]) -> None:
        self._person = person
        self._names: dict[int, tuple[str, str]] = {}
        self.type_ids: dict[int, int] = {}
        wanted = list(recipients)
        with connection.cursor() as cursor:
            cursor.execute(CHANNELS_AND_PEOPLE, [wanted])
            for recipient, kind, type_id, name in cursor.fetchall():
                self._names[recipient] = (WHERE.get(kind, f"type {kind}"), name or "")
                self.type_ids[recipient] = type_id
            groups = [each for each, (where, _) in self._names.items() if where == "group"]
            if groups:
                cursor.execute(GROUPS, [person.id, MOST_NAMES, groups])
                for recipient, count, names in cursor.fetchall():
                    self._names[recipient] = ("group", _listed(names or [], count - 1))

    def of(self, recipient: int) -> tuple[str, str]:
        """Where it is (channel, direct, group), and what it is called."""
        return self._names.get(recipient, ("unknown", ""))


def _listed(names: list[str], count: int) -> str:
    others = count - len(names)
    return ", ".join(names) + (f" and {others} more" if others > 0 and names else "")
