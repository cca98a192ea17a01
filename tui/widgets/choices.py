"""One of several, in one line: the chosen one has a full circle before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.shown import MUTED
from zulip_bridge.text import pad

CHOSEN, OTHER = "●", "○"
GAP = "   "


@dataclass(frozen=True)
class Option:
    """A value, and what it is called."""

    value: str
    title: str


class Choices(Widget, can_focus=True):
    """Shows a label and the options; says :class:`Changed` when another one is taken by key or mouse."""

    DEFAULT_CSS = """
    Choices { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", "choose", key_display="←→", id="choices.next", tooltip="Take the next"),
        Binding("left", "turn(-1)", "choose back", show=False, id="choices.back", tooltip="Take the one before"),
    ]

    value: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """Another one was taken."""

        choices: Choices
        value: str

        @property
        def control(self) -> Choices:
            """Which line."""
            return self.choices

    def __init__(
        self,
        label: str,
        options: Sequence[Option],
        *,
        value: str = "",
        label_width: int = 0,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._label_width = label_width
        self._options = tuple(options)
        self.set_reactive(Choices.value, value)

    def render(self) -> Content:
        """The line."""
        parts: list[Content] = [Content.styled(pad(self._label, self._label_width), MUTED)] if self._label else []
        return Content.assemble(*parts, Content(GAP).join(map(self._option, self._options)))

    def action_turn(self, by: int) -> None:
        """Take the one beside."""
        values = [each.value for each in self._options]
        at = values.index(self.value) if self.value in values else -1 if by > 0 else 0
        self._take(values[(at + by) % len(values)])

    def on_click(self, event: Click) -> None:
        """Take what was clicked."""
        place = self._label_width if self._label else 0
        for option in self._options:
            end = place + len(option.title) + 2
            if place <= event.x < end:
                self._take(option.value)
            place = end + len(GAP)

    def _take(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(self, value))

    def _option(self, option: Option) -> Content:
        if option.value != self.value:
            return Content.assemble((f"{OTHER} {option.title}", MUTED))
        return Content.styled(f"{CHOSEN} {option.title}", "bold reverse" if self.has_focus else "bold $accent")
