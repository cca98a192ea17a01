"""Tabs by name: one line, the shown one in reverse."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.shown import MUTED


class TabStrip(Widget):
    """Shows the names with the digits that lead to them; whoever owns the tabs sets ``active``."""

    DEFAULT_CSS = """
    TabStrip { height: 1; text-wrap: nowrap; }
    """

    active: reactive[int] = reactive(0)

    def __init__(self, names: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._names = tuple(names)

    def render(self) -> Content:
        """The names in a row; seven of them go into 80 cells."""
        return Content("").join(self._tab(index, name) for index, name in enumerate(self._names))

    def _tab(self, index: int, name: str) -> Content:
        if index == self.active:
            return Content.styled(f" {index + 1} {name} ", "bold reverse")
        return Content.assemble((f" {index + 1}", "bold $primary"), (f" {name} ", MUTED))
