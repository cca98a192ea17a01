"""How the two drivers copy rows out of PostgreSQL: the part of :mod:`compat` that is about COPY."""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import Any

from . import compat


def copy_rows(raw: Any, sql: str, take: Callable[[bytes], object]) -> None:
    """Run a ``COPY … TO STDOUT``; ``take`` is given one message of the protocol after the other."""
    from django.db.backends.postgresql.base import Database

    if compat.is_psycopg2(Database):
        with compat.plain_cursor(raw) as cursor:
            cursor.copy_expert(sql, _Taker(take))
        return
    # The driver's own loop waits for each row, also for those that are here.
    protocol = raw.pgconn
    result = protocol.exec_(sql.encode())
    while result.status == Database.pq.ExecStatus.COPY_OUT:
        size, data = protocol.get_copy_data(1)
        if size > 0:
            take(bytes(data))
        elif size == 0:
            select.select([protocol.socket], [], [])
            protocol.consume_input()
        else:
            result = protocol.get_result()
    if result.status != Database.pq.ExecStatus.COMMAND_OK:
        raise Database.errors.error_from_result(result)
    while protocol.get_result() is not None:
        continue


class _Taker:
    """What psycopg2 takes for a file."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self.write = take
