"""The app: one session, the screens over it, and the keys that work everywhere."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.reactive import var
from textual.worker import Worker

from tui import keys
from tui.connection import Connection, Phase
from tui.crash import crash_report
from tui.safe_app import run
from tui.screens.base import WIDTHS, StewardScreen
from tui.screens.people import PeopleScreen
from tui.theme import STEWARD, STEWARD_ANSI, THEMES
from tui.typeahead import TypeAheadApp
from tui.widgets.notice import Note
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError

if TYPE_CHECKING:
    from tui.commands import Command
    from zulip_bridge.api.people import Person
    from zulip_bridge.launch.targets import Target
    from zulip_bridge.steward import Steward

COLOURS = {"ansi": "the terminal's own sixteen"}
ALIVE_SECONDS = 1.0
"""How often the session is looked at while nothing is asked of it; costs nothing on the wire."""


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(timezone.utc)


class StewardApp(TypeAheadApp):
    """Opens ``target`` once the first screen is painted, and shows what it finds.

    ``clock`` gives the moment that relative times are counted from.
    """

    TITLE = "zulip-steward"
    CSS_PATH = ["app.tcss", "screens/people.tcss"]  # noqa: RUF012 — Textual's type; the first screen's sheet belongs here
    SLOW_THEME = STEWARD_ANSI.name
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = WIDTHS
    BINDINGS: ClassVar[list[BindingType]] = [
        keys.CONSOLE,
        keys.JOURNAL,
        keys.MODELS,
        keys.DIAGNOSTICS,
        keys.RECONNECT,
        keys.QUIT,
    ]

    connection: var[Connection] = var(Connection("connecting", "", True))
    """Replaced as the session comes and goes; the screens watch it."""

    def __init__(
        self,
        target: Target,
        *,
        read_only: bool = False,
        slow: bool | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(slow=slow)
        self.target = target
        self.read_only = read_only
        self.clock = clock
        self.steward: Steward | None = None
        self.problems: list[Problem] = []
        self.changes = 0
        """Counts what was changed on the server, so that the screens know when to read again."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = STEWARD.name
        self.set_reactive(StewardApp.connection, Connection("connecting", target.label, read_only))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What other themes than ours do not define."""
        return {"line": "ansi_bright_black"}

    def get_default_screen(self) -> PeopleScreen:
        """People come first; connecting is shown in their place."""
        return PeopleScreen()

    def on_mount(self) -> None:
        """Paint first, then connect; in the terminal's own colours where it has sixteen of them or none."""
        if self.console.color_system in (None, "standard"):
            self.theme = STEWARD_ANSI.name
        self.call_after_refresh(self._painted)
        self.set_interval(ALIVE_SECONDS, self._look_after_session)

    def _painted(self) -> None:
        """What there is by now stays for good, and is never looked through for garbage again."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        self._open_session()

    async def on_unmount(self) -> None:
        """No worker stays behind."""
        if self.steward is not None:
            await self.steward.close()

    @work(exclusive=True, group="session", exit_on_error=False)
    async def _open_session(self) -> None:
        # The bridge is imported only now: the first paint does not wait for it.
        from zulip_bridge.steward import Steward

        failed: Phase = "lost" if self.connection.phase == "lost" else "failed"
        before, self.steward = self.steward, None
        self.connection = dataclasses.replace(self.connection, phase="connecting", stages=(), problem=None)
        try:
            if before is not None:
                await before.close()
            steward = await Steward.open(self.target, read_only=self.read_only, on_stage=self._stage)
        except StewardError as error:
            self.remember(error.problem)
            self.connection = dataclasses.replace(self.connection, phase=failed, problem=error.problem)
            return
        self.steward = steward
        self.connection = Connection(
            "ready",
            steward.label,
            self.read_only or steward.hello.read_only,
            account=f"{steward.hello.unix_user}@{steward.hello.host}",
            operator=steward.operator,
            version=steward.hello.zulip_version,
        )

    def _stage(self, sentence: str) -> None:
        self.connection = dataclasses.replace(self.connection, stages=(*self.connection.stages, sentence))

    def _look_after_session(self) -> None:
        if self.connection.ready and self.steward is not None and not self.steward.alive:
            self._ask_why(self.steward)

    @work(exclusive=True, group="session", exit_on_error=False)
    async def _ask_why(self, steward: Steward) -> None:
        """A session that has ended answers any request with the reason, at once."""
        try:
            await steward.realms()
        except StewardError as error:
            self.lose(error.problem)

    def lose(self, problem: Problem) -> None:
        """The session is gone: say so on every screen."""
        self.remember(problem)
        if self.connection.ready:
            self.connection = dataclasses.replace(self.connection, phase="lost", problem=problem)

    def remember(self, problem: Problem) -> None:
        """Keep a problem for the diagnostics screen."""
        self.problems.append(problem)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Look after the app's own tasks."""
        self.note_worker(event.worker)

    def note_worker(self, worker: Worker[object]) -> None:
        """A fault of our own in a task of the app or of a screen: kept for the diagnostics, told in a sentence."""
        if worker.is_finished and isinstance(worker.error, Exception):
            sentence = "Something in zulip-steward itself failed."
            self.remember(Problem(ErrorKind.FAILED, sentence, crash_report(worker.error)))
            self._tell(Note(sentence, (("d", "where"),)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Reconnecting is there when there is something to reconnect; a screen does not lead to itself."""
        if action == "reconnect":
            return self.connection.phase in ("lost", "failed")
        return self.screen.id != f"{action}-screen"

    def commands(self) -> Iterator[Command]:
        """The colours have names, but no keys."""
        from tui.commands import Command

        if self.connection.ready:
            yield Command("Export an organization", "realm whole server archive", "", self.action_export_realm)
            yield Command("Recipients of personal data", "gdpr third parties settings", "", self.action_recipients)
            from tui.erasing import opening

            yield from opening.commands(self)
        for theme in THEMES:
            words = theme.name.replace("-", " ").replace("steward", "").strip() or "dark"
            yield Command(f"Colours: {COLOURS.get(words, words)}", "theme", "", partial(self._set_theme, theme.name))

    def _set_theme(self, name: str) -> None:
        self.theme = name

    def action_help_quit(self) -> None:
        """Ctrl+C copies where there is a selection, and ends nothing: say what does."""
        self._tell(Note("To leave zulip-steward:", (("^q", "quit"),), kind="note"))

    def action_reconnect(self) -> None:
        """Open the session again."""
        self._open_session()

    def start_export(self, people: Sequence[Person]) -> None:
        """Ask everything about an export of these people, then do it."""
        from tui.screens.export_wizard import ExportWizard

        self.push_screen(ExportWizard(people))

    async def action_quit(self) -> None:
        """Leave; not while something is being written, which ends by itself."""
        busy = next((said for each in self.screen_stack if (said := getattr(each, "busy", None))), None)
        if busy is None:
            await super().action_quit()
        else:
            self._tell(Note(busy, kind="note"))

    def copy(self, text: str, words: str) -> None:
        """Send text to the terminal's clipboard, and say what happened."""
        from tui.clipboard import too_long

        sentence = too_long(text)
        if sentence is None:
            self.copy_to_clipboard(text)
            sentence = f"{words} sent to the terminal's clipboard (OSC 52; some terminals do not take it)."
        self._tell(Note(sentence, kind="note"))

    def _tell(self, note: Note) -> None:
        """Say something on the screen that is on top, or on the one below a dialog."""
        full = next((screen for screen in reversed(self.screen_stack) if isinstance(screen, StewardScreen)), None)
        if full is not None:
            full.note(note)

    def action_journal(self) -> None:
        """Open the journal."""
        from tui.screens.journal import JournalScreen

        self.push_screen(JournalScreen())

    def action_console(self) -> None:
        """Open the console; it is kept, with what was typed."""
        from tui.screens.console import ConsoleScreen

        if not self.is_screen_installed("console"):
            self.install_screen(ConsoleScreen(), "console")
        self.push_screen("console")

    def action_export_realm(self) -> None:
        """Have Zulip export a whole organization."""
        from tui.screens.realm_export import RealmExportScreen

        if not any(isinstance(each, RealmExportScreen) for each in self.screen_stack):
            self.push_screen(RealmExportScreen())

    def action_recipients(self) -> None:
        """Show who receives personal data from the server."""
        from tui.screens.recipients import RecipientsScreen

        self.push_screen(RecipientsScreen())

    def action_models(self) -> None:
        """Browse the models."""
        from tui.screens.models import ModelsScreen

        self.push_screen(ModelsScreen())

    def open_rows(self, model: str, column: str = "", person: Person | None = None, *, key: str = "") -> None:
        """List the rows of a model (its name or table); where a column is given, those that refer by it to a person,
        or to the row with ``key``."""
        from tui.screens.rows import RowsScreen

        value = str(person.id) if person is not None else key
        self.push_screen(RowsScreen(model, [(column, value)] if column else [], person))

    def open_row(self, model: str, key: str) -> None:
        """Show one row."""
        from tui.screens.row import RowScreen

        self.push_screen(RowScreen(model, key))

    def action_diagnostics(self) -> None:
        """Open the diagnostics."""
        from tui.screens.diagnostics import DiagnosticsScreen

        self.push_screen(DiagnosticsScreen())

    def action_keys(self) -> None:
        """Show the keys of what is focused."""
        from tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.screen))

    def action_palette(self) -> None:
        """Show everything that can be done."""
        from tui.screens.palette import PaletteScreen

        self.push_screen(PaletteScreen(self.screen), callback=self._run_command)

    def _run_command(self, run: Callable[[], object] | None) -> None:
        if run is not None:
            self.call_later(run)


def run_screens(target: Target, *, read_only: bool, slow: bool | None, mouse: bool) -> int:
    """Show the screens until the operator leaves; the process's exit status.

    ``slow`` is as :class:`SafeApp` has it; ``mouse`` lets the terminal report the mouse.
    """
    return run(StewardApp(target, read_only=read_only, slow=slow), mouse=mouse)
