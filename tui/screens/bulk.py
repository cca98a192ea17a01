"""The same change for many people: looked at for each, applied one after the other, stopped between two."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from tui import wording
from tui.bulk_rows import COLUMNS, FIRST, Case, bar, case_row, case_sections, figures
from tui.screens.base import LOST_KINDS, READ_ONLY, StewardScreen
from tui.screens.bulk_dialog import BulkOrder
from tui.screens.changing import FAULT
from tui.shown import MUTED, shown
from tui.widgets.facts import Facts
from tui.widgets.rows import PagedRows
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.edit import ApplyResult, ChangePreview
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.edit import Outcome, apply_all
from zulip_bridge.edit.bulk import AllThenCancelled

MOST_ROWS = 20_000
AT_ONCE = 2
"""Previews under way at a time: the worker reads in three lanes, and one stays free."""

ONLY_THIS_ONE = (ErrorKind.NOT_FOUND, ErrorKind.INVALID)
"""What is wrong with one of them; anything else is wrong with all."""

BUSY = "Changes are being applied: esc stops after the person who is under way."


class Cases(VirtualTable):
    """The people; a row cannot be opened or marked."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action not in ("select", "mark")


class BulkScreen(StewardScreen):
    """Previews an order, applies it at a second step, and says what became of each."""

    CSS_PATH = "bulk.tcss"
    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "stop", key_display="esc", id="bulk.stop", tooltip="Finish this person, and stop"),
        Binding("escape", "back", "back", key_display="esc", id="bulk.back", tooltip="Go back"),
        Binding("right", "app.focus_next", "next", show=False, id="bulk.next", tooltip="Go to the next button"),
        Binding("left", "app.focus_previous", "before", show=False, id="bulk.before", tooltip="Go to the one before"),
    ]

    @dataclass
    class Looked(Message):
        """One more has been looked at."""

        index: int

    class AllLooked(Message):
        """Everybody has been looked at."""

    @dataclass
    class Told(Message):
        """What became of one."""

        outcome: Outcome

    @dataclass
    class Ended(Message):
        """Nobody is worked on any more."""

        outcomes: list[Outcome]

    @dataclass
    class Failed(Message):
        """The server could not be asked at all."""

        problem: Problem

    def __init__(self, order: BulkOrder) -> None:
        super().__init__()
        self.order = order
        self.cases = [Case(person) for person in order.people]
        self.stage: Literal["looking", "ready", "applying", "over"] = "looking"
        self._by_id = {case.person.id: index for index, case in enumerate(self.cases)}
        self._looked = 0
        self._told = 0
        self._total = 0
        self._stopping = False
        self._source = PagedRows(page_size=MOST_ROWS)

    @property
    def busy(self) -> str | None:
        """Why the program should not be left now."""
        return BUSY if self.stage == "applying" else None

    def body(self) -> ComposeResult:
        """A title, how far it is, the people, the one under the cursor, and the two buttons."""
        number = wording.counted(len(self.cases), "person", "people")
        yield Static(Content.assemble((self.order.title, "bold $accent"), (f" · {number}", MUTED)), id="title")
        yield Static(id="progress")
        with Horizontal(id="bulk"):
            yield Cases(COLUMNS, self._source, markable=False, id="table")
            with VerticalScroll(id="about", can_focus=False):
                yield Facts()
        yield Static(id="say")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content("[ Apply ]"), id="apply", compact=True, disabled=True)

    def on_mount(self) -> None:
        """Look at everybody."""
        self._source.put(0, [case_row(case) for case in self.cases], count=len(self.cases))
        self.query_one(Cases).rows_changed()
        self._say(Content.styled("Looking at what it would do…", MUTED))
        self._look()

    # Looking

    @work(exclusive=True, group="bulk", exit_on_error=False)
    async def _look(self) -> None:
        waiting = iter(list(enumerate(self.cases)))
        try:
            await asyncio.gather(*(self._look_at(waiting) for _ in range(AT_ONCE)))
        except StewardError as error:
            self.post_message(self.Failed(error.problem))
            return
        self.post_message(self.AllLooked())

    async def _look_at(self, waiting: Iterator[tuple[int, Case]]) -> None:
        """Take one after the other, until nobody waits or something is wrong with all."""
        for index, case in waiting:
            if self.steward is None or self.stage != "looking":
                return
            try:
                case.preview = await self.steward.preview(case.person, [self.order.change])
            except StewardError as error:
                if error.kind not in ONLY_THIS_ONE:
                    raise
                case.problem = error.sentence
            self.post_message(self.Looked(index))

    def on_bulk_screen_looked(self, message: Looked) -> None:
        """Show it in its row."""
        self._looked += 1
        self._redraw(message.index)
        self._show_progress(self._looked, len(self.cases))

    def on_bulk_screen_all_looked(self) -> None:
        """Offer to apply it to those whom it would change."""
        self.stage = "ready"
        self._total = len(self._previews)
        self._show_progress(0, 0)
        number = wording.counted(self._total, "person", "people")
        self._arrange()
        apply = self.query_one("#apply", Button)
        _relabel(apply, f"[ Apply to {number} ]")
        read_only = self.steward_app.connection.read_only
        apply.disabled = read_only or not self._total
        words = f"{figures(self.cases)}. Nothing has been changed yet."
        if any(case.fate == "refused" for case in self.cases):
            words += " Who is refused is left as is."
        self._say(Content(READ_ONLY if read_only else words))

    @property
    def _previews(self) -> list[ChangePreview]:
        return [case.preview for case in self.cases if case.preview is not None and case.fate == "change"]

    def on_bulk_screen_failed(self, message: Failed) -> None:
        """Say why; nothing was done."""
        self.stage = "over"
        problem = message.problem
        if problem.kind in LOST_KINDS:
            self.steward_app.lose(problem)
        else:
            self.steward_app.remember(problem)
        self._say(shown(f"✕ {problem.sentence} Nothing was changed.", "bold $error"))
        self._close_only()

    # Applying

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave, do it, or stop."""
        event.stop()
        if event.button.id == "apply" and self.stage == "ready":
            self._begin()
        elif self.stage == "applying":
            self.action_stop()
        else:
            self.action_back()

    def _begin(self) -> None:
        self.stage = "applying"
        self.steward_app.changes += 1
        self.query_one("#apply", Button).display = False
        cancel = self.query_one("#cancel", Button)
        _relabel(cancel, "[ Stop ]")
        cancel.focus()
        self._say(Content(BUSY))
        self._show_progress(0, self._total)
        self.refresh_bindings()
        self._apply(self._previews)

    @work(exclusive=True, group="bulk", exit_on_error=False)
    async def _apply(self, previews: list[ChangePreview]) -> None:
        numbers = {preview.person.id: number for number, preview in enumerate(previews, 1)}

        async def apply(preview: ChangePreview) -> ApplyResult:
            assert self.steward is not None
            why = {"bulk": f"{numbers[preview.person.id]} of {len(previews)}"}
            return await self.steward.apply(preview, why)

        try:
            outcomes = await apply_all(previews, apply, self._tell, lambda: not self._stopping)
        except AllThenCancelled as cancelled:
            outcomes = cancelled.outcomes
        self.post_message(self.Ended(outcomes))

    def _tell(self, outcome: Outcome) -> None:
        self.post_message(self.Told(outcome))

    def on_bulk_screen_told(self, message: Told) -> None:
        """Show it in its row."""
        self._told += 1
        self._take(message.outcome)
        self._show_progress(self._told, self._total)

    def on_bulk_screen_ended(self, message: Ended) -> None:
        """Say what became of all of them."""
        self.stage = "over"
        for outcome in message.outcomes:
            self._take(outcome)
        causes = [
            item for each in message.outcomes if each.result is not None for item in each.result.items if item.cause
        ]
        for item in causes:
            self.steward_app.remember(Problem(ErrorKind.FAILED, f"{item.label}: {item.sentence}", item.cause))
        stopped = any(each.state == "not_reached" for each in message.outcomes)
        why = "Stopped by you. " if self._stopping else "Stopped, because what went wrong here may for others too. "
        words = f"{why if stopped else ''}{figures(self.cases)}. Each is in the journal."
        self._say(Content.styled(words, "bold"))
        self._arrange()
        self._close_only()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of our own must not keep the screen open for ever."""
        super().on_worker_state_changed(event)
        if event.state is WorkerState.ERROR and self.stage != "over":
            self.stage = "over"
            self._say(Content.styled(f"{FAULT.format('account')} {figures(self.cases)}.", "bold $error"))
            self._close_only()

    def _take(self, outcome: Outcome) -> None:
        index = self._by_id[outcome.person.id]
        self.cases[index].outcome = outcome
        self._redraw(index)

    # Showing

    def _arrange(self) -> None:
        """What is not as it was wished for comes first."""
        self.cases.sort(key=lambda case: FIRST.index(case.fate))
        self._by_id = {case.person.id: index for index, case in enumerate(self.cases)}
        self._source.put(0, [case_row(case) for case in self.cases])
        self.query_one(Cases).rows_changed(keep_cursor=False)
        if self.cases:
            self._show_about(0)

    def _redraw(self, index: int) -> None:
        self._source.replace(index, case_row(self.cases[index]))
        table = self.query_one(Cases)
        table.refresh()
        if table.cursor == index:
            self._show_about(index)

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Say everything about this one."""
        self._show_about(event.index)

    def _show_about(self, index: int) -> None:
        self.query_one("#about Facts", Facts).sections = case_sections(self.cases[index])

    def _show_progress(self, done: int, total: int) -> None:
        progress = self.query_one("#progress", Static)
        if not total:
            progress.update(Content(""), layout=False)
            return
        words = f"  {wording.thousands(done)} of {wording.thousands(total)}"
        width = max(10, progress.size.width - len(words) - 2)
        progress.update(Content.assemble(bar(done, total, width), words), layout=False)

    def _close_only(self) -> None:
        self.query_one("#apply", Button).display = False
        cancel = self.query_one("#cancel", Button)
        _relabel(cancel, "[ Close ]")
        cancel.focus()
        self.refresh_bindings()

    def _say(self, words: Content) -> None:
        self.query_one("#say", Static).update(words)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Stopping is for what is under way; leaving for everything else."""
        if action == "stop":
            return self.stage == "applying"
        if action == "back":
            return self.stage != "applying"
        return True

    def action_stop(self) -> None:
        """The person who is under way is finished; nobody else is begun."""
        if self.stage == "applying" and not self._stopping:
            self._stopping = True
            self._say(Content.styled("Stopping after the person who is under way…", "bold"))


def _relabel(button: Button, words: str) -> None:
    """A button is as wide as its words."""
    button.label = Content(words)
    button.refresh(layout=True)
