"""Connections for results that stay open between requests: as a reading lane's, but no lane's.

Each result has one for itself, in a transaction; afterwards the connection is left as it was, or closed.
"""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from django.db import connection
from django.db.utils import DatabaseError

from zulip_bridge.api.errors import ErrorKind, StewardError

from .. import compat

KEPT_IDLE = 2

RESTORE = (
    "ROLLBACK",
    # Session-level locks and settings that a statement has asked for outlive a rollback, or may.
    "SELECT pg_catalog.pg_advisory_unlock_all()",
    "SELECT pg_catalog.current_setting('default_transaction_read_only')",
)


class Connections:
    """Lends connections; used from several lanes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Any] = []

    def take(self) -> Any:
        """A driver's connection whose transactions PostgreSQL keeps read-only. Call it from a reading lane."""
        while True:
            with self._lock:
                raw = self._idle.pop() if self._idle else None
            if raw is None:
                return _connect()
            if not compat.is_disconnected(raw):
                return raw

    def give_back(self, raw: Any) -> None:
        """End its transaction, whatever state that is in, and keep the connection if it is as it was."""
        usable = any(_restored(raw) for _ in range(2))
        with self._lock:
            if usable and len(self._idle) < KEPT_IDLE:
                self._idle.append(raw)
                return
        with contextlib.suppress(*compat.driver_errors()):
            raw.close()


def _restored(raw: Any) -> bool:
    """Whether the connection is ready for another; tried twice, because a cancel may arrive late."""
    try:
        with compat.plain_cursor(raw) as cursor:
            for statement in RESTORE:
                cursor.execute(statement)
            return bool(cursor.fetchone()[0] == "on")
    except compat.driver_errors():
        return False


def _connect() -> Any:
    # This thread's connection is a reading lane's: its copy has the same settings.
    wrapper = connection.copy()
    try:
        wrapper.connect()
        proved = compat.is_read_only(wrapper)
    except DatabaseError as error:
        raise StewardError(
            ErrorKind.DATABASE, "PostgreSQL did not give another connection.", cause=str(error)
        ) from error
    raw = wrapper.connection
    if not proved:
        raw.close()
        raise StewardError(ErrorKind.REFUSED, "PostgreSQL did not accept a read-only connection, so nothing is read.")
    return raw
