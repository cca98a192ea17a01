"""Whatever is done to a journal, verify says so, and an append afterwards does not cover it up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zulip_bridge.journal import Entry, Journal, ProblemKind, Result, VerifyReport, verify

calm = settings(deadline=None)  # a slow machine is no failure
COUNT = 6
CHANGED, REMOVED, REORDERED, INSERTED, TRUNCATED, TORN, HEAD = ProblemKind


class Copy:
    """A whole journal of `COUNT` entries to do something to, put back before each time."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "journal.jsonl"
        self.head = directory / "journal.head"
        self._heads: list[bytes] = []
        for number in range(COUNT):
            parameters = {"number": number, "name": "Zoë [b]"}
            Journal(self.path).append(Entry("edit", Result("done"), parameters=parameters))
            self._heads.append(self.head.read_bytes())
        self._data = self.path.read_bytes()

    def restore(self) -> list[bytes]:
        """The journal as it was; its lines."""
        self.path.write_bytes(self._data)
        self.head.write_bytes(self._heads[-1])
        return self._data.splitlines(keepends=True)

    def write(self, lines: list[bytes]) -> VerifyReport:
        """Verify the journal with other lines in it."""
        self.path.write_bytes(b"".join(lines))
        return verify(self.path)

    def head_after(self, entries: int) -> None:
        """The head as it was after so many entries."""
        self.head.write_bytes(self._heads[entries - 1])

    def append(self) -> VerifyReport:
        """Append an entry and verify again."""
        Journal(self.path).append(Entry("edit", Result("done")))
        return verify(self.path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    directory = tmp_path_factory.mktemp("journal")
    yield Copy(directory)
    shutil.rmtree(directory)


def kinds(report: VerifyReport) -> list[ProblemKind]:
    return [problem.kind for problem in report.problems]


positions = st.integers(min_value=0, max_value=COUNT - 1)


def test_untouched_it_is_whole(whole: Copy) -> None:
    assert whole.write(whole.restore()).ok


@calm
@given(st.floats(min_value=0, max_value=1, exclude_max=True), st.integers(min_value=1, max_value=255))
def test_any_changed_byte_is_found(whole: Copy, where: float, flip: int) -> None:
    data = bytearray(b"".join(whole.restore()))
    data[int(where * len(data))] ^= flip
    assert not whole.write([bytes(data)]).ok
    assert not whole.append().ok


@calm
@given(st.floats(min_value=0, max_value=1, exclude_max=True), st.integers(min_value=1, max_value=255))
def test_any_changed_byte_of_the_head_is_found(whole: Copy, where: float, flip: int) -> None:
    whole.restore()
    head = bytearray(whole.head.read_bytes())
    head[int(where * len(head))] ^= flip
    whole.head.write_bytes(head)
    assert not verify(whole.path).ok


def test_the_same_values_written_otherwise_are_found(whole: Copy) -> None:
    lines = whole.restore()
    lines[2] = lines[2].replace(b',"', b', "', 1)
    assert kinds(whole.write(lines)) == [CHANGED]


def test_a_head_with_another_length_is_found(whole: Copy) -> None:
    whole.restore()
    size = str(whole.path.stat().st_size).encode()
    whole.head.write_bytes(whole.head.read_bytes().replace(size, b"1" + size))
    assert kinds(verify(whole.path)) == [HEAD]
    assert not whole.append().ok


@calm
@given(positions)
def test_a_removed_line_is_found(whole: Copy, position: int) -> None:
    lines = whole.restore()
    del lines[position]
    expected = TRUNCATED if position == COUNT - 1 else REMOVED
    assert expected in kinds(whole.write(lines))
    assert not whole.append().ok


@calm
@given(positions, positions)
def test_a_duplicated_line_is_found(whole: Copy, source: int, target: int) -> None:
    lines = whole.restore()
    lines.insert(target, lines[source])
    assert INSERTED in kinds(whole.write(lines))
    assert not whole.append().ok


@calm
@given(st.permutations(range(COUNT)).filter(lambda order: order != sorted(order)))
def test_another_order_is_found(whole: Copy, order: list[int]) -> None:
    lines = whole.restore()
    assert set(kinds(whole.write([lines[index] for index in order]))) == {REORDERED}
    assert not whole.append().ok


@calm
@given(st.floats(min_value=0, max_value=1, exclude_max=True))
def test_truncation_anywhere_is_found_and_stays_to_be_found(whole: Copy, where: float) -> None:
    data = b"".join(whole.restore())
    cut = data[: int(where * len(data))]
    assert set(kinds(whole.write([cut]))) & {TRUNCATED, TORN}
    assert not whole.append().ok
    assert not whole.append().ok


@calm
@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_a_crash_while_writing_is_told_apart_and_the_next_entry_starts_after_it(whole: Copy, where: float) -> None:
    lines = whole.restore()
    whole.head_after(COUNT - 1)
    half = lines[-1][: max(1, int(where * len(lines[-1])))]
    assert set(kinds(whole.write([*lines[:-1], half]))) == {TORN}
    report = whole.append()
    assert report.ok
    assert {note.kind for note in report.notes} <= {TORN}


def test_a_crash_between_entry_and_head_is_repaired(whole: Copy) -> None:
    whole.restore()
    whole.head_after(COUNT - 1)
    report = verify(whole.path)
    assert report.ok
    assert [note.kind for note in report.notes] == [HEAD]
    report = whole.append()
    assert (report.ok, report.notes, report.entries) == (True, [], COUNT + 1)


def test_a_head_that_is_further_behind_is_found(whole: Copy) -> None:
    whole.restore()
    whole.head_after(COUNT - 2)
    assert kinds(verify(whole.path)) == [HEAD]
    assert kinds(whole.append()) == [HEAD]


def test_a_missing_head_is_found_and_stays_to_be_found(whole: Copy) -> None:
    lines = whole.restore()
    whole.head.unlink()
    assert kinds(whole.write(lines[:-1])) == [HEAD]
    report = whole.append()
    assert kinds(report) == [HEAD]
    assert "may have been cut off" in report.problems[0].sentence


def test_a_journal_that_is_gone_but_for_its_head_is_found(whole: Copy) -> None:
    whole.restore()
    whole.path.unlink()
    assert kinds(verify(whole.path)) == [TRUNCATED]
    assert REMOVED in kinds(whole.append())


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[1]\n", b'{"action":"x"}\n', b"[" * 2000 + b"\n", b"\xff\x00\n"])
@pytest.mark.parametrize("position", [0, 3, COUNT])
def test_lines_of_others_are_found(whole: Copy, line: bytes, position: int) -> None:
    lines = whole.restore()
    lines.insert(position, line)
    report = whole.write(lines)
    assert CHANGED in kinds(report)
    assert position + 1 in {problem.line for problem in report.problems}


def test_an_entry_rewritten_with_a_hash_of_its_own_is_found(whole: Copy, tmp_path: Path) -> None:
    lines = whole.restore()
    forged = Journal(tmp_path / "other.jsonl")
    for _ in range(3):
        forged.append(Entry("edit", Result("done", "it was somebody else")))
    lines[2] = forged.path.read_bytes().splitlines(keepends=True)[2]
    report = whole.write(lines)
    assert set(kinds(report)) == {CHANGED}
    assert {problem.seq for problem in report.problems} == {3, 4}


def test_every_finding_names_its_line_and_number(whole: Copy) -> None:
    lines = whole.restore()
    lines[1] = lines[1].replace(b"edit", b"read")
    lines[3], lines[4] = lines[4], lines[3]
    report = whole.write(lines)
    assert [(each.line, each.seq, each.kind) for each in report.problems] == [(2, 2, CHANGED), (5, 4, REORDERED)]
