"""How figures and moments are said: thousands separators, decimal sizes, one named zone (UTC)."""

from __future__ import annotations

from datetime import datetime, timezone

CLOCKS_APART = 60.0
"""Seconds that a server's clock may be ahead of ours before a moment is said to be in the future."""

NEVER = "–"
"""Stands in a column where there is no moment."""

_UNITS = ((60, "s"), (60, "min"), (24, "h"), (7, "d"), (52, "w"))
_SIZES = ("bytes", "kB", "MB", "GB", "TB", "PB")


def thousands(number: int, *, exact: bool = True) -> str:
    """20021 as ``20,021``; a bounded count as ``100,000+``."""
    return f"{number:,}" if exact else f"{number:,}+"


def counted(number: int, singular: str, plural: str = "", *, exact: bool = True) -> str:
    """``1 file``, ``20,021 files``; ``plural`` where an ``s`` is not enough."""
    noun = singular if number == 1 and exact else plural or f"{singular}s"
    return f"{thousands(number, exact=exact)} {noun}"


def size(number: int) -> str:
    """Bytes as a person reads them, in powers of 1000: ``38 MB``, ``1.2 GB``."""
    if number < 1000:
        return counted(number, "byte")
    amount, power = number / 1000, 1
    while amount >= 999.5 and power < len(_SIZES) - 1:
        amount, power = amount / 1000, power + 1
    unit = _SIZES[power]
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"


def seconds(number: float) -> str:
    """A duration: ``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if number < 9.95:
        return f"{number:.1f} s"
    whole = round(number)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def read_moment(value: str | None) -> datetime | None:
    """An ISO 8601 moment of the contract (UTC, trailing ``Z``); None where there is none or it is not one."""
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def ago(value: str | None, now: datetime) -> str:
    """How long ago, short enough for a column: ``now``, ``12 min``, ``3 h``, ``5 d``, ``8 w``, ``2 y``."""
    moment = read_moment(value)
    if moment is None:
        return NEVER
    amount = max(0, int((now - moment).total_seconds()))
    if amount < 60:
        return "now"
    for step, unit in _UNITS:
        if amount < step:
            return f"{amount} {unit}"
        amount //= step
    return f"{amount} y"


def moment(value: str | None, *, day_only: bool = False) -> str:
    """The absolute moment with its zone: ``2026-11-01 09:00 UTC``, or the day alone."""
    read = read_moment(value)
    if read is None:
        return NEVER
    utc = read.astimezone(timezone.utc)
    return utc.strftime("%Y-%m-%d" if day_only else "%Y-%m-%d %H:%M UTC")


def since(value: str | None, now: datetime) -> str:
    """The relative and the absolute beside each other: ``3 h ago · 2026-11-01 09:00 UTC``."""
    read = read_moment(value)
    if read is not None and (read - now).total_seconds() > CLOCKS_APART:
        return moment(value)
    relative = ago(value, now)
    if relative == NEVER:
        return "never"
    return f"{'just now' if relative == 'now' else relative + ' ago'} · {moment(value)}"
