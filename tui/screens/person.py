"""One person: a title, the tabs, and the tab that is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from tui import keys, portrait
from tui.connection import Connection
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown
from tui.tabs.base import PersonTab
from tui.tabs.registry import TABS
from tui.widgets.notice import Note
from tui.widgets.tabstrip import TabStrip
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Person, PersonDetail
from zulip_bridge.text import display_text

if TYPE_CHECKING:
    from tui.commands import Command
    from tui.screens.save_dialog import SaveOrder

DIGITS = [
    Binding(
        str(index + 1), f"tab({index})", tab.name.lower(), show=False, id=f"person.{tab.module}", tooltip=tab.tooltip
    )
    for index, tab in enumerate(TABS)
]


class PersonScreen(StewardScreen):
    """Shows ``person``; a tab is made, and reads, when it is first looked at."""

    CSS_PATH = "person.tcss"
    AUTO_FOCUS = ""
    WRITES = frozenset({"edit", "actions", "lock_down", "erase", "remove"})
    BINDINGS: ClassVar[list[BindingType]] = [
        keys.BACK,
        Binding("e", "edit", "edit", id="person.edit", tooltip="Edit this person"),
        Binding("a", "actions", "actions", id="person.actions", tooltip="Deactivate, end sessions, and the like"),
        Binding(
            "l",
            "lock_down",
            "lock down…",
            show=False,
            id="person.lock_down",
            tooltip="Shut everybody out of this account: preview, confirm",
        ),
        Binding("x", "export", "export", id="person.export", tooltip="Export everything about this person"),
        Binding(
            "backspace,delete",
            "erase",
            "erase…",
            key_display="⌫",
            id="person.erase",
            tooltip="Erase this person: preview, confirm, prove",
        ),
        *DIGITS,
        Binding("left", "step(-1)", "tab before", show=False, id="person.left", tooltip="Show the tab before"),
        Binding("right", "step(1)", "tabs", key_display="←→", id="person.right", tooltip="Show the next tab"),
        Binding("y", "copy", "copy", id="person.copy", tooltip="Copy what is under the cursor; first, the address"),
        Binding("i", "copy_id", "copy id", show=False, id="person.copy_id", tooltip="Copy the user id"),
        Binding("s", "save", "save", id="person.save", tooltip="Save what this tab shows as JSON"),
        Binding("r,f5", "reload", "reload", show=False, id="person.reload", tooltip="Read this tab again"),
    ]

    def __init__(self, person: Person, detail: PersonDetail | None) -> None:
        super().__init__()
        self.person = person
        self.detail = detail
        self.active = 0
        self._is_under_way = False
        self._made: dict[int, PersonTab[Any]] = {}

    def body(self) -> ComposeResult:
        """The title, the tabs' names, and room for one of them."""
        yield Static(self._title(), id="title")
        yield TabStrip([tab.name for tab in TABS], id="tabs")
        yield Container(self._make(0), id="tab")

    @property
    def tab(self) -> PersonTab[Any]:
        """The tab that is looked at."""
        return self._made[self.active]

    def on_mount(self) -> None:
        """The first tab has the keys at once."""
        self.call_after_refresh(self.tab.focus_first)

    def connection_changed(self, connection: Connection) -> None:
        """What could not be read without a connection is read now."""
        if connection.ready:
            self.tab.call_after_refresh(self.tab.begin)
            self.tab.call_after_refresh(self._say_under_way)
        self.refresh_bindings()

    def _say_under_way(self) -> None:
        """An erasure that was cut off is not forgotten."""
        if not (self.is_mounted and self.steward_app.connection.ready):
            return
        from tui.erasing.opening import under_way

        found = bool(under_way(self.steward_app, self.person))
        if found:
            words = "The erasure of this person has begun, and is not finished."
            self.note(Note(words, (("⌫", "finish it"),)))
        elif self._is_under_way:
            self.note(None)
        self._is_under_way = found

    def on_person_tab_detail_read(self, message: PersonTab.DetailRead) -> None:
        """Name the person as they are called now."""
        self.detail, self.person = message.detail, message.detail.person
        self.query_one("#title", Static).update(self._title(), layout=False)
        for tab in self._made.values():
            tab.detail, tab.person = self.detail, self.person

    def on_person_tab_remark(self, message: PersonTab.Remark) -> None:
        """Say it."""
        self.note(Note(message.sentence, kind="note"))

    def _title(self) -> Content:
        person = self.person
        kind = "bot" if person.is_bot else display_text(person.role_name)
        return Content.assemble(
            shown(person.full_name, "bold $accent", limit=60),
            (" · ", MUTED),
            portrait.state_content(person.state),
            (f" · {kind} · {display_text(portrait.realm_words(person))} · id {person.id}", MUTED),
        )

    # Tabs

    def _make(self, index: int) -> PersonTab[Any]:
        self._made[index] = TABS[index].load()(self.person, self.detail)
        return self._made[index]

    async def action_tab(self, index: int) -> None:
        """Show a tab."""
        if index not in self._made:
            made = self._make(index)
            made.display = False
            await self.query_one("#tab").mount(made)
        self.set_focus(None)
        self.tab.display = False
        self.active = index
        self.query_one(TabStrip).active = index
        self.tab.display = True
        self.tab.begin()
        self.tab.call_after_refresh(self.tab.focus_first)
        self.refresh_bindings()

    async def action_step(self, by: int) -> None:
        """Show the tab beside this one."""
        await self.action_tab((self.active + by) % len(TABS))

    # What the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Exporting and saving need a connection; a lost one makes ``r`` reconnect."""
        if action in ("export", "save", "edit", "actions", "lock_down", "erase"):
            return True if self.steward_app.connection.ready else None
        if action == "reload":
            return self.steward_app.connection.ready
        return True

    def action_edit(self) -> None:
        """Open the fields."""
        if not self.refused("edit"):
            from tui.acting import open_edit

            open_edit(self.app, self.person)

    def action_actions(self) -> None:
        """Ask what to do."""
        if not self.refused("actions"):
            from tui.acting import open_actions

            open_actions(self.app, [self.person])

    def action_lock_down(self) -> None:
        """Preview it."""
        if not self.refused("lock_down"):
            from tui.acting import open_lockdown

            open_lockdown(self.app, self.person)

    def commands(self) -> Iterator[Command]:
        """What has a name but no key."""
        from tui.commands import Command

        if self.steward_app.connection.ready:
            yield Command("Deleted messages of this person", "archive restore purge", "", self._open_archive)

    def _open_archive(self) -> None:
        from tui.screens.archive import ArchiveScreen

        self.app.push_screen(ArchiveScreen(self.person))

    def action_erase(self) -> None:
        """Ask how; or, where it has begun already, offer to finish it."""
        if not self.refused("erase"):
            from tui.erasing.opening import open_erase

            open_erase(self.steward_app, self.person)

    def changed(self) -> None:
        """What was looked at is read anew."""
        self.detail = None
        self._say_under_way()
        for tab in self._made.values():
            tab.detail = None
            tab.reload()

    def action_export(self) -> None:
        """Ask where to."""
        self.steward_app.start_export([self.person])

    def action_copy(self) -> None:
        """Copy what the tab says."""
        copied = self.tab.copied()
        if copied is None:
            self.note(Note("There is nothing here to copy.", kind="note"))
        else:
            self.steward_app.copy(*copied)

    def action_copy_id(self) -> None:
        """Copy the id."""
        self.steward_app.copy(str(self.person.id), "The id was")

    def action_reload(self) -> None:
        """Read the tab again."""
        self.tab.reload()

    def action_save(self) -> None:
        """Ask where to."""
        from tui.screens.save_dialog import SaveDialog

        def answered(order: SaveOrder | None) -> None:
            if order is not None:
                self._save(order)

        self.app.push_screen(SaveDialog(self.person, self.tab.SECTION), callback=answered)

    @work(group="save", exit_on_error=False)
    async def _save(self, order: SaveOrder) -> None:
        assert self.steward is not None
        tab = self.tab
        try:
            saved = await self.steward.inspect.save(self.person, tab.SECTION, await tab.to_save(), order.path)
        except StewardError as error:
            self.post_message(self.RequestFailed("It could not be saved", error.problem))
            return
        self.note(Note(f"Saved: {display_text(str(saved.path))} (only you can read it).", kind="note"))
