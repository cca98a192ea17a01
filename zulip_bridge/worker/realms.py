"""The organizations of the server."""

from __future__ import annotations

from django.db import connection

from zulip_bridge.api.people import ListRealms, Realm

from .context import Context

INTERNAL_REALM = "zulipinternal"
"""Where Zulip's system bots live; they must not be touched (facts.md 2.2)."""

ROOT = "(root)"
"""How the realm at the server's own address, whose string_id is empty, is shown; accepted as its name too."""


def string_id(name: str | None) -> str | None:
    """The string_id that an operator means; None for any realm."""
    return "" if name == ROOT else name


def list_realms(request: ListRealms, context: Context) -> list[Realm]:
    """All organizations but the internal one, with the number of active people in each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.id, r.string_id, r.name, r.deactivated, count(u.id)
            FROM zerver_realm r
            LEFT JOIN zerver_userprofile u ON u.realm_id = r.id AND u.is_active AND NOT u.is_bot
            WHERE r.string_id <> %s
            GROUP BY r.id ORDER BY r.string_id
            """,
            [INTERNAL_REALM],
        )
        return [Realm(*row) for row in cursor.fetchall()]
