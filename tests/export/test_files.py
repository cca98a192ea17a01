"""Uploaded files in an export: as they are on disk, whatever their names, and nothing that is not theirs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.export.support import Exported, export, remove
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.export_scope import choose
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.export import verify_export

SOMEBODY = "marta@example.org"
SECRET = b"nobody's business"
Attach = Callable[[str], None]


@pytest.fixture
def attach(database: Database) -> Iterator[Attach]:
    """Tells the database of a file of Marta's, with any path at all; forgotten after the test."""
    before = value(database, "SELECT max(id) FROM zulip.zerver_attachment")

    def add(path_id: str) -> None:
        database.execute(
            """INSERT INTO zulip.zerver_attachment (file_name, path_id, create_time, owner_id, is_realm_public,
                   is_web_public, realm_id, size)
               SELECT 'x', %s, now(), id, false, false, realm_id, 1 FROM zulip.zerver_userprofile
               WHERE delivery_email = %s""",
            [path_id, SOMEBODY],
        )

    yield add
    database.execute("DELETE FROM zulip.zerver_attachment WHERE id > %s", [before])


@pytest.fixture
def store(uploads: Path) -> Iterator[Callable[[str, bytes], Path]]:
    """Puts a file into the demo's uploads; removed after the test."""
    made: list[Path] = []

    def put(name: str, data: bytes) -> Path:
        file = uploads / name
        missing = [each for each in file.parents if not each.exists()]
        made.append(missing[-1] if missing else file)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        for each in [*missing, file]:
            os.chown(each, uploads.stat().st_uid, uploads.stat().st_gid)
        return file

    yield put
    remove(*made)


Store = Callable[[str, bytes], Path]


async def test_files_are_those_on_disk_and_lost_ones_are_reported(
    bridge: Bridge, database: Database, uploads: Path, tmp_path: Path
) -> None:
    result = await export(bridge, SOMEBODY, tmp_path / "out")
    exported = Exported.read(tmp_path / "out")
    person = value(database, "SELECT id FROM zulip.zerver_userprofile WHERE delivery_email = %s", SOMEBODY)
    known = set(column(database, "SELECT path_id FROM zulip.zerver_attachment WHERE owner_id = %s", person))
    there = {each for each in known if (uploads / each).exists()}
    assert there
    assert there < known, "the demo should have lost some files"
    assert {record["s3_path"] for record in exported.records["uploads"]} == there
    for record in exported.records["uploads"]:
        original = uploads / record["s3_path"]
        assert (tmp_path / "out" / "uploads" / record["path"]).read_bytes() == original.read_bytes()
        assert record["size"] == original.stat().st_size
        assert record["last_modified"] == original.stat().st_mtime
        assert record["user_profile_id"] == person
    assert {warned.subject for warned in result.warnings} == {f"uploads/{each}" for each in known - there}
    assert {warned["subject"] for warned in exported.manifest["warnings"]} == {f"uploads/{e}" for e in known - there}
    section = exported.section("uploads")
    assert (section["found"], section["written"]) == (len(known), len(there))
    assert sum(section["left_out"].values()) == len(known - there)


async def test_the_avatar_of_the_present_and_the_emoji_come_along(
    bridge: Bridge, demo: DemoInstall, database: Database, tmp_path: Path
) -> None:
    avatars = demo.base / "uploads" / "avatars"
    query = "SELECT id FROM zulip.zerver_userprofile WHERE avatar_source = 'U' ORDER BY id LIMIT 5"
    for person in column(database, query):
        await export(bridge, person, tmp_path / str(person))
        records = Exported.read(tmp_path / str(person)).records["avatars"]
        assert records
        for record in records:
            assert (tmp_path / str(person) / "avatars" / record["path"]).read_bytes() == (
                avatars / record["s3_path"]
            ).read_bytes()
    for author, name in rows(database, "SELECT author_id, name FROM zulip.zerver_realmemoji WHERE file_name <> ''"):
        if author is None:
            continue
        remove(tmp_path / "emoji")
        await export(bridge, author, tmp_path / "emoji")
        records = Exported.read(tmp_path / "emoji").records["emoji"]
        assert name in {record["name"] for record in records}


async def test_the_still_picture_of_a_moving_emoji_comes_along(
    bridge: Bridge, demo: DemoInstall, database: Database, tmp_path: Path
) -> None:
    query = """SELECT id, author_id, realm_id, file_name FROM zulip.zerver_realmemoji
        WHERE author_id IS NOT NULL ORDER BY id LIMIT 1"""
    ((emoji, author, realm, name),) = rows(database, query)
    key = f"{realm}/emoji/images/still/{Path(name).stem}.png"
    still = demo.base / "uploads" / "avatars" / key
    change = "UPDATE zulip.zerver_realmemoji SET is_animated = %s WHERE id = %s"
    still.parent.mkdir(exist_ok=True)
    still.write_bytes(b"still")
    database.execute(change, [True, emoji])
    try:
        await export(bridge, author, tmp_path / "all", scope=choose("access"))
        await export(bridge, author, tmp_path / "same")
    finally:
        database.execute(change, [False, emoji])
        remove(still.parent)
    found, same = (Exported.read(tmp_path / name).records["emoji"] for name in ("all", "same"))
    assert [record["path"] for record in found if record not in same] == [key]
    assert (tmp_path / "all" / "emoji" / key).read_bytes() == b"still"


async def test_earlier_avatars_come_along_where_everything_is_wanted(
    bridge: Bridge, database: Database, tmp_path: Path
) -> None:
    query = "SELECT id, avatar_version FROM zulip.zerver_userprofile WHERE avatar_source = 'U' ORDER BY id LIMIT 1"
    ((person, version),) = rows(database, query)
    change = "UPDATE zulip.zerver_userprofile SET avatar_version = %s WHERE id = %s"
    await export(bridge, person, tmp_path / "before", scope=choose(sections=["avatars"]))
    database.execute(change, [version + 1, person])
    try:
        await export(bridge, person, tmp_path / "after", scope=choose(sections=["avatars"]))
        await export(bridge, person, tmp_path / "same")
    finally:
        database.execute(change, [version, person])
    before, after, same = (
        Exported.read(tmp_path / name, folders=["avatars"]).records["avatars"] for name in ("before", "after", "same")
    )
    assert before
    assert {record["s3_path"] for record in before} <= {record["s3_path"] for record in after}
    assert {record["avatar_version"] for record in after} == {version}
    assert same == []
    section = Exported.read(tmp_path / "same").section("avatars")
    assert section["left_out"] == {"missing or unreadable": 1}, "a picture that is gone is told"


HOSTILE = [
    "9/aa/x/\x1b]0;owned\x07.txt",
    "9/aa/x/line\nbreak.txt",
    "9/aa/x/\u202egpj.exe",
    "9/aa/x/zero\u200bwidth.txt",
    "9/aa/x/back\\slash.txt",
    "9/aa/x/" + "ä" * 120 + ".txt",
    "9/aa/x/-rf",
    "9/aa/x/  spaces  ",
    "records.json",
]


async def test_hostile_names_are_made_harmless_and_the_originals_recorded(
    bridge: Bridge, attach: Attach, store: Store, tmp_path: Path
) -> None:
    for number, name in enumerate(HOSTILE):
        attach(name)
        store(name, b"%d" % number)
    await export(bridge, SOMEBODY, tmp_path / "out")
    exported = Exported.read(tmp_path / "out")
    records = {record["s3_path"]: record for record in exported.records["uploads"]}
    originals = {each["path"]: each.get("original") for each in exported.manifest["files"]}
    for number, name in enumerate(HOSTILE):
        path = "uploads/" + records[name]["path"]
        assert (tmp_path / "out" / path).read_bytes() == b"%d" % number
        assert path.isprintable()
        assert "\\" not in path
        if path != f"uploads/{name}" and name != "records.json":
            assert originals[path] == f"uploads/{name}"
    assert verify_export(tmp_path / "out") == []


async def test_nothing_outside_the_uploads_is_read(
    bridge: Bridge, attach: Attach, store: Store, uploads: Path, tmp_path: Path
) -> None:
    outside = uploads.parent / "outside.txt"
    outside.write_bytes(SECRET)
    outside.chmod(0o644)
    link = store("9/bb/link.txt", b"")
    link.unlink()
    link.symlink_to(outside)
    folder = store("9/bb/folder/file", b"").parent
    remove(folder)
    folder.symlink_to(uploads.parent)
    names = [
        "../outside.txt",
        str(outside),
        "9/bb/link.txt",
        "9/bb/folder/outside.txt",
        "9/../../outside.txt",
        "9",
        "",
    ]
    for name in names:
        attach(name)
    try:
        result = await export(bridge, SOMEBODY, tmp_path / "out")
    finally:
        remove(outside)
    for file in (tmp_path / "out").rglob("*"):
        assert file.is_dir() or SECRET not in file.read_bytes()
    warned = {each.subject: each.sentence for each in result.warnings}
    assert {f"uploads/{name}" for name in names} <= set(warned)
    assert "leads out" in warned["uploads/../outside.txt"]
    assert verify_export(tmp_path / "out") == []


async def test_a_pipe_in_the_uploads_does_not_hold_up_the_export(
    bridge: Bridge, attach: Attach, store: Store, tmp_path: Path
) -> None:
    pipe = store("9/cc/pipe", b"")
    pipe.unlink()
    os.mkfifo(pipe, 0o644)
    attach("9/cc/pipe")
    result = await export(bridge, SOMEBODY, tmp_path / "out")
    assert "uploads/9/cc/pipe" in {each.subject for each in result.warnings}


async def test_a_large_file_and_an_empty_one_arrive_whole(
    bridge: Bridge, attach: Attach, store: Store, tmp_path: Path
) -> None:
    data = os.urandom(1 << 20) * 5 + b"the end"
    for name, contents in [("9/dd/large.bin", data), ("9/dd/empty.bin", b"")]:
        store(name, contents)
        attach(name)
    await export(bridge, SOMEBODY, tmp_path / "out")
    assert (tmp_path / "out" / "uploads" / "9" / "dd" / "large.bin").read_bytes() == data
    assert (tmp_path / "out" / "uploads" / "9" / "dd" / "empty.bin").read_bytes() == b""
    assert verify_export(tmp_path / "out") == []
