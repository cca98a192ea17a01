"""An erasure under way, step by step, and what is left of the person afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker

from tui import portrait
from tui.erasing.reporting import ReportScreen
from tui.erasing.sections import BACKUP, case_steps, result_sections, steps_section
from tui.screens.base import LOST_KINDS
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.erase import ErasurePreview
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.erase import ErasureResult, OpenCase
from zulip_bridge.text import display_text

BUSY = "An erasure is under way. Esc stops it; what is done stays done, and it can be finished later."
STOPPED = "Stopped. What is done stays done; the rest can be finished here (r), or later from the person."
NOTHING = "Nothing was erased."


@dataclass(frozen=True)
class NewErasure:
    """What was previewed, the address as it was typed, and where to export first."""

    preview: ErasurePreview
    typed: str
    backup: Path | None


class EraseRunScreen(ReportScreen):
    """Runs an erasure, or the rest of one, to its end; Esc asks before it stops it."""

    CSS_PATH = "erase.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "stop", key_display="esc", id="erasing.stop", tooltip="Stop it, after asking"),
        Binding("escape,enter", "back", "back", key_display="esc", id="erasing.back", tooltip="Go back"),
        Binding("r", "resume", "finish it", id="erasing.resume", tooltip="Do the steps that are left"),
    ]

    @dataclass
    class Stepped(Message):
        """A step begins."""

        step: str

    @dataclass
    class Advanced(Message):
        """How far a step is."""

        progress: Progress

        def can_replace(self, message: Message) -> bool:
            """Only the newest counts."""
            return isinstance(message, EraseRunScreen.Advanced)

    @dataclass
    class Ended(Message):
        """It has come to its end, or was stopped: then there is no result, and ``problem`` where it failed."""

        result: ErasureResult | None = None
        problem: Problem | None = None

    def __init__(self, work: NewErasure | OpenCase) -> None:
        super().__init__("erase-run-screen")
        self.running = False
        self._worker: Worker[None] | None = None
        self.take(work)

    def take(self, work: NewErasure | OpenCase) -> None:
        """This is what is to be done now."""
        self.order = work
        self.person = work.preview.person if isinstance(work, NewErasure) else work.person
        options = work.preview.options if isinstance(work, NewErasure) else work.options
        backup = isinstance(work, NewErasure) and work.backup is not None
        self.steps = case_steps(options.steps, backup)
        self.done: list[str] = [] if isinstance(work, NewErasure) else list(work.done)
        self.step = ""
        self.result: ErasureResult | None = None
        self._progress: Progress | None = None
        self._end: tuple[Section, ...] = ()

    @property
    def busy(self) -> str | None:
        """Why the program should not be left now."""
        return BUSY if self.running else None

    def body(self) -> ComposeResult:
        """A title, the steps, what is left."""
        yield Static(self.heading(), id="title")
        with VerticalScroll(id="what", can_focus=False):
            yield Facts(apart=True)

    def heading(self) -> Content:
        """Who is being erased."""
        person = self.person
        where = f" · {display_text(portrait.realm_words(person))} · id {person.id}"
        return Content.assemble(
            ("Erase · ", MUTED), shown(person.full_name, "bold $accent", limit=40), (where, MUTED)
        )

    def on_mount(self) -> None:
        """Begin."""
        self.begin()

    # Running

    def begin(self) -> None:
        """Do what was taken."""
        self.running, self._end = True, ()
        self.steward_app.changes += 1
        self.refresh_bindings()
        self._draw()
        self._worker = self._run()

    @work(exclusive=True, group="erase", exit_on_error=False)
    async def _run(self) -> None:
        assert self.steward is not None
        erasures = self.steward.erasures
        try:
            if isinstance(self.order, OpenCase):
                result = await erasures.resume(self.order, self._on_step, self._on_progress)
            else:
                if self.order.backup is not None and BACKUP not in self.done:
                    await self._back_up(self.order.backup)
                result = await erasures.erase(
                    self.order.preview, self.order.typed, self._on_step, self._on_progress
                )  # fmt: skip
        except StewardError as error:
            self.post_message(self.Ended(problem=error.problem))
            return
        self.post_message(self.Ended(result))

    async def _back_up(self, path: Path) -> None:
        from zulip_bridge.erase.backup import back_up

        assert self.steward is not None
        self._on_step(BACKUP)
        await back_up(self.steward, self.person, path, self._on_progress)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A task that was cancelled, or that has a fault of ours, can no longer tell of itself."""
        super().on_worker_state_changed(event)
        if event.worker is self._worker and event.worker.is_finished and self.running:
            if event.worker.is_cancelled:
                self.post_message(self.Ended())
            elif event.worker.error is not None:
                sentence = "Something in zulip-steward itself failed."
                self.post_message(self.Ended(problem=Problem(ErrorKind.FAILED, sentence)))

    def _on_step(self, step: str) -> None:
        self.post_message(self.Stepped(step))

    def _on_progress(self, progress: Progress) -> None:
        self.post_message(self.Advanced(progress))

    def on_erase_run_screen_stepped(self, message: Stepped) -> None:
        """The one before is done."""
        if self.step and self.step not in self.done:
            self.done.append(self.step)
        self.step, self._progress = message.step, None
        self._draw()

    def on_erase_run_screen_advanced(self, message: Advanced) -> None:
        """Draw it."""
        self._progress = message.progress
        self._draw()

    def on_erase_run_screen_ended(self, message: Ended) -> None:
        """Say what has become of it."""
        if not self.running:
            return
        self.running, self.result = False, message.result
        self.results += [message.result] if message.result is not None else []
        self.steward_app.changes += 1
        problem = message.problem
        if problem is not None and problem.kind in LOST_KINDS:
            self.steward_app.lose(problem)
        elif problem is not None:
            self.steward_app.remember(problem)
        case = self._case_left()
        if message.result is not None and self.goes_on():
            return
        if message.result is not None:
            self.done = list(self.steps)
            self._end = self.end_sections(message.result)
        else:
            self._end = (self._why(problem, case),)
        if case is not None:
            self.order, self.done = case, [*(each for each in self.done if each == BACKUP), *case.done]
        self._draw()
        self.query_one("#what").scroll_home(animate=False)
        self.refresh_bindings()

    def goes_on(self) -> bool:
        """For subclasses: begin with the next, if there is one."""
        return False

    def end_sections(self, result: ErasureResult) -> tuple[Section, ...]:
        """What was done, and what is left."""
        return result_sections(result, self.order.backup if isinstance(self.order, NewErasure) else None)

    def _case_left(self) -> OpenCase | None:
        steward = self.steward
        if steward is None:
            return None
        try:
            return next(iter(steward.erasures.under_way(str(self.person.id))), None)
        except StewardError as error:
            self.steward_app.remember(error.problem)
            return None

    def _why(self, problem: Problem | None, case: OpenCase | None) -> Section:
        cancelled = problem is None or problem.kind is ErrorKind.CANCELLED
        said = [] if cancelled or problem is None else [Fact("", shown(f"✕ {problem.sentence}", "bold $error"))]
        words = STOPPED if case is not None else f"{'Stopped. ' if cancelled else ''}{NOTHING}"
        return Section("", (*said, Fact("", Content.styled(words, "bold"))))

    def _draw(self) -> None:
        counts = self.result.counts if self.result is not None else None
        steps = steps_section(
            self.steps, self.done, self.step, progress=self._progress, stopped=not self.running, counts=counts
        )
        self.query_one(Facts).sections = (*self._end, steps)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Stopping is for what runs, all else for what has ended."""
        if action == "stop":
            return self.running
        if action == "back":
            return not self.running
        if action == "resume":
            return not self.running and isinstance(self.order, OpenCase) and self._can_resume
        if action == "save":
            return not self.running and bool(self.results)
        return True

    @property
    def _can_resume(self) -> bool:
        return self.steward_app.connection.ready and (self.result is None or not self.result.complete)

    def action_stop(self) -> None:
        """Ask first."""
        from tui.screens.stop_dialog import StopDialog

        def answered(stop: bool | None) -> None:
            if stop and self.running and self._worker is not None:
                self._worker.cancel()

        self.app.push_screen(StopDialog(begun=self.step not in ("", BACKUP)), callback=answered)

    def action_resume(self) -> None:
        """Do what is left."""
        self.results = [each for each in self.results if each is not self.result]
        self.result = None
        self.begin()
