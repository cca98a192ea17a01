"""One person: who it is, in what state the account is, and where the server holds something about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui import keys, portrait
from tui.connection import Connection
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown
from tui.widgets.facts import Facts
from tui.widgets.footprint import Footprint
from tui.widgets.tabstrip import TabStrip
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.api.people import Person, PersonDetail
from zulip_bridge.text import display_text

PANES = ("Person", "Account", "Footprint")


class PersonScreen(StewardScreen):
    """Shows ``person``; what the list knew at once, the rest as it is read."""

    CSS_PATH = "person.tcss"
    AUTO_FOCUS = "#facts"
    BINDINGS: ClassVar[list[BindingType]] = [
        keys.BACK,
        Binding("x", "export", "export", id="person.export", tooltip="Export everything about this person"),
        Binding("1", "pane(0)", "person", show=False, id="person.person", tooltip="Show who this is"),
        Binding("2", "pane(1)", "account", show=False, id="person.account", tooltip="Show the account's state"),
        Binding("3", "pane(2)", "footprint", show=False, id="person.footprint", tooltip="Show where data is held"),
        Binding("left", "step(-1)", "pane before", show=False, id="person.left", tooltip="Show the pane before"),
        Binding("right", "step(1)", "next", key_display="←→", id="person.right", tooltip="Show the next pane"),
        Binding("y", "copy", "copy", id="person.copy", tooltip="Copy the address"),
        Binding("i", "copy_id", "copy id", show=False, id="person.copy_id", tooltip="Copy the user id"),
        Binding("r,f5", "reload", "reload", show=False, id="person.reload", tooltip="Read everything again"),
    ]

    @dataclass
    class DetailRead(Message):
        """The first page is there."""

        detail: PersonDetail

    @dataclass
    class Counting(Message):
        """How far the footprint is."""

        progress: Progress

        def can_replace(self, message: Message) -> bool:
            """Only the newest counts."""
            return isinstance(message, PersonScreen.Counting)

    @dataclass
    class Counted(Message):
        """The footprint is there."""

        rows: list[FootprintRow]

    def __init__(self, person: Person, detail: PersonDetail | None) -> None:
        super().__init__()
        self.person = person
        self.detail = detail
        self.pane = 0
        self._read_once = False

    def body(self) -> ComposeResult:
        """A title, the panes' names where they do not fit beside each other, and the panes."""
        yield Static(self._title(), id="title")
        yield TabStrip(PANES, id="tabs")
        with Horizontal(id="panes"):
            with VerticalScroll(id="facts", can_focus=True):
                yield Facts(id="person-facts")
                yield Facts(id="account-facts")
            yield Footprint(id="footprint")

    def on_mount(self) -> None:
        """Show what is known already."""
        self._show_facts()
        self._show_pane()

    def connection_changed(self, connection: Connection) -> None:
        """Read everything, the first time there is a connection."""
        if connection.ready and not self._read_once:
            self._read_once = True
            self._read()
        self.refresh_bindings()

    def _read(self) -> None:
        if self.detail is None:
            self._read_detail()
        self._read_footprint()

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _read_detail(self) -> None:
        assert self.steward is not None
        try:
            detail = await self.steward.show(self.person)
        except StewardError as error:
            self.post_message(self.RequestFailed("The person could not be read", error.problem))
            return
        self.post_message(self.DetailRead(detail))

    @work(exclusive=True, group="footprint", exit_on_error=False)
    async def _read_footprint(self) -> None:
        assert self.steward is not None
        try:
            rows = await self.steward.footprint(self.person, self._on_progress)
        except StewardError as error:
            self.post_message(self.RequestFailed("The footprint could not be counted", error.problem))
            return
        self.post_message(self.Counted(rows))

    def _on_progress(self, progress: Progress) -> None:
        self.post_message(self.Counting(progress))

    def on_person_screen_detail_read(self, message: DetailRead) -> None:
        """Fill in the rest."""
        self.detail = message.detail
        self.person = message.detail.person
        self.query_one("#title", Static).update(self._title(), layout=False)
        self._show_facts()

    def on_person_screen_counting(self, message: Counting) -> None:
        """Say how far it is."""
        self.query_one(Footprint).show_progress(message.progress)

    def on_person_screen_counted(self, message: Counted) -> None:
        """Show the places."""
        self.query_one(Footprint).show(message.rows)

    def _title(self) -> Content:
        person = self.person
        kind = "bot" if person.is_bot else display_text(person.role_name)
        return Content.assemble(
            shown(person.full_name, "bold $accent", limit=60),
            (" · ", MUTED),
            portrait.state_content(person.state),
            (f" · {kind} · {display_text(portrait.realm_words(person))} · id {person.id}", MUTED),
        )

    def _show_facts(self) -> None:
        person, detail, now = self.person, self.detail, self.now
        about = [portrait.identity_section(person, detail), portrait.contact_section(detail)]
        account = [portrait.account_section(person, detail, now), portrait.activity_section(detail)]
        if detail is not None:
            about += [portrait.profile_section(detail), portrait.groups_section(detail)]
            account += [portrait.credentials_section(detail), portrait.bots_section(detail)]
        self.query_one("#person-facts", Facts).sections = tuple(about)
        self.query_one("#account-facts", Facts).sections = tuple(account)

    # Panes

    @property
    def _beside_each_other(self) -> bool:
        return not self.query_one(TabStrip).display

    def action_pane(self, pane: int) -> None:
        """Show a pane, or go to it where all are shown."""
        self.pane = pane
        self._show_pane()
        target: Widget = self.query_one(VirtualTable) if pane == 2 else self.query_one("#facts")
        target.focus()

    def action_step(self, by: int) -> None:
        """Show the pane beside this one."""
        self.action_pane((self.pane + by) % len(PANES))

    def _show_pane(self) -> None:
        self.query_one(TabStrip).active = self.pane
        for index, name in enumerate(PANES):
            self.set_class(index == self.pane, f"-pane-{name.lower()}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Exporting needs a connection; panes are stepped through only where they are not all shown."""
        if action == "export":
            return True if self.steward_app.connection.ready else None
        if action == "reload":
            return self.steward_app.connection.ready
        return True

    def action_export(self) -> None:
        """Ask where to."""
        self.steward_app.start_export(self.person, self.detail)

    def action_copy(self) -> None:
        """Copy the address."""
        self.steward_app.copy(display_text(self.person.delivery_email), "The address was")

    def action_copy_id(self) -> None:
        """Copy the id."""
        self.steward_app.copy(str(self.person.id), "The id was")

    def action_reload(self) -> None:
        """Read it all again."""
        self.detail = None
        self._read()
