"""Which messages are a person's, by the sections that they belong to, as SQL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A way in which a message belongs to somebody: the section, SQL for the ids, each once, and SQL that says
    whether a message ``m``, with the person's row ``um`` for it if there is one, is among them.

    ``holds`` is for many messages: of IN PostgreSQL knows what it costs to read the list once and to keep it in
    memory. Where the list is too long for that, IN would read all of it for every message; ``holds_one`` asks the
    index then.

    ``{messages}``, ``{held}`` and ``{reactions}`` are tables: of live messages, or of archived ones.
    """

    section: str
    ids: str
    holds: str
    holds_one: str = ""


TO_THEM = """SELECT s.recipient_id FROM zerver_subscription s JOIN zerver_recipient r ON r.id = s.recipient_id
             WHERE s.user_profile_id = %(id)s AND r.type IN (1, 3)"""
TO_ONE_PERSON = "SELECT r.id FROM zerver_recipient r WHERE r.type = 1"
"""What they wrote to somebody is addressed to that person, and they are not subscribed to it."""
DIRECT = Kind(
    "messages.direct",
    f"""SELECT id FROM {{messages}} WHERE realm_id = %(realm)s AND recipient_id IN ({TO_THEM})
        UNION SELECT id FROM {{messages}} WHERE realm_id = %(realm)s AND sender_id = %(id)s
            AND recipient_id IN ({TO_ONE_PERSON})""",
    f"""m.realm_id = %(realm)s AND (m.recipient_id IN ({TO_THEM})
        OR m.sender_id = %(id)s AND m.recipient_id IN ({TO_ONE_PERSON}))""",
    f"""m.realm_id = %(realm)s AND (EXISTS ({TO_THEM} AND s.recipient_id = m.recipient_id)
        OR m.sender_id = %(id)s AND EXISTS ({TO_ONE_PERSON} AND r.id = m.recipient_id))""",
)
NAMED = """rendered_content LIKE '%%data-user-id="' || %(id)s::text || '"%%'"""

KINDS = [
    Kind(
        "messages.sent",
        "SELECT id FROM {messages} WHERE realm_id = %(realm)s AND sender_id = %(id)s",
        "m.realm_id = %(realm)s AND m.sender_id = %(id)s",
    ),
    DIRECT,
    Kind(
        "messages.reacted",
        "SELECT DISTINCT message_id FROM {reactions} WHERE user_profile_id = %(id)s",
        "m.id IN (SELECT message_id FROM {reactions} WHERE user_profile_id = %(id)s)",
        "EXISTS (SELECT 1 FROM {reactions} e WHERE e.user_profile_id = %(id)s AND e.message_id = m.id)",
    ),
    Kind(
        "messages.starred",
        "SELECT message_id FROM {held} WHERE user_profile_id = %(id)s AND flags & 2 <> 0",
        "um.flags & 2 <> 0",
    ),
    Kind(
        "messages.mentioned",
        """SELECT message_id FROM {held} WHERE user_profile_id = %(id)s AND flags & 8 <> 0
           UNION SELECT message_id FROM {held} WHERE user_profile_id = %(id)s AND flags & 64 <> 0""",
        "um.flags & (8 | 64) <> 0",
    ),
    Kind(
        "messages.named",
        f"SELECT id FROM {{messages}} WHERE realm_id = %(realm)s AND {NAMED}",
        f"m.realm_id = %(realm)s AND m.{NAMED}",
    ),
    Kind(
        "messages.received",
        f"SELECT message_id FROM {{held}} WHERE user_profile_id = %(id)s EXCEPT ({DIRECT.ids})",
        f"um.message_id IS NOT NULL AND NOT ({DIRECT.holds})",
        f"um.message_id IS NOT NULL AND NOT ({DIRECT.holds_one})",
    ),
]
LIVE = {"messages": "zerver_message", "held": "zerver_usermessage", "reactions": "zerver_reaction"}
ARCHIVED = {
    "messages": "zerver_archivedmessage",
    "held": "zerver_archivedusermessage",
    "reactions": "zerver_archivedreaction",
}
RESTORED = "NOT EXISTS (SELECT 1 FROM zerver_message l WHERE l.id = m.id)"
"""What was restored is among the messages again, and its copy in the archive is no other message."""


def selected_ids(kinds: list[Kind], tables: dict[str, str]) -> str:
    """SQL of the ids, each once.

    A UNION of the kinds: of its size PostgreSQL has an idea, and it reads many messages in the order in which they
    are stored, instead of looking each up in the index.
    """
    return " UNION ".join(f"SELECT k.id FROM ({kind.ids.format(**tables)}) k(id)" for kind in kinds)


def kinds_held(kinds: list[Kind], tables: dict[str, str], *, one_by_one: bool = False) -> str:
    """SQL of the kinds that a message is of, as bits in the order of ``kinds``."""
    asked = [kind.holds_one or kind.holds if one_by_one else kind.holds for kind in kinds]
    bits = (f"CASE WHEN {each.format(**tables)} THEN {1 << bit}::bigint ELSE 0 END" for bit, each in enumerate(asked))
    return f"({' | '.join(bits)})"


def outside_query(ids: list[str], tables: dict[str, str], dates: str, condition: str = "true") -> str:
    """How many messages are not within the dates, of each of these queries of ids, in one row."""
    counts = ", ".join(
        f"""(SELECT count(*) FROM ({each}) ids(id) JOIN {tables["messages"]} m ON m.id = ids.id
             WHERE NOT ({dates}) AND {condition})"""
        for each in ids
    )
    return f"SELECT {counts}"
