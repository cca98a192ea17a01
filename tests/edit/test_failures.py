"""What is reported where something goes wrong: before the commit, after it, half-way, or with the worker's death."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.cli.process import start
from tests.edit.place import Place, edit, look
from tests.plain_sql import Database, rows, value
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.demo import DemoInstall
from zulip_bridge.edit import AppliedThenCancelled
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 20.0
WAITING = """
    SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'zulip-steward:interactive:write%%'
    AND datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture(autouse=True)
def only_in_a_copy(place: Place) -> None:
    if place.last is not None:
        pytest.skip("a real server is not made to fail")


@contextmanager
def trigger(place: Place, table: str, event: str, body: str) -> Iterator[None]:
    """Let PostgreSQL run PL/pgSQL before each such change of a row."""
    function = f"CREATE FUNCTION zulip.meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    made = f"CREATE TRIGGER meddle BEFORE {event} ON zulip.{table} FOR EACH ROW EXECUTE FUNCTION zulip.meddle()"
    place.database.execute(f"{function}; {made}".encode())
    try:
        yield
    finally:
        place.database.execute(f"DROP TRIGGER meddle ON zulip.{table}; DROP FUNCTION zulip.meddle()".encode())


@contextmanager
def no_events(place: Place) -> Iterator[None]:
    """Events cannot be sent, as with RabbitMQ down."""
    events = place.path / "events.jsonl"
    aside = place.path / "events.aside"
    if events.exists():
        events.rename(aside)
    events.mkdir()
    try:
        yield
    finally:
        events.rmdir()
        if aside.exists():
            aside.rename(events)


@contextlib.asynccontextmanager
async def blocked(scratch: DemoInstall, statement: str) -> AsyncIterator[Database]:
    """Whoever writes what ``statement`` locks waits, until the connection that is yielded ends its transaction."""
    with psycopg.connect(scratch.url, user="postgres") as blocker:
        blocker.execute(statement.encode())
        yield blocker
        blocker.rollback()


async def waits(place: Place) -> int:
    """Wait until a writing statement waits for a lock; its backend's pid."""
    deadline = time.monotonic() + PATIENCE
    while not (found := rows(place.database, WAITING)):
        assert time.monotonic() < deadline, "nothing waits"
        await asyncio.sleep(0.02)
    return int(found[0][0])


async def test_an_action_that_raises_before_its_commit_changed_nothing(steward: Steward, place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    before = place.of(person, "full_name, role")
    body = "IF NEW.full_name = 'Break Me' THEN RAISE EXCEPTION 'broken'; END IF; RETURN NEW;"
    with trigger(place, "zerver_userprofile", "UPDATE", body):
        result = await edit(steward, person, "full_name=Break Me", "role=guest")
    assert result.state == "incomplete"
    assert [item.state for item in result.items] == ["failed", "not_reached"]
    assert "changed nothing" in result.items[0].sentence
    assert "Traceback" in result.items[0].cause
    assert result.items[0].after == before[0]
    assert place.of(person, "full_name, role") == before
    assert place.audit(person, since) == []
    (entry,) = steward.journal.entries(limit=1)
    assert entry.entry.result.state == "failed"
    assert entry.entry.after == {"full_name": before[0], "role": "member"}


async def test_an_action_that_raises_after_its_commit_is_told_as_that(steward: Steward, place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    with no_events(place):
        result = await edit(steward, person, "full_name=Changed Unheard", "role=guest")
    assert [item.state for item in result.items] == ["failed_but_changed", "not_reached"]
    assert result.items[0].after == "Changed Unheard"
    assert "is changed in the database" in result.items[0].sentence
    assert "clients may not have been told" in result.items[0].sentence
    assert place.of(person, "full_name, role") == ("Changed Unheard", 400)
    assert [number for number, _ in place.audit(person, since)] == [124]
    (entry,) = steward.journal.entries(limit=1)
    assert entry.entry.after == {"full_name": "Changed Unheard", "role": "member"}
    assert entry.entry.parameters["states"]["full_name"] == "failed_but_changed"


async def test_sessions_that_outlive_a_deactivation_are_named(steward: Steward, place: Place) -> None:
    person = place.somebody()
    session = place.open_session(person)
    with trigger(place, "django_session", "DELETE", "RAISE EXCEPTION 'kept';"):
        result = await edit(steward, person, "deactivate")
    assert [item.state for item in result.items] == ["failed_but_changed"]
    assert "not ended (end-sessions does it)" in result.items[0].sentence
    assert place.of(person, "is_active") is False
    assert place.session_exists(session)
    assert (await edit(steward, person, "end-sessions")).state == "done"
    assert not place.session_exists(session)


async def test_a_bot_that_went_before_its_owner_stayed_is_named(steward: Steward, place: Place) -> None:
    person, bot = place.somebody(), place.somebody(kind="is_bot AND is_active")
    await edit(steward, bot, f"bot_owner={person}")
    body = f"IF NEW.id = {person} AND NOT NEW.is_active THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW;"
    with trigger(place, "zerver_userprofile", "UPDATE", body):
        result = await edit(steward, person, "deactivate")
    assert [item.state for item in result.items] == ["failed_but_changed"]
    assert f"the bot {place.of(bot, 'full_name')} (id {bot}) is deactivated" in result.items[0].sentence
    assert result.items[0].after == "yes"
    assert place.of(person, "is_active") is True
    assert place.of(bot, "is_active") is False


async def test_an_action_that_quietly_does_nothing_is_no_success(steward: Steward, place: Place) -> None:
    person = place.somebody()
    old = place.of(person, "full_name")
    with trigger(place, "zerver_userprofile", "UPDATE", "NEW.full_name := OLD.full_name; RETURN NEW;"):
        result = await edit(steward, person, "full_name=Never Stored")
    assert [item.state for item in result.items] == ["failed"]
    assert result.items[0].after == old
    assert "without an error, and changed nothing" in result.items[0].sentence


async def test_a_worker_killed_between_two_changes(place: Place, scratch: DemoInstall) -> None:
    person = place.somebody()
    doomed = await Steward.open(InstallTarget(place.path))
    try:
        preview = await look(doomed, person, "full_name=Done Before", "role=guest", "timezone=Asia/Tokyo")
        async with blocked(scratch, "LOCK TABLE zulip.zerver_usergroupmembership IN EXCLUSIVE MODE"):
            applying = asyncio.create_task(doomed.apply(preview))
            await waits(place)
            os.kill(doomed.hello.pid, signal.SIGKILL)
            result = await applying
    finally:
        await doomed.close()
    assert result.state == "incomplete"
    assert [item.state for item in result.items] == ["done", "unknown", "not_reached"]
    assert "look at the account again" in result.items[1].sentence
    assert place.of(person, "full_name, role") == ("Done Before", 400)
    (entry,) = doomed.journal.entries(limit=1)
    assert entry.entry.action == "edit.finished"
    assert entry.entry.parameters["states"] == {"full_name": "done", "role": "unknown", "timezone": "not_reached"}
    assert not doomed.alive


async def test_a_lost_database_connection_is_survived(steward: Steward, place: Place, scratch: DemoInstall) -> None:
    person = place.somebody()
    preview = await look(steward, person, "role=guest")
    async with blocked(scratch, "LOCK TABLE zulip.zerver_usergroupmembership IN EXCLUSIVE MODE"):
        applying = asyncio.create_task(steward.apply(preview))
        backend = await waits(place)
        assert value(place.database, "SELECT pg_terminate_backend(%s)", backend)
        result = await applying
    assert [item.state for item in result.items] == ["failed"]
    assert place.of(person, "role") == 400
    assert (await edit(steward, person, "role=guest")).state == "done"


async def test_cancelling_waits_for_what_was_begun(steward: Steward, place: Place, scratch: DemoInstall) -> None:
    person = place.somebody()
    preview = await look(steward, person, "role=guest", "full_name=After The Cancel")
    async with blocked(scratch, "LOCK TABLE zulip.zerver_usergroupmembership IN EXCLUSIVE MODE") as blocker:
        applying = asyncio.create_task(steward.apply(preview))
        await waits(place)
        applying.cancel()
        await asyncio.sleep(0)
        assert not applying.done()
        blocker.rollback()
        with pytest.raises(AppliedThenCancelled) as cancelled:
            await applying
    assert cancelled.value.result.state == "done"
    assert place.of(person, "role, full_name") == (600, "After The Cancel")
    (entry,) = steward.journal.entries(limit=1)
    assert (entry.entry.action, entry.entry.result.state) == ("edit.finished", "done")


async def test_what_was_applied_and_could_not_be_recorded_is_said(
    place: Place, scratch: DemoInstall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = place.somebody()
    monkeypatch.setenv("ZULIP_STEWARD_JOURNAL", str(tmp_path / "journal.jsonl"))
    opened = await Steward.open(InstallTarget(place.path))
    try:
        preview = await look(opened, person, "role=guest")
        async with blocked(scratch, "LOCK TABLE zulip.zerver_usergroupmembership IN EXCLUSIVE MODE") as blocker:
            applying = asyncio.create_task(opened.apply(preview))
            await waits(place)
            opened.journal.path.rename(tmp_path / "moved")
            opened.journal.path.mkdir()
            blocker.rollback()
            with pytest.raises(StewardError) as unrecorded:
                await applying
    finally:
        await opened.close()
    assert unrecorded.value.kind is ErrorKind.STORAGE
    assert "It was applied (1 done), but that could not be recorded." in unrecorded.value.sentence
    assert place.of(person, "role") == 600


async def test_an_action_under_way_outlives_a_killed_steward(place: Place, scratch: DemoInstall) -> None:
    person = place.somebody()
    async with blocked(scratch, "LOCK TABLE zulip.zerver_usergroupmembership IN EXCLUSIVE MODE") as blocker:
        process = start("edit", str(person), "role=guest", "full_name=Never Begun", "--yes", "--install", place.path)
        await waits(place)
        process.kill()
        process.communicate()
        # Longer than queries get that are only read: the connection is still there, and still waits.
        for _ in range(25):
            assert rows(place.database, WAITING)
            await asyncio.sleep(0.1)
        blocker.rollback()
        deadline = time.monotonic() + PATIENCE
        while place.of(person, "role") != 600:
            assert time.monotonic() < deadline, "the action was cut off"
            await asyncio.sleep(0.02)
    assert place.of(person, "full_name") != "Never Begun"


async def test_an_account_that_changed_since_the_preview_is_shown_again(steward: Steward, place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    preview = await look(steward, person, "full_name=Wanted Name")
    place.database.execute(b"UPDATE zerver_userprofile SET role = 300 WHERE id = %s", [person])
    result = await steward.apply(preview)
    assert (result.state, result.items) == ("changed_since", [])
    assert result.preview is not None
    assert result.preview.person.role == 300
    assert place.newest_audit() == since
    assert (await steward.apply(result.preview)).state == "done"
    assert place.of(person, "full_name") == "Wanted Name"


async def test_a_bot_that_came_to_be_owned_since_the_preview_is_a_conflict(steward: Steward, place: Place) -> None:
    person, bot = place.somebody(), place.somebody(kind="is_bot AND is_active")
    preview = await look(steward, person, "deactivate")
    await edit(steward, bot, f"bot_owner={person}")
    result = await steward.apply(preview)
    assert result.state == "changed_since"
    assert place.of(person, "is_active") is True


async def test_a_login_since_the_preview_is_no_conflict(steward: Steward, place: Place) -> None:
    person = place.somebody()
    preview = await look(steward, person, "full_name=Logged In Since")
    place.database.execute(b"UPDATE zerver_userprofile SET last_login = now() WHERE id = %s", [person])
    assert (await steward.apply(preview)).state == "done"


async def test_a_value_that_changes_while_others_are_applied_is_left_alone(
    steward: Steward, place: Place, scratch: DemoInstall
) -> None:
    person = place.somebody()
    preview = await look(steward, person, "full_name=Comes First", "role=guest")
    async with blocked(scratch, f"UPDATE zerver_userprofile SET role = 300 WHERE id = {person}") as blocker:
        applying = asyncio.create_task(steward.apply(preview))
        await waits(place)
        blocker.commit()
        result = await applying
    assert [item.state for item in result.items] == ["done", "refused"]
    assert "became moderator in the meantime" in result.items[1].sentence
    assert place.of(person, "full_name, role") == ("Comes First", 300)


async def test_a_rule_that_comes_to_hold_is_heeded(steward: Steward, place: Place) -> None:
    person, other = place.somebody(), place.somebody()
    preview = await look(steward, person, "email=wanted.by.two@acme.example")
    await edit(steward, other, "email=wanted.by.two@acme.example")
    result = await steward.apply(preview)
    assert result.state == "changed_since"
    assert result.preview is not None
    assert [refusal.rule for refusal in result.preview.refusals] == ["address conflict"]


async def test_read_only_is_refused_in_the_worker(place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    looking = await Steward.open(InstallTarget(place.path), read_only=True)
    try:
        preview = await look(looking, person, "full_name=Not In This Session")
        with pytest.raises(StewardError) as refused:
            await looking.apply(preview)
    finally:
        await looking.close()
    assert refused.value.kind is ErrorKind.READ_ONLY
    assert place.newest_audit() == since
    (entry,) = looking.journal.entries(limit=1)
    assert (entry.entry.action, entry.entry.result.state) == ("edit.finished", "failed")
