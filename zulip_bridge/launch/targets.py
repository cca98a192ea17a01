"""Targets: what ``--install`` and ``--demo`` name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DEFAULT_INSTALL = Path("/home/zulip/deployments/current")
"""Where Zulip's installer puts the running deployment."""


@dataclass(frozen=True)
class InstallTarget:
    """A deployment on this machine: the directory that holds ``manage.py``."""

    path: Path = DEFAULT_INSTALL

    @property
    def label(self) -> str:
        """How the target is named before the server has told its own name."""
        return str(self.path)


@dataclass(frozen=True)
class DemoTarget:
    """The made-up organization that the steward ships."""

    size: Literal["small", "large"] = "small"

    @property
    def label(self) -> str:
        """How the target is named before the server has told its own name."""
        return "demo" if self.size == "small" else "demo (large)"


Target = InstallTarget | DemoTarget
