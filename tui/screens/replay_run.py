"""People who are erased again, one after the other, with the steps of each."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from tui.erasing.replaying import several_results
from tui.screens.erase_run import EraseRunScreen, NewErasure
from tui.shown import MUTED
from tui.widgets.facts import Section
from zulip_bridge.erase import ErasureResult


class ReplayRunScreen(EraseRunScreen):
    """Stops at the first that fails; finishing that one goes on with the rest."""

    def __init__(self, orders: Sequence[NewErasure]) -> None:
        self.rest = list(orders)
        self.number = len(self.rest)
        super().__init__(self.rest.pop(0))

    def heading(self) -> Content:
        """Who it is now, and how many there are."""
        at = self.number - len(self.rest)
        return Content.assemble((f"{at} of {self.number} · ", MUTED), super().heading())

    def goes_on(self) -> bool:
        """Take the next."""
        if not self.rest:
            return False
        self.take(self.rest.pop(0))
        self.query_one("#title", Static).update(self.heading())
        self.begin()
        return True

    def end_sections(self, result: ErasureResult) -> tuple[Section, ...]:
        """Each of them, and what is left of each."""
        return several_results(self.results)
