"""Asking in the console: the editor, the question under way, its rows as they are fetched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import ContentSwitcher, OptionList, Static

from tui.connection import Connection
from tui.console.asking import HINTS, LANGUAGES, Limits, rows_words, statement_at, with_values
from tui.console.editor import Editor
from tui.console.result_table import ResultTable
from tui.console.results import Results, plain
from tui.screens.base import StewardScreen
from tui.shown import MUTED, shown
from tui.widgets.searchline import SearchLine
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.api.parameters import parameter_names
from zulip_bridge.api.query import FetchRows, OpenedQuery, OpenQuery, Orm, Rows, Sql
from zulip_bridge.query import Queries, SavedQuery
from zulip_bridge.query.completion import Completer
from zulip_bridge.query.history import History, Language
from zulip_bridge.text import display_text

FIRST_ROWS, PAGE = 100, 1_000
SESSION = "console"
"""Python's names live on under it."""

PLANS = ("QUERY PLAN",)


class AskingScreen(StewardScreen):
    """Two languages over one result; :class:`~tui.screens.console.ConsoleScreen` adds what is done with both."""

    CSS_PATH = "console.tcss"
    AUTO_FOCUS = "Editor"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+enter,ctrl+j", "run", "run", key_display="F5", id="console.run", tooltip="Run it"),
        Binding("f2", "language", "language", key_display="F2", id="console.language", tooltip="SQL, or Python"),
        Binding("f3", "library", "library", key_display="F3", id="console.library", tooltip="Pick a saved question"),
        Binding("f9", "writing", "write", key_display="F9", id="console.writing", tooltip="Let it write, or not"),
        Binding("f4", "history", "history", key_display="F4", id="console.history", tooltip="Pick an earlier one"),
        Binding("f6", "explain", "explain", key_display="F6", id="console.explain", tooltip="Show PostgreSQL's plan"),
        Binding("f8", "limits", "limits", key_display="F8", id="console.limits", tooltip="Change the limits"),
        Binding(
            "f7", "external", "editor", show=False, key_display="F7", id="console.external", tooltip="Use $EDITOR"
        ),
        Binding("ctrl+up", "recall(-1)", "earlier", show=False, id="console.earlier", tooltip="The question before"),
        Binding("ctrl+down", "recall(1)", "later", show=False, id="console.later", tooltip="The next question"),
        Binding("e", "edit", "editor", id="console.edit", tooltip="Go to the editor"),
        Binding("escape", "back", "back", key_display="esc", id="console.back", tooltip="Cancel, or go back"),
    ]

    @dataclass
    class Answered(Message):
        """A question was answered; ``generation`` tells which."""

        generation: int
        opened: OpenedQuery
        milliseconds: float

    @dataclass
    class PageArrived(Message):
        """More rows of a result."""

        generation: int
        page: Rows

    @dataclass
    class PageMissed(Message):
        """More rows could not be read."""

        generation: int
        problem: Problem

    @dataclass
    class Refused(Message):
        """A question was not answered."""

        generation: int
        problem: Problem

    @dataclass
    class NamesRead(Message):
        """What can be completed."""

        completer: Completer

    def __init__(self) -> None:
        super().__init__(id="console-screen")
        self.language: Language = "sql"
        self.limits = Limits()
        self.writing = False
        self.history = History.default()
        self.asked: Sql | Orm | None = None
        """What the result is of."""
        self.saved: SavedQuery | None = None
        """Where the text comes from, for what its parameters are."""
        self.busy = ""
        self.unmasked = False
        self.results = Results()
        self._drafts: dict[Language, str] = {"sql": "", "orm": ""}
        self._recalled = 0
        self._query = 0
        self._generation = 0
        self._fetching = False
        self._milliseconds = 0.0

    def body(self) -> ComposeResult:
        """Bar, editor, status, result."""
        yield Static(id="bar")
        editor = Editor()
        yield editor
        yield editor.popup
        with Vertical(id="status-line"):
            yield Static(id="status")
        with VerticalScroll(id="printed", can_focus=False):
            yield Static(id="printed-text")
        with ContentSwitcher(initial="nothing", id="result"):
            yield Static(Content.styled(HINTS["sql"], MUTED), id="nothing")
            yield ResultTable()
            with VerticalScroll(id="text"):
                yield Static(id="text-body")
        with Vertical(id="filter-line"):
            yield SearchLine("show rows with", id="filter")

    @property
    def editor(self) -> Editor:
        """Where questions are typed."""
        return self.query_one(Editor)

    @property
    def table(self) -> ResultTable:
        """Where rows are shown."""
        return self.query_one(ResultTable)

    @property
    def queries(self) -> Queries | None:
        """The session's questions; None while there is no session."""
        return self.steward.queries if self.steward is not None and self.steward_app.connection.ready else None

    def on_mount(self) -> None:
        """Say where we are."""
        self.show_bar()

    def connection_changed(self, connection: Connection) -> None:
        """A new session knows nothing of the results of the one before."""
        self._query = 0
        if connection.read_only:
            self.writing = False
        if connection.ready:
            self._read_names()
        self.show_bar()

    # What is said

    def show_bar(self) -> None:
        """Languages, mode, limits."""
        tabs = []
        for language, name in LANGUAGES.items():
            here = language == self.language
            tabs.append(Content.styled(f"▸{name}" if here else f" {name}", "bold $primary" if here else MUTED))
        if self.writing:
            mode = Content.styled(" ◆ WRITING ◆ ", "bold reverse $warning")
        else:
            mode = Content.styled("reading", "$success")
        about = Content.assemble(Content("  ").join(tabs), "   ", mode, "   ", (self.limits.words, MUTED))
        self.query_one("#bar", Static).update(about)
        self.set_class(self.writing, "-writing")

    def say(self, words: str, style: str = MUTED) -> None:
        """The status line; may hold untrusted text."""
        self.query_one("#status", Static).update(shown(words, style), layout=False)

    def show_rows_words(self) -> None:
        """How many rows there are."""
        self.say(rows_words(self.results, self._milliseconds), "")

    # Asking

    def action_run(self) -> None:
        """Run what is selected, or the statement that the cursor is in; when writing, all of it."""
        text = self.editor.selected_text or self.editor.text
        if not self.editor.selected_text and not self.writing and self.language == "sql":
            text = statement_at(text, self.editor.position)
        self.run_text(text)

    def run_text(self, text: str) -> None:
        """Ask for parameters' values first, where there are some."""
        if not text.strip() or self.queries is None:
            return
        trouble = self.history.add(self.language, text, self.now.isoformat())
        self._recalled = 0
        if trouble:
            self.say(trouble)
        question: Sql | Orm = Sql(text) if self.language == "sql" else Orm(text, SESSION)
        names = parameter_names(text) if isinstance(question, Sql) else []
        if names:
            self.ask_values(names, lambda values: self.ask(with_values(question, values)))
        else:
            self.ask(question)

    def ask(self, question: Sql | Orm, *, unmask: bool = False) -> None:
        """Ask; what was asked before is given up."""
        self.asked, self.unmasked = question, unmask
        self._generation += 1
        self._fetching = False
        self.workers.cancel_group(self, "rows")
        if self.writing:
            self.write(question)
            return
        self.set_busy("Running")
        self._ask(self._generation, question, unmask, self._query)
        self._query = 0

    def set_busy(self, words: str) -> None:
        """Say what is going on; nothing for the end of it."""
        self.busy = words
        if words:
            self.say(f"{words}…  Esc cancels.", "italic")
        self.refresh_bindings()

    @work(exclusive=True, group="query", exit_on_error=False)
    async def _ask(self, generation: int, question: Sql | Orm, unmask: bool, before: int) -> None:
        queries = self.queries
        assert queries is not None
        began = time.perf_counter()
        try:
            request = OpenQuery(question, self.limits.rows, self.limits.timeout_ms, unmask, FIRST_ROWS)
            opened = await queries.open(request)
        except StewardError as error:
            self.post_message(self.Refused(generation, error.problem))
            return
        self.post_message(self.Answered(generation, opened, (time.perf_counter() - began) * 1000))
        if before:
            await asyncio.shield(queries.close(before))

    def on_asking_screen_answered(self, message: Answered) -> None:
        """Show a table, a text, what was printed."""
        if message.generation != self._generation:
            return
        opened = message.opened
        self._query, self._milliseconds = opened.query, message.milliseconds
        self.set_busy("")
        self.note(None)
        self.show_printed(opened.printed)
        if opened.failure:
            self.show_text(opened.failure)
            self.say("The code raised an error.", "bold $error")
        elif not opened.columns:
            self.show_text(opened.shown)
            self.say(f"{message.milliseconds:,.0f} ms")
        elif tuple(each.name for each in opened.columns) == PLANS:
            self.show_text("\n".join(plain(row[0]) for row in opened.first.rows))
            self.say(f"PostgreSQL's plan · {message.milliseconds:,.0f} ms")
        else:
            self.show_table(opened)

    def show_table(self, opened: OpenedQuery) -> None:
        """Rows."""
        self.results = Results(opened.columns)
        self.results.add(opened.first)
        self.query_one("#result", ContentSwitcher).current = "table"
        self.table.show(self.results)
        self.hide_filter()
        self.show_rows_words()
        self.refresh_bindings()

    def show_text(self, text: str) -> None:
        """A value that is no table, a traceback, a plan."""
        self.results = Results()
        self.query_one("#text-body", Static).update(Content(display_text(text, newlines="keep")))
        self.query_one("#text", VerticalScroll).scroll_home(animate=False)
        self.query_one("#result", ContentSwitcher).current = "text" if text else "nothing"
        self.hide_filter()

    def show_printed(self, text: str) -> None:
        """What code has printed."""
        self.query_one("#printed").set_class(bool(text), "-shown")
        self.query_one("#printed-text", Static).update(Content(display_text(text.rstrip("\n"), newlines="keep")))

    def on_asking_screen_refused(self, message: Refused) -> None:
        """Say why; what was shown stays."""
        if message.generation != self._generation:
            return
        self.set_busy("")
        problem = message.problem
        if problem.kind is ErrorKind.CANCELLED:
            self.say("Cancelled.")
            return
        self.say("")
        if problem.kind in (ErrorKind.WORKER_LOST, ErrorKind.PROTOCOL):
            self.steward_app.lose(problem)
            return
        self.steward_app.remember(problem)
        self.show_text(problem.sentence)
        self.say(f"✕ Not answered: {problem.kind.value.replace('_', ' ')}.", "bold $error")

    # More rows

    def on_virtual_table_pages_wanted(self, event: VirtualTable.PagesWanted) -> None:
        """Fetch the next page: the table has come near the end of what is here."""
        if self._query and self.results.more and not self._fetching and not self.results.full:
            self._fetching = True
            self._fetch(self._generation, self._query)

    @work(exclusive=True, group="rows", exit_on_error=False)
    async def _fetch(self, generation: int, query: int) -> None:
        queries = self.queries
        if queries is None:
            return
        try:
            page = await queries.rows(FetchRows(query, PAGE))
        except StewardError as error:
            self.post_message(self.PageMissed(generation, error.problem))
            return
        self.post_message(self.PageArrived(generation, page))

    def on_asking_screen_page_missed(self, message: PageMissed) -> None:
        """Keep what is here; the result cannot be read on."""
        if message.generation == self._generation:
            self._query, self._fetching = 0, False
            self.post_message(self.RequestFailed("No more rows could be read", message.problem))

    def on_asking_screen_page_arrived(self, message: PageArrived) -> None:
        """Add them."""
        if message.generation != self._generation:
            return
        self._fetching = False
        self.results.add(message.page)
        self.table.rows_changed()
        self.show_rows_words()

    # Names

    @work(exclusive=True, group="names", exit_on_error=False)
    async def _read_names(self) -> None:
        queries = self.queries
        if queries is None:
            return
        try:
            names = await queries.names()
        except StewardError as error:
            # Completion is a help; questions can be asked without it.
            self.steward_app.remember(error.problem)
            return
        self.post_message(self.NamesRead(Completer(names)))

    def on_asking_screen_names_read(self, message: NamesRead) -> None:
        """Complete from now on."""
        self.editor.completer = message.completer

    # The editor's text

    def action_language(self) -> None:
        """The other language; each keeps its text."""
        self.set_language("orm" if self.language == "sql" else "sql")
        self.editor.focus()

    def set_language(self, language: Language) -> None:
        """Go over to a language."""
        if language != self.language:
            self._drafts[self.language] = self.editor.text
            self.language, self.saved = language, None
            self.editor.load_text(self._drafts[language])
            self.editor.set_language(language)
            self.editor.move_cursor(self.editor.document.end)
        self.query_one("#nothing", Static).update(Content.styled(HINTS[language], MUTED))
        self.show_bar()

    def set_text(self, text: str, *, at_end: bool = True) -> None:
        """Put a question into the editor."""
        self.saved = None
        self.editor.load_text(text)
        self.editor.move_cursor(self.editor.document.end if at_end else (0, 0))
        self.editor.focus()

    def action_recall(self, by: int) -> None:
        """Go through the questions of this language that were asked before."""
        earlier = [each for each in self.history.entries if each.language == self.language]
        self._recalled = max(-len(earlier), min(0, self._recalled + by))
        if self._recalled < 0:
            self.set_text(earlier[self._recalled].text)

    def action_edit(self) -> None:
        """Go to the editor."""
        self.editor.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A completion was clicked."""
        event.stop()
        self.editor.take(event.option_index)

    def on_editor_left(self) -> None:
        """Esc in the editor is the screen's."""
        self.action_back()

    def action_back(self) -> None:
        """First end what runs, then leave the result, then the screen."""
        if self.busy:
            for group in ("query", "save"):
                self.workers.cancel_group(self, group)
            self._generation += 1
            self.set_busy("")
            self.say("Cancelled.")
        elif self.query_one(SearchLine).active:
            self.hide_filter()
            self.table.focus()
        elif self.table.has_focus and self.results.needle:
            self.hide_filter()
        elif not self.editor.has_focus:
            self.editor.focus()
        else:
            self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a session or a result is greyed without one."""
        if action == "explain" and (self.language != "sql" or self.writing):
            return None
        if action in ("run", "explain"):
            return True if self.queries is not None else None
        if action == "writing":
            return True if not self.steward_app.connection.read_only else None
        if action == "edit":
            return not self.editor.has_focus
        if action in ("save", "unmask"):
            return True if self.results.columns and self.queries is not None else None
        return True

    # What the whole screen adds

    def ask_values(self, names: list[str], then: Callable[[dict[str, str]], None]) -> None:
        """Let values for parameters be entered."""
        raise NotImplementedError

    def write(self, question: Sql | Orm, confirmed: tuple[str, ...] = ()) -> None:
        """Run it in a transaction that waits for a decision."""
        raise NotImplementedError

    def hide_filter(self) -> None:
        """Take the filter's line away."""
        raise NotImplementedError
