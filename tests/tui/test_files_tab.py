"""The tab Files on a real worker: uploads, avatars, emoji, and the way to the message that uses one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tui.driving import SIZES, Driver, running
from tests.tui.frames import assert_frame
from tui.tabs.files import FilesTab, FileTable

Connection = psycopg.Connection[Any]


async def files_of(driver: Driver, person: str) -> FilesTab:
    """Open somebody's files."""
    await driver.open(person)
    tab = await driver.show_tab("files")
    assert isinstance(tab, FilesTab)
    return tab


@pytest.mark.parametrize("size", SIZES)
async def test_frame(install: Path, size: str) -> None:
    async with running(install, SIZES[size]) as driver:
        await files_of(driver, "maria lopez")
        driver.hold_still()
        await driver.press("down")
        assert_frame(f"person-files-{size}", driver.app)


async def test_missing_files_are_told(install: Path) -> None:
    async with running(install, SIZES["120x40"]) as driver:
        tab = await files_of(driver, "marta heavy")
        assert tab.found is not None
        gone = next(index for index, each in enumerate(tab.found.page.files) if each.stored == "missing")
        tab.query_one(FileTable).move_cursor(gone)
        await driver.until_text("It is missing on the server's", "✕ missing")


async def test_a_file_leads_to_the_message_that_uses_it(install: Path, database: Connection) -> None:
    async with running(install) as driver:
        tab = await files_of(driver, "marta heavy")
        row = tab.query_one(FileTable).cursor_row
        assert row is not None
        ((message_id, name),) = database.execute(
            """SELECT max(m.message_id), a.file_name FROM zerver_attachment a JOIN zerver_attachment_messages m
               ON m.attachment_id = a.id WHERE a.id = %s GROUP BY 2""",
            [row.key],
        ).fetchall()
        await driver.press("enter")
        await driver.until_text(f"Message {message_id}", name)


async def test_avatars_and_emoji_have_lists_of_their_own(install: Path) -> None:
    async with running(install) as driver:
        await files_of(driver, "marta heavy")
        await driver.press("k")
        await driver.until_text("as uploaded", "larger", "The account has: uploaded")
        await driver.press("y")
        assert driver.app.clipboard.endswith(".original")
        await driver.press("k")
        await driver.until_text(":carrot-plus:", "in use")
        await driver.press("k")
        await driver.until_text("newest first")
