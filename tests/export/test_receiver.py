"""A worker that is not to be trusted: what it announces is checked before it is believed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.export.support import leftovers
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export import ExportEvent, FileAbandoned, FileBegins, FileEnds, Planned
from zulip_bridge.export.directory import PartialDirectory
from zulip_bridge.export.receiver import Receiver

Sent = ExportEvent | bytes


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[PartialDirectory]:
    """A directory for the received files, removed with all that is in it."""
    made = PartialDirectory.create(tmp_path / "out")
    yield made
    made.discard()
    assert leftovers(tmp_path) == []


def receive(directory: PartialDirectory, sent: list[Sent]) -> Receiver:
    receiver = Receiver(directory)
    for each in sent:
        if isinstance(each, bytes):
            receiver.chunk(memoryview(each))
        else:
            receiver.event(each)
    receiver.check_complete()
    return receiver


@pytest.mark.parametrize(
    "sent",
    [
        [b"homeless"],
        [FileBegins("a"), FileBegins("b")],
        [FileBegins("a"), b"xyz", FileEnds("a", 4)],
        [FileBegins("a"), b"xyz", FileEnds("b", 3)],
        [FileBegins("a"), b"xyz"],
        [FileBegins("a"), FileEnds("a", 0), b"late"],
        [FileEnds("a", 0)],
        [FileAbandoned("a", "why")],
        [FileBegins("a"), FileAbandoned("b", "why")],
        [FileBegins("manifest.json")],
        [FileBegins("./manifest.json"), FileEnds("./manifest.json", 0), FileBegins("manifest.json")],
    ],
)
def test_what_makes_no_sense_ends_the_export(directory: PartialDirectory, sent: list[Sent]) -> None:
    with pytest.raises(StewardError) as caught:
        receive(directory, sent)
    assert caught.value.kind is ErrorKind.PROTOCOL


@pytest.mark.parametrize(
    "path", ["../../escape", "/etc/escape", "a/../../escape", "..", "a\x00b", "x" * 3_000, "a//b/."]
)
def test_paths_are_made_safe_again_and_the_announced_one_recorded(directory: PartialDirectory, path: str) -> None:
    receiver = receive(directory, [FileBegins(path), b"data", FileEnds(path, 4)])
    (written,) = receiver.contents.files
    assert written.original == path
    assert (directory.place / written.path).read_bytes() == b"data"
    assert (directory.place / written.path).resolve().is_relative_to(directory.place)


def test_files_with_one_name_are_both_kept(directory: PartialDirectory) -> None:
    sent: list[Sent] = []
    for path, data in [("f/a", b"1"), ("f/a", b"2"), ("f/a/b", b"3"), ("f", b"4"), ("f/a", b"5")]:
        sent += [FileBegins(path), data, FileEnds(path, 1)]
    files = receive(directory, sent).contents.files
    assert [(directory.place / each.path).read_bytes() for each in files] == [b"1", b"2", b"3", b"4", b"5"]
    assert [each.original for each in files] == ["", "f/a", "f/a/b", "f", "f/a"]


def test_an_abandoned_file_is_thrown_away(directory: PartialDirectory) -> None:
    receiver = receive(directory, [FileBegins("f/a"), b"half", FileAbandoned("f/a", "disk error")])
    assert receiver.contents.files == []
    assert not (directory.place / "f" / "a").exists()


def test_folders_of_an_abandoned_file_go_with_it_and_can_be_made_again(directory: PartialDirectory) -> None:
    left: list[Sent] = [FileBegins("f/2/x/y/a"), b"half", FileAbandoned("f/2/x/y/a", "disk error")]
    kept: list[Sent] = [FileBegins("f/2/z/b"), b"b", FileEnds("f/2/z/b", 1)]
    receiver = receive(directory, [*left, *kept, *left, FileBegins("f/2/x/c"), b"c", FileEnds("f/2/x/c", 1)])
    assert [file.path for file in receiver.contents.files] == ["f/2/z/b", "f/2/x/c"]
    found = sorted(str(each.relative_to(directory.place)) for each in directory.place.rglob("*"))
    assert found == ["f", "f/2", "f/2/x", "f/2/x/c", "f/2/z", "f/2/z/b"]


def test_more_than_the_disk_can_take_is_refused_at_once(directory: PartialDirectory) -> None:
    with pytest.raises(StewardError) as caught:
        receive(directory, [Planned(1, 1 << 60)])
    assert caught.value.kind is ErrorKind.STORAGE


def test_room_for_the_messages_is_judged_by_messages_alone(
    directory: PartialDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PartialDirectory, "free_bytes", lambda self: 5_000_000)
    receiver = receive(
        directory, [Planned(2, 4_000_000), FileBegins("uploads/a"), b"x" * 100, FileEnds("uploads/a", 100)]
    )
    receiver.check_space(Progress("files", 1, 2, 4_000_000))
    receiver.event(FileBegins("uploads/b"))
    receiver.chunk(memoryview(bytes(3_999_900)))
    receiver.event(FileEnds("uploads/b", 3_999_900))
    receiver.check_space(Progress("messages", 0, None, 4_000_000))
    receiver.check_space(Progress("messages", 10, 20_000, 4_002_000))
    with pytest.raises(StewardError, match="not enough room: about 6 MB are still to come"):
        receiver.check_space(Progress("messages", 20, 30_020, 4_004_000))


def test_an_estimate_counts_for_a_part_and_not_at_once(
    directory: PartialDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [20_000_000]
    monkeypatch.setattr(PartialDirectory, "free_bytes", lambda self: free[0])
    receiver = receive(directory, [Planned(0, 0)])
    receiver.check_space(Progress("messages", 0))
    receiver.check_space(Progress("messages", 10, 1_000_000, 4_000_000, exact=False))
    receiver.check_space(Progress("messages", 10, 100, 8_000_000, exact=False))
    with pytest.raises(
        StewardError, match="not enough room: about 22 MB are still to come, and about 20 MB are free"
    ):
        receiver.check_space(Progress("messages", 10, 100, 10_000_000, exact=False))
    free[0] = 0
    with pytest.raises(StewardError, match="not enough room: messages are still to come, and 0 MB are free besides"):
        receiver.check_space(Progress("messages", 99, 100, 8_000_000, exact=False))
