"""The palette: everything that can be done here and now, found by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.fuzzy import Matcher
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.commands import Command, Run, collect
from tui.screens.dialog import Dialog, StyleSheets
from zulip_bridge.text import pad

KEY_WIDTH = 9


class PaletteInput(Input):
    """An input whose vertical keys move the highlight below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "do it", key_display="⏎", id="palette.run", tooltip="Do what is highlighted"),
        Binding("down", "steer(1)", "next", key_display="↓", id="palette.next", tooltip="Go to the next"),
        Binding("up", "steer(-1)", "before", key_display="↑", id="palette.before", tooltip="Go to the one before"),
        Binding("pagedown", "steer(8)", "page", show=False, id="palette.page_down", tooltip="Go a page on"),
        Binding("pageup", "steer(-8)", "page back", show=False, id="palette.page_up", tooltip="Go a page back"),
    ]

    @dataclass
    class Steered(Message):
        """Go so many lines down."""

        by: int

    def action_steer(self, by: int) -> None:
        """Say so."""
        self.post_message(self.Steered(by))


class PaletteScreen(Dialog[Run]):
    """Answers with what is to be run, or None. ``below`` is the screen that it lies on."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "palette.tcss"]
    AUTO_FOCUS = "#palette-input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "leave", "close", show=False, id="palette.close", tooltip="Close the palette"),
    ]

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self._commands = collect(below)
        self._found: list[Command] = []

    def body(self) -> ComposeResult:
        """An input over a list."""
        yield PaletteInput(placeholder="what to do", compact=True, id="palette-input")
        yield OptionList(id="palette-list", compact=True)

    def on_mount(self) -> None:
        """List everything."""
        self.query_one("#frame").border_title = Content("What can be done here")
        self.query_one(OptionList).can_focus = False
        self._show(self._commands)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow it down."""
        event.stop()
        query = event.value.strip()
        self._show(_matching(self._commands, query) if query else self._commands)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Run what is highlighted."""
        event.stop()
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._found):
            self.dismiss(self._found[index].run)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Run what was clicked."""
        event.stop()
        self.dismiss(self._found[event.option_index].run)

    def on_palette_input_steered(self, event: PaletteInput.Steered) -> None:
        """Move the highlight."""
        options = self.query_one(OptionList)
        if self._found:
            options.highlighted = max(0, min((options.highlighted or 0) + event.by, len(self._found) - 1))

    def _show(self, commands: Sequence[Command]) -> None:
        self._found = list(commands)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(_line(command)) for command in commands)
        options.highlighted = 0 if commands else None


def _matching(commands: Sequence[Command], query: str) -> list[Command]:
    matcher = Matcher(query)
    scored = [(matcher.match(f"{command.name} {command.also}"), command) for command in commands]
    return [command for score, command in sorted(scored, key=lambda each: -each[0]) if score > 0]


def _line(command: Command) -> Content:
    key = pad(command.key, KEY_WIDTH) if command.key else " " * KEY_WIDTH
    return Content.assemble((key, "bold $primary"), command.name)
