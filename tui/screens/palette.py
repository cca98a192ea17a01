"""The palette: everything that can be done here and now, found by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.fuzzy import Matcher
from textual.screen import Screen

from tui.commands import Command, Run, collect
from tui.screens.dialog import Dialog, StyleSheets
from tui.widgets.pick_list import PickList
from zulip_bridge.text import pad

KEY_WIDTH = 9


class PaletteScreen(Dialog[Run]):
    """Answers with what is to be run, or None. ``below`` is the screen that it lies on."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "palette.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "leave", "close", show=False, id="palette.close", tooltip="Close the palette"),
    ]

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self._commands = collect(below)
        self._found: list[Command] = []

    def body(self) -> ComposeResult:
        """An input over a list."""
        yield PickList("what to do", id="palette-list")

    def on_mount(self) -> None:
        """List everything."""
        self.query_one("#frame").border_title = Content("What can be done here")
        self._show(self._commands)

    def on_pick_list_typed(self, event: PickList.Typed) -> None:
        """Narrow it down."""
        event.stop()
        query = event.text.strip()
        self._show(_matching(self._commands, query) if query else self._commands)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """Run what was taken."""
        event.stop()
        self.dismiss(self._found[event.index].run)

    def _show(self, commands: Sequence[Command]) -> None:
        self._found = list(commands)
        self.query_one(PickList).show([_line(command) for command in commands])


def _matching(commands: Sequence[Command], query: str) -> list[Command]:
    matcher = Matcher(query)
    scored = [(matcher.match(f"{command.name} {command.also}"), command) for command in commands]
    return [command for score, command in sorted(scored, key=lambda each: -each[0]) if score > 0]


def _line(command: Command) -> Content:
    key = pad(command.key, KEY_WIDTH) if command.key else " " * KEY_WIDTH
    return Content.assemble((key, "bold $primary"), command.name)
