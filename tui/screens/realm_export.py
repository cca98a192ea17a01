"""Exporting an organization with Zulip's own export: what it would be, how far it is, what came of it."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass, replace
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker

from tui import keys, wording
from tui.connection import Connection
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown
from tui.widgets.choices import Choices, Option
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.phases import Phases
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.api.people import Realm
from zulip_bridge.api.realm_export import PHASES, ExportMode, RealmExportChoice, RealmExportPlan, RealmExportResult
from zulip_bridge.text import display_text, pad

ROOT = "(root)"
LABELS = 14
MODES = {"full": "everything", "public": "public only", "consent": "and of those who agreed"}
NOTHING_KEPT = "Nothing is kept: what had been written was removed from the server."
DEACTIVATING = "Deactivating it first is for the command line: zulip-steward export-realm REALM --deactivate"


class OneOf(Choices):
    """As many as there may be: the chosen one, and which of them it is."""

    def render(self) -> Content:
        """The line."""
        values = [each.value for each in self._options]
        at = values.index(self.value)
        style = "bold reverse" if self.has_focus else "bold $accent"
        of = f"  {at + 1} of {len(values)}" if len(values) > 1 else ""
        return Content.assemble(
            (pad(self._label, LABELS), MUTED), (f"● {self._options[at].title}", style), (of, MUTED)
        )


class RealmExportScreen(StewardScreen):
    """Choices above, what they come to below; then the phases, and what there is in the end."""

    CSS_PATH = "realm_export.tcss"
    AUTO_FOCUS = ""
    WRITES = frozenset({"start"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "start", "export", id="realm_export.start", tooltip="Export this organization"),
        Binding("escape", "cancel", "cancel", key_display="esc", id="realm_export.cancel", tooltip="End the export"),
        Binding("y", "copy", "copy path", id="realm_export.copy", tooltip="Copy the archive's path on the server"),
        Binding("h", "copy_hash", "copy hash", id="realm_export.hash", tooltip="Copy the sha256"),
        keys.BACK,
        Binding("down", "app.focus_next", "next", show=False, id="realm_export.next", tooltip="Go to the next line"),
        Binding("up", "app.focus_previous", "before", show=False, id="realm_export.before", tooltip="Go a line up"),
    ]

    @dataclass
    class Listed(Message):
        """The organizations are known."""

        realms: list[Realm]

    @dataclass
    class Planned(Message):
        """What the export would be."""

        plan: RealmExportPlan

    @dataclass
    class Progressed(Message):
        """It has come further."""

        progress: Progress

    @dataclass
    class Ended(Message):
        """It is over, one way or another."""

        result: RealmExportResult | None = None
        problem: Problem | None = None

    def __init__(self) -> None:
        super().__init__(id="export_realm-screen")
        self.choice: RealmExportChoice | None = None
        self.plan: RealmExportPlan | None = None
        self.result: RealmExportResult | None = None
        self.running = False
        self.ended = False
        self._began = 0.0
        self._worker: Worker[None] | None = None

    @property
    def busy(self) -> str | None:
        """Why the app may not be left now."""
        return "An organization is being exported; Esc cancels that." if self.running else None

    def body(self) -> ComposeResult:
        """A title, the choices, the phases, and the facts."""
        yield Static(Content.styled("Export an organization", "bold $accent"), id="title")
        yield Vertical(id="choices")
        yield Phases(phases=PHASES, id="phases")
        with VerticalScroll(id="outcome", can_focus=False):
            yield Facts()

    def on_mount(self) -> None:
        """Nothing runs yet."""
        self.query_one(Phases).display = False
        self._tell("", [Fact("", Content.styled("Asking the server…", MUTED))])

    def connection_changed(self, connection: Connection) -> None:
        """Read the organizations, the first time there is a connection."""
        if connection.ready and self.choice is None:
            self._list()

    # Choosing

    @work(exclusive=True, group="plan", exit_on_error=False)
    async def _list(self) -> None:
        assert self.steward is not None
        try:
            realms = await self.steward.realms()
        except StewardError as error:
            self.post_message(self.RequestFailed("The organizations", error.problem))
            return
        self.post_message(self.Listed(realms))

    def on_realm_export_screen_listed(self, message: Listed) -> None:
        """Offer them; the first is chosen."""
        options = [Option(realm.string_id or ROOT, display_text(realm.name, limit=50)) for realm in message.realms]
        if not options:
            self._tell("", [Fact("", Content("There is no organization on this server."))])
            return
        modes = [Option(mode, title) for mode, title in MODES.items()]
        first = OneOf("organization", options, value=options[0].value, label_width=LABELS, id="realm")
        self.query_one("#choices").mount(
            first, Choices("contents", modes, value="full", label_width=LABELS, id="mode")
        )
        self.choice = RealmExportChoice(options[0].value)
        self.call_after_refresh(first.focus)
        self._look()

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Another organization, or other contents."""
        event.stop()
        if self.choice is None:
            return
        if event.choices.id == "realm":
            self.choice = replace(self.choice, realm=event.value)
        else:
            self.choice = replace(self.choice, mode=cast(ExportMode, event.value))
        self._look()

    def _look(self) -> None:
        self.plan = None
        self.refresh_bindings()
        self._plan(self.choice)

    @work(exclusive=True, group="plan", exit_on_error=False)
    async def _plan(self, choice: RealmExportChoice) -> None:
        assert self.steward is not None
        try:
            plan = await self.steward.realm_exports.plan(choice)
        except StewardError as error:
            if error.kind is not ErrorKind.CANCELLED:
                self.post_message(self.RequestFailed("The plan", error.problem))
            return
        self.post_message(self.Planned(plan))

    def on_realm_export_screen_planned(self, message: Planned) -> None:
        """Show what it comes to."""
        if self.running or self.ended:
            return
        self.plan = message.plan
        self._tell("", _plan_facts(message.plan))
        self.refresh_bindings()

    # Running

    def action_start(self) -> None:
        """Export it."""
        if self.plan is None or self.plan.refusals or self.running or self.refused("start"):
            return
        self.running, self._began = True, time.monotonic()
        self.query_one("#choices").display = False
        self.query_one(Phases).display = True
        self.query_one("#title", Static).update(
            Content.assemble(("Export · ", MUTED), shown(self.plan.name, "bold $accent", limit=40))
        )
        self._tell("", [Fact("", Content.styled("Zulip's export is starting…", MUTED))])
        self.refresh_bindings()
        self._worker = self._export(self.plan)

    @work(exclusive=True, group="export", exit_on_error=False)
    async def _export(self, plan: RealmExportPlan) -> None:
        assert self.steward is not None
        try:
            result = await self.steward.realm_exports.run(plan, self._on_progress)
        except StewardError as error:
            problem = None if error.kind is ErrorKind.CANCELLED else error.problem
            self.post_message(self.Ended(problem=problem))
            return
        self.post_message(self.Ended(result))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A cancelled task can no longer tell of itself."""
        super().on_worker_state_changed(event)
        if event.worker is self._worker and event.worker.is_cancelled and event.worker.is_finished:
            self.post_message(self.Ended())

    def _on_progress(self, progress: Progress) -> None:
        self.post_message(self.Progressed(progress))

    def on_realm_export_screen_progressed(self, message: Progressed) -> None:
        """Draw it."""
        if self.running:
            self.query_one(Phases).take(message.progress)
            elapsed = wording.seconds(time.monotonic() - self._began)
            self._tell("", [Fact("", Content.styled(f"Zulip's own export runs on the server, {elapsed}", MUTED))])

    def on_realm_export_screen_ended(self, message: Ended) -> None:
        """Say what there is now, or why there is nothing."""
        if not self.running:
            return
        self.running, self.ended, self.result = False, True, message.result
        if message.result is not None:
            self._tell("Done", _result_facts(message.result))
        elif message.problem is not None:
            self.steward_app.remember(message.problem)
            said = shown(f"✕ {message.problem.sentence}", "bold $error")
            self._tell("", [Fact("", said), Fact("", Content(NOTHING_KEPT))])
        else:
            self._tell("", [Fact("", Content.styled("Cancelled.", "bold")), Fact("", Content(NOTHING_KEPT))])
        self.refresh_bindings()

    def _tell(self, title: str, facts: list[Fact]) -> None:
        self.query_one(Facts).sections = (Section(title, tuple(facts)),)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Starting is for a plan that can be carried out, cancelling for what runs, copying for what there is."""
        if action == "start":
            return self.plan is not None and not self.plan.refusals and not self.running and not self.ended
        if action == "cancel":
            return self.running
        if action == "back":
            return not self.running
        if action in ("copy", "copy_hash"):
            return self.result is not None and (action == "copy" or bool(self.result.sha256))
        return True

    def action_cancel(self) -> None:
        """End Zulip's processes; they are waited for, and what they wrote is removed."""
        if self._worker is not None:
            self._tell("", [Fact("", Content.styled("Cancelling…", "bold"))])
            self._worker.cancel()

    def action_copy(self) -> None:
        """Copy the place of the archive."""
        if self.result is not None:
            self.steward_app.copy(self.result.tarball, "The path was")

    def action_copy_hash(self) -> None:
        """Copy the digest."""
        if self.result is not None:
            self.steward_app.copy(self.result.sha256, "The sha256 was")


def _plan_facts(plan: RealmExportPlan) -> list[Fact]:
    free = "" if plan.free_bytes is None else f" · {wording.size(plan.free_bytes)} are free on the server"
    files = f"{wording.counted(plan.files, 'file')}, {wording.size(plan.file_bytes)}{free}"
    holds = f"{wording.counted(plan.people, 'member')}, {wording.counted(plan.messages, 'message')}\n{files}"
    notes = [*(shown(note) for note in plan.notes), Content.styled(DEACTIVATING, MUTED)]
    facts = [
        Fact("holds", Content(holds)),
        Fact("archive", shown(plan.tarball, "bold")),
        Fact("command", shown(shlex.join(plan.words))),
        Fact("notes", Content("\n").join(notes)),
    ]
    facts += [Fact("", shown(f"✕ {refusal}", "bold $error")) for refusal in plan.refusals]
    return facts


def _result_facts(result: RealmExportResult) -> list[Fact]:
    facts = [Fact("archive", shown(result.tarball, "bold"))]
    if result.size is not None:
        facts.append(Fact("size", Content(wording.size(result.size))))
        facts.append(Fact("sha256", shown(result.sha256)))
    facts.append(Fact("time", Content(wording.seconds(result.seconds))))
    facts.append(Fact("on", Content("the server; recorded in the journal")))
    facts += [Fact("warning", shown(warning, "$warning")) for warning in result.warnings]
    return facts
