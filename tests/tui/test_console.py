"""The console: asking in both languages, what comes of it, completion, history, saving, writing."""

from __future__ import annotations

import csv
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import psycopg
import pytest
from textual.widgets import Button, Input

from tests.plain_sql import value as plain_value
from tests.tui.driving import SIZES, SMALL, Driver, running
from tests.tui.frames import assert_frame
from tui import destination
from tui.console.editor import Popup
from tui.screens.commit_dialog import CommitDialog
from tui.screens.console import ConsoleScreen
from zulip_bridge.api.query import MASK
from zulip_bridge.demo import DemoInstall
from zulip_bridge.journal import Journal
from zulip_bridge.query.history import Language

PEOPLE = "SELECT id, full_name, role FROM zerver_userprofile WHERE NOT is_bot ORDER BY id"
SOME = "UPDATE zerver_draft SET topic = 'x' WHERE id <= 3"


@pytest.fixture(autouse=True)
def own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Questions are remembered here."""
    path = tmp_path / "history.jsonl"
    monkeypatch.setenv("ZULIP_STEWARD_HISTORY", str(path))
    return path


class Console:
    """The console under way."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        screen = driver.app.get_screen("console")
        assert isinstance(screen, ConsoleScreen)
        self.screen = screen

    @property
    def status(self) -> str:
        return str(self.screen.query_one("#status").render())

    async def run(self, text: str, *, until: str = "ms") -> None:
        """Run a text as if it had been pasted."""
        self.screen.set_text(text)
        await self.driver.pilot.pause()
        self.screen.say("")
        await self.driver.press("f5")
        await self.driver.until(lambda: not self.screen.busy and until in self.status, f"{until!r} in the status")

    async def python(self, text: str) -> None:
        """The same in Python."""
        self.screen.set_language("orm")
        await self.run(text)


@asynccontextmanager
async def console(install: Path, size: tuple[int, int] = SMALL, read_only: bool = True) -> AsyncIterator[Console]:
    async with running(install, size, read_only=read_only) as driver:
        await driver.press("escape", "q")
        await driver.until(lambda: isinstance(driver.app.screen, ConsoleScreen), "the console")
        opened = Console(driver)
        await driver.until(lambda: opened.screen.editor.completer is not None, "the names")
        yield opened


async def test_from_the_list_to_a_table_by_keyboard(install: Path) -> None:
    async with console(install) as at:
        for character in "select 42 as it":
            await at.driver.press("space" if character == " " else character)
        await at.driver.press("f5")
        await at.driver.until_text("42", "1 row ·")
        await at.driver.press("escape", "escape")
        await at.driver.until_text("search")


async def test_rows_come_as_one_scrolls_and_more_is_told(install: Path) -> None:
    async with console(install) as at:
        await at.run("SELECT g AS n FROM generate_series(1, 3000) g")
        assert "100 rows here, more exist" in at.status
        await at.driver.press("tab")
        await at.driver.press("end")
        await at.driver.until(lambda: "1,100 rows here, more exist" in at.status)
        for _ in range(3):
            await at.driver.press("end")
            await at.driver.pilot.pause(0.05)
        await at.driver.until(lambda: "3,000 rows ·" in at.status)
        await at.driver.press("end")
        await at.driver.until_text("3000")
        at.screen.limits.rows = 10
        await at.run("SELECT g AS n FROM generate_series(1, 3000) g")
        assert "10 rows, more exist: the limit is reached" in at.status


async def test_python_shows_tables_values_and_prints(install: Path) -> None:
    async with console(install) as at:
        await at.python("x = 41\nprint('printed line')")
        await at.driver.until_text("printed line")
        await at.run("x + 1")
        await at.driver.until_text("42")
        await at.run("UserProfile.objects.order_by('id').values('id', 'full_name')[:5]")
        assert "5 rows ·" in at.status
        await at.run("1 / 0", until="raised")
        await at.driver.until_text("ZeroDivisionError", "line 1: 1 / 0")


async def test_a_refusal_is_a_sentence(install: Path) -> None:
    async with console(install) as at:
        await at.run("SELECT nothing FROM zerver_realm", until="Not answered")
        await at.driver.until_text('column "nothing" does not exist')
        await at.run("DELETE FROM zerver_draft RETURNING id", until="Not answered")
        await at.driver.until_text("refused to write")


async def test_esc_cancels_and_the_next_question_is_answered(install: Path) -> None:
    async with console(install) as at:
        at.screen.set_text("SELECT pg_sleep(60)")
        await at.driver.press("f5")
        await at.driver.until_text("Running…")
        await at.driver.press("escape")
        await at.driver.until_text("Cancelled.")
        await at.run("SELECT 42 AS it")
        await at.driver.until_text("42")


async def test_only_the_statement_under_the_cursor_is_run(install: Path) -> None:
    async with console(install) as at:
        at.screen.set_text("SELECT 'first' AS it;\nSELECT 'second' AS it;")
        at.screen.editor.move_cursor((0, 3))
        await at.driver.press("f5")
        await at.driver.until_text("first", "1 row ·")
        assert at.screen.results.rows == [["first"]]


async def test_parameters_are_asked_for(install: Path) -> None:
    async with console(install) as at:
        at.screen.set_text("SELECT :name AS it, ':no' AS other")
        await at.driver.press("f5")
        await at.driver.until_text("Values for the parameters")
        await at.driver.press(*"zoe", "enter")
        await at.driver.until(lambda: at.screen.results.rows == [["zoe", ":no"]])


async def test_a_question_of_the_library_is_picked_and_asked(install: Path) -> None:
    async with console(install) as at:
        await at.driver.press("f3")
        await at.driver.until_text("Saved questions")
        await at.driver.press(*"never-used")
        await at.driver.press("enter")
        await at.driver.until_text("[ Run ]")
        at.driver.app.screen.query_one("#go", Button).press()
        await at.driver.until(lambda: "row" in at.status and not at.screen.busy)
        assert "zerver_userprofile" in at.screen.editor.text


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [("sql", "SELECT 40 + :more::int AS it", [[42]]), ("orm", "[{'it': 40 + 2}]", [[42]])],
)
async def test_a_question_of_ones_own_is_saved_and_picked_again(
    install: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: Language,
    text: str,
    found: list[list[int]],
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    async with console(install) as at:
        at.screen.set_language(language)
        at.screen.set_text(text)
        await at.driver.press("ctrl+p", *"named", "enter")
        await at.driver.until_text("Save the question under a name")
        await at.driver.press(*"mine", "enter", *"Adding", "enter")
        await at.driver.until_text("Saved as")
        at.screen.set_language("orm" if language == "sql" else "sql")
        await at.driver.press("f3")
        await at.driver.until_text("Saved questions")
        await at.driver.press(*"adding")
        await at.driver.press("enter")
        if language == "sql":
            await at.driver.until_text("[ Run ]")
            await at.driver.press("2", "enter")
        await at.driver.until(lambda: at.screen.results.rows == found, "the result")
        assert (at.screen.language, at.screen.editor.text) == (language, text)


async def test_completion_is_offered_and_taken(install: Path) -> None:
    async with console(install) as at:
        popup = at.screen.query_one(Popup)
        for character in "select * from zerver_userp":
            await at.driver.press("space" if character == " " else "underscore" if character == "_" else character)
        await at.driver.until(lambda: popup.shown)
        await at.driver.until_text("zerver_userprofile")
        while popup.chosen is not None and popup.chosen.text != "zerver_userprofile":
            await at.driver.press("down")
        await at.driver.press("tab")
        assert at.screen.editor.text == "select * from zerver_userprofile"
        assert not popup.shown
        at.screen.set_language("orm")
        at.screen.set_text("Draft.objects.filter(user_profile__realm_")
        await at.driver.press("underscore")
        await at.driver.until(lambda: popup.shown)
        await at.driver.press(*"strin")
        await at.driver.until(lambda: popup.chosen is not None and popup.chosen.text == "string_id")
        await at.driver.press("escape")
        assert not popup.shown
        assert isinstance(at.driver.app.screen, ConsoleScreen)


async def test_sort_filter_hide_view_and_copy(install: Path) -> None:
    async with console(install) as at:
        await at.run(PEOPLE)
        await at.driver.press("tab", "right", "s")
        await at.driver.until(lambda: "by full_name ▴" in at.status)
        names = [at.screen.results.get(index).cells[1] for index in range(5)]  # type: ignore[union-attr]
        assert names == sorted(names, key=str.casefold)
        await at.driver.press("s")
        await at.driver.until(lambda: "by full_name ▾" in at.status)
        await at.driver.press("f", *"marta")
        await at.driver.until(lambda: "with “marta”" in at.status)
        await at.driver.press("enter", "y")
        assert "Marta" in at.driver.app.clipboard
        await at.driver.press("Y")
        assert orjson.loads(at.driver.app.clipboard)["full_name"].startswith("Marta")
        await at.driver.press("enter")
        await at.driver.until_text("full_name · character varying · zerver_userprofile.full_name")
        await at.driver.press("escape", "f", "escape", "escape")
        await at.driver.until(lambda: "with" not in at.status)
        await at.driver.press("h")
        await at.driver.until(lambda: "1 column hidden" in at.status)
        await at.driver.press("H")
        await at.driver.until(lambda: "hidden" not in at.status)
        await at.driver.press("c")
        assert len(at.driver.app.clipboard.split("\n")) == len(at.screen.results.rows)


async def test_many_columns_go_by_sideways(install: Path) -> None:
    async with console(install) as at:
        await at.run("SELECT * FROM zerver_userprofile ORDER BY id LIMIT 3")
        columns = [each.name for each in at.screen.results.columns]
        await at.driver.press("tab")
        assert columns[-1] not in at.driver.text
        for _ in columns:
            await at.driver.press("right")
        await at.driver.until_text(columns[-1])
        for _ in columns:
            await at.driver.press("left")
        await at.driver.until_text(columns[0])


@pytest.mark.parametrize("form", ["ndjson", "json", "csv"])
async def test_all_rows_are_saved(install: Path, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destination, "HOME", tmp_path / "saved")
    async with console(install) as at:
        await at.run("SELECT g AS n, '=1+1' AS text FROM generate_series(1, 3000) g")
        await at.driver.press("tab", "x")
        await at.driver.until_text("Save the result")
        path = tmp_path / "saved" / f"rows.{form}"
        at.driver.app.screen.query_one(Input).value = str(path)
        await at.driver.press("enter")
        await at.driver.until(lambda: "3,000 rows saved to" in at.status)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        data = path.read_text()
        if form == "csv":
            rows = list(csv.reader(data.splitlines()))
            assert rows[0] == ["n", "text"] and rows[3000] == ["3000", "'=1+1"]
        else:
            found = orjson.loads(data) if form == "json" else [orjson.loads(line) for line in data.splitlines()]
            assert found[2999] == {"n": 3000, "text": "=1+1"}
        assert [each.name for each in path.parent.iterdir()] == [path.name]


async def test_the_history_is_its_owners_and_can_be_recalled(install: Path, own_history: Path) -> None:
    async with console(install) as at:
        await at.run("SELECT 1 AS one")
        await at.run("SELECT 2 AS two")
        assert stat.S_IMODE(own_history.stat().st_mode) == 0o600
        await at.driver.press("ctrl+up", "ctrl+up")
        assert at.screen.editor.text == "SELECT 1 AS one"
        await at.driver.press("f4")
        await at.driver.until_text("Asked before", "SELECT 2 AS two")
        await at.driver.press("enter")
        await at.driver.until(lambda: at.screen.editor.text == "SELECT 2 AS two")
        assert "SELECT 2" in own_history.read_text()
        at.screen._switch_off()
        assert not own_history.exists()
        await at.run("SELECT 3 AS three")
        assert not own_history.exists()


async def test_secrets_are_masked_until_it_is_asked_for_in_words(
    install: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZULIP_STEWARD_JOURNAL", str(tmp_path / "own.jsonl"))
    async with console(install) as at:
        await at.run("SELECT api_key FROM zerver_userprofile WHERE NOT is_bot ORDER BY id LIMIT 1")
        assert at.screen.results.rows == [[MASK]] and "secrets masked" in at.status
        await at.driver.press("tab", "u")
        await at.driver.until_text("Show secrets")
        await at.driver.press("enter", "enter")
        assert at.screen.results.rows == [[MASK]]
        await at.driver.press("u")
        await at.driver.until_text("Show secrets")
        at.driver.app.screen.query_one(Input).value = "show secrets"
        await at.driver.press("enter", "enter")
        await at.driver.until(lambda: at.screen.results.rows not in ([], [[MASK]]))
        last = next(Journal(tmp_path / "own.jsonl").entries()).entry
        assert last.parameters["unmask"] is True


async def test_a_plan_is_shown(install: Path) -> None:
    async with console(install) as at:
        at.screen.set_text("SELECT * FROM zerver_draft WHERE id = :id")
        await at.driver.press("f6")
        await at.driver.until_text("Values for")
        await at.driver.press("1", "enter")
        await at.driver.until_text("zerver_draft", "PostgreSQL's plan")


async def test_an_external_editor_gets_the_text_and_gives_it_back(
    install: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor-here")
    async with console(install) as at:
        at.screen.set_text("SELECT 1")
        await at.driver.press("f7")
        await at.driver.until_text("could not be started")
        assert at.screen.editor.text == "SELECT 1"


async def test_hostile_values_are_shown_as_marks(install: Path) -> None:
    async with console(install) as at:
        await at.run("SELECT E'\\x1b]52;c;SEVMTE8=\\x07 [bold]x[/] \\u202e' AS it, '[/]' AS \"[/x]\"")
        await at.driver.until_text("␛]52;c;SEVMTE8=␇ [bold]x[/] ⟪U+202E⟫", "[/x]")


# Writing


async def writing(at: Console, text: str) -> CommitDialog:
    if not at.screen.writing:
        await at.driver.press("f9")
    at.screen.set_text(text)
    await at.driver.press("f5")
    await at.driver.until(lambda: isinstance(at.driver.app.screen, CommitDialog), "the dialog")
    screen = at.driver.app.screen
    assert isinstance(screen, CommitDialog)
    await at.driver.pilot.pause()
    return screen


def topics(install: DemoInstall) -> int:
    with psycopg.connect(install.url, user="postgres") as database:
        return int(plain_value(database, "SELECT count(*) FROM zulip.zerver_draft WHERE topic = 'x'"))


async def test_a_write_is_shown_and_rolled_back_unless_committed(scratch: DemoInstall) -> None:
    async with console(scratch.path, read_only=False) as at:
        dialog = await writing(at, SOME)
        assert dialog.focused is dialog.query_one("#roll-back")
        await at.driver.until_text("3 rows affected", "topic", "→ x", "Rolled back by itself in")
        await at.driver.press("enter")
        await at.driver.until(lambda: "Rolled back: nothing was changed." in at.status)
        assert topics(scratch) == 0
        await writing(at, SOME)
        await at.driver.press("escape")
        await at.driver.until(lambda: "Rolled back" in at.status)
        assert topics(scratch) == 0
        await writing(at, SOME)
        await at.driver.press("right", "enter")
        await at.driver.until(lambda: "✓ Committed. 3 rows." in at.status)
        assert topics(scratch) == 3
        assert not at.screen.writing


async def test_time_rolls_back_and_the_dialog_goes(scratch: DemoInstall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.console.HOLD_MS", 300)
    async with console(scratch.path, read_only=False) as at:
        await at.driver.press("f9")
        at.screen.set_text(SOME)
        await at.driver.press("f5")
        await at.driver.until(lambda: "nobody decided" in at.status)
        assert isinstance(at.driver.app.screen, ConsoleScreen)
        assert topics(scratch) == 0


async def test_words_are_wanted_for_every_row(scratch: DemoInstall) -> None:
    async with console(scratch.path, read_only=False) as at:
        await at.driver.press("f9")
        await at.driver.until_text("◆ WRITING ◆")
        at.screen.set_text("UPDATE zerver_draft SET topic = 'x'")
        await at.driver.press("f5")
        await at.driver.until_text("every row of zerver_draft")
        assert at.driver.app.screen.query_one("#go", Button).disabled
        at.driver.app.screen.query_one(Input).value = "every row of zerver_draft"
        await at.driver.press("enter", "enter")
        await at.driver.until(lambda: isinstance(at.driver.app.screen, CommitDialog), "the dialog")
        await at.driver.press("escape")
        await at.driver.until(lambda: "Rolled back" in at.status)
        assert topics(scratch) == 0


async def test_a_read_only_session_has_no_writing(install: Path) -> None:
    async with console(install) as at:
        await at.driver.press("f9")
        assert not at.screen.writing


async def test_leaving_the_app_rolls_back(scratch: DemoInstall) -> None:
    async with console(scratch.path, read_only=False) as at:
        await writing(at, SOME)
        await at.driver.press("ctrl+q")
    assert topics(scratch) == 0


# Frames


@pytest.mark.parametrize("size", SIZES)
async def test_console_frame(install: Path, size: str) -> None:
    async with console(install, SIZES[size]) as at:
        await at.run(PEOPLE)
        at.driver.hold_still()
        await at.driver.pilot.pause()
        await at.driver.press("tab", "down", "right")
        at.screen._milliseconds = 12
        at.screen.show_rows_words()
        await at.driver.pilot.pause()
        assert_frame(f"console-{size}", at.driver.app)


@pytest.mark.parametrize("size", SIZES)
async def test_commit_frame(scratch: DemoInstall, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CommitDialog, "clock", staticmethod(lambda: 0.0))
    async with console(scratch.path, SIZES[size], read_only=False) as at:
        await writing(at, SOME)
        at.driver.hold_still()
        await at.driver.pilot.pause()
        assert_frame(f"console-commit-{size}", at.driver.app)
