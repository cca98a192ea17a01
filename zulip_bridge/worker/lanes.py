"""Lanes: threads that run requests, each with a database connection of its own kind.

A reading lane's connection has ``default_transaction_read_only=on`` and a ``statement_timeout``, set when it is
opened and proved by asking PostgreSQL; nothing served there can change a row. Writing requests run on one lane,
one at a time, never inside an outer transaction (Zulip's actions forbid it). Every other connection that is opened in
this process, by a thread that somebody's code starts, say, is read-only as well.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from zulip_bridge.api.calls import Lane as LaneKind
from zulip_bridge.api.calls import WorkerOptions
from zulip_bridge.api.errors import ErrorKind, StewardError

from . import compat
from .context import Context

Job = tuple[Context, Callable[[Context, "Lane"], None]]
READ_ONLY = "-c default_transaction_read_only=on"
READING_LANES = 3
"""So that a long count on one tab does not hold up another, nor the search."""


class Lane:
    """One thread and its connection."""

    def __init__(self, kind: LaneKind, jobs: queue.SimpleQueue[Job], options: WorkerOptions) -> None:
        self.kind = kind
        self._jobs = jobs
        self._options = options
        self._lock = threading.Lock()
        self._current: Context | None = None
        self._wrapper: Any = None
        threading.Thread(target=self._run, name=f"{kind}-lane", daemon=True).start()

    def cancel(self, context: Context) -> None:
        """End the query that this lane runs for ``context``, if it does and that does no harm."""
        with self._lock:
            if self._current is context and context.cancels_statements and self._wrapper is not None:
                compat.cancel_query(self._wrapper)

    def _run(self) -> None:
        while True:
            context, job = self._jobs.get()
            with self._lock:
                self._current = context
            try:
                job(context, self)
            finally:
                with self._lock:
                    self._current = None
                self._settle(context)

    def _settle(self, context: Context) -> None:
        """Leave the connection as the next request expects it: no open transaction, no pending cancel."""
        if self._wrapper is None:
            return
        compat.reset_queries()
        if context.cancelled and not compat.absorb_cancel(self._wrapper):
            self._wrapper.close()
        self._wrapper.close_if_unusable_or_obsolete()

    def connection(self) -> Any:
        """This lane's Django connection, opened on first use; call it from the lane's own thread only."""
        wrapper = connections[DEFAULT_DB_ALIAS]
        if self._wrapper is None:
            wrapper.settings_dict = self._settings(wrapper.settings_dict)
            self._wrapper = wrapper
        if wrapper.connection is None:
            wrapper.ensure_connection()
            if self.kind == "read":
                require_read_only(wrapper)
        return wrapper

    def _settings(self, settings: dict[str, Any]) -> dict[str, Any]:
        flags = [f"-c application_name=zulip-steward:{self._options.role}:{self.kind}:{os.getpid()}"]
        if self.kind == "read":
            flags.append(READ_ONLY)
            flags.append(f"-c statement_timeout={self._options.statement_timeout_ms}")
        elif not self._options.read_only:
            flags.append("-c default_transaction_read_only=off")
        return {**settings, "OPTIONS": _with_flags(settings.get("OPTIONS", {}), flags), "CONN_MAX_AGE": None}


def require_read_only(wrapper: Any) -> None:
    """Ask PostgreSQL whether a connection cannot write; one that can is closed, and :class:`StewardError` raised."""
    if not compat.is_read_only(wrapper):
        wrapper.close()
        raise StewardError(ErrorKind.REFUSED, "PostgreSQL did not accept a read-only connection, so nothing is read.")


def _with_flags(options: dict[str, Any], flags: list[str]) -> dict[str, Any]:
    """Settings of a connection; of flags that contradict each other PostgreSQL takes the last."""
    return {**options, "options": " ".join([*filter(None, [options.get("options")]), *flags])}


class Lanes:
    """All lanes of a worker: several for reading, one for writing."""

    def __init__(self, options: WorkerOptions) -> None:
        # In place: also wrappers that are there already, but have not connected, share these settings.
        settings = connections.settings[DEFAULT_DB_ALIAS]
        settings["OPTIONS"] = _with_flags(settings.get("OPTIONS", {}), [READ_ONLY])
        self._queues: dict[LaneKind, queue.SimpleQueue[Job]] = {
            "read": queue.SimpleQueue(),
            "write": queue.SimpleQueue(),
        }
        reading = [Lane("read", self._queues["read"], options) for _ in range(READING_LANES)]
        self._lanes = [*reading, Lane("write", self._queues["write"], options)]

    def submit(self, kind: LaneKind, context: Context, job: Callable[[Context, Lane], None]) -> None:
        """Run ``job`` on the next free lane of that kind."""
        self._queues[kind].put((context, job))

    def cancel(self, context: Context) -> None:
        """Ask a call to end, and end its query."""
        context.cancel()
        for lane in self._lanes:
            lane.cancel(context)
