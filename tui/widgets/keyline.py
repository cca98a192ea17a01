"""The footer: the keys that work here and now, from the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from tui.shown import MUTED

GAP = 3
GREYED = "dim strike"
LAST = ("app.keys", "app.palette")
"""Actions that are never left out, shown at the end of the line."""


@runtime_checkable
class HasReasons(Protocol):
    """A screen with keys that may be greyed."""

    def why_not(self, action: str) -> str | None:
        """Why an action leads nowhere in this session."""


class KeyLine(Widget):
    """One line of keys. What does not fit is left out from the end; help and palette always stay."""

    DEFAULT_CSS = """
    KeyLine { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)
        # The first focus is given while the screen is still being put together, when the signal tells nobody.
        self.watch(self.screen, "focused", self.refresh_keys)

    def refresh_keys(self) -> None:
        """Draw the keys of what has the focus now."""
        self.refresh()

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.refresh()

    def render(self) -> Content:
        """The line as it fits."""
        active = [each for each in self.screen.active_bindings.values() if each.enabled]
        bindings = _shown_once(each.binding for each in _as_declared(active))
        first = [self._key(each) for each in bindings if each.action not in LAST]
        last = [self._key(each) for name in LAST for each in bindings if each.action == name]
        room = self.content_size.width - _width(last) - GAP
        while first and _width(first) > room:
            first.pop()
        gap = " " * max(GAP, self.content_size.width - _width(first) - _width(last))
        between = Content(" " * GAP)
        return Content.assemble(between.join(first), gap, between.join(last))

    def _key(self, binding: Binding) -> Content:
        display = self.app.get_key_display(binding)
        words = binding.description[:1].lower() + binding.description[1:]
        if why_not(self.screen, binding) is not None:
            return Content.styled(f"{display} {words}", GREYED)
        return Content.assemble((display, "bold $primary"), " ", (words, MUTED))


def why_not(screen: Screen[object], binding: Binding) -> str | None:
    """The sentence of a screen that says why a key leads nowhere in this session; None where it does lead on."""
    if not isinstance(screen, HasReasons):
        return None
    return screen.why_not(binding.action.partition("(")[0])


def _as_declared(active: Sequence[ActiveBinding]) -> list[ActiveBinding]:
    """From the focus outwards, and of one node in the order of its class: the order of a footer is chosen there."""
    nodes: dict[DOMNode, int] = {}
    for each in active:
        nodes.setdefault(each.node, len(nodes))
    ranks = {node: _ranks(type(node)) for node in nodes}
    last = max(map(len, ranks.values()), default=0)
    return sorted(active, key=lambda each: (nodes[each.node], ranks[each.node].get(each.binding.id or "", last)))


def _ranks(kind: type[DOMNode]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for base in kind.__mro__:
        for binding in base.__dict__.get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.id:
                ranks.setdefault(binding.id, len(ranks))
    return ranks


def _shown_once(bindings: Iterable[Binding]) -> list[Binding]:
    """Bindings that want to be shown, each action once (several keys may lead to it)."""
    seen: set[str] = set()
    kept = []
    for binding in bindings:
        if binding.show and binding.action not in seen:
            seen.add(binding.action)
            kept.append(binding)
    return kept


def _width(keys: list[Content]) -> int:
    return sum(key.cell_length for key in keys) + GAP * max(0, len(keys) - 1)
