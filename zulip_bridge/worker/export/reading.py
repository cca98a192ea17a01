"""Reading in one snapshot, by server-side cursors, a bounded number of rows at a time."""

from __future__ import annotations

import contextlib
import itertools
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from ..instants import iso

Rows = list[tuple[Any, ...]]

FIRST_FETCH = 100
LARGEST_FETCH = 2_000
SMALLEST_FETCH = 10
AHEAD = 2
SLICE = 100
"""Rows decoded in one go: the fetching thread cannot have its turn meanwhile."""
SWITCH_SECONDS = 0.000_5
CURSOR = "zulip_steward_rows"

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
    """Rows of one query, a few at a time, while PostgreSQL already works on those that follow.

    A server-side cursor is fetched from by a thread of its own, which runs ahead by :data:`AHEAD` fetches: PostgreSQL
    works only while a FETCH is under way, and what comes back is still undecoded, so that turning it into Python's
    values happens here, at the same time. Tell :meth:`sized` how large the rows turn out: wide ones are fetched in
    smaller numbers, so that memory stays the same.
    """

    def __init__(self, query: str, parameters: Mapping[str, Any], target_bytes: int) -> None:
        self._query = query
        self._parameters = parameters
        self._target = target_bytes
        self._size = FIRST_FETCH

    def sized(self, rows: int, size: int) -> None:
        """The last ``rows`` rows made ``size`` bytes."""
        wanted = self._target * rows // max(1, size)
        # Growth is damped: a few narrow rows say little about the next.
        self._size = max(SMALLEST_FETCH, min(wanted, self._size * 2, LARGEST_FETCH))

    def __iter__(self) -> Iterator[Rows]:
        with contextlib.ExitStack() as stack:
            cursors = [stack.enter_context(connection.cursor()) for _ in range(AHEAD + 1)]
            stack.enter_context(_prompt_threads())
            cursors[0].execute(f"DECLARE {CURSOR} NO SCROLL CURSOR FOR {self._query}", self._parameters)
            fetcher = stack.enter_context(ThreadPoolExecutor(1, "fetch"))
            coming = deque(fetcher.submit(self._fetch, cursor) for cursor in cursors[:AHEAD])
            for spare in itertools.cycle(cursors[AHEAD:] + cursors[:AHEAD]):
                fetched = coming.popleft().result()
                if fetched.rowcount <= 0:
                    break
                coming.append(fetcher.submit(self._fetch, spare))
                while rows := fetched.fetchmany(SLICE):
                    yield rows
            for rest in coming:
                rest.result()
            cursors[0].execute(f"CLOSE {CURSOR}")

    def _fetch(self, cursor: Any) -> Any:
        cursor.execute(f"FETCH FORWARD {self._size} FROM {CURSOR}")
        return cursor


@contextlib.contextmanager
def _prompt_threads() -> Iterator[None]:
    """Let the fetching thread have its turn at once: while it waits for one, PostgreSQL has nothing to do."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def batches(query: str, parameters: Mapping[str, Any], size: int = 200) -> Iterator[Rows]:
    """Rows of a query whose rows are narrow, in batches of ``size``."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(size):
            yield rows
