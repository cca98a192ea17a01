"""Kinds of things in one line, with how many there are of each."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.shown import MUTED


class KindBar(Widget):
    """Shows the kinds by their names, the chosen one in reverse; whoever owns the list sets ``kind`` and ``counts``
    (figures as they are to be shown, by kind)."""

    DEFAULT_CSS = """
    KindBar { height: 1; text-wrap: nowrap; }
    """

    kind: reactive[str] = reactive("")
    counts: reactive[dict[str, str]] = reactive(dict)

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names = dict(names)
        self.set_reactive(KindBar.kind, next(iter(self._names)))

    def stepped(self, by: int) -> str:
        """The kind so many steps from the chosen one."""
        kinds = list(self._names)
        return kinds[(kinds.index(self.kind) + by) % len(kinds)]

    def render(self) -> Content:
        """All of them in a row."""
        return Content.assemble((" k", "bold $primary"), " ", *[self._kind(each) for each in self._names])

    def _kind(self, kind: str) -> Content:
        number = f" {self.counts[kind]}" if kind in self.counts else ""
        if kind == self.kind:
            return Content.styled(f" {self._names[kind]}{number} ", "bold reverse")
        return Content.assemble(f" {self._names[kind]}", (f"{number} ", MUTED))
