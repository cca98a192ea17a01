"""Whose data: what happens to other people's, and from when to when."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from tui.shown import MUTED, shown
from tui.widgets.choices import Choices, Option
from tui.wizard.step import Step
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.export_scope import Others

LABEL = 13
DAYS = "Days as 2026-01-31, in UTC, both meant with all their hours; an empty line is no bound."
UNDATED = "The account itself, memberships and settings have no date: they are exported as they are now."
ABOUT: dict[str, str] = {
    "keep": "Messages of others in the person's conversations stay as they are, with names and addresses. "
    "Usual where the person has read them anyway.",
    "redact": "Others become “Person 1”, “Person 2”…; their addresses and the text of their messages are replaced. "
    "The manifest says what this can find and what it cannot.",
}


class Whose(Step):
    """A choice and two days."""

    TITLE = "Whose data"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "next", show=False, id="whose.next", tooltip="Go to the next line"),
        Binding("up", "app.focus_previous", "before", show=False, id="whose.before", tooltip="Go to the line before"),
    ]

    def compose(self) -> ComposeResult:
        """The choice, what it means, the days, what is wrong with them."""
        options = [Option("keep", "as it is"), Option("redact", "replaced")]
        yield Choices("others' data", options, value=self.plan.others, label_width=LABEL, id="others")
        yield Static(id="others-about", classes="about")
        days = (("first", "from", self.plan.first, "the beginning"), ("last", "to", self.plan.last, "now"))
        for name, label, value, none in days:
            with Horizontal(classes="line"):
                yield Static(Content.styled(label, MUTED), classes="label")
                yield Input(
                    value,
                    placeholder=none,
                    compact=True,
                    select_on_focus=True,
                    max_length=25,
                    id=name,
                    classes="short",
                )
        yield Static(id="days-about", classes="about")

    def show(self) -> None:
        """The choice has the focus."""
        self.query_one(Choices).focus()
        self._say()

    def trouble(self) -> str | None:
        """A day that is none."""
        try:
            self.plan.scope()
        except StewardError as error:
            return error.sentence
        return None

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Take it."""
        event.stop()
        others: dict[str, Others] = {"keep": "keep", "redact": "redact"}
        self.plan.others = others[event.value]
        self.post_message(self.Touched())
        self._say()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take what was typed."""
        event.stop()
        if event.input.id == "first":
            self.plan.first = event.value
        else:
            self.plan.last = event.value
        self.post_message(self.Touched())
        self._say()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on."""
        event.stop()
        self.post_message(self.Stepped())

    def _say(self) -> None:
        self.query_one("#others-about", Static).update(Content.styled(ABOUT[self.plan.others], MUTED))
        trouble = self.trouble()
        words = f"{DAYS}\n{UNDATED}"
        said = Content.styled(words, MUTED) if trouble is None else shown(f"✕ {trouble}", "bold $error")
        self.query_one("#days-about", Static).update(said)
