"""What a walk over the journal's lines finds."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field

from zulip_bridge.journal.chain import GENESIS, Link, looks_torn, read_link
from zulip_bridge.journal.entry import NOTICED
from zulip_bridge.journal.head import Head
from zulip_bridge.journal.tail import torn_digest


class ProblemKind(enum.Enum):
    """What happened to the journal."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    INSERTED = "inserted"
    TRUNCATED = "truncated"
    TORN = "torn"
    HEAD = "head"


@dataclass(frozen=True)
class Problem:
    """One finding: the line in the file (from 1; None for the head), the entry's number where it is known."""

    line: int | None
    seq: int | None
    kind: ProblemKind
    sentence: str


@dataclass(frozen=True)
class VerifyReport:
    """What `verify` found.

    `entries` counts the lines that are entries; `last_hash` is worth noting down elsewhere: it proves all that
    came before. `notes` are harmless traces of crashes; with `problems` the journal is not `ok`.
    """

    entries: int
    last_hash: str
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the chain is whole, from the first entry to the one the head names."""
        return not self.problems


@dataclass(frozen=True)
class _Place:
    """A readable line, without its content."""

    line: int
    prev: str
    hash: str
    intact: bool


@dataclass(frozen=True)
class _Unreadable:
    """A line that is no entry: where it is, between which numbers, and whether it could be half of one."""

    line: int
    after: int
    digest: str
    torn: bool
    ended: bool


class Findings:
    """Takes the lines one by one, then weighs what they say of each other."""

    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}  # by number
        self._unreadable: list[_Unreadable] = []
        self._acknowledged: set[str] = set()
        self._problems: list[Problem] = []
        self._notes: list[Problem] = []
        self._entries = 0
        self._highest = 0
        self._unfinished = False  # the last line is an entry without its newline

    def take(self, number: int, raw: bytes) -> None:
        """Look at line `number` of the file, with its newline if it has one."""
        line = raw.rstrip(b"\n")
        ended = raw.endswith(b"\n")
        link = read_link(line)
        if link is None:
            digest = hashlib.sha256(line).hexdigest()
            self._unreadable.append(_Unreadable(number, self._highest, digest, looks_torn(line), ended))
            return
        self._entries += 1
        self._unfinished = not ended
        self._place(number, link)
        if link.intact:
            self._read_notice(number, link)

    def report(self, head: Head | None, *, head_exists: bool, size: int) -> VerifyReport:
        """Everything found, given the head (None: missing or unreadable) and the file's size in bytes."""
        absorbed = self._weigh_unreadable()
        self._weigh_chain()
        self._weigh_gaps(absorbed)
        if head is not None:
            self._weigh_head(head, size)
        elif head_exists or self._entries or self._unreadable:
            self._weigh_missing_head(head_exists)
        last = self._places[self._highest].hash if self._highest else GENESIS
        in_order = sorted(self._problems, key=lambda problem: (problem.line is None, problem.line or 0))
        return VerifyReport(self._entries, last, in_order, self._notes)

    def _problem(self, line: int | None, seq: int | None, kind: ProblemKind, sentence: str) -> None:
        self._problems.append(Problem(line, seq, kind, sentence))

    def _place(self, number: int, link: Link) -> None:
        seq = link.seq
        first = self._places.get(seq)
        if first is not None:
            same = "the same entry again" if first.hash == link.hash else "another entry with a number already used"
            self._problem(number, seq, ProblemKind.INSERTED, f"Line {number} is {same} ({seq}, line {first.line}).")
            return
        self._places[seq] = _Place(number, link.prev, link.hash, link.intact)
        if not link.intact:
            self._problem(number, seq, ProblemKind.CHANGED, f"Entry {seq} was changed: its content has another hash.")
        if seq < self._highest:
            out = f"Entry {seq} stands after entry {self._highest}: the order was changed."
            self._problem(number, seq, ProblemKind.REORDERED, out)
        self._highest = max(self._highest, seq)

    def _read_notice(self, number: int, link: Link) -> None:
        """Take in what the journal itself noticed at an append; only torn lines are forgiven for it."""
        if link.body.get("action") != NOTICED:
            return
        digest = torn_digest(link.body)
        if digest is not None:
            self._acknowledged.add(digest)
            return
        parameters, result = link.body.get("parameters"), link.body.get("result")
        named = parameters.get("problem") if isinstance(parameters, dict) else None
        kind = next((each for each in ProblemKind if each.value == named), ProblemKind.CHANGED)
        sentence = result.get("sentence") if isinstance(result, dict) else None
        self._problem(number, link.seq, kind, f"Noticed when entry {link.seq} was written: {sentence}")

    def _weigh_unreadable(self) -> set[int]:
        """Report the lines that are no entries; the numbers whose entries they must have been."""
        absorbed: set[int] = set()
        last_line = self._entries + len(self._unreadable)
        for each in self._unreadable:
            if each.digest in self._acknowledged and each.torn:
                crash = f"Line {each.line} is half an entry, left by a crash and acknowledged since."
                self._notes.append(Problem(each.line, None, ProblemKind.TORN, crash))
            elif each.torn and each.line == last_line and not each.ended:
                torn = "The last line is half an entry: its writing was interrupted. The next entry starts after it."
                self._problem(each.line, None, ProblemKind.TORN, torn)
            else:
                seq = each.after + 1
                known = seq not in self._places and seq not in absorbed
                absorbed.add(seq)
                unreadable = f"Line {each.line} cannot be read as an entry."
                self._problem(each.line, seq if known else None, ProblemKind.CHANGED, unreadable)
        return absorbed

    def _weigh_chain(self) -> None:
        for seq, place in self._places.items():
            before = self._places.get(seq - 1)
            expected = GENESIS if seq == 1 else before.hash if before else place.prev
            if place.intact and place.prev != expected:
                broken = f"Entry {seq} does not continue entry {seq - 1} as it stands: one of them was rewritten."
                self._problem(place.line, seq, ProblemKind.CHANGED, broken)

    def _weigh_gaps(self, absorbed: set[int]) -> None:
        before = 0
        for seq in sorted(self._places):
            first, last = before + 1, seq - 1
            if first <= last and not (first == last and first in absorbed):
                gone = f"Entry {first} is" if first == last else f"Entries {first} to {last} are"
                line = self._places[seq].line
                self._problem(line, first, ProblemKind.REMOVED, f"{gone} missing before entry {seq}.")
            before = seq

    def _weigh_head(self, head: Head, size: int) -> None:
        if head.entries > self._highest:
            cut = f"The file ends at entry {self._highest}, the head knows {head.entries}: the end was cut off."
            self._problem(None, self._highest + 1, ProblemKind.TRUNCATED, cut)
            return
        known = self._places.get(head.entries)
        if (known.hash if known else GENESIS) != head.hash:
            other = f"Entry {head.entries} is not the one the head names."
            self._problem(known.line if known else None, head.entries, ProblemKind.HEAD, other)
        if self._unfinished:
            cut = f"Entry {self._highest} lacks the end of its line."
            self._problem(self._places[self._highest].line, self._highest, ProblemKind.TORN, cut)
        elif head.entries == self._highest - 1:
            behind = f"Entry {self._highest} was written just before a crash; the next append completes the head."
            self._notes.append(Problem(None, self._highest, ProblemKind.HEAD, behind))
        elif head.entries < self._highest:
            behind = f"The head knows {head.entries} entries, the file has {self._highest}."
            self._problem(None, head.entries, ProblemKind.HEAD, behind)
        elif head.bytes != size and not self._problems:
            length = f"The file has {size} bytes, the head knows {head.bytes}."
            self._problem(None, head.entries, ProblemKind.HEAD, length)

    def _weigh_missing_head(self, exists: bool) -> None:
        what = "cannot be read" if exists else "is missing"
        sentence = f"The head file {what}: whether entries were cut off the end cannot be told."
        self._problem(None, None, ProblemKind.HEAD, sentence)
