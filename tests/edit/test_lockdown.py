"""Locking an account down: everybody is shut out of it at once, by command and by key."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.process import Ended
from tests.edit.place import Place
from tests.plain_sql import value
from tests.tui.driving import MIDDLE, running
from tests.tui.edit.hands import apply, to_person, until_previewed
from tui.screens.base import READ_ONLY

DEVICES = "SELECT count(*) FROM zerver_pushdevicetoken WHERE user_id = %s"
INVITED = "SELECT count(*) FROM zerver_preregistrationuser WHERE referred_by_id = %s AND status = 0"
WITH_DEVICES = "EXISTS (SELECT FROM zerver_pushdevicetoken WHERE user_id = u.id)"


def test_all_ways_in_are_shut(run: Callable[..., Ended], place: Place) -> None:
    person = place.somebody(WITH_DEVICES)
    key = place.of(person, "api_key")
    assert value(place.database, DEVICES, person) > 0
    looked = run("lockdown", str(person), "--dry-run")
    assert (looked.status, place.of(person, "is_active, api_key")) == (0, (True, key))
    assert "deactivated" in looked.stdout
    ran = run("lockdown", str(person), "--yes")
    assert ran.status == 0, ran.stderr
    active, new_key = place.of(person, "is_active, api_key")
    assert active is False
    assert new_key != key
    assert value(place.database, DEVICES, person) == 0
    assert value(place.database, INVITED, person) == 0
    assert new_key not in ran.stdout + ran.stderr


def test_again_it_only_renews_the_key(run: Callable[..., Ended], place: Place) -> None:
    person = place.somebody()
    assert run("lockdown", str(person), "--yes").status == 0
    again = run("lockdown", str(person), "--yes", "--json")
    assert again.status == 0
    assert [item["field"] for item in again.json["items"] if item["state"] == "done"] == ["regenerate-api-key"]


def test_a_bot_has_no_sessions_to_end(run: Callable[..., Ended], place: Place) -> None:
    bot = place.somebody(kind="is_active AND is_bot AND bot_owner_id IS NOT NULL")
    assert run("lockdown", str(bot), "--yes").status == 0
    assert place.of(bot, "is_active") is False


def test_it_asks_unless_told(run: Callable[..., Ended], place: Place) -> None:
    person = place.somebody()
    assert run("lockdown", str(person)).status == 1
    assert run("lockdown", str(person), "--yes", "--read-only").status == 1
    assert place.of(person, "is_active") is True


async def test_a_key_previews_it_and_only_the_second_step_does_it(place: Place) -> None:
    person = place.somebody()
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await to_person(driver, person)
        await driver.press("l")
        dialog = await until_previewed(driver)
        assert "Lock down" in driver.text
        assert driver.app.focused is dialog.query_one("#cancel")
        assert place.of(person, "is_active") is True
        await apply(driver)
        await driver.until_text("✓ Done")
    assert place.of(person, "is_active") is False


@pytest.mark.parametrize("opened", [False, True])
async def test_a_read_only_session_says_why_not(place: Place, opened: bool) -> None:
    person = place.somebody()
    async with running(place.path, MIDDLE) as driver:
        await to_person(driver, person)
        if opened:
            await driver.press("enter")
            await driver.until_text("1 Overview")
        await driver.press("l")
        await driver.until_text(READ_ONLY)
    assert place.of(person, "is_active") is True
