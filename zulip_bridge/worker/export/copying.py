"""Rows of one query as COPY sends them, over a connection of their own that sees the export's snapshot.

PostgreSQL begins with the query at once, while something else is still being written. The rows then come in binary:
of a message most columns are numbers, and those cost little to write, to send, and to read again.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

from zulip_bridge.api.errors import ErrorKind, StewardError

from .. import compat, compat_copy
from ..context import Context
from ..copy_socket import TakeRows
from .reading import Snapshot, look_at
from .rows_ahead import RowsAhead

HEADER = struct.Struct(">11sii")
"""PostgreSQL's binary COPY begins with a signature, flags, and the length of an extension."""
SIGNATURE = b"PGCOPY\n\xff\r\n\0"
TRAILER = b"\xff\xff"
AHEAD_BYTES = 16 * 1024 * 1024
"""Of rows that are kept until they are wanted."""


class Copying:
    """Made with the query, which runs from ``with`` on; :meth:`run` has the rows taken, in order.

    They are taken in a thread in which ``connection`` is the caller's, who waits meanwhile: what has to be asked
    about them is asked there, in the same snapshot.
    """

    def __init__(self, context: Context, snapshot: Snapshot, query: str, parameters: Mapping[str, Any]) -> None:
        self._context = context
        self._snapshot = snapshot
        self._query = query
        self._parameters = parameters
        self._ahead = RowsAhead(AHEAD_BYTES)
        self._error: BaseException | None = None
        self._lane = connections[DEFAULT_DB_ALIAS]
        self._beside = connection.copy()
        self._thread = threading.Thread(target=self._copy, name="copy", daemon=True)

    def __enter__(self) -> Copying:
        """Open the connection, and have PostgreSQL begin."""
        self._lane.inc_thread_sharing()
        try:
            look_at(self._beside, self._snapshot)
            self._thread.start()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the query if it still runs, and the connection with it."""
        self._ahead.give_up()
        if self._thread.is_alive() or self._error is not None:
            compat.cancel_query(self._beside)
        self._thread.join()
        self._close()

    def run(self, take: TakeRows) -> None:
        """Call ``take`` with rows, in their binary form, until it has had all of them; raises what it raises."""
        self._ahead.wanted_by(take)
        with self._context.interruptible(lambda: compat.cancel_query(self._beside)):
            self._thread.join()
        if self._error is not None:
            raise self._error

    def _close(self) -> None:
        self._lane.dec_thread_sharing()
        self._beside.close()

    def _copy(self) -> None:
        connections[DEFAULT_DB_ALIAS] = self._lane
        raw = self._beside.connection
        rows = _Rows(self._ahead.bring)
        try:
            with self._beside.wrap_database_errors:
                query = compat.mogrify(raw, self._query, self._parameters)
                compat_copy.copy_rows(raw, f"COPY ({query}) TO STDOUT (FORMAT binary)", rows.add)
            rows.end()
            self._ahead.end()
        except BaseException as error:  # noqa: BLE001 (raised again by run, unless nobody waits for it)
            self._error = error


class _Rows:
    """Takes off what COPY puts around the rows."""

    def __init__(self, take: TakeRows) -> None:
        self._take = take
        self._waiting: list[bytes] = []
        self._began = False

    def add(self, messages: list[bytes]) -> None:
        """Messages of the protocol: each a row, but for the beginning and the end; the last is kept back."""
        messages = self._waiting + messages
        self._waiting = [messages.pop()]
        self._pass_on(messages)

    def end(self) -> None:
        """All has come."""
        if not self._waiting or not self._waiting.pop().endswith(TRAILER):
            raise StewardError(ErrorKind.FAILED, "PostgreSQL did not send all rows of a query.")

    def _pass_on(self, rows: list[bytes]) -> None:
        if rows and not self._began:
            self._began = True
            rows[0] = _without_header(rows[0])
            if not rows[0]:
                del rows[0]
        if rows:
            self._take(rows)


def _without_header(data: bytes) -> bytes:
    signature, _, extension = HEADER.unpack_from(data)
    if signature != SIGNATURE:
        raise StewardError(ErrorKind.FAILED, "PostgreSQL sent something else than the rows of a query.")
    return data[HEADER.size + extension :]
