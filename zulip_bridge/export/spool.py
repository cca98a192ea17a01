"""Keeping one file of unknown length aside until its end is known.

An archive names a file's size before its contents. Small files wait in memory; a large one waits in a file without a
name, which the kernel removes when this process ends in any way. Where the archive will be encrypted, so is that
file, with a key that only this process's memory holds: nothing personal lies in plain on the disk.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

MEMORY_BYTES = 4 * 1024 * 1024
TAG_BYTES = 16

Data = bytes | bytearray | memoryview


class Spool:
    """Used again for one file after the other; ended by :meth:`close`."""

    def __init__(self, folder: Path, *, encrypted: bool) -> None:
        self.size = 0
        self._folder = folder
        self._encrypted = encrypted
        self._waiting = bytearray()
        self._blocks: list[int] = []
        self._file: IO[bytes] | None = None
        self._cipher: ChaCha20Poly1305 | None = None

    def write(self, data: Data) -> None:
        """Append ``data``."""
        self._waiting += data
        self.size += len(data)
        if len(self._waiting) >= MEMORY_BYTES:
            self._spill()

    def empty_into(self, write: Callable[[Data], object]) -> None:
        """Hand everything to ``write``, in order, and begin anew."""
        if self._file is not None:
            self._file.seek(0)
            for number, length in enumerate(self._blocks):
                write(self._read_block(self._file, number, length))
        if self._waiting:
            write(self._waiting)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        # A new one rather than an emptied one: whoever got the old one may still look at it.
        self._waiting = bytearray()
        self.size = 0
        self._blocks = []
        self._cipher = None
        self.close()

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 (closed by close)
        data: Data = self._waiting
        self._blocks.append(len(data))
        if self._encrypted:
            data = self._seal().encrypt(_nonce(len(self._blocks) - 1), bytes(data), None)
        _write_all(self._file, data)
        self._waiting = bytearray()

    def _read_block(self, file: IO[bytes], number: int, length: int) -> bytes:
        if not self._encrypted:
            return _read_all(file, length)
        return self._seal().decrypt(_nonce(number), _read_all(file, length + TAG_BYTES), None)

    def _seal(self) -> ChaCha20Poly1305:
        if self._cipher is None:
            from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

            self._cipher = ChaCha20Poly1305(ChaCha20Poly1305.generate_key())
        return self._cipher


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _write_all(file: IO[bytes], data: Data) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file.fileno(), rest) :]


def _read_all(file: IO[bytes], length: int) -> bytes:
    parts = []
    while length:
        data = file.read(length)
        if not data:
            raise OSError("the temporary file ended early")
        parts.append(data)
        length -= len(data)
    return b"".join(parts)
