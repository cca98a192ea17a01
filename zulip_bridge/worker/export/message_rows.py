"""Messages as COPY sends them in binary, and the records that they become: the innermost loop of an export.

Of a message only its id, its time, who wrote it, where to, and its texts are its own. The rest (through what, in
which state) is the same for many: it lies together in the row, and those bytes lead to a record that has it already.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import models

from .columns import Columns, converter, expression

Record = dict[str, Any]
NO_ROW = -1
"""Sent in place of flags where the person has no row for a message."""
OWN = ("sender", "recipient")
"""Fields that are looked at in each message, and not only in each kind of message."""
LENGTH = struct.Struct(">i")


@dataclass(frozen=True)
class _Part:
    """A column in a row: SQL, and what makes its bytes a value.

    ``letter`` is struct's, for what is never null and always as wide; else ``read`` takes the bytes.
    """

    name: str
    sql: str
    letter: str = ""
    read: Callable[[bytes], Any] = bytes.decode


@dataclass
class Alike:
    """What messages share: their record, but for what is their own and for the names; their kinds, as bits."""

    record: Record
    flags: int | None
    kinds: int


class MessageRows:
    """How rows of messages are asked for and read.

    The select list has five parts: the total of the query; the numbers and times that are the message's own; what it
    shares with others; the flags and the kinds, which it shares as well; what may be null or of any length.
    """

    def __init__(self, columns: Columns, kinds: str) -> None:
        parts = [_part(each) for each in columns.fields]
        its_own = (columns.primary_key_name, *OWN)
        own = [each for each in parts if each.letter and (each.letter == "d" or each.name in its_own)]
        shared = [each for each in parts if each.letter and each not in own]
        self._any = [each for each in parts if not each.letter]
        names = [*columns.names, "flags", "flags_mask", "sending_client_name", "recipient_name"]
        self._nothing: Record = dict.fromkeys(names)
        self._own_names = [each.name for each in own]
        self._shared_names = [each.name for each in shared]
        state = ("coalesce(um.flags, -1)::bigint", f"{kinds}::bigint")
        listed = [*(each.sql for each in (*own, *shared)), *state, *(each.sql for each in self._any)]
        self.select_list = ", ".join(["selected.total::bigint", *listed])
        # The row begins with its number of columns, and each value with its length.
        self._total = struct.Struct(">2x4xq")
        self._own = struct.Struct(">2x4x8x" + "".join(f"4x{each.letter}" for each in own))
        self._shared = struct.Struct(">" + "".join(f"4x{each.letter}" for each in shared) + "4xq4xq")
        self._where_shared = slice(self._own.size, self._own.size + self._shared.size)

    def total(self, row: bytes) -> int:
        """How many rows the query has, from any of them."""
        return int(self._total.unpack_from(row)[0])

    def shared(self, rows: list[bytes]) -> list[bytes]:
        """Of each row the bytes that it shares with others."""
        where = self._where_shared
        return [row[where] for row in rows]

    def alike(self, shared: bytes) -> Alike:
        """What messages with these bytes have in common."""
        *values, flags, kinds = self._shared.unpack(shared)
        record = {**self._nothing, **dict(zip(self._shared_names, values, strict=True))}
        return Alike(record, None if flags == NO_ROW else flags, kinds)

    def records(self, rows: list[bytes], alike: list[Alike]) -> list[Record]:
        """A record of each row, begun with what it shares."""
        own_names, own, length, rest = self._own_names, self._own.unpack_from, LENGTH.unpack_from, self._where_shared
        any_parts = [(each.name, each.read) for each in self._any]
        found = []
        for row, like in zip(rows, alike, strict=True):
            record = like.record.copy()
            for name, value in zip(own_names, own(row), strict=True):
                record[name] = value
            at = rest.stop
            for name, read in any_parts:
                (size,) = length(row, at)
                at += 4
                if size >= 0:
                    record[name] = read(row[at : at + size])
                    at += size
            found.append(record)
        return found


def _part(field: Any) -> _Part:
    """How a field comes, by its kind; what nobody here has heard of comes as PostgreSQL makes JSON of it."""
    sql = expression("m", field)
    target = field
    while isinstance(target, models.ForeignKey):
        target = target.target_field
    name = str(field.name)
    if converter(field) is None:
        for kind, cast, letter in FIXED:
            if isinstance(target, kind):
                if field.null:
                    return _Part(name, f"{sql}::{cast}", read=_reader(letter))
                return _Part(name, f"{sql}::{cast}", letter)
        if isinstance(target, models.CharField | models.TextField):
            return _Part(name, f"{sql}::text")
    elif isinstance(target, models.JSONField):
        return _Part(name, f"{sql}::text", read=_converted(converter(field)))
    return _Part(name, f"to_jsonb({sql})::text", read=orjson.loads)


FIXED: tuple[tuple[type[Any], str, str], ...] = (
    (models.IntegerField, "bigint", "q"),
    (models.BigIntegerField, "bigint", "q"),
    (models.BooleanField, "boolean", "?"),
    (models.DateTimeField, "double precision", "d"),
)
"""Kinds of fields whose values are always as wide: what PostgreSQL is to make of them, and struct's letter."""


def _reader(letter: str) -> Callable[[bytes], Any]:
    reading = struct.Struct(f">{letter}")
    return lambda data: reading.unpack(data)[0]


def _converted(convert: Callable[[Any], Any] | None) -> Callable[[bytes], Any]:
    assert convert is not None
    return lambda data: convert(data.decode())
