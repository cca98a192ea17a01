"""What to sort by: the columns that an index begins with; of the others, why not."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from tui import keys
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown
from tui.widgets.pick_list import PickList
from zulip_bridge.api.browse import ModelDescription, ModelField


class SortDialog(Dialog[str]):
    """Answers with an order, ``-field`` for falling."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "browse_dialogs.tcss"]
    AUTO_FOCUS = "PickInput"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.EVERYWHERE]

    def __init__(self, description: ModelDescription, order: str) -> None:
        super().__init__()
        self._fields = sorted(description.fields, key=lambda each: not each.sortable)
        self._order = order or f"-{description.key}"
        self._listed: list[ModelField] = []

    def body(self) -> ComposeResult:
        """An input over the fields, and room for a reason."""
        yield PickList("a column", id="sort-list")
        yield Static(id="objection")

    def on_mount(self) -> None:
        """List all."""
        self.query_one("#frame").border_title = Content("Sort by")
        self._show("")

    def on_pick_list_typed(self, event: PickList.Typed) -> None:
        """Narrow it down."""
        event.stop()
        self._show(event.text)

    def _show(self, text: str) -> None:
        self._listed = [each for each in self._fields if text.casefold() in each.name.casefold()]
        self.query_one(PickList).show([self._line(each) for each in self._listed])

    def _line(self, field: ModelField) -> Content:
        now = " · now" if field.name == self._order.lstrip("-") else ""
        if field.sortable:
            return Content.assemble(shown(field.name, limit=40), (now, MUTED))
        return Content.assemble(shown(field.name, MUTED, limit=40), (" · no", MUTED))

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """That one, falling at first; or why not."""
        event.stop()
        field = self._listed[event.index]
        if field.sortable:
            turned = self._order == f"-{field.name}"
            self.dismiss(field.name if turned else f"-{field.name}")
        else:
            self.query_one("#objection", Static).update(shown(f"{field.name}: {field.why_not_sorted}", "$warning"))
