"""What Zulip's own screens forbid is refused here too: the rule is named, and nothing is written."""

from __future__ import annotations

import pytest

from tests.channels.rows import change, look, new_name, newest_audit, of, some_channel
from tests.plain_sql import Database, rows, value
from zulip_bridge.api.changes import Change
from zulip_bridge.api.channel_changes import parse_channel_change
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.channels import Channels
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refused(channels: Channels, database: Database, channel: int, *changes: str) -> tuple[str, str]:
    """Rule and sentence of the only refusal; nothing may have been written, and nothing can be applied."""
    before, since = of(database, channel, "zerver_stream::text"), newest_audit(database)
    preview = await look(channels, channel, *changes)
    result = await channels.apply(preview)
    assert (result.state, result.items) == ("refused", [])
    assert (of(database, channel, "zerver_stream::text"), newest_audit(database)) == (before, since)
    (refusal,) = preview.refusals
    assert refusal.sentence.endswith(".")
    return refusal.rule, refusal.sentence


@pytest.mark.parametrize(
    ("typed", "rule", "words"),
    [
        ("rename=", "name rules", "can't be empty"),
        ("rename=  ", "name rules", "can't be empty"),
        ("rename=" + "x" * 61, "name rules", "limit: 60 characters"),
        ("rename=bell\x07", "name rules", "position 5"),
        ("rename=General", "name taken", "has a channel general already (id "),
        ("description=" + "x" * 1025, "description length", "at most 1,024 characters; this one has 1,025"),
        ("description=a\x00b", "description characters", "NUL"),
    ],
)
async def test_bad_text(channels: Channels, trial_db: Database, typed: str, rule: str, words: str) -> None:
    channel = int(value(trial_db, "SELECT max(id) FROM zerver_stream WHERE realm_id = 2 AND NOT deactivated"))
    found, sentence = await refused(channels, trial_db, channel, typed)
    assert found == rule
    assert words in sentence


async def test_an_archived_channel_is_not_renamed_nor_described(channels: Channels, trial_db: Database) -> None:
    channel = some_channel(trial_db)
    await change(channels, channel, "archive")
    for typed in (f"rename={new_name()}", "description=other"):
        assert (await refused(channels, trial_db, channel, typed))[0] == "archived channel"
    assert (await look(channels, channel, "archive")).items[0].state == "unchanged"


async def test_an_archived_channels_name_is_taken(channels: Channels, trial_db: Database) -> None:
    archived, channel = some_channel(trial_db), some_channel(trial_db)
    await change(channels, archived, "archive")
    rule, sentence = await refused(channels, trial_db, channel, f"rename={of(trial_db, archived, 'name')}")
    assert (rule, ", archived)" in sentence) == ("name taken", True)


async def test_it_comes_back_only_under_a_free_name(channels: Channels, trial_db: Database) -> None:
    channel, name = some_channel(trial_db), new_name()
    await change(channels, channel, "archive")
    trial_db.execute("UPDATE zerver_stream SET name = %s WHERE id = %s", [f"abcdef0!DEACTIVATED:{name}", channel])
    other = some_channel(trial_db)
    await change(channels, other, f"rename={name.upper()}")
    assert (await refused(channels, trial_db, channel, "unarchive"))[0] == "name taken"
    assert (await refused(channels, trial_db, channel, "unarchive", "rename=General"))[0] == "name taken"
    assert (await refused(channels, trial_db, channel, "unarchive", "rename=" + "x" * 61))[0] == "name rules"
    assert (await change(channels, channel, "unarchive", f"rename={new_name()}")).state == "done"


async def test_a_private_channel_without_subscribers_stays_archived(channels: Channels, trial_db: Database) -> None:
    channel = some_channel(trial_db, "invite_only AND NOT deactivated")
    await change(channels, channel, "archive")
    recipient = of(trial_db, channel, "recipient_id")
    trial_db.execute("UPDATE zerver_subscription SET active = false WHERE recipient_id = %s", [recipient])
    rule, sentence = await refused(channels, trial_db, channel, "unarchive")
    assert (rule, "nobody could ever read it" in sentence) == ("subscribers", True)


async def test_nothing_is_changed_in_a_deactivated_organization(channels: Channels, trial_db: Database) -> None:
    ((channel, realm),) = rows(
        trial_db,
        """SELECT s.id, r.id FROM zerver_stream s JOIN zerver_realm r ON r.id = s.realm_id
           WHERE r.string_id <> 'acme' AND NOT s.deactivated ORDER BY s.id LIMIT 1""",
    )
    trial_db.execute("UPDATE zerver_realm SET deactivated = true WHERE id = %s", [realm])
    for typed in ("rename=other", "description=other", "archive"):
        assert (await refused(channels, trial_db, channel, typed))[0] == "deactivated organization"
    trial_db.execute("UPDATE zerver_realm SET deactivated = false WHERE id = %s", [realm])


async def test_nobody_else_is_named_where_there_is_no_bot(channels: Channels, trial_db: Database) -> None:
    channel, bot = some_channel(trial_db), "notification-bot@zulip.com"
    trial_db.execute("UPDATE zerver_userprofile SET email = 'gone@zulip.com' WHERE email = %s", [bot])
    try:
        assert (await refused(channels, trial_db, channel, f"rename={new_name()}"))[0] == "notification bot"
    finally:
        trial_db.execute("UPDATE zerver_userprofile SET email = %s WHERE email = 'gone@zulip.com'", [bot])


async def test_a_read_only_session_is_refused_by_the_worker(trial: DemoInstall, trial_db: Database) -> None:
    channel = some_channel(trial_db)
    steward = await Steward.open(InstallTarget(trial.path), read_only=True)
    try:
        preview = await look(steward.channels, channel, "archive")
        with pytest.raises(StewardError) as caught:
            await steward.channels.apply(preview)
    finally:
        await steward.close()
    assert caught.value.kind is ErrorKind.READ_ONLY
    assert of(trial_db, channel, "deactivated") is False


@pytest.mark.parametrize("changes", [[], [Change("name", "a"), Change("name", "b")], [Change("color", "red")]])
async def test_what_is_no_change_is_said(channels: Channels, trial_db: Database, changes: list[Change]) -> None:
    with pytest.raises(StewardError) as caught:
        await channels.preview(1, changes)
    assert caught.value.kind is ErrorKind.INVALID


async def test_there_is_no_such_channel(channels: Channels) -> None:
    with pytest.raises(StewardError) as caught:
        await channels.preview(999_999, [parse_channel_change("archive")])
    assert caught.value.kind is ErrorKind.NOT_FOUND
