"""From a channel's row to Zulip's own way of changing it: asked, previewed, applied, read back."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from textual.widgets import Button, Input

from tests.plain_sql import column
from tests.tui.driving import SIZES, SMALL, Driver, running
from tests.tui.frames import assert_frame
from tests.tui.test_browse import go_to, open_row
from tui.screens.channel_dialog import ChannelDialog, ChannelPreviewDialog
from tui.screens.deletion_dialog import DeletionDialog
from tui.screens.entry_dialog import EntryDialog
from tui.screens.row import RowScreen
from tui.screens.row_preview import RowPreviewDialog
from zulip_bridge.demo import DemoInstall

CHANNEL = 4


def of(database: psycopg.Connection[Any], columns: str) -> Any:
    (found,) = column(database, f"SELECT ({columns})::text FROM zulip.zerver_stream WHERE id = %s", CHANNEL)
    return found


async def ask(driver: Driver) -> ChannelDialog:
    """Press the key on the channel's row, and wait for the question."""
    await driver.press("i")
    await driver.until(lambda: isinstance(driver.app.screen, ChannelDialog), "the question")
    screen = driver.app.screen
    assert isinstance(screen, ChannelDialog)
    await driver.until(lambda: screen.channel is not None and len(screen.query("#what")) == 1, "the channel")
    await driver.pilot.pause()
    return screen


async def until_previewed(driver: Driver) -> ChannelPreviewDialog:
    """Wait for the preview; Cancel has the focus."""
    await driver.until(
        lambda: isinstance(driver.app.screen, ChannelPreviewDialog) and driver.app.screen.stage == "ready",
        "a preview",
    )
    screen = driver.app.screen
    assert isinstance(screen, ChannelPreviewDialog)
    assert isinstance(driver.app.focused, Button) and driver.app.focused.id == "cancel"
    return screen


async def type_over(driver: Driver, text: str) -> None:
    driver.app.screen.query_one("#entry", Input).focus()
    await driver.press("end", "ctrl+u", *("space" if each == " " else each for each in text))


@pytest.mark.parametrize(("name", "size"), SIZES.items())
async def test_a_channel_is_renamed_archived_and_brought_back(
    scratch: DemoInstall, name: str, size: tuple[int, int]
) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        async with running(scratch.path, size, read_only=False) as driver:
            row = await open_row(driver, "Stream", CHANNEL)
            await ask(driver)
            driver.hold_still()
            await type_over(driver, "machine room")
            assert_frame(f"channel-asked-{name}", driver.app)
            await driver.press("enter")
            preview = await until_previewed(driver)
            assert_frame(f"channel-preview-{name}", driver.app)
            assert of(database, "name") == "engineering"
            await driver.press("enter")
            await driver.until(lambda: isinstance(driver.app.screen, ChannelDialog), "the question again")
            assert of(database, "name") == "engineering"

            await driver.press("enter")
            preview = await until_previewed(driver)
            await driver.press("right", "enter")
            await driver.until(lambda: preview.stage == "over", "the result")
            await driver.until_text("It is in the journal.", "done")
            assert_frame(f"channel-result-{name}", driver.app)
            assert of(database, "name") == "machine room"
            await driver.press("enter")
            await driver.until(lambda: driver.app.screen is row, "the row")
            await driver.until_text("machine room")

            dialog = await ask(driver)
            await driver.press("left")
            await driver.until_text("● archive")
            assert not dialog.query_one("#typing").display
            await driver.press("ctrl+s")
            preview = await until_previewed(driver)
            await driver.press("right", "enter")
            await driver.until(lambda: preview.stage == "over", "the result")
            assert of(database, "deactivated") == "true"
            await driver.press("escape")
            await driver.until(lambda: driver.app.screen is row and row.detail is not None, "the row")

            await ask(driver)
            await driver.until_text("● unarchive", "· archived")
            await type_over(driver, "engineering")
            await driver.press("enter")
            preview = await until_previewed(driver)
            await driver.until_text("not archived, named engineering")
            await driver.press("right", "enter")
            await driver.until(lambda: preview.stage == "over", "the result")
            assert of(database, "name, deactivated") == "(engineering,f)"


async def test_a_description_is_changed(scratch: DemoInstall) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        async with running(scratch.path, SMALL, read_only=False) as driver:
            await open_row(driver, "Stream", CHANNEL)
            await ask(driver)
            await driver.press("right")
            await type_over(driver, "What runs")
            await driver.press("enter")
            preview = await until_previewed(driver)
            await driver.press("right", "enter")
            await driver.until(lambda: preview.stage == "over", "the result")
            assert of(database, "description") == "What runs"


async def test_a_rule_is_named_and_the_text_can_be_corrected(scratch: DemoInstall) -> None:
    async with running(scratch.path, SMALL, read_only=False) as driver:
        await open_row(driver, "Stream", CHANNEL)
        await ask(driver)
        await type_over(driver, "General")
        await driver.press("enter")
        preview = await until_previewed(driver)
        await driver.until_text("refused · name taken:")
        assert preview.query_one("#apply", Button).disabled
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, ChannelDialog), "the question again")
        assert driver.app.screen.query_one("#entry", Input).value == "General"


async def test_the_dialogs_that_change_the_row_lead_to_it(scratch: DemoInstall) -> None:
    async with running(scratch.path, SMALL, read_only=False) as driver:
        await open_row(driver, "Stream", CHANNEL)
        await driver.press("delete")
        await driver.until(lambda: isinstance(driver.app.screen, DeletionDialog), "the deletion")
        await driver.until_text("[ Change the channel instead ]", "do_unarchive_stream")
        await instead(driver)

        await go_to(driver, "description")
        await driver.press("e")
        await driver.until(lambda: isinstance(driver.app.screen, EntryDialog), "the entry")
        await driver.press("x", "ctrl+s")
        await driver.until(lambda: isinstance(driver.app.screen, RowScreen), "the row")
        await driver.press("p")
        await driver.until(lambda: isinstance(driver.app.screen, RowPreviewDialog), "the preview")
        await driver.until_text("[ Change the channel instead ]")
        await instead(driver)


async def instead(driver: Driver) -> None:
    """Take the better way, and leave it."""
    driver.app.screen.query_one("#instead", Button).focus()
    await driver.press("enter")
    await driver.until(lambda: isinstance(driver.app.screen, ChannelDialog), "the question")
    await driver.until_text("● rename")
    await driver.press("escape")
    await driver.until(lambda: isinstance(driver.app.screen, RowScreen), "the row")


async def test_a_read_only_session_says_why_not(demo: DemoInstall) -> None:
    async with running(demo.path) as driver:
        await open_row(driver, "Stream", CHANNEL)
        await driver.press("i")
        await driver.until_text("READ ONLY: nothing can be changed")
