"""The keys that work now: of what is focused, of the screen, everywhere; from the bindings themselves."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen

from tui import keys
from tui.screens.dialog import Dialog, StyleSheets
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.keyline import why_not


class HelpScreen(Dialog[None]):
    """Lists the bindings of ``below``, the screen that it lies on."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "help.tcss"]
    AUTO_FOCUS = "#help-list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1,q", "leave", "back", show=False, id="help.leave", tooltip="Close the key help"),
        keys.PALETTE,
    ]

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self._below = below

    def body(self) -> ComposeResult:
        """The sections."""
        with VerticalScroll(id="help-list"):
            yield Facts(sections(self._below))

    def on_mount(self) -> None:
        """Name the frame."""
        self.query_one("#frame").border_title = Content("Keys")


def sections(screen: Screen[object]) -> tuple[Section, ...]:
    """The active bindings of a screen in three groups, each action once with all its keys."""
    groups: dict[str, dict[str, tuple[list[str], Content]]] = {}
    for active in screen.active_bindings.values():
        words = active.binding.tooltip or active.binding.description
        if not words or active.binding.id is None:
            continue  # what Textual binds by itself has no id
        group = groups.setdefault(_title(active.node, screen), {})
        names, _ = group.setdefault(active.binding.action, ([], _words(words, active, screen)))
        name = _key_name(active.binding, screen)
        if name not in names:
            names.append(name)
    return tuple(
        Section(title, tuple(Fact(" ".join(names), words) for names, words in group.values()))
        for title, group in groups.items()
    )


def _title(node: DOMNode, screen: Screen[object]) -> str:
    if node is screen:
        return "On this screen"
    return "Everywhere" if node is screen.app else "Here"


def _key_name(binding: Binding, screen: Screen[object]) -> str:
    return screen.app.get_key_display(binding)


def _words(words: str, active: ActiveBinding, screen: Screen[object]) -> Content:
    reason = why_not(screen, active.binding)
    if reason is not None:
        return Content.styled(f"{words} ({reason.partition(':')[0]})", "dim")
    return Content(words) if active.enabled else Content.styled(f"{words} (not now)", "dim")
