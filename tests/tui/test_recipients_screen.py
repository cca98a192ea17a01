"""Who receives personal data, from the palette."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.driving import SIZES, Driver, running
from tests.tui.frames import assert_frame
from tui.screens.recipients import RecipientsScreen
from tui.widgets.virtual_table import VirtualTable


async def opened(driver: Driver) -> None:
    """Open it by its name, and wait for the list."""
    await driver.press("ctrl+p", *"recipients", "enter")
    await driver.until(lambda: isinstance(driver.app.screen, RecipientsScreen), "the screen")
    await driver.until_text("by the settings", "mail.acme.example")


@pytest.mark.parametrize("size", SIZES)
async def test_all_of_one(install: Path, size: str) -> None:
    async with running(install, SIZES[size]) as driver:
        await opened(driver)
        await driver.press("down", "down")
        await driver.until_text("EMAIL_HOST")
        driver.hold_still()
        await driver.pilot.pause()
        assert_frame(f"recipients-{size}", driver.app)
        await driver.press("escape")
        await driver.until(lambda: not isinstance(driver.app.screen, RecipientsScreen), "the way back")


async def test_asked_again(install: Path) -> None:
    async with running(install) as driver:
        await opened(driver)
        before = driver.app.screen.query_one(VirtualTable).cursor
        await driver.press("r")
        await driver.until_text("by the settings")
        assert driver.app.screen.query_one(VirtualTable).cursor == before
