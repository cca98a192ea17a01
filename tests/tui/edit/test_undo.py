"""From the journal back; and what a read-only session shows of all this."""

from __future__ import annotations

import pytest

from tests.edit.place import Place
from tests.tui.driving import MIDDLE, running
from tests.tui.edit.hands import (
    apply,
    back_to_the_list,
    enter,
    find_field,
    open_form,
    preview,
    to_person,
    until_collected,
    until_previewed,
)
from tui.screens.base import READ_ONLY
from tui.screens.journal import JournalScreen
from tui.screens.person import PersonScreen
from zulip_bridge.api.changes import Change
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.journal import Journal


@pytest.fixture(autouse=True)
def own_journal_for_each(journal: Journal) -> None:
    """Entries of other tests are not these."""


async def test_an_edit_is_undone_from_the_journal(place: Place, journal: Journal) -> None:
    person = place.somebody()
    before = place.of(person, "full_name, enter_sends")
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await open_form(driver, person)
        await enter(driver, "full name", "For A While")
        await until_collected(driver, 1)
        await find_field(driver, "setting enter_sends")
        await driver.press("space")
        await until_collected(driver, 2)
        await preview(driver)
        await apply(driver)
        await driver.until_text("✓ Done")
        assert place.of(person, "full_name, enter_sends") == ("For A While", not before[1])
        await back_to_the_list(driver)
        await driver.press("j")
        await driver.until_text("The chain is whole", "edit.finished", "u undo")
        await driver.press("u")
        dialog = await until_previewed(driver)
        assert f"For A While → {before[0]}" in driver.text
        assert driver.app.focused is dialog.query_one("#cancel")
        assert place.of(person, "full_name") == "For A While"
        await apply(driver)
        await driver.until_text("✓ Done")
        await driver.press("enter")
        assert place.of(person, "full_name, enter_sends") == before
        (newest,) = journal.entries(limit=1)
        assert newest.entry.parameters["reverts"] == newest.seq - 2
        await driver.until_text(f"{newest.seq} entries")  # the journal is read again


async def test_what_cannot_be_undone_is_said(place: Place) -> None:
    person = place.somebody()
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await to_person(driver, person)
        await driver.press("a")
        await driver.until_text("Regenerate the API key", "in use")
        await driver.press("down", "enter")
        await until_previewed(driver)
        await apply(driver)
        await driver.until_text("✓ Done")
        await back_to_the_list(driver)
        await driver.press("j")
        await driver.until_text("u undo")
        await driver.press("u")
        await driver.until_text("This cannot be undone: regenerate-api-key cannot be undone.")
        await driver.press("down", "down", "down")
        await driver.until(lambda: "u undo" not in driver.text)  # a reading


async def test_a_read_only_session_says_why_it_changes_nothing(place: Place, journal: Journal) -> None:
    person = place.somebody()
    async with running(place.path, MIDDLE, read_only=True) as driver:
        await to_person(driver, person)
        assert "e edit" in driver.text
        for key in ("e", "a"):
            driver.people.note(None)
            await driver.press(key)
            await driver.until_text(READ_ONLY[:60])
            assert len(driver.app.screen_stack) == 1
        await driver.press("question_mark")
        await driver.until_text("Edit the person under the cursor (This session is READ")
        await driver.press("escape", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, PersonScreen))
        await driver.press("e")
        await driver.until_text(READ_ONLY[:60])
        assert isinstance(driver.app.screen, PersonScreen)

        steward = driver.app.steward
        assert steward is not None
        seen = await steward.preview(await steward.find(str(person)), [Change("full_name", "Never")])
        with pytest.raises(StewardError) as refused:
            await steward.apply(seen)
        assert refused.value.kind is ErrorKind.READ_ONLY
        assert place.of(person, "full_name") != "Never"
        await back_to_the_list(driver)
        await driver.press("j")
        await driver.until(lambda: isinstance(driver.app.screen, JournalScreen))
        await driver.until_text("edit.finished")
        await driver.press("u")
        await driver.until_text(READ_ONLY[:60])


async def test_the_person_screen_shows_what_was_changed(place: Place) -> None:
    person = place.somebody()
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await to_person(driver, person)
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, PersonScreen))
        await driver.until_text("Identity")
        await driver.press("a")
        await driver.until_text("Deactivate the account", "active")
        await driver.press("end", "enter")
        await until_previewed(driver)
        await apply(driver)
        await driver.until_text("✓ Done")
        await driver.press("enter")
        await driver.until_text("✕ deactivated")
        assert isinstance(driver.app.screen, PersonScreen)
