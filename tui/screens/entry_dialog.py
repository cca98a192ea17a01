"""Entering another value for one field of a row: nothing is changed by it, it is collected for the preview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static, TextArea

from tui import keys
from tui.browse_rows import NULL, type_words
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown, shown_lines
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.pick_list import PickList
from zulip_bridge.api.browse import FieldChange, FieldValue, RowEditPreview
from zulip_bridge.api.edit import Option
from zulip_bridge.api.errors import StewardError
from zulip_bridge.text import display_text

FORMS = {
    "moment": "a moment like 2026-11-01T09:00:00Z",
    "date": "a day like 1990-12-31",
    "number": "a number",
    "json": "JSON",
    "flags": "a number, or names with commas between",
    "reference": "the key of the row that it refers to",
}
LONGEST_NOW = 600


class EntryInput(Input):
    """A line of text; Enter collects it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "set", key_display="⏎", id="entry.set", tooltip="Collect this value"),
    ]


class EntryDialog(Dialog[FieldChange]):
    """Answers with what the field shall be; the server has looked at it by then."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "browse_dialogs.tcss"]
    AUTO_FOCUS = "#entry, PickInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "check", "set", key_display="^s", id="entry.check", tooltip="Collect this value"),
        *keys.EVERYWHERE,
    ]

    @dataclass
    class Checked(Message):
        """What the server says to a value."""

        preview: RowEditPreview

    @dataclass
    class NotChecked(Message):
        """The server could not be asked."""

        sentence: str

    def __init__(self, model: str, key: str, value: FieldValue, wanted: FieldChange | None) -> None:
        super().__init__()
        self._model = model
        self._key = key
        self._value = value
        self._start = wanted.value if wanted is not None else value.raw
        self._listed: list[Option] = []

    def body(self) -> ComposeResult:
        """Now, the entry, the objection, the buttons."""
        field = self._value.field
        with VerticalScroll(id="what", can_focus=False):
            yield Facts(self._about())
        if field.options:
            yield PickList("type to find", id="options")
        elif field.kind in ("long_text", "json"):
            start = self._value.shown if self._value.how == "JSON" and self._start == self._value.raw else self._start
            yield TextArea(start or "", id="entry", compact=True, tab_behavior="focus")
        else:
            yield EntryInput(
                self._start or "", id="entry", compact=True, select_on_focus=False, placeholder="(empty)"
            )
        yield Static(id="objection")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content("[ Set ]"), id="set", compact=True)
            yield Button(Content("[ NULL ]"), id="null", compact=True)

    def on_mount(self) -> None:
        """Name the frame; offer what there is."""
        field = self._value.field
        self.query_one("#frame").border_title = Content(display_text(f"{self._model} · {field.name}", limit=60))
        self.query_one("#null").display = field.null
        self.query_one("#set").display = not field.options
        if field.options:
            self._offer("")

    def _about(self) -> tuple[Section, ...]:
        value = self._value
        raw = NULL if value.raw is None else value.raw[:LONGEST_NOW]
        meaning = f" · {value.shown}" if value.shown and value.how != "JSON" else ""
        facts = [Fact("now", Content.assemble(shown_lines(raw), (display_text(meaning, limit=120), MUTED)))]
        form = FORMS.get(value.field.kind, "")
        facts.append(Fact("takes", Content(f"{type_words(value.field)}{' · ' if form else ''}{form}")))
        return (Section("", tuple(facts)),)

    def _offer(self, text: str) -> None:
        options = self._value.field.options
        self._listed = [each for each in options if text.casefold() in f"{each.value} {each.shown}".casefold()]
        values = [each.value for each in self._listed]
        at = values.index(self._start) if self._start in values and not text else 0
        self.query_one(PickList).show([self._line(each) for each in self._listed], at)

    def _line(self, option: Option) -> Content:
        words = option.value if option.value == option.shown else f"{option.value} · {option.shown}"
        return Content.assemble(shown(words, limit=60), (" · now" if option.value == self._value.raw else "", MUTED))

    def on_pick_list_typed(self, event: PickList.Typed) -> None:
        """Narrow it down."""
        event.stop()
        self._offer(event.text)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """That one."""
        event.stop()
        self._look(self._listed[event.index].value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter collects it."""
        event.stop()
        self.action_check()

    def on_input_changed(self, event: Input.Changed) -> None:
        """An objection is about what stood there."""
        event.stop()
        self._say(Content(""))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave, set it, or set NULL."""
        event.stop()
        if event.button.id == "set":
            self.action_check()
        elif event.button.id == "null":
            self._look(None)
        else:
            self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The key of the button, where there is one."""
        return action != "check" or not self._value.field.options

    def action_check(self) -> None:
        """Have the server look at what stands there."""
        if self._value.field.options:
            return
        entry = self.query_one("#entry")
        text = entry.text if isinstance(entry, TextArea) else self.query_one("#entry", Input).value
        self._look(text)

    def _look(self, text: str | None) -> None:
        self._say(Content.styled("Looking…", MUTED))
        self._check(FieldChange(self._value.field.name, text))

    @work(exclusive=True, group="check", exit_on_error=False)
    async def _check(self, change: FieldChange) -> None:
        steward = self.steward_app.steward
        if steward is None:
            return
        try:
            preview = await steward.browser.preview_edit(self._model, self._key, [change])
        except StewardError as error:
            self.post_message(self.NotChecked(error.sentence))
            return
        self.post_message(self.Checked(preview))

    def on_entry_dialog_checked(self, message: Checked) -> None:
        """Answer, or say what is against it."""
        (item,) = message.preview.items
        if item.refusals:
            self._say(shown(f"✕ {' '.join(item.refusals)}", "bold $error"))
        else:
            self.dismiss(FieldChange(item.field, item.after))

    def on_entry_dialog_not_checked(self, message: NotChecked) -> None:
        """Stay."""
        self._say(shown(f"✕ {message.sentence}", "bold $error"))

    def _say(self, words: Content) -> None:
        self.query_one("#objection", Static).update(words)
