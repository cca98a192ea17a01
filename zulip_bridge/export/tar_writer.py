"""A tar archive in the POSIX (pax) format, written front to back."""

from __future__ import annotations

import tarfile

from .compression import Stream
from .spool import Spool

BLOCK = 512
RECORD = 10_240


class TarWriter:
    """Writes members; the stream is closed by :meth:`finish`."""

    def __init__(self, stream: Stream, file_mode: int, folder_mode: int) -> None:
        self._stream = stream
        self._file_mode = file_mode
        self._folder_mode = folder_mode
        self._written = 0

    def open(self, spool: Spool) -> Stream:
        """Where a file's bytes go until :meth:`add`: the archive names their number first."""
        return _Spooled(spool)

    def folder(self, path: str, modified: float) -> None:
        """A directory, so that what is unpacked is not readable by others."""
        self._header(path + "/", 0, modified, tarfile.DIRTYPE, self._folder_mode)

    def add(self, path: str, modified: float, spool: Spool, size: int, crc: int) -> None:
        """A file whose ``size`` bytes are in the spool, which is emptied."""
        self._header(path, size, modified, tarfile.REGTYPE, self._file_mode)
        spool.empty_into(self._stream.write)
        self._written += size
        self._pad(BLOCK)

    def finish(self) -> None:
        """Two empty blocks, and zeros up to a whole record, as tar does."""
        self._zeros(2 * BLOCK)
        self._pad(RECORD)
        self._stream.close()

    def _header(self, path: str, size: int, modified: float, kind: bytes, mode: int) -> None:
        member = tarfile.TarInfo(path)
        member.size, member.mtime, member.type, member.mode = size, int(modified), kind, mode
        header = member.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")
        self._stream.write(header)
        self._written += len(header)

    def _pad(self, unit: int) -> None:
        self._zeros(-self._written % unit)

    def _zeros(self, count: int) -> None:
        self._stream.write(bytes(count))
        self._written += count


class _Spooled:
    """A stream that ends in the spool as it is."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """More input."""
        self._spool.write(data)

    def close(self) -> None:
        """Nothing is kept back."""
