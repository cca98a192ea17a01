"""Messages deleted, restored and purged, and files deleted, with the database and the storage read back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.messages import MessageFilters
from zulip_bridge.api.people import Person
from zulip_bridge.api.removal import PreviewMessageDeletion
from zulip_bridge.demo import DemoInstall
from zulip_bridge.demo.paths import Places
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENT = "SELECT id FROM zerver_message WHERE sender_id = %s ORDER BY id"
ALL = "SELECT count(*) FROM zerver_message WHERE id = ANY(%s)"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def steward(trial: DemoInstall) -> AsyncIterator[Steward]:
    opened = await Steward.open(InstallTarget(trial.path))
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def person(steward: Steward) -> Person:
    return await steward.find("marc@acme.example", "acme")


def message_state(trial_db: Database, ids: list[int]) -> list[list[tuple[object, ...]]]:
    """The messages and what hangs on them."""
    message = "SELECT id, sender_id, recipient_id, subject, content, date_sent FROM zerver_message WHERE id = ANY(%s)"
    held = "SELECT user_profile_id, message_id, flags FROM zerver_usermessage WHERE message_id = ANY(%s)"
    reactions = "SELECT message_id, user_profile_id, emoji_code FROM zerver_reaction WHERE message_id = ANY(%s)"
    return [sorted(rows(trial_db, query, ids)) for query in (message, held, reactions)]


async def test_deleted_messages_come_back_as_they_were(steward: Steward, person: Person, trial_db: Database) -> None:
    sent = column(trial_db, SENT, person.id)
    others = value(trial_db, "SELECT count(*) FROM zerver_message")
    before = message_state(trial_db, sent)
    preview = await steward.removals.preview(PreviewMessageDeletion(person.id), person)
    assert preview.ids == sent
    assert sum(group.messages for group in preview.groups) == len(sent)
    channels = {(group.to, group.topic) for group in preview.groups if group.where == "channel"}
    assert len(channels) > 1

    done = await steward.removals.delete(preview)
    assert (done.messages, done.left) == (len(sent), [])
    assert value(trial_db, ALL, sent) == 0
    assert value(trial_db, "SELECT count(*) FROM zerver_message") == others - len(sent)

    archived = await steward.removals.archive(transactions=done.transactions)
    assert sum(each.messages for each in archived) == len(sent)
    assert all(each.until and not each.restored for each in archived)

    restored = await steward.removals.restore(done.transactions)
    assert sum(restored.messages.values()) == len(sent)
    assert message_state(trial_db, sent) == before
    again = await steward.removals.restore(done.transactions)
    assert again.messages == {}


async def test_filters_choose(steward: Steward, person: Person, trial_db: Database) -> None:
    ((channel, topic, number),) = rows(
        trial_db,
        """SELECT s.name, m.subject, count(*) FROM zerver_message m
           JOIN zerver_stream s ON s.recipient_id = m.recipient_id
           WHERE m.sender_id = %s GROUP BY 1, 2 ORDER BY 3 DESC, 2 LIMIT 1""",
        person.id,
    )
    filters = MessageFilters(channel=channel, topic=topic)
    preview = await steward.removals.preview(PreviewMessageDeletion(person.id, filters=filters), person)
    assert len(preview.ids) >= number
    assert {group.to for group in preview.groups} == {channel}


async def test_purged_messages_are_gone_for_good_with_their_files(
    steward: Steward, trial_db: Database, trial: DemoInstall
) -> None:
    ((sender, message, path),) = rows(
        trial_db,
        """SELECT m.sender_id, m.id, a.path_id FROM zerver_attachment a
           JOIN zerver_attachment_messages u ON u.attachment_id = a.id JOIN zerver_message m ON m.id = u.message_id
           WHERE (SELECT count(*) FROM zerver_attachment_messages o WHERE o.attachment_id = a.id) = 1
           AND m.sender_id = a.owner_id ORDER BY a.id LIMIT 1""",
    )
    file = Places(trial.base).uploads / "files" / path
    assert file.exists()
    person = await steward.find(str(sender))
    preview = await steward.removals.preview(PreviewMessageDeletion(sender, ids=[message]), person)
    assert preview.files == 1
    done = await steward.removals.delete(preview)
    assert file.exists()
    purged = await steward.removals.purge(done.transactions)
    assert (purged.messages, purged.files, purged.kept_files) == (1, 1, 0)
    assert not file.exists()
    for table in ("message", "archivedmessage"):
        assert value(trial_db, f"SELECT count(*) FROM zerver_{table} WHERE id = %s", message) == 0
    assert value(trial_db, "SELECT count(*) FROM zerver_archivedattachment WHERE path_id = %s", path) == 0
    with pytest.raises(StewardError) as missing:
        await steward.removals.restore(done.transactions)
    assert missing.value.kind is ErrorKind.NOT_FOUND


async def test_files_go_with_row_and_thumbnails(steward: Steward, trial_db: Database, trial: DemoInstall) -> None:
    ((owner, path),) = rows(trial_db, "SELECT owner_id, path_id FROM zerver_attachment ORDER BY id DESC LIMIT 1")
    top = Places(trial.base).uploads / "files"
    thumbnail = top / "thumbnail" / path / "840x560.webp"
    thumbnail.parent.mkdir(parents=True)
    thumbnail.write_bytes(b"small")
    person = await steward.find(str(owner))
    files = await steward.removals.preview_files(person, [path])
    assert [each.path_id for each in files] == [path]
    done = await steward.removals.delete_files(person, files)
    assert (done.files, done.sentences) == (1, [])
    assert not (top / path).exists()
    assert not thumbnail.exists()
    assert value(trial_db, "SELECT count(*) FROM zerver_attachment WHERE path_id = %s", path) == 0


async def test_a_session_that_only_reads_deletes_nothing(
    trial: DemoInstall, trial_db: Database, person: Person
) -> None:
    steward = await Steward.open(InstallTarget(trial.path), read_only=True)
    try:
        preview = await steward.removals.preview(PreviewMessageDeletion(person.id), person)
        with pytest.raises(StewardError) as refused:
            await steward.removals.delete(preview)
        assert refused.value.kind is ErrorKind.READ_ONLY
        assert value(trial_db, ALL, preview.ids) == len(preview.ids)
    finally:
        await steward.close()
