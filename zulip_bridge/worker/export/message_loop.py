"""The loop over the rows of messages, written out for the columns that the server has.

With loops over columns inside it, as one would write it by hand, it takes more than half as long again: it is where
most of an export's time in Python goes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

Record = dict[str, Any]
ReadRest = Callable[[Record, bytes, int], None]
Loop = Callable[[list[bytes], list[Any], ReadRest], list[Record]]

LENGTH = struct.Struct(">i")
"""Of a value; less than nothing where it is null."""
MICROSECONDS_BEFORE = 946_684_800_000_000
"""From the beginning of unix time to PostgreSQL's, which is the year 2000."""


def unix_time(microseconds: int) -> float:
    """PostgreSQL counts from 2000. Bit for bit what ``datetime.timestamp()`` gives, as Zulip's export does."""
    return (microseconds + MICROSECONDS_BEFORE) / 1_000_000


class Layout:
    """Where the parts of a row are, and the fields of a record in their order.

    ``own`` reads the values called ``names`` from the beginning of a row, of which ``times`` are times. From
    ``begin`` on there are ``texts``, then ``nothing``, or what few rows have. The other ``fields`` are shared.
    """

    def __init__(
        self,
        fields: Sequence[str],
        own: struct.Struct,
        names: Sequence[str],
        times: Sequence[str],
        texts: Sequence[str],
        begin: int,
        nothing: bytes,
    ) -> None:
        self.own, self.begin, self.nothing = own, begin, nothing
        self.values = [f"value_{index}" for index in range(len(names))]
        self.texts = [f"text_{index}" for index in range(len(texts))]
        made = dict(zip(names, self.values, strict=True)) | dict(zip(texts, self.texts, strict=True))
        made |= {name: f"({made[name]} + {MICROSECONDS_BEFORE}) / 1000000" for name in times}
        runs = [(key, list(run)) for key, run in groupby(fields, lambda name: name not in made)]
        self.shared = [run for is_shared, run in runs if is_shared]
        """The fields that are shared, by where they stand together."""
        number = iter(range(len(self.shared)))
        self.whole, self.joined = [], []
        for is_shared, run in runs:
            self.whole += [f"{name!r}: " + (f"shared[{name!r}]" if is_shared else made[name]) for name in run]
            joined = [f"{run[0]!r}: parts[{next(number)}]"] if is_shared else self.whole[-len(run) :]
            self.joined += joined


def loop_of(layout: Layout, *, joined: bool = False) -> Loop:
    """A function of rows, of what each is like, and of what reads the rest of a row into a record: it makes records.

    With ``joined``, what a record shares with others is taken from ``like.parts``, one for each of
    :attr:`Layout.shared`; without, and in records of rows that have a rest, field by field from ``like.record``.
    """
    lines = [
        "def loop(rows, alike, read_rest):",
        "    found = []",
        "    for row, like in zip(rows, alike):",
        f"        {', '.join(layout.values)}, = own(row)",
        f"        end = {layout.begin}",
    ]
    for text in layout.texts:
        lines += [
            "        size, = length(row, end)",
            "        at = end = end + 4",
            f"        {text} = None",
            "        if size >= 0:",
            "            end = at + size",
            f"            {text} = row[at:end].decode()",
        ]
    whole = ["shared = like.record", f"record = {{{', '.join(layout.whole)}}}"]
    shared = ["parts = like.parts", f"record = {{{', '.join(layout.joined)}}}"] if joined else whole
    lines += [
        "        if row[end:] == nothing:",
        *(f"            {line}" for line in shared),
        "        else:",
        *(f"            {line}" for line in whole),
        "            read_rest(record, row, end)",
        "        found.append(record)",
        "    return found",
    ]
    known: dict[str, Any] = {"own": layout.own.unpack_from, "length": LENGTH.unpack_from, "nothing": layout.nothing}
    # Names of columns, as Python writes strings, and nothing else from outside.
    exec("\n".join(lines), known)
    loop: Loop = known["loop"]
    return loop
