"""While code reads, the transaction is not its to end: what comes after it PostgreSQL would guard no longer.

It guards against mistakes, as a statement copied from somewhere that says COMMIT; who talks to the driver itself gets
around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from zulip_bridge.api.statements import first_word, split

from .. import compat
from .judging import TRANSACTIONS

_SAVEPOINTS = re.compile(r"\s*(SAVEPOINT|RELEASE\s+SAVEPOINT|ROLLBACK\s+TO)\b", re.IGNORECASE)
_SUSPECT = re.compile(
    r"\b(?:BEGIN|START|COMMIT|END|ROLLBACK|ABORT|RESET|DISCARD|\w*read_only|SESSION)\b", re.IGNORECASE
)
_SETTINGS = frozenset({"SET", "RESET", "DISCARD"})


class TransactionKept(PermissionError):
    """Raised into the code."""


@contextmanager
def transaction_kept() -> Iterator[None]:
    """While inside, this thread's Django connection does not end its transaction, nor make the next one write."""
    with connection.execute_wrapper(_run):
        yield


def leave_read_only() -> None:
    """Close this thread's connection where some code has made it one that can write."""
    if connection.connection is not None and not (connection.is_usable() and compat.is_read_only(connection)):
        connection.close()


def _run(execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
    text = sql if isinstance(sql, str) else str(sql)
    if _SUSPECT.search(text):
        for each in split(text):
            _check(each)
    return execute(sql, parameters, many, context)


def _check(statement: str) -> None:
    word = first_word(statement)
    ends = word in TRANSACTIONS and not _SAVEPOINTS.match(statement)
    if ends or (word in _SETTINGS and _SUSPECT.search(statement)):
        raise TransactionKept(f"{word} is not for here: the transaction is opened, kept read-only and ended for you.")
