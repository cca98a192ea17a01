"""Strategy ``anonymize``: the messages stay, signed by a placeholder; and an erasure that is cut off."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.erase import checks
from tests.erase.conftest import Erased, erase_and_remember
from tests.erase.planting import Subject
from tests.plain_sql import Database, column
from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.demo import DemoInstall
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def erased(steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall) -> Erased:
    """Lena; her bots go to Marc."""
    ((heir,),) = copy.execute(
        "SELECT id FROM zerver_userprofile WHERE delivery_email = 'marc@acme.example'"
    ).fetchall()
    return await erase_and_remember(steward, subject, copy, scratch, ErasureOptions("anonymize", "transfer", heir))


async def test_a_placeholder_takes_the_place(erased: Erased, copy: Database) -> None:
    checks.check_placeholder(erased, copy)


async def test_nothing_is_left(erased: Erased, copy: Database, scratch: DemoInstall) -> None:
    checks.check_nothing_left(erased, copy, scratch)


async def test_messages_stay(erased: Erased, copy: Database) -> None:
    query = "SELECT id FROM zerver_message WHERE sender_id = %s ORDER BY id"
    assert column(copy, query, erased.subject.id) == erased.sent


async def test_others_lose_only_what_the_preview_named(erased: Erased, copy: Database) -> None:
    lost, named = checks.lost_and_named(erased, copy)
    assert lost == named


async def test_what_others_need_is_saved(erased: Erased, copy: Database) -> None:
    checks.check_saved(erased, copy)


async def test_bots_have_another_owner(erased: Erased, copy: Database) -> None:
    bots = [bot.id for bot in erased.preview.bots]
    assert bots
    (owned,) = [each for each in erased.preview.rows if each.column == "bot_owner_id"]
    assert (owned.rows, owned.fate) == (len(bots), "reassigned")
    owners = column(copy, "SELECT bot_owner_id FROM zerver_userprofile WHERE id = ANY(%s)", bots)
    assert set(owners) == {erased.preview.options.bots_to}
