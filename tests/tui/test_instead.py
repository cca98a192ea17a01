"""From a row to Zulip's own way of changing it: one key, and the dialogs that change a row offer it too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from textual.widgets import Button

from tests.plain_sql import column
from tests.tui.driving import running
from tests.tui.test_browse import open_row, plain
from tui.screens.console_dialogs import PickDialog
from tui.screens.deletion_dialog import DeletionDialog
from tui.screens.edit import EditScreen
from tui.screens.erase import EraseScreen
from tui.screens.file_removal import FileRemovalDialog
from tui.screens.message_removal import MessageRemovalDialog
from tui.screens.row import RowScreen
from zulip_bridge.demo import DemoInstall

PERSON = "SELECT id FROM zerver_userprofile WHERE NOT is_bot AND is_active AND role = 400 ORDER BY id LIMIT 1"


async def test_an_account_leads_to_editing_and_to_erasing(scratch: DemoInstall) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        person = plain(database, PERSON)
        async with running(scratch.path, read_only=False) as driver:
            row = await open_row(driver, "UserProfile", person)
            await driver.until_text("Accounts are changed and erased with")
            await driver.press("i")
            await driver.until(lambda: isinstance(driver.app.screen, PickDialog), "the choice")
            await driver.until_text("Edit the person", "Erase the person")
            await driver.press("enter")
            await driver.until(lambda: isinstance(driver.app.screen, EditScreen), "the form")
            await driver.press("escape")
            await driver.until(lambda: driver.app.screen is row, "the row")
            await driver.press("i", "down", "enter")
            await driver.until(lambda: isinstance(driver.app.screen, EraseScreen), "erasing")


async def test_a_message_is_deleted_as_zulip_does(scratch: DemoInstall) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        message = plain(database, "SELECT max(id) FROM zerver_message")
        async with running(scratch.path, read_only=False) as driver:
            await open_row(driver, "Message", message)
            await driver.press("i")
            await driver.until(lambda: isinstance(driver.app.screen, MessageRemovalDialog), "the deletion")
            await driver.until_text("restorable until", "1 message")
            assert isinstance(driver.app.focused, Button) and driver.app.focused.id == "cancel"
            await driver.press("right", "enter")
            await driver.until_text("It is in the journal.")
            assert column(database, "SELECT id FROM zulip.zerver_message WHERE id = %s", message) == []
            found = column(database, "SELECT id FROM zulip.zerver_archivedmessage WHERE id = %s", message)
            assert found == [message]
            await driver.press("enter")
            await driver.until(lambda: not isinstance(driver.app.screen, RowScreen), "the row is left")


async def test_a_file_is_deleted_as_zulip_does(scratch: DemoInstall) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        file = plain(database, "SELECT max(id) FROM zerver_attachment")
        async with running(scratch.path, read_only=False) as driver:
            await open_row(driver, "Attachment", file)
            await driver.press("i")
            await driver.until(lambda: isinstance(driver.app.screen, FileRemovalDialog), "the deletion")
            await driver.until_text("the one under the cursor", "1 file")


async def test_the_dialog_that_deletes_an_account_leads_to_erasing(scratch: DemoInstall) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        person = plain(database, PERSON)
        async with running(scratch.path, read_only=False) as driver:
            await open_row(driver, "UserProfile", person)
            await driver.press("delete")
            await driver.until_text("Erase the person instead", "do_delete_user")
            dialog = driver.app.screen
            assert isinstance(dialog, DeletionDialog)
            dialog.query_one("#instead", Button).focus()
            await driver.press("enter")
            await driver.until(lambda: isinstance(driver.app.screen, EraseScreen), "erasing")


async def test_a_read_only_session_says_why_not(install: Path, database: psycopg.Connection[Any]) -> None:
    message = plain(database, "SELECT max(id) FROM zerver_message")
    async with running(install) as driver:
        await open_row(driver, "Message", message)
        await driver.press("i")
        await driver.until_text("READ ONLY: nothing can be changed")
