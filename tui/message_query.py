"""What is typed to narrow messages: words, and ``channel:``, ``topic:``, ``since:`` and ``until:`` before a value."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from zulip_bridge.api.messages import MessageFilters

HINT = "words · channel:… topic:… since:2026-01 until:…"
NAMES = {"channel": "channel", "stream": "channel", "topic": "topic", "since": "since", "until": "until"}
OPERATOR = re.compile(rf'(?:^|(?<=\s))({"|".join(NAMES)}):("[^"]*"?|\S*)', re.IGNORECASE)
DAY = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?$")


class NotUnderstood(Exception):
    """The text is a sentence for the operator."""


def read_query(typed: str) -> MessageFilters:
    """The filters that were typed; :class:`NotUnderstood` where a day is none."""
    found: dict[str, str] = {}
    for name, value in OPERATOR.findall(typed):
        plain = value.strip('"').strip()
        if plain:
            field = NAMES[name.lower()]
            found[field] = _moment(field, plain) if field in ("since", "until") else plain
    words = " ".join(OPERATOR.sub(" ", typed).split())
    return MessageFilters(text=words or None, **found)


def _moment(field: str, value: str) -> str:
    """The beginning of a day, month or year; for ``until``, which includes it, the beginning of the next."""
    match = DAY.match(value)
    if match is None:
        raise NotUnderstood(f"{field}: takes a day (2026-01-31), a month (2026-01) or a year.")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        moment = datetime(year or 0, month or 1, day or 1, tzinfo=timezone.utc)
        if field == "until":
            moment = _next(moment, month is not None, day is not None)
    except (ValueError, OverflowError) as error:
        raise NotUnderstood(f"There is no such day: {value}.") from error
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _next(moment: datetime, has_month: bool, has_day: bool) -> datetime:
    if has_day:
        return moment + timedelta(days=1)
    if has_month:
        year, month = divmod(moment.year * 12 + moment.month, 12)
        return moment.replace(year=year, month=month + 1)
    return moment.replace(year=moment.year + 1)
