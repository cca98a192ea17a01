"""What archiving does in the older versions is seen in their actions, said in the preview, and done."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.channels.older import make_older
from tests.channels.rows import audit, change, look, newest_audit, of, some_channel
from tests.channels.test_changes import sentences
from tests.plain_sql import Database, column, value
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

READERS = """SELECT count(*) FROM zerver_subscription b JOIN zerver_stream s ON s.recipient_id = b.recipient_id
             WHERE b.active AND s.id = %s"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def steward(trial: DemoInstall) -> AsyncIterator[Steward]:
    make_older(trial)
    opened = await Steward.open(InstallTarget(trial.path))
    yield opened
    await opened.close()


async def test_archiving_marks_the_name_and_empties_the_channel(steward: Steward, trial_db: Database) -> None:
    channel, since = some_channel(trial_db), newest_audit(trial_db)
    name = of(trial_db, channel, "name")
    preview = await look(steward.channels, channel, "archive")
    for words in (
        "Everybody is unsubscribed (",
        "becomes private",
        f"…!DEACTIVATED:{name}, so that the name is free",
        "marked as read",
    ):
        assert words in sentences(preview)
    assert "notice" not in sentences(preview)
    result = await steward.channels.apply(preview)
    marked = of(trial_db, channel, "name")
    assert marked.endswith(f"!DEACTIVATED:{name}")
    assert [(item.state, item.after_shown) for item in result.items] == [("done", f"archived, named {marked}")]
    assert (of(trial_db, channel, "deactivated, invite_only"), value(trial_db, READERS, channel)) == ((True, True), 0)

    preview = await look(steward.channels, channel, "unarchive")
    assert [item.after_shown for item in preview.items] == [f"not archived, named {name}"]
    assert "the organization's owners are subscribed" in sentences(preview)
    assert (await steward.channels.apply(preview)).state == "done"
    assert of(trial_db, channel, "name, deactivated, invite_only") == (name, False, True)
    owners = "SELECT id FROM zerver_userprofile WHERE realm_id = 2 AND role = 100 AND is_active AND NOT is_bot"
    assert value(trial_db, READERS, channel) == len(column(trial_db, owners))
    assert [number for number, _, _ in audit(trial_db, channel, since) if number > 600] == [602, 604]


async def test_another_name_is_wanted_where_it_bears_no_mark(steward: Steward, trial_db: Database) -> None:
    channel = some_channel(trial_db)
    trial_db.execute("UPDATE zerver_stream SET deactivated = true WHERE id = %s", [channel])
    preview = await look(steward.channels, channel, "unarchive")
    assert [(each.rule, "rename=NAME" in each.sentence) for each in preview.refusals] == [("name", True)]
    assert (await change(steward.channels, channel, "unarchive", "rename=under another")).state == "done"
    assert of(trial_db, channel, "name") == "under another"


async def test_what_the_organization_uses_it_for_stays_set(steward: Steward, trial_db: Database) -> None:
    channel = value(trial_db, "SELECT new_stream_announcements_stream_id FROM zerver_realm WHERE string_id = 'acme'")
    said = sentences(await look(steward.channels, channel, "archive"))
    assert "that setting stays, without effect while it is archived (new_stream_announcements_stream)" in said
