"""Statements that connections remember."""

from __future__ import annotations

from django.db import connections


def reset_queries() -> None:
    """Forget them."""
    for connection in connections.all(initialized_only=True):
        connection.queries_log.clear()
