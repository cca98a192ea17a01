"""Strategy ``delete``: the person and all messages they sent."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from tests.erase import checks
from tests.erase.conftest import Erased, erase_and_remember
from tests.erase.keyless import OLD_ADDRESS
from tests.erase.planting import Subject
from tests.erase.snapshots import keys
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.demo import DemoInstall
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_nothing_is_done_before_it_is_confirmed(steward: Steward, subject: Subject, copy: Database) -> None:
    before = keys(copy)
    person = await steward.find(str(subject.id))
    unasked = await steward.erasures.preview(person, ErasureOptions("delete"))
    assert [each.rule for each in unasked.refusals] == ["owned bots"]
    with pytest.raises(StewardError) as refusal:
        await steward.erasures.erase(unasked, unasked.confirm)
    assert refusal.value.kind is ErrorKind.REFUSED
    preview = await steward.erasures.preview(person, ErasureOptions("delete", "deactivate"))
    for typed in ("", "lena", "otto@acme.example"):
        with pytest.raises(StewardError, match="nothing was done"):
            await steward.erasures.erase(preview, typed)
    copy.execute("UPDATE zerver_userprofile SET full_name = 'Somebody New' WHERE id = %s", [subject.id])
    with pytest.raises(StewardError) as stale:
        await steward.erasures.erase(preview, preview.confirm)
    copy.execute("UPDATE zerver_userprofile SET full_name = 'Lena Leaver' WHERE id = %s", [subject.id])
    assert stale.value.kind is ErrorKind.STALE
    assert keys(copy) == before
    assert steward.erasures.under_way() == []


@pytest.mark.parametrize(
    ("whom", "rule"),
    [
        ("u.delivery_email = 'otto@acme.example'", "last owner"),
        ("r.string_id = 'zulipinternal'", "system bots"),
        ("u.is_mirror_dummy AND r.string_id = 'acme'", "placeholder account"),
    ],
)
async def test_some_may_not_be_erased(steward: Steward, copy: Database, whom: str, rule: str) -> None:
    copy.execute(
        """UPDATE zerver_userprofile SET role = 200 WHERE role = 100 AND delivery_email <> 'otto@acme.example'
           AND realm_id = (SELECT id FROM zerver_realm WHERE string_id = 'acme')"""
    )
    query = f"SELECT u.id FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id WHERE {whom} ORDER BY 1"
    person = await steward.find(str(column(copy, query)[0]))
    preview = await steward.erasures.preview(person, ErasureOptions("delete", "deactivate"))
    assert rule in [each.rule for each in preview.refusals]


async def test_invitations_that_nobody_can_take_over_are_named_as_lost(steward: Steward, copy: Database) -> None:
    """Otto is the only owner by now."""
    otto = await steward.find("otto@acme.example")
    invite = value(
        copy,
        """INSERT INTO zerver_multiuseinvite (invited_as, include_realm_default_subscriptions, status, referred_by_id,
           realm_id) VALUES (400, true, 0, %s, %s) RETURNING id""",
        otto.id,
        otto.realm_id,
    )
    preview = await steward.erasures.preview(otto, ErasureOptions("delete", "deactivate"))
    copy.execute("DELETE FROM zerver_multiuseinvite WHERE id = %s", [invite])
    rows_of = {each.table: each.fate for each in preview.rows}
    (lost,) = [each for each in preview.collateral if each.table == "zerver_multiuseinvite"]
    assert (rows_of["zerver_multiuseinvite"], lost.saved) == ("deleted", False)
    assert "no other owner" in lost.sentence


async def test_codes_of_a_second_factor_are_the_persons_own(
    steward: Steward, subject: Subject, copy: Database
) -> None:
    person = await steward.find(str(subject.id))
    preview = await steward.erasures.preview(person, ErasureOptions("anonymize", "deactivate"))
    codes = [(each.rows, each.fate) for each in preview.rows if each.table == "otp_static_statictoken"]
    held = """SELECT count(*) FROM otp_static_statictoken t JOIN otp_static_staticdevice d ON d.id = t.device_id
              WHERE d.user_id = %s"""
    assert codes == [(value(copy, held, subject.id), "deleted")]
    assert "otp_static_statictoken" not in {each.table for each in preview.collateral}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def erased(steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall) -> Erased:
    """Lena; her bots stay, deactivated."""
    return await erase_and_remember(steward, subject, copy, scratch, ErasureOptions("delete", "deactivate"))


async def test_a_placeholder_takes_the_place(erased: Erased, copy: Database) -> None:
    checks.check_placeholder(erased, copy)


async def test_nothing_is_left(erased: Erased, copy: Database, scratch: DemoInstall) -> None:
    checks.check_nothing_left(erased, copy, scratch)


async def test_messages_go(erased: Erased, copy: Database) -> None:
    assert erased.sent
    assert value(copy, "SELECT count(*) FROM zerver_message WHERE id = ANY(%s)", erased.sent) == 0
    assert erased.result.counts["messages"]["zerver_message"] >= len(erased.sent)


async def test_what_others_need_is_saved(erased: Erased, copy: Database) -> None:
    checks.check_saved(erased, copy)


async def test_others_lose_only_what_the_preview_named(erased: Erased, copy: Database) -> None:
    lost, named = checks.lost_and_named(erased, copy)
    assert lost == named


async def test_bots_stay_deactivated(erased: Erased, copy: Database) -> None:
    bots = [bot.id for bot in erased.preview.bots]
    assert bots
    query = "SELECT is_active, bot_owner_id FROM zerver_userprofile WHERE id = ANY(%s)"
    assert set(rows(copy, query, bots)) == {(False, None)}


async def test_the_journal_has_counts_and_hashes_and_nothing_of_the_person(
    erased: Erased, steward: Steward, journal_place: Path
) -> None:
    written = journal_place.read_text().casefold()
    for text in (*erased.subject.addresses, *erased.subject.names):
        assert text.casefold() not in written
    last = next(entry for entry in steward.journal.entries() if entry.entry.action == "erase.finished")
    assert last.entry.result.state == "done"
    assert steward.erasures.hashes.of(OLD_ADDRESS) in last.entry.parameters["hashes"]
    assert last.entry.parameters["counts"] == erased.result.counts
    assert not list(journal_place.parent.glob("erasures/*.case.json"))
