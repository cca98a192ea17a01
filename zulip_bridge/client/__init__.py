"""The steward's side of the bridge: starts the worker, calls it, and survives it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bridge import Bridge, Stage
    from .shell import Shell, start_shell
    from .stream import Chunk, Stream

__all__ = ["Bridge", "Chunk", "Shell", "Stage", "Stream", "start_shell"]

_LATER = {
    "Bridge": "bridge",
    "Chunk": "stream",
    "Shell": "shell",
    "Stage": "bridge",
    "Stream": "stream",
    "start_shell": "shell",
}
"""What is imported when it is asked for: the shell is started before anything else is."""


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
