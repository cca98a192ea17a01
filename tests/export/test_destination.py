"""Where an export may go, what it looks like there, and what is never touched."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.export.support import Exported, export, leftovers
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.client import Bridge
from zulip_bridge.export import FORMATS, Format, Packaging, verify_export
from zulip_bridge.export.recorded import written_words

SOMEBODY = "marta@example.org"


async def refused(bridge: Bridge, destination: Path, kind: ErrorKind = ErrorKind.REFUSED) -> str:
    with pytest.raises(StewardError) as caught:
        await export(bridge, SOMEBODY, destination)
    assert caught.value.kind is kind
    return caught.value.sentence


async def test_a_directory_with_something_in_it_is_refused_and_left_alone(bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    assert "not empty" in await refused(bridge, tmp_path / "out")
    assert leftovers(tmp_path) == ["out", "out/thesis.txt"]
    assert (tmp_path / "out" / "thesis.txt").read_text() == "years of work"


async def test_a_hidden_file_makes_a_directory_not_empty(bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".hidden").touch()
    assert "not empty" in await refused(bridge, tmp_path / "out")


async def test_an_empty_directory_is_accepted(bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o755)
    result = await export(bridge, SOMEBODY, tmp_path / "out")
    assert result.path == tmp_path / "out"
    assert verify_export(tmp_path / "out") == []
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


async def test_missing_parents_are_made(bridge: Bridge, tmp_path: Path) -> None:
    await export(bridge, SOMEBODY, tmp_path / "a" / "b" / "out")
    assert verify_export(tmp_path / "a" / "b" / "out") == []
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) & 0o077 == 0


async def test_a_file_is_refused(bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("not a directory")
    assert "is a file" in await refused(bridge, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "not a directory"


async def test_a_link_is_refused_and_not_followed(bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in await refused(bridge, tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_a_parent_that_is_a_file_is_refused(bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    await refused(bridge, tmp_path / "file" / "out", ErrorKind.STORAGE)
    assert leftovers(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_parent_that_may_not_be_written_is_refused(bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    assert str(tmp_path / "locked") in await refused(bridge, tmp_path / "locked" / "out", ErrorKind.STORAGE)


async def test_only_the_operator_can_read_it(bridge: Bridge, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        await export(bridge, SOMEBODY, tmp_path / "out")
    finally:
        os.umask(before)
    for place in [tmp_path / "out", *(tmp_path / "out").rglob("*")]:
        wanted = 0o700 if place.is_dir() else 0o600
        assert (place, stat.S_IMODE(place.stat().st_mode)) == (place, wanted)


async def test_the_result_and_the_manifest_tell_what_is_there(bridge: Bridge, tmp_path: Path) -> None:
    result = await export(bridge, SOMEBODY, tmp_path / "out")
    files = [each for each in (tmp_path / "out").rglob("*") if each.is_file()]
    assert result.files == len(files)
    assert result.bytes == sum(each.stat().st_size for each in files)
    exported = Exported.read(tmp_path / "out")
    assert result.messages == len(exported.messages)
    listed = {each["path"]: each for each in exported.manifest["files"]}
    assert set(listed) == {each.relative_to(tmp_path / "out").as_posix() for each in files} - {"manifest.json"}
    assert listed["messages-000001.json"]["rows"] == {"zerver_message": min(1_000, len(exported.messages))}
    assert exported.manifest["person"]["delivery_email"] == SOMEBODY
    assert exported.manifest["made"]["tool_version"] == "1.2.3"
    assert exported.manifest["made"]["operator"] == "the tests"
    assert exported.manifest["server"]["zulip_version"] == bridge.hello.zulip_version


SMALL_FILES_ONLY = """
import asyncio, resource, sys
from pathlib import Path
from tests.export.support import export
from zulip_bridge.api.errors import StewardError
from zulip_bridge.client import Bridge
from zulip_bridge.launch import InstallTarget, open_door

async def main(install, user, destination):
    bridge = await Bridge.open(open_door(InstallTarget(Path(install))))
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
    try:
        await export(bridge, user, Path(destination))
    except StewardError as error:
        print(error.kind.value, error.sentence)
    await bridge.close()

asyncio.run(main(*sys.argv[1:]))
"""


def test_a_disk_that_takes_no_more_leaves_nothing(install: Path, tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", SMALL_FILES_ONLY, str(install), SOMEBODY, str(tmp_path / "out")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("storage The export could not be written")
    assert leftovers(tmp_path) == []


async def test_what_will_not_fit_is_refused_early(
    bridge: Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zulip_bridge.export.directory.PartialDirectory.free_bytes", lambda self: 1_000)
    assert "not enough room" in await refused(bridge, tmp_path / "out", ErrorKind.STORAGE)
    assert leftovers(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 600 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "none", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("this account may not mount a small file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
@pytest.mark.parametrize("kind", FORMATS)
async def test_a_disk_that_ends_leaves_nothing(
    bridge: Bridge, small_disk: Path, monkeypatch: pytest.MonkeyPatch, kind: Format
) -> None:
    for container in ("directory.PartialDirectory", "archive.PartialArchive"):
        monkeypatch.setattr(f"zulip_bridge.export.{container}.free_bytes", lambda self: 1 << 40)
    # Somebody else's file takes so much that not even an archive has room.
    (small_disk / "others").write_bytes(os.urandom(500_000))
    with pytest.raises(StewardError) as caught:
        await export(bridge, SOMEBODY, small_disk / "out", packaging=Packaging(kind))
    assert caught.value.kind is ErrorKind.STORAGE
    assert "disk is full" in caught.value.sentence
    assert leftovers(small_disk) == ["others"]


def test_the_journal_counts_one_as_one() -> None:
    assert [written_words(1, 1), written_words(0, 2)] == ["1 message, 1 file", "0 messages, 2 files"]
