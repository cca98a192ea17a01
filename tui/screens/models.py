"""All models of the running server: found by name, opened to their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import keys, wording
from tui.browse_rows import MODELS, model_matches, model_row
from tui.connection import Connection
from tui.screens.base import StewardScreen
from tui.shown import MUTED
from tui.widgets.rows import PagedRows
from tui.widgets.searchline import SearchLine
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.query import ModelInfo
from zulip_bridge.text import display_text

MOST_MODELS = 2_000
FIRST_APP = "zerver"
"""Zulip's own; the others belong to libraries, or count."""

ESTIMATED = "~ is PostgreSQL's estimate"


class ModelTable(VirtualTable):
    """The table; a model cannot be marked."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action != "mark"


class ModelsScreen(StewardScreen):
    """The models by app, with estimated numbers of rows."""

    CSS_PATH = "browse.tcss"
    AUTO_FOCUS = "SearchLine Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", key_display="/", id="models.search", tooltip="Find a model by its name"),
        Binding("s", "sort", "sort", id="models.sort", tooltip="Sort by name, or by rows"),
        keys.BACK,
        Binding("r,f5", "reload", "reload", show=False, id="models.reload", tooltip="Read the estimates again"),
    ]

    @dataclass
    class Listed(Message):
        """The models are there."""

        models: list[ModelInfo]

    def __init__(self) -> None:
        super().__init__(id="models-screen")
        self._models: list[ModelInfo] | None = None
        self._shown: list[ModelInfo] = []
        self._by_rows = False
        self._source = PagedRows(page_size=MOST_MODELS)

    def body(self) -> ComposeResult:
        """A search line, the models, and how many there are."""
        yield SearchLine("a model, an app or a table", id="search")
        yield ModelTable(MODELS, self._source, markable=False, empty="Reading the models…", id="table")
        yield Static(id="count")

    def connection_changed(self, connection: Connection) -> None:
        """Read them, the first time there is a connection."""
        if connection.ready and self._models is None:
            self._read()

    @work(exclusive=True, group="models", exit_on_error=False)
    async def _read(self) -> None:
        assert self.steward is not None
        try:
            models = await self.steward.queries.models()
        except StewardError as error:
            self.post_message(self.RequestFailed("The models could not be read", error.problem))
            return
        self.post_message(self.Listed(models))

    def on_models_screen_listed(self, message: Listed) -> None:
        """Show them."""
        ordered = sorted(message.models, key=lambda each: (each.app != FIRST_APP, each.app, each.name))
        self._models = ordered[:MOST_MODELS]
        self._list(keep_cursor=True)

    def _list(self, *, keep_cursor: bool = False) -> None:
        if self._models is None:
            return
        text = self.query_one(SearchLine).text
        self._shown = [each for each in self._models if model_matches(each, text)]
        if self._by_rows:
            self._shown.sort(key=lambda each: -(each.rows or 0))
        self._source.reset(len(self._shown))
        self._source.put(0, [model_row(each) for each in self._shown])
        table = self.query_one(ModelTable)
        table.empty = f"No model matches “{display_text(text, limit=40)}”."
        table.sort = (3, True) if self._by_rows else None
        table.rows_changed(keep_cursor=keep_cursor)
        number = wording.counted(len(self._shown), "model")
        of = f" of {len(self._models)}" if len(self._shown) < len(self._models) else ""
        words = f"{number}{of} · {'by rows' if self._by_rows else 'by app and name'} · {ESTIMATED}"
        self.query_one("#count", Static).update(Content.styled(words, MUTED), layout=False)

    def on_search_line_typed(self) -> None:
        """Narrow the list down."""
        self._list()

    def on_search_line_entered(self) -> None:
        """Open the first."""
        self._open()

    def on_search_line_left(self) -> None:
        """Go to the list."""
        self.query_one(ModelTable).focus()

    def on_virtual_table_row_selected(self) -> None:
        """Show its rows."""
        self._open()

    def _open(self) -> None:
        index = self.query_one(ModelTable).cursor
        if index < len(self._shown):
            info = self._shown[index]
            self.steward_app.open_rows(f"{info.app}.{info.name}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a connection the key reconnects."""
        return action != "reload" or self.steward_app.connection.ready

    def action_search(self) -> None:
        """Go to the search line."""
        self.query_one(SearchLine).activate()

    def action_sort(self) -> None:
        """The other order."""
        self._by_rows = not self._by_rows
        self._list()

    def action_reload(self) -> None:
        """Read them again."""
        self._read()
