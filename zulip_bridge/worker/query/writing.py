"""Writing by hand: run it in a transaction, show what it did, wait, and commit only what was decided.

The text never reaches PostgreSQL's top level: it is opened as a cursor or executed from inside a ``DO`` block, where
nothing can end the transaction. It is held by the thread of the writing lane, so that one thing is written at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.db.utils import Error as DatabaseError

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import Orm, Sql
from zulip_bridge.api.writing import (
    LONGEST_HOLD_MS,
    RETURNED_ROWS,
    Effect,
    TryWrite,
    WriteOutcome,
    WriteTried,
)

from .. import compat
from ..context import Context
from . import deciding
from .actions_kept_out import refuse_actions
from .errors import refusal
from .evaluation import evaluate_inside
from .judging import Judged, judge, risks_of
from .leaks import mentions_secrets
from .looking import Key, Table, fetch, keys_touched, primary_key, quoted, sample
from .observing import NotAsked, Observed, observing, table_of
from .parameters import statement
from .result import ListResult
from .statement import LOCK_TIMEOUT_MS, OPEN, PREPARE

RUN = """
DO $$ DECLARE affected bigint;
BEGIN
    EXECUTE current_setting('steward.statement');
    GET DIAGNOSTICS affected = ROW_COUNT;
    PERFORM set_config('steward.rows', affected::text, true);
END $$
"""
MARGIN_MS = 30_000
"""PostgreSQL itself ends a transaction that is held so much longer than it should be."""

MOST_TABLES = 8

BYPASSED = (
    "Zulip does not know of this: its caches keep what they have (some for days), clients are told nothing, and"
    " nothing is written to its audit log."
)
BYPASSED_BY_PYTHON = (
    "What the code wrote past Zulip's own actions Zulip does not know of: caches keep what they have (some for days),"
    " clients are told nothing, and nothing is written to the audit log. save() on a model flushes some caches, and"
    " does so before the commit."
)
DURABLE = "durable atomic block"
NOT_HERE = (
    " Some of Zulip's actions open a transaction of their own and cannot run inside one: edit does such things."
)
SEQUENCES = "Numbers that were taken from a sequence are not given back by a rollback."


def try_write(request: TryWrite, context: Context) -> WriteOutcome:
    """Answer :class:`TryWrite`; on the writing lane."""
    try:
        if isinstance(request.question, Orm):
            return _python(request, request.question, context)
        assert isinstance(request.question, Sql)
        return _sql(request, statement(request.question), context)
    except (*compat.driver_errors(), DatabaseError) as error:
        raise refusal(error, cancelled=context.cancelled) from error
    finally:
        # Settings, locks and temporary tables of the session go with its connection.
        connection.close()


def _sql(request: TryWrite, sql: str, context: Context) -> WriteOutcome:
    if "\0" in sql:
        raise StewardError(ErrorKind.INVALID, "PostgreSQL takes no text with a NUL character in it.")
    with _transaction(request):
        raw = connection.connection
        statements = judge(raw, sql, context.cancelled)
        risks = [risk for risk in risks_of(statements) if risk.words not in request.confirmed]
        if risks:
            transaction.set_rollback(True)
            return WriteOutcome("confirm", "Nothing was run.", risks=risks)
        if not any(each.without_way_back for each in statements):
            return _decided(request, context, _run(raw, statements, request, context))
        transaction.set_rollback(True)
    return _for_good(statements, request)


def _python(request: TryWrite, question: Orm, context: Context) -> WriteOutcome:
    refuse_actions(question.code)
    observed = Observed(request.confirmed)
    with _transaction(request):
        before = _number()
        try:
            with observing(request.confirmed) as observed:
                found = evaluate_inside(question, context, request.timeout_ms, request.unmask, nullcontext)
                columns, returned, more = _returned(found.table, request.unmask)
        except NotAsked as asked:
            transaction.set_rollback(True)
            if not asked.risk.words:
                raise StewardError(ErrorKind.REFUSED, f"{asked.risk.sentence} Nothing was written.") from None
            return WriteOutcome("confirm", "The code was stopped, and rolled back.", risks=[asked.risk])
        if found.failure:
            transaction.set_rollback(True)
            sentence = "The code raised an error; what it had written is rolled back."
            sentence += NOT_HERE if DURABLE in found.failure else ""
            return WriteOutcome("failed", sentence, printed=found.printed, failure=found.failure)
        if connection.needs_rollback or _number() != before:
            transaction.set_rollback(True)
            sentence = "The code has ended or broken the transaction itself: look at what it has left."
            return WriteOutcome("failed", sentence, printed=found.printed)
        tables = [table for each in observed.effects if (table := table_of(each.table)) is not None]
        tried = _tried(request, "Python", observed.effects, tables, before)
        tried = replace(tried, columns=columns, returned=returned, more=more)
        notes = [BYPASSED_BY_PYTHON if note is BYPASSED else note for note in tried.notes]
        tried = replace(tried, shown=found.shown, printed=found.printed, notes=notes)
        return replace(_decided(request, context, tried), printed=found.printed)


def _returned(table: str | ListResult | None, unmask: bool) -> tuple[list[Any], list[list[Any]], bool]:
    """What the code's last line gave, if that is a table."""
    if table is None:
        return [], [], False
    if isinstance(table, ListResult):
        columns, rows = table.columns, [list(row) for row in table.read(RETURNED_ROWS + 1)]
    else:
        raw = connection.connection
        _set_statement(raw, table)
        with compat.plain_cursor(raw) as cursor:
            cursor.execute(OPEN)
        columns, rows = fetch(raw, "steward_result", RETURNED_ROWS + 1, unmask, table)
    return columns, rows[:RETURNED_ROWS], len(rows) > RETURNED_ROWS


@contextmanager
def _transaction(request: TryWrite) -> Iterator[None]:
    """A transaction with the request's limits, also for how long it may be held."""
    lock_ms = min(request.timeout_ms, LOCK_TIMEOUT_MS) if request.timeout_ms else LOCK_TIMEOUT_MS
    idle_ms = _hold_ms(request) + MARGIN_MS
    with transaction.atomic():
        connection.ensure_connection()
        with compat.plain_cursor(connection.connection) as cursor:
            cursor.execute(PREPARE, [str(request.timeout_ms), str(idle_ms), str(lock_ms), "1.0", ""])
        yield


def _run(raw: Any, statements: list[Judged], request: TryWrite, context: Context) -> WriteTried:
    number = _number()
    if len(statements) == 1 and statements[0].planned:
        return _run_one(raw, statements[0], request, number, context)
    effects, tables = [], []
    for each in statements:
        context.check()
        _set_statement(raw, each.sql)
        with _refusing(each.sql, request, context), compat.plain_cursor(raw) as cursor:
            cursor.execute(RUN)
            cursor.execute("SELECT current_setting('steward.rows')")
            rows = int(cursor.fetchone()[0])
        if each.top is not None or not each.planned:
            effects.append(Effect(each.command, each.top.table if each.top else "", rows if each.planned else None))
        tables += [Table(written.schema, written.table) for written in each.written]
    words = statements[0].command if len(statements) == 1 else f"{len(statements)} statements"
    return _tried(request, words, effects, tables, number)


def _run_one(raw: Any, judged: Judged, request: TryWrite, number: int, context: Context) -> WriteTried:
    """A statement with a plan: as a cursor where it returns rows or can be made to return the keys it has touched."""
    top = judged.top
    table = Table(top.schema, top.table) if top is not None else None
    keys_wanted = top is not None and table is not None and top.verb != "MERGE" and not judged.returns
    names = primary_key(raw, table) if keys_wanted and table is not None else []
    sql = judged.sql
    if names and top is not None:
        sql += "\nRETURNING " + ", ".join(f"{quoted(top.alias)}.{quoted(name)}::text" for name in names)
    elif not judged.returns:
        return _run_plain(raw, judged, request, number, context)
    _set_statement(raw, sql)
    with _refusing(judged.sql, request, context), compat.plain_cursor(raw) as cursor:
        cursor.execute(OPEN)
        columns, rows = fetch(raw, "steward_result", RETURNED_ROWS, request.unmask, "" if names else sql)
        cursor.execute("MOVE FORWARD ALL IN steward_result")
        total = len(rows) + max(0, cursor.rowcount)
        cursor.execute("CLOSE steward_result")
    if top is None or table is None:
        effects = [Effect(each.verb, each.table, None) for each in judged.written]
        tables = [Table(each.schema, each.table) for each in judged.written]
        tried = _tried(request, judged.command, effects, tables, number)
        return replace(tried, rows=None, columns=columns, returned=rows, more=total > len(rows))
    keys: list[Key] = [tuple(row) for row in rows] if names else []
    found = sample(raw, table, keys, total, request.unmask) if keys else None
    if not names and total:
        found = _sampled(raw, table, number, total, request.unmask)
    return WriteTried(
        0,
        judged.command,
        total,
        [Effect(top.verb, top.table, total)],
        [found] if found else [],
        _notes(table_known=found is not None or not total),
        _hold_ms(request),
        columns=[] if names else columns,
        returned=[] if names else rows,
        more=not names and total > len(rows),
    )


def _run_plain(raw: Any, judged: Judged, request: TryWrite, number: int, context: Context) -> WriteTried:
    _set_statement(raw, judged.sql)
    with _refusing(judged.sql, request, context), compat.plain_cursor(raw) as cursor:
        cursor.execute(RUN)
        cursor.execute("SELECT current_setting('steward.rows')")
        rows = int(cursor.fetchone()[0])
    tables = [Table(each.schema, each.table) for each in judged.written]
    effects = [Effect(each.verb, each.table, rows if each is judged.top else None) for each in judged.written]
    return replace(_tried(request, judged.command, effects, tables, number), rows=rows)


def _tried(request: TryWrite, words: str, effects: list[Effect], tables: list[Table], number: int) -> WriteTried:
    """What was done, with samples of the tables as far as rows can be found in time."""
    raw = connection.connection
    samples = []
    for table in list(dict.fromkeys(tables))[:MOST_TABLES]:
        rows = [each.rows for each in effects if each.table == table.name]
        total = sum(each or 0 for each in rows) if rows and None not in rows else None
        if total != 0 and (found := _sampled(raw, table, number, total, request.unmask)) is not None:
            samples.append(found)
    counted = [each.rows for each in effects]
    total_rows = sum(each or 0 for each in counted) if None not in counted else None
    return WriteTried(
        0, words, total_rows, effects, samples, _notes(bool(samples) or total_rows == 0), _hold_ms(request)
    )


def _sampled(raw: Any, table: Table, number: int, total: int | None, unmask: bool) -> Any:
    return sample(raw, table, keys_touched(raw, table, number), total, unmask)


def _notes(table_known: bool) -> list[str]:
    notes = [BYPASSED, SEQUENCES]
    return notes if table_known else ["There is no sample: which rows were changed could not be found.", *notes]


def _decided(request: TryWrite, context: Context, tried: WriteTried) -> WriteOutcome:
    """Tell what was done, and wait; in the transaction."""
    pending = deciding.begin()
    seconds = _hold_ms(request) / 1000
    began = time.monotonic()
    try:
        context.event(replace(tried, write=pending.number))
        with context.interruptible(pending.wake):
            decision = pending.wait(seconds)
    finally:
        deciding.end(pending)
    if decision:
        # From here on a cancel comes too late: half-told commits are worse than done ones.
        context.finish_what_was_begun()
        return WriteOutcome("committed", "Committed.", tried.rows)
    transaction.set_rollback(True)
    context.check()
    late = decision is None and time.monotonic() - began >= seconds
    words = f"Rolled back: nobody decided within {seconds:g} s." if late else "Rolled back: nothing was changed."
    return WriteOutcome("rolled_back", words, tried.rows)


def _for_good(statements: list[Judged], request: TryWrite) -> WriteOutcome:
    """What PostgreSQL runs outside transactions only; its words have been typed."""
    if len(statements) > 1:
        raise StewardError(ErrorKind.REFUSED, "What cannot be rolled back must be run by itself.")
    (judged,) = statements
    with compat.plain_cursor(connection.connection) as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [str(request.timeout_ms)])
        cursor.execute(judged.sql)
    return WriteOutcome("done", f"{judged.command} was run, outside a transaction.")


def _hold_ms(request: TryWrite) -> int:
    return max(1, min(request.hold_ms, LONGEST_HOLD_MS))


def _number() -> int:
    """The transaction's own number; another one, where somebody has ended it and begun a new one."""
    with compat.plain_cursor(connection.connection) as cursor:
        cursor.execute("SELECT txid_current()")
        return int(cursor.fetchone()[0])


def _set_statement(raw: Any, sql: str) -> None:
    with compat.plain_cursor(raw) as cursor:
        cursor.execute("SELECT set_config('steward.statement', %s, true)", [sql])


@contextmanager
def _refusing(sql: str, request: TryWrite, context: Context) -> Iterator[None]:
    """Around the operator's statement: errors are told in PostgreSQL's words, with the place."""
    try:
        yield
    except compat.driver_errors() as error:
        transaction.set_rollback(True)
        quoting = request.unmask or not mentions_secrets(sql)
        raise refusal(error, sql, cancelled=context.cancelled, quoting=quoting) from error
