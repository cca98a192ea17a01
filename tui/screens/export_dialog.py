"""Before an export: what it will contain, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static

from tui import destination, keys, portrait
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Person, PersonDetail
from zulip_bridge.text import display_text

WITHHELD = "password, API key, tokens and second factors: only that they exist"
READABLE = "Made for you alone (0700); other people on this machine cannot read it."


@dataclass(frozen=True)
class ExportOrder:
    """Whom to export, and where to."""

    person: Person
    destination: Path


class ExportDialog(Dialog[ExportOrder]):
    """Answers with an order, or None."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "export_dialog.tcss"]
    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("right", "app.focus_next", "next", show=False, id="export.next", tooltip="Go to the next button"),
        Binding(
            "left", "app.focus_previous", "before", show=False, id="export.before", tooltip="Go to the one before"
        ),
    ]

    @dataclass
    class DetailRead(Message):
        """The figures are there."""

        detail: PersonDetail

    def __init__(self, person: Person, detail: PersonDetail | None) -> None:
        super().__init__()
        self.person = person
        self.detail = detail

    def body(self) -> ComposeResult:
        """What, where, and the two buttons."""
        yield Facts(id="contents")
        with Horizontal(id="where"):
            yield Static(Content.styled("directory", MUTED), id="where-label")
            yield Input(compact=True, select_on_focus=False, id="destination")
        yield Static(id="objection")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content("[ Export ]"), id="export", compact=True)

    def on_mount(self) -> None:
        """Suggest a place; read the figures where they are not known."""
        person = self.person
        where = f"id {person.id}, {portrait.realm_words(person)}"
        title = f"Export · {display_text(person.full_name, limit=30)} ({display_text(where, limit=30)})"
        self.query_one("#frame").border_title = Content(title)
        self.query_one("#destination", Input).value = str(destination.suggest(person, self.steward_app.clock()))
        self._show_contents()
        if self.detail is None:
            self._read_detail()

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _read_detail(self) -> None:
        steward = self.steward_app.steward
        if steward is None:
            return
        try:
            detail = await steward.show(self.person)
        except StewardError as error:
            # The figures are a courtesy; the export itself will say what is wrong.
            self.steward_app.remember(error.problem)
            return
        self.post_message(self.DetailRead(detail))

    def on_export_dialog_detail_read(self, message: DetailRead) -> None:
        """Show the figures."""
        self.detail = message.detail
        self._show_contents()

    def _show_contents(self) -> None:
        counts = portrait.WAITING if self.detail is None else portrait.counts_line(self.detail)
        facts = (
            Fact("contains", Content("all that Zulip's export_single_user writes, and the messages that it drops")),
            Fact("at least", counts),
            Fact("left out", Content(WITHHELD)),
            Fact("recorded", Content("in the journal, when it starts and when it ends")),
        )
        self.query_one("#contents", Facts).sections = (Section("", facts),)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once whether the place will do."""
        event.stop()
        trouble = destination.objection(event.value)
        self.query_one("#export", Button).disabled = trouble is not None
        words = Content.styled(READABLE, MUTED) if trouble is None else shown(f"✕ {trouble}", "bold $error")
        self.query_one("#objection", Static).update(words)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the path only goes on to the buttons."""
        event.stop()
        self.query_one("#export", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        typed = self.query_one("#destination", Input).value
        if event.button.id == "export":
            self.dismiss(ExportOrder(self.person, destination.read_path(typed)))
        else:
            self.dismiss(None)
