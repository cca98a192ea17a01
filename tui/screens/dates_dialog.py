"""From when to when: two dates, either of which may be left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui import keys
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown

FORM = "Days are written as 2024-05-31, in UTC; leave a line empty for no bound."


@dataclass(frozen=True)
class Days:
    """First and last day, both meant with all their hours; None: no bound."""

    first: date | None = None
    last: date | None = None

    @property
    def since(self) -> str:
        """The first day as the contract has it."""
        return "" if self.first is None else self.first.isoformat()

    @property
    def until(self) -> str:
        """The day after the last, which the contract does not include."""
        return "" if self.last is None else (self.last + timedelta(days=1)).isoformat()

    @property
    def words(self) -> str:
        """``any``, ``from 2024-01-01``, ``2024-01-01 to 2024-05-31``."""
        if self.first is None:
            return "any" if self.last is None else f"to {self.last.isoformat()}"
        return f"from {self.first.isoformat()}" if self.last is None else f"{self.first} to {self.last}"


class DatesDialog(Dialog[Days]):
    """Answers with the days, or None."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "dates_dialog.tcss"]
    AUTO_FOCUS = "#first"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("down", "app.focus_next", "next", show=False, id="dates.next", tooltip="Go to the next line"),
        Binding("up", "app.focus_previous", "before", show=False, id="dates.before", tooltip="Go to the line before"),
    ]

    def __init__(self, days: Days) -> None:
        super().__init__()
        self.days = days

    def body(self) -> ComposeResult:
        """Two lines to type in, what is wrong with them, and the buttons."""
        for name, label, day in (("first", "from", self.days.first), ("last", "to", self.days.last)):
            with Horizontal(classes="day"):
                yield Static(Content.styled(label, MUTED), classes="label")
                yield Input(
                    "" if day is None else day.isoformat(), compact=True, select_on_focus=True, id=name, max_length=10
                )
        yield Static(Content.styled(FORM, MUTED), id="objection")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Show ]"), id="show", compact=True)
            yield Button(Content("[ Any time ]"), id="any", compact=True)
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)

    def on_mount(self) -> None:
        """Say what it is about."""
        self.query_one("#frame").border_title = Content("Only what happened")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what cannot be read."""
        event.stop()
        trouble = self._read()
        words = shown(f"✕ {trouble}", "bold $error") if isinstance(trouble, str) else Content.styled(FORM, MUTED)
        self.query_one("#show", Button).disabled = isinstance(trouble, str)
        self.query_one("#objection", Static).update(words)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line shows what is asked for."""
        event.stop()
        days = self._read()
        if isinstance(days, Days):
            self.dismiss(days)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        days = self._read()
        if event.button.id == "any":
            self.dismiss(Days())
        elif event.button.id == "cancel":
            self.dismiss(None)
        elif isinstance(days, Days):
            self.dismiss(days)

    def _read(self) -> Days | str:
        """What is typed, or what is wrong with it."""
        found: list[date | None] = []
        for name in ("first", "last"):
            typed = self.query_one(f"#{name}", Input).value.strip()
            try:
                found.append(date.fromisoformat(typed) if typed else None)
            except ValueError:
                return f"{typed} is no day; write it as 2024-05-31."
        first, last = found
        if first is not None and last is not None and last < first:
            return "The last day is before the first."
        return Days(first, last)
