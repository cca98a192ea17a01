"""One row: its fields as they are and as they read, what refers to it, and the changes that are collected for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import keys, wording
from tui.browse_rows import (
    FIELDS,
    FIELDS_AS_THEY_ARE,
    NULL,
    REFERENCES,
    field_row,
    reference_row,
    type_words,
    without_becomes,
)
from tui.connection import Connection
from tui.instead import Way, take, ways_of
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown, shown_lines
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.notice import Note
from tui.widgets.rows import PagedRows
from tui.widgets.tabstrip import TabStrip
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.browse import FieldChange, FieldValue, Reference, RowDetail
from zulip_bridge.api.errors import StewardError
from zulip_bridge.text import display_text

PANES = ("Fields", "References")
MOST_LINES = 2_000
LONGEST_SHOWN = 400
"""Characters of a value beside the table; Enter shows all of it."""


class FieldTable(VirtualTable):
    """The fields; what is collected for one carries the mark."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "edit", id="row.edit", tooltip="Enter another value for this field"),
        Binding("u", "unmask", "unmask", id="row.unmask", tooltip="Show the secret in this field; it is recorded"),
        Binding("backspace", "take_back", "take back", id="row.take_back", tooltip="Take the collected value back"),
        Binding("y", "copy", "copy", show=False, id="row.copy", tooltip="Copy the value under the cursor"),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The screen knows what can be done with the field."""
        if action == "mark":
            return False
        screen = self.screen
        if isinstance(screen, RowScreen) and action in ("edit", "unmask", "take_back", "copy"):
            return screen.can(action)
        return True

    def action_edit(self) -> None:
        """Ask for a value."""
        self._screen.edit()

    def action_unmask(self) -> None:
        """Ask whether."""
        self._screen.unmask()

    def action_take_back(self) -> None:
        """Forget what was collected."""
        self._screen.take_back()

    def action_copy(self) -> None:
        """Copy the value."""
        self._screen.copy_value()

    @property
    def _screen(self) -> RowScreen:
        screen = self.screen
        assert isinstance(screen, RowScreen)
        return screen


class ReferenceTable(VirtualTable):
    """Who refers to the row."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action != "mark"


class RowScreen(StewardScreen):
    """Shows the row of ``model`` that ``key`` names."""

    CSS_PATH = "browse.tcss"
    AUTO_FOCUS = "FieldTable"
    WRITES = frozenset({"preview", "delete", "edit", "instead"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "preview", "preview", id="row.preview", tooltip="See what the collected changes would do"),
        Binding("w", "whose", "whose", id="row.whose", tooltip="Open the person whom the row belongs to"),
        Binding("i", "instead", "instead", id="row.instead", tooltip="Change it as Zulip does, not the bare row"),
        keys.BACK,
        Binding("1", "pane(0)", "fields", show=False, id="row.fields", tooltip="Go to the fields"),
        Binding("2", "pane(1)", "references", show=False, id="row.references", tooltip="Go to what refers to it"),
        Binding("right,left", "step", "panes", key_display="←→", id="row.step", tooltip="Go to the other pane"),
        Binding("delete", "delete", "delete…", key_display="del", id="row.delete", tooltip="See what goes with it"),
        Binding("r,f5", "reload", "reload", show=False, id="row.reload", tooltip="Read the row again"),
    ]  # fmt: skip

    @dataclass
    class Read(Message):
        """The row is there."""

        detail: RowDetail

    @dataclass
    class Counted(Message):
        """Some rows that refer to it."""

        reference: Reference

    class AllCounted(Message):
        """The counting is over."""

    def __init__(self, model: str, key: str) -> None:
        super().__init__()
        self.model = model
        self.key = key
        self.detail: RowDetail | None = None
        self.wanted: dict[str, FieldChange] = {}
        self.unmasked: list[str] = []
        self.pane = 0
        self._fields = PagedRows(page_size=MOST_LINES)
        self._references: list[Reference] = []
        self._shown: list[Reference] = []
        self._source = PagedRows(page_size=MOST_LINES)
        self._counting = True

    def body(self) -> ComposeResult:
        """A title, the panes, and what is known of the field under the cursor."""
        yield Static(id="title")
        yield TabStrip(PANES, id="tabs")
        with Horizontal(id="panes"):
            with Vertical(id="fields"):
                yield FieldTable(FIELDS_AS_THEY_ARE, self._fields, empty="Reading the row…", id="fields-table")
                with VerticalScroll(id="about", can_focus=False):
                    yield Facts()
            yield ReferenceTable(REFERENCES, self._source, markable=False, empty="Counting…", id="references")
        yield Static(id="state")

    def on_mount(self) -> None:
        """Say what will be there."""
        self._show_title()
        self._show_pane()

    def connection_changed(self, connection: Connection) -> None:
        """Read it, the first time there is a connection."""
        if connection.ready and self.detail is None:
            self.action_reload()

    def changed(self) -> None:
        """It was changed meanwhile, by a dialog or on another screen."""
        self.action_reload()

    # Reading

    @work(exclusive=True, group="row", exit_on_error=False)
    async def _read(self) -> None:
        assert self.steward is not None
        try:
            detail = await self.steward.browser.row(self.model, self.key, self.unmasked)
        except StewardError as error:
            self.post_message(self.RequestFailed("The row could not be read", error.problem))
            return
        self.post_message(self.Read(detail))

    @work(exclusive=True, group="references", exit_on_error=False)
    async def _count(self) -> None:
        assert self.steward is not None
        try:
            await self.steward.browser.references(self.model, self.key, self._counted)
        except StewardError as error:
            self.steward_app.remember(error.problem)
        self.post_message(self.AllCounted())

    def _counted(self, reference: Reference) -> None:
        self.post_message(self.Counted(reference))

    def on_row_screen_read(self, message: Read) -> None:
        """Show it."""
        self.detail = message.detail
        self.model, self.key = message.detail.model, message.detail.key
        self.note(None)
        self._show_title()
        self._list()

    def on_row_screen_counted(self, message: Counted) -> None:
        """Those with rows come first, as they come."""
        self._references.append(message.reference)
        if message.reference.rows != 0:
            self._list_references()

    def on_row_screen_all_counted(self) -> None:
        """Now the empty ones too, at the end."""
        self._counting = False
        self._list_references()

    def _list_references(self) -> None:
        held = [each for each in self._references if each.rows != 0]
        held.sort(key=lambda each: -(each.rows or 0))
        self._shown = held if self._counting else [*held, *(each for each in self._references if each.rows == 0)]
        self._source.reset(len(self._shown))
        self._source.put(0, [reference_row(each) for each in self._shown][:MOST_LINES])
        table = self.query_one(ReferenceTable)
        table.empty = "Counting…" if self._counting else "Nothing can refer to it."
        # Until somebody is there, the greatest stays at the top.
        table.rows_changed(keep_cursor=table.has_focus)
        self._show_state()

    # Showing

    def _show_title(self) -> None:
        words: list[Content | tuple[str, str]] = [shown(f"{self.model} {self.key}", "bold $accent", limit=70)]
        if self.detail is not None:
            person = self.detail.person
            if self.detail.title:
                words += [(" · ", MUTED), shown(self.detail.title, limit=40)]
            if person is not None and self.detail.table != "zerver_userprofile":
                words += [(" · of ", MUTED), shown(person.full_name, limit=30), (f" (id {person.id})", MUTED)]
        self.query_one("#title", Static).update(Content.assemble(*words), layout=False)

    def _list(self) -> None:
        if self.detail is None:
            return
        rows = [field_row(each, self.wanted.get(each.field.name)) for each in self.detail.values]
        table = self.query_one(FieldTable)
        table.columns = FIELDS if self.wanted else FIELDS_AS_THEY_ARE
        self._fields.reset(len(rows))
        self._fields.put(0, rows if self.wanted else [without_becomes(each) for each in rows])
        table.set_marks(self.wanted.keys())
        table.rows_changed()
        self._show_about()
        self._show_state()
        self.refresh_bindings()

    def _show_state(self) -> None:
        if self.wanted:
            number = wording.counted(len(self.wanted), "change")
            words = Content.assemble((f"● {number} collected", "bold"), (" · nothing is saved yet · ", MUTED))
            words = Content.assemble(words, ("p", "bold $primary"), (" previews", MUTED))
        else:
            held = [each for each in self._references if each.rows != 0]
            rows = sum(each.rows or 0 for each in held)
            exact = all(each.exact for each in held)
            counted = (
                f"{wording.counted(rows, 'row', exact=exact)} in {wording.counted(len(held), 'place')} refer to it"
            )
            words = Content.styled(f"{'counting… ' if self._counting else ''}{counted}", MUTED)
        self.query_one("#state", Static).update(words, layout=False)

    @property
    def current(self) -> FieldValue | None:
        """The field under the cursor."""
        index = self.query_one(FieldTable).cursor
        values = self.detail.values if self.detail is not None else []
        return values[index] if index < len(values) else None

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Say what there is to know of the field."""
        if event.table.id == "fields-table":
            self._show_about()
            self.refresh_bindings()

    def _show_about(self) -> None:
        value = self.current
        facts = self.query_one("#about Facts", Facts)
        facts.sections = () if value is None else (Section("", tuple(self._about(value))),)
        self.query_one("#about").scroll_home(animate=False)

    def _about(self, value: FieldValue) -> list[Fact]:
        field = value.field
        null = "may be NULL" if field.null else "never NULL"
        facts = [
            Fact("field", Content.assemble(shown(field.name, "bold"), (f" · {type_words(field)} · {null}", MUTED)))
        ]
        raw = NULL if value.raw is None else value.raw
        facts.append(Fact("value", shown_lines(raw[:LONGEST_SHOWN])))
        if value.shown:
            facts.append(Fact(display_text(value.how), shown_lines(value.shown[:LONGEST_SHOWN])))
        wanted = self.wanted.get(field.name)
        if wanted is not None:
            facts.append(Fact("becomes", shown_lines(NULL if wanted.value is None else wanted.value, "bold")))
        elif field.why_not_edited:
            facts.append(Fact("not edited", shown(field.why_not_edited, MUTED)))
        for advice in self.detail.advice if self.detail is not None else []:
            facts.append(Fact("Zulip's way", shown(advice.sentence, "$warning")))
        return facts

    # Panes

    def _show_pane(self) -> None:
        self.query_one(TabStrip).active = self.pane
        for index, name in enumerate(PANES):
            self.set_class(index == self.pane, f"-pane-{name.lower()}")

    def action_pane(self, pane: int) -> None:
        """Go to a pane."""
        self.pane = pane
        self._show_pane()
        self.query_one("#references" if pane else "#fields-table").focus()

    def action_step(self) -> None:
        """Go to the other."""
        self.action_pane(1 - self.pane)

    # Going on

    def on_virtual_table_row_selected(self, event: VirtualTable.RowSelected) -> None:
        """Follow a reference, or show all of a value."""
        if event.table.id == "references":
            reference = self._shown[event.index]
            self.steward_app.open_rows(reference.model, reference.lookup, key=self.key)
            return
        value = self.current
        if value is None:
            return
        if value.target:
            self.steward_app.open_row(value.field.related, value.target)
        else:
            from tui.screens.value_dialog import ValueDialog

            self.app.push_screen(ValueDialog(f"{self.model} {self.key}", value))

    def action_whose(self) -> None:
        """Open the person."""
        person = self.detail.person if self.detail is not None else None
        if person is not None:
            from tui.screens.person import PersonScreen

            self.app.push_screen(PersonScreen(person, None))

    @property
    def _ways(self) -> list[Way]:
        return ways_of(self.detail.advice, self.detail.person) if self.detail is not None else []

    def action_instead(self) -> None:
        """Go to where Zulip's own way is; ask which, where there are several."""
        if self.refused("instead"):
            return
        ways = self._ways
        if len(ways) == 1:
            self._take(ways[0])
            return
        from tui.screens.console_dialogs import Choice, PickDialog

        def picked(index: int | None) -> None:
            if index is not None:
                self._take(ways[index])

        choices = [Choice(each.words, each.person.full_name if each.person is not None else "") for each in ways]
        self.app.push_screen(PickDialog("As Zulip does", choices, nothing=""), callback=picked)

    def _take(self, way: Way) -> None:
        take(self.steward_app, way, self._deleted)

    def copy_value(self) -> None:
        """Copy the value under the cursor."""
        value = self.current
        if value is not None and value.raw is not None:
            self.steward_app.copy(value.raw, "The value was")

    # Changing

    def can(self, action: str) -> bool | None:
        """Whether something can be done with the field under the cursor; None greys its key."""
        value = self.current if self.is_mounted else None
        if value is None:
            return None
        if action == "take_back":
            return value.field.name in self.wanted
        if action == "unmask":
            return value.masked
        if action == "edit":
            return True if not value.field.why_not_edited or self.steward_app.connection.read_only else None
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A preview is of something; a person is somebody's."""
        ready = self.steward_app.connection.ready
        if action == "preview":
            return bool(self.wanted)
        if action == "instead":
            return bool(self._ways)
        if action == "whose":
            return self.detail is not None and self.detail.person is not None
        if action in ("delete", "reload"):
            return True if ready else None
        return True

    def edit(self) -> None:
        """Ask for a value."""
        value = self.current
        if value is None or self.refused("edit"):
            return
        if value.field.why_not_edited:
            self.note(Note(f"{value.field.name}: {value.field.why_not_edited}", kind="note"))
            return
        from tui.screens.entry_dialog import EntryDialog

        def answered(change: FieldChange | None) -> None:
            if change is None:
                return
            if change.value == value.raw:
                self.wanted.pop(change.field, None)
            else:
                self.wanted[change.field] = change
            self._list()

        dialog = EntryDialog(self.model, self.key, value, self.wanted.get(value.field.name))
        self.app.push_screen(dialog, callback=answered)

    def take_back(self) -> None:
        """Forget what was collected for the field under the cursor."""
        value = self.current
        if value is not None:
            self.wanted.pop(value.field.name, None)
            self._list()

    def unmask(self) -> None:
        """Ask whether to show the secret."""
        value = self.current
        if value is None or not value.masked:
            return
        from tui.screens.unmask_dialog import UnmaskDialog

        name = value.field.name

        def answered(agreed: bool | None) -> None:
            if agreed:
                self.unmasked.append(name)
                self._read()

        self.app.push_screen(UnmaskDialog(f"{self.model} {self.key}", name), callback=answered)

    def action_preview(self) -> None:
        """Show what the collected changes would do."""
        if self.wanted and not self.refused("preview"):
            from tui.screens.row_preview import RowPreviewDialog

            seen = self.detail.fingerprint if self.detail is not None else ""
            dialog = RowPreviewDialog(self.model, self.key, list(self.wanted.values()), seen)
            self.app.push_screen(dialog, callback=self._saved)

    def _saved(self, done: bool | None) -> None:
        if done:
            self.wanted.clear()
            self._list()

    def action_delete(self) -> None:
        """Show what deleting would do."""
        if not self.refused("delete"):
            from tui.screens.deletion_dialog import DeletionDialog

            self.app.push_screen(DeletionDialog(self.model, self.key), callback=self._deleted)

    def _deleted(self, done: bool | None) -> None:
        if done:
            self.dismiss()

    def action_reload(self) -> None:
        """Read it again."""
        if self.steward_app.connection.ready:
            self._read()
            self._references.clear()
            self._counting = True
            self._count()
