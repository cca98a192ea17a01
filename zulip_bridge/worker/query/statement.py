"""One statement's result, in a cursor of PostgreSQL's: rows are made as they are wanted.

PostgreSQL itself decides what may run. The statement is opened as a cursor from inside a ``DO`` block, which takes
exactly one statement that returns rows (42P11 for several, and for SET, COPY, COMMIT, DO, LISTEN, DDL …). That
happens in a transaction declared READ ONLY that has read something already, which no statement can make writable
(25001), and that is always rolled back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import Column

from .. import compat
from ..context import Context
from . import values
from .connections import Connections
from .describing import described
from .errors import refusal
from .leaks import leaking, mentions_secrets

BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
PREPARE = """
SELECT set_config('statement_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true),
    set_config('lock_timeout', %s, true), set_config('jit', 'off', true), set_config('datestyle', 'ISO, YMD', true),
    set_config('intervalstyle', 'iso_8601', true), set_config('timezone', 'UTC', true),
    set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true),
    set_config('standard_conforming_strings', 'on', true), set_config('cursor_tuple_fraction', %s, true),
    set_config('steward.statement', %s, true)
"""
OPEN = """
DO $$ DECLARE result refcursor := 'steward_result';
BEGIN OPEN result NO SCROLL FOR EXECUTE current_setting('steward.statement'); END $$
"""
FETCH = "FETCH FORWARD %d FROM steward_result"
LOCK_TIMEOUT_MS = 5_000
WHOLE_DATABASE = re.compile(r"\b(?:schema|database)_to_xml(?:_and_xmlschema)?\b", re.IGNORECASE)
TOO_LARGE = (
    "makes one value of all tables, for which PostgreSQL may take all memory of the server and be ended by it, with "
    "everybody's connections. It is not run; save the tables that you want one by one."
)
"""Seen: 21 GB for a database of 1.6 GB."""


class StatementResult:
    """The result of one statement that has been opened. Make it with :func:`open_statement`."""

    def __init__(self, connections: Connections, raw: Any, context: Context) -> None:
        self.context = context
        """The call that reads now."""
        self.columns: list[Column] = []
        self._connections = connections
        self._raw = raw
        self._cursor = compat.plain_cursor(raw)
        self._converters: list[tuple[int, values.Converter]] = []
        self._quoting = True

    def read(self, count: int) -> list[tuple[Any, ...]]:
        """The next rows."""
        with self.talking():
            self._cursor.execute(FETCH % count)
            rows = self._cursor.fetchall()
        return values.convert(rows, self._converters)

    def close(self) -> None:
        """End the transaction."""
        raw, self._raw = self._raw, None
        if raw is not None:
            self._cursor.close()
            self._connections.give_back(raw)

    def begin(self, sql: str, timeout_ms: int, idle_ms: int, everything: bool, unmask: bool) -> None:
        """Open the cursor; PostgreSQL has not made any row afterwards.

        ``everything``: all rows will be wanted, so the plan need not favour the first. ``unmask``: errors may quote
        secrets.
        """
        self._quoting = unmask or not mentions_secrets(sql)
        if "\0" in sql:
            raise StewardError(ErrorKind.INVALID, "PostgreSQL takes no text with a NUL character in it.")
        if (found := WHOLE_DATABASE.search(sql)) is not None:
            raise StewardError(ErrorKind.REFUSED, f"{found[0]} {TOO_LARGE}")
        with self.talking():
            self._cursor.execute(BEGIN)
            lock_ms = min(timeout_ms, LOCK_TIMEOUT_MS) if timeout_ms else LOCK_TIMEOUT_MS
            fraction = "1.0" if everything else "0.01"
            self._cursor.execute(PREPARE, [str(timeout_ms), str(idle_ms), str(lock_ms), fraction, sql])
        with self.talking(sql):
            self._cursor.execute(OPEN)

    def describe(self, sql: str, unmask: bool) -> None:
        """Find out the columns, and how their values are to be read."""
        with self.talking():
            self._cursor.execute(FETCH % 0)
            found = compat.result_columns(self._cursor)
            self.columns = described(self._raw, found, unmask)
            if not unmask:
                for index in leaking(self._raw, sql, self.columns):
                    self.columns[index] = replace(self.columns[index], masked=True)
        compat.read_as_text(self._cursor, {each.type_oid for each in found} - values.NATIVE)
        self._converters = [
            (index, convert)
            for index, (each, column) in enumerate(zip(found, self.columns, strict=True))
            if (convert := values.converter(each.type_oid, column.masked)) is not None
        ]

    @contextmanager
    def talking(self, sql: str = "") -> Iterator[None]:
        """Around what waits for PostgreSQL: can be cancelled, and errors are told in PostgreSQL's words."""
        raw = self._raw
        if raw is None:
            raise StewardError(ErrorKind.STALE, "The result has been closed; ask again.")
        try:
            with self.context.interruptible(lambda: compat.cancel_raw(raw)):
                yield
        except compat.driver_errors() as error:
            if compat.is_disconnected(raw):
                sentence = (
                    "PostgreSQL has closed the connection of this result, perhaps because it was idle too long."
                )
                raise StewardError(ErrorKind.STALE, f"{sentence} Ask again.", cause=str(error)) from error
            raise refusal(error, sql, cancelled=self.context.cancelled, quoting=self._quoting) from error


def open_statement(
    connections: Connections,
    context: Context,
    sql: str,
    *,
    timeout_ms: int,
    idle_ms: int,
    unmask: bool = False,
    everything: bool = False,
) -> StatementResult:
    """Open a statement and find out its columns; :class:`StewardError` where PostgreSQL refuses it."""
    result = StatementResult(connections, connections.take(), context)
    try:
        result.begin(sql, timeout_ms, idle_ms, everything, unmask)
        result.describe(sql, unmask)
    except BaseException:
        result.close()
        raise
    return result
