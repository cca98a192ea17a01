"""Small apps to be run in a terminal of their own: `python -m tests.tui.apps NAME`."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import DataTable, Input, Label, OptionList, Static, TextArea

from tui import safe_app
from tui.safe_app import SafeApp, run
from tui.widgets.virtual_table import Column, Key, PagedRows, Row, VirtualTable

SECRET = "s3cret-zoe@example.org"
HOSTILE = (
    "\x1b]52;c;SEVMTE8=\x07\x1b]52;c;SEVMTE8=\x1b\\ \x9b2J\x9d0;title\x9c "
    "\u202eevil\u202c\u2066\u200b\u200f\ufeff end"
)


class HostileApp(SafeApp):
    """Shows what a user may be called, raw, in every way that the screens have."""

    def compose(self) -> ComposeResult:
        yield Static(f"static {HOSTILE}", markup=False)
        yield Label(Content(f"label {HOSTILE}"))
        yield Static(Content.from_markup("link [link='http://example.org/$x']here[/]", x=HOSTILE))
        yield Input(f"input {HOSTILE}")
        yield TextArea(f"area {HOSTILE}")
        yield OptionList(Content(f"option {HOSTILE}"))
        source = PagedRows()
        source.put(0, [Row(1, (f"row {HOSTILE}",))], count=1)
        yield VirtualTable([Column(f"title {HOSTILE}", 20, weight=1)], source)
        plain: DataTable[Any] = DataTable()
        plain.add_column(Content(f"plain {HOSTILE}").plain)
        yield plain

    def on_mount(self) -> None:
        static = self.query_one(Static)
        static.border_title = Content(f"title {HOSTILE}")
        static.tooltip = f"tip {HOSTILE}"
        self.title = f"app {HOSTILE}"
        self.notify(f"toast {HOSTILE}", title=f"head {HOSTILE}", markup=False)


class QuietApp(SafeApp):
    """Has an input with the focus, and does nothing."""

    def compose(self) -> ComposeResult:
        yield Input("ready")


class CrashApp(SafeApp):
    """Breaks in the way that a key asks for, with a secret at hand."""

    BINDINGS = [  # noqa: RUF012
        Binding("h", "handler"),
        Binding("w", "worker"),
        Binding("t", "thread"),
        Binding("r", "rich"),
        Binding("s", "stray"),
        Binding("p", "panic"),
        Binding("m", "markup"),
    ]

    def compose(self) -> ComposeResult:
        yield Static("ready")

    def action_handler(self) -> None:
        password = SECRET
        try:
            raise KeyError(password)
        except KeyError as error:
            raise ValueError(f"no such person: {password}") from error

    @work
    async def action_worker(self) -> None:
        self.action_handler()

    @work(thread=True)
    def action_thread(self) -> None:
        self.action_handler()

    def action_rich(self) -> None:
        class Shown(Exception):
            def __rich__(self) -> str:
                return SECRET

        raise Shown(SECRET)

    async def action_stray(self) -> None:
        async def fail() -> None:
            self.action_handler()

        self._lost = asyncio.get_running_loop().create_task(fail())
        await asyncio.wait([self._lost])
        del self._lost
        gc.collect()  # asyncio tells of a lost exception when its task is collected
        self.exit(return_code=0)

    def action_panic(self) -> None:
        self.panic(SECRET)

    def action_markup(self) -> None:
        self.notify(f"[/]{SECRET}")


class StuckApp(QuietApp):
    """Writes without end, and has a thread that does not let go."""

    def on_mount(self) -> None:
        self.run_worker(lambda: threading.Event().wait(), thread=True)
        self.set_interval(0.01, self._write)

    def _write(self) -> None:
        box = self.query_one(Input)
        box.value = f"ready {len(box.value) % 50 * 'x'}"


class Computed:
    """A listing of 100,000 rows that are made up when they are asked for."""

    count = 100_000

    def get(self, index: int) -> Row:
        return Row(index, (f"Person {index}", f"person{index}@example.org", "member", f"{index % 977:,}"))

    def index_of(self, key: Key) -> int:
        return int(key)


class TableApp(SafeApp):
    """A long table."""

    def compose(self) -> ComposeResult:
        columns = [Column("Name", 20, weight=1), Column("Address", 24, weight=1), Column("Role", 8)]
        yield VirtualTable([*columns, Column("Messages", 9, align="right")], Computed())


APPS: dict[str, type[SafeApp]] = {
    "hostile": HostileApp,
    "quiet": QuietApp,
    "crash": CrashApp,
    "stuck": StuckApp,
    "table": TableApp,
}

if __name__ == "__main__":
    safe_app.PATIENCE = 1.0
    slow = {"--slow": True, "--fast": False}.get(sys.argv[2]) if len(sys.argv) > 2 else False
    sys.exit(run(APPS[sys.argv[1]](slow=slow), mouse="--mouse" in sys.argv))
