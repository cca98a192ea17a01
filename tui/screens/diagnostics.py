"""Diagnostics: what went wrong, with its cause, and the last lines that the server's shell wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from tui import keys
from tui.connection import Connection
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown, shown_lines
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.calls import Hello
from zulip_bridge.api.errors import Problem

MOST_PROBLEMS = 20
NOTHING = Content.styled("nothing", MUTED)


class DiagnosticsScreen(StewardScreen):
    """Shows texts of the server's as they are, escaped."""

    CSS_PATH = "diagnostics.tcss"
    AUTO_FOCUS = "#diagnostics"
    BINDINGS: ClassVar[list[BindingType]] = [
        keys.BACK,
        Binding("f5,l", "reload", "look again", key_display="l", id="diagnostics.reload", tooltip="Look again"),
    ]

    def __init__(self) -> None:
        super().__init__(id="diagnostics-screen")

    def body(self) -> ComposeResult:
        """One long page."""
        with VerticalScroll(id="diagnostics"):
            yield Facts()

    def connection_changed(self, connection: Connection) -> None:
        """What is known changes with the connection."""
        self.action_reload()

    def action_reload(self) -> None:
        """Take what is known now."""
        steward = self.steward
        lines = steward.diagnostics if steward is not None else []
        sections = [*_session(steward.hello if steward is not None else None)]
        sections.append(_problems(self.steward_app.problems))
        sections.append(Section("What the server's shell wrote", _lines(lines)))
        self.query_one(Facts).sections = tuple(sections)


def _session(hello: Hello | None) -> list[Section]:
    if hello is None:
        return []
    reads = "refused by PostgreSQL, tried" if hello.reads_proved_read_only else "not proved to be refused"
    facts = (
        Fact("Zulip", shown(f"{hello.zulip_version} · feature level {hello.feature_level or 'unknown'}")),
        Fact("install", shown(hello.install)),
        Fact("runs as", shown(f"{hello.unix_user}@{hello.host}, process {hello.pid}")),
        Fact("Python", shown(f"{hello.python_version} · Django {hello.django_version} · {hello.driver}")),
        Fact("PostgreSQL", shown(f"{hello.postgres_version} · database {hello.database}")),
        Fact("writes by reads", Content(reads)),
    )
    return [Section("Session", facts)]


def _problems(problems: Sequence[Problem]) -> Section:
    facts: list[Fact] = []
    for problem in reversed(problems[-MOST_PROBLEMS:]):
        facts.append(Fact("", shown(problem.sentence, "bold")))
        if problem.cause:
            facts.append(Fact("", shown_lines(problem.cause, MUTED)))
    return Section("What went wrong, newest first", tuple(facts) or (Fact("", NOTHING),))


def _lines(lines: Sequence[str]) -> tuple[Fact, ...]:
    return tuple(Fact("", shown(line)) for line in lines) or (Fact("", NOTHING),)
