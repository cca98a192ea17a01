"""One worker at a time at a person's erasure.

A steward that is killed leaves a worker that finishes its step; whoever resumes the erasure meanwhile waits for it.
PostgreSQL lets go of the lock when that worker's connection ends, however it ends.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.worker.context import Context

ERASURES = 0x5A53
"""Number of our advisory locks, beside the person's id; Zulip takes none with two numbers."""

PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.1
AT_WORK = "Another steward's worker is still at this person's erasure; resume it when that has ended."


@contextmanager
def alone(person_id: int, context: Context) -> Iterator[None]:
    """Be the only one at a person's erasure while inside; raises :class:`StewardError` where it takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _ask("pg_try_advisory_lock", person_id):
        context.check()
        if time.monotonic() > deadline:
            raise StewardError(ErrorKind.REFUSED, AT_WORK)
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        _ask("pg_advisory_unlock", person_id)


def _ask(function: str, person_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [ERASURES, person_id])
        return bool(cursor.fetchone()[0])
