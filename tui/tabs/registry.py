"""Which tabs there are, in their order; a tab's module is imported when it is first opened."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from tui.tabs.base import PersonTab


@dataclass(frozen=True)
class TabEntry:
    """A tab: its name in the strip, what its key does, and where its class is (below ``tui.tabs``)."""

    name: str
    tooltip: str
    module: str
    widget: str

    def load(self) -> type[PersonTab[Any]]:
        """Import the class."""
        found: type[PersonTab[Any]] = getattr(importlib.import_module(f"tui.tabs.{self.module}"), self.widget)
        return found


TABS = (
    TabEntry("Overview", "Show who this is, and the account's state", "overview", "OverviewTab"),
    TabEntry("Messages", "Show messages: sent, direct, mentions, starred, reacted", "messages", "MessagesTab"),
    TabEntry("Files", "Show files: uploads, avatars, custom emoji", "files", "FilesTab"),
    TabEntry("Channels", "Show channels, groups and permissions", "channels", "ChannelsTab"),
    TabEntry("Access", "Show how the person gets in", "access", "AccessTab"),
    TabEntry("Activity", "Show what was done, by the person and to the account", "activity", "ActivityTab"),
    TabEntry("Footprint", "Show where the server holds something", "footprint", "FootprintTab"),
)
