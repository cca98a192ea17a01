"""Editing a person: every field in one list, changes collected there, and one preview before anything happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import keys, portrait, wording
from tui.acting import open_actions, propose
from tui.connection import Connection
from tui.edit_form import COLUMNS, NOTHING, PARTS, TOGGLED, Form, Wanted, field_name, rows
from tui.screens.base import StewardScreen
from tui.screens.preview_dialog import Proposal
from tui.shown import MUTED, shown, shown_lines
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.notice import Note
from tui.widgets.rows import PagedRows
from tui.widgets.searchline import SearchLine
from tui.widgets.tabstrip import TabStrip
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.edit import EditableField
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

if TYPE_CHECKING:
    from tui.screens.field_dialog import FieldDialog

MOST_ROWS = 50_000


class FieldTable(VirtualTable):
    """The fields. Its marks are the collected changes, set by the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "select", "change", key_display="⏎", id="edit.change", tooltip="Change this field"),
        Binding(
            "backspace,delete",
            "screen.take_back",
            "take back",
            key_display="⌫",
            id="edit.take_back",
            tooltip="Forget what was collected for this field",
        ),
    ]


class EditScreen(StewardScreen):
    """Collects changes for ``person``. Answers nothing; whoever opened it reads the person again."""

    CSS_PATH = "edit.tcss"
    AUTO_FOCUS = "FieldTable"
    WRITES = frozenset({"preview", "actions"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "preview", "preview", id="edit.preview", tooltip="See what the collected changes would do"),
        Binding("a", "actions", "actions", id="edit.actions", tooltip="Deactivate, end sessions, and the like"),
        Binding("slash", "search", "search", key_display="/", id="edit.search", tooltip="Find a field by its name"),
        keys.BACK,
        Binding("left", "step(-1)", "part before", show=False, id="edit.left", tooltip="Go to the part before"),
        Binding("right", "step(1)", "next part", key_display="←→", id="edit.right", tooltip="Go to the next part"),
        *(
            Binding(str(index + 1), f"part({index})", name, show=False, id=f"edit.part{index}", tooltip=name)
            for index, name in enumerate(PARTS.values())
        ),
        Binding("r,f5", "reload", "reload", show=False, id="edit.reload", tooltip="Read the fields again"),
    ]  # fmt: skip

    @dataclass
    class FieldsRead(Message):
        """The fields as they are now."""

        person: Person
        fields: list[EditableField]

    def __init__(self, person: Person) -> None:
        super().__init__(id="edit-screen")
        self.form = Form(person, [])
        self._listed: list[EditableField] = []
        self._source = PagedRows(page_size=MOST_ROWS)
        self._read_once = False
        self._warned = False

    def body(self) -> ComposeResult:
        """A title, the parts, the search line, the fields, and what there is to know of the one under the cursor."""
        yield Static(id="title")
        yield TabStrip(tuple(PARTS.values()), id="parts")
        with Horizontal(id="edit"):
            with Vertical(id="fields"):
                yield SearchLine("a field, a setting, a group or a channel", id="search")
                yield FieldTable(COLUMNS, self._source, empty="Reading the fields…", id="table")
                yield Static(id="count")
            with VerticalScroll(id="about", can_focus=False):
                yield Facts()

    def on_mount(self) -> None:
        """Show what is known already."""
        self._show_title()
        self._show_count()

    def connection_changed(self, connection: Connection) -> None:
        """Read the fields, the first time there is a connection."""
        if connection.ready and not self._read_once:
            self._read_once = True
            self._read()

    @work(exclusive=True, group="fields", exit_on_error=False)
    async def _read(self) -> None:
        assert self.steward is not None
        try:
            person = await self.steward.find(str(self.form.person.id))
            fields = await self.steward.editable_fields(person)
            fields += await self.steward.memberships(person)
        except StewardError as error:
            self.post_message(self.RequestFailed("The fields could not be read", error.problem))
            return
        self.post_message(self.FieldsRead(person, fields))

    def on_edit_screen_fields_read(self, message: FieldsRead) -> None:
        """Show them; what had been collected stays, where it still is a change."""
        self.form.person = message.person
        self.form = self.form.replaced(message.fields)
        self._show_title()
        self._list()

    # Showing

    def _show_title(self) -> None:
        person = self.form.person
        kind = "bot" if person.is_bot else display_text(person.role_name)
        self.query_one("#title", Static).update(
            Content.assemble(
                ("Edit · ", MUTED),
                shown(person.full_name, "bold $accent", limit=50),
                (" · ", MUTED),
                portrait.state_content(person.state),
                (f" · {kind} · {display_text(portrait.realm_words(person))} · id {person.id}", MUTED),
            )
        )

    def _list(self, *, keep_cursor: bool = True) -> None:
        """The fields that match, with the cursor on the one it was on, or on the first."""
        text = self.query_one(SearchLine).text
        self._listed = self.form.listed(text)
        self._source.reset(len(self._listed))
        self._source.put(0, rows(self.form, self._listed)[:MOST_ROWS])
        table = self.query_one(FieldTable)
        table.empty = f"No field matches “{display_text(text, limit=40)}”."
        table.set_marks(self.form.wanted.keys())
        table.rows_changed(keep_cursor=keep_cursor)
        self._show_count()
        self._show_about()
        self.refresh_bindings()

    def _show_count(self) -> None:
        number = len(self.form.wanted)
        words = Content.styled("Nothing is collected. What is entered here changes nothing yet.", MUTED)
        if number:
            collected = f"● {wording.counted(number, 'change')} collected"
            words = Content.assemble(
                (collected, "bold"), (" · nothing is applied yet · ", MUTED), ("p", "bold $primary")
            )
            words = Content.assemble(words, (" previews", MUTED))
        self.query_one("#count", Static).update(words, layout=False)

    @property
    def _current(self) -> EditableField | None:
        index = self.query_one(FieldTable).cursor
        return self._listed[index] if index < len(self._listed) else None

    def on_virtual_table_row_highlighted(self) -> None:
        """Say what there is to know of the field."""
        self._show_about()

    def _show_about(self) -> None:
        field = self._current
        self.query_one("#about Facts", Facts).sections = () if field is None else self._about(field)
        if field is not None:
            self.query_one(TabStrip).active = list(PARTS).index(field.section)
        self.query_one("#about").scroll_home(animate=False)

    def _about(self, field: EditableField) -> tuple[Section, ...]:
        facts = [Fact("now", shown_lines(field.shown or NOTHING))]
        wanted = self.form.wanted.get(field.field)
        if wanted is not None:
            facts.append(Fact("becomes", shown_lines(wanted.shown or NOTHING, "bold")))
        if field.why_not:
            facts.append(Fact("not now", shown(field.why_not, "$warning")))
        if field.hint:
            facts.append(Fact("about", shown(field.hint)))
        if field.section == "settings":
            facts.append(Fact("column", shown(field.field.partition(":")[2])))
        return (Section(display_text(field_name(field), limit=40), tuple(facts)),)

    # Searching and moving

    def on_search_line_typed(self) -> None:
        """Narrow the list down."""
        self._list(keep_cursor=False)

    def on_search_line_entered(self) -> None:
        """Go to what was found."""
        self.query_one(FieldTable).focus()

    def on_search_line_left(self) -> None:
        """Go to the list."""
        self.query_one(FieldTable).focus()

    def action_search(self) -> None:
        """Go to the search line."""
        self.query_one(SearchLine).activate()

    def action_part(self, index: int) -> None:
        """Put the cursor on the first field of a part."""
        section = list(PARTS)[index % len(PARTS)]
        first = next((number for number, each in enumerate(self._listed) if each.section == section), None)
        if first is not None:
            table = self.query_one(FieldTable)
            table.focus()
            table.move_cursor(len(self._listed) - 1)  # so that the part begins at the top
            table.move_cursor(first)

    def action_step(self, by: int) -> None:
        """The part beside this one that has something to show."""
        listed = {each.section for each in self._listed}
        present = [index for index, section in enumerate(PARTS) if section in listed]
        here = self.query_one(TabStrip).active
        if present:
            at = present.index(here) if here in present else 0
            self.action_part(present[(at + by) % len(present)])

    # Collecting

    def on_virtual_table_row_selected(self) -> None:
        """Turn a field round, or ask for its value."""
        field = self._current
        if field is None:
            return
        if self.steward_app.connection.read_only:
            self.refused("preview")
        elif field.why_not:
            self.note(Note(f"{field_name(field)}: {field.why_not}", kind="note"))
        elif field.kind == "removal" and not field.value:
            self.note(Note(f"There is nothing to remove: {field.shown}.", kind="note"))
        elif field.kind in TOGGLED:
            self.form.toggle(field)
            self._list()
        else:
            self._ask(field)

    def _ask(self, field: EditableField) -> None:
        def answered(wanted: Wanted | None) -> None:
            if wanted is not None:
                self.form.want(field, wanted.value, wanted.shown)
                self._list()

        self.app.push_screen(self._dialog(field), callback=answered)

    def _dialog(self, field: EditableField) -> FieldDialog:
        from tui.screens.field_dialog import ChoiceDialog, TextDialog
        from tui.screens.people_dialog import PeopleDialog

        kind = PeopleDialog if field.kind == "people" else ChoiceDialog if field.options else TextDialog
        return kind(self.form.person, field, self.form.wanted.get(field.field))

    def action_take_back(self) -> None:
        """Forget what was collected for the field under the cursor."""
        field = self._current
        if field is not None:
            self.form.take_back(field.field)
            self._list()

    # Previewing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A preview is of something; without a connection nothing can be asked."""
        if action == "take_back":
            field = self._current if self.is_mounted else None
            return field is not None and field.field in self.form.wanted
        if action == "preview":
            return True if self.form.wanted or self.steward_app.connection.read_only else None
        if action == "actions":
            return True if self.steward_app.connection.ready else None
        if action == "reload":
            return self.steward_app.connection.ready  # a lost one makes the key reconnect
        return True

    def action_preview(self) -> None:
        """Show what the collected changes would do."""
        if not self.refused("preview") and self.form.wanted:
            proposal = Proposal(self.form.person, self.form.changes, "Edit", self.form.seen)
            propose(self.app, proposal)

    def action_actions(self) -> None:
        """Show what can be done with the account."""
        if not self.refused("actions"):
            open_actions(self.app, [self.form.person])

    def changed(self) -> None:
        """Show the fields as they are now."""
        self._read()

    def action_reload(self) -> None:
        """Read the fields again."""
        self._read()

    def action_back(self) -> None:
        """From the search to the list; then away, at the second time where something is collected."""
        search = self.query_one(SearchLine)
        if search.text and not search.active:
            search.text = ""
        elif self.form.wanted and not self._warned:
            self._warned = True
            number = wording.counted(len(self.form.wanted), "collected change")
            self.note(
                Note(f"{number} would be forgotten, not applied.", (("esc", "forget"), ("p", "preview")), "note")
            )
            self.set_timer(8.0, self._forget_warning)
        else:
            self.dismiss()

    def _forget_warning(self) -> None:
        self._warned = False
