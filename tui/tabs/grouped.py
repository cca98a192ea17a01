"""A tab that lists things in groups: each group under its heading, and below the table what the row says in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui.tabs.base import PersonTab
from tui.widgets.columns import Column
from tui.widgets.rows import PagedRows, Row
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.people import Person, PersonDetail
from zulip_bridge.text import display_text

Found = TypeVar("Found")
MOST_LINES = 20_000
LONGEST_CELL = 100
INDENT = "  "


@dataclass(frozen=True)
class Item:
    """A row: its cells as data (made safe here), what the pane below says of it, and what is copied."""

    cells: tuple[str, ...]
    about: Content
    copied: str
    muted: bool = False


@dataclass(frozen=True)
class Group:
    """Rows under one heading. ``count`` stands behind the heading, ``about`` below the table."""

    title: str
    items: Sequence[Item]
    about: Content = field(default_factory=Content)
    count: str = ""

    @property
    def heading(self) -> str:
        """The title with the count: ``Sessions · 3``; ``none`` where there is nothing."""
        return f"{self.title} · {self.count or len(self.items) or 'none'}"


class Listed(VirtualTable):
    """The table; its rows cannot be opened or marked."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action not in ("select", "mark")


class GroupedTab(PersonTab[Found]):
    """Subclasses say how the columns are called, and make groups of what was read."""

    COLUMNS: ClassVar[Sequence[Column]]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "group(1)", "next group", id="grouped.next", tooltip="Go to the next group"),
        Binding("N", "group(-1)", "group before", show=False, id="grouped.before", tooltip="Go to the group before"),
    ]

    DEFAULT_CSS = """
    GroupedTab > .grouped-about { height: 5; padding: 0 1; border-top: solid $line; }
    """

    def __init__(self, person: Person, detail: PersonDetail | None) -> None:
        super().__init__(person, detail)
        self._lines: list[Group | Item] = []
        self._source = PagedRows(page_size=MOST_LINES)

    def groups(self, found: Found) -> list[Group]:
        """What was read, in groups."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        """The table, and what the row under the cursor says."""
        yield Listed(self.COLUMNS, self._source, markable=False)
        yield Static(classes="grouped-about")

    def show(self, found: Found) -> None:
        """Draw the groups; the cursor stays on its row when they are read again."""
        keep = bool(self._lines)
        self._lines = []
        for group in self.groups(found):
            self._lines += [group, *group.items]
        del self._lines[MOST_LINES:]
        self._source.reset(len(self._lines))
        self._source.put(0, [_row(index, line) for index, line in enumerate(self._lines)])
        self.query_one(Listed).rows_changed(keep_cursor=keep)

    def copied(self) -> tuple[str, str] | None:
        """What the row under the cursor says."""
        line = self._line
        if line is None:
            return None
        return (line.heading, "The heading was") if isinstance(line, Group) else (line.copied, "The row was")

    def action_group(self, by: int) -> None:
        """Go to the heading after the cursor, or before it."""
        table = self.query_one(Listed)
        headings = [index for index, line in enumerate(self._lines) if isinstance(line, Group)]
        if by < 0:
            headings.reverse()
        beyond = (index for index in headings if (index - table.cursor) * by > 0)
        table.move_cursor(next(beyond, table.cursor))

    @property
    def _line(self) -> Group | Item | None:
        cursor = self.query_one(Listed).cursor
        return self._lines[cursor] if cursor < len(self._lines) else None

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Say what the row is about."""
        event.stop()
        self.query_one(".grouped-about", Static).update(self._lines[event.index].about, layout=False)


def _row(index: int, line: Group | Item) -> Row:
    if isinstance(line, Group):
        return Row(index, (display_text(line.heading, limit=LONGEST_CELL),), style="strong")
    first, *others = (display_text(cell, limit=LONGEST_CELL) for cell in line.cells)
    return Row(index, (INDENT + first, *others), style="muted" if line.muted else "")
