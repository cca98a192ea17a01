"""Where a question is typed: several lines, coloured, completed from the server's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import OptionList, TextArea
from textual.widgets.option_list import Option

from tui.console.highlighting import highlights, text_theme
from tui.shown import MUTED
from zulip_bridge.query.completion import Completer, Completion
from zulip_bridge.query.history import Language
from zulip_bridge.text import display_text, pad

BELOW = Offset(0, 1)
SHORTEST_WORD = 2
"""Characters from which on completions come by themselves."""


class Popup(OptionList):
    """The completions, below the cursor."""

    DEFAULT_CSS = """
    Popup {
        overlay: screen; position: absolute; constrain: inside inflect; display: none;
        width: 46; height: auto; max-height: 10; padding: 0 1; border: none; background: $boost;
        scrollbar-size-vertical: 1;
    }
    Popup.-shown { display: block; }
    Popup > .option-list--option-highlighted {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
        text-style: $block-cursor-text-style;
    }
    Popup:ansi { background: ansi_default; border: round $line; }
    """

    def __init__(self) -> None:
        super().__init__(compact=True)
        self.can_focus = False
        self.found: list[Completion] = []
        self.origin = Offset(0, 0)
        """Where the cursor was."""

    @property
    def shown(self) -> bool:
        """Whether there is something to take."""
        return self.has_class("-shown")

    def offer(self, found: list[Completion], at: Offset) -> None:
        """Show these below ``at`` (of the screen), or nothing where there are none."""
        self.found = found
        self.set_class(bool(found), "-shown")
        self.clear_options()
        if found:
            self.add_options(Option(_line(each)) for each in found)
            self.highlighted = 0
            # The text below the beginning of the word; the popup has a cell of padding.
            self.absolute_offset = at + BELOW - Offset(found[0].replaces + 1, 0)
            self.origin = at

    def steer(self, by: int) -> None:
        """Move the highlight."""
        if self.found:
            self.highlighted = ((self.highlighted or 0) + by) % len(self.found)

    @property
    def chosen(self) -> Completion | None:
        """What is highlighted."""
        return self.found[self.highlighted or 0] if self.shown and self.found else None


def _line(completion: Completion) -> Content:
    kind = display_text(completion.kind, limit=18)
    return Content.assemble(pad(completion.text, 26), " ", (kind, MUTED))


class Editor(TextArea):
    """The editor; ``language`` is what it colours and completes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+space,ctrl+@", "complete", "complete", show=False, id="editor.complete", tooltip="Complete it"),
        # Textual's editor has other meanings for these two.
        Binding("f6", "screen.explain", "explain", show=False, id="editor.explain"),
        Binding("f7", "screen.external", "$EDITOR", show=False, id="editor.external"),
    ]

    @dataclass
    class Left(Message):
        """Esc was pressed, and no completion was open."""

    code_language: Language = "sql"
    completer: Completer | None = None

    def __init__(self, text: str = "") -> None:
        super().__init__(text, soft_wrap=True, tab_behavior="focus", show_line_numbers=False, id="editor")
        self._typed = False
        self.popup = Popup()
        """To be placed beside the editor, which lays out no children."""

    def on_mount(self) -> None:
        """Take the app's colours, and follow them."""
        self.watch(self.app, "theme", self._recolour)

    def _recolour(self) -> None:
        theme = text_theme(self.app.current_theme)
        self.register_theme(theme)
        self.theme = theme.name

    def set_language(self, language: Language) -> None:
        """Colour and complete another language."""
        self.code_language = language
        self._build_highlight_map()
        self.refresh()

    def _build_highlight_map(self) -> None:
        """Textual's hook, called after each change; its own asks tree-sitter."""
        self._line_cache.clear()
        self._highlights.clear()
        self._highlights.update(highlights(self.text, self.code_language))

    # Completion

    @property
    def position(self) -> int:
        """Characters before the cursor."""
        row, column = self.cursor_location
        return sum(len(self.document[line]) + 1 for line in range(row)) + column

    def action_complete(self) -> None:
        """Offer what can stand here."""
        self._offer(forced=True)

    def _offer(self, *, forced: bool = False) -> None:
        found: list[Completion] = []
        if self.completer is not None and self.selection.is_empty:
            complete = self.completer.sql if self.code_language == "sql" else self.completer.python
            found = complete(self.text, self.position)
        if found and not forced:
            before = self.document[self.cursor_location[0]][: self.cursor_location[1]]
            if found[0].replaces < SHORTEST_WORD and not before.endswith((".", "__")):
                found = []
        self.popup.offer(found, self.cursor_screen_offset)

    def on_text_area_changed(self) -> None:
        """Offer completions while typing."""
        if self._typed:
            self._typed = False
            self._offer()

    def on_text_area_selection_changed(self) -> None:
        """A cursor that is moved leaves what was offered behind."""
        if not self._typed and self.popup.shown and self.cursor_screen_offset != self.popup.origin:
            self.popup.offer([], Offset(0, 0))

    def on_blur(self) -> None:
        """Nothing is completed elsewhere."""
        self.popup.offer([], Offset(0, 0))

    async def on_key(self, event: Key) -> None:
        """The popup's keys come first."""
        self._typed = event.is_printable or (event.key in ("backspace", "ctrl+h") and self.popup.shown)
        popup = self.popup
        if not popup.shown:
            if event.key == "escape":
                event.stop()
                event.prevent_default()
                self.post_message(self.Left())
            return
        if event.key in ("down", "up"):
            popup.steer(1 if event.key == "down" else -1)
        elif event.key in ("tab", "escape"):
            if event.key == "tab":
                self._take(popup.chosen)
            popup.offer([], Offset(0, 0))
        else:
            if not self._typed:
                popup.offer([], Offset(0, 0))
            return
        event.stop()
        event.prevent_default()

    def take(self, index: int) -> None:
        """Take what was clicked."""
        self._take(self.popup.found[index])
        self.popup.offer([], Offset(0, 0))

    def _take(self, completion: Completion | None) -> None:
        if completion is not None:
            row, column = self.cursor_location
            self.replace(completion.text, (row, column - completion.replaces), (row, column))
