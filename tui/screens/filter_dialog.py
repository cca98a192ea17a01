"""Adding a filter: ``field__lookup=value``, completed from the running server's own models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static

from tui import keys
from tui.filter_completion import Candidate, candidates, split, wanted_models
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown
from tui.widgets.pick_list import PickInput, PickList
from zulip_bridge.api.browse import CountRows, ModelDescription
from zulip_bridge.api.errors import StewardError

HOW = "field=value or field__lookup=value · tab completes · enter takes it"


class FilterDialog(Dialog[tuple[str, str]]):
    """Answers with a lookup and its value, which the server has understood."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "browse_dialogs.tcss"]
    AUTO_FOCUS = "PickInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab", "complete", "complete", key_display="tab", id="filter.complete", tooltip="Take the completion"
        ),
        keys.HELP_WHILE_TYPING,
    ]

    @dataclass
    class Known(Message):
        """Another model is known."""

        description: ModelDescription

    @dataclass
    class Checked(Message):
        """What the server says to a filter; "" where it takes it."""

        found: tuple[str, str]
        objection: str

    def __init__(self, description: ModelDescription, filters: list[tuple[str, str]]) -> None:
        super().__init__()
        self._description = description
        self._filters = filters
        self._known: dict[str, ModelDescription] = {description.label: description}
        self._offered: list[Candidate] = []

    def body(self) -> ComposeResult:
        """An input over the completions, and room for an objection."""
        yield PickList("sender=17, date_sent__gte=2026-01-01 …", id="filter-list")
        yield Static(Content.styled(HOW, MUTED), id="objection")

    def on_mount(self) -> None:
        """Offer the fields."""
        self.query_one("#frame").border_title = Content(f"Filter {self._description.label}")
        self._offer("")

    def on_pick_list_typed(self, event: PickList.Typed) -> None:
        """Offer what may follow."""
        event.stop()
        self._say(Content.styled(HOW, MUTED))
        self._offer(event.text)
        for label in wanted_models(self._description, event.text):
            if label not in self._known:
                self._learn(label)

    def _offer(self, text: str) -> None:
        self._offered = candidates(self._description, text, self._known)
        lines = [
            Content.assemble(shown(each.text, limit=50), "  ", shown(each.about, MUTED, limit=30))
            for each in self._offered
        ]
        self.query_one(PickList).show(lines)

    @work(exclusive=True, group="learn", exit_on_error=False)
    async def _learn(self, label: str) -> None:
        steward = self.steward_app.steward
        if steward is None:
            return
        try:
            description = await steward.browser.describe(label)
        except StewardError as error:
            self.steward_app.remember(error.problem)
            return
        self.post_message(self.Known(description))

    def on_filter_dialog_known(self, message: Known) -> None:
        """Offer its fields."""
        self._known[message.description.label] = message.description
        self._offer(self.query_one(PickList).text)

    def action_complete(self) -> None:
        """Put the highlighted completion into the input."""
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._offered):
            self._type(self._offered[index].text)

    def _type(self, text: str) -> None:
        line = self.query_one(PickInput)
        line.value = text
        line.cursor_position = len(text)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """A field is completed; a value is taken."""
        event.stop()
        chosen = self._offered[event.index].text
        _, typed = split(self.query_one(PickList).text)
        name, value = split(chosen)
        if typed is None or value is None:
            self._type(chosen)
            return
        self._say(Content.styled("Looking…", MUTED))
        self._check((name, value))

    @work(exclusive=True, group="check", exit_on_error=False)
    async def _check(self, found: tuple[str, str]) -> None:
        steward = self.steward_app.steward
        if steward is None:
            return
        try:
            await steward.browser.count(CountRows(self._description.label, [*self._filters, found], bound=0))
        except StewardError as error:
            self.post_message(self.Checked(found, error.sentence))
            return
        self.post_message(self.Checked(found, ""))

    def on_filter_dialog_checked(self, message: Checked) -> None:
        """Answer, or stay and say why not."""
        if message.objection:
            self._say(shown(f"✕ {message.objection}", "bold $error"))
        else:
            self.dismiss(message.found)

    def _say(self, words: Content) -> None:
        self.query_one("#objection", Static).update(words)
