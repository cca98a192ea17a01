"""A screen with one long text to be read by its keys."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from tui.screens.base import StewardScreen


class ScrollingScreen(StewardScreen):
    """Moves what is in ``#what``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "scroll(1)", "scroll", key_display="↓", id="erase.down", tooltip="Read on"),
        Binding("up", "scroll(-1)", "scroll back", show=False, id="erase.up", tooltip="Read what was before"),
        Binding("pagedown", "page(1)", "page", show=False, id="erase.page_down", tooltip="Read the next page"),
        Binding("pageup", "page(-1)", "page back", show=False, id="erase.page_up", tooltip="Read the page before"),
    ]

    def action_scroll(self, lines: int) -> None:
        """Move what does not fit."""
        self.query_one("#what", VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Move by what fits, with a line in common."""
        what = self.query_one("#what", VerticalScroll)
        what.scroll_relative(y=pages * max(1, what.size.height - 1), animate=False)
