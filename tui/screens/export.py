"""An export under way, and its result."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker

from tui import portrait, wording
from tui.screens.base import StewardScreen
from tui.screens.export_dialog import ExportOrder
from tui.shown import MUTED, shown
from tui.widgets.columns import Column
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.phases import Phases
from tui.widgets.rows import PagedRows, Row
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.text import display_text

if TYPE_CHECKING:
    from zulip_bridge.export import ExportResult

MOST_WARNINGS = 10_000
WARNING_COLUMNS = (Column("About", 24, weight=3), Column("What is not as it should be", 36, weight=1))
NOTHING_KEPT = "Nothing is kept: what had been written was removed."


class Warnings(VirtualTable):
    """What the export goes without."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action not in ("select", "mark")


class ExportScreen(StewardScreen):
    """Runs an order to its end; Esc cancels while it runs, and leaves afterwards."""

    CSS_PATH = "export.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "cancel", "cancel", key_display="esc", id="export.cancel", tooltip="End it; nothing is kept"
        ),
        Binding("escape,enter", "back", "back", key_display="esc", id="export.back", tooltip="Go back"),
        Binding("y", "copy", "copy path", id="export.copy", tooltip="Copy the directory's path"),
        Binding("h", "copy_hash", "copy hash", id="export.hash", tooltip="Copy the manifest's sha256"),
        Binding("w", "warnings", "warnings", id="export.warnings", tooltip="Read the warnings"),
    ]

    @dataclass
    class Progressed(Message):
        """It has come further."""

        progress: Progress

    @dataclass
    class Done(Message):
        """It is whole."""

        result: ExportResult

    @dataclass
    class Ended(Message):
        """It is not: cancelled, or failed with a problem."""

        problem: Problem | None

    def __init__(self, order: ExportOrder) -> None:
        super().__init__()
        self.order = order
        self.result: ExportResult | None = None
        self.running = True
        self._began = time.monotonic()
        self._worker: Worker[None] | None = None

    def body(self) -> ComposeResult:
        """A title, the phases, what became of it, the warnings."""
        person = self.order.person
        yield Static(
            Content.assemble(
                ("Export · ", MUTED),
                shown(person.full_name, "bold $accent", limit=40),
                (f" · {display_text(portrait.realm_words(person))} · id {person.id}", MUTED),
            ),
            id="title",
        )
        yield Phases(id="phases")
        with VerticalScroll(id="outcome", can_focus=False):
            yield Facts()
        yield Warnings(WARNING_COLUMNS, PagedRows(page_size=MOST_WARNINGS), markable=False, id="warnings")

    def on_mount(self) -> None:
        """Start."""
        self._tell(Content.styled(f"to {display_text(str(self.order.destination))}", MUTED))
        self._worker = self._export()

    @work(exclusive=True, group="export", exit_on_error=False)
    async def _export(self) -> None:
        assert self.steward is not None
        order = self.order
        try:
            result = await self.steward.export(order.person, order.destination, self._on_progress)
        except StewardError as error:
            cancelled = error.kind is ErrorKind.CANCELLED
            self.post_message(self.Ended(None if cancelled else error.problem))
            return
        self.post_message(self.Done(result))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A cancelled task can no longer tell of itself."""
        super().on_worker_state_changed(event)
        if event.worker is self._worker and event.worker.is_cancelled and event.worker.is_finished:
            self.post_message(self.Ended(None))

    def _on_progress(self, progress: Progress) -> None:
        self.post_message(self.Progressed(progress))

    def on_export_screen_progressed(self, message: Progressed) -> None:
        """Draw it."""
        if self.running:
            phases = self.query_one(Phases)
            phases.take(message.progress)
            elapsed = wording.seconds(time.monotonic() - self._began)
            self._tell(Content.styled(f"{wording.size(phases.bytes)} received, {elapsed}", MUTED))

    def on_export_screen_done(self, message: Done) -> None:
        """Say what there is now."""
        self.result = message.result
        self._finish()
        self.query_one(Facts).sections = (Section("Done", tuple(_result_facts(message.result))),)
        rows = [
            _warning_row(index, each.subject, each.sentence) for index, each in enumerate(message.result.warnings)
        ]
        table = self.query_one(Warnings)
        source = PagedRows(page_size=MOST_WARNINGS)
        source.put(0, rows[:MOST_WARNINGS], count=min(len(rows), MOST_WARNINGS))
        table.source = source

    def on_export_screen_ended(self, message: Ended) -> None:
        """Say why there is nothing."""
        if not self.running:
            return
        self._finish()
        if message.problem is None:
            facts = [Fact("", Content.styled("Cancelled.", "bold")), Fact("", Content(NOTHING_KEPT))]
        else:
            self.steward_app.remember(message.problem)
            facts = [Fact("", shown(f"✕ {message.problem.sentence}", "bold $error")), Fact("", Content(NOTHING_KEPT))]
            if message.problem.cause:
                said = Content.assemble(("d", "bold $primary"), (" shows the cause", MUTED))
                facts.append(Fact("", said))
        self.query_one(Facts).sections = (Section("", tuple(facts)),)

    def _finish(self) -> None:
        self.running = False
        self.refresh_bindings()

    def _tell(self, words: Content) -> None:
        self.query_one(Facts).sections = (Section("", (Fact("", words),)),)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Cancelling is for what runs, all else for what has ended."""
        if action == "cancel":
            return self.running
        if action == "back":
            return not self.running
        if action in ("copy", "copy_hash"):
            return self.result is not None
        if action == "warnings":
            return self.result is not None and bool(self.result.warnings)
        return True

    def action_cancel(self) -> None:
        """End it; the export cleans up before it says that it has ended."""
        if self._worker is not None:
            self._tell(Content.styled("Cancelling…", "bold"))
            self._worker.cancel()

    def action_copy(self) -> None:
        """Copy the path."""
        if self.result is not None:
            self.steward_app.copy(str(self.result.path), "The path was")

    def action_copy_hash(self) -> None:
        """Copy the hash."""
        if self.result is not None:
            self.steward_app.copy(self.result.manifest_sha256, "The hash was")

    def action_warnings(self) -> None:
        """Show them, or hide them."""
        shown_now = self.toggle_class("-warnings").has_class("-warnings")
        if shown_now:
            self.query_one(Warnings).focus()
        else:
            self.set_focus(None)


def _result_facts(result: ExportResult) -> list[Fact]:
    warnings = Content("none")
    if result.warnings:
        words = wording.counted(len(result.warnings), "thing is", "things are") + " not as they should be"
        warnings = Content.assemble((words, "bold $warning"), "  ", ("w", "bold $primary"), (" to read", MUTED))
    return [
        Fact("directory", shown(str(result.path), "bold")),
        Fact("files", Content(f"{wording.thousands(result.files)} · {wording.size(result.bytes)}")),
        Fact("messages", Content(wording.thousands(result.messages))),
        Fact("time", Content(wording.seconds(result.seconds))),
        Fact("sha256", shown(result.manifest_sha256)),
        Fact("warnings", warnings),
    ]


def _warning_row(index: int, subject: str, sentence: str) -> Row:
    return Row(index, (display_text(subject, limit=200), display_text(sentence, limit=300)))
