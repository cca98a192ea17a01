"""Erasing again after a restore: who is there again, what erasing them would do, and a number to be typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message

from tui import wording
from tui.connection import Connection
from tui.erasing.confirming import ConfirmingScreen
from tui.erasing.replaying import replay_sections
from tui.screens.base import READ_ONLY
from tui.shown import MUTED
from tui.widgets.choices import Choices, Option
from zulip_bridge.api.errors import Problem, StewardError
from zulip_bridge.erase.replaying import Again

NOBODY = "Nobody whom the journal says was erased on this server is there again."
ALL_REFUSED = "Refused: a rule is against each of them. Erase them one by one, where it can be said how."
SCRUBBED = [Option("leave", "leave"), Option("again", "clear again")]


class ReplayScreen(ConfirmingScreen):
    """Reads the journal, previews, and opens the screen that erases them one after the other."""

    WORD: ClassVar[str] = "Erase again"
    VERB: ClassVar[str] = "Erase again"
    WRITES = frozenset({"do"})

    @dataclass
    class Looked(Message):
        """The previews are there."""

        found: list[Again]
        scrubbed: bool

    @dataclass
    class Failed(Message):
        """They could not be had."""

        problem: Problem

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Again] | None = None
        self._asked = False

    def heading(self) -> Content:
        """What it is for."""
        about = " · after a restore from an older backup, whom the journal says was erased"
        return Content.assemble((self.WORD, "bold $accent"), (about, MUTED))

    def choices(self) -> ComposeResult:
        """Accounts that stayed are there anyway: whether they are meant is the operator's to say."""
        yield Choices("accounts that were only scrubbed", SCRUBBED, value="leave", label_width=34, id="scrubbed")

    @property
    def scrubbed(self) -> bool:
        """Whether accounts that stayed are to be cleared again, too."""
        return self.query_one("#scrubbed", Choices).value == "again"

    @property
    def going(self) -> list[Again]:
        """Those whom no rule protects."""
        return [each for each in self.found or [] if not each.preview.refusals]

    def connection_changed(self, connection: Connection) -> None:
        """Look as soon as there is somebody to ask."""
        if connection.ready and self.found is None and not self._asked:
            self.look()

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Others are meant now."""
        event.stop()
        self.look()

    def look(self) -> None:
        """Find them, and ask what erasing them would do."""
        self.found, self._asked = None, True
        self.wait("Reading the journal, and looking who is there again…")
        self._look(self.scrubbed)

    @work(exclusive=True, group="preview", exit_on_error=False)
    async def _look(self, scrubbed: bool) -> None:
        from zulip_bridge.erase.replaying import find_restored, preview_all

        if self.steward is None:
            return
        try:
            found = await preview_all(self.steward, await find_restored(self.steward, scrubbed=scrubbed))
        except StewardError as error:
            self.post_message(self.Failed(error.problem))
            return
        self.post_message(self.Looked(found, scrubbed))

    def on_replay_screen_looked(self, message: Looked) -> None:
        """Show them; the number of those who would be erased has to be typed."""
        if message.scrubbed != self.scrubbed:
            return
        self.found = message.found
        self.show_sections(replay_sections(self.found))
        self.query_one("#what").scroll_home(animate=False)
        number = len(self.going)
        against = None
        if not number:
            against = ALL_REFUSED if self.found else NOBODY
        elif self.steward_app.connection.read_only:
            against = READ_ONLY
        self.ask([str(number)], against)

    def on_replay_screen_failed(self, message: Failed) -> None:
        """Say why."""
        self._asked = False
        self.failed(message.problem)

    def ready_words(self) -> str:
        """How many it is about."""
        return f"{wording.counted(len(self.going), 'person', 'people')} to erase. Nothing has been done yet."

    def go(self, typed: str) -> None:
        """Erase them."""
        from tui.screens.erase_run import NewErasure
        from tui.screens.replay_run import ReplayRunScreen

        orders = [NewErasure(each.preview, each.preview.confirm, None) for each in self.going]
        self.app.switch_screen(ReplayRunScreen(orders))
