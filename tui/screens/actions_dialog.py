"""What can be done with an account besides changing its fields: one list, with what there is to do it to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message

from tui import keys, portrait
from tui.changes_view import effect_facts
from tui.screens.base import LOST_KINDS
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import shown
from tui.widgets.columns import Column
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.rows import PagedRows, Row
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.changes import Change, normal
from zulip_bridge.api.edit import ChangePreview, PlannedChange
from zulip_bridge.api.errors import Problem, StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

NAMES = {
    "deactivate": "Deactivate the account",
    "reactivate": "Reactivate the account",
    "end-sessions": "End all sessions",
    "regenerate-api-key": "Regenerate the API key",
    "send-password-reset": "Send the mail to reset the password",
    "unregister-push-devices": "Unregister push devices",
    "revoke-invitations": "Revoke open invitations",
    "remove-avatar": "Remove the picture",
}
"""By the words of the command line."""

ONE_OFFS = ("end-sessions", "regenerate-api-key", "send-password-reset", "unregister-push-devices")
COLUMNS = (Column("Action", 36), Column("There is", 12, weight=1))


def actions_for(person: Person) -> list[str]:
    """What may be offered; whether it is possible is the server's word."""
    state = "deactivate" if person.is_active else "reactivate"
    return [*ONE_OFFS, "revoke-invitations", "remove-avatar", state]


class ActionTable(VirtualTable):
    """The actions; marked ones are done together."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "preview", key_display="⏎", id="actions.take", tooltip="Preview what is marked"),
    ]


class ActionsDialog(Dialog[list[Change]]):
    """Answers with the changes to be previewed."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "actions_dialog.tcss"]
    AUTO_FOCUS = "ActionTable"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.EVERYWHERE]

    @dataclass
    class Looked(Message):
        """What each would do."""

        preview: ChangePreview

    @dataclass
    class Failed(Message):
        """The server could not be asked."""

        problem: Problem

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person
        self._names = actions_for(person)
        self._items: list[PlannedChange] = []
        self._source = PagedRows()

    def body(self) -> ComposeResult:
        """The actions, and what the one under the cursor would do."""
        yield ActionTable(COLUMNS, self._source)
        with VerticalScroll(id="about", can_focus=False):
            yield Facts()

    def on_mount(self) -> None:
        """Offer them at once; what there is to do comes with the answer."""
        person = self.person
        where = f"id {person.id}, {portrait.realm_words(person)}"
        title = f"Actions · {display_text(person.full_name, limit=30)} ({display_text(where, limit=30)})"
        self.query_one("#frame").border_title = Content(title)
        self._show()
        self._look()

    @work(exclusive=True, group="actions", exit_on_error=False)
    async def _look(self) -> None:
        steward = self.steward_app.steward
        if steward is None:
            return
        try:
            preview = await steward.preview(self.person, [normal(Change(name)) for name in self._names])
        except StewardError as error:
            self.post_message(self.Failed(error.problem))
            return
        self.post_message(self.Looked(preview))

    def on_actions_dialog_looked(self, message: Looked) -> None:
        """Say what there is."""
        self._items = message.preview.items
        self._show()

    def on_actions_dialog_failed(self, message: Failed) -> None:
        """Say why nothing is known; the preview will say the same."""
        if message.problem.kind in LOST_KINDS:
            self.steward_app.lose(message.problem)
        words = shown(f"✕ {message.problem.sentence}", "bold $error")
        self.query_one(Facts).sections = (Section("", (Fact("", words),)),)

    def _show(self) -> None:
        self._source.put(0, [self._row(index) for index in range(len(self._names))], count=len(self._names))
        self.query_one(ActionTable).rows_changed()
        self._show_about()

    def _row(self, index: int) -> Row:
        name = self._names[index]
        if index >= len(self._items):
            return Row(name, (NAMES[name], "…"))
        item = self._items[index]
        return Row(name, (NAMES[name], display_text(item.before_shown)), "" if item.state == "change" else "muted")

    def on_virtual_table_row_highlighted(self) -> None:
        """Say what it would do."""
        self._show_about()

    def _show_about(self) -> None:
        index = self.query_one(ActionTable).cursor
        if index < len(self._items):
            self.query_one(Facts).sections = (Section("", tuple(_about(self._items[index]))),)
            self.query_one("#about").scroll_home(animate=False)

    def on_virtual_table_row_selected(self, event: VirtualTable.RowSelected) -> None:
        """What is marked, else what the cursor is on; in the order of the list."""
        marks = self.query_one(ActionTable).marks or {event.key}
        self.dismiss([normal(Change(name)) for name in self._names if name in marks])


def _about(item: PlannedChange) -> list[Fact]:
    if item.refusals:
        return [Fact("not now", shown(each.sentence, "$warning")) for each in item.refusals]
    if item.state == "unchanged":
        return [Fact("", shown(f"There is nothing to do: {item.before_shown}."))]
    return effect_facts([item])
