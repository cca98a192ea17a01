"""What a dialog that deletes, restores or purges has to say of itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from textual.app import ComposeResult

from tui.screens.deciding import DecidingDialog
from tui.widgets.facts import Section
from zulip_bridge.api.calls import Progress

OnProgress = Callable[[Progress], None]


class Removal(DecidingDialog[bool]):
    """The parts that differ from one removal to the other."""

    VERB: ClassVar[str]
    IN_JOURNAL: ClassVar[str] = "It is in the journal."

    def heading(self) -> str:
        """The title of the frame, safe to show."""
        raise NotImplementedError

    def choices(self) -> ComposeResult:
        """What can be chosen, if anything; after a choice call :meth:`look`."""
        yield from ()

    def looking(self) -> Awaitable[Any]:
        """Ask for the preview."""
        raise NotImplementedError

    def doing(self, on_progress: OnProgress) -> Awaitable[Any]:
        """Do what was previewed."""
        raise NotImplementedError

    def preview_sections(self, preview: Any) -> tuple[Section, ...]:
        """What would happen."""
        raise NotImplementedError

    def against(self, preview: Any) -> str | None:
        """Why there is nothing to do."""
        raise NotImplementedError

    def confirmation(self, preview: Any) -> str:
        """What has to be typed first; "" for nothing."""
        return ""

    def result_sections(self, result: Any) -> tuple[Section, ...]:
        """What has happened."""
        raise NotImplementedError
