"""The form: collecting changes, previewing them once, applying them at a second step, with the database read back."""

from __future__ import annotations

import os
import signal

import pytest

from tests.edit.place import Place
from tests.edit.test_edits import CHOICE, profile_field, profile_value
from tests.edit.test_failures import blocked, no_events, waits
from tests.plain_sql import rows, value
from tests.tui.driving import MIDDLE, running
from tests.tui.edit.hands import (
    apply,
    ask_for,
    enter,
    find_field,
    open_form,
    preview,
    until_collected,
)
from tui.screens.field_dialog import ChoiceDialog
from tui.screens.people_dialog import PeopleDialog
from zulip_bridge.demo import DemoInstall
from zulip_bridge.journal import Journal

SUBSCRIBED = """SELECT count(*) FROM zerver_subscription s JOIN zerver_stream c ON c.recipient_id = s.recipient_id
                WHERE s.user_profile_id = %s AND c.name = %s AND s.active"""
IN_GROUP = """SELECT count(*) FROM zerver_usergroupmembership m JOIN zerver_namedusergroup n
              ON n.usergroup_ptr_id = m.user_group_id WHERE m.user_profile_id = %s AND n.name = %s"""


async def test_nothing_happens_before_the_second_step(place: Place, journal: Journal) -> None:
    person, since = place.somebody(), place.newest_audit()
    before = place.of(person, "full_name")
    async with running(place.path, read_only=False) as driver:
        screen = await open_form(driver, person)
        await enter(driver, "full name", "Edited Here")
        await until_collected(driver, 1)
        await driver.until_text("● 1 change collected", "Edited Here")
        dialog = await preview(driver)
        assert driver.app.focused is dialog.query_one("#cancel")
        assert f"{before} → Edited Here" in driver.text
        await driver.press("enter")  # on Cancel
        await driver.until(lambda: driver.app.screen is screen)
        assert len(screen.form.wanted) == 1
        assert place.of(person, "full_name") == before
        assert place.audit(person, since) == []

        await preview(driver)
        await apply(driver)
        await driver.until_text("✓ Done, and read back from the database.", "✓ done")
        assert place.of(person, "full_name") == "Edited Here"
        assert [number for number, _ in place.audit(person, since)] == [124]
        await driver.press("enter")
        await driver.until_text("Nothing is collected", "Edit · Edited Here")
        (entry,) = journal.entries(limit=1)
        assert entry.entry.action == "edit.finished"
        assert (entry.entry.before, entry.entry.after) == ({"full_name": before}, {"full_name": "Edited Here"})
        await driver.press("escape", "escape")
        await driver.until(lambda: len(driver.app.screen_stack) == 1)
        await driver.until_found()
        assert driver.names[:1] == ["Edited Here"]  # the list is as it is now


async def test_bad_input_gets_one_sentence_where_it_was_made(place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    async with running(place.path, read_only=False) as driver:
        screen = await open_form(driver, person)
        await enter(driver, "full name", "X")
        await driver.until_text("✕ name rules: A name has 2 to 100 characters; this one has 1.")
        await driver.press("escape")
        await enter(driver, "address", "nowhere")
        await driver.until_text("✕ address syntax: nowhere is not an address.")
        await driver.press("escape")
        assert screen.form.wanted == {}
        assert place.audit(person, since) == []


async def test_every_kind_of_field_goes_the_same_road(place: Place) -> None:
    choice, _ = profile_field(place, CHOICE)
    group = "SELECT name FROM zerver_namedusergroup WHERE realm_id = %s AND NOT is_system_group ORDER BY 1 LIMIT 1"
    channel = "SELECT name FROM zerver_stream WHERE realm_id = %s AND NOT deactivated AND NOT invite_only LIMIT 1"
    group, channel = (value(place.database, query, place.realm_id) for query in (group, channel))
    person = place.somebody()
    sends, inside = place.of(person, "enter_sends"), value(place.database, IN_GROUP, person, group)
    subscribed = value(place.database, SUBSCRIBED, person, channel)
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await open_form(driver, person)
        await ask_for(driver, "role")
        await driver.press(*"moder", "enter")
        await until_collected(driver, 1)
        await ask_for(driver, "time zone")
        await driver.press(*"reykja", "enter")
        await until_collected(driver, 2)
        for number, label in enumerate(("setting enter_sends", str(group), str(channel)), 3):
            await find_field(driver, label)
            await driver.press("space")
            await until_collected(driver, number)
        await ask_for(driver, f"profile:{choice}")
        dialog = driver.app.screen
        assert isinstance(dialog, ChoiceDialog)
        wanted, words = next(each for each in dialog._all if each[0] not in ("", dialog.field.value))
        await driver.press(*("space" if each == " " else each for each in words), "enter")
        await until_collected(driver, 6)
        await preview(driver)
        await apply(driver)
        await driver.until_text("✓ Done")
    assert place.of(person, "role, timezone, enter_sends") == (300, "Atlantic/Reykjavik", not sends)
    assert profile_value(place, person, choice) == [wanted]
    assert value(place.database, IN_GROUP, person, group) == 1 - inside
    assert value(place.database, SUBSCRIBED, person, channel) == 1 - subscribed


async def test_people_are_picked_by_name(place: Place) -> None:
    ((name, field),) = rows(
        place.database,
        "SELECT name, id FROM zerver_customprofilefield WHERE realm_id = %s AND field_type = 6 LIMIT 1",
        place.realm_id,
    )
    person, other = place.somebody(), place.somebody()
    place.database.execute(b"DELETE FROM zerver_customprofilefieldvalue WHERE user_profile_id = %s", [person])
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await open_form(driver, person)
        await ask_for(driver, name)
        dialog = driver.app.screen
        assert isinstance(dialog, PeopleDialog)
        await driver.press(*str(other))
        await driver.until(lambda: [each.id for each in dialog._found][:1] == [other], "the search")
        await driver.press("enter")
        await driver.until_text(f"chosen  {place.of(other, 'full_name')}"[:30])
        await driver.press("ctrl+s")
        await until_collected(driver, 1)
        await preview(driver)
        await apply(driver)
        await driver.until_text("✓ Done")
    assert profile_value(place, person, int(field)) == [f"[{other}]"]


async def test_what_was_collected_is_taken_back_and_not_lost_by_one_key(place: Place) -> None:
    person = place.somebody()
    async with running(place.path, read_only=False) as driver:
        screen = await open_form(driver, person)
        for label in ("setting enter_sends", "setting starred_message_counts"):
            await find_field(driver, label)
            await driver.press("space")
        await until_collected(driver, 2)
        await driver.press("backspace")
        await until_collected(driver, 1)
        await driver.press("escape")  # out of the search
        await driver.press("escape")
        await driver.until_text("1 collected change would be forgotten, not applied.")
        assert driver.app.screen is screen
        await driver.press("escape")
        await driver.until(lambda: len(driver.app.screen_stack) == 1)


async def test_a_change_meanwhile_is_refused_and_shown_again(place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await open_form(driver, person)
        await enter(driver, "full name", "Mine")
        await until_collected(driver, 1)
        rename(place, person, "Seen Later")
        await preview(driver)
        assert "Seen Later → Mine" in driver.text
        assert "! It has changed since you opened this screen." in driver.text
        rename(place, person, "Somebody Else's")
        dialog = await apply(driver)
        await driver.until_text("The account has changed since it was read, so nothing was done.")
        assert "Somebody Else's → Mine" in driver.text
        assert driver.app.focused is dialog.query_one("#cancel")
        assert place.of(person, "full_name") == "Somebody Else's"
        assert place.audit(person, since) == []
        await apply(driver)
        await driver.until_text("✓ Done")
    assert place.of(person, "full_name") == "Mine"


async def test_a_rule_is_named_and_apply_is_not_offered(place: Place) -> None:
    owner = value(
        place.database,
        "SELECT min(id) FROM zerver_userprofile WHERE realm_id = %s AND role = 100 AND is_active AND NOT is_bot",
        place.realm_id,
    )
    others = "UPDATE zerver_userprofile SET role = 200 WHERE realm_id = %s AND role = 100 AND id <> %s"
    place.database.execute(others.encode(), [place.realm_id, owner])
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await open_form(driver, owner)
        await driver.press("a")
        await driver.until_text("Deactivate the account", "active")
        await driver.press("end", "enter")
        await driver.until_text("refused · last owner:", "This is the organization's only owner", "Refused: nothing")
        await driver.press("right", "enter")
        assert place.of(owner, "is_active") is True


async def test_an_action_that_failed_after_its_commit_is_told_as_that(place: Place) -> None:
    person = place.somebody()
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await open_form(driver, person)
        await enter(driver, "full name", "Unheard Of")
        await until_collected(driver, 1)
        await preview(driver)
        with no_events(place):
            await apply(driver)
        await driver.until_text("Not everything is as it should be", "! CHANGED, THEN FAILED", "Unheard Of")
        assert place.of(person, "full_name") == "Unheard Of"
        assert any("Traceback" in problem.cause for problem in driver.app.problems)


async def test_a_journal_that_cannot_be_written_stops_it(place: Place, journal: Journal) -> None:
    person = place.somebody()
    before = place.of(person, "full_name")
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await open_form(driver, person)
        await enter(driver, "full name", "Unrecorded")
        await until_collected(driver, 1)
        await preview(driver)
        journal.path.rename(journal.path.with_suffix(".aside"))
        journal.path.mkdir()
        await apply(driver)
        await driver.until_text("[ Close ]", "✕")
    assert place.of(person, "full_name") == before


def rename(place: Place, person: int, name: str) -> None:
    """Somebody else changes the name."""
    place.database.execute(b"UPDATE zerver_userprofile SET full_name = %s WHERE id = %s", [name, person])


@pytest.fixture(autouse=True)
def own_journal_for_each(journal: Journal) -> None:
    """Entries of other tests are not these."""


async def test_a_fault_of_our_own_does_not_hold_the_dialog(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    person = place.somebody()
    before = place.of(person, "full_name")

    async def fault(preview: object, why: object) -> None:
        raise ZeroDivisionError

    async with running(place.path, MIDDLE, read_only=False) as driver:
        screen = await open_form(driver, person)
        await enter(driver, "full name", "Faulty")
        await until_collected(driver, 1)
        await preview(driver)
        assert driver.app.steward is not None
        monkeypatch.setattr(driver.app.steward, "apply", fault)
        await apply(driver)
        await driver.until_text("Something in zulip-steward itself failed.", "[ Close ]")
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is screen)
    assert place.of(person, "full_name") == before


async def test_a_worker_that_is_killed_meanwhile_leaves_it_open(place: Place, scratch: DemoInstall) -> None:
    person = place.somebody()
    async with running(place.path, MIDDLE, read_only=False) as driver:
        await open_form(driver, person)
        await enter(driver, "full name", "Half Way")
        await until_collected(driver, 1)
        dialog = await preview(driver)
        lock = f"SELECT id FROM zulip.zerver_userprofile WHERE id = {person} FOR UPDATE"
        async with blocked(scratch, lock):
            await driver.press("right", "enter")
            await waits(place)
            await driver.press("escape")  # is not heeded: what was begun is finished
            assert driver.app.screen is dialog
            await driver.until_text("A change is being applied")
            await driver.press("ctrl+q")
            assert driver.app.screen is dialog
            assert driver.app.steward is not None
            os.kill(driver.app.steward.hello.pid, signal.SIGKILL)
            await driver.until_text("! What became of it is not known", "? NOT KNOWN", "Whether this was done")
        await driver.press("enter")
        await driver.until_text("connection lost", "r reconnect")
        await driver.press("r")
        await driver.until(lambda: driver.app.connection.ready, "another session")
