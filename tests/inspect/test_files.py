"""Uploads, avatars and emoji, compared with plain SQL and with what lies on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plain_sql import Database, rows, value
from zulip_bridge.api.files import FileRow, ReadFiles, ReadPictures
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST_FILES = """
    SELECT owner_id FROM zerver_attachment GROUP BY 1 HAVING count(*) < 500 ORDER BY count(*) DESC, 1 LIMIT 1
"""


async def all_files(bridge: Bridge, person: int, limit: int) -> list[FileRow]:
    """Every page."""
    files: list[FileRow] = []
    while True:
        page = await bridge.call(ReadFiles(person, files[-1].id if files else None, limit))
        files += page.files
        if not page.more:
            return files


async def test_all_uploads_with_where_they_are_used(bridge: Bridge, install_database: Database) -> None:
    owner = value(install_database, MOST_FILES)
    files = await all_files(bridge, owner, 40)
    expected = rows(
        install_database,
        """SELECT a.id, a.file_name, a.size, a.path_id,
              (SELECT count(*) FROM zerver_attachment_messages m WHERE m.attachment_id = a.id)
           FROM zerver_attachment a WHERE owner_id = %s ORDER BY a.id DESC""",
        owner,
    )
    assert [(each.id, each.name, each.size, each.path_id, each.uses) for each in files] == expected
    for file in files:
        used = rows(
            install_database,
            "SELECT message_id FROM zerver_attachment_messages WHERE attachment_id = %s ORDER BY 1 DESC LIMIT 20",
            file.id,
        )
        assert [(each.message_id,) for each in file.used_in] == used
    page = await bridge.call(ReadFiles(owner))
    assert (page.total, page.total_size) == (len(expected), sum(row[2] for row in expected))


async def test_what_is_not_on_the_disk_is_told(demo: DemoInstall, demo_bridge: Bridge, database: Database) -> None:
    uploads = demo.path / "uploads" / "files"
    if not uploads.is_dir():
        (uploads,) = (each for each in demo.path.parent.rglob("files") if each.is_dir() and "uploads" in each.parts)
    owners = [row[0] for row in rows(database, "SELECT DISTINCT owner_id FROM zerver_attachment")]
    missing = 0
    for owner in owners:
        for file in await all_files(demo_bridge, owner, 500):
            on_disk = (uploads / file.path_id).is_file()
            assert (file.stored in ("there", "differs")) == on_disk, file
            if on_disk:
                assert file.stored_size == (uploads / file.path_id).stat().st_size
            missing += not on_disk
    assert missing


async def test_avatars_and_emoji_that_the_storage_has(demo_bridge: Bridge, database: Database) -> None:
    (person,) = rows(database, "SELECT id FROM zerver_userprofile WHERE delivery_email = 'marta@example.org'")[0]
    pictures = await demo_bridge.call(ReadPictures(person))
    assert pictures.avatar == "uploaded"
    assert {Path(each.key).suffix for each in pictures.avatars} == {".original", ".png"}
    assert all(each.size > 0 for each in pictures.avatars)
    assert [each.current for each in pictures.avatars if each.version == pictures.avatar_version]
    emoji = rows(database, "SELECT id, name FROM zerver_realmemoji WHERE author_id = %s ORDER BY id", person)
    assert [(each.id, each.name) for each in pictures.emoji] == emoji


async def test_somebody_without_files(bridge: Bridge, install_database: Database) -> None:
    person = value(
        install_database,
        """SELECT id FROM zerver_userprofile u WHERE NOT EXISTS (SELECT FROM zerver_attachment WHERE owner_id = u.id)
           AND NOT EXISTS (SELECT FROM zerver_realmemoji WHERE author_id = u.id) ORDER BY id DESC LIMIT 1""",
    )
    page = await bridge.call(ReadFiles(person))
    assert (page.files, page.more, page.total, page.total_size) == ([], False, 0, 0)
    assert (await bridge.call(ReadPictures(person))).emoji == []
