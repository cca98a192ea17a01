"""Where a timeline comes from: each source gives its newest rows older than a place, in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from zulip_bridge.api.people import Person
from zulip_bridge.api.timeline import Direction, Kind

LONGEST_EXTRA = 20_000
"""Characters of a row's ``extra_data`` that are read."""

EVENTS: list[tuple[int, int, Kind]] = [
    (100, 128, "account"),
    (129, 132, "settings"),
    (133, 199, "account"),
    (200, 299, "organization"),
    (300, 349, "subscriptions"),
    (350, 399, "settings"),
    (400, 599, "organization"),
    (600, 699, "channels"),
    (700, 799, "groups"),
]
"""First and last number of audit events, and their kind; all others are ``other``."""

AUDIT: frozenset[Kind] = frozenset({*(kind for _, _, kind in EVENTS), "other"})
SEEN, ACTIVITY, SPANS, LOG = range(4)
"""Ranks of the sources: what happened at the same moment comes in this order, the last first."""


class Place(NamedTuple):
    """Where in the timeline: everything after it is smaller."""

    when: datetime
    rank: int
    id: int


@dataclass(frozen=True)
class Window:
    """What is asked for: ``until`` is not part of it any more; ``before`` is the last entry of the page before."""

    kinds: frozenset[Kind]
    direction: Direction
    since: datetime | None
    until: datetime | None
    before: Place | None
    limit: int


class Found(NamedTuple):
    """A row of a source; ``values`` are for the one who knows the source."""

    place: Place
    values: Sequence[Any]


def kind_of_event(number: int) -> Kind:
    """What an audit event is about."""
    return next((kind for first, last, kind in EVENTS if first <= number <= last), "other")


def _conditions(window: Window, rank: int, time: str, row: str) -> tuple[list[str], list[Any]]:
    """The window as SQL, for a source whose rows have this time and id."""
    conditions: list[str] = []
    parameters: list[Any] = []
    if window.since is not None:
        conditions.append(f"{time} >= %s")
        parameters.append(window.since)
    if window.until is not None:
        conditions.append(f"{time} < %s")
        parameters.append(window.until)
    if window.before is not None:
        when, before_rank, before_id = window.before
        if rank == before_rank:
            conditions.append(f"({time}, {row}) < (%s, %s)")
            parameters += [when, before_id]
        else:
            conditions.append(f"{time} {'<=' if rank < before_rank else '<'} %s")
            parameters.append(when)
    return conditions, parameters


def log_rows(person: Person, window: Window) -> list[Found]:
    """Rows of the audit log; values: id's event, acting, modified, channel, group, backfilled, extra data."""
    if not window.kinds & AUDIT:
        return []
    who = {"by": "acting_user_id = %s", "about": "modified_user_id = %s"}
    conditions = [who.get(window.direction, "(acting_user_id = %s OR modified_user_id = %s)")]
    parameters: list[Any] = [person.id] * (2 if window.direction == "any" else 1)
    if not window.kinds >= AUDIT:
        conditions.append(_of_kinds(window.kinds))
    more, values = _conditions(window, LOG, "event_time", "id")
    # Materialized: else the planner may walk the index on time through everybody's rows.
    query = f"""
        WITH mine AS MATERIALIZED (
            SELECT id, event_time FROM zerver_realmauditlog WHERE {" AND ".join([*conditions, *more])}
        )
        SELECT a.event_time, a.id, a.event_type, a.acting_user_id, a.modified_user_id, a.modified_stream_id,
               a.modified_user_group_id, a.backfilled, left(a.extra_data::text, {LONGEST_EXTRA})
        FROM (SELECT id FROM mine ORDER BY event_time DESC, id DESC LIMIT %s) newest
        JOIN zerver_realmauditlog a ON a.id = newest.id ORDER BY a.event_time DESC, a.id DESC
    """
    return _found(LOG, query, [*parameters, *values, window.limit])


def _of_kinds(kinds: frozenset[Kind]) -> str:
    ranges = [f"event_type BETWEEN {first} AND {last}" for first, last, kind in EVENTS if kind in kinds]
    if "other" in kinds:
        ranges.append(f"NOT event_type BETWEEN {EVENTS[0][0]} AND {EVENTS[-1][1]}")
    return f"({' OR '.join(ranges)})"


def span_rows(person: Person, window: Window) -> list[Found]:
    """Times of activity; values: the end."""
    if "spans" not in window.kinds or window.direction == "about":
        return []
    conditions, values = _conditions(window, SPANS, "start", "id")
    query = f"""
        WITH mine AS MATERIALIZED (
            SELECT start, id, "end" FROM zerver_useractivityinterval WHERE user_profile_id = %s
        )
        SELECT start, id, "end" FROM mine WHERE {" AND ".join(conditions) or "true"}
        ORDER BY start DESC, id DESC LIMIT %s
    """
    return _found(SPANS, query, [person.id, *values, window.limit])


def activity_rows(person: Person, window: Window) -> list[Found]:
    """What clients called, by the last call; values: client, what, how often."""
    if "activity" not in window.kinds or window.direction == "about":
        return []
    conditions, values = _conditions(window, ACTIVITY, "a.last_visit", "a.id")
    query = f"""
        SELECT a.last_visit, a.id, c.name, a.query, a.count
        FROM zerver_useractivity a JOIN zerver_client c ON c.id = a.client_id
        WHERE {" AND ".join(["a.user_profile_id = %s", *conditions])}
        ORDER BY a.last_visit DESC, a.id DESC LIMIT %s
    """
    return _found(ACTIVITY, query, [person.id, *values, window.limit])


def seen_rows(person: Person, window: Window) -> list[Found]:
    """Four moments that Zulip keeps the last of; values: which."""
    if "seen" not in window.kinds or window.direction == "about":
        return []
    conditions, values = _conditions(window, SEEN, "moment", "id")
    query = f"""
        SELECT moment, id, what FROM (
            SELECT date_joined, 1, 'joined' FROM zerver_userprofile WHERE id = %s
            UNION ALL SELECT last_login, 2, 'last login' FROM zerver_userprofile WHERE id = %s
            UNION ALL SELECT last_connected_time, 3, 'last connected' FROM zerver_userpresence
                      WHERE user_profile_id = %s
            UNION ALL SELECT last_active_time, 4, 'last active' FROM zerver_userpresence WHERE user_profile_id = %s
        ) seen (moment, id, what)
        WHERE {" AND ".join(["moment IS NOT NULL", *conditions])} ORDER BY moment DESC, id DESC LIMIT %s
    """
    return _found(SEEN, query, [*[person.id] * 4, *values, window.limit])


def _found(rank: int, query: str, parameters: list[Any]) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [Found(Place(when, rank, row), rest) for when, row, *rest in cursor.fetchall()]
