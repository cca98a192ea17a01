"""Where and when a person was seen, in a few figures."""

from __future__ import annotations

from django.db import connection

from zulip_bridge.api.people import Person
from zulip_bridge.api.timeline import ActivitySummary, ClientActivity, ReadActivity
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.instants import iso
from zulip_bridge.worker.people import person_by_id

SPANS_COUNTED = 100_000


def read_activity(request: ReadActivity, context: Context) -> ActivitySummary:
    """Answer :class:`ReadActivity`."""
    person = person_by_id(request.person_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_active_time, last_connected_time FROM zerver_userpresence WHERE user_profile_id = %s",
            [person.id],
        )
        active, connected = cursor.fetchone() or (None, None)
        cursor.execute(
            """SELECT count(*), min(start), max("end"), coalesce(sum(extract(epoch FROM "end" - start)), 0) / 60
               FROM (
                   SELECT start, "end" FROM zerver_useractivityinterval WHERE user_profile_id = %s
                   ORDER BY "end" DESC LIMIT %s) spans""",
            [person.id, SPANS_COUNTED],
        )
        spans, first, last, minutes = cursor.fetchone()
    return ActivitySummary(
        joined=person.date_joined,
        last_login=person.last_login,
        last_active=iso(active),
        last_connected=iso(connected),
        clients=_clients(person),
        first_span=iso(first),
        last_span=iso(last),
        spans=spans,
        spans_exact=spans < SPANS_COUNTED,
        active_minutes=round(minutes),
    )


def _clients(person: Person) -> list[ClientActivity]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.name, sum(a.count), max(a.last_visit)
               FROM zerver_useractivity a JOIN zerver_client c ON c.id = a.client_id
               WHERE a.user_profile_id = %s GROUP BY c.name ORDER BY max(a.last_visit) DESC, c.name""",
            [person.id],
        )
        return [ClientActivity(name, int(calls), iso(last)) for name, calls, last in cursor.fetchall()]
