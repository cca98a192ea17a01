"""Checking an export against its manifest: nothing is missed, nothing is made up."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.export.support import export
from zulip_bridge.client import Bridge
from zulip_bridge.export import verify_export

SOMEBODY = "marta@example.org"


@pytest.fixture
async def made(bridge: Bridge, tmp_path: Path) -> AsyncIterator[Path]:
    """An export to be tampered with."""
    await export(bridge, SOMEBODY, tmp_path / "made")
    yield tmp_path / "made"


def differences(path: Path) -> set[tuple[str, str]]:
    return {(each.kind, each.path) for each in verify_export(path)}


def an_upload(path: Path) -> Path:
    return next(each for each in sorted((path / "uploads").rglob("*")) if each.is_file() and each.stat().st_size > 1)


async def test_an_untouched_export_has_no_differences(made: Path) -> None:
    assert verify_export(made) == []


async def test_a_copy_elsewhere_has_no_differences(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "copy")
    assert verify_export(tmp_path / "copy") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.data())
async def test_any_changed_byte_is_found(made: Path, data: st.DataObject) -> None:
    files = sorted(each for each in made.rglob("*") if each.is_file() and each.stat().st_size)
    file = data.draw(st.sampled_from(files))
    before = file.read_bytes()
    place = data.draw(st.integers(0, len(before) - 1))
    changed = before[place] ^ data.draw(st.integers(1, 255))
    file.write_bytes(before[:place] + bytes([changed]) + before[place + 1 :])
    try:
        name = file.relative_to(made).as_posix()
        assert differences(made) == {("manifest" if name == "manifest.json" else "changed", name)}
    finally:
        file.write_bytes(before)


async def test_every_difference_is_named(made: Path) -> None:
    upload = an_upload(made)
    name = upload.relative_to(made).as_posix()
    upload.write_bytes(upload.read_bytes() + b"x")
    (made / "user.json").unlink()
    (made / "extra.txt").touch()
    (made / "folder").mkdir()
    (made / "emoji" / "records.json").unlink()
    (made / "emoji" / "records.json").symlink_to("/etc/passwd")
    assert differences(made) == {
        ("size", name),
        ("missing", "user.json"),
        ("extra", "extra.txt"),
        ("extra", "folder"),
        ("type", "emoji/records.json"),
    }


async def test_a_folder_turned_into_a_link_is_not_followed(made: Path, tmp_path: Path) -> None:
    (made / "uploads").rename(tmp_path / "uploads")
    (made / "uploads").symlink_to(tmp_path / "uploads")
    found = differences(made)
    assert ("missing", "uploads/records.json") in found
    assert ("extra", "uploads") in found


BROKEN: list[Callable[[bytes], bytes]] = [
    lambda data: b"",
    lambda data: b"{",
    lambda data: b"[]",
    lambda data: b'{"format": "zulip-steward-export", "format_version": 1}',
    lambda data: data.replace(b'"format_version": 1', b'"format_version": 2'),
    lambda data: data + b"\n",
    lambda data: orjson.dumps(orjson.loads(data)),
    lambda data: data.replace(b"user.json", b"../../user.json"),
]


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_manifest_that_is_not_ours_is_said_to_be_so(made: Path, broken: Callable[[bytes], bytes]) -> None:
    manifest = made / "manifest.json"
    manifest.write_bytes(broken(manifest.read_bytes()))
    assert differences(made) == {("manifest", "manifest.json")}


async def test_without_a_manifest_nothing_can_be_said(made: Path, tmp_path: Path) -> None:
    (made / "manifest.json").unlink()
    assert differences(made) == {("manifest", "manifest.json")}
    assert differences(tmp_path / "nowhere") == {("manifest", "manifest.json")}


@pytest.mark.parametrize(
    ("found", "words"), [(b"", "It has 0 bytes"), (b"x", "It has 1 byte;"), (b"xx", "It has 2 bytes")]
)
async def test_another_size_is_counted(made: Path, found: bytes, words: str) -> None:
    (made / "user.json").write_bytes(found)
    (difference,) = verify_export(made)
    assert difference.sentence.startswith(words)
