"""The loop over the rows of messages, written out for the columns that the server has.

With loops over columns inside it, as one would write it by hand, it takes more than half as long again: it is where
most of an export's time in Python goes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

Record = dict[str, Any]
Loop = Callable[[list[bytes], list[Any], Callable[[Record, bytes, int], None]], list[Record]]

LENGTH = struct.Struct(">i")
"""Of a value; less than nothing where it is null."""
MICROSECONDS_BEFORE = 946_684_800_000_000
"""From the beginning of unix time to PostgreSQL's, which is the year 2000."""


def unix_time(microseconds: int) -> float:
    """PostgreSQL counts from 2000. Bit for bit what ``datetime.timestamp()`` gives, as Zulip's export does."""
    return (microseconds + MICROSECONDS_BEFORE) / 1_000_000


def written_out(
    own: struct.Struct, names: Sequence[str], times: Sequence[str], texts: Sequence[str], begin: int, nothing: bytes
) -> Loop:
    """A function of rows, of what each is like, and of what reads the rest of a row into a record: it makes records.

    ``own`` reads the values called ``names`` from the beginning of a row, of which ``times`` are times. From
    ``begin`` on there are ``texts``; then ``nothing``, or what few rows have.
    """
    values = [f"value_{index}" for index in range(len(names))]
    own_items = [
        f"{name!r}: " + (f"({value} + {MICROSECONDS_BEFORE}) / 1000000" if name in times else value)
        for name, value in zip(names, values, strict=True)
    ]
    lines = [
        "def loop(rows, alike, read_rest):",
        "    found = []",
        "    for row, like in zip(rows, alike):",
        f"        {', '.join(values)}, = own(row)",
        f"        end = {begin}",
    ]
    for index, _ in enumerate(texts):
        lines += [
            "        size, = length(row, end)",
            "        at = end = end + 4",
            f"        text_{index} = None",
            "        if size >= 0:",
            "            end = at + size",
            f"            text_{index} = row[at:end].decode()",
        ]
    text_items = [f"{name!r}: text_{index}" for index, name in enumerate(texts)]
    lines += [
        f"        record = {{{', '.join(own_items + text_items)}}}",
        "        if row[end:] == nothing:",
        "            record |= like.rest",
        "        else:",
        "            record |= like.record",
        "            read_rest(record, row, end)",
        "        found.append(record)",
        "    return found",
    ]
    known = {"own": own.unpack_from, "length": LENGTH.unpack_from, "nothing": nothing}
    # Names of columns, as Python writes strings, and nothing else from outside.
    exec("\n".join(lines), known)
    loop: Loop = known["loop"]  # type: ignore[assignment]
    return loop
