"""The person screen on a real worker: facts, footprint, tabs, and names that mean harm."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from textual.widgets import Input

from tests.tui.driving import MIDDLE, SIZES, running
from tests.tui.frames import assert_frame
from tui.footprint_rows import CATEGORIES, Group
from tui.tabs.base import PersonTab
from tui.tabs.footprint import FootprintTab
from tui.tabs.registry import TABS
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.footprint import FootprintRow


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tab", ["overview", "footprint"])
async def test_tab_frame(install: Path, size: str, tab: str) -> None:
    async with running(install, SIZES[size]) as driver:
        await driver.open("noel never")
        await driver.show_tab(tab)
        driver.hold_still()
        await driver.pilot.pause()
        assert_frame(f"person-{tab}-{size}", driver.app)


async def test_all_tabs_have_room_on_the_smallest_screen(install: Path) -> None:
    async with running(install) as driver:
        await driver.open("marc admin")
        line = driver.text.splitlines()[2]
        assert all(tab.name in line for tab in TABS)


async def test_nothing_is_asked_before_a_tab_is_looked_at(install: Path) -> None:
    async with running(install) as driver:
        screen = await driver.open("marc admin")
        assert [type(tab).__name__ for tab in screen.query(PersonTab)] == ["OverviewTab"]


async def test_the_footprint_counts_what_the_database_holds(install: Path, database: psycopg.Connection[Any]) -> None:
    async with running(install) as driver:
        screen = await driver.open("marta heavy")
        await driver.show_tab("footprint")
        (sent,) = database.execute(
            "SELECT count(*) FROM zerver_message WHERE sender_id = %s", [screen.person.id]
        ).fetchone() or (None,)
        row = next(line for line in driver.text.splitlines() if "zerver_message " in line and "sender_id" in line)
        assert row.split()[-1] == f"{sent:,}"


async def test_the_footprint_is_grouped_then_sorted_otherwise(install: Path) -> None:
    async with running(install) as driver:
        await driver.open("marta heavy")
        footprint = await driver.show_tab("footprint")
        assert isinstance(footprint, FootprintTab)
        assert [line.category for line in footprint.lines if isinstance(line, Group)] == [
            category for category in CATEGORIES if any(line.category == category for line in footprint.lines)
        ]
        ranks = [CATEGORIES.index(line.category) for line in footprint.lines]
        assert ranks == sorted(ranks)
        await driver.press("o")
        counts = [row.rows for row in footprint.lines]
        assert counts == sorted(counts, reverse=True)
        assert 0 not in counts
        await driver.press("o", "z")
        tables = [row.table for row in footprint.lines if isinstance(row, FootprintRow)]
        assert len(tables) == len(footprint.lines)
        assert tables == sorted(tables)
        assert 0 in [row.rows for row in footprint.lines]


async def test_tabs_are_stepped_through(install: Path) -> None:
    async with running(install) as driver:
        screen = await driver.open("marta heavy")
        for index in [*range(1, len(TABS)), 0]:
            await driver.press("right")
            await driver.until(lambda: screen.tab.found is not None)
            assert screen.active == index
            assert [tab for tab in screen.query(PersonTab) if tab.display] == [screen.tab]
        await driver.press("left")
        assert screen.active == len(TABS) - 1


async def test_a_tab_is_saved_as_json_for_the_operator_alone(
    install: Path, tmp_path: Path, own_journal: Path
) -> None:
    async with running(install) as driver:
        screen = await driver.open("marta heavy")
        await driver.show_tab("footprint")
        await driver.press("s")
        await driver.until_text("[ Save ]", "0600")
        path = tmp_path / "footprint.json"
        driver.app.screen.query_one(Input).value = str(path)
        await driver.press("tab", "enter")
        await driver.until(path.exists, "the file")
        await driver.until_text("Saved:")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        saved = json.loads(path.read_bytes())
        assert saved["person"]["id"] == screen.person.id
        assert {row["table"] for row in saved["data"]} >= {"zerver_message", "zerver_userprofile"}
        entry = json.loads(own_journal.read_bytes().splitlines()[-1])
        assert entry["action"] == "person.saved"
        assert entry["parameters"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        await driver.press("s")
        await driver.until_text("[ Save ]")
        driver.app.screen.query_one(Input).value = str(path)
        await driver.until_text("There is such a file already")
        assert driver.app.screen.query_one("#save").disabled


async def test_a_place_of_the_footprint_leads_to_its_rows(install: Path, database: psycopg.Connection[Any]) -> None:
    async with running(install, MIDDLE) as driver:
        screen = await driver.open("marta heavy")
        tab = await driver.show_tab("footprint")
        assert isinstance(tab, FootprintTab)
        places = [each for each in tab.lines if isinstance(each, FootprintRow)]
        alert_words = next(each for each in places if each.table == "zerver_alertword")
        tab.query_one(VirtualTable).move_cursor(tab.lines.index(alert_words))
        await driver.press("enter")
        words = database.execute(
            "SELECT word FROM zerver_alertword WHERE user_profile_id = %s", [screen.person.id]
        ).fetchall()
        assert len(words) == alert_words.rows
        await driver.until_text(f"of Marta Heavy (id {screen.person.id})", *(word for (word,) in words))
        await driver.press("escape")
        mentions = next(each for each in places if (each.table, each.column) == ("zerver_usermessage", "flags"))
        tab.query_one(VirtualTable).move_cursor(tab.lines.index(mentions))
        await driver.press("enter")
        await driver.until_text("The tab Messages lists these")


async def test_leaving_while_a_tab_is_read_leaves_nothing_behind(install: Path) -> None:
    async with running(install) as driver:
        await driver.open("marta heavy")
        await driver.press("7", "2", "escape")
        await driver.until(lambda: len(driver.app.screen_stack) == 1)
        await driver.until(lambda: not [each for each in driver.app.workers if each.group in ("read", "count")])
        assert driver.app.problems == []
        await driver.open("noel never")


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
