"""The overview: who this is, in what state the account is, how it is reached, and what it has left in figures."""

from __future__ import annotations

from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from tui import portrait
from tui.tabs.base import PersonTab
from tui.widgets.facts import Facts
from zulip_bridge.api.codec import to_json
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import PersonDetail
from zulip_bridge.text import display_text


class OverviewTab(PersonTab[PersonDetail]):
    """Shows what the list knew at once, the rest as it is read."""

    SECTION = "overview"
    WHAT = "The overview"
    PAINTS_FIRST = True

    DEFAULT_CSS = """
    OverviewTab > #facts { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    OverviewTab > #facts:focus { background-tint: transparent; }
    OverviewTab Facts { margin: 0 0 1 0; }
    """

    def body(self) -> ComposeResult:
        """Two columns, below each other where there is no room beside each other."""
        with VerticalScroll(id="facts", can_focus=True):
            yield Facts(id="account-facts")
            yield Facts(id="about-facts")

    def on_mount(self) -> None:
        """Show what is known already."""
        super().on_mount()
        self._draw()

    async def read(self) -> PersonDetail:
        """Everything on the first page."""
        assert self.steward is not None
        return await self.steward.show(self.person)

    def show(self, found: PersonDetail) -> None:
        """Fill in the rest, and tell the screen."""
        self.detail, self.person = found, found.person
        self._draw()
        self.post_message(self.DetailRead(found))
        if found.weekly_messages is None:
            self.run_worker(self._count_weeks(found), group="weeks", exclusive=True, exit_on_error=False)

    async def _count_weeks(self, detail: PersonDetail) -> None:
        """The plot has a request of its own: of a heavy account it takes longer than all the rest."""
        assert self.steward is not None
        try:
            weeks = await self.steward.weekly(self.person)
        except StewardError as error:
            # The rest is shown; the figure is a courtesy.
            self.steward_app.remember(error.problem)
            return
        self.post_message(self.ReadDone(replace(detail, weekly_messages=weeks)))

    def copied(self) -> tuple[str, str] | None:
        """The address."""
        return display_text(self.person.delivery_email), "The address was"

    async def to_save(self) -> object:
        """As ``show --json`` has it."""
        return to_json(self.detail)

    @property
    def _plot_cells(self) -> int:
        """Two weeks a cell where there is room, three in the narrower of two columns."""
        return 35 if self.screen.has_class("-wide") else 52

    def on_resize(self) -> None:
        """The plot depends on the room."""
        self._draw()

    def _draw(self) -> None:
        person, detail, now = self.person, self.detail, self.now
        account = [portrait.identity_section(person, detail), portrait.account_section(person, detail, now)]
        account.append(portrait.activity_section(detail, self._plot_cells))
        about = [portrait.contact_section(detail)]
        if detail is not None:
            account.append(portrait.credentials_section(detail))
            about += [
                portrait.profile_section(detail),
                portrait.groups_section(detail),
                portrait.bots_section(detail),
            ]
        self.query_one("#account-facts", Facts).sections = tuple(account)
        self.query_one("#about-facts", Facts).sections = tuple(about)
