"""Messages as COPY sends them in binary, and the records that they become: the innermost loop of an export.

Of a message only its id, its time, who wrote it, where to, and its texts are its own. The rest (through what, in
which state) is the same for many: it lies together in the row, and those bytes lead to a record that has it already.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from .columns import Columns, converter
from .message_loop import LENGTH, Layout, Record, loop_of, unix_time

FRAGMENT: Any = getattr(orjson, "Fragment", None)
"""JSON inside of what orjson writes; what Zulip brought before 8.0 has it not."""
NO_ROW = -1
"""Sent in place of flags where the person has no row for a message."""
OWN = ("sender", "recipient")
"""Fields that are looked at in each message, and not only in each kind of message."""
STATE = ("flags", "flags_mask", "sending_client_name")
"""What is put beside a message's own columns."""
RARE = ("edit_history",)
"""Texts that few messages have; together with times that may be null they come last in a row."""
HELD = "{kinds}"
"""In the select list: the kinds that a message is of; whoever asks says how they are found out."""
NULL = b"\xff\xff\xff\xff"
"""The length of what is null."""
TIME = "timestamp with time zone"
LETTERS = {"smallint": "h", "integer": "i", "bigint": "q", "boolean": "?", "double precision": "d", TIME: "q"}
"""Types of columns whose values are always as wide, and struct's letters for them."""
TEXTS = ("text", "character varying")


@dataclass(frozen=True)
class _Part:
    """A column in a row: SQL, and what makes its bytes a value.

    ``letter`` is struct's, for what is always as wide; without one ``read`` takes the bytes.
    """

    name: str
    sql: str
    letter: str = ""
    nullable: bool = False
    is_time: bool = False
    read: Callable[[bytes], Any] | None = None


@dataclass
class Alike:
    """What messages share: their kinds, as bits, and the part of their record that is not their own.

    ``parts``: the same once it need only be written, as JSON, by where the fields stand together in a record.
    """

    record: Record
    flags: int | None
    kinds: int
    parts: tuple[Any, ...] = ()


def joined(fields: Record) -> Any:
    """JSON of all these, to be written as the value of the first."""
    (_, value), *others = fields.items()
    parts = orjson.dumps(value), orjson.dumps(dict(others))[1:-1]
    return FRAGMENT(b",".join(filter(None, parts)))


class MessageRows:
    """How rows of messages are asked for and read.

    After a number of the query's own the select list has five parts: the numbers and times that are the message's
    own; what it shares with others; the flags and the kinds, which it shares as well; texts; and what most messages
    have not.
    """

    def __init__(self, columns: Columns) -> None:
        types = types_of(columns.table)
        parts = [_part(each, types[each.column]) for each in columns.fields]
        its_own = (columns.primary_key_name, *OWN)
        own = [each for each in parts if each.letter and not each.nullable and each.name in its_own]
        times = [each for each in parts if each.is_time and not each.nullable]
        shared = [each for each in parts if each.letter and not each.is_time and each not in own]
        texts = [each for each in parts if not each.letter and each.read is None]
        rare = [each for each in parts if each not in (*own, *times, *shared, *texts)]
        self._shared = [_shared(each) for each in shared]
        self._rare = [(each.name, each.read or _read_time) for each in rare]
        self._nothing: Record = dict.fromkeys([*_names([*shared, *rare]), *STATE])
        self._list([*own, *times], [*texts, *rare])
        fields = [*columns.names, *STATE]
        names, begin = (_names([*own, *times]), _names(times), _names(texts)), self._where_shared.stop
        layout = Layout(fields, self._own, *names, begin, NULL * len(rare))
        self._stand_together = layout.shared
        self._whole, self._joined = loop_of(layout), loop_of(layout, joined=True)

    def _list(self, first: list[_Part], last: list[_Part]) -> None:
        """The select list, with what is shared in the middle, and how its parts are read."""
        state = [("coalesce(um.flags, -1)::bigint", "q"), (f"{HELD}::bigint", "q")]
        alike = [*(each for part in self._shared for each in part.columns), *state]
        listed = [*(each.sql for each in first), *(sql for sql, _ in alike), *(each.sql for each in last)]
        self.select_list = ", ".join(listed)
        # The row begins with its number of columns, and each value with its length.
        self._number = struct.Struct(">2x4xq")
        self._own = struct.Struct(">2x4x8x" + "".join(f"4x{each.letter}" for each in first))
        self._read_shared = struct.Struct(">" + "".join(f"4x{letter}" for _, letter in alike))
        self._where_shared = slice(self._own.size, self._own.size + self._read_shared.size)

    def number(self, row: bytes) -> int:
        """What the query says in its first column, the same in each row."""
        return int(self._number.unpack_from(row)[0])

    def shared(self, rows: list[bytes]) -> list[bytes]:
        """Of each row the bytes that it shares with others."""
        where = self._where_shared
        return [row[where] for row in rows]

    def alike(self, shared: bytes) -> Alike:
        """What messages with these bytes have in common."""
        *values, flags, kinds = self._read_shared.unpack(shared)
        record, value = dict(self._nothing), iter(values)
        for part in self._shared:
            record[part.name] = part.value(value)
        return Alike(record, None if flags == NO_ROW else flags, kinds)

    def join(self, alike: Alike) -> None:
        """Make JSON of what is shared, once for all its messages, as :meth:`records` wants it to be written only."""
        alike.parts = tuple(joined({name: alike.record[name] for name in run}) for run in self._stand_together)

    def records(self, rows: list[bytes], alike: list[Alike], *, to_be_written: bool = False) -> list[Record]:
        """A record of each row, its fields in Zulip's order; what is only ``to_be_written`` may be JSON already."""
        loop = self._joined if to_be_written else self._whole
        return loop(rows, alike, self._read_rare)

    def _read_rare(self, record: Record, row: bytes, at: int) -> None:
        for name, read in self._rare:
            (size,) = LENGTH.unpack_from(row, at)
            at += LENGTH.size
            if size >= 0:
                record[name] = read(row[at : at + size])
                at += size


def _names(parts: list[_Part]) -> list[str]:
    return [each.name for each in parts]


@dataclass(frozen=True)
class _Shared:
    """A part of what messages share: where it may be null, that is said in a column before it."""

    name: str
    columns: tuple[tuple[str, str], ...]

    def value(self, values: Iterator[Any]) -> Any:
        """It, from the values of its columns."""
        is_null = len(self.columns) > 1 and next(values)
        value = next(values)
        return None if is_null else value


def _shared(part: _Part) -> _Shared:
    if not part.nullable:
        return _Shared(part.name, ((part.sql, part.letter),))
    nothing = "false" if part.letter == "?" else "0"
    return _Shared(part.name, ((f"({part.sql}) IS NULL", "?"), (f"coalesce({part.sql}, {nothing})", part.letter)))


def _part(field: Any, kind: ColumnType) -> _Part:
    """How a field comes, by the type of its column; what nobody here has heard of as PostgreSQL makes JSON of it."""
    sql, name, convert = f'm."{field.column}"', str(field.name), converter(field)
    if convert is not None:
        return _Part(name, f"{sql}::text", read=lambda data: convert(data.decode()))
    if kind.name in LETTERS:
        return _Part(name, sql, LETTERS[kind.name], nullable=kind.nullable, is_time=kind.name == TIME)
    if kind.name in TEXTS:
        return _Part(name, sql, read=bytes.decode if name in RARE else None)
    return _Part(name, f"to_jsonb({sql})::text", read=orjson.loads)


@dataclass(frozen=True)
class ColumnType:
    """What PostgreSQL says of a column, whatever Django thinks."""

    name: str
    nullable: bool


def types_of(table: str) -> dict[str, ColumnType]:
    """A table's columns."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT attname, atttypid::regtype::text, NOT attnotnull FROM pg_attribute
               WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped""",
            [f'"{table}"'],
        )
        return {name: ColumnType(kind, nullable) for name, kind, nullable in cursor.fetchall()}


def _read_time(data: bytes) -> float:
    return unix_time(int.from_bytes(data, "big", signed=True))
