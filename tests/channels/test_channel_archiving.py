"""A channel is archived and brought back through Zulip's own actions: by command, and from its row."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.cli.process import on
from tests.plain_sql import Database, column, rows, value
from tests.tui.driving import MIDDLE, running
from tui.screens.base import READ_ONLY
from tui.screens.channel_archiving import ChannelDialog
from tui.screens.row import RowScreen
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOG = """SELECT event_type, acting_user_id FROM zerver_realmauditlog
         WHERE modified_stream_id = %s AND event_type IN (602, 604) ORDER BY id"""
ARCHIVED = "SELECT deactivated FROM zerver_stream WHERE id = %s"
USED = """SELECT s.id FROM zerver_stream s JOIN zerver_realm r ON r.id = s.realm_id
          WHERE r.string_id = 'acme' AND NOT s.deactivated AND NOT s.invite_only ORDER BY s.id"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def steward(trial: DemoInstall) -> AsyncIterator[Steward]:
    """A session that may write."""
    opened = await Steward.open(InstallTarget(trial.path))
    yield opened
    await opened.close()


async def test_it_is_archived_and_comes_back(trial: DemoInstall, trial_db: Database) -> None:
    channel = column(trial_db, USED)[0]
    (name,) = column(trial_db, "SELECT name FROM zerver_stream WHERE id = %s", channel)
    before = rows(trial_db, "SELECT * FROM zerver_subscription WHERE recipient_id = (SELECT recipient_id FROM zerver_stream WHERE id = %s) ORDER BY id", channel)  # fmt: skip # noqa: E501
    shown = on(trial, "channel", name, "--realm", "acme", "--json")
    assert (shown.status, shown.json["id"], shown.json["archived"]) == (0, channel, False)
    looked = on(trial, "channel", str(channel), "archive", "--dry-run", "--realm", "acme")
    assert (looked.status, value(trial_db, ARCHIVED, channel)) == (0, False)
    assert "event 602" in looked.stdout
    assert on(trial, "channel", str(channel), "archive", "--realm", "acme").status == 1
    assert on(trial, "channel", str(channel), "archive", "--yes", "--read-only", "--realm", "acme").status == 1
    assert value(trial_db, ARCHIVED, channel) is False
    done = on(trial, "channel", str(channel), "archive", "--yes", "--realm", "acme")
    assert (done.status, value(trial_db, ARCHIVED, channel)) == (0, True), done.stderr
    again = on(trial, "channel", str(channel), "archive", "--yes", "--realm", "acme")
    assert (again.status, "archived already" in again.stderr) == (1, True)
    back = on(trial, "channel", "-", "unarchive", "--yes", "--realm", "acme", stdin=f"{name}\n")
    assert (back.status, value(trial_db, ARCHIVED, channel)) == (0, False), back.stderr
    assert rows(trial_db, LOG, channel) == [(602, None), (604, None)]
    after = rows(trial_db, "SELECT * FROM zerver_subscription WHERE recipient_id = (SELECT recipient_id FROM zerver_stream WHERE id = %s) ORDER BY id", channel)  # fmt: skip # noqa: E501
    assert after == before


async def test_a_name_that_is_taken_is_a_rule(steward: Steward, trial_db: Database) -> None:
    channel, other = column(trial_db, USED)[:2]
    await steward.channels.apply(await steward.channels.preview(channel, "archive"))
    name = value(trial_db, "SELECT name FROM zerver_stream WHERE id = %s", channel)
    was = value(trial_db, "SELECT name FROM zerver_stream WHERE id = %s", other)
    # As a version before 10 archived it: another channel may take its name.
    trial_db.execute(b"UPDATE zerver_stream SET name = '1234567!DEACTIVATED:' || name WHERE id = %s", [channel])
    trial_db.execute(b"UPDATE zerver_stream SET name = upper(%s) WHERE id = %s", [name, other])
    preview = await steward.channels.preview(channel, "unarchive")
    assert [each.rule for each in preview.refusals] == ["channel names"]
    refused = await steward.channels.apply(preview)
    assert (refused.state, value(trial_db, ARCHIVED, channel)) == ("refused", True)
    trial_db.execute(b"UPDATE zerver_stream SET name = %s WHERE id = %s", [was, other])
    result = await steward.channels.apply(await steward.channels.preview(channel, "unarchive"))
    assert (result.state, result.channel.name) == ("done", name)


async def test_one_that_has_changed_is_shown_again(steward: Steward, trial_db: Database) -> None:
    channel = column(trial_db, USED)[1]
    preview = await steward.channels.preview(channel, "archive")
    trial_db.execute(b"UPDATE zerver_stream SET name = name || ' 2' WHERE id = %s", [channel])
    result = await steward.channels.apply(preview)
    assert (result.state, value(trial_db, ARCHIVED, channel)) == ("changed_since", False)
    assert result.preview is not None and result.preview.channel.name.endswith(" 2")


async def test_what_is_none_or_several_is_told(steward: Steward, trial_db: Database) -> None:
    with pytest.raises(StewardError) as none:
        await steward.channels.find("no such channel")
    assert none.value.kind is ErrorKind.NOT_FOUND
    twice = column(trial_db, "SELECT lower(name) FROM zerver_stream GROUP BY 1 HAVING count(*) > 1")[0]
    with pytest.raises(StewardError) as several:
        await steward.channels.find(twice)
    assert (several.value.kind, len(several.value.problem.candidates) > 1) == (ErrorKind.AMBIGUOUS, True)


@pytest.mark.parametrize("read_only", [False, True])
async def test_from_its_row_one_key_leads_there(trial: DemoInstall, trial_db: Database, read_only: bool) -> None:
    channel = column(trial_db, USED)[2]
    async with running(trial.path, MIDDLE, read_only=read_only) as driver:
        driver.app.open_row("Stream", str(channel))
        await driver.until(lambda: isinstance(driver.app.screen, RowScreen) and driver.app.screen.detail is not None)
        await driver.press("i")
        if read_only:
            await driver.until_text(READ_ONLY)
            assert value(trial_db, ARCHIVED, channel) is False
            return
        await driver.until(
            lambda: isinstance(driver.app.screen, ChannelDialog) and driver.app.screen.stage == "ready", "the preview"
        )
        await driver.until_text("[ Archive ]", "active → archived")
        assert driver.app.focused is driver.app.screen.query_one("#cancel")
        assert value(trial_db, ARCHIVED, channel) is False
        await driver.press("right", "enter")
        await driver.until(lambda: getattr(driver.app.screen, "stage", "") == "over", "the result")
    assert value(trial_db, ARCHIVED, channel) is True
