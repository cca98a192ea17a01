"""The export wizard: who, what, whose data, how, review; back at every step without losing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker

from tui import portrait, wording
from tui.connection import Connection
from tui.export_plan import ALL, Plan
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown
from tui.widgets.notice import Note
from tui.widgets.tabstrip import TabStrip
from tui.wizard.how import How
from tui.wizard.review import Review
from tui.wizard.step import Step
from tui.wizard.what import What
from tui.wizard.who import Who
from tui.wizard.whose import Whose
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.export_scope import ExportScope, SectionSize, choose
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

MOST_STEPS = 5
TAKEN = "Something was put there meanwhile. The place named now is free: Enter begins."
TYPED_AHEAD = "This is what was chosen. Keys typed before it could be read do not begin the export: Enter does now."
FORGETTING = Note("What was chosen here would be forgotten.", (("esc", "forget it"),), "note")
CRAMPED = Note("By this estimate there is not enough room there.", (("⏎", "begin all the same"),), "note")


class ExportWizard(StewardScreen):
    """Asks for everything that an export of ``people`` needs, with defaults, and opens the screen that runs it."""

    CSS_PATH = "export_wizard.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "forward", "next", key_display="⏎", id="wizard.forward", tooltip="Go on to the next step"),
        Binding(
            "escape",
            "back",
            "back",
            key_display="esc",
            id="wizard.back",
            tooltip="Go back a step; nothing is forgotten",
        ),
        Binding(
            "escape",
            "forget",
            "forget…",
            key_display="esc",
            id="wizard.forget",
            tooltip="Leave at the second time, and forget what was chosen",
        ),
        *(
            Binding(
                str(index + 1),
                f"step({index})",
                show=False,
                id=f"wizard.step{index}",
                tooltip=f"Go to step {index + 1}",
            )
            for index in range(MOST_STEPS)
        ),
    ]

    @dataclass
    class Measured(Message):
        """Some sections of somebody have been counted."""

        scope: ExportScope
        person: int
        sizes: list[SectionSize]

    class AllMeasured(Message):
        """Nothing more is being counted."""

    def __init__(self, people: Sequence[Person]) -> None:
        super().__init__(id="export-wizard-screen")
        self.plan = Plan(people)
        steps: tuple[type[Step], ...] = (What, Whose, How, Review)
        if self.plan.is_for_many:
            steps = (Who, *steps)
        self.steps = [step(self.plan) for step in steps]
        self.at = 0
        self._measured_scope: ExportScope | None = None
        self._measuring: Worker[None] | None = None
        self._stopped = False

    def body(self) -> ComposeResult:
        """A title, where we are, and the step."""
        yield Static(self._title(), id="title")
        yield TabStrip([step.TITLE for step in self.steps], id="steps")
        with Vertical(id="step"):
            yield from self.steps

    def on_mount(self) -> None:
        """Suggest a place; show the first step."""
        self.plan.suggest(self.steward_app.clock())
        self._go(0)

    def connection_changed(self, connection: Connection) -> None:
        """Count as soon as there is somebody to ask."""
        if connection.ready:
            self._measure_anew()

    def _title(self) -> Content:
        people = self.plan.people
        if len(people) > 1:
            return Content.assemble(
                ("Export · ", MUTED), (wording.counted(len(people), "", "people"), "bold $accent")
            )
        where = f" · {display_text(portrait.realm_words(people[0]))} · id {people[0].id}"
        return Content.assemble(
            ("Export · ", MUTED), shown(people[0].full_name, "bold $accent", limit=40), (where, MUTED)
        )

    # Steps

    def _go(self, index: int) -> None:
        self.at = index
        for number, step in enumerate(self.steps):
            step.display = number == index
        self.query_one(TabStrip).active = index
        self.note(None)
        # At once: until it has the focus, keys that came in the same packet would go to what is no longer there.
        self.steps[index].show()
        self.refresh_bindings()

    def _mend(self, index: int, trouble: str) -> None:
        """To the step that has trouble, which is said there."""
        self._go(index)
        self.note(Note(trouble, kind="note"))
        self.steps[index].show_trouble()

    def action_forward(self) -> None:
        """To the next step, if nothing is wrong with this one."""
        trouble = self.steps[self.at].trouble()
        if trouble is not None:
            self.note(Note(trouble, kind="note"))
        elif self.at < len(self.steps) - 1:
            if isinstance(self.steps[self.at], Who | Whose):
                self._measure_anew()
            self._go(self.at + 1)

    def action_step(self, index: int) -> None:
        """To a step by its number, if nothing is wrong with those before it."""
        while self.at < min(index, len(self.steps) - 1):
            before = self.at
            self.action_forward()
            if self.at == before:
                return
        if index < self.at:
            self._go(index)

    def action_back(self) -> None:
        """To the step before; from the first, away."""
        if self.at:
            self._go(self.at - 1)
        else:
            self.dismiss()

    def action_forget(self) -> None:
        """Away from the first step with everything that was chosen; at the second time."""
        if self.asked_twice(FORGETTING):
            self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The last step has a button instead; leaving the first asks where something was chosen."""
        if action in ("back", "forget"):
            return (action == "forget") == (self.at == 0 and self.plan.is_chosen_by_hand)
        return not (action == "forward" and self.at == len(self.steps) - 1)

    def on_step_touched(self, event: Step.Touched) -> None:
        """What was said of the choice before does not hold for this one."""
        event.stop()
        self.withdraw_note()
        self.refresh_bindings()

    def on_review_typed_ahead(self, event: Review.TypedAhead) -> None:
        """A key has done nothing: say why, and what to do."""
        event.stop()
        self.note(Note(TYPED_AHEAD, kind="note"))

    def on_step_stepped(self, event: Step.Stepped) -> None:
        """Enter was pressed in something that takes it for itself."""
        event.stop()
        self.action_forward()

    def on_review_back(self, event: Review.Back) -> None:
        """A step back."""
        event.stop()
        self.action_back()

    def on_review_begin(self, event: Review.Begin) -> None:
        """Export."""
        event.stop()
        from tui.screens.export import ExportOrders, ExportScreen

        plan = self.plan
        if plan.suggest_anew(self.steward_app.clock()):
            self.steps[self.at].show()
            self.note(Note(TAKEN, kind="note"))
            return
        trouble = next(((index, said) for index, step in enumerate(self.steps) if (said := step.trouble())), None)
        if trouble is not None:
            self._mend(*trouble)
            return
        if plan.is_cramped and not self.asked_twice(CRAMPED):
            return
        orders = ExportOrders(tuple(plan.orders(self.steward_app.clock())), plan.scope(), plan.packaging())
        if self._measuring is not None:  # what is counted so far is kept
            self._measuring.cancel()
        screen = ExportScreen(orders)
        self.app.push_screen(screen, callback=lambda _: self._exported(screen.is_done))

    def _exported(self, is_done: bool) -> None:
        """Where there is an export now, nothing is left to choose."""
        if is_done:
            self.dismiss()
        else:
            self._measure_anew()  # whom the export's beginning has kept from being counted
            self._go(self.at)

    # Counting

    def _measure_anew(self) -> None:
        """Count for the dates and the people as they are, if that is not being done already."""
        plan = self.plan
        try:
            scope = choose("", ALL, since=plan.first.strip() or None, until=plan.last.strip() or None)
        except StewardError:
            return
        is_new = scope != self._measured_scope
        if is_new:
            self._measured_scope, self._stopped = scope, False
            plan.counts.clear()
        is_at_it = self._measuring is not None and not self._measuring.is_finished
        plan.counts.is_counting = bool(plan.uncounted) and not self._stopped
        if plan.counts.is_counting and (is_new or not is_at_it):
            self._measuring = self._measure(scope)
        self._sizes_changed()

    @work(exclusive=True, group="measure", exit_on_error=False)
    async def _measure(self, scope: ExportScope) -> None:
        """One after the other: whoever is taken out meanwhile is not counted, whoever is put back is."""
        while (person := next(iter(self.plan.uncounted), None)) is not None:
            await self._measure_one(person, scope)
        self.post_message(self.AllMeasured())

    async def _measure_one(self, person: Person, scope: ExportScope) -> None:
        assert self.steward is not None
        sizes: list[SectionSize] = []

        def on_size(size: SectionSize) -> None:
            if not self.plan.is_for_many:
                self.post_message(self.Measured(scope, person.id, [size]))

        failed = False
        try:
            sizes = await self.steward.measure_export(person, scope, on_size)
        except StewardError as error:
            # The figures are a courtesy; the export itself will say what is wrong.
            self.steward_app.remember(error.problem)
            failed = True
        # Here and not with the message: the next one to count is looked for at once.
        if scope == self._measured_scope:
            self.plan.counts.end(person.id, failed=failed)
        self.post_message(self.Measured(scope, person.id, sizes))

    def on_export_wizard_measured(self, message: Measured) -> None:
        """Show it, unless the dates are others by now."""
        if message.scope == self._measured_scope:
            self.plan.counts.take(message.person, message.sizes)
            self._sizes_changed()

    def on_export_wizard_all_measured(self) -> None:
        """What has no figure will not get one."""
        self._end_counting()

    def on_what_stop_counting(self, event: What.StopCounting) -> None:
        """Leave it at what is known."""
        event.stop()
        self._stopped = True
        if self._measuring is not None:
            self._measuring.cancel()
        self._end_counting()

    def _end_counting(self) -> None:
        self.plan.counts.is_counting = False
        self.refresh_bindings()
        self._sizes_changed()

    def _sizes_changed(self) -> None:
        if self.is_mounted:
            self.steps[self.at].sizes_changed()
