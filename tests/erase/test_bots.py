"""Bots that are deleted with the person: the preview names what they take along, and nothing of them is left."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.erase import checks
from tests.erase.conftest import Erased, erase_and_remember
from tests.erase.planting import Subject
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.demo import DemoInstall
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def erased(steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall) -> Erased:
    """Lena, whose messages stay, and her bots, whose messages do not."""
    return await erase_and_remember(steward, subject, copy, scratch, ErasureOptions("anonymize", "delete"))


async def test_placeholders_take_their_places(erased: Erased, copy: Database) -> None:
    checks.check_placeholder(erased, copy)
    assert len(erased.going) > 1
    names = rows(copy, "SELECT full_name FROM zerver_userprofile WHERE id = ANY(%s) ORDER BY id", erased.going)
    assert names == [(f"Deleted User {each}",) for each in sorted(erased.going)]


async def test_preview_names_what_bots_take_along(erased: Erased) -> None:
    of_bots = {each.table: each.rows for each in erased.preview.rows if "of the bots" in each.sentence}
    assert of_bots["zerver_message"] == sum(bot.messages for bot in erased.preview.bots) > 0
    assert of_bots["zerver_attachment"] == 1
    assert "bot_owner_id" not in {each.column for each in erased.preview.rows}, "none of them stays without an owner"
    assert [each.files for each in erased.preview.files if "of the bots" in each.sentence] == [1, 1]
    lost = {each.table for each in erased.preview.collateral if not each.saved}
    assert {"zerver_reaction", "zerver_usermessage"} & lost


async def test_others_lose_only_what_the_preview_named(erased: Erased, copy: Database) -> None:
    lost, named = checks.lost_and_named(erased, copy)
    assert lost == named


async def test_nothing_is_left(erased: Erased, copy: Database, scratch: DemoInstall) -> None:
    checks.check_nothing_left(erased, copy, scratch)
    bots = [each for each in erased.going if each != erased.subject.id]
    assert value(copy, "SELECT count(*) FROM zerver_message WHERE sender_id = ANY(%s)", bots) == 0


async def test_what_others_need_is_saved(erased: Erased, copy: Database) -> None:
    checks.check_saved(erased, copy)
    query = "SELECT id FROM zerver_message WHERE sender_id = %s ORDER BY id"
    assert column(copy, query, erased.subject.id) == erased.sent
