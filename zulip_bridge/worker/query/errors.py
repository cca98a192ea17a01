"""PostgreSQL's refusals as sentences for whoever has typed the statement."""

from __future__ import annotations

from dataclasses import replace

from zulip_bridge.api.errors import ErrorKind, StewardError

from .. import compat
from .leaks import without_quoted

NOT_A_QUERY = "42P11"
STILL_READ_ONLY = "25001"
CONSTRAINTS = "23"
"""How the SQLSTATE begins of errors that quote names, and values in the detail only."""


def refusal(
    error: BaseException, sql: str = "", *, cancelled: bool = False, offset: int = 0, quoting: bool = True
) -> StewardError:
    """The error to raise instead of the driver's; ``sql`` is the statement that positions count in.

    ``offset`` characters were put before it. ``quoting``: the words may quote values that PostgreSQL has met.
    """
    words = compat.database_words(error)
    if not quoting and words.position is None:
        # An error with a place in the statement is about the statement, one without about what is in the tables.
        named = (compat.sqlstate(error) or "").startswith(CONSTRAINTS)
        words = replace(words, message=words.message if named else without_quoted(words.message), hint="")
    state = compat.sqlstate(error)
    if compat.is_query_cancelled(error):
        if cancelled:
            return StewardError(ErrorKind.CANCELLED, "Cancelled.")
        return StewardError(ErrorKind.TIMEOUT, "PostgreSQL ended the query: it took longer than allowed.")
    if compat.is_read_only_violation(error):
        return StewardError(ErrorKind.READ_ONLY, f"PostgreSQL refused to write: {words.message}.")
    if state == STILL_READ_ONLY:
        return StewardError(ErrorKind.READ_ONLY, f"PostgreSQL keeps the transaction read-only: {words.message}.")
    if state == NOT_A_QUERY:
        sentence = f"Only one statement that returns rows can be run. PostgreSQL: {words.message}."
        return StewardError(ErrorKind.INVALID, sentence)
    sentence = f"PostgreSQL: {words.message}{_place(sql, words.position, offset)}."
    if words.hint:
        sentence = f"{sentence} {words.hint}"
    return StewardError(ErrorKind.INVALID, sentence)


def _place(sql: str, position: int | None, offset: int) -> str:
    if not sql or position is None or not 0 < position - offset <= len(sql) + 1:
        return ""
    position -= offset
    before = sql[: position - 1]
    return f" (line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))})"
