"""Python as typed in the management shell: names live on, the last line is the result, prints are kept.

It runs on a reading lane, inside a transaction that PostgreSQL keeps read-only and that is always rolled back. That
guards the database against mistakes; Python itself can do whatever the deployment's user can.
"""

from __future__ import annotations

import ast
import linecache
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.utils import Error as DatabaseError

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import Orm

from .. import compat
from ..context import Context
from .guarding import guarded
from .interrupting import Interrupted, interruptible
from .names import preloaded
from .observing import NotAsked
from .printing import printed_here
from .result import ListResult
from .secrets_seen import Seen
from .shaping import as_table
from .transaction_kept import leave_read_only, transaction_kept

FILE = "<query>"
LONGEST_SHOWN = 100_000
SESSIONS_KEPT = 8


@dataclass
class Evaluation:
    """What came of some code: a table (a statement, or rows), or the value shown; and what was printed."""

    table: str | ListResult | None = None
    shown: str = ""
    printed: str = ""
    failure: str = ""


class Session:
    """Names that live on, and the lock by which one piece of code at a time uses them."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = preloaded()
        self.lock = threading.Lock()


_sessions: dict[str, Session] = {}
_sessions_lock = threading.Lock()


def evaluate(question: Orm, context: Context, timeout_ms: int, unmask: bool) -> Evaluation:
    """Run the code, read-only. Its errors are in the answer.

    :class:`StewardError` where it was cancelled or took too long.
    """
    try:
        return evaluate_inside(
            question, context, timeout_ms, unmask, lambda: _read_only(timeout_ms, context.read_only)
        )
    finally:
        leave_read_only()


def evaluate_inside(
    question: Orm,
    context: Context,
    timeout_ms: int,
    unmask: bool,
    transaction_: Callable[[], AbstractContextManager[None]],
) -> Evaluation:
    """The same inside ``transaction_``, whatever that allows."""
    session = _session(question.session)
    if not session.lock.acquire(timeout=1):
        raise StewardError(ErrorKind.REFUSED, "This session is still running something else.")
    evaluation = Evaluation()
    seen = Seen(unmask)
    try:
        with interruptible(context, timeout_ms), printed_here() as output, seen.watching(), transaction_():
            try:
                _run(question.code, session.names, evaluation, unmask)
            except (Interrupted, NotAsked):
                raise
            except BaseException as error:
                # Whatever the operator's code raises is the answer, SystemExit included.
                if compat.is_query_cancelled(error):
                    raise
                evaluation.failure = _short_traceback(error)
    except DatabaseError as error:
        if compat.is_query_cancelled(error):
            raise _ended(context) from error
        raise
    except Interrupted as error:
        raise _ended(context) from error
    finally:
        session.lock.release()
    evaluation.printed = seen.without_secrets(output.text())
    evaluation.shown = seen.without_secrets(evaluation.shown)
    evaluation.failure = seen.without_secrets(evaluation.failure)
    if isinstance(evaluation.table, ListResult):
        evaluation.table.replace(seen.without_secrets)
    return evaluation


def _ended(context: Context) -> StewardError:
    if context.cancelled:
        return StewardError(ErrorKind.CANCELLED, "Cancelled.")
    return StewardError(ErrorKind.TIMEOUT, "The code was ended: it took longer than allowed.")


def _session(name: str) -> Session:
    if not name:
        return Session()
    with _sessions_lock:
        session = _sessions.pop(name, None) or Session()
        _sessions[name] = session
        while len(_sessions) > SESSIONS_KEPT:
            del _sessions[next(iter(_sessions))]
        return session


@contextmanager
def _read_only(timeout_ms: int, guard: bool) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(timeout_ms)])
        try:
            with transaction_kept(), guarded(guard):
                yield
        finally:
            transaction.set_rollback(True)


def _run(code: str, names: dict[str, Any], evaluation: Evaluation, unmask: bool) -> None:
    linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)
    tree = ast.parse(code, FILE)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, FILE, "exec"), names)
    if not isinstance(last, ast.Expr):
        return
    value = eval(compile(ast.Expression(last.value), FILE, "eval"), names)
    if value is None:
        return
    names["_"] = value
    evaluation.table = as_table(value, unmask)
    if evaluation.table is None:
        shown = repr(value)
        if len(shown) > LONGEST_SHOWN:
            shown = f"{shown[:LONGEST_SHOWN]}… ({len(shown) - LONGEST_SHOWN:,} more characters)"
        evaluation.shown = shown


def _short_traceback(error: BaseException) -> str:
    """The lines of the operator's code that led to the error, and the error; not Django's hundred frames."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    lines = [f"line {frame.lineno}: {(frame.line or '').strip()}\n" for frame in frames]
    error.__cause__, cause = None, error.__cause__
    said = "".join(traceback.format_exception_only(error))
    error.__cause__ = cause
    return "".join([*lines, said]).rstrip()
