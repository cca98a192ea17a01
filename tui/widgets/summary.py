"""The pane beside the list: the person under the cursor, in the lines that never move."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from tui.portrait import summary_sections
from tui.widgets.facts import Facts
from zulip_bridge.api.people import Person, PersonDetail

TALL = 50
"""Lines from which there is room for everything."""


class Summary(VerticalScroll, can_focus=False):
    """Shows one person, first from the list's row alone, then with the details."""

    def compose(self) -> ComposeResult:
        """Facts, as many as there are."""
        yield Facts(apart=True)

    def show(self, person: Person | None, detail: PersonDetail | None, now: datetime) -> None:
        """Show a person; or nobody."""
        full = self.size.height >= TALL
        sections = () if person is None else summary_sections(person, detail, now, full=full)
        self.query_one(Facts).sections = sections
        self.scroll_home(animate=False)
