"""Real PNG images, made from nothing (https://www.w3.org/TR/png-3/)."""

from __future__ import annotations

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(side: int, seed: int) -> bytes:
    """A square palette image of `side` pixels whose coarse pattern follows `seed`.

    The pixels are kept in stored deflate blocks, so that the bytes do not depend on the version of zlib.
    """
    palette = b"".join(
        bytes(((seed * 97 + n * 83) % 256, (seed * 57 + n * 29) % 256, (n * 61) % 256)) for n in range(4)
    )
    cell = max(1, side // 5)
    lines = []
    for y in range(side):
        row = [(seed >> ((y // cell * 5 + min(x // cell, 4 - x // cell)) % 24)) & 3 for x in range(side)]
        lines.append(b"\x00" + bytes(row))
    header = struct.pack(">IIBBBBB", side, side, 8, 3, 0, 0, 0)
    return _SIGNATURE + b"".join((
        _chunk(b"IHDR", header),
        _chunk(b"PLTE", palette),
        _chunk(b"IDAT", _stored(b"".join(lines))),
        _chunk(b"IEND", b""),
    ))  # fmt: skip


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _stored(data: bytes) -> bytes:
    """A zlib stream of stored blocks (RFC 1951, 3.2.4)."""
    blocks = [data[n : n + 65_535] for n in range(0, len(data), 65_535)]
    out = b"".join(
        struct.pack("<BHH", n == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block
        for n, block in enumerate(blocks)
    )
    return b"\x78\x01" + out + struct.pack(">I", zlib.adler32(data))
