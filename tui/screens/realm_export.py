"""Exporting an organization with Zulip's own export: what it would be, how far it is, what came of it."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker

from tui import keys, wording
from tui.connection import Connection
from tui.screens.base import StewardScreen
from tui.screens.realm_export_dialog import DeactivateDialog
from tui.screens.realm_export_form import ROOT, RealmExportForm
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.realm_phases import RealmPhases
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.api.people import Realm
from zulip_bridge.api.realm_export import RealmExportChoice, RealmExportPlan, RealmExportResult
from zulip_bridge.realm_export_words import REACTIVATE

NOTHING_KEPT = "Nothing is kept: what had been written was removed from the server."
TYPING_SECONDS = 0.4
"""Without a key before the server is asked what the typed words would come to."""


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
        Binding(
            "pagedown", "scroll(1)", "read on", key_display="pgdn", id="realm_export.on", tooltip="Read on below"
        ),
        Binding(
            "pageup", "scroll(-1)", "read back", show=False, id="realm_export.up", tooltip="Read what was before"
        ),
    ]

    @dataclass
    class Listed(Message):
        """The organizations are known."""

        realms: list[Realm]

    @dataclass
    class Planned(Message):
        """What the export would be that was ``asked`` about."""

        plan: RealmExportPlan
        asked: RealmExportChoice

    @dataclass
    class Progressed(Message):
        """It has come further."""

        progress: Progress

    @dataclass
    class Ended(Message):
        """It is over, one way or another."""

        result: RealmExportResult | None = None
        problem: Problem | None = None

    @dataclass
    class Closed(Message):
        """Whether nobody can log in now, after an export that came to nothing; None where unknown."""

        deactivated: bool | None

    def __init__(self) -> None:
        super().__init__(id="export_realm-screen")
        self.choice: RealmExportChoice | None = None
        self.plan: RealmExportPlan | None = None
        self.result: RealmExportResult | None = None
        self.running = False
        self.ended = False
        self._began = 0.0
        self._worker: Worker[None] | None = None
        self._realms: list[Realm] = []
        self._typing: Timer | None = None
        self._deactivates: RealmExportPlan | None = None
        self._outcome: list[Fact] = []

    @property
    def busy(self) -> str | None:
        """Why the app may not be left now."""
        return "An organization is being exported; Esc cancels that." if self.running else None

    def body(self) -> ComposeResult:
        """A title, the choices, the phases, and the facts."""
        yield Static(Content.styled("Export an organization", "bold $accent"), id="title")
        yield RealmPhases(id="phases")
        with VerticalScroll(id="outcome", can_focus=False):
            yield Facts()

    def on_mount(self) -> None:
        """Nothing runs yet."""
        self.query_one(RealmPhases).display = False
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
        """Choose the first; its plan says which options there are to offer."""
        if not message.realms:
            self._tell("", [Fact("", Content("There is no organization on this server."))])
            return
        self._realms = message.realms
        self.choice = RealmExportChoice(message.realms[0].string_id or ROOT)
        self._look()

    def on_realm_export_form_changed(self, event: RealmExportForm.Changed) -> None:
        """Look again, when nothing more is typed."""
        event.stop()
        if event.choice == self.choice:
            return
        self.choice, self.plan = event.choice, None
        self.refresh_bindings()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_SECONDS, self._look) if event.typed else None
        if not event.typed:
            self._look()

    def _look(self) -> None:
        self.plan = None
        self.refresh_bindings()
        if self.choice is not None and not self.running and not self.ended:
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
        self.post_message(self.Planned(plan, choice))

    async def on_realm_export_screen_planned(self, message: Planned) -> None:
        """Show what it comes to."""
        if self.running or self.ended or message.asked != self.choice:
            return
        if not self.query(RealmExportForm):
            form = RealmExportForm(self._realms, message.plan, id="choices")
            await self.mount(form, after="#title")
            self.call_after_refresh(self.query_one("#realm").focus)
        self.plan = message.plan
        self._tell("", _plan_facts(message.plan))
        self.refresh_bindings()

    # Running

    def action_start(self) -> None:
        """Export it; where it is to be deactivated first, that is asked."""
        plan = self.plan
        if plan is None or plan.refusals or self.running or self.refused("start"):
            return
        if not plan.choice.deactivate:
            self._begin(plan)
            return
        assert self.steward is not None
        dialog = DeactivateDialog(plan, self.steward.label)
        self.app.push_screen(dialog, lambda agreed: self._begin(plan) if agreed else None)

    def _begin(self, plan: RealmExportPlan) -> None:
        self.running, self._began = True, time.monotonic()
        self._deactivates = plan if plan.choice.deactivate else None
        self.set_focus(None)
        self.query_one("#choices").display = False
        self.query_one(RealmPhases).display = True
        self.query_one("#title", Static).update(
            Content.assemble(("Export · ", MUTED), shown(plan.name, "bold $accent", limit=40))
        )
        self._tell("", [Fact("", Content.styled("Zulip's export is starting…", MUTED))])
        self.refresh_bindings()
        self._worker = self._export(plan)

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
            self.query_one(RealmPhases).take(message.progress)
            elapsed = wording.seconds(time.monotonic() - self._began)
            self._tell("", [Fact("", Content.styled(f"Zulip's own export runs on the server, {elapsed}", MUTED))])

    def on_realm_export_screen_ended(self, message: Ended) -> None:
        """Say what there is now, or why there is nothing."""
        if not self.running:
            return
        self.running, self.ended, self.result = False, True, message.result
        if message.result is not None:
            self.query_one(RealmPhases).end()
            self._tell("Done", [*_result_facts(message.result), *self._closed_facts(True)])
            self.refresh_bindings()
            return
        said = Content.styled("Cancelled.", "bold")
        if message.problem is not None:
            self.steward_app.remember(message.problem)
            said = shown(f"✕ {message.problem.sentence}", "bold $error")
        self._outcome = [Fact("", said), Fact("", Content(NOTHING_KEPT))]
        self._tell("", self._outcome)
        if self._deactivates is not None:
            self._ask_whether_closed(self._deactivates.choice)
        self.refresh_bindings()

    @work(exclusive=True, group="closed", exit_on_error=False)
    async def _ask_whether_closed(self, choice: RealmExportChoice) -> None:
        assert self.steward is not None
        self.post_message(self.Closed(await self.steward.realm_exports.is_deactivated(choice)))

    def on_realm_export_screen_closed(self, message: Closed) -> None:
        """What was not undone with what was written."""
        self._tell("", [*self._outcome, *self._closed_facts(message.deactivated)])

    def _closed_facts(self, closed: bool | None) -> list[Fact]:
        plan = self._deactivates
        if plan is None or closed is False:
            return []
        words = "is deactivated: nobody can log in." if closed else "may be deactivated: the server does not say."
        back = f"On the server, this brings it back: {REACTIVATE.format(shlex.quote(plan.choice.realm))}"
        return [Fact("", Content.assemble(shown(f"{plan.name} {words}", "bold $warning"), " ", shown(back)))]

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
        if action == "scroll":
            return self.query_one("#outcome", VerticalScroll).max_scroll_y > 0
        if action in ("copy", "copy_hash"):
            return self.result is not None and (action == "copy" or bool(self.result.sha256))
        return True

    def action_cancel(self) -> None:
        """End Zulip's processes; they are waited for, and what they wrote is removed."""
        if self._worker is not None:
            self._tell("", [Fact("", Content.styled("Cancelling…", "bold"))])
            self._worker.cancel()

    def action_scroll(self, direction: int) -> None:
        """Move what does not fit below the choices."""
        below = self.query_one("#outcome", VerticalScroll)
        below.scroll_relative(y=direction * max(1, below.size.height - 1), animate=False)

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
    notes = [shown(note) for note in plan.notes]
    facts = [Fact("", shown(f"✕ {refusal}", "bold $error")) for refusal in plan.refusals]
    facts += [
        Fact("holds", Content(holds)),
        Fact("archive", shown(plan.tarball, "bold")),
        Fact("command", shown(shlex.join(plan.words))),
        Fact("notes", Content("\n").join(notes)),
    ]
    return facts


def _result_facts(result: RealmExportResult) -> list[Fact]:
    facts = [Fact("archive", shown(result.tarball, "bold"))]
    if result.size is not None:
        facts.append(Fact("size", Content(wording.size(result.size))))
    if result.sha256:
        facts.append(Fact("sha256", shown(result.sha256)))
    facts.append(Fact("time", Content(wording.seconds(result.seconds))))
    place = "on the server" if result.tarball.startswith("/") else "uploaded"
    facts.append(Fact("is", Content(f"{place}; recorded in the journal")))
    facts += [Fact("warning", shown(warning, "$warning")) for warning in result.warnings]
    return facts
