"""Connecting, told step by step in the place where the people will be; and why it did not work."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.connection import Connection
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.errors import Problem

MOST_STAGES = 8


class Stages(Vertical):
    """Shows a :class:`Connection` that is not ready yet, and the ways out of one that has failed."""

    def compose(self) -> ComposeResult:
        """The sentences."""
        yield Facts()

    def show(self, connection: Connection) -> None:
        """Take over the connection's state."""
        self.query_one(Facts).sections = _sections(connection)
        for each in self.query("WaysOut"):
            each.remove()
        if connection.problem is not None:
            from tui.widgets.ways_out import WaysOut

            self.mount(WaysOut())


def _sections(connection: Connection) -> tuple[Section, ...]:
    done, under_way = connection.stages[:-1], connection.stages[-1:]
    failed = connection.problem is not None
    facts = [Fact("✓", shown(each, MUTED)) for each in done[-MOST_STAGES:]]
    facts += [Fact("✕" if failed else "▸", shown(each, MUTED if failed else "")) for each in under_way]
    return (Section("", tuple(facts)), Section("", tuple(_words(connection.problem))))


def _words(problem: Problem | None) -> list[Fact]:
    if problem is None:
        return [Fact("", Content.styled("Type already: the search starts with the connection.", MUTED))]
    words = [Fact("", shown(problem.sentence, "bold"))]
    if problem.cause:
        said = Content.assemble(("d", "bold $primary"), (" shows what the server's shell said", MUTED))
        words += [Fact("", Content("")), Fact("", said)]
    return words
