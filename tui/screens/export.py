"""Exports under way, of one person or of several, and what came of them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker

from tui import export_rows, portrait, wording
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.notice import Note, Notice
from tui.widgets.phases import Phases
from tui.widgets.rows import PagedRows
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.api.export_scope import ExportScope
from zulip_bridge.export import Difference, Keys, Packaging, Passphrase, Recipients
from zulip_bridge.export.recorded import Order, Outcome
from zulip_bridge.text import display_text

if TYPE_CHECKING:
    from zulip_bridge.export import ExportResult

MOST_ROWS = 10_000
NOTHING_KEPT = "Nothing is kept: what had been written was removed."
DIFFERENCES_SHOWN = 5
KEEPING_NONE = Note("The export would be cancelled, and nothing of it kept.", (("esc", "cancel it"),), "note")
KEEPING_SOME = Note(
    "The exports would be cancelled. Those that are written are kept.", (("esc", "cancel them"),), "note"
)
ENDED_MEANWHILE = Note("It has come to its end, and was not cancelled.", kind="note")
ONLY_THEY = "Only who has the secret key can open it: zulip-steward export verify PATH --identity FILE"


@dataclass(frozen=True)
class ExportOrders:
    """Whom to export where, what of them, and how it is written."""

    orders: tuple[Order, ...]
    scope: ExportScope
    packaging: Packaging


class Listed(VirtualTable):
    """Rows that lead nowhere."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action not in ("select", "mark")


class ExportScreen(StewardScreen):
    """Runs orders to their end; Esc cancels while it runs, and leaves afterwards."""

    CSS_PATH = "export.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "cancel", "cancel…", key_display="esc", id="export.cancel", tooltip="End it; at the second time"
        ),
        Binding("escape,enter", "back", "back", key_display="esc", id="export.back", tooltip="Go back"),
        Binding(
            "v", "verify", "verify", id="export.verify", tooltip="Read it again, and check it against its manifest"
        ),
        Binding("y", "copy", "copy path", id="export.copy", tooltip="Copy the path"),
        Binding("h", "copy_hash", "copy hash", id="export.hash", tooltip="Copy the sha256"),
        Binding("w", "warnings", "warnings", id="export.warnings", tooltip="Read the warnings"),
    ]

    @dataclass
    class Progressed(Message):
        """It has come further."""

        order: Order
        progress: Progress

    @dataclass
    class Told(Message):
        """What became of one."""

        outcome: Outcome

    @dataclass
    class Ended(Message):
        """Nothing is under way any more; ``problem`` where one order could not be carried out at all."""

        problem: Problem | None = None
        is_cancelled: bool = False

    @dataclass
    class Verified(Message):
        """It was read again."""

        path: Path
        differences: list[Difference] | str

    def __init__(self, orders: ExportOrders) -> None:
        super().__init__()
        self.orders = orders
        self.outcomes: list[Outcome] = []
        self.running = True
        self._began = time.monotonic()
        self._worker: Worker[None] | None = None
        self._now: Order | None = None
        self._cancelling = False
        self._verifying = False

    @property
    def is_for_many(self) -> bool:
        """Whether a list of what became of each is shown."""
        return len(self.orders.orders) > 1

    @property
    def results(self) -> list[ExportResult]:
        """What there is now."""
        return [each.result for each in self.outcomes if each.result is not None]

    @property
    def result(self) -> ExportResult | None:
        """The only one, or the last."""
        return self.results[-1] if self.results else None

    @property
    def at_cursor(self) -> ExportResult | None:
        """The only one, or of several that under the cursor; None where there is none of that person."""
        if not self.is_for_many:
            return self.result
        table = self.query_one("#outcomes", Listed)
        return self.outcomes[table.cursor].result if table.cursor < len(self.outcomes) else None

    @property
    def is_done(self) -> bool:
        """Whether everything that was ordered is there."""
        return len(self.results) == len(self.orders.orders)

    def body(self) -> ComposeResult:
        """A title, the phases, what became of it, the warnings."""
        yield Static(self._title(), id="title")
        yield Phases(phases=export_rows.phases_of(self.orders.scope), id="phases")
        with VerticalScroll(id="outcome", can_focus=False):
            yield Facts()
        if self.is_for_many:
            yield Listed(
                export_rows.OUTCOME_COLUMNS, PagedRows(page_size=MOST_ROWS), markable=False, empty="", id="outcomes"
            )
        yield Listed(export_rows.WARNING_COLUMNS, PagedRows(page_size=MOST_ROWS), markable=False, id="warnings")

    def _title(self) -> Content:
        orders = self.orders.orders
        if self.is_for_many:
            return Content.assemble(("Export · ", MUTED), (f"{len(orders)} people", "bold $accent"))
        person = orders[0].person
        where = f" · {display_text(portrait.realm_words(person))} · id {person.id}"
        return Content.assemble(
            ("Export · ", MUTED), shown(person.full_name, "bold $accent", limit=40), (where, MUTED)
        )

    def on_mount(self) -> None:
        """Start."""
        place = self.orders.orders[0].destination
        self._tell(Content.styled(f"to {display_text(str(place.parent if self.is_for_many else place))}", MUTED))
        self._worker = self._export()

    # Running

    @work(exclusive=True, group="export", exit_on_error=False)
    async def _export(self) -> None:
        assert self.steward is not None
        orders, scope, packaging = self.orders.orders, self.orders.scope, self.orders.packaging
        try:
            if self.is_for_many:
                await self.steward.exports.export_all(orders, self._on_progress, self._on_outcome, scope, packaging)
            else:
                (order,) = orders
                result = await self.steward.export(
                    order.person,
                    order.destination,
                    lambda progress: self._on_progress(order, progress),
                    scope,
                    packaging,
                )
                self._on_outcome(Outcome(order, "done", result))
        except StewardError as error:
            is_cancelled = error.kind is ErrorKind.CANCELLED
            self.post_message(self.Ended(None if is_cancelled else error.problem, is_cancelled))
            return
        self.post_message(self.Ended())

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A cancelled task can no longer tell of itself."""
        super().on_worker_state_changed(event)
        if event.worker is self._worker and event.worker.is_cancelled and event.worker.is_finished:
            self.post_message(self.Ended(is_cancelled=True))

    def _on_progress(self, order: Order, progress: Progress) -> None:
        self.post_message(self.Progressed(order, progress))

    def _on_outcome(self, outcome: Outcome) -> None:
        self.post_message(self.Told(outcome))

    def on_export_screen_progressed(self, message: Progressed) -> None:
        """Draw it."""
        if not self.running:
            return
        phases = self.query_one(Phases)
        if message.order is not self._now:
            self._now = message.order
            phases.begin_anew()
        phases.take(message.progress)
        if not self._cancelling:
            elapsed = wording.seconds(time.monotonic() - self._began)
            self._tell(Content.assemble(self._which(), (f"{wording.size(phases.bytes)} read, {elapsed}", MUTED)))

    def _which(self) -> Content:
        if not self.is_for_many or self._now is None:
            return Content("")
        number = self.orders.orders.index(self._now) + 1
        name = shown(self._now.person.full_name, "bold", limit=40)
        return Content.assemble(f"{number} of {len(self.orders.orders)} · ", name, " · ")

    def on_export_screen_told(self, message: Told) -> None:
        """Keep it, and list it where there are several."""
        self.outcomes.append(message.outcome)
        if self.is_for_many:
            self._list_outcomes()

    def _list_outcomes(self) -> None:
        source = PagedRows(page_size=MOST_ROWS)
        rows = [export_rows.outcome_row(index, each) for index, each in enumerate(self.outcomes[:MOST_ROWS])]
        source.put(0, rows, count=len(rows))
        self.query_one("#outcomes", Listed).source = source

    def _add_the_rest(self, *, is_cancelled: bool) -> None:
        """List those of whom nothing will be told any more: the one under way, and those who were not begun."""
        told = {each.order.person.id for each in self.outcomes}
        for order in self.orders.orders:
            if order.person.id not in told:
                under_way = is_cancelled and order is self._now
                said = export_rows.CANCELLED if under_way else export_rows.NOT_BEGUN
                self.outcomes.append(Outcome(order, "not_begun", None, said))
        self._list_outcomes()

    def on_export_screen_ended(self, message: Ended) -> None:
        """Say what there is now, or why there is nothing."""
        if not self.running:
            return
        self.running = False
        if not self._cancelling and self.query_one(Notice).note in (KEEPING_NONE, KEEPING_SOME):
            self.note(ENDED_MEANWHILE)
        if message.problem is not None:
            self.steward_app.remember(message.problem)
        if self.is_for_many:
            self._add_the_rest(is_cancelled=message.is_cancelled)
        self._show_end(message)
        self._list_warnings()
        if self.is_for_many:
            self.query_one("#outcomes", Listed).focus()
        self.refresh_bindings()

    def on_virtual_table_row_highlighted(self, event: Listed.RowHighlighted) -> None:
        """The keys, and the hash that is shown, are of the export under the cursor."""
        event.stop()
        if event.table.id == "outcomes" and not self.running:
            self._show_hash()
            self.refresh_bindings()

    def _show_end(self, message: Ended) -> None:
        if self.is_for_many:
            facts = export_rows.many_facts(self.outcomes, is_cancelled=message.is_cancelled)
            self._show_facts("", facts)
            self._show_hash()
        elif self.result is not None:
            self._show_facts("Done", export_rows.result_facts(self.result))
        elif message.problem is None:
            self._show_facts("", [Fact("", Content.styled("Cancelled.", "bold")), Fact("", Content(NOTHING_KEPT))])
        else:
            facts = [Fact("", shown(f"✕ {message.problem.sentence}", "bold $error")), Fact("", Content(NOTHING_KEPT))]
            if message.problem.cause:
                said = Content.assemble(("d", "bold $primary"), (" shows the cause", MUTED))
                facts.append(Fact("", said))
            self._show_facts("", facts)

    def _show_facts(self, title: str, facts: list[Fact]) -> None:
        self.query_one(Facts).sections = (Section(title, tuple(facts)),)

    def _list_warnings(self) -> None:
        found = [(result, warning) for result in self.results for warning in result.warnings]
        rows = [
            export_rows.warning_row(
                index,
                f"{result.path.name}: {warning.subject}" if self.is_for_many else warning.subject,
                warning.sentence,
            )
            for index, (result, warning) in enumerate(found[:MOST_ROWS])
        ]
        source = PagedRows(page_size=MOST_ROWS)
        source.put(0, rows, count=len(rows))
        self.query_one("#warnings", Listed).source = source

    def _tell(self, words: Content) -> None:
        self.query_one(Facts).sections = (Section("", (Fact("", words),)),)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Cancelling is for what runs, all else for what has ended."""
        if action == "cancel":
            return self.running and not self._cancelling
        if action == "back":
            return not self.running
        if action in ("copy", "copy_hash"):
            return not self.running and self.at_cursor is not None
        if action == "verify":
            return not self.running and self.result is not None
        if action == "warnings":
            return not self.running and any(each.warnings for each in self.results)
        return True

    def action_cancel(self) -> None:
        """End it, at the second time; the export cleans up before it says that it has ended."""
        if self._worker is not None and self.asked_twice(KEEPING_SOME if self.is_for_many else KEEPING_NONE):
            self._cancelling = True
            self._tell(Content.styled("Cancelling…", "bold"))
            self._worker.cancel()
            self.refresh_bindings()

    def action_back(self) -> None:
        """Leave; but who was about to cancel it reads first what has become of it."""
        if self.query_one(Notice).note == ENDED_MEANWHILE:
            self.note(None)
        else:
            self.dismiss()

    def action_copy(self) -> None:
        """Copy the path; of several, of the one under the cursor."""
        if self.at_cursor is not None:
            self.steward_app.copy(str(self.at_cursor.path), "The path was")

    def action_copy_hash(self) -> None:
        """Copy the hash; of several, of the one under the cursor."""
        if self.at_cursor is not None:
            self.steward_app.copy(self.at_cursor.digest, "The hash was")

    def action_warnings(self) -> None:
        """Show them, or hide them."""
        shown_now = self.toggle_class("-warnings").has_class("-warnings")
        if shown_now:
            self.query_one("#warnings", Listed).focus()
        else:
            self.set_focus(self.query_one("#outcomes", Listed) if self.is_for_many else None)

    def action_verify(self) -> None:
        """Check what was written."""
        if isinstance(self.orders.packaging.encryption, Recipients):
            self._show_check(Content(ONLY_THEY))
        elif not self._verifying:
            self._verifying = True
            self._show_check(Content.styled("reading it again…", MUTED))
            self._verify(self.results)

    @work(exclusive=True, group="verify", exit_on_error=False)
    async def _verify(self, results: list[ExportResult]) -> None:
        from zulip_bridge.export import verify_export

        encryption = self.orders.packaging.encryption
        keys = Keys(encryption.text if isinstance(encryption, Passphrase) else None)
        for result in results:
            try:
                found: list[Difference] | str = await asyncio.to_thread(verify_export, result.path, keys)
            except StewardError as error:
                found = error.sentence
            if found or result is results[-1]:
                self.post_message(self.Verified(result.path, found))
                return

    def on_export_screen_verified(self, message: Verified) -> None:
        """Say whether it is as it was written."""
        self._verifying = False
        found = message.differences
        if not found:
            number = len(self.results)
            each = "each of them is" if number > 1 else "it is"
            self._show_check(Content.styled(f"✓ {each} whole: every file is as the manifest says", "bold $success"))
        elif isinstance(found, str):
            self._show_check(shown(f"✕ {found}", "bold $error"))
        else:
            said = "; ".join(f"{each.path}: {each.sentence}" for each in found[:DIFFERENCES_SHOWN])
            self._show_check(shown(f"✕ {message.path.name} differs: {said}", "bold $error"))

    def _show_check(self, words: Content) -> None:
        self._put(Fact("verified", words))

    def _show_hash(self) -> None:
        """Of several, that of the one under the cursor."""
        self._put(Fact("sha256", shown(self.at_cursor.digest if self.at_cursor is not None else "–")))

    def _put(self, new: Fact) -> None:
        """Into the place of what has its label, or at the end."""
        facts = self.query_one(Facts)
        (section,) = facts.sections
        kept = tuple(new if each.label == new.label else each for each in section.facts)
        facts.sections = (Section(section.title, kept if new in kept else (*kept, new)),)
