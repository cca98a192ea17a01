"""Erasing a person: how, what it would do, and the address to be typed before anything happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.connection import Connection
from tui.erasing.confirming import ConfirmingScreen
from tui.erasing.form import EraseForm
from tui.erasing.sections import preview_sections, steps_section
from tui.screens.base import READ_ONLY
from tui.widgets.facts import Fact, Section
from zulip_bridge.api.erase import ErasureOptions, ErasurePreview
from zulip_bridge.api.errors import Problem, StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.erase import OpenCase

REFUSED = "Refused: nothing can be erased while a rule is against it."


class EraseScreen(ConfirmingScreen):
    """Previews anew when another strategy is chosen; opens the screen that runs it."""

    WORD: ClassVar[str] = "Erase"
    VERB: ClassVar[str] = "Erase"
    WRITES = frozenset({"do"})

    @dataclass
    class Looked(Message):
        """A preview is there."""

        preview: ErasurePreview

    @dataclass
    class Failed(Message):
        """It could not be had."""

        options: ErasureOptions
        problem: Problem

    def __init__(self, person: Person) -> None:
        super().__init__(person)
        self.preview: ErasurePreview | None = None
        self._asked = False

    @property
    def form(self) -> EraseForm:
        """The choices."""
        return self.query_one(EraseForm)

    def choices(self) -> ComposeResult:
        """How."""
        yield EraseForm(self.person, self.now)

    def connection_changed(self, connection: Connection) -> None:
        """Look as soon as there is somebody to ask."""
        if connection.ready and self.preview is None and not self._asked:
            self.look()

    def on_erase_form_changed(self, event: EraseForm.Changed) -> None:
        """Something else would happen now."""
        event.stop()
        self.look()

    def on_erase_form_checked(self, event: EraseForm.Checked) -> None:
        """Whether the export can go there."""
        event.stop()
        self.check()

    def objection(self) -> str | None:
        """The export has no place."""
        return self.form.trouble

    def look(self) -> None:
        """Ask what it would do."""
        self.preview, self._asked = None, True
        self.wait("Looking at what it would do…")
        self._look(self.form.options)

    @work(exclusive=True, group="preview", exit_on_error=False)
    async def _look(self, options: ErasureOptions) -> None:
        steward = self.steward
        if steward is None:
            return
        try:
            preview = await steward.erasures.preview(self.person, options)
        except StewardError as error:
            self.post_message(self.Failed(options, error.problem))
            return
        self.post_message(self.Looked(preview))

    def on_erase_screen_looked(self, message: Looked) -> None:
        """Show it, unless something else has been chosen since."""
        preview = message.preview
        if preview.options != self.form.options:
            return
        self.preview = preview
        self.form.ask_about_bots(len(preview.bots))
        self.form.ask_about_rules(each.rule for each in preview.refusals)
        heir = self.form.heir_words
        first = (Section("Bots go", (Fact("", heir),)),) if heir is not None else ()
        self.show_sections((*first, *preview_sections(preview)))
        self.query_one("#what").scroll_home(animate=False)
        against = REFUSED if preview.refusals else READ_ONLY if self.steward_app.connection.read_only else None
        self.ask([preview.confirm], against)

    def on_erase_screen_failed(self, message: Failed) -> None:
        """Say why."""
        self._asked = False
        if message.options == self.form.options:
            self.failed(message.problem)

    def go(self, typed: str) -> None:
        """Run what was previewed."""
        from tui.screens.erase_run import EraseRunScreen, NewErasure

        if self.preview is not None:
            self.app.switch_screen(EraseRunScreen(NewErasure(self.preview, typed, self.form.backup)))


class ResumeScreen(ConfirmingScreen):
    """An erasure that was cut off: what is done, what is left, and the address again."""

    WORD: ClassVar[str] = "Finish the erasure of"
    VERB: ClassVar[str] = "Finish"
    WRITES = frozenset({"do"})

    def __init__(self, case: OpenCase) -> None:
        super().__init__(case.person)
        self.case = case

    def connection_changed(self, connection: Connection) -> None:
        """Show how far it is."""
        case = self.case
        section = steps_section(case.options.steps, case.done, "", counts=case.counts)
        title = f"Begun, with the strategy {case.options.strategy}"
        self.show_sections((Section(title, section.facts),))
        self.ask(
            [case.person.delivery_email, *case.case.addresses], READ_ONLY if connection.read_only else None
        )  # fmt: skip

    def go(self, typed: str) -> None:
        """Run what is left."""
        from tui.screens.erase_run import EraseRunScreen

        self.app.switch_screen(EraseRunScreen(self.case))
