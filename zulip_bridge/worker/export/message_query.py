"""The query of all chosen messages, each once and in the order of ids: ways to find them, of which PostgreSQL says
the cheapest.

Somebody's messages are looked up one by one, unless they are a good part of all that there are: then it costs less
to pass over all of them once than to find out first which they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from zulip_bridge.api.export_scope import ExportScope

from .message_rows import HELD
from .rows import within
from .selection import Kind, kinds_held, selected_ids

WIDEST_ID = 64
"""In bytes: what is sorted and wider than ids and what belongs to them is messages."""


@dataclass(frozen=True)
class WantedMessages:
    """What is asked for.

    ``select_list`` may name the message ``m``, the person's row ``um`` for it, and :data:`HELD`; ``condition`` is
    about ``m``.
    """

    select_list: str
    kinds: list[Kind]
    tables: dict[str, str]
    scope: ExportScope
    condition: str = "true"


@dataclass(frozen=True)
class MessageQuery:
    """SQL whose first column is a number: of the messages, where they are ``counted``, else the table's last id."""

    sql: str
    counted: bool


class Expected:
    """How many messages a query will find, judged while they come: known, or by how far its passing over has come."""

    def __init__(self, query: MessageQuery) -> None:
        self.exact = query.counted
        self._first_id: int | None = None

    def total(self, done: int, batch: list[dict[str, Any]], number: int) -> int:
        """Of the query, when ``done`` messages have come, of which ``batch`` are the last."""
        if self.exact:
            return number
        if self._first_id is None:
            self._first_id = int(batch[0]["id"])
        passed = int(batch[-1]["id"]) - self._first_id + 1
        return done * (number - self._first_id + 1) // passed


def message_query(wanted: WantedMessages, parameters: Mapping[str, Any]) -> MessageQuery:
    """The cheapest way to find what is wanted, by PostgreSQL's estimate."""
    ways = by_looking_up(wanted), by_passing_over(wanted), by_looking_up(wanted, one_by_one=True)
    return min(ways, key=lambda query: _cost(query.sql, parameters))


def by_looking_up(wanted: WantedMessages, *, one_by_one: bool = False) -> MessageQuery:
    """The ids first: found, counted and sorted, on their own; then of which kinds each is, perhaps ``one_by_one``.

    OFFSET 0 keeps them apart, and PostgreSQL knows the order of a subquery, not that of a CTE: sorting the wide rows
    would spill them to the server's disk.
    """
    messages, dates = wanted.tables["messages"], _dates(wanted)
    ids = selected_ids(wanted.kinds, wanted.tables)
    if dates != "true" or wanted.condition != "true":
        ids = f"""SELECT ids.id FROM ({ids}) ids JOIN {messages} m ON m.id = ids.id
                  WHERE {dates} AND {wanted.condition}"""
    return MessageQuery(
        f"""
        SELECT selected.total::bigint, {_listed(wanted, one_by_one=one_by_one)}
        FROM (SELECT id, count(*) OVER () AS total FROM ({ids}) ids ORDER BY id OFFSET 0) selected
        JOIN {messages} m ON m.id = selected.id
        {_own_rows(wanted)}
        ORDER BY selected.id
        """,
        counted=True,
    )


def by_passing_over(wanted: WantedMessages) -> MessageQuery:
    """All messages in the order of ids, each asked whether it is wanted; how many are is not known before the end."""
    messages = wanted.tables["messages"]
    chosen = " OR ".join(f"({kind.holds.format(**wanted.tables)})" for kind in wanted.kinds)
    return MessageQuery(
        f"""
        SELECT (SELECT max(id) FROM {messages})::bigint, {_listed(wanted)}
        FROM {messages} m
        {_own_rows(wanted)}
        WHERE ({chosen}) AND {_dates(wanted)} AND {wanted.condition}
        ORDER BY m.id
        """,
        counted=False,
    )


def _listed(wanted: WantedMessages, *, one_by_one: bool = False) -> str:
    return wanted.select_list.replace(HELD, kinds_held(wanted.kinds, wanted.tables, one_by_one=one_by_one))


def _own_rows(wanted: WantedMessages) -> str:
    return f"LEFT JOIN {wanted.tables['held']} um ON um.message_id = m.id AND um.user_profile_id = %(id)s"


def _dates(wanted: WantedMessages) -> str:
    return within(wanted.scope, "m.date_sent") or "true"


def _cost(query: str, parameters: Mapping[str, Any]) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query}", parameters)
        (answer,) = cursor.fetchone()
    (found,) = json.loads(answer) if isinstance(answer, str) else answer
    return cost_of(found["Plan"])


def cost_of(plan: dict[str, Any]) -> float:
    """PostgreSQL's estimate; without bounds where it would sort messages, and so write them to the server's disk."""
    return float("inf") if _sorts_messages(plan) else float(plan["Total Cost"])


def _sorts_messages(plan: dict[str, Any]) -> bool:
    sorts = "Sort" in plan["Node Type"] and plan["Plan Width"] > WIDEST_ID
    return sorts or any(map(_sorts_messages, plan.get("Plans", [])))
