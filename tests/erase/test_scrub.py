"""Strategy ``scrub-profile``: the account stays."""

from __future__ import annotations

import json

import pytest
import pytest_asyncio

from tests.erase import checks
from tests.erase.conftest import Erased, erase_and_remember
from tests.erase.planting import Subject
from tests.erase.snapshots import files_below, gone, keys
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.demo import DemoInstall
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCOUNT = "SELECT delivery_email, full_name, is_active, role, api_key, password FROM zerver_userprofile WHERE id = %s"
ARCHIVED = "SELECT count(*) FROM zerver_archivedmessage WHERE sender_id = %s"
CLEARED = (
    "zerver_customprofilefieldvalue.user_profile_id",
    "zerver_draft.user_profile_id",
    "zerver_savedsnippet.user_profile_id",
    "zerver_alertword.user_profile_id",
    "zerver_userstatus.user_profile_id",
    "zerver_useractivity.user_profile_id",
    "zerver_useractivityinterval.user_profile_id",
    "zerver_userpresence.user_profile_id",
    "zerver_missedmessageemailaddress.user_profile_id",
    "zerver_onboardingstep.user_id",
    "zerver_pushdevicetoken.user_id",
    "zerver_pushdevice.user_id",
    "analytics_usercount.user_id",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def erased(steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall) -> Erased:
    """Lena, whose account stays."""
    token = json.dumps({"access_token": "planted"})
    copy.execute("UPDATE zerver_userprofile SET zoom_token = %s WHERE id = %s", [token, subject.id])
    before = rows(copy, ACCOUNT, subject.id)
    done = await erase_and_remember(steward, subject, copy, scratch, ErasureOptions("scrub-profile"))
    assert rows(copy, ACCOUNT, subject.id) == before
    return done


async def test_the_optional_goes(erased: Erased, copy: Database) -> None:
    assert erased.result.complete, erased.result.residue.wrong
    for place in CLEARED:
        table, name = place.split(".")
        assert value(copy, f"SELECT count(*) FROM {table} WHERE {name} = %s", erased.subject.id) == 0, place
    query = "SELECT avatar_source, timezone, zoom_token FROM zerver_userprofile WHERE id = %s"
    assert rows(copy, query, erased.subject.id) == [("G", "", None)]


async def test_preview_names_all_that_goes(erased: Erased, copy: Database) -> None:
    """Of the person's own rows, none goes from a table that was not named; of others, none at all."""
    after = keys(copy)
    named = {each.table for each in erased.preview.rows if each.fate in ("deleted", "cleared")}
    assert {table for table in erased.before if erased.before[table] - after[table]} <= named
    lost = gone(erased.before, after, erased.own)
    assert set(lost) <= {"django_session"}


async def test_files_stay_and_pictures_go(erased: Erased, scratch: DemoInstall) -> None:
    left = files_below(scratch)
    assert erased.files - left == set(erased.subject.pictures)


async def test_messages_stay(erased: Erased, copy: Database) -> None:
    assert (
        column(copy, "SELECT id FROM zerver_message WHERE sender_id = %s ORDER BY id", erased.subject.id)
        == erased.sent
    )
    assert checks.addresses_in(copy, erased.subject)


async def test_what_was_deleted_before_stays_in_the_archive(erased: Erased, copy: Database) -> None:
    assert value(copy, ARCHIVED, erased.subject.id) > 0


async def test_archive_is_purged_by_choice(
    steward: Steward, erased: Erased, copy: Database, scratch: DemoInstall
) -> None:
    """After the rest, so that it is the archive alone that goes."""
    person = await steward.find(str(erased.subject.id))
    number, files = value(copy, ARCHIVED, person.id), files_below(scratch)
    others = "SELECT count(*) FROM zerver_archivedmessage WHERE sender_id <> %s"
    left = value(copy, others, person.id)
    preview = await steward.erasures.preview(person, ErasureOptions("scrub-profile", archived=True))
    assert [(each.rows, each.fate) for each in preview.rows if each.table == "zerver_archivedmessage"] == [
        (number, "deleted")
    ]
    result = await steward.erasures.erase(preview, preview.confirm)
    assert result.counts["profile"]["zerver_archivedmessage"] == number
    assert (value(copy, ARCHIVED, person.id), value(copy, others, person.id)) == (0, left)
    used = """SELECT path_id FROM zerver_attachment UNION SELECT path_id FROM zerver_archivedattachment f
              JOIN zerver_archivedattachment_messages m ON m.archivedattachment_id = f.id"""
    assert not [path for path in files - files_below(scratch) if path in column(copy, used)]
