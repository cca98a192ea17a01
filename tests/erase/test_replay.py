"""After a restore from an older backup, whoever was erased is found again by keyed hashes, and erased again."""

from __future__ import annotations

import psycopg
import pytest

from tests.erase.keyless import SUBJECT
from tests.erase.planting import Subject
from tests.plain_sql import Database, value
from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.api.residue import Needles
from zulip_bridge.demo import DemoInstall
from zulip_bridge.erase.replaying import find_restored, replay_all
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "SELECT full_name FROM zerver_userprofile WHERE id = %s"
RESTORED = """
    UPDATE zerver_userprofile SET full_name = 'Lena Leaver', delivery_email = %s, email = %s, is_mirror_dummy = false
    WHERE id = %s
"""


async def test_who_is_there_again_is_erased_again(
    steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall
) -> None:
    preview = await steward.erasures.preview(
        await steward.find(str(subject.id)), ErasureOptions("anonymize", "deactivate")
    )
    await steward.erasures.erase(preview, preview.confirm)
    assert await find_restored(steward) == []

    copy.execute(RESTORED, [SUBJECT.upper(), SUBJECT.upper(), subject.id])
    (restored,) = await find_restored(steward)
    assert (restored.person.id, restored.replay.options.strategy) == (subject.id, "anonymize")

    previews = [await steward.erasures.preview(restored.person, restored.replay.options)]
    (result,) = await replay_all(steward, previews, print, print)
    assert result.complete
    assert value(copy, NAME, subject.id) == f"Deleted User {subject.id}"


async def test_somebody_else_with_the_id_is_left_alone(steward: Steward, subject: Subject, copy: Database) -> None:
    copy.execute(RESTORED, ["other@acme.example", "other@acme.example", subject.id])
    assert await find_restored(steward) == []


async def test_a_hash_finds_the_address_wherever_it_is(
    steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall
) -> None:
    wanted = "lena.before@acme.example"
    hashed = Needles(None, None, hashes=[steward.erasures.hashes.of(wanted)])
    assert (await steward.erasures.look_for(hashed)).wrong == []
    copy.execute("CREATE TABLE somebody_elses (note jsonb, realm_id int); GRANT SELECT ON somebody_elses TO zulip")
    copy.execute(
        "INSERT INTO somebody_elses VALUES (%s, 2)", ['{"cc": ["Lena.Before@acme.example", "x@acme.example"]}']
    )
    (found,) = (await steward.erasures.look_for(hashed)).wrong
    assert (found.place, found.column, found.rows) == ("somebody_elses", "note", 1)


@pytest.mark.parametrize("text", ["100% _sure_", "a.b*c(d)[e]{f}|g^h$i\\j?k+l", "O'Neill", 'it\'s "quoted"'])
async def test_names_are_looked_for_as_they_are(
    steward: Steward, copy: Database, scratch: DemoInstall, text: str
) -> None:
    copy.execute("DROP TABLE IF EXISTS notes; CREATE TABLE notes (note text); GRANT SELECT ON notes TO zulip")
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as connection:
        connection.execute("INSERT INTO zulip.notes VALUES (%s), (%s)", [f"about {text.upper()}.", "about nobody"])
    report = await steward.erasures.look_for(Needles(None, None, names=[text]))
    assert [(each.place, each.rows) for each in report.found if each.place == "notes"] == [("notes", 1)]
