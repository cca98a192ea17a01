"""What every call has in common: requests, the hello, progress, and the messages that carry them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

PROTOCOL = 1
"""Version of the wire and the contract; both sides of one session are shipped together, so it only guards
against a foreign program answering."""

R = TypeVar("R")
Lane = Literal["read", "write"]


class Request(Generic[R]):
    """Base of every request; ``R`` is the type of its answer.

    ``METHOD`` is its name on the wire, ``RESULT`` the annotation its answer is read as, ``LANE`` the kind of
    database connection it runs on: reading requests cannot write, PostgreSQL refuses them.
    """

    METHOD: ClassVar[str]
    RESULT: ClassVar[Any]
    LANE: ClassVar[Lane] = "read"


@dataclass(frozen=True)
class Hello:
    """The worker's first message: whom the steward has reached, and with what rights.

    Times in milliseconds. ``server`` is the host part of the server's own address (EXTERNAL_HOST).
    """

    protocol: int
    zulip_version: str
    feature_level: int | None
    python_version: str
    django_version: str
    driver: str
    postgres_version: str
    database: str
    server: str
    unix_user: str
    host: str
    install: str
    pid: int
    read_only: bool
    reads_proved_read_only: bool


@dataclass(frozen=True)
class Progress:
    """How far a long call has come: ``done`` of ``total`` things in ``phase``, and bytes sent so far.

    Where it is not ``exact``, the total is judged by how far it has come.
    """

    phase: str
    done: int
    total: int | None = None
    bytes: int = 0
    exact: bool = True


@dataclass(frozen=True)
class WorkerOptions:
    """What the steward tells the worker at start.

    ``statement_timeout_ms`` bounds each reading statement; 0 means none (exports, which are cancelled by
    hand). ``role`` names the PostgreSQL session for whoever looks at pg_stat_activity.
    """

    role: Literal["interactive", "export", "erase", "command"] = "interactive"
    read_only: bool = False
    statement_timeout_ms: int = 15_000
    operator: str = ""
