"""Who: everybody who was marked, less those who are taken out here."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from tui import portrait, wording
from tui.export_plan import Plan
from tui.shown import MUTED
from tui.widgets.columns import Column
from tui.widgets.rows import PagedRows, Row
from tui.widgets.virtual_table import VirtualTable
from tui.wizard.step import Step
from zulip_bridge.text import display_text

COLUMNS = (
    Column("Name", 18, weight=2, max_width=40),
    Column("Address", 20, weight=3, max_width=60),
    Column("Organization", 12, weight=1, priority=1, max_width=30),
    Column("Id", 7, align="right"),
)
MOST_ROWS = 10_000


class Who(Step):
    """A list with marks: whoever is marked is exported."""

    TITLE = "Who"

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._source = PagedRows(page_size=MOST_ROWS)

    def compose(self) -> ComposeResult:
        """The list and its sum."""
        yield VirtualTable(COLUMNS, self._source, id="people")
        yield Static(id="people-sum", classes="sum")

    def on_mount(self) -> None:
        """Everybody is in it at first."""
        rows = [
            Row(
                person.id,
                (
                    display_text(person.full_name, limit=80),
                    display_text(person.delivery_email, limit=120),
                    display_text(portrait.realm_words(person), limit=60),
                    str(person.id),
                ),
            )
            for person in self.plan.people
        ]
        self._source.put(0, rows, count=len(rows))
        table = self.query_one(VirtualTable)
        table.set_marks([person.id for person in self.plan.chosen])
        table.rows_changed()

    def show(self) -> None:
        """The list has the focus."""
        self.query_one(VirtualTable).focus()

    def trouble(self) -> str | None:
        """Somebody must be left."""
        return None if self.plan.chosen else "Nobody is chosen: mark somebody with the space bar."

    def on_virtual_table_marks_changed(self, event: VirtualTable.MarksChanged) -> None:
        """Take people in and out."""
        event.stop()
        marks = event.table.marks
        self.plan.left_out = {person.id for person in self.plan.people if person.id not in marks}
        self.post_message(self.Touched())
        number = wording.counted(len(self.plan.chosen), "person", "people")
        words = f"{number} of {wording.thousands(len(self.plan.people))}, each into an export of their own"
        self.query_one("#people-sum", Static).update(Content.styled(words, MUTED), layout=False)

    def on_virtual_table_row_selected(self, event: VirtualTable.RowSelected) -> None:
        """Enter goes on."""
        event.stop()
        self.post_message(self.Stepped())
