"""Opening a Zulip install's management shell: which install, as which user, with which words."""

from .boot import BOOT, shipment
from .door import BACKGROUND, Door, open_door
from .targets import DEFAULT_INSTALL, DemoTarget, InstallTarget, Target

__all__ = [
    "BACKGROUND",
    "BOOT",
    "DEFAULT_INSTALL",
    "DemoTarget",
    "Door",
    "InstallTarget",
    "Target",
    "open_door",
    "shipment",
]
