"""Fast compression, so that packing an export does not take longer than reading it.

gzip and zip's deflate by ISA-L (level 2: about 800 MB/s of message JSON on one core, as small as zlib's level 5),
zstd by zstd itself, on several cores.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING or sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd

__all__ = ["Compressing", "Plain", "Stream", "Write", "deflate_stream", "gzip_stream", "zstd", "zstd_stream"]

Write = Callable[[bytes], object]
GZIP_LEVEL = 2
GZIP_WINDOW = 31
"""zlib's way to ask for gzip's header and trailer."""
DEFLATE_WINDOW = -15
"""zlib's way to ask for neither."""
ZSTD_LEVEL = 2
MOST_THREADS = 4
JOB_BYTES = 1024 * 1024
"""What one thread of zstd works on: bounds its memory."""
OUT_BYTES = 256 * 1024


class Stream(Protocol):
    """Takes bytes, and hands other bytes on."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """More input."""
        ...

    def close(self) -> None:
        """The input is complete: hand on the rest."""
        ...


class Plain:
    """No compression."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """More input."""
        self._write(bytes(data))

    def close(self) -> None:
        """Nothing is kept back."""


class _Compressor(Protocol):
    def compress(self, data: bytes | bytearray | memoryview, /) -> bytes: ...
    def flush(self) -> bytes: ...


class Compressing:
    """Compresses, and hands on."""

    def __init__(self, compressor: _Compressor, write: Write) -> None:
        self._compressor = compressor
        self._write = write

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """More input."""
        compressed = self._compressor.compress(data)
        if compressed:
            self._write(compressed)

    def close(self) -> None:
        """Hand on the rest."""
        self._write(self._compressor.flush())


def gzip_stream(write: Write) -> Stream:
    """gzip."""
    from isal import isal_zlib

    return Compressing(isal_zlib.compressobj(GZIP_LEVEL, wbits=GZIP_WINDOW), write)


def deflate_stream(write: Write) -> Stream:
    """Deflate without a header, as zip wants it."""
    from isal import isal_zlib

    return Compressing(isal_zlib.compressobj(GZIP_LEVEL, wbits=DEFLATE_WINDOW), write)


def zstd_stream(write: Write) -> Stream:
    """zstd, with a checksum, on several cores where there are."""
    parameters = zstd.CompressionParameter
    threads = min(os.cpu_count() or 1, MOST_THREADS)
    options: dict[int, int] = {parameters.compression_level: ZSTD_LEVEL, parameters.checksum_flag: 1}
    if threads > 1:
        options |= {parameters.nb_workers: threads, parameters.job_size: JOB_BYTES}
    return Compressing(zstd.ZstdCompressor(options=options), write)
