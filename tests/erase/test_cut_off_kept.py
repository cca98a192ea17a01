"""``scrub-profile`` and ``anonymize`` cut off at every step, one after the other, of the same person."""

from __future__ import annotations

import pytest

from tests.erase import checks
from tests.erase.killing import Killer, erase_killing
from tests.erase.planting import Subject
from tests.erase.snapshots import files_below, gone, keys
from tests.plain_sql import Database, column, value
from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.demo import DemoInstall
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_scrubbed_however_often_it_is_killed(
    steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer = Killer(steward, monkeypatch)
    erased = await erase_killing(steward, subject, copy, scratch, ErasureOptions("scrub-profile"), killer)
    assert erased.result.complete, erased.result.residue.wrong
    assert erased.files - files_below(scratch) == set(subject.pictures)
    assert set(gone(erased.before, keys(copy), erased.own)) <= {"django_session"}


async def test_anonymized_however_often_it_is_killed(
    steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer = Killer(steward, monkeypatch)
    heir = value(copy, "SELECT id FROM zerver_userprofile WHERE delivery_email = 'marc@acme.example'")
    options = ErasureOptions("anonymize", "transfer", heir)
    erased = await erase_killing(steward, subject, copy, scratch, options, killer)
    checks.check_placeholder(erased, copy)
    checks.check_nothing_left(erased, copy, scratch)
    checks.check_saved(erased, copy)
    lost, named = checks.lost_and_named(erased, copy)
    assert lost == named
    query = "SELECT id FROM zerver_message WHERE sender_id = %s ORDER BY id"
    assert column(copy, query, subject.id) == erased.sent
    owners = "SELECT DISTINCT bot_owner_id FROM zerver_userprofile WHERE id = ANY(%s)"
    assert column(copy, owners, [bot.id for bot in erased.preview.bots]) == [heir]
    handed = """SELECT count(*) FROM zerver_realmauditlog
        WHERE event_type = 105 AND modified_user_id = ANY(%s) AND acting_user_id IS NULL"""
    assert value(copy, handed, [bot.id for bot in erased.preview.bots]) <= len(erased.preview.bots)
