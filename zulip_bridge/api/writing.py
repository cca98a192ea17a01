"""Writing by hand: one statement, or some Python, in a transaction that waits to be committed or rolled back.

:class:`TryWrite` runs it on the writing lane. Its event :class:`WriteTried` says what would change; then the
transaction is held until :class:`DecideWrite` comes, the time is over, the call is cancelled, or the connection is
gone. In all cases but the first it is rolled back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from .calls import Lane, Request
from .query import DEFAULT_TIMEOUT_MS, Column, Orm, Sql

HOLD_MS = 60_000
"""How long rows stay locked for somebody who thinks it over; nobody else can change them meanwhile."""

LONGEST_HOLD_MS = 600_000
SAMPLE_ROWS = 10
RETURNED_ROWS = 100


@dataclass(frozen=True)
class Risk:
    """What is not done unless asked for in so many words. ``words`` are to be typed, exactly."""

    sentence: str
    words: str


@dataclass(frozen=True)
class Effect:
    """What was done to a table: INSERT, UPDATE, DELETE …; ``rows`` is None where PostgreSQL does not say."""

    verb: str
    table: str
    rows: int | None


@dataclass(frozen=True)
class RowChange:
    """A row before and after; None where it was not there before, or is not there afterwards."""

    before: list[Any] | None
    after: list[Any] | None


@dataclass(frozen=True)
class Sample:
    """Some of the rows of a table that were changed; ``complete`` where these are all."""

    table: str
    columns: list[Column]
    rows: list[RowChange]
    complete: bool


@dataclass(frozen=True)
class WriteTried:
    """It has been run and is not committed. ``write`` is what :class:`DecideWrite` names it by.

    ``rows`` are those affected in all; ``columns`` and ``returned`` what the statement itself returned, the first
    of them where ``more``. It is rolled back by itself after ``hold_ms``.
    """

    write: int
    command: str
    rows: int | None
    effects: list[Effect]
    samples: list[Sample]
    notes: list[str]
    hold_ms: int
    columns: list[Column] = field(default_factory=list)
    returned: list[list[Any]] = field(default_factory=list)
    more: bool = False
    shown: str = ""
    printed: str = ""
    event: Literal["tried"] = "tried"


WriteState = Literal["committed", "rolled_back", "confirm", "failed", "done", "unknown"]
"""``confirm``: nothing was run, ``risks`` want their words first. ``done``: it was run without a transaction.

``unknown`` is only said by the steward: the connection was lost after the commit was asked for.
"""


@dataclass(frozen=True)
class WriteOutcome:
    """How it ended, in a sentence. ``failure`` is the short traceback of Python that failed."""

    state: WriteState
    sentence: str
    rows: int | None = None
    risks: list[Risk] = field(default_factory=list)
    printed: str = ""
    failure: str = ""


@dataclass(frozen=True)
class TryWrite(Request[WriteOutcome]):
    """Run ``question`` and hold its transaction. ``confirmed`` are the words of risks that were typed.

    ``timeout_ms`` is for the statement, or for Python as a whole; ``hold_ms`` for the decision.
    """

    METHOD: ClassVar[str] = "query.write"
    RESULT: ClassVar[type[WriteOutcome]] = WriteOutcome
    LANE: ClassVar[Lane] = "write"

    question: Sql | Orm
    confirmed: list[str] = field(default_factory=list)
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    hold_ms: int = HOLD_MS
    unmask: bool = False


@dataclass(frozen=True)
class DecideWrite(Request[bool]):
    """Commit, or roll back; answers whether it was still there to be decided.

    What came of it is the answer to :class:`TryWrite`.
    """

    METHOD: ClassVar[str] = "query.decide"
    RESULT: ClassVar[type[bool]] = bool

    write: int
    commit: bool
