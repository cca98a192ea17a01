"""Times as they cross the wire: ISO 8601, UTC, whole seconds, trailing ``Z``."""

from __future__ import annotations

from datetime import datetime, timezone


def iso(moment: datetime | None) -> str | None:
    """``2024-05-01T09:30:00Z`` for a moment, None for none; a naive one is taken for UTC, as Zulip stores them."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return aware.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
