"""Reading in one snapshot, a bounded number of rows at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from ..instants import iso
from ..lanes import require_read_only

Rows = list[tuple[Any, ...]]

TRANSACTION = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    # The operator cancels an export, not the clock: neither a long query nor a slow disk on the steward's side.
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    # Everything will be fetched, so plans for a fast first row are the wrong ones; compiling them costs more
    # than it saves.
    "SET LOCAL cursor_tuple_fraction = 1.0",
    "SET LOCAL jit = off",
)


@dataclass(frozen=True)
class Snapshot:
    """One view of the database: the time it was taken, and the name by which other connections see the same."""

    taken: str
    name: str


@contextlib.contextmanager
def snapshot() -> Iterator[Snapshot]:
    """One read-only, repeatable view of the database for everything inside."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in TRANSACTION:
                cursor.execute(statement)
            cursor.execute("SELECT statement_timestamp(), pg_export_snapshot()")
            time, name = cursor.fetchone()
        taken = iso(time)
        assert taken is not None
        yield Snapshot(taken, str(name))


def look_at(wrapper: Any, seen: Snapshot) -> None:
    """Have another connection see this snapshot, until it is closed; like every other it is read-only.

    The snapshot must still be held where it was taken.
    """
    wrapper.ensure_connection()
    require_read_only(wrapper)
    wrapper.set_autocommit(False)
    with wrapper.cursor() as cursor:
        for statement in TRANSACTION:
            cursor.execute(statement)
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [seen.name])


def batches(query: str, parameters: Mapping[str, Any], size: int = 200) -> Iterator[Rows]:
    """Rows of a query whose rows are narrow, in batches of ``size``."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(size):
            yield rows
