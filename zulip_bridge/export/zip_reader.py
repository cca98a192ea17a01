"""Reading a zip archive of ours front to back, strictly: what :mod:`zip_writer` would not have written is a fault."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from .zip_writer import (
    CENTRAL,
    DEFLATED,
    END,
    END64,
    LARGE,
    LOCAL,
    STORED,
    TIME_EXTRA,
    ZIP64_EXTRA,
    Member,
    central_entry,
    end_of_directory,
    local_header,
)

LOCAL_BYTES = 30
CENTRAL_BYTES = 46
MODE_PLACE = 38
READ_BYTES = 256 * 1024
LOCAL_START = struct.pack("<I", LOCAL)
DIRECTORY_STARTS = tuple(struct.pack("<I", each) for each in (CENTRAL, END, END64))
"""What stands behind the last file; an archive without files has its end there."""


class ZipFault(Exception):
    """It is not an archive of ours, or was changed; the text is a sentence."""


class DamagedMember(ZipFault):
    """One file in it is damaged, and was read to its end: the next can be read."""


class Source(Protocol):
    """What can be read front to back."""

    def read(self, size: int = -1, /) -> bytes: ...


class ZipReader:
    """Members one after the other; each must be read to its end before the next."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._offset = 0
        self._members: list[Member] = []

    def members(self) -> Iterator[Member]:
        """Every member; its bytes are read by :meth:`contents`. After the last, the directory at the end is checked.

        What follows behind that is not looked at. Raises :class:`ZipFault`.
        """
        while True:
            start = self._take(4)
            if start in DIRECTORY_STARTS:
                self._check_directory(start)
                return
            self._members.append(self._local(start))
            yield self._members[-1]

    def contents(self, member: Member) -> Iterator[bytes]:
        """The bytes of the member that :meth:`members` gave last; raises :class:`ZipFault`."""
        inflating = zlib.decompressobj(-15) if member.method == DEFLATED else None
        left, crc, size, whole = member.packed, 0, 0, True
        while left:
            data = self._take(min(left, READ_BYTES))
            left -= len(data)
            if not whole:
                continue
            try:
                data = inflating.decompress(data) if inflating else data
            except zlib.error:
                whole = False
                continue
            crc, size = zlib.crc32(data, crc), size + len(data)
            whole = size <= member.size
            if whole:
                yield data
        whole = whole and (inflating is None or (inflating.eof and not inflating.unused_data))
        if not whole or (crc, size) != (member.crc, member.size):
            raise DamagedMember("The archive is damaged: a file in it is not what its header says.")

    def _local(self, start: bytes) -> Member:
        offset = self._offset - len(start)
        fixed = start + self._take(LOCAL_BYTES - len(start))
        method, crc, packed, size, name_length, extra_length = struct.unpack("<8xH4xIIIHH", fixed)
        name = self._take(name_length)
        extra = self._take(extra_length)
        numbers = _extras(extra)
        if packed == LARGE and size == LARGE:
            size, packed = struct.unpack("<QQ", numbers.get(ZIP64_EXTRA, b"").ljust(16, b"\0")[:16])
        modified = struct.unpack("<i", numbers.get(TIME_EXTRA, b"")[1:5].ljust(4, b"\0"))[0]
        member = Member(name, method, crc, packed, size, modified, 0, offset)
        if start != LOCAL_START or method not in (DEFLATED, STORED) or local_header(member) != fixed + name + extra:
            raise ZipFault("The archive is damaged: what stands before a file is not as it was written.")
        return member

    def _check_directory(self, start: bytes) -> None:
        place = self._offset - len(start)
        for member in self._members:
            if start != struct.pack("<I", CENTRAL):
                raise ZipFault("The archive is damaged: the directory at its end does not list every file.")
            fixed = start + self._take(CENTRAL_BYTES - len(start))
            mode = struct.unpack_from("<H", fixed, MODE_PLACE + 2)[0]
            wanted = central_entry(replace(member, mode=mode))
            if fixed + self._take(len(wanted) - CENTRAL_BYTES) != wanted:
                raise ZipFault("The archive is damaged: the directory at its end differs from what it lists.")
            start = self._take(4)
        size = self._offset - len(start) - place
        wanted = end_of_directory(len(self._members), place, size)
        if start + self._take(len(wanted) - len(start)) != wanted:
            raise ZipFault("The archive is damaged: its end is not as it was written.")

    def _take(self, size: int) -> bytes:
        data = self._source.read(size)
        self._offset += len(data)
        if len(data) < size:
            raise ZipFault("The archive ends in the middle.")
        return data


def _extras(extra: bytes) -> dict[int, bytes]:
    found = {}
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        found[kind] = extra[place + 4 : place + 4 + length]
        place += 4 + length
    return found
