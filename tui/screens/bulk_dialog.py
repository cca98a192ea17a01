"""What to do with many people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from tui import keys, wording
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown
from tui.widgets.pick_list import PickList
from zulip_bridge.api.changes import Change, normal
from zulip_bridge.api.people import ROLE_NAMES, Person

CHOICES: dict[str, Change] = {
    "Deactivate": Change("deactivate"),
    "Reactivate": Change("reactivate"),
    "End all sessions": Change("end-sessions"),
    "Regenerate API keys": Change("regenerate-api-key"),
    **{f"Change role to {name}": Change("role", name) for name in ROLE_NAMES.values()},
}
NAMED = 6
"""People who are named; of the others there is the count."""


@dataclass(frozen=True)
class BulkOrder:
    """The same change for each of several people."""

    title: str
    people: tuple[Person, ...]
    change: Change


class BulkDialog(Dialog[BulkOrder]):
    """Answers with what is to be previewed for whom."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "bulk_dialog.tcss"]
    AUTO_FOCUS = "PickInput"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.EVERYWHERE]

    def __init__(self, people: Sequence[Person]) -> None:
        super().__init__()
        self.people = tuple(people)
        self._listed = list(CHOICES)

    def body(self) -> ComposeResult:
        """Who, and what."""
        yield Static(self._who(), id="who")
        yield PickList("what to do", id="options")

    def on_mount(self) -> None:
        """Offer everything."""
        self.query_one("#frame").border_title = Content(
            f"Actions · {wording.counted(len(self.people), 'marked person', 'marked people')}"
        )
        self._show()

    def _who(self) -> Content:
        names = Content(", ").join(shown(each.full_name, limit=30) for each in self.people[:NAMED])
        more = len(self.people) - NAMED
        return Content.assemble(names, (f" and {wording.thousands(more)} more", MUTED)) if more > 0 else names

    def _show(self) -> None:
        self.query_one(PickList).show([Content(name) for name in self._listed])

    def on_pick_list_typed(self, event: PickList.Typed) -> None:
        """Narrow it down."""
        event.stop()
        words = event.text.casefold().split()
        self._listed = [name for name in CHOICES if all(word in name.casefold() for word in words)]
        self._show()

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """That one."""
        event.stop()
        name = self._listed[event.index]
        self.dismiss(BulkOrder(name, self.people, normal(CHOICES[name])))
