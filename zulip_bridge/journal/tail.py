"""Where the chain stands before an append, and what is wrong with the end of the file.

Normally the head says it and the file ends where the head says: no reading at all. Otherwise what lies behind
the head is looked at: one entry more is a crash before the head was replaced, half a line a crash while
writing. Everything else is noticed, recorded in the chain, and stays to be found by `verify`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from zulip_bridge.journal.chain import Link, looks_torn, read_link
from zulip_bridge.journal.entry import NOTICED, Entry, Result
from zulip_bridge.journal.head import EMPTY, Head


@dataclass
class Tail:
    """The chain's end: what the next entry follows, whether a newline must come first, what has to be noted."""

    head: Head
    needs_newline: bool = False
    notices: list[Entry] = field(default_factory=list)


def find_tail(descriptor: int, head: Head | None) -> Tail:
    """The end of the journal open at `descriptor`, given its head (None: missing or unreadable)."""
    size = os.fstat(descriptor).st_size
    needs_newline = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    if head is None:
        return _without_head(descriptor, needs_newline) if size else Tail(EMPTY)
    tail = Tail(replace(head, bytes=size), needs_newline)
    if size < head.bytes:
        # The chain goes on from what the head remembers: the missing numbers stay missing, for all to see.
        was = f"The file was shorter than it had been after entry {head.entries}."
        tail.notices.append(_notice("truncated", was))
    elif size > head.bytes:
        _look_behind(tail, descriptor, head.bytes)
    return tail


def torn_digest(body: dict[str, Any]) -> str | None:
    """The hash of the half line that an entry acknowledges, where it is a notice of one."""
    parameters = body.get("parameters")
    if body.get("action") != NOTICED or not isinstance(parameters, dict) or parameters.get("problem") != "torn":
        return None
    return str(parameters.get("sha256"))


def _look_behind(tail: Tail, descriptor: int, start: int) -> None:
    """Walk over what lies behind the head: entries that continue the chain, half lines, and what is neither."""
    steps = foreign = 0
    torn: dict[str, Entry] = {}
    for line in _lines(descriptor, start):
        link = read_link(line)
        if link is not None and _continues(link, tail.head):
            tail.head = replace(tail.head, entries=link.seq, hash=link.hash)
            torn.pop(torn_digest(link.body) or "", None)
            steps += 1
        elif link is None and looks_torn(line):
            torn[hashlib.sha256(line).hexdigest()] = _torn_notice(line)
        else:
            foreign += 1
    tail.notices.extend(torn.values())
    if foreign:
        tail.notices.append(_notice("inserted", f"Lines that do not belong to the chain: {foreign}."))
    if steps > 1:
        tail.notices.append(_notice("head", f"The head file was behind by {steps} entries."))


def _without_head(descriptor: int, needs_newline: bool) -> Tail:
    """Go on after the last line that is an entry, and say that nothing can tell whether others followed it."""
    tail = Tail(EMPTY, needs_newline)
    last = b""
    for last in _lines(descriptor, 0):
        link = read_link(last)
        if link is not None:
            tail.head = Head(link.seq, link.hash, 0)
    missing = "The head file was missing: entries may have been cut off before this one."
    tail.notices.append(_notice("head", missing))
    if read_link(last) is None and looks_torn(last):
        tail.notices.append(_torn_notice(last))
    return tail


def _lines(descriptor: int, start: int) -> Iterator[bytes]:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(start)
        for raw in file:
            yield raw.rstrip(b"\n")


def _continues(link: Link, head: Head) -> bool:
    return link.intact and link.seq == head.entries + 1 and link.prev == head.hash


def _notice(problem: str, sentence: str, **facts: int | str) -> Entry:
    """The journal's own entry about damage that it found."""
    return Entry(NOTICED, Result("done", sentence), parameters={"problem": problem, **facts})


def _torn_notice(line: bytes) -> Entry:
    """The entry that acknowledges half a line, so that `verify` can tell it from a changed one."""
    sentence = "An entry was being written when the program or the machine stopped; half of it is left."
    return _notice("torn", sentence, bytes=len(line), sha256=hashlib.sha256(line).hexdigest())
