"""Connecting, told step by step in the place where the people will be; and why it did not work."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from tui.connection import Connection
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.errors import Problem

MOST_STAGES = 8


class Stages(Vertical):
    """Shows a :class:`Connection` that is not ready yet; says :class:`Retry` and :class:`Quit`."""

    class Retry(Message):
        """The operator wants another try."""

    class Quit(Message):
        """The operator gives up."""

    def compose(self) -> ComposeResult:
        """The sentences, and two buttons for when it has failed."""
        yield Facts()
        with Horizontal(id="stages-buttons"):
            yield Button(Content("[ Retry ]"), id="retry", compact=True)
            yield Button(Content("[ Quit ]"), id="quit", compact=True)

    def show(self, connection: Connection) -> None:
        """Take over the connection's state."""
        failed = connection.problem is not None
        self.set_class(failed, "-failed")
        self.query_one(Facts).sections = _sections(connection)
        if failed:
            # What is not displayed yet cannot take the focus.
            self.call_after_refresh(self.query_one("#retry", Button).focus)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Pass the choice on."""
        event.stop()
        self.post_message(self.Retry() if event.button.id == "retry" else self.Quit())


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
