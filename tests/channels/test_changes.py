"""Renaming, describing, archiving and bringing back a channel: what the database says afterwards."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.channels.rows import audit, change, look, new_name, newest_audit, notices, of, some_channel
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.channel_changes import ChannelPreview
from zulip_bridge.channels import AppliedThenCancelled, Channels
from zulip_bridge.demo import DemoInstall
from zulip_bridge.journal import Journal

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOT = "notification-bot@zulip.com"


def sentences(preview: ChannelPreview) -> str:
    return " ".join(each.sentence for item in preview.items for each in item.effects)


def last_entry() -> dict[str, Any]:
    entry = next(iter(Journal().entries())).entry
    return {"action": entry.action, "realm": entry.realm, "before": entry.before, "after": entry.after} | {
        "state": entry.result.state,
        "channel": entry.parameters["channel"],
    }


async def test_a_channel_is_renamed(channels: Channels, trial: DemoInstall, trial_db: Database) -> None:
    channel, name, since = some_channel(trial_db), new_name(), newest_audit(trial_db)
    old = of(trial_db, channel, "name")
    preview = await look(channels, channel, f"rename=  {name} ")
    assert [(item.before, item.after, item.state) for item in preview.items] == [(old, name, "change")]
    assert "name Notification Bot, since no person" in sentences(preview)
    assert (of(trial_db, channel, "name"), newest_audit(trial_db)) == (old, since)
    result = await channels.apply(preview)
    assert (result.state, [item.state for item in result.items]) == ("done", ["done"])
    assert result.channel is not None and result.channel.name == name
    assert of(trial_db, channel, "name") == name
    assert audit(trial_db, channel, since) == [(603, BOT, {"1": old, "2": name})]
    assert notices(trial_db, channel)[-1].endswith(f"renamed channel **{old}** to **{name}**.")
    event = json.loads((trial.path / "events.jsonl").read_text().splitlines()[-2])["event"]
    assert (event["property"], event["value"], event["stream_id"]) == ("name", name, channel)
    entry = last_entry()
    assert (entry["action"], entry["state"], entry["channel"]) == ("channel.finished", "done", channel)
    assert (entry["realm"], entry["before"]["name"], entry["after"]) == ("acme", old, {"name": name})


async def test_only_the_case_of_a_name_may_change(channels: Channels, trial_db: Database) -> None:
    channel = some_channel(trial_db)
    name = of(trial_db, channel, "name").upper()
    assert (await change(channels, channel, f"rename={name}")).state == "done"
    assert of(trial_db, channel, "name") == name


async def test_a_description_is_changed_and_emptied(channels: Channels, trial_db: Database) -> None:
    channel, since = some_channel(trial_db), newest_audit(trial_db)
    old = of(trial_db, channel, "description")
    result = await change(channels, channel, "description=two\nlines & <b>")
    assert result.state == "done"
    found = of(trial_db, channel, "description, rendered_description")
    assert found == ("two lines & <b>", "<p>two lines &amp; &lt;b&gt;</p>")
    assert (await change(channels, channel, "description=")).state == "done"
    assert of(trial_db, channel, "description, rendered_description") == ("", "")
    data = {"1": old, "2": "two lines & <b>", "property": "description"}
    assert audit(trial_db, channel, since)[0] == (607, BOT, data)
    assert "*No description.*" in notices(trial_db, channel)[-1]


async def test_a_channel_is_archived_and_brought_back(channels: Channels, trial_db: Database) -> None:
    channel, since = some_channel(trial_db), newest_audit(trial_db)
    name = of(trial_db, channel, "name")
    subscribed = "SELECT count(*) FROM zerver_subscription WHERE active AND recipient_id = %s"
    readers = value(trial_db, subscribed, of(trial_db, channel, "recipient_id"))
    result = await change(channels, channel, "archive")
    assert (result.state, of(trial_db, channel, "deactivated, name")) == ("done", (True, name))
    assert value(trial_db, subscribed, of(trial_db, channel, "recipient_id")) == readers
    assert notices(trial_db, channel) == [f"Channel {name} has been archived."]
    assert last_entry()["after"] == {"archived": "yes"}
    result = await change(channels, channel, "unarchive")
    assert (result.state, of(trial_db, channel, "deactivated, name")) == ("done", (False, name))
    assert audit(trial_db, channel, since) == [(602, None, {}), (604, None, {})]
    assert last_entry()["after"] == {"archived": "no"}


async def test_it_comes_back_under_another_name_in_one_step(channels: Channels, trial_db: Database) -> None:
    channel, name = some_channel(trial_db), new_name()
    await change(channels, channel, "archive")
    since = newest_audit(trial_db)
    result = await change(channels, channel, f"rename={name}", "description=again", "unarchive")
    assert [(item.field, item.after_shown) for item in result.items] == [
        ("archived", f"not archived, named {name}"),
        ("description", "again"),
    ]
    assert of(trial_db, channel, "name, description, deactivated") == (name, "again", False)
    assert [number for number, _, _ in audit(trial_db, channel, since)] == [604, 607]


async def test_a_name_marked_by_an_older_zulip_is_freed_of_the_mark(channels: Channels, trial_db: Database) -> None:
    for mark in ("1a2b3c4!DEACTIVATED:", "!DEACTIVATED:", "!!DEACTIVATED:"):
        channel, name = some_channel(trial_db), new_name()
        trial_db.execute(
            "UPDATE zerver_stream SET deactivated = true, name = %s WHERE id = %s", [mark + name, channel]
        )
        assert (await change(channels, channel, "unarchive")).state == "done"
        assert of(trial_db, channel, "name, deactivated") == (name, False)


async def test_everything_at_once_is_archived_last(channels: Channels, trial_db: Database) -> None:
    channel, name, since = some_channel(trial_db), new_name(), newest_audit(trial_db)
    result = await change(channels, channel, "archive", f"rename={name}", "description=closed")
    assert [item.field for item in result.items] == ["name", "description", "archived"]
    assert of(trial_db, channel, "name, description, deactivated") == (name, "closed", True)
    assert [number for number, _, _ in audit(trial_db, channel, since)] == [603, 607, 602]


async def test_what_the_organization_loses_is_said_first(channels: Channels, trial_db: Database) -> None:
    ((realm, channel),) = rows(
        trial_db, "SELECT id, new_stream_announcements_stream_id FROM zerver_realm WHERE string_id = 'acme'"
    )
    trial_db.execute("UPDATE zerver_realm SET moderation_request_channel_id = %s WHERE id = %s", [channel, realm])
    said = sentences(await look(channels, channel, "archive"))
    for words in ("new channels are announced", "new people are announced", "reported messages go"):
        assert words in said
    for words in ("It is a default channel", "group of default channels", "Mail to its"):
        assert words in said
    assert (await change(channels, channel, "archive")).state == "done"
    fields = "new_stream_announcements_stream_id, signup_announcements_stream_id, moderation_request_channel_id"
    assert rows(trial_db, f"SELECT {fields} FROM zerver_realm WHERE id = %s", realm) == [(None, None, None)]
    assert column(trial_db, "SELECT id FROM zerver_defaultstream WHERE stream_id = %s", channel) == []
    assert column(trial_db, "SELECT id FROM zerver_defaultstreamgroup_streams WHERE stream_id = %s", channel) == []
    shut = "SELECT DISTINCT deactivated FROM zerver_channelemailaddress WHERE channel_id = %s"
    assert column(trial_db, shut, channel) == [True]
    assert (await change(channels, channel, "unarchive")).state == "done"
    assert column(trial_db, shut, channel) == [False]
    assert rows(trial_db, f"SELECT {fields} FROM zerver_realm WHERE id = %s", realm) == [(None, None, None)]


async def test_what_changed_since_is_refused_and_shown_again(channels: Channels, trial_db: Database) -> None:
    channel = some_channel(trial_db)
    preview = await look(channels, channel, "archive")
    trial_db.execute("UPDATE zerver_stream SET name = 'meanwhile' WHERE id = %s", [channel])
    result = await channels.apply(preview)
    assert (result.state, result.items) == ("changed_since", [])
    assert result.preview is not None and result.preview.channel.name == "meanwhile"
    assert of(trial_db, channel, "deactivated") is False
    assert last_entry()["state"] == "failed"
    assert (await channels.apply(result.preview)).state == "done"


async def test_what_fails_after_its_commit_is_read_back(
    channels: Channels, trial: DemoInstall, trial_db: Database
) -> None:
    channel, name = some_channel(trial_db), new_name()
    preview = await look(channels, channel, f"rename={name}", "description=not reached")
    events, aside = trial.path / "events.jsonl", trial.path / "events.aside"
    _move(events, aside)
    events.mkdir()
    try:
        result = await channels.apply(preview)
    finally:
        events.rmdir()
        _move(aside, events)
    assert [item.state for item in result.items] == ["failed_but_changed", "not_reached"]
    assert result.state == "incomplete"
    assert of(trial_db, channel, "name") == name
    entry = last_entry()
    assert (entry["state"], entry["after"]) == ("failed", {"name": name})


async def test_what_fails_before_its_commit_changed_nothing(channels: Channels, trial_db: Database) -> None:
    channel = some_channel(trial_db)
    preview = await look(channels, channel, "archive")
    trial_db.execute("ALTER TABLE zerver_realmauditlog ADD CONSTRAINT no_602 CHECK (event_type <> 602) NOT VALID")
    try:
        result = await channels.apply(preview)
    finally:
        trial_db.execute("ALTER TABLE zerver_realmauditlog DROP CONSTRAINT no_602")
    assert [item.state for item in result.items] == ["failed"]
    assert "changed nothing" in result.items[0].sentence
    assert of(trial_db, channel, "deactivated") is False


async def test_a_cancelled_task_waits_for_the_end(channels: Channels, trial_db: Database) -> None:
    channel = some_channel(trial_db)
    task = asyncio.ensure_future(channels.apply(await look(channels, channel, "archive")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(AppliedThenCancelled) as caught:
        await task
    assert caught.value.result.items[0].state == "done"
    assert of(trial_db, channel, "deactivated") is True


def _move(one: Path, other: Path) -> None:
    if one.exists():
        one.rename(other)
