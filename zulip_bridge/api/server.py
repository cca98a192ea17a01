"""What ``doctor`` asks: can the server be read and written, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from .calls import Request


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ``level`` ok, note or problem, and a sentence."""

    name: str
    level: Literal["ok", "note", "problem"]
    sentence: str


@dataclass(frozen=True)
class Examine(Request[list[Finding]]):
    """Look at the server from inside: database, version, tables known and unknown, storage, queue, caches."""

    METHOD: ClassVar[str] = "server.examine"
    RESULT: ClassVar[object] = list[Finding]


@dataclass(frozen=True)
class Ping(Request[bool]):
    """Answered at once, whatever the lanes are doing."""

    METHOD: ClassVar[str] = "ping"
    RESULT: ClassVar[type[bool]] = bool
