"""The screens that change something, as they look at 80x24 and at 120x40."""

from __future__ import annotations

import pytest

from tests.edit.place import Place
from tests.tui.driving import SIZES, Driver, running
from tests.tui.edit.hands import enter, find_field, open_form, preview, until_collected, until_previewed
from tests.tui.frames import assert_frame
from tui.screens.bulk import BulkScreen
from tui.screens.bulk_dialog import BulkDialog
from tui.widgets.searchline import SearchLine
from tui.widgets.virtual_table import VirtualTable


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """Each size."""
    return str(request.param)


async def look(driver: Driver, name: str, size: str) -> None:
    """Compare what is on the screen."""
    driver.hold_still(weeks=False)
    await driver.pilot.pause()
    assert_frame(f"{name}-{size}", driver.app)


async def marta(driver: Driver) -> int:
    """The heavy user's id."""
    await driver.find("marta heavy")
    driver.table.focus()
    await driver.until(lambda: driver.people._current is not None)
    assert driver.people._current is not None
    return driver.people._current.id


async def test_form_preview_and_actions(place: Place, size: str) -> None:
    async with running(place.path, SIZES[size], read_only=False) as driver:
        screen = await open_form(driver, await marta(driver))
        await look(driver, "edit-form", size)
        await enter(driver, "full name", "X")
        await driver.until_text("✕ name rules")
        await look(driver, "edit-objection", size)
        await driver.press("escape")
        await enter(driver, "full name", "Marta Light")
        await until_collected(driver, 1)
        await find_field(driver, "role")
        await driver.press("enter", *"guest", "enter")
        await until_collected(driver, 2)
        screen.query_one(SearchLine).text = ""
        await driver.until(lambda: screen._listed == screen.form.fields)
        await look(driver, "edit-collected", size)
        await preview(driver)
        await look(driver, "edit-preview", size)
        await driver.press("enter", "a")
        await driver.until_text("End all sessions", "sessions")
        await driver.press("end")
        await look(driver, "edit-actions", size)
        await driver.press("enter")
        await until_previewed(driver)
        await look(driver, "edit-deactivate", size)


async def test_many(place: Place, size: str) -> None:
    async with running(place.path, SIZES[size], read_only=False) as driver:
        await driver.find("maria")
        driver.table.focus()
        await driver.press("asterisk")
        await driver.until(lambda: len(driver.people.marked) == driver.people.listing.total)
        await driver.press("a")
        await driver.until(lambda: isinstance(driver.app.screen, BulkDialog))
        if size == "80x24":  # at the other, the summary behind it may still be on its way
            await look(driver, "bulk-actions", size)
        await driver.press(*"guest", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, BulkScreen) and driver.app.screen.stage == "ready")
        assert driver.app.screen.query_one(VirtualTable).source.count
        await look(driver, "bulk-preview", size)
