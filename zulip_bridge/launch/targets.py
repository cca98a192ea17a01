"""Targets: what ``--install``, ``--ssh``, ``--docker`` and ``--demo`` name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

DEFAULT_INSTALL = Path("/home/zulip/deployments/current")
"""Where Zulip's installer puts the running deployment."""

THERE = PurePosixPath(DEFAULT_INSTALL)
"""The same place on another machine, whose paths need not be of this machine's kind."""


@dataclass(frozen=True)
class InstallTarget:
    """A deployment on this machine: the directory that holds ``manage.py``."""

    path: Path = DEFAULT_INSTALL

    @property
    def label(self) -> str:
        """How the target is named before the server has told its own name."""
        return str(self.path)


@dataclass(frozen=True)
class SshTarget:
    """A deployment on another machine; ``host`` is what ``ssh`` would be given: a name of its configuration, or
    ``user@host``.
    """

    host: str
    path: PurePosixPath = THERE

    @property
    def label(self) -> str:
        """How the target is named before the server has told its own name."""
        return _elsewhere(self.host, self.path)


@dataclass(frozen=True)
class DockerTarget:
    """A deployment in a container on this machine, by the container's name or id."""

    container: str
    path: PurePosixPath = THERE

    @property
    def label(self) -> str:
        """How the target is named before the server has told its own name."""
        return _elsewhere(f"container {self.container}", self.path)


@dataclass(frozen=True)
class DemoTarget:
    """The made-up organization that the steward ships."""

    size: Literal["small", "large"] = "small"

    @property
    def label(self) -> str:
        """How the target is named before the server has told its own name."""
        return "demo" if self.size == "small" else "demo (large)"


Target = InstallTarget | SshTarget | DockerTarget | DemoTarget


def _elsewhere(place: str, path: PurePosixPath) -> str:
    return place if path == THERE else f"{place}:{path}"
