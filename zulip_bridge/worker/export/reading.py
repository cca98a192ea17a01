"""Reading in one snapshot, by named cursors, a bounded batch at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from ..instants import iso

Rows = list[tuple[Any, ...]]

FIRST_BATCH = 100
LARGEST_BATCH = 1_000
SMALLEST_BATCH = 10

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


@contextlib.contextmanager
def snapshot() -> Iterator[str]:
    """One read-only, repeatable view of the database for everything inside; gives the time it was taken."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in TRANSACTION:
                cursor.execute(statement)
            cursor.execute("SELECT statement_timestamp()")
            taken = iso(cursor.fetchone()[0])
        assert taken is not None
        yield taken


class Batches:
    """Rows of one query, in batches; the next one is fetched while the last is worked on.

    PostgreSQL works only while a FETCH is under way, and this process only while none is: overlapping them uses
    both processors. Tell :meth:`sized` how large the last batch was, so that wide rows come in smaller ones.
    """

    def __init__(self, query: str, parameters: Mapping[str, Any], target_bytes: int) -> None:
        self._query = query
        self._parameters = parameters
        self._target = target_bytes
        self._size = FIRST_BATCH

    def sized(self, rows: int, size: int) -> None:
        """The last batch of so many rows made ``size`` bytes."""
        if rows:
            wanted = self._target * rows // max(1, size)
            # Growth is damped: one batch of narrow rows says little about the next.
            self._size = max(SMALLEST_BATCH, min(wanted, self._size * 2, LARGEST_BATCH))

    def __iter__(self) -> Iterator[Rows]:
        with connection.chunked_cursor() as cursor, ThreadPoolExecutor(1, "fetch") as fetcher:
            cursor.execute(self._query, self._parameters)
            coming: Future[Rows] = fetcher.submit(cursor.fetchmany, self._size)
            while rows := coming.result():
                coming = fetcher.submit(cursor.fetchmany, self._size)
                yield rows


def batches(query: str, parameters: Mapping[str, Any], size: int = 200) -> Iterator[Rows]:
    """Rows of a query whose rows are narrow, in batches of ``size``."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(size):
            yield rows
