"""What the screens know of the connection: a value that the app replaces, and every screen watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zulip_bridge.api.errors import Problem

Phase = Literal["connecting", "ready", "failed", "lost"]


@dataclass(frozen=True)
class Connection:
    """The state of the session.

    ``label`` names the server (before it has told its name: the target), ``account`` is ``user@host`` of the worker,
    ``stages`` are the sentences of connecting so far, the last one under way. ``problem`` says why, when ``phase`` is
    ``failed`` (never came up) or ``lost`` (was up).
    """

    phase: Phase
    label: str
    read_only: bool
    account: str = ""
    operator: str = ""
    version: str = ""
    stages: tuple[str, ...] = ()
    problem: Problem | None = None

    @property
    def ready(self) -> bool:
        """Whether requests can be made."""
        return self.phase == "ready"
