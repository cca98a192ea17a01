"""Errors as values: a kind for the program, a sentence for the operator, a cause for the developer."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class ErrorKind(enum.Enum):
    """What went wrong, as far as a caller can act on it."""

    INVALID = "invalid"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    REFUSED = "refused"
    READ_ONLY = "read_only"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    STALE = "stale"
    DATABASE = "database"
    LAUNCH = "launch"
    PROTOCOL = "protocol"
    WORKER_LOST = "worker_lost"
    STORAGE = "storage"
    FAILED = "failed"


@dataclass(frozen=True)
class Problem:
    """An error as it crosses the wire.

    ``sentence`` is shown to the operator as it is; ``cause`` (a traceback without values of variables, or the
    last lines of stderr) goes to the diagnostics screen only; ``candidates`` names the choices where a name
    was ambiguous.
    """

    kind: ErrorKind
    sentence: str
    cause: str = ""
    candidates: list[str] = field(default_factory=list)


class StewardError(Exception):
    """A :class:`Problem` raised: by the worker's handlers, and again, typed, at the steward's side."""

    def __init__(
        self, kind: ErrorKind, sentence: str, *, cause: str = "", candidates: list[str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.problem = Problem(kind, sentence, cause, candidates or [])

    @classmethod
    def of(cls, problem: Problem) -> StewardError:
        """Raise-able form of a problem that arrived as a value."""
        return cls(problem.kind, problem.sentence, cause=problem.cause, candidates=problem.candidates)

    @property
    def kind(self) -> ErrorKind:
        """The problem's kind."""
        return self.problem.kind

    @property
    def sentence(self) -> str:
        """The problem's sentence."""
        return self.problem.sentence
