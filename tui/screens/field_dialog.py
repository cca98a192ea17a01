"""Entering a value for one field: nothing is changed by it, it is collected for the preview.

What is entered is looked at by the server at once, through the same preview as everything later, so that bad input is
said in the place where it was made.
"""

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
from textual.widgets import Button, Input, Static, TextArea

from tui import keys
from tui.edit_form import NOTHING, Wanted, field_name
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown, shown_lines
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.pick_list import PickList
from zulip_bridge.api.changes import Change
from zulip_bridge.api.edit import ChangePreview, EditableField
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

FORMS = {"date": "a day like 1990-12-31", "link": "an address like https://example.org", "number": "a whole number"}
LONGEST_TEXT = 10_000
MOST_OPTIONS = 1_000


class FieldDialog(Dialog[Wanted]):
    """Base: what the field is now, an entry, and why an entry will not do. Answers with what is wanted."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "field_dialog.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("ctrl+s", "check", "set", key_display="^s", id="field.check", tooltip="Collect this value"),
    ]

    @dataclass
    class Checked(Message):
        """What the server says to a value."""

        preview: ChangePreview

    @dataclass
    class NotChecked(Message):
        """The server could not be asked."""

        sentence: str

    def __init__(self, person: Person, field: EditableField, wanted: Wanted | None) -> None:
        super().__init__()
        self.person = person
        self.field = field
        self.wanted = wanted

    def body(self) -> ComposeResult:
        """Now, the entry, the objection, the buttons."""
        with VerticalScroll(id="now", can_focus=False):
            yield Facts(self._about())
        yield from self.entry()
        yield Static(id="objection")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content("[ Set ]"), id="set", compact=True)

    def entry(self) -> ComposeResult:
        """What the value is entered with."""
        raise NotImplementedError

    def value(self) -> str | None:
        """What is entered now, as a change takes it; None where nothing is."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Name the frame."""
        self.query_one("#frame").border_title = Content(display_text(field_name(self.field), limit=60))

    def _about(self) -> tuple[Section, ...]:
        field = self.field
        facts = [Fact("now", shown_lines(field.shown or NOTHING))]
        hint = " · ".join(each for each in (field.hint, FORMS.get(field.kind, "")) if each)
        if hint:
            facts.append(Fact("takes", shown(hint)))
        return (Section("", tuple(facts)),)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The key of the button, where there is one."""
        if action == "check":
            return self.is_mounted and bool(self.query_one("#set").display) and not self.query(TextInput)
        return True

    def action_check(self) -> None:
        """As the button does."""
        self.check()

    def check(self) -> None:
        """Ask the server about the value; the dialog ends where nothing is against it."""
        value = self.value()
        if value is not None:
            self.say(Content.styled("Looking…", MUTED))
            self._check(value)

    @work(exclusive=True, group="check", exit_on_error=False)
    async def _check(self, value: str) -> None:
        steward = self.steward_app.steward
        if steward is None:
            return
        try:
            preview = await steward.preview(self.person, [Change(self.field.field, value)])
        except StewardError as error:
            self.post_message(self.NotChecked(error.sentence))
            return
        self.post_message(self.Checked(preview))

    def on_field_dialog_checked(self, message: Checked) -> None:
        """Answer, or say which rule is against it."""
        (item,) = message.preview.items
        if item.refusals:
            refusal = item.refusals[0]
            words = (f"✕ {display_text(refusal.rule)}: ", "bold $error")
            self.say(Content.assemble(words, shown(refusal.sentence)))
            return
        self.dismiss(Wanted(item.after, item.after_shown))

    def on_field_dialog_not_checked(self, message: NotChecked) -> None:
        """Stay."""
        self.say(shown(f"✕ {message.sentence}", "bold $error"))

    def say(self, words: Content) -> None:
        """Say something below the entry."""
        self.query_one("#objection", Static).update(words)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave, or set it."""
        event.stop()
        if event.button.id == "set":
            self.check()
        else:
            self.dismiss(None)


class TextInput(Input):
    """A line of text; Enter sets it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "set", key_display="⏎", id="field.set", tooltip="Collect this value"),
    ]


class TextDialog(FieldDialog):
    """One line, or several."""

    AUTO_FOCUS = "#entry"

    def entry(self) -> ComposeResult:
        """With what is wanted already, else with what is now."""
        text = self.wanted.value if self.wanted is not None else self.field.value
        widget: Widget
        if self.field.kind == "long_text":
            widget = TextArea(text, id="entry", compact=True, tab_behavior="focus")
        else:
            widget = TextInput(
                text, id="entry", compact=True, max_length=LONGEST_TEXT, select_on_focus=False, placeholder="(empty)"
            )
        yield widget

    def value(self) -> str | None:
        """As it stands there."""
        if self.field.kind == "long_text":
            return self.query_one("#entry", TextArea).text
        return self.query_one("#entry", Input).value

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter sets it."""
        event.stop()
        self.check()

    def on_input_changed(self, event: Input.Changed) -> None:
        """An objection is about what stood there."""
        event.stop()
        self.say(Content(""))


class ChoiceDialog(FieldDialog):
    """One of the values that the field may have, found by typing."""

    AUTO_FOCUS = "PickInput"

    def __init__(self, person: Person, field: EditableField, wanted: Wanted | None) -> None:
        super().__init__(person, field, wanted)
        empty = [("", "(nothing)")] if field.section == "profile" or field.field == "timezone" else []
        known = [(each.value, each.shown) for each in field.options if each.value]
        self._all = [*empty, *known]
        self._listed = self._all
        self._picked: str | None = None

    def entry(self) -> ComposeResult:
        """An input over the values."""
        yield PickList("type to find", id="options")

    def on_mount(self) -> None:
        """List all of them, with the cursor on what it is now."""
        super().on_mount()
        self.query_one("#set").display = False
        current = self.wanted.value if self.wanted is not None else self.field.value
        values = [value for value, _ in self._all]
        self._show(self._all, values.index(current) if current in values else 0)

    def on_pick_list_typed(self, event: PickList.Typed) -> None:
        """Narrow it down."""
        event.stop()
        words = event.text.casefold().replace("_", " ").split()
        found = [each for each in self._all if all(word in _searched(each) for word in words)]
        self._show(found, 0)

    def _show(self, listed: list[tuple[str, str]], highlighted: int) -> None:
        self._listed = listed[:MOST_OPTIONS]
        lines = [self._line(value, words) for value, words in self._listed]
        self.query_one(PickList).show(lines, highlighted)

    def _line(self, value: str, words: str) -> Content:
        line = shown(words, limit=60)
        return Content.assemble(line, (" · now", MUTED)) if value == self.field.value else line

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """That one."""
        event.stop()
        self._picked = self._listed[event.index][0]
        self.check()

    def value(self) -> str | None:
        """What was picked."""
        return self._picked


def _searched(option: tuple[str, str]) -> str:
    return " ".join(option).casefold().replace("_", " ")
