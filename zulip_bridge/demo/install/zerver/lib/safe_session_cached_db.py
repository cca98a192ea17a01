"""Sessions that may not be changed inside a transaction: a rollback would bring a deleted one back."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection


class SessionStore(DatabaseStore):
    """Django's sessions in the database, with that rule."""

    def save(self, must_create: bool = False) -> None:
        """Store it; AssertionError inside a transaction."""
        assert not connection.in_atomic_block
        super().save(must_create)

    def delete(self, session_key: Any = None) -> None:
        """Remove it; AssertionError inside a transaction."""
        assert not connection.in_atomic_block
        super().delete(session_key)
