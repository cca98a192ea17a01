"""Files are brought to disk many together: all of them, never too many at once, and what the disk answers is told."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from zulip_bridge.export.flushing import BYTES_TOGETHER, FILES_TOGETHER, MOST_UNDER_WAY, Flushing

MOST_OPEN = FILES_TOGETHER * (MOST_UNDER_WAY + 1)


class Files:
    """Makes files and hands them over."""

    def __init__(self, place: Path) -> None:
        self.flushing = Flushing()
        self.descriptors: list[int] = []
        self._place = place

    def add(self, size: int = 1) -> Path:
        """One more, in a folder of its own."""
        folder = self._place / f"{len(self.descriptors)}"
        folder.mkdir()
        descriptor = os.open(folder / "file", os.O_WRONLY | os.O_CREAT)
        self.descriptors.append(descriptor)
        self.flushing.add(descriptor, size, folder)
        return folder


def are_open(place: Path) -> set[str]:
    """What this process has open in ``place``."""
    found = set[str]()
    for each in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(each.readlink()))
        except FileNotFoundError:
            continue
    return {each for each in found if each.startswith(f"{place}/")}


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    """Files in a place of their own."""
    made = Files(tmp_path)
    yield made
    made.flushing.close()


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was flushed, as paths."""
    done: list[str] = []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        fsync(descriptor)
        done.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))

    monkeypatch.setattr(os, "fsync", record)
    return done


@pytest.mark.parametrize("count", [0, 1, FILES_TOGETHER, FILES_TOGETHER * 3 + 1])
def test_every_file_and_every_folder_is_on_the_disk_at_the_end(
    files: Files, flushed: list[str], tmp_path: Path, count: int
) -> None:
    folders = [files.add() for _ in range(count)]
    files.flushing.finish([tmp_path])
    assert sorted(flushed) == sorted(map(str, [tmp_path, *folders, *(each / "file" for each in folders)]))
    assert not are_open(tmp_path)


def test_large_files_do_not_wait_for_others(files: Files, flushed: list[str]) -> None:
    folder = files.add(BYTES_TOGETHER)
    for _ in range(500):
        if str(folder) in flushed:
            break
        time.sleep(0.01)
    assert str(folder / "file") in flushed


def test_a_slow_disk_is_waited_for(files: Files, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    works = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda descriptor: works.wait(10))
    adding = threading.Thread(target=lambda: [files.add() for _ in range(MOST_OPEN * 2)], daemon=True)
    adding.start()
    adding.join(1)
    assert adding.is_alive()
    assert len(are_open(tmp_path)) <= MOST_OPEN
    works.set()
    adding.join(10)
    files.flushing.finish([])
    assert not are_open(tmp_path)


@pytest.mark.parametrize("count", [1, FILES_TOGETHER * 2])
def test_what_the_disk_answers_is_told_and_all_is_closed(
    files: Files, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, count: int
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)

    def work() -> None:
        for _ in range(count):
            files.add()
        files.flushing.finish([])

    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        work()
    files.flushing.close()
    assert not are_open(tmp_path)


def test_what_is_given_up_is_closed(files: Files, tmp_path: Path) -> None:
    for _ in range(FILES_TOGETHER + 1):
        files.add()
    files.flushing.close()
    assert not are_open(tmp_path)
