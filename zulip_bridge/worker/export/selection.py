"""Which messages are a person's, by the sections that they belong to, as SQL."""

from __future__ import annotations

from dataclasses import dataclass

from zulip_bridge.api.export_scope import ExportScope

from .columns import Columns
from .rows import within


@dataclass(frozen=True)
class Kind:
    """A way in which a message belongs to somebody: the section, and SQL for the ids.

    ``{messages}``, ``{held}`` and ``{reactions}`` are tables: of live messages, or of archived ones.
    """

    section: str
    ids: str


KINDS = [
    Kind("messages.sent", "SELECT id FROM {messages} WHERE realm_id = %(realm)s AND sender_id = %(id)s"),
    Kind(
        "messages.direct",
        """SELECT id FROM {messages} WHERE realm_id = %(realm)s AND recipient_id IN (
            SELECT s.recipient_id FROM zerver_subscription s JOIN zerver_recipient r ON r.id = s.recipient_id
            WHERE s.user_profile_id = %(id)s AND r.type IN (1, 3))""",
    ),
    Kind("messages.reacted", "SELECT DISTINCT message_id FROM {reactions} WHERE user_profile_id = %(id)s"),
    Kind("messages.starred", "SELECT message_id FROM {held} WHERE user_profile_id = %(id)s AND flags & 2 <> 0"),
    Kind(
        "messages.mentioned",
        """SELECT message_id FROM {held} WHERE user_profile_id = %(id)s AND flags & 8 <> 0
           UNION SELECT message_id FROM {held} WHERE user_profile_id = %(id)s AND flags & 64 <> 0""",
    ),
    Kind(
        "messages.named",
        """SELECT id FROM {messages} WHERE realm_id = %(realm)s
             AND rendered_content LIKE '%%data-user-id="' || %(id)s::text || '"%%'""",
    ),
    Kind("messages.received", "SELECT message_id FROM {held} WHERE user_profile_id = %(id)s"),
]
LIVE = {"messages": "zerver_message", "held": "zerver_usermessage", "reactions": "zerver_reaction"}
ARCHIVED = {
    "messages": "zerver_archivedmessage",
    "held": "zerver_archivedusermessage",
    "reactions": "zerver_archivedreaction",
}
RESTORED = " AND NOT EXISTS (SELECT 1 FROM zerver_message l WHERE l.id = m.id)"
"""What was restored is among the messages again, and its copy in the archive is no other message."""


def selected_ids(kinds: list[Kind], tables: dict[str, str]) -> str:
    """SQL of the ids, each once, and of the kinds that each is of, as bits."""
    parts = [
        f"SELECT k.*, {1 << bit} AS bit FROM ({kind.ids.format(**tables)}) k(id)" for bit, kind in enumerate(kinds)
    ]
    return f"SELECT id, bit_or(bit) AS kinds FROM ({' UNION ALL '.join(parts)}) found GROUP BY id"


def message_query(
    columns: Columns, kinds: list[Kind], tables: dict[str, str], scope: ExportScope, condition: str = ""
) -> str:
    """Everything about every selected message, in one statement: its columns, the flags, the kinds, and the total.

    The ids are found, counted and sorted first, on their own (OFFSET 0 keeps them apart, and PostgreSQL knows the
    order of a subquery, not that of a CTE): sorting the wide rows would spill them to the server's disk.
    """
    ids, dates = selected_ids(kinds, tables), within(scope, "m.date_sent")
    if dates or condition:
        ids = f"""SELECT ids.id, ids.kinds FROM ({ids}) ids JOIN {tables["messages"]} m ON m.id = ids.id
                  WHERE {dates or "true"}{condition}"""
    return f"""
        SELECT {columns.select_list("m")}, um.flags, selected.kinds, selected.total
        FROM (SELECT id, kinds, count(*) OVER () AS total FROM ({ids}) ids ORDER BY id OFFSET 0) selected
        JOIN {tables["messages"]} m ON m.id = selected.id
        LEFT JOIN {tables["held"]} um ON um.message_id = m.id AND um.user_profile_id = %(id)s
        ORDER BY selected.id
    """
