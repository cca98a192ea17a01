"""Before a part of a person is saved as JSON: where to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui import destination, keys, portrait
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

READABLE = "Made for you alone (0600); other people on this machine cannot read it."


@dataclass(frozen=True)
class SaveOrder:
    """Where to."""

    path: Path


class SaveDialog(Dialog[SaveOrder]):
    """Answers with an order, or None. ``section`` is what is saved, as files are named."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "save_dialog.tcss"]
    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("right", "app.focus_next", "next", show=False, id="save.next", tooltip="Go to the next button"),
        Binding("left", "app.focus_previous", "before", show=False, id="save.before", tooltip="Go to the one before"),
    ]

    def __init__(self, person: Person, section: str, contains: str = "") -> None:
        super().__init__()
        self._contains = contains or f"what the tab {section} shows, as JSON"
        self.person = person
        self.section = section

    def body(self) -> ComposeResult:
        """What, where, and the two buttons."""
        facts = (
            Fact("contains", Content(self._contains)),
            Fact("recorded", Content("in the journal, with the file's SHA-256")),
        )
        yield Facts((Section("", facts),), id="contents")
        with Horizontal(id="where"):
            yield Static(Content.styled("file", MUTED), id="where-label")
            yield Input(compact=True, select_on_focus=False, id="path")
        yield Static(id="objection")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content("[ Save ]"), id="save", compact=True)

    def on_mount(self) -> None:
        """Suggest a place."""
        person = self.person
        where = f"id {person.id}, {portrait.realm_words(person)}"
        title = f"Save · {display_text(person.full_name, limit=30)} ({display_text(where, limit=30)})"
        self.query_one("#frame").border_title = Content(title)
        suggestion = destination.suggest_file(person, self.section, self.steward_app.clock())
        self.query_one("#path", Input).value = str(suggestion)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once whether the place will do."""
        event.stop()
        trouble = destination.file_objection(event.value)
        self.query_one("#save", Button).disabled = trouble is not None
        words = Content.styled(READABLE, MUTED) if trouble is None else shown(f"✕ {trouble}", "bold $error")
        self.query_one("#objection", Static).update(words)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the path only goes on to the buttons."""
        event.stop()
        self.query_one("#save", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        typed = self.query_one("#path", Input).value
        self.dismiss(SaveOrder(destination.read_path(typed)) if event.button.id == "save" else None)
