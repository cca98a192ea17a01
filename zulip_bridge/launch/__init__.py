"""Opening a Zulip install's management shell: which install, as which user, with which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zulip_bridge.later import later

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

__getattr__ = later(
    __name__,
    {"boot": ("shipment",), "door": ("BACKGROUND", "Door", "ask_password_first", "open_door"), "words": ("BOOT",)},
)
