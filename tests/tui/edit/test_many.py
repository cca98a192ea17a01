"""Many people at once: marking, one preview, a result for each, and stopping in the middle."""

from __future__ import annotations

import pytest

from tests.edit.place import Place
from tests.edit.test_failures import no_events
from tests.plain_sql import column, value
from tests.tui.driving import MIDDLE, Driver, running
from tests.tui.edit.hands import to_person
from tui.screens.bulk import BulkScreen
from tui.screens.bulk_dialog import BulkDialog
from tui.widgets.filters import FilterBar, Filters
from tui.widgets.searchline import SearchLine
from zulip_bridge.journal import Journal


@pytest.fixture(autouse=True)
def own_journal_for_each(journal: Journal) -> None:
    """Entries of other tests are not these."""


async def mark(driver: Driver, people: list[int]) -> None:
    """Mark accounts one by one, with a search for each."""
    for number, person in enumerate(people, 1):
        await to_person(driver, person)
        await driver.press("space")
        await driver.until_text(f"● {number} marked")


async def order(driver: Driver, words: str) -> BulkScreen:
    """Choose what to do with whoever is marked, and wait for the preview."""
    await driver.press("a")
    await driver.until(lambda: isinstance(driver.app.screen, BulkDialog), "what to do")
    await driver.press(*("space" if each == " " else each for each in words), "enter")
    await driver.until(lambda: isinstance(driver.app.screen, BulkScreen), "the preview of all")
    screen = driver.app.screen
    assert isinstance(screen, BulkScreen)
    await driver.until(lambda: screen.stage == "ready", "everybody looked at")
    return screen


async def narrow(driver: Driver, filters: Filters) -> None:
    """Set the filters, and wait for the list that they leave."""
    driver.people.query_one(FilterBar).filters = filters
    await driver.until(lambda: driver.people._shown == driver.people._request(), "the filtered list")


async def until_over(driver: Driver, screen: BulkScreen) -> None:
    await driver.until(lambda: screen.stage == "over", "the end")


async def test_marks_outlive_searches_and_each_gets_a_result(place: Place, journal: Journal) -> None:
    people = [place.somebody() for _ in range(3)]
    guest = place.somebody("TRUE", "is_active AND NOT is_bot AND role = 600")
    dummy = place.somebody("TRUE", "is_mirror_dummy")
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await mark(driver, [*people, guest, dummy])
        screen = await order(driver, "role to guest")
        assert driver.app.focused is screen.query_one("#cancel")
        await driver.until_text("3 would change · 1 refused · 1 unchanged", "[ Apply to 3 people ]")
        assert screen.cases[0].fate == "refused"  # what needs attention is read first
        await driver.until_text("placeholder account")
        assert {place.of(person, "role") for person in people} == {400}
        await driver.press("right", "enter")
        await until_over(driver, screen)
        await driver.until_text("3 done · 1 refused · 1 unchanged. Each is in the journal.")
        assert {place.of(person, "role") for person in people} == {600}
        finished = [each.entry for each in journal.entries() if each.entry.action == "edit.finished"]
        assert {entry.person.id for entry in finished if entry.person} == set(people)
        assert {entry.parameters["bulk"] for entry in finished} == {"1 of 3", "2 of 3", "3 of 3"}
        await driver.press("enter")
        await driver.until(lambda: len(driver.app.screen_stack) == 1)


async def test_deactivating_and_reactivating_are_each_others_undo(place: Place) -> None:
    people = [place.somebody() for _ in range(2)]
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await mark(driver, people)
        for words, active in [("deact", False), ("react", True)]:
            screen = await order(driver, words)
            await driver.press("right", "enter")
            await until_over(driver, screen)
            assert {place.of(person, "is_active") for person in people} == {active}
            await driver.press("enter")
            await driver.until(lambda: len(driver.app.screen_stack) == 1)
            assert "● 2 marked" in driver.text


async def test_everybody_who_is_listed_is_marked_and_unmarked(place: Place) -> None:
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await driver.press("asterisk")
        assert driver.people.query_one(SearchLine).text == "*"  # typing is typing
        await driver.press("backspace", "escape")
        await driver.until_found()
        await narrow(driver, Filters(realm=place.realm))
        total = driver.people.listing.total
        everybody = column(place.database, "SELECT id FROM zerver_userprofile WHERE realm_id = %s", place.realm_id)
        assert total == len(everybody) > 64  # more than one page
        await driver.press("asterisk")
        await driver.until_text(f"● {total:,} marked")
        assert {person.id for person in driver.people.marked.people} == set(everybody)
        await driver.search("maria lopez")
        await driver.until_text(f"● {total:,} marked")
        await driver.press("escape", "asterisk")
        await driver.until_text(f"● {total - len(driver.names):,} marked")
        await driver.press("minus")
        await driver.until(lambda: "marked" not in driver.text)
        assert driver.people.marked.people == []


async def test_stopping_finishes_one_person_and_leaves_the_rest(place: Place, journal: Journal) -> None:
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await narrow(driver, Filters(realm=place.realm, role=400, bots="people", status="active"))
        driver.table.focus()
        await driver.press(*["space"] * 24)
        await driver.until_text("● 24 marked")
        ids = [person.id for person in driver.people.marked.people if not person.is_mirror_dummy]
        screen = await order(driver, "role to moderator")
        await driver.press("right", "enter")
        await driver.until(lambda: screen._told >= 2, "two of them")
        await driver.press("escape")
        await until_over(driver, screen)
        await driver.until_text("Stopped by you.", "not begun", "[ Close ]")
        done = {case.person.id for case in screen.cases if case.fate == "done"}
        left = {case.person.id for case in screen.cases if case.fate == "not_reached"}
        assert 2 <= len(done) < len(ids)
        assert done | left == set(ids)
    changed = column(place.database, "SELECT id FROM zerver_userprofile WHERE role = 300 AND id = ANY(%s)", ids)
    assert set(changed) == done
    recorded = [each.entry for each in journal.entries()]
    begun = {entry.person.id for entry in recorded if entry.action == "edit.started" and entry.person}
    ended = {entry.person.id for entry in recorded if entry.action == "edit.finished" and entry.person}
    assert begun == ended == done


async def test_what_goes_wrong_for_one_stops_before_the_next(place: Place) -> None:
    kind = "is_active AND NOT is_bot AND NOT is_mirror_dummy AND role IN (300, 400)"
    people = [place.somebody("TRUE", kind) for _ in range(3)]
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await mark(driver, people)
        screen = await order(driver, "role to administrator")
        with no_events(place):
            await driver.press("right", "enter")
            await until_over(driver, screen)
        await driver.until_text("Stopped, because", "1 incomplete · 2 not begun")
        assert "failed" in driver.text
    administrators = [person for person in people if place.of(person, "role") == 200]
    assert administrators == [case.person.id for case in screen.cases if case.fate == "incomplete"]


async def test_keys_and_sessions_are_ended_for_all(place: Place) -> None:
    people = [place.somebody("TRUE", "is_active AND NOT is_bot AND NOT is_mirror_dummy") for _ in range(2)]
    keys = {person: place.of(person, "api_key") for person in people}
    sessions = [place.open_session(person) for person in people]
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await mark(driver, people)
        for words in ("sessions", "api keys"):
            screen = await order(driver, words)
            await driver.press("right", "enter")
            await until_over(driver, screen)
            assert not any(key in driver.text for key in keys.values())
            await driver.press("enter")
            await driver.until(lambda: len(driver.app.screen_stack) == 1)
    assert not any(place.session_exists(each) for each in sessions)
    new = value(
        place.database, "SELECT count(*) FROM zerver_userprofile WHERE api_key = ANY(%s)", list(keys.values())
    )
    assert new == 0
