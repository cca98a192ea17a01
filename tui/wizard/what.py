"""What: a preset, and its sections with live counts and sizes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import wording
from tui.export_plan import Plan, is_messages
from tui.shown import MUTED
from tui.widgets.choices import Choices, Option
from tui.widgets.columns import Column
from tui.widgets.rows import PagedRows, Row
from tui.widgets.virtual_table import VirtualTable
from tui.wizard.step import Step
from zulip_bridge.api.export_scope import PRESETS, SECTIONS, Section, SectionSize

COLUMNS = (
    Column("Section", 34, weight=3, max_width=60),
    Column("Rows", 10, align="right", weight=1, max_width=16),
    Column("About", 9, align="right", weight=1, max_width=12),
)
COUNTING, UNKNOWN = "…", "–"
OWN = "Sections chosen one by one."


class SectionTable(VirtualTable):
    """The sections; Up from the first leads back to the presets."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space", "mark", "take", id="sections.take", tooltip="Take this section into the export, or leave it out"
        ),
        Binding("enter", "select", "next", key_display="⏎", id="sections.next", tooltip="Go on to the next step"),
    ]

    def action_move(self, rows: int) -> None:
        """Up from the top leaves."""
        if rows < 0 and self.cursor == 0:
            self.screen.focus_previous()
        else:
            super().action_move(rows)


class Presets(Choices):
    """The presets; Down leads to the sections."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "down", "app.focus_next", "sections", key_display="↓", id="presets.down", tooltip="Go to the sections"
        ),
    ]


class What(Step):
    """Presets over a list of sections with marks: whatever is marked is exported."""

    TITLE = "What"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "stop_counting", "stop counting", id="what.stop", tooltip="Leave the rest uncounted"),
    ]

    class StopCounting(Message):
        """Count no more."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._source = PagedRows(page_size=len(SECTIONS))

    def compose(self) -> ComposeResult:
        """Presets, sections, what the one under the cursor is, and the sum."""
        options = [Option(name, title) for name, (title, _) in PRESETS.items()]
        yield Presets("", options, value=self.plan.preset, id="preset")
        yield Static(id="preset-about")
        yield SectionTable(COLUMNS, self._source, id="sections")
        yield Static(id="section-about")
        yield Static(id="sections-sum", classes="sum")

    def on_mount(self) -> None:
        """The preset's sections."""
        self._source.put(0, self._rows(), count=len(SECTIONS))
        self._mark()
        self._say()

    def show(self) -> None:
        """The presets have the focus, where they are."""
        self.query_one(Presets).focus()
        self._fill()

    def trouble(self) -> str | None:
        """Something must be left."""
        return None if self.plan.sections else "Nothing is chosen: an export needs at least one section."

    def sizes_changed(self) -> None:
        """The figures anew."""
        self._fill()

    def action_stop_counting(self) -> None:
        """What is not known by now is not asked."""
        self.post_message(self.StopCounting())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to stop."""
        return action != "stop_counting" or (self.plan.counts.is_counting and self.plan.is_for_many)

    def _fill(self) -> None:
        self._source.put(0, self._rows())
        self.query_one(SectionTable).rows_changed()
        self._say()

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Take a preset."""
        event.stop()
        self.plan.take_preset(event.value)
        self.post_message(self.Touched())
        self._mark()
        self._fill()

    def on_virtual_table_marks_changed(self, event: VirtualTable.MarksChanged) -> None:
        """Take sections in and out."""
        event.stop()
        marks = {str(key) for key in event.table.marks}
        if marks != self.plan.sections:
            self.plan.take_sections(marks)
            self.query_one(Presets).value = self.plan.preset
            self.post_message(self.Touched())
        self._fill()

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Say what the section is."""
        event.stop()
        section = SECTIONS[event.index]
        words = section.description + (" Dates apply." if section.dated else "")
        self.query_one("#section-about", Static).update(Content.styled(words, MUTED), layout=False)

    def on_virtual_table_row_selected(self, event: VirtualTable.RowSelected) -> None:
        """Enter goes on."""
        event.stop()
        self.post_message(self.Stepped())

    def _mark(self) -> None:
        self.query_one(SectionTable).set_marks(self.plan.sections)

    def _rows(self) -> list[Row]:
        sizes = self.plan.sizes
        page = self.plan.page_bytes()
        if page is not None:
            sizes["page"] = SectionSize("page", None, page)
        return [self._row(each, sizes.get(each.name)) for each in SECTIONS]

    def _row(self, section: Section, size: SectionSize | None) -> Row:
        if size is None:
            empty = COUNTING if self.plan.counts.is_counting and section.kind != "documents" else UNKNOWN
            return Row(section.name, (section.title, empty, empty))
        is_unknown = size.rows is None or (size.rows == 0 and not size.exact)
        rows = UNKNOWN if is_unknown else wording.thousands(size.rows or 0, exact=size.exact)
        return Row(section.name, (section.title, rows, _size(size)))

    def _say(self) -> None:
        about = PRESETS[self.plan.preset][1] if self.plan.preset in PRESETS else OWN
        self.query_one("#preset-about", Static).update(Content.styled(about, MUTED), layout=False)
        # A line for one person; it may be two for many, of whom it is said how many have been counted.
        self.query_one("#sections-sum", Static).update(self._sum(), layout=self.plan.is_for_many)

    def _sum(self) -> Content:
        plan = self.plan
        sizes = plan.sizes
        most = sum(each.rows or 0 for name, each in sizes.items() if name in plan.sections and is_messages(name))
        estimate = plan.estimate()
        figures = (
            ""
            if estimate is None
            else f" · up to {wording.counted(most, 'message')} · about {wording.size(estimate)}"
        )
        # The preset is named above: with its name, the figures would not fit into 80 columns.
        words = f"{wording.counted(len(plan.sections), 'section')} of {len(SECTIONS)}"
        return Content.assemble((words, "bold"), (self._of_whom() + figures + self._waiting(), MUTED))

    def _of_whom(self) -> str:
        """Of how many people the figures are, where they are not of all."""
        some = self.plan.counted_words()
        return f" · {some} people counted{'…' if self.plan.counts.is_counting else ''}" if some else ""

    def _waiting(self) -> str:
        return " · counting…" if self.plan.counts.is_counting and not self.plan.counted_words() else ""


def _size(size: SectionSize) -> str:
    if size.bytes is None:
        return UNKNOWN
    return wording.size(size.bytes) if size.bytes or size.rows else UNKNOWN
