"""What a person did and what was done to the account, newest first: one line for each thing that Zulip remembers.

Times are ISO 8601 in UTC with a trailing ``Z``. Everything in an entry is data of the server: untrusted text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

from .calls import Request

Kind = Literal[
    "account", "settings", "subscriptions", "channels", "groups", "organization", "other", "seen", "activity", "spans"
]
"""``account`` to ``other`` are rows of the audit log; ``seen``: joined, last login, last active and connected;
``activity``: which client called what, and when last; ``spans``: from when to when the person was active."""

Direction = Literal["any", "by", "about"]
"""Of the audit log: what the person did, what was done to the person's account, or both. What the person does to
the own account is both."""

KINDS: tuple[Kind, ...] = get_args(Kind)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)


@dataclass(frozen=True)
class ValueChange:
    """What changed, and its value before and after as a person reads it; None where the log does not have it."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class TimelineEntry:
    """One thing.

    ``event`` is Zulip's own name (``USER_ROLE_CHANGED``, or ``event 999`` where this version has none), ``title``
    says it in words; for activity the client and what it called. ``by`` and ``to`` name accounts ("Otto Owner (id
    8)"), empty where nobody is named; ``where`` names a channel or group. ``details`` is what else the row holds,
    as text. ``until`` ends a span. ``count`` is how often it happened. ``backfilled``: the time is a guess of
    Zulip's.
    """

    key: str
    when: str
    kind: Kind
    event: str
    title: str
    by: str
    to: str
    by_person: bool
    about_person: bool
    where: str = ""
    changes: list[ValueChange] = field(default_factory=list)
    details: str = ""
    until: str | None = None
    count: int = 1
    backfilled: bool = False


@dataclass(frozen=True)
class TimelinePage:
    """Entries, newest first; ``next`` is given to the next request, and empty at the end."""

    entries: list[TimelineEntry]
    next: str


@dataclass(frozen=True)
class ReadTimeline(Request[TimelinePage]):
    """Read a page of a person's timeline: entries older than ``before`` (a page's ``next``; empty: the newest).

    ``kinds`` empty means all. ``since`` and ``until`` (which is not included) are days (``2024-05-31``: its
    beginning) or moments, in UTC. Error kind ``invalid`` where one of them cannot be read.
    """

    METHOD: ClassVar[str] = "person.timeline"
    RESULT: ClassVar[type[TimelinePage]] = TimelinePage

    person_id: int
    kinds: list[Kind] = field(default_factory=list)
    direction: Direction = "any"
    since: str = ""
    until: str = ""
    before: str = ""
    limit: int = 100


@dataclass(frozen=True)
class ClientActivity:
    """What one client (website, ZulipMobile, …) did: calls in all, and the last of them."""

    client: str
    calls: int
    last_visit: str | None


@dataclass(frozen=True)
class ActivitySummary:
    """Where the person was seen. ``spans`` counts times of activity, the newest up to a bound: ``spans_exact``.

    ``active_minutes`` is how long they are together.
    """

    joined: str | None
    last_login: str | None
    last_active: str | None
    last_connected: str | None
    clients: list[ClientActivity]
    first_span: str | None
    last_span: str | None
    spans: int
    spans_exact: bool
    active_minutes: int


@dataclass(frozen=True)
class ReadActivity(Request[ActivitySummary]):
    """Read where and when a person was seen."""

    METHOD: ClassVar[str] = "person.activity"
    RESULT: ClassVar[type[ActivitySummary]] = ActivitySummary

    person_id: int
