"""The people screen on a real worker and a real database: connecting, searching, filtering, scrolling."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tui.driving import LARGE, MIDDLE, SIZES, SMALL, running
from tests.tui.frames import assert_frame
from tui.listing import PAGE
from tui.screens.people import PeopleScreen
from tui.widgets.filters import FilterBar, Filters
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.people import PeoplePage, SearchPeople
from zulip_bridge.launch import InstallTarget


async def test_paints_before_it_connects_and_keeps_what_is_typed_meanwhile(install: Path) -> None:
    async with running(install, connect=False) as driver:
        await driver.press(*"marta heavy")
        assert "marta heavy" in driver.text
        await driver.until(lambda: driver.app.connection.ready)
        await driver.until_found()
        assert driver.names == ["Marta Heavy"]


async def test_says_why_it_cannot_connect_and_tries_again(install: Path, tmp_path: Path) -> None:
    async with running(tmp_path, connect=False) as driver:
        await driver.until_text("There is no manage.py in", "[ Retry ]", "[ Quit ]", "not connected")
        await driver.press("enter")
        await driver.until(lambda: len(driver.app.problems) == 2, "the second failure")
        driver.app.target = InstallTarget(install)
        await driver.until(lambda: driver.app.focused is not None and driver.app.focused.id == "retry")
        await driver.press("enter")
        await driver.until(lambda: driver.app.connection.ready, "the connection")
        await driver.until_found()
        assert driver.names


async def test_quit_after_a_failure_ends_with_status_1(tmp_path: Path) -> None:
    async with running(tmp_path, connect=False) as driver:
        await driver.until(lambda: driver.app.focused is not None and driver.app.focused.id == "retry")
        await driver.press("tab", "enter")
        await driver.until(lambda: driver.app.return_code is not None)
        assert driver.app.exit_status == 1


async def test_searches_at_every_keystroke(install: Path) -> None:
    async with running(install) as driver:
        for text in "maria l":
            await driver.search(text)
        assert set(driver.names) == {"Maria Lopez"}
        assert f"{len(driver.names)} of " in driver.text
        for _ in range(7):
            await driver.press("backspace")
        await driver.until_found()
        assert driver.people.listing.total > PAGE


async def test_an_answer_that_comes_late_is_dropped(install: Path) -> None:
    async with running(install) as driver:
        steward = driver.app.steward
        assert steward is not None
        late = await steward.search(SearchPeople(text="otto"))
        before = driver.people._generation
        await driver.search("marta heavy")
        driver.people.post_message(PeopleScreen.Found(before, SearchPeople(text="otto"), late))
        driver.people.post_message(PeopleScreen.PageArrived(PeoplePage(late.listing, 1, 0, late.people)))
        await driver.pilot.pause()
        assert driver.names == ["Marta Heavy"]


async def test_says_when_nobody_matches(install: Path) -> None:
    async with running(install, MIDDLE) as driver:
        await driver.search("nobodyhasthisname")
        await driver.until_text("Nobody matches “nobodyhasthisname”.", "0 of ")
        await driver.press("escape", "escape")
        await driver.until_found()
        assert "Nobody" not in driver.text


async def test_filters_narrow_to_what_the_database_says(install: Path, database: psycopg.Connection[Any]) -> None:
    async with running(install) as driver:
        realm = driver.people.realms[0].string_id
        await driver.press("ctrl+r", "ctrl+t", "ctrl+s")
        await driver.until_found()
        filters = driver.people.query_one(FilterBar).filters
        assert filters == Filters(realm=realm, bots="people", status="active")
        (expected,) = database.execute(
            "SELECT count(*) FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id"
            " WHERE r.string_id = %s AND NOT is_bot AND is_active",
            [realm],
        ).fetchone() or (None,)
        assert driver.people.listing.total == expected
        await driver.press("escape", "escape")
        await driver.until_found()
        assert not driver.people.query_one(FilterBar).filters.narrowing


async def test_filters_are_moved_through_with_the_arrows(install: Path) -> None:
    async with running(install) as driver:
        await driver.press("escape", "f", "right", "down")
        await driver.until_found()
        assert driver.people.query_one(FilterBar).filters.role == 100
        await driver.press("up", "left", "up")
        await driver.until_found()
        filters = driver.people.query_one(FilterBar).filters
        assert filters == Filters(realm=driver.people.realms[-1].string_id)
        await driver.press("backspace")
        await driver.until_found()
        assert driver.people.query_one(FilterBar).filters == Filters()


async def test_scrolls_to_the_end_page_by_page(install: Path) -> None:
    async with running(install) as driver:
        total = driver.people.listing.total
        assert total > 2 * PAGE
        await driver.press("escape", "end")
        await driver.until(lambda: driver.table.cursor_row is not None)
        assert driver.table.cursor == total - 1
        assert driver.people._current is not None
        assert str(driver.people._current.full_name)[:5] in driver.text


async def test_a_forgotten_listing_is_searched_again_in_place(install: Path) -> None:
    async with running(install) as driver:
        steward = driver.app.steward
        assert steward is not None
        for number in range(12):  # more than the worker keeps
            await steward.search(SearchPeople(text=str(number)))
        await driver.press("escape", "end")
        await driver.until(lambda: driver.table.cursor_row is not None)
        assert driver.table.cursor == driver.people.listing.total - 1


async def test_marks_are_counted_and_copied(install: Path) -> None:
    async with running(install) as driver:
        await driver.search("maria lopez")
        await driver.press("down", "space", "space")
        await driver.until_text("● 2 marked")
        await driver.press("y")
        await driver.until_text("2 addresses")
        assert len(driver.app.clipboard.split("\n")) == 2
        assert all("@" in line for line in driver.app.clipboard.split("\n"))


async def test_the_summary_comes_when_the_cursor_rests(install: Path) -> None:
    async with running(install, MIDDLE) as driver:
        await driver.search("marc admin")
        await driver.until_text("Profile", "Credentials")
        assert "API key" in driver.text
        assert driver.people._details


async def test_a_lost_worker_is_told_and_reconnected(install: Path) -> None:
    async with running(install) as driver:
        await driver.search("marta heavy")
        assert driver.app.steward is not None
        os.kill(driver.app.steward.hello.pid, signal.SIGKILL)
        await driver.until_text("connection lost", "What is shown stays as it was.", "r reconnect")
        assert "Marta Heavy" in driver.text
        await driver.press("r")
        await driver.until(lambda: driver.app.connection.ready)
        await driver.until_found()
        assert driver.names == ["Marta Heavy"]
        assert "What is shown stays" not in driver.text


@pytest.mark.parametrize("read_only", [True, False])
async def test_the_header_says_whether_this_session_can_write(install: Path, read_only: bool) -> None:
    async with running(install, SMALL, read_only=read_only) as driver:
        header = driver.text.splitlines()[0]
        assert ("READ ONLY" in header) is read_only
        assert ("WRITE" in header) is not read_only
        assert driver.app.connection.label in header
        assert driver.app.connection.account in header


@pytest.mark.parametrize("size", SIZES)
async def test_people_frame(install: Path, size: str) -> None:
    async with running(install, SIZES[size]) as driver:
        await driver.search("noel never")
        await driver.press("down")
        if size != "80x24":
            await driver.until_text("Credentials")
        driver.hold_still()
        await driver.pilot.pause()
        assert_frame(f"people-{size}", driver.app)


@pytest.mark.parametrize("size", SIZES)
async def test_everybody_frame(install: Path, size: str) -> None:
    async with running(install, SIZES[size]) as driver:
        await driver.press("escape", "home")
        if size != "80x24":
            await driver.until_text("Credentials")
        driver.hold_still()
        await driver.pilot.pause()
        assert_frame(f"everybody-{size}", driver.app)


async def test_failed_frame(tmp_path: Path) -> None:
    async with running(Path("/no/such/deployment"), connect=False) as driver:
        await driver.until_text("[ Retry ]")
        assert_frame("failed-80x24", driver.app)


async def test_large_screens_show_more(install: Path) -> None:
    async with running(install, LARGE) as driver:
        await driver.search("marc admin")
        await driver.until_text("Credentials", "Groups", "Bots")
        assert driver.app.screen.query_one(VirtualTable).size.width > 100
