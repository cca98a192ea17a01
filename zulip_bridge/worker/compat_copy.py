"""How rows are copied out of PostgreSQL over either driver's connection: the part of :mod:`compat` about COPY."""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import Any

from . import compat
from .copy_socket import CopySocket, TakeRows, socket_of

BATCH_BYTES = 96 * 1024
BATCH_ROWS = 250
"""Taken together from a driver: enough to be worth the call, and few enough to stay in the processor's cache."""


def copy_rows(raw: Any, sql: str, take: TakeRows) -> None:
    """Run a ``COPY … TO STDOUT``; ``take`` is given messages of the protocol, in order, some at a time.

    Raises the driver's errors, and what ``take`` raises: then the connection can only be closed.
    """
    connected = socket_of(raw)
    if connected is None:
        copy_rows_by_driver(raw, sql, take)
        return
    with connected:
        CopySocket(connected, take).run(sql)


def copy_rows_by_driver(raw: Any, sql: str, take: TakeRows) -> None:
    """The same with the driver's own means, which work over any connection."""
    from django.db.backends.postgresql.base import Database

    gathered = _Gathered(take)
    if compat.is_psycopg2(Database):
        with compat.plain_cursor(raw) as cursor:
            cursor.copy_expert(sql, _File(gathered.add))
    else:
        _copy_with_psycopg(raw.pgconn, sql, gathered.add, Database)
    gathered.end()


def _copy_with_psycopg(protocol: Any, sql: str, take: Callable[[bytes], object], database: Any) -> None:
    # The driver's own loop waits for each row, also for those that are here.
    result = protocol.exec_(sql.encode())
    while result.status == database.pq.ExecStatus.COPY_OUT:
        size, data = protocol.get_copy_data(1)
        if size > 0:
            take(bytes(data))
        elif size == 0:
            select.select([protocol.socket], [], [])
            protocol.consume_input()
        else:
            result = protocol.get_result()
    if result.status != database.pq.ExecStatus.COMMAND_OK:
        raise database.errors.error_from_result(result)
    while protocol.get_result() is not None:
        continue


class _File:
    """What psycopg2 takes for a file."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self.write = take


class _Gathered:
    """Puts messages together that come one by one."""

    def __init__(self, take: TakeRows) -> None:
        self._take = take
        self._messages: list[bytes] = []
        self._size = 0

    def add(self, message: bytes) -> None:
        """One more."""
        self._messages.append(message)
        self._size += len(message)
        if self._size >= BATCH_BYTES or len(self._messages) >= BATCH_ROWS:
            self.end()

    def end(self) -> None:
        """Have those taken that wait."""
        messages, self._messages, self._size = self._messages, [], 0
        if messages:
            self._take(messages)
