"""The demo's one clock: everything happened at a fixed distance from a fixed "now"."""

from __future__ import annotations

from datetime import datetime, timezone

NOW = datetime(2026, 11, 1, 12, 0, 0, tzinfo=timezone.utc)
"""The moment at which the made-up organizations are looked at."""

NOW_S = int(NOW.timestamp())
MINUTE = 60
HOUR = 3600
DAY = 86_400
YEAR = 365 * DAY
HISTORY_DAYS = 730
"""How far back messages go, in days."""


def at(seconds: float) -> datetime:
    """The UTC datetime of a unix time."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def ago(days: float) -> int:
    """The unix time that many days before the demo's now."""
    return NOW_S - int(days * DAY)


def on(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> int:
    """The unix time of a calendar moment in UTC."""
    return int(datetime(year, month, day, hour, minute, tzinfo=timezone.utc).timestamp())
