"""Everything that can be done here and now, for the palette: the bindings, and what has a name but no key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

from textual.dom import DOMNode
from textual.screen import Screen

Run = Callable[[], object]


@dataclass(frozen=True)
class Command:
    """Something to do: its name (safe to show), words it is found by as well, its key, and how it is started
    (what that returns is awaited where it can be)."""

    name: str
    also: str
    key: str
    run: Run


@runtime_checkable
class HasCommands(Protocol):
    """A screen or an app that offers more than its bindings."""

    def commands(self) -> Iterator[Command]:
        """What else can be done."""


def collect(screen: Screen[object]) -> list[Command]:
    """All commands of a screen: of what is focused, of the screen, of the app.

    Keys that the focused input would take as text are among them: here they are chosen by name.
    """
    start: DOMNode = screen.focused or screen
    nodes: list[DOMNode] = list(start.ancestors_with_self)
    if screen.app not in nodes:
        nodes.append(screen.app)
    found: dict[str, Command] = {}
    for node in nodes:
        for command in (*_of_bindings(node, screen), *(node.commands() if isinstance(node, HasCommands) else ())):
            found.setdefault(command.name, command)
    return list(found.values())


def _of_bindings(node: DOMNode, screen: Screen[object]) -> Iterator[Command]:
    for _, binding in node._bindings:
        named = binding.id and binding.tooltip and not binding.system
        if not named or binding.action in ("app.palette", "app.focus_next", "app.focus_previous"):
            continue
        namespace: DOMNode = screen.app if binding.action.startswith("app.") else node
        name = binding.action.removeprefix("app.").partition("(")[0]
        if not namespace.check_action(name, ()):
            continue
        run = partial(screen.app.run_action, binding.action, node)
        yield Command(binding.tooltip, binding.description, screen.app.get_key_display(binding), run)
