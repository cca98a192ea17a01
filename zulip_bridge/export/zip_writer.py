"""A zip archive, written front to back, with every size in front of what it measures.

Python's own writer puts sizes behind the contents where it cannot seek, which not every program that unpacks zip
files understands. Format: PKWARE's APPNOTE, with its zip64 extension where something is large.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass

from .compression import Stream, deflate_stream
from .spool import Spool

LOCAL, CENTRAL, END = 0x04034B50, 0x02014B50, 0x06054B50
END64, LOCATOR64 = 0x06064B50, 0x07064B50
VERSION, VERSION64 = 20, 45
UNIX = 3 << 8
UTF8_NAMES = 0x0800
STORED, DEFLATED = 0, 8
ZIP64_EXTRA, TIME_EXTRA = 0x0001, 0x5455
LARGE = 0xFFFFFFFF
MANY = 0xFFFF
REGULAR, FOLDER = 0o100000, 0o040000
DOS_FOLDER = 0x10


@dataclass(frozen=True)
class Member:
    """What the directory at the end repeats."""

    name: bytes
    method: int
    crc: int
    packed: int
    size: int
    modified: int
    mode: int
    offset: int


class ZipWriter:
    """Writes members; the stream is closed by :meth:`finish`."""

    def __init__(self, stream: Stream, file_mode: int, folder_mode: int) -> None:
        self._stream = stream
        self._file_mode = file_mode
        self._folder_mode = folder_mode
        self._offset = 0
        self._members: list[Member] = []

    def open(self, spool: Spool) -> Stream:
        """Where a file's bytes go until :meth:`add`: they wait compressed."""
        return deflate_stream(spool.write)

    def folder(self, path: str, modified: float) -> None:
        """A directory, so that what is unpacked is not readable by others."""
        mode = FOLDER | self._folder_mode
        self._begin(Member(f"{path}/".encode(), STORED, 0, 0, 0, int(modified), mode, self._offset))

    def add(self, path: str, modified: float, spool: Spool, size: int, crc: int) -> None:
        """A file: its compressed bytes are in the spool, which is emptied; the rest is of the original."""
        mode = REGULAR | self._file_mode
        self._begin(Member(path.encode(), DEFLATED, crc, spool.size, size, int(modified), mode, self._offset))
        self._offset += spool.size
        spool.empty_into(self._stream.write)

    def finish(self) -> None:
        """The directory, and where it is."""
        start = self._offset
        for member in self._members:
            self._put(central_entry(member))
        self._put(end_of_directory(len(self._members), start, self._offset - start))
        self._stream.close()

    def _begin(self, member: Member) -> None:
        self._members.append(member)
        self._put(local_header(member))

    def _put(self, data: bytes) -> None:
        self._stream.write(data)
        self._offset += len(data)


def local_header(member: Member) -> bytes:
    """What stands before a member's bytes."""
    large = member.size >= LARGE or member.packed >= LARGE
    extra = _time_extra(member)
    if large:
        extra = struct.pack("<HHQQ", ZIP64_EXTRA, 16, member.size, member.packed) + extra
    sizes = (LARGE, LARGE) if large else (member.packed, member.size)
    version = VERSION64 if large else VERSION
    fixed = (LOCAL, version, UTF8_NAMES, member.method, *_dos_time(member.modified), member.crc, *sizes)
    return struct.pack("<IHHHHHIIIHH", *fixed, len(member.name), len(extra)) + member.name + extra


def central_entry(member: Member) -> bytes:
    """What stands of a member in the directory."""
    numbers = (member.size, member.packed, member.offset)
    large = [each for each in numbers if each >= LARGE]
    extra = _time_extra(member)
    if large:
        extra = struct.pack(f"<HH{len(large)}Q", ZIP64_EXTRA, 8 * len(large), *large) + extra
    size, packed, offset = (min(each, LARGE) for each in numbers)
    attributes = member.mode << 16 | (DOS_FOLDER if member.mode & FOLDER else 0)
    version = VERSION64 if large else VERSION
    fixed = (CENTRAL, UNIX | version, version, UTF8_NAMES, member.method, *_dos_time(member.modified), member.crc)
    rest = (packed, size, len(member.name), len(extra), 0, 0, 0, attributes, offset)
    return struct.pack("<IHHHHHHIIIHHHHHII", *fixed, *rest) + member.name + extra


def end_of_directory(count: int, start: int, size: int) -> bytes:
    """The last bytes of the archive."""
    before = b""
    if count >= MANY or start >= LARGE or size >= LARGE:
        fixed = (END64, 44, UNIX | VERSION64, VERSION64, 0, 0, count, count, size, start)
        before = struct.pack("<IQHHIIQQQQ", *fixed) + struct.pack("<IIQI", LOCATOR64, 0, start + size, 1)
    counts = (min(count, MANY),) * 2
    return before + struct.pack("<IHHHHIIH", END, 0, 0, *counts, min(size, LARGE), min(start, LARGE), 0)


def _time_extra(member: Member) -> bytes:
    """The time in unix seconds: the format's own has no zone."""
    seconds = member.modified if -(1 << 31) <= member.modified < 1 << 31 else 0
    return struct.pack("<HHBi", TIME_EXTRA, 5, 1, seconds)


def _dos_time(modified: int) -> tuple[int, int]:
    """The format's own time, in UTC; it begins in 1980."""
    moment = time.gmtime(max(0, modified))
    if not 1980 <= moment.tm_year < 2108:
        return 0, 1 << 5 | 1
    date = (moment.tm_year - 1980) << 9 | moment.tm_mon << 5 | moment.tm_mday
    return moment.tm_hour << 11 | moment.tm_min << 5 | min(moment.tm_sec, 59) // 2, date
