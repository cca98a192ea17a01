"""The search line: a slash and an input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

LONGEST_QUERY = 200


class SearchInput(Input):
    """The input, with the key that it would otherwise keep to itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "open", key_display="⏎", id="search.open", tooltip="Open the first of the list"),
        Binding("down,pagedown,escape", "leave", "list", key_display="↓", id="search.list", tooltip="Go to the list"),
    ]

    class Left(Message):
        """The operator wants to go down, out of the input."""

    def action_leave(self) -> None:
        """Say so."""
        self.post_message(self.Left())


class SearchLine(Horizontal):
    """Says :class:`Typed` at every change, and :class:`Entered` for Enter."""

    DEFAULT_CSS = """
    SearchLine { height: 1; }
    SearchLine > Static { width: 2; color: $primary; text-style: bold; }
    SearchLine > Input, SearchLine > Input:focus { width: 1fr; background: transparent; background-tint: 0%; }
    """

    @dataclass
    class Typed(Message):
        """The text is another one now."""

        text: str

    class Entered(Message):
        """Enter was pressed."""

    class Left(Message):
        """The operator wants to go down, to what was found."""

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """The slash is a label: it shows where the key of the same name leads."""
        yield Static("/", markup=False)
        yield SearchInput(
            placeholder=self._placeholder, compact=True, max_length=LONGEST_QUERY, select_on_focus=False
        )

    @property
    def text(self) -> str:
        """What has been typed."""
        return self.query_one(SearchInput).value

    @text.setter
    def text(self, text: str) -> None:
        self.query_one(SearchInput).value = text

    @property
    def active(self) -> bool:
        """Whether it has the focus."""
        return self.query_one(SearchInput).has_focus

    def activate(self) -> None:
        """Take the focus."""
        self.query_one(SearchInput).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what was typed."""
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_search_input_left(self, event: SearchInput.Left) -> None:
        """Pass on where the operator wants to go."""
        event.stop()
        self.post_message(self.Left())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Pass on that it was entered."""
        event.stop()
        self.post_message(self.Entered())
