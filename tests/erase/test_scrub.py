"""Strategy ``scrub-profile``: the account stays."""

from __future__ import annotations

import pytest

from tests.erase.conftest import erase_and_remember
from tests.erase.planting import Subject
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.demo import DemoInstall
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCOUNT = "SELECT delivery_email, full_name, is_active, role FROM zerver_userprofile WHERE id = %s"
CLEARED = ("customprofilefieldvalue", "draft", "alertword", "userstatus", "useractivity", "userpresence")


async def test_the_account_stays_and_the_optional_goes(
    steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall
) -> None:
    before = rows(copy, ACCOUNT, subject.id)
    erased = await erase_and_remember(steward, subject, copy, scratch, ErasureOptions("scrub-profile"))
    assert erased.result.complete, erased.result.residue.wrong
    assert rows(copy, ACCOUNT, subject.id) == before
    for table in CLEARED:
        assert value(copy, f"SELECT count(*) FROM zerver_{table} WHERE user_profile_id = %s", subject.id) == 0, table
    assert value(copy, "SELECT avatar_source FROM zerver_userprofile WHERE id = %s", subject.id) == "G"
    assert column(copy, "SELECT id FROM zerver_message WHERE sender_id = %s ORDER BY id", subject.id) == erased.sent
