"""The steward's side of the bridge: starts the worker, calls it, and survives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zulip_bridge.later import later

if TYPE_CHECKING:
    from .bridge import Bridge, Stage
    from .shell import Shell, start_shell
    from .stream import Chunk, Stream

__all__ = ["Bridge", "Chunk", "Shell", "Stage", "Stream", "start_shell"]

__getattr__ = later(
    __name__,
    {"bridge": ("Bridge", "Stage"), "shell": ("Shell", "start_shell"), "stream": ("Chunk", "Stream")},
)
