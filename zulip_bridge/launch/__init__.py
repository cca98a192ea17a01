"""Opening a Zulip install's management shell: which install, as which user, with which words."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .targets import DEFAULT_INSTALL, DemoTarget, DockerTarget, InstallTarget, SshTarget, Target

if TYPE_CHECKING:
    from .boot import shipment
    from .door import BACKGROUND, Door, ask_password_first, open_door
    from .words import BOOT

__all__ = [
    "BACKGROUND",
    "BOOT",
    "DEFAULT_INSTALL",
    "DemoTarget",
    "DockerTarget",
    "Door",
    "InstallTarget",
    "SshTarget",
    "Target",
    "ask_password_first",
    "open_door",
    "shipment",
]

_LATER = {
    "BACKGROUND": "door",
    "BOOT": "words",
    "Door": "door",
    "ask_password_first": "door",
    "open_door": "door",
    "shipment": "boot",
}
"""What is imported when it is asked for: the screens name a target before their first paint, and no more."""


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
