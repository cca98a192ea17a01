"""``delete`` cut off at every step: it is finished, nothing is done twice that does harm, nothing is left."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from tests.erase import checks
from tests.erase.conftest import Erased
from tests.erase.killing import Killer, erase_killing
from tests.erase.planting import Subject
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.erase import ErasureCase, ErasureOptions
from zulip_bridge.api.errors import StewardError
from zulip_bridge.demo import DemoInstall
from zulip_bridge.steward import Steward
from zulip_bridge.worker.erase.alone import ERASURES

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def erased(steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall) -> Erased:
    """Lena and her bots, finished in the end."""
    with pytest.MonkeyPatch.context() as patch:
        killer = Killer(steward, patch)
        return await erase_killing(steward, subject, copy, scratch, ErasureOptions("delete", "delete"), killer)


async def test_it_is_finished(erased: Erased, copy: Database, scratch: DemoInstall, steward: Steward) -> None:
    checks.check_placeholder(erased, copy)
    checks.check_nothing_left(erased, copy, scratch)
    assert value(copy, "SELECT count(*) FROM zerver_message WHERE id = ANY(%s)", erased.sent) == 0
    names = rows(copy, "SELECT full_name FROM zerver_userprofile WHERE id = ANY(%s) ORDER BY id", erased.going)
    assert names == [(f"Deleted User {each}",) for each in sorted(erased.going)]
    assert steward.erasures.under_way() == []
    ends = [
        each.entry.result.state
        for each in steward.journal.entries(newest_first=False)
        if each.entry.action == "erase.finished"
    ]
    assert (set(ends[:-1]), ends[-1]) == ({"failed"}, "done")


async def test_nothing_was_done_twice(erased: Erased, copy: Database) -> None:
    deleted = (
        "SELECT modified_user_id FROM zerver_realmauditlog WHERE event_type = 106 AND modified_user_id = ANY(%s)"
    )
    assert sorted(column(copy, deleted, erased.going)) == sorted(erased.going)
    lost, named = checks.lost_and_named(erased, copy)
    assert lost == named
    checks.check_saved(erased, copy)


async def test_a_second_erasure_is_not_begun_beside_the_first(steward: Steward, copy: Database) -> None:
    person = await steward.find("marc@acme.example", "acme")
    preview = await steward.erasures.preview(person, ErasureOptions("scrub-profile"))
    case = ErasureCase(person.id, person.realm_id, person.realm, [person.delivery_email], [], person.date_joined)
    steward.erasures.cases.begin("zulip.acme.example", steward.door.label, person, preview.options, case)
    with pytest.raises(StewardError, match="begun already"):
        await steward.erasures.erase(preview, preview.confirm)


async def test_a_worker_that_is_still_at_it_is_waited_for(steward: Steward, copy: Database) -> None:
    person = await steward.find("amara.baker@acme.example", "acme")
    preview = await steward.erasures.preview(person, ErasureOptions("scrub-profile"))
    drafts = "SELECT count(*) FROM zerver_draft WHERE user_profile_id = %s"
    draft = "INSERT INTO zerver_draft (user_profile_id, topic, content, last_edit_time) VALUES (%s, '', '', now())"
    copy.execute(draft.encode(), [person.id])
    value(copy, "SELECT pg_advisory_lock(%s, %s)", ERASURES, person.id)
    begun = asyncio.Event()
    erasing = asyncio.create_task(steward.erasures.erase(preview, preview.confirm, lambda step: begun.set()))
    await begun.wait()
    await asyncio.sleep(1)
    assert (value(copy, drafts, person.id), erasing.done()) == (1, False)
    assert value(copy, "SELECT pg_advisory_unlock(%s, %s)", ERASURES, person.id)
    await erasing
    assert value(copy, drafts, person.id) == 0
