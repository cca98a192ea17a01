"""Channels, Access and Activity on the person screen, on a real worker."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from textual.widgets import Input

from tests.tui.driving import SIZES, Driver, running
from tests.tui.frames import assert_frame
from tui.screens.dates_dialog import DatesDialog
from tui.screens.event import EventDialog
from tui.tabs.activity import PAGE, ActivityTab
from tui.tabs.grouped import GroupedTab, Listed
from zulip_bridge.demo import DemoInstall

Connection = psycopg.Connection[Any]


def _longer(tab: ActivityTab, entries: int) -> bool:
    return len(tab.entries) > entries


async def activity_of(driver: Driver, person: str) -> ActivityTab:
    """Open somebody's activity."""
    await driver.open(person)
    tab = await driver.show_tab("activity")
    assert isinstance(tab, ActivityTab)
    return tab


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tab", ["channels", "access", "activity"])
async def test_tab_frame(install: Path, size: str, tab: str) -> None:
    async with running(install, SIZES[size]) as driver:
        # What has expired depends on today: the frame of Access has nothing that can.
        await driver.open("noel never" if tab == "access" else "maria lopez")
        await driver.show_tab(tab)
        driver.hold_still()
        await driver.press("down", "down")
        await driver.pilot.pause()
        assert_frame(f"person-{tab}-{size}", driver.app)


async def test_channels_are_listed_by_name_with_their_groups(install: Path, database: Connection) -> None:
    async with running(install, (120, 60)) as driver:
        screen = await driver.open("maria lopez")
        await driver.show_tab("channels")
        text = driver.text
        for (name,) in database.execute(
            """SELECT c.name FROM zerver_subscription s JOIN zerver_stream c ON c.recipient_id = s.recipient_id
               WHERE s.user_profile_id = %s AND s.active""",
            [screen.person.id],
        ):
            assert name in text
        assert "everyone, guests too" in text


async def test_the_pane_below_says_what_the_row_has_no_room_for(install: Path) -> None:
    async with running(install) as driver:
        await driver.open("maria lopez")
        tab = await driver.show_tab("channels")
        assert isinstance(tab, GroupedTab)
        await driver.press("down")
        await driver.until_text("notifications:")
        await driver.press("y")
        await driver.until_text("clipboard")
        row = tab.query_one(Listed).cursor_row
        assert row is not None
        assert driver.app.clipboard == row.cells[0].strip()


async def test_groups_are_stepped_through(install: Path) -> None:
    async with running(install) as driver:
        await driver.open("otto owner")
        tab = await driver.show_tab("access")
        table = tab.query_one(Listed)
        headings = []
        for key in ["n"] * 20 + ["N"] * 20:
            await driver.press(key)
            headings.append(table.cursor)
        groups = sorted({0, *headings})
        assert headings[:20] == (groups[1:] + groups[-1:] * 20)[:20]
        assert headings[20:] == (groups[-2::-1] + [0] * 20)[:20]
        assert all((row := table.source.get(index)) and row.style == "strong" for index in headings)


async def test_what_there_is_none_of_is_named(install: Path) -> None:
    async with running(install, (120, 40)) as driver:
        await driver.open("noel never")
        await driver.show_tab("access")
        for words in ("Sessions · none", "Push devices · none", "Second factors · none"):
            assert words in driver.text


async def test_older_entries_are_read_when_the_end_comes_near(install: Path, database: Connection) -> None:
    (address, rows) = database.execute(
        """SELECT u.delivery_email, count(*) FROM zerver_realmauditlog a
           JOIN zerver_userprofile u ON u.id IN (a.acting_user_id, a.modified_user_id)
           WHERE u.is_active AND NOT u.is_bot GROUP BY 1 ORDER BY 2 DESC LIMIT 1"""
    ).fetchone() or ("", 0)
    assert rows > PAGE
    async with running(install) as driver:
        tab = await activity_of(driver, address)
        assert len(tab.entries) == PAGE
        while tab.more:
            longer = partial(_longer, tab, len(tab.entries))
            await driver.press("end")
            await driver.until(longer)
        keys = [entry.key for entry in tab.entries]
        assert len(keys) == len(set(keys))
        assert len([key for key in keys if key.startswith("audit")]) == rows
        assert "+" not in driver.text.splitlines()[6]


async def test_kinds_and_directions_narrow_the_timeline(install: Path) -> None:
    async with running(install) as driver:
        tab = await activity_of(driver, "otto owner")
        await driver.press("k")
        await driver.until(lambda: {entry.kind for entry in tab.entries} == {"account"})
        await driver.press("w")
        await driver.until(lambda: all(entry.by_person for entry in tab.entries))
        await driver.press("w")
        await driver.until(lambda: all(entry.about_person for entry in tab.entries))
        await driver.press("backspace", "K")
        await driver.until(lambda: {entry.kind for entry in tab.entries} == {"spans"})
        assert "times of activity" in driver.text


async def test_days_narrow_the_timeline(install: Path) -> None:
    async with running(install) as driver:
        tab = await activity_of(driver, "marta heavy")
        await driver.press("f")
        await driver.until(lambda: isinstance(driver.app.screen, DatesDialog))
        driver.app.screen.query_one("#first", Input).value = "2024-09"
        await driver.until_text("is no day")
        assert driver.app.screen.query_one("#show").disabled
        driver.app.screen.query_one("#first", Input).value = "2024-08-01"
        driver.app.screen.query_one("#last", Input).value = "2024-09-30"
        await driver.press("enter")
        await driver.until_text("2024-08-01 to 2024-09-30")
        await driver.until(lambda: all("2024-08-01" <= entry.when[:10] <= "2024-09-30" for entry in tab.entries))
        await driver.press("f")
        await driver.until(lambda: isinstance(driver.app.screen, DatesDialog))
        await driver.press("escape")
        assert tab.narrowing.days.words == "2024-08-01 to 2024-09-30"


async def test_an_entry_is_opened_with_all_its_values(install: Path) -> None:
    async with running(install) as driver:
        tab = await activity_of(driver, "marta heavy")
        await driver.press("k")
        await driver.until(lambda: {entry.kind for entry in tab.entries} == {"account"})
        index = next(index for index, entry in enumerate(tab.entries) if entry.changes and entry.changes[0].before)
        await driver.press(*["down"] * index, "enter")
        await driver.until(lambda: isinstance(driver.app.screen, EventDialog))
        change = tab.entries[index].changes[0]
        await driver.until_text("before", "after", str(change.before), str(change.after), "USER_FULL_NAME_CHANGED")
        await driver.press("y")
        await driver.until(lambda: str(change.before) in driver.app.clipboard)
        await driver.press("escape")
        assert driver.app.screen.query_one(ActivityTab) is tab


async def test_nothing_that_fits_is_said(install: Path) -> None:
    async with running(install) as driver:
        tab = await activity_of(driver, "noel never")
        await driver.press("K")
        await driver.until(lambda: not tab.entries)
        await driver.until_text("Nothing of this kind is known.")
        await driver.press("y")
        await driver.until_text("nothing here to copy")


async def test_all_of_the_timeline_is_saved_not_only_what_was_scrolled_to(
    install: Path, database: Connection, tmp_path: Path
) -> None:
    async with running(install) as driver:
        tab = await activity_of(driver, "otto owner")
        (rows,) = database.execute(
            "SELECT count(*) FROM zerver_realmauditlog WHERE acting_user_id = %s OR modified_user_id = %s",
            [tab.person.id, tab.person.id],
        ).fetchone() or (0,)
        await driver.press("s")
        await driver.until_text("[ Save ]", "0600")
        path = tmp_path / "activity.json"
        driver.app.screen.query_one(Input).value = str(path)
        await driver.press("tab", "enter")
        await driver.until(path.exists, "the file")
        saved = json.loads(path.read_bytes())["data"]
        assert len([each for each in saved["timeline"] if each["key"].startswith("audit")]) == rows
        assert not saved["more"]


HOSTILE = "\x1b]52;c;\x07[red]evil[/red]\u202eb\x9b2J"


async def test_what_means_harm_is_shown_as_text(scratch: DemoInstall) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        find = "SELECT id, realm_id FROM zerver_userprofile WHERE delivery_email = 'maria@acme.example'"
        person, realm = database.execute(find).fetchone() or (0, 0)
        for table, column in (
            ("zerver_stream", "name"), ("zerver_namedusergroup", "name"), ("zerver_client", "name"),
            ("zerver_preregistrationuser", "email"), ("zerver_useractivity", "query"),
            ("otp_totp_totpdevice", "name"), ("social_auth_usersocialauth", "uid"),
        ):  # fmt: skip
            sets = f"UPDATE {table} SET {column} = {_key(table)} || %s"
            database.execute(sets.encode(), [HOSTILE])
        database.execute(
            """INSERT INTO zerver_realmauditlog (realm_id, modified_user_id, event_type, event_time, extra_data,
                                                 backfilled) VALUES (%s, %s, 132, now(), %s, false)""",
            [realm, person, json.dumps({"1": HOSTILE, "2": HOSTILE, "property": HOSTILE, HOSTILE: HOSTILE})],
        )
    async with running(scratch.path, (200, 60)) as driver:
        await driver.open("maria lopez")
        for tab in ("channels", "access", "activity"):
            await driver.show_tab(tab)
            for _ in range(4):
                text = driver.text
                assert "[red]evil[/red]" in text
                assert not set(text) & set("\x1b\x07\x9b\u202e\u202c")
                await driver.press("down")


def _key(table: str) -> str:
    return "usergroup_ptr_id" if table == "zerver_namedusergroup" else "id"


def _waiting(url: str) -> int:
    """How many of the steward's statements wait for a lock."""
    with psycopg.connect(url, user="postgres", autocommit=True) as database:
        query = """SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                   AND application_name LIKE 'zulip-steward%%' AND datname = current_database()"""
        (count,) = database.execute(query).fetchone() or (0,)
        return int(count)


async def test_a_tab_that_waits_holds_up_no_other_and_is_cancelled_in_postgresql(scratch: DemoInstall) -> None:
    async with running(scratch.path) as driver:
        screen = await driver.open("maria lopez")
        with psycopg.connect(scratch.url, user="postgres") as blocker:
            blocker.execute("LOCK TABLE zulip.zerver_realmauditlog IN ACCESS EXCLUSIVE MODE")
            await driver.press("6")
            await driver.until_text("Reading…")
            await driver.until(lambda: _waiting(scratch.url) == 1, "the reading")
            assert (await driver.show_tab("access")).found is not None
            assert _waiting(scratch.url) == 1
            await driver.press("escape")
            await driver.until(lambda: screen not in driver.app.screen_stack)
            await driver.until(lambda: _waiting(scratch.url) == 0, "the end of the reading")
            blocker.rollback()
        await driver.open("maria lopez")
        assert (await driver.show_tab("activity")).found is not None
