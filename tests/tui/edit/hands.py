"""What an operator does on the screens that change something, step by step."""

from __future__ import annotations

from tests.tui.driving import Driver
from tui.screens.edit import EditScreen
from tui.screens.field_dialog import FieldDialog
from tui.screens.people import PeopleScreen
from tui.screens.preview_dialog import PreviewDialog
from tui.widgets.searchline import SearchLine


async def to_person(driver: Driver, person: int) -> None:
    """Put the list's cursor on an account."""
    await driver.find(str(person))
    driver.table.focus()
    await driver.until(lambda: driver.people._current is not None and driver.people._current.id == person)


async def open_form(driver: Driver, person: int) -> EditScreen:
    """Open an account's fields from the list."""
    await to_person(driver, person)
    await driver.press("e")
    await driver.until(lambda: isinstance(driver.app.screen, EditScreen), "the form")
    screen = driver.app.screen
    assert isinstance(screen, EditScreen)
    await driver.until(lambda: screen.form.fields, "the fields")
    return screen


async def find_field(driver: Driver, label: str) -> None:
    """Put the form's cursor on a field, by searching for its label or name."""
    screen = driver.app.screen
    assert isinstance(screen, EditScreen)
    screen.query_one(SearchLine).text = label
    await driver.until(lambda: screen._listed == screen.form.listed(label), "the search's answer")
    await driver.press(*([] if driver.table.has_focus else ["escape"]))
    index = next(number for number, field in enumerate(screen._listed) if label in (field.label, field.field))
    driver.table.move_cursor(index)
    await driver.pilot.pause()


async def enter(driver: Driver, label: str, text: str) -> None:
    """Type a value for a field of text, in the place of what is there."""
    await ask_for(driver, label)
    await driver.press("end", "ctrl+u", *("space" if each == " " else each for each in text), "enter")


async def ask_for(driver: Driver, label: str) -> None:
    """Open the dialog of a field."""
    await find_field(driver, label)
    await driver.press("enter")
    await driver.until(lambda: isinstance(driver.app.screen, FieldDialog), "the field's dialog")


async def until_collected(driver: Driver, number: int) -> None:
    """Wait until so many changes are collected."""
    await driver.until(
        lambda: isinstance(driver.app.screen, EditScreen) and len(driver.app.screen.form.wanted) == number
    )


async def until_previewed(driver: Driver) -> PreviewDialog:
    """Wait for the preview."""
    await driver.until(
        lambda: isinstance(driver.app.screen, PreviewDialog) and driver.app.screen.stage == "ready", "the preview"
    )
    screen = driver.app.screen
    assert isinstance(screen, PreviewDialog)
    return screen


async def preview(driver: Driver) -> PreviewDialog:
    """Ask for the preview of what was collected."""
    await driver.press("p")
    return await until_previewed(driver)


async def apply(driver: Driver) -> PreviewDialog:
    """Take the second step, and wait for the result."""
    await driver.press("right", "enter")
    screen = driver.app.screen
    assert isinstance(screen, PreviewDialog)
    await driver.until(lambda: screen.stage in ("ready", "over"), "the result")
    await driver.pilot.pause()
    return screen


async def back_to_the_list(driver: Driver) -> None:
    """Leave everything that lies over the list."""
    while not isinstance(driver.app.screen, PeopleScreen):
        await driver.press("escape")
        await driver.pilot.pause()
