"""The person screen on a real worker: facts, footprint, panes, and names that mean harm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tui.driving import LARGE, MIDDLE, running
from tests.tui.frames import assert_frame
from tui.footprint_rows import CATEGORIES, Group
from tui.widgets.footprint import Footprint
from zulip_bridge.api.footprint import FootprintRow

PANES = {"person": "1", "account": "2", "footprint": "3"}


@pytest.mark.parametrize("pane", PANES)
async def test_person_panes_frame(install: Path, pane: str) -> None:
    async with running(install) as driver:
        await driver.open("noel never")
        await driver.press(PANES[pane])
        driver.hold_still()
        await driver.pilot.pause()
        assert_frame(f"person-{pane}-80x24", driver.app)


async def test_person_frame(install: Path) -> None:
    async with running(install, MIDDLE) as driver:
        await driver.open("noel never")
        driver.hold_still()
        await driver.pilot.pause()
        assert_frame("person-120x40", driver.app)


async def test_all_panes_stand_beside_each_other_on_a_large_screen(install: Path) -> None:
    async with running(install, LARGE) as driver:
        await driver.open("marc admin")
        await driver.until_text("Identity", "Account", "Activity", "Credentials", "Column", "rows in")


async def test_the_footprint_counts_what_the_database_holds(install: Path, database: psycopg.Connection[Any]) -> None:
    async with running(install) as driver:
        screen = await driver.open("marta heavy")
        await driver.press("3")
        (sent,) = database.execute(
            "SELECT count(*) FROM zerver_message WHERE sender_id = %s", [screen.person.id]
        ).fetchone() or (None,)
        row = next(line for line in driver.text.splitlines() if "zerver_message " in line and "sender_id" in line)
        assert row.split()[-1] == f"{sent:,}"


async def test_the_footprint_is_grouped_then_sorted_otherwise(install: Path) -> None:
    async with running(install) as driver:
        screen = await driver.open("marta heavy")
        await driver.press("3")
        footprint = screen.query_one(Footprint)
        assert [line.category for line in footprint.lines if isinstance(line, Group)] == [
            category for category in CATEGORIES if any(line.category == category for line in footprint.lines)
        ]
        ranks = [CATEGORIES.index(line.category) for line in footprint.lines]
        assert ranks == sorted(ranks)
        await driver.press("s")
        counts = [row.rows for row in footprint.lines]
        assert counts == sorted(counts, reverse=True)
        assert 0 not in counts
        await driver.press("s", "e")
        tables = [row.table for row in footprint.lines if isinstance(row, FootprintRow)]
        assert len(tables) == len(footprint.lines)
        assert tables == sorted(tables)
        assert 0 in [row.rows for row in footprint.lines]


async def test_panes_are_stepped_through(install: Path) -> None:
    async with running(install) as driver:
        await driver.open("marta heavy")
        await driver.press("right")
        assert "Credentials" in driver.text or "Activity" in driver.text
        await driver.press("right")
        assert "rows in" in driver.text
        await driver.press("right")
        assert "Identity" in driver.text
        await driver.press("left")
        assert "rows in" in driver.text


async def test_back_leads_to_the_list_as_it_was(install: Path) -> None:
    async with running(install) as driver:
        await driver.search("maria lopez")
        await driver.press("down", "down", "enter")
        await driver.until_text("Identity")
        assert len(driver.app.screen_stack) == 2
        await driver.press("escape")
        await driver.until(lambda: len(driver.app.screen_stack) == 1)
        assert driver.table.cursor == 1


async def test_address_and_id_are_copied(install: Path) -> None:
    async with running(install) as driver:
        screen = await driver.open("marta heavy")
        await driver.press("y")
        await driver.until_text("clipboard")
        assert driver.app.clipboard == screen.person.delivery_email
        await driver.press("i")
        assert driver.app.clipboard == str(screen.person.id)


async def test_markup_in_a_name_is_text(install: Path) -> None:
    async with running(install, MIDDLE) as driver:
        await driver.open("a[/]b")
        assert driver.text.count("a[/]b") >= 2
        await driver.press("x")
        await driver.until_text("Export · a[/]b")
