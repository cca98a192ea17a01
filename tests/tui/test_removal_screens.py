"""Deleting messages and files on the screens, restoring and purging, with the database read back by plain SQL."""

from __future__ import annotations

import pytest
from textual.widgets import Button, Input

from tests.plain_sql import Database, column, value
from tests.tui.driving import MIDDLE, SIZES, Driver, running
from tests.tui.frames import assert_frame
from tui.erasing.removal_dialog import RemovalDialog
from tui.screens.archive import ArchiveScreen
from tui.tabs.files import FileTable
from tui.tabs.messages import Messages
from tui.widgets.choices import Choices
from zulip_bridge.demo import DemoInstall

EXIST = "SELECT count(*) FROM zerver_message WHERE id = ANY(%s)"
ARCHIVED = "SELECT count(*) FROM zerver_archivedmessage WHERE id = ANY(%s)"
SENT = "SELECT m.id FROM zerver_message m JOIN zerver_userprofile u ON u.id = m.sender_id WHERE delivery_email = %s"
UPLOADS = """SELECT a.path_id FROM zerver_attachment a JOIN zerver_userprofile u ON u.id = a.owner_id
             WHERE delivery_email = %s"""


async def ask(driver: Driver, key: str) -> RemovalDialog:
    """Press a key that opens a dialog, and wait for its preview."""
    await driver.press(key)
    await driver.until(lambda: isinstance(driver.app.screen, RemovalDialog), "the dialog")
    dialog = driver.app.screen
    assert isinstance(dialog, RemovalDialog)
    await driver.until(lambda: dialog.stage == "ready", "the preview")
    return dialog


async def carry_out(driver: Driver, dialog: RemovalDialog, typed: str = "") -> None:
    """The second step, and the result."""
    assert driver.app.screen.focused is dialog.query_one("#cancel")
    if typed:
        dialog.query_one("#confirm", Input).focus()
        await driver.press(*typed, "enter")
    else:
        dialog.query_one("#do", Button).focus()
    await driver.pilot.pause()
    await driver.press("enter")
    await driver.until(lambda: dialog.stage == "over", "the result")
    await driver.pilot.pause()


async def mark_two(driver: Driver, address: str) -> list[int]:
    """Mark the two newest messages of somebody."""
    await driver.open(address)
    await driver.show_tab("messages")
    await driver.press("space", "space")
    await driver.until_text("● 2 marked")
    return sorted(int(key) for key in driver.app.screen.query_one(Messages).marks)


@pytest.mark.parametrize("size", SIZES)
async def test_deletion_is_previewed(trial: DemoInstall, size: str) -> None:
    async with running(trial.path, SIZES[size], read_only=False) as driver:
        await mark_two(driver, "maria lopez")
        await ask(driver, "delete")
        await driver.until_text(
            "marked (2)", "the one under the cursor", "restorable until", "hold copies", "[ Delete ]"
        )  # fmt: skip


async def test_read_only_session_deletes_nothing(trial: DemoInstall) -> None:
    async with running(trial.path) as driver:
        await driver.open("lena@acme.example")
        await driver.show_tab("messages")
        await driver.press("delete")
        await driver.until_text("READ ONLY: nothing can be changed")
        assert not isinstance(driver.app.screen, RemovalDialog)


async def test_marked_messages_go_come_back_and_are_purged(trial: DemoInstall, trial_db: Database) -> None:
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        ids = await mark_two(driver, "maria lopez")
        dialog = await ask(driver, "delete")
        await carry_out(driver, dialog)
        await driver.until_text("2 messages", "archive")
        assert value(trial_db, EXIST, ids) == 0 and value(trial_db, ARCHIVED, ids) == 2
        await driver.press("enter")
        await driver.until(lambda: not set(ids) & set(driver.app.screen.query_one(Messages).marks))

        transactions = column(
            trial_db, "SELECT DISTINCT archive_transaction_id FROM zerver_archivedmessage WHERE id = ANY(%s)", ids
        )
        archive = ArchiveScreen()
        await driver.app.push_screen(archive)
        await driver.until(lambda: archive.found, "the archive")
        await driver.press("asterisk")
        assert set(archive.chosen) == {each.id for each in archive.found} > set(transactions)
        archive.query_one("Transactions").set_marks(transactions)  # type: ignore[attr-defined]
        await carry_out(driver, await ask(driver, "u"))
        assert value(trial_db, EXIST, ids) == 2
        await driver.press("enter")
        await driver.until_text("restored")

        archive.query_one("Transactions").set_marks(transactions)  # type: ignore[attr-defined]
        purge = await ask(driver, "delete")
        assert purge.query_one("#do", Button).disabled
        await carry_out(driver, purge, "2")
        assert value(trial_db, ARCHIVED, ids) == 0 and value(trial_db, EXIST, ids) == 2


async def test_all_that_pass_the_filters_go(trial: DemoInstall, trial_db: Database) -> None:
    sent = column(trial_db, SENT, "lena@acme.example")
    words = "SELECT id FROM zerver_message WHERE id = ANY(%s) AND subject = %s"
    topic = value(
        trial_db, "SELECT max(subject) FROM zerver_message WHERE id = ANY(%s) AND subject ~ '^[a-z]+$'", sent
    )
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        await driver.open("lena@acme.example")
        await driver.show_tab("messages")
        await driver.press("slash")
        driver.app.screen.query_one(Input).value = f'topic:"{topic}"'
        await driver.press("enter")
        tab = driver.app.screen.tab  # type: ignore[attr-defined]
        await driver.until(lambda: tab.filters.topic and tab._shown == tab._listing, "the filtered list")
        dialog = await ask(driver, "delete")
        dialog.query_one("#which", Choices).focus()
        await driver.press("right")
        await driver.until(lambda: dialog.stage == "ready" and len(dialog.preview.ids) > 1, "the other preview")
        chosen = list(dialog.preview.ids)
        assert set(column(trial_db, words, sent, topic)) <= set(chosen) <= set(sent)
        dialog.query_one("#cancel").focus()
        await driver.pilot.pause()
        await carry_out(driver, dialog)
    assert value(trial_db, EXIST, chosen) == 0
    assert value(trial_db, EXIST, sent) == len(sent) - len(chosen)


async def test_marked_file_goes_after_its_number_was_typed(trial: DemoInstall, trial_db: Database) -> None:
    before = column(trial_db, UPLOADS, "lena@acme.example")
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        await driver.open("lena@acme.example")
        tab = await driver.show_tab("files")
        await driver.press("space")
        assert len(tab.query_one(FileTable).marks) == 1
        dialog = await ask(driver, "delete")
        (file,) = dialog.preview
        await driver.until_text("broken links", "no way back")
        await carry_out(driver, dialog, "1")
    assert sorted(column(trial_db, UPLOADS, "lena@acme.example")) == sorted(set(before) - {file.path_id})


@pytest.mark.parametrize("size", SIZES)
async def test_archive_frame(install: str, size: str) -> None:
    async with running(install, SIZES[size]) as driver:  # type: ignore[arg-type]
        archive = ArchiveScreen()
        await driver.app.push_screen(archive)
        await driver.until(lambda: archive.found, "the archive")
        driver.hold_still()
        await driver.pilot.pause()
        assert_frame(f"archive-{size}", driver.app)
