"""The console: SQL and Python on one screen, its library and history, what is done with a result, and writing."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from textual import work
from textual.app import SuspendNotSupported
from textual.message import Message

from tui import destination
from tui.commands import Command
from tui.console.asking import Limits
from tui.console.result_table import ResultTable
from tui.console.results import Sort, plain
from tui.screens.commit_dialog import CommitDialog
from tui.screens.console_asking import AskingScreen
from tui.screens.console_dialogs import Choice, Field, FormDialog, LimitsDialog, PickDialog, ValueDialog, WordsDialog
from tui.widgets.notice import Note
from tui.widgets.searchline import SearchLine
from tui.wording import counted, size
from zulip_bridge.api.errors import Problem, StewardError
from zulip_bridge.api.query import Orm, Sql
from zulip_bridge.api.writing import HOLD_MS, TryWrite, WriteOutcome
from zulip_bridge.query import SavedQuery, library
from zulip_bridge.query.library import keep
from zulip_bridge.query.saving import FORMATS, save

UNMASK = "show secrets"
CLIPBOARD_ROWS = 5_000


class ConsoleScreen(AskingScreen):
    """It is kept when it is left, with what was typed and what was found."""

    CSS_PATH = "console.tcss"

    @dataclass
    class Ended(Message):
        """Something in the background has ended, with words for it."""

        words: str
        style: str = ""

    @dataclass
    class WriteEnded(Message):
        """How a write has ended."""

        question: Sql | Orm
        confirmed: tuple[str, ...]
        outcome: WriteOutcome | None
        problem: Problem | None = None

    # Where questions come from

    def ask_values(self, names: list[str], then: Callable[[dict[str, str]], None]) -> None:
        """A form with a line for each parameter; of a saved question, with what it means."""
        known = {each.name: each for each in self.saved.parameters} if self.saved is not None else {}
        fields = []
        for name in names:
            parameter = known.get(name)
            default = parameter.default if parameter is not None else None
            fields.append(Field(name, default or "", parameter.description if parameter is not None else ""))
        title = self.saved.title if self.saved is not None else "Values for the parameters"

        def answered(values: dict[str, str] | None) -> None:
            if values is not None:
                then(values)

        lead = self.saved.description if self.saved is not None else ""
        self.app.push_screen(FormDialog(title, fields, "Run", lead=lead), answered)

    @work(exclusive=True, group="library", exit_on_error=False)
    async def action_library(self) -> None:
        """Pick a saved question: it is put into the editor, and run if it wants to know nothing."""
        found = list((await asyncio.to_thread(library)).values())
        choices = [Choice(each.name, each.title, each.description) for each in found]
        index = await self.app.push_screen_wait(PickDialog("Saved questions", choices, nothing="There are none."))
        queries = self.queries
        if index is None or queries is None:
            return
        try:
            text = found[index].variant(await queries.tables()).sql
        except StewardError as error:
            self.post_message(self.RequestFailed("The question cannot be asked here", error.problem))
            return
        self.call_later(self._take_saved, found[index], text)

    def _take_saved(self, saved: SavedQuery, text: str) -> None:
        self.set_language(saved.language)
        self.set_text(text, at_end=False)
        self.saved = saved
        if self.writing:
            self.action_writing()
        self.action_run()

    def action_history(self) -> None:
        """Pick a question that was asked before."""
        entries = list(reversed(self.history.entries))
        choices = [
            Choice(each.when[:16].replace("T", " "), " ".join(each.text.split()), each.language) for each in entries
        ]

        def picked(index: int | None) -> None:
            if index is not None:
                self.set_language(entries[index].language)
                self.set_text(entries[index].text)

        where = f" · {self.history.path}" if self.history.path else " · not kept in a file"
        nothing = "Nothing has been asked yet."
        self.app.push_screen(PickDialog(f"Asked before{where}", choices, nothing=nothing), picked)

    def _save_question(self) -> None:
        def answered(values: dict[str, str] | None) -> None:
            if values is None:
                return
            try:
                path = keep(values["name"].strip(), values["title"], self.editor.text, self.language)
            except StewardError as error:
                self.note(Note(error.sentence))
            else:
                self.note(Note(f"Saved as {path}.", kind="note"))

        fields = [
            Field("name", "", "small letters, digits, hyphens"),
            Field("title", "", "what it asks, in a sentence"),
        ]
        self.app.push_screen(FormDialog("Save the question under a name", fields, "Save"), answered)

    def action_external(self) -> None:
        """Edit the text in $EDITOR; the screen is given back afterwards."""
        command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        suffix = ".sql" if self.language == "sql" else ".py"
        with tempfile.TemporaryDirectory(prefix="zulip-steward-") as folder:
            path = Path(folder) / f"question{suffix}"
            path.write_text(self.editor.text, "utf-8")
            try:
                with self.app.suspend():
                    status = subprocess.run([*shlex.split(command), str(path)], check=False).returncode
            except (OSError, ValueError, SuspendNotSupported):
                self.note(Note(f"{command} could not be started: set EDITOR to another program."))
                return
            if status == 0:
                saved, text = self.saved, path.read_text("utf-8", errors="replace")
                self.set_text(text.removesuffix("\n"))
                self.saved = saved
            else:
                self.note(Note(f"{command} has ended with status {status}; the text is as it was."))

    # How it is asked

    def action_explain(self) -> None:
        """PostgreSQL's plan of the statement."""
        self._explain("EXPLAIN")

    def _explain(self, how: str) -> None:
        if self.language != "sql":
            self.note(Note("A plan is for SQL: .explain() of a query set shows its plan in Python.", kind="note"))
            return
        if self.writing:
            self.note(Note("Plans are for reading: F9 leaves writing.", kind="note"))
            return
        from tui.console.asking import statement_at

        text = self.editor.selected_text or statement_at(self.editor.text, self.editor.position)
        if text.strip():
            self.run_text(f"{how} {text}")

    def action_limits(self) -> None:
        """How many rows, how many seconds."""

        def answered(values: dict[str, str] | None) -> None:
            if values is not None:
                self.limits = Limits(*LimitsDialog.read(values))
                self.show_bar()

        self.app.push_screen(LimitsDialog(self.limits.rows, self.limits.timeout_ms), answered)

    def action_unmask(self) -> None:
        """Ask again, with secrets shown: a deliberate act, and recorded."""
        question = self.asked
        if question is None or self.writing:
            return

        def answered(yes: bool | None) -> None:
            if yes and question is not None:
                self.ask(question, unmask=True)

        sentences = ["The question is asked again, with API keys, tokens and passwords readable on this screen."]
        sentences.append("That is recorded in the journal.")
        self.app.push_screen(WordsDialog("Show secrets", sentences, UNMASK, "Show"), answered)

    # What is done with a result

    def on_virtual_table_row_selected(self) -> None:
        """The whole value under the cursor."""
        table = self.table
        if table.column is not None and table.values is not None:
            number = self.results.number(table.cursor)
            length = self.results.cuts.get((number or 0, table.column))
            info = self.results.columns[table.column]
            self.app.push_screen(ValueDialog(info, table.values[table.column], length))

    def on_result_table_wanted(self, event: ResultTable.Wanted) -> None:
        """Sort, filter, hide, copy."""
        event.stop()
        if self.table.column is not None:
            getattr(self, f"_{event.what}")(self.table.column)

    def _sort(self, column: int) -> None:
        """By this column, then the other way, then as it came."""
        before = self.results.sort
        if before is None or before.column != column:
            after: Sort | None = Sort(column)
        else:
            after = None if before.descending else Sort(column, descending=True)
        self.results.arrange(after, self.results.needle)
        self._rearranged()

    def _filter(self, column: int) -> None:
        self.query_one("#filter-line").add_class("-shown")
        self.query_one(SearchLine).activate()

    def on_search_line_typed(self, event: SearchLine.Typed) -> None:
        """Show the rows that have it in a column that is shown."""
        if event.text != self.results.needle:
            self.results.arrange(self.results.sort, event.text)
            self._rearranged()

    def on_search_line_left(self) -> None:
        """Go to the rows."""
        self.table.focus()
        if not self.results.needle:
            self.hide_filter()

    def on_search_line_entered(self) -> None:
        """The same."""
        self.on_search_line_left()

    def hide_filter(self) -> None:
        """Show all rows again."""
        self.query_one("#filter-line").remove_class("-shown")
        self.query_one(SearchLine).text = ""

    def _hide(self, column: int) -> None:
        if len(self.results.visible) > 1:
            self.results.visible.remove(column)
            self._rearranged()

    def _show_all(self, column: int) -> None:
        self.results.visible = list(range(len(self.results.columns)))
        self.table.at = column
        self._rearranged()

    def _rearranged(self) -> None:
        self.table.rearranged()
        self.show_rows_words()

    def _copy_cell(self, column: int) -> None:
        if self.table.values is not None:
            value = self.table.values[column]
            self.steward_app.copy("" if value is None else plain(value), "The value was")

    def _copy_row(self, column: int) -> None:
        if self.table.values is not None:
            names = [each.name for each in self.results.columns]
            row = dict(zip(names, self.table.values, strict=True))
            self.steward_app.copy(orjson.dumps(row).decode(), "The row was")

    def _copy_column(self, column: int) -> None:
        count = min(self.results.found, CLIPBOARD_ROWS)
        numbers = [self.results.number(index) for index in range(count)]
        values = [self.results.rows[number][column] for number in numbers if number is not None]
        words = f"{counted(len(values), 'value')} {'was' if len(values) == 1 else 'were'}"
        self.steward_app.copy("\n".join("" if value is None else plain(value) for value in values), words)

    def action_save(self) -> None:
        """Ask where to, then write all of the result there, straight from the server."""
        if self.asked is None or not self.results.columns:
            return
        day = f"{self.now:%Y-%m-%d}"
        base = destination.HOME.expanduser()
        tries = (base / f"query-{day}{number}.ndjson" for number in ("", *(f"-{each}" for each in range(2, 100))))
        path = next((each for each in tries if not each.exists()), base / f"query-{day}.ndjson")
        self.app.push_screen(SaveForm(path), partial(self._save_to, self.asked))

    def _save_to(self, question: Sql | Orm, values: dict[str, str] | None) -> None:
        if values is not None:
            self.set_busy("Saving")
            self._save(question, destination.read_path(values["file"]))

    @work(exclusive=True, group="save", exit_on_error=False)
    async def _save(self, question: Sql | Orm, path: Path) -> None:
        queries = self.queries
        assert queries is not None
        form = next(each for each in FORMATS if path.suffix == f".{each}")

        def progress(written: int) -> None:
            self.say(f"Saving… {size(written)}.  Esc cancels.", "italic")

        try:
            await asyncio.to_thread(lambda: path.parent.mkdir(mode=0o700, parents=True, exist_ok=True))
            limits = self.limits
            summary = await save(
                queries,
                question,
                path,
                form,
                progress,
                limit=limits.rows,
                timeout_ms=limits.timeout_ms,
                unmask=self.unmasked,
            )
        except (StewardError, OSError) as error:
            words = error.sentence if isinstance(error, StewardError) else str(error.strerror)
            self.post_message(self.Ended(f"✕ Not saved: {words}", "bold $error"))
            return
        more = ", more exist: the limit is reached" if summary.more else ""
        self.post_message(self.Ended(f"{counted(summary.rows, 'row')}{more} saved to {path}"))

    def on_console_screen_ended(self, message: Ended) -> None:
        """Say how it went."""
        self.set_busy("")
        self.say(message.words, message.style)

    # Writing

    def action_writing(self) -> None:
        """Let the next statement write, or not."""
        self.writing = not self.writing
        self.show_bar()

    def write(self, question: Sql | Orm, confirmed: tuple[str, ...] = ()) -> None:
        """Run it in a transaction that waits for a decision."""
        self.set_busy("Running, in a transaction")
        self._write(question, confirmed)

    @work(exclusive=True, group="query", exit_on_error=False)
    async def _write(self, question: Sql | Orm, confirmed: tuple[str, ...]) -> None:
        queries = self.queries
        assert queries is not None
        request = TryWrite(question, list(confirmed), self.limits.timeout_ms, HOLD_MS)
        try:
            async with queries.writes.attempt(request) as attempt:
                if attempt.tried is None:
                    outcome = await attempt.outcome()
                else:
                    dialog = CommitDialog(attempt.tried, self.steward_app.connection.label)
                    deciding = asyncio.ensure_future(self._decision(dialog))
                    ending = asyncio.ensure_future(attempt.outcome())
                    try:
                        await asyncio.wait({deciding, ending}, return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        if not deciding.done():
                            deciding.cancel()
                            dialog.dismiss(None)
                    if deciding.done() and not deciding.cancelled() and deciding.result() is not None:
                        outcome = await (attempt.commit() if deciding.result() else attempt.roll_back())
                    else:
                        outcome = await ending
        except StewardError as error:
            self.post_message(self.WriteEnded(question, confirmed, None, error.problem))
            return
        self.post_message(self.WriteEnded(question, confirmed, outcome))

    async def _decision(self, dialog: CommitDialog) -> bool | None:
        decided: asyncio.Future[bool | None] = asyncio.get_running_loop().create_future()

        def answered(commit: bool | None) -> None:
            if not decided.done():
                decided.set_result(commit)

        await self.app.push_screen(dialog, answered)
        return await decided

    def on_console_screen_write_ended(self, message: WriteEnded) -> None:
        """Say how it ended; ask for words where they are wanted."""
        self.set_busy("")
        outcome = message.outcome
        if outcome is None:
            assert message.problem is not None
            self.post_message(self.Refused(self._generation, message.problem))
            return
        if outcome.state == "confirm":
            self._ask_words(message.question, message.confirmed, outcome)
            return
        self.show_printed(outcome.printed)
        self.show_text(outcome.failure)
        rows = f" {counted(outcome.rows, 'row')}." if outcome.rows is not None else ""
        done = outcome.state in ("committed", "done")
        if done:
            # Each write is asked for by itself: F5 once more does not do it twice.
            self.writing = False
            self.show_bar()
        style = "bold $success" if done else "bold $error" if outcome.state in ("failed", "unknown") else "bold"
        self.say(f"{'✓ ' if done else ''}{outcome.sentence}{rows}", style)

    def _ask_words(self, question: Sql | Orm, confirmed: tuple[str, ...], outcome: WriteOutcome) -> None:
        """One risk after the other; all of them, or nothing is run."""
        risk = outcome.risks[0]
        self.say("Nothing was run: it wants its words.")

        def answered(yes: bool | None) -> None:
            if yes:
                self.write(question, (*confirmed, risk.words))

        self.app.push_screen(WordsDialog("This must be asked for", [risk.sentence], risk.words, "Run"), answered)

    # By name

    def commands(self) -> Iterator[Command]:
        """What has a name, but no key."""
        if self.queries is not None and self.language == "sql":
            run = partial(self._explain, "EXPLAIN (ANALYZE, BUFFERS)")
            yield Command("Explain: run it and measure the plan", "analyze buffers", "", run)
        yield Command("Save the question under a name", "library named", "", self._save_question)
        yield Command("History: forget all questions", "clear delete", "", self._forget)
        if self.history.path is not None:
            yield Command("History: keep none in this session, remove the file", "off", "", self._switch_off)

    def _forget(self) -> None:
        self.say(self.history.clear() or "The history is empty.")

    def _switch_off(self) -> None:
        words = "The history's file is removed. ZULIP_STEWARD_HISTORY=off keeps none ever."
        self.say(self.history.switch_off() or words)


class SaveForm(FormDialog):
    """Where to; the ending of the name is the format."""

    def __init__(self, path: Path) -> None:
        hint = "ends in .ndjson, .json or .csv; readable by you alone (0600)"
        lead = "All rows are asked for again and written straight from the server. Recorded in the journal."
        super().__init__("Save the result", [Field("file", str(path), hint)], "Save", lead=lead)

    def objection(self) -> str:
        """A new file with an ending that is known."""
        typed: dict[str, Any] = self.values
        trouble = destination.file_objection(typed["file"])
        if trouble is None and destination.read_path(typed["file"]).suffix not in {f".{each}" for each in FORMATS}:
            return "The name ends in .ndjson, .json or .csv."
        return trouble or ""
