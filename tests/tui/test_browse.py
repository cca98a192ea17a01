"""The browser's screens on a real worker: models, rows, one row, its changes, and what is masked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from textual.widgets import Button, Input

from tests.plain_sql import column, rows, value
from tests.tui.driving import LARGE, MIDDLE, SIZES, SMALL, Driver, running
from tests.tui.frames import assert_frame
from tui.screens.deletion_dialog import DeletionDialog
from tui.screens.models import ModelsScreen
from tui.screens.person import PersonScreen
from tui.screens.row import FieldTable, ReferenceTable, RowScreen
from tui.screens.rows import RowsScreen
from tui.widgets.searchline import SearchLine
from zulip_bridge.api.query import MASK
from zulip_bridge.demo import DemoInstall

KEYS = {"_": "underscore", "=": "equals_sign", " ": "space", ".": "full_stop"}


async def typed(driver: Driver, text: str) -> None:
    """Type a text."""
    await driver.press(*(KEYS.get(character, character) for character in text))


@asynccontextmanager
async def models(install: Path, size: tuple[int, int] = SMALL) -> AsyncIterator[Driver]:
    """The app with the models listed."""
    async with running(install, size) as driver:
        await driver.press("escape", "down", "m")
        await driver.until(lambda: isinstance(driver.app.screen, ModelsScreen), "the models' screen")
        await driver.until(lambda: driver.table.source.count, "the models")
        yield driver


async def open_rows(driver: Driver, model: str, *more: Any, **named: Any) -> RowsScreen:
    """The rows of a model, once they are there."""
    driver.app.open_rows(model, *more, **named)
    await driver.until(lambda: isinstance(driver.app.screen, RowsScreen), "the rows' screen")
    screen = driver.app.screen
    assert isinstance(screen, RowsScreen)
    await driver.until(lambda: driver.table.source.count is not None, "the rows")
    return screen


async def open_row(driver: Driver, model: str, key: object) -> RowScreen:
    """A row, once it is there and what refers to it is counted."""
    driver.app.open_row(model, str(key))
    await driver.until(lambda: isinstance(driver.app.screen, RowScreen), "the row's screen")
    screen = driver.app.screen
    assert isinstance(screen, RowScreen)
    await driver.until(lambda: screen.detail is not None and not screen._counting, "the row")
    return screen


async def go_to(driver: Driver, field: str) -> None:
    """Put the cursor on a field."""
    screen = driver.app.screen
    assert isinstance(screen, RowScreen) and screen.detail is not None
    names = [each.field.name for each in screen.detail.values]
    table = screen.query_one(FieldTable)
    table.focus()
    table.move_cursor(names.index(field))
    await driver.pilot.pause()


def _grown(screen: RowsScreen) -> Callable[[], bool]:
    """Whether more rows are known than now, or all."""
    before = screen._known
    return lambda: screen._known > before or screen._complete


def plain(database: psycopg.Connection[Any], query: str) -> Any:
    """A value from the demo's database."""
    database.execute("SET search_path TO zulip, public")
    return value(database, query)


@pytest.mark.parametrize("size", SIZES)
async def test_models_frame(install: Path, size: str) -> None:
    async with models(install, SIZES[size]) as driver:
        driver.hold_still(weeks=False)
        await driver.pilot.pause()
        assert_frame(f"models-{size}", driver.app)


async def test_models_are_found_by_name_and_opened(install: Path) -> None:
    async with models(install) as driver:
        await typed(driver, "usermess")
        await driver.until(lambda: driver.table.source.count == 3, "three models")
        assert "UserMessage" in driver.text
        await driver.press("down", "s")
        first = driver.table.source.get(0)
        assert first is not None and first.key == "zerver.UserMessage"
        await driver.press("enter")
        await driver.until_text("zerver.UserMessage · zerver_usermessage · sorted by id, falling")
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, ModelsScreen), "the models again")
        driver.app.screen.query_one(SearchLine).text = "nothing like it"
        await driver.until_text("No model matches “nothing like it”.")


@pytest.mark.parametrize("size", SIZES)
async def test_rows_frame(install: Path, size: str) -> None:
    async with running(install, SIZES[size]) as driver:
        await open_rows(driver, "Draft")
        driver.hold_still(weeks=False)
        await driver.pilot.pause()
        assert_frame(f"rows-{size}", driver.app)


async def test_rows_are_scrolled_to_the_end(install: Path, database: psycopg.Connection[Any]) -> None:
    async with running(install) as driver:
        screen = await open_rows(driver, "Stream")
        total = plain(database, "SELECT count(*) FROM zerver_stream")
        await driver.until(lambda: screen._complete, "the end of a short list")
        assert driver.table.source.count == total
        await driver.press("escape")
        screen = await open_rows(driver, "Subscription")
        total = plain(database, "SELECT count(*) FROM zerver_subscription")
        for _ in range(total // 64 + 2):
            if screen._complete:
                break
            grown = _grown(screen)
            await driver.press("end")
            await driver.until(grown, "more rows")
        await driver.until(lambda: screen._complete and driver.table.source.count == total, "all rows")
        await driver.press("end")
        first = plain(database, "SELECT min(id) FROM zerver_subscription")
        await driver.until(lambda: (row := driver.table.cursor_row) is not None and row.key == str(first), "the last")
        await driver.press("home")
        last = plain(database, "SELECT max(id) FROM zerver_subscription")
        await driver.until(lambda: (row := driver.table.cursor_row) is not None and row.key == str(last), "the first")


async def test_a_filter_is_completed_checked_and_lifted(install: Path, database: psycopg.Connection[Any]) -> None:
    async with running(install) as driver:
        screen = await open_rows(driver, "Subscription")
        await driver.press("slash")
        await typed(driver, "user_profile__ro")
        await driver.until_text("user_profile__role=")
        driver.hold_still(weeks=False)
        await driver.pilot.pause()
        assert_frame("filter-dialog-80x24", driver.app)
        await driver.press("tab")
        await driver.until_text("user_profile__role=100", "owner")
        await driver.press("enter")
        query = """SELECT count(*) FROM zerver_subscription s JOIN zerver_userprofile u ON u.id = s.user_profile_id
            WHERE u.role = 100"""
        total = plain(database, query)
        await driver.until(lambda: screen.filters == (("user_profile__role", "100"),), "the filter")
        await driver.until(lambda: driver.table.source.count == total, "the rows that fit")
        await driver.press("slash")
        await typed(driver, "user_profile__api_key=a")
        await driver.press("enter")
        await driver.until_text("secrets")
        await driver.press("escape", "backspace")
        await driver.until(lambda: not screen.filters and (driver.table.source.count or 0) > total, "all rows")


async def test_sorting_is_offered_where_an_index_allows_it(install: Path) -> None:
    async with running(install) as driver:
        screen = await open_rows(driver, "Message")
        await driver.press("s")
        await typed(driver, "content")
        await driver.press("enter")
        await driver.until_text("No index begins with content")
        await driver.press("escape", "s")
        await typed(driver, "date_sent")
        await driver.press("enter")
        await driver.until(lambda: screen.order == "-date_sent", "the order")
        await driver.until_text("sorted by date_sent, falling")
        await driver.press("o")
        await driver.until_text("sorted by date_sent, rising")


async def test_rows_of_a_person_are_listed_and_lead_back_to_them(
    install: Path, database: psycopg.Connection[Any]
) -> None:
    async with running(install, MIDDLE) as driver:
        person = (await driver.open("marta heavy")).person
        screen = await open_rows(driver, "zerver_draft", "user_profile_id", person)
        total = plain(database, f"SELECT count(*) FROM zerver_draft WHERE user_profile_id = {person.id}")
        await driver.until(lambda: driver.table.source.count == total, "their drafts")
        assert f"of Marta Heavy (id {person.id})" in driver.text
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, RowScreen), "the row")
        await driver.until_text("of Marta Heavy")
        await driver.press("w")
        await driver.until(lambda: isinstance(driver.app.screen, PersonScreen), "the person")
        assert screen.person is not None


@pytest.mark.parametrize("size", SIZES)
async def test_row_frame(install: Path, database: psycopg.Connection[Any], size: str) -> None:
    message = plain(database, "SELECT message_id FROM zerver_reaction ORDER BY message_id LIMIT 1")
    async with running(install, SIZES[size]) as driver:
        await open_row(driver, "Message", message)
        driver.hold_still(weeks=False)
        await driver.pilot.pause()
        assert_frame(f"row-{size}", driver.app)


async def test_references_are_followed_both_ways(install: Path, database: psycopg.Connection[Any]) -> None:
    message = plain(database, "SELECT message_id FROM zerver_reaction ORDER BY message_id LIMIT 1")
    reactions = plain(database, f"SELECT count(*) FROM zerver_reaction WHERE message_id = {message}")
    async with running(install) as driver:
        screen = await open_row(driver, "Message", message)
        await driver.press("2")
        names = [each.model for each in screen._shown]
        screen.query_one(ReferenceTable).move_cursor(names.index("zerver.Reaction"))
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, RowsScreen), "the reactions")
        await driver.until(lambda: driver.table.source.count == reactions, "all of them")
        await driver.press("enter")
        await driver.until_text("zerver.Reaction")
        await driver.until(
            lambda: isinstance(driver.app.screen, RowScreen) and driver.app.screen.detail is not None, "one"
        )
        await go_to(driver, "message")
        await driver.press("enter")
        await driver.until_text(f"zerver.Message {message}")


async def test_a_secret_is_shown_after_it_was_asked_for(install: Path, database: psycopg.Connection[Any]) -> None:
    ((person, api_key),) = rows(database, "SELECT id, api_key FROM zulip.zerver_userprofile ORDER BY id LIMIT 1")
    async with running(install) as driver:
        screen = await open_row(driver, "UserProfile", person)
        await go_to(driver, "api_key")
        assert api_key not in driver.text and MASK in driver.text
        await driver.press("u")
        await driver.until_text("Show a secret", "recorded in the journal")
        assert isinstance(driver.app.focused, Button) and driver.app.focused.id == "cancel"
        await driver.press("enter")
        await driver.until(lambda: driver.app.screen is screen, "the row again")
        assert api_key not in driver.text
        await driver.press("u")
        await driver.until_text("Show a secret")
        await driver.press("right", "enter")
        await driver.until_text(api_key)


async def test_values_are_shown_whole_and_decoded(install: Path, database: psycopg.Connection[Any]) -> None:
    query = "SELECT id FROM zerver_realmauditlog WHERE extra_data::text LIKE '%{%:%' ORDER BY id LIMIT 1"
    entry = plain(database, query)
    async with running(install) as driver:
        await open_row(driver, "RealmAuditLog", entry)
        await go_to(driver, "event_type")
        assert "event type" in driver.text
        await go_to(driver, "extra_data")
        await driver.press("enter")
        await driver.until_text("JSON", "as it is stored")
        await driver.press("escape")


async def test_nothing_is_changed_in_a_read_only_session(install: Path, database: psycopg.Connection[Any]) -> None:
    draft = plain(database, "SELECT max(id) FROM zerver_draft")
    async with running(install) as driver:
        await open_row(driver, "Draft", draft)
        await go_to(driver, "content")
        await driver.press("e")
        await driver.until_text("READ ONLY: nothing can be changed")
        await driver.press("delete")
        await driver.pilot.pause()
        assert isinstance(driver.app.screen, RowScreen)


async def test_a_row_is_edited_after_a_preview(scratch: DemoInstall) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        draft = plain(database, "SELECT max(id) FROM zerver_draft")
        async with running(scratch.path, read_only=False) as driver:
            screen = await open_row(driver, "Draft", draft)
            await go_to(driver, "topic")
            await driver.press("e")
            await driver.until(lambda: isinstance(driver.app.focused, Input), "the entry")
            entry = driver.app.focused
            assert isinstance(entry, Input)
            entry.value = "elsewhere"
            await driver.press("enter")
            await driver.until_text("1 change collected")
            await go_to(driver, "user_profile")
            await driver.press("e")
            await driver.until(lambda: isinstance(driver.app.focused, Input), "the entry")
            entry = driver.app.focused
            assert isinstance(entry, Input)
            entry.value = "999999"
            await driver.press("enter")
            await driver.until_text("not a valid choice")
            await driver.press("escape")
            await driver.press("p")
            await driver.until_text("Nothing has been changed yet.", "elsewhere", "do_delete_draft")
            assert isinstance(driver.app.focused, Button) and driver.app.focused.id == "cancel"
            driver.hold_still(weeks=False)
            await driver.pilot.pause()
            assert_frame("row-preview-80x24", driver.app)
            assert plain(database, f"SELECT topic FROM zerver_draft WHERE id = {draft}") != "elsewhere"
            await driver.press("right", "enter")
            await driver.until_text("It is in the journal.")
            assert plain(database, f"SELECT topic FROM zerver_draft WHERE id = {draft}") == "elsewhere"
            await driver.press("enter")
            await driver.until(
                lambda: driver.app.screen is screen and not screen.wanted and "elsewhere" in driver.text,
                "the new value",
            )


async def test_a_row_that_changed_meanwhile_is_shown_again(scratch: DemoInstall) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        draft = plain(database, "SELECT max(id) FROM zerver_draft")
        async with running(scratch.path, read_only=False) as driver:
            await open_row(driver, "Draft", draft)
            await go_to(driver, "topic")
            await driver.press("e")
            await driver.until(lambda: isinstance(driver.app.focused, Input), "the entry")
            await typed(driver, "x")
            await driver.press("enter")
            await driver.until_text("1 change collected")
            await driver.press("p")
            await driver.until_text("Nothing has been changed yet.")
            database.execute(f"UPDATE zulip.zerver_draft SET content = 'theirs' WHERE id = {draft}".encode())
            await driver.press("right", "enter")
            await driver.until_text("changed since it was read")
            await driver.press("escape")
            database.execute(f"UPDATE zulip.zerver_draft SET content = 'others' WHERE id = {draft}".encode())
            await driver.press("p")
            await driver.until_text("changed since it was shown")
            await driver.press("right", "enter")
            await driver.until_text("It is in the journal.")


async def test_a_row_is_deleted_after_its_words_are_typed(scratch: DemoInstall) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        database.execute("SET search_path TO zulip, public")
        message = plain(database, "SELECT message_id FROM zerver_reaction ORDER BY message_id LIMIT 1")
        async with running(scratch.path, read_only=False) as driver:
            listing = await open_rows(driver, "Message", "id", key=str(message))
            await driver.press("enter")
            await driver.until(lambda: isinstance(driver.app.screen, RowScreen), "the row")
            await driver.until(lambda: driver.app.screen.query_one(FieldTable).source.count, "its fields")
            await driver.press("delete")
            await driver.until_text("would be gone for good", "Zulip has its own way")
            driver.hold_still(weeks=False)
            await driver.pilot.pause()
            assert_frame("row-deletion-80x24", driver.app)
            dialog = driver.app.screen
            assert isinstance(dialog, DeletionDialog)
            assert isinstance(driver.app.focused, Button) and driver.app.focused.id == "cancel"
            dialog.query_one("#confirm", Input).focus()
            await typed(driver, f"delete Message {message}x")
            assert dialog.query_one("#do", Button).disabled
            await driver.press("backspace", "enter")
            await driver.until(lambda: dialog.query_one("#do", Button).has_focus, "the button")
            await driver.press("enter")
            await driver.until_text("It is in the journal.")
            assert column(database, "SELECT id FROM zerver_message WHERE id = %s", message) == []
            assert column(database, "SELECT id FROM zerver_reaction WHERE message_id = %s", message) == []
            await driver.press("enter")
            await driver.until(lambda: driver.app.screen is listing, "the list again")
            await driver.until(lambda: driver.table.source.count == 0, "without it")


async def test_hostile_values_are_text(install: Path, database: psycopg.Connection[Any]) -> None:
    client = plain(database, "SELECT id FROM zerver_client WHERE name LIKE '=HYPERLINK%' LIMIT 1")
    async with running(install, LARGE) as driver:
        await open_rows(driver, "Client")
        assert "\x9b" not in driver.text and "HYPERLINK" in driver.text
        await open_row(driver, "Client", client)
        assert "\x9b" not in driver.text and "⟪U+009B⟫" in driver.text
