"""A list that is narrowed by typing: an input over options; the focus stays in the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option


class PickInput(Input):
    """An input whose vertical keys move the highlight below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "take", key_display="⏎", id="pick.take", tooltip="Take what is highlighted"),
        Binding("down", "steer(1)", "next", key_display="↓", id="pick.next", tooltip="Go to the next"),
        Binding("up", "steer(-1)", "before", key_display="↑", id="pick.before", tooltip="Go to the one before"),
        Binding("pagedown", "steer(8)", "page", show=False, id="pick.page_down", tooltip="Go a page on"),
        Binding("pageup", "steer(-8)", "page back", show=False, id="pick.page_up", tooltip="Go a page back"),
    ]

    @dataclass
    class Steered(Message):
        """Go so many lines down."""

        by: int

    def action_steer(self, by: int) -> None:
        """Say so."""
        self.post_message(self.Steered(by))


class PickList(Vertical):
    """Says :class:`Typed` when the text changes, and :class:`Picked` with the index of the line that was taken."""

    DEFAULT_CSS = """
    PickList { height: auto; }
    PickList > PickInput { background: $boost; }
    PickList > OptionList {
        height: auto; max-height: 12; margin-top: 1; padding: 0; border: none; background: $surface;
        scrollbar-size-vertical: 1;
    }
    PickList > OptionList > .option-list--option-highlighted {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
        text-style: $block-cursor-text-style;
    }
    """

    @dataclass
    class Typed(Message):
        """The text is another one now."""

        text: str

    @dataclass
    class Picked(Message):
        """This line was taken."""

        index: int

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._placeholder = placeholder
        self._count = 0

    def compose(self) -> ComposeResult:
        """An input over a list."""
        yield PickInput(placeholder=self._placeholder, compact=True, select_on_focus=False)
        options = OptionList(compact=True)
        options.can_focus = False
        yield options

    @property
    def text(self) -> str:
        """What has been typed."""
        return self.query_one(PickInput).value

    def show(self, lines: Sequence[Content], highlighted: int = 0) -> None:
        """Offer these lines."""
        self._count = len(lines)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(line) for line in lines)
        options.highlighted = max(0, min(highlighted, len(lines) - 1)) if lines else None

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what was typed."""
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what is highlighted."""
        event.stop()
        index = self.query_one(OptionList).highlighted
        if index is not None and self._count:
            self.post_message(self.Picked(index))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take what was clicked."""
        event.stop()
        self.post_message(self.Picked(event.option_index))

    def on_pick_input_steered(self, event: PickInput.Steered) -> None:
        """Move the highlight."""
        event.stop()
        options = self.query_one(OptionList)
        if self._count:
            options.highlighted = max(0, min((options.highlighted or 0) + event.by, self._count - 1))
