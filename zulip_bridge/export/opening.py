"""Opening an archive to read it front to back: what kind it is shows in its first bytes, never in its name."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, Protocol, cast

from zulip_bridge.api.errors import ErrorKind, StewardError

from .age_reading import DecryptError, DecryptingWithIdentities, DecryptingWithPassphrase
from .compression import zstd
from .keys import PEEK_BYTES, Keys, is_encrypted, wants_passphrase

BUFFER_BYTES = 256 * 1024
GZIP_START = b"\x1f\x8b"
ZSTD_START = b"\x28\xb5\x2f\xfd"
ZIP_START = b"PK\x03\x04"
TAR_PLACE, TAR_MARK = 257, b"ustar"

BROKEN = (DecryptError, EOFError, OSError, zlib.error, zstd.ZstdError)
"""What reading raises where an archive was changed or cut off."""


class Source(Protocol):
    """What can be read front to back."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Opened:
    """An archive's bytes, decrypted and decompressed."""

    format: Literal["tar", "zip"]
    source: io.BufferedReader


@contextmanager
def open_archive(path: Path, keys: Keys) -> Iterator[Opened | None]:
    """The archive at ``path``; None where it is none. Blocking.

    Raises :class:`StewardError`, kind ``invalid``, where a key is missing or another key would do, and any of
    :data:`BROKEN` where the file was changed.
    """
    with ExitStack() as closing:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        file = closing.enter_context(os.fdopen(descriptor, "rb", buffering=0))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            yield None
            return
        source = _buffered(file)
        start = source.peek(PEEK_BYTES)
        if is_encrypted(start):
            source = _decrypted(source, wants_passphrase(start), keys, closing)
        yield _decompressed(source)


def _decrypted(source: IO[bytes], by_passphrase: bool, keys: Keys, closing: ExitStack) -> io.BufferedReader:
    try:
        return _buffered(_decrypting(source, by_passphrase, keys, closing), peek=True)
    except DecryptError as error:
        if error.wrong_key:
            raise StewardError(ErrorKind.INVALID, str(error)) from error
        raise


def _decrypting(source: IO[bytes], by_passphrase: bool, keys: Keys, closing: ExitStack) -> Source:
    if by_passphrase:
        if keys.passphrase is None:
            raise StewardError(ErrorKind.INVALID, "It is encrypted with a passphrase, and none was given.")
        return DecryptingWithPassphrase(keys.passphrase, source)
    if not keys.identities:
        sentence = "It is encrypted to recipients: the secret key of one of them is needed to check it."
        raise StewardError(ErrorKind.INVALID, sentence)
    decrypting = DecryptingWithIdentities(keys.identities, source)
    closing.callback(decrypting.close)
    return decrypting


def _decompressed(source: io.BufferedReader) -> Opened | None:
    start = source.peek(PEEK_BYTES)
    if start.startswith(ZIP_START):
        return Opened("zip", source)
    if start.startswith(GZIP_START):
        source = _buffered(_AtOnce(gzip.GzipFile(fileobj=source, mode="rb")))
    elif start.startswith(ZSTD_START):
        source = _buffered(_AtOnce(zstd.ZstdFile(source, "rb")))
    is_tar = source.peek(PEEK_BYTES)[TAR_PLACE:].startswith(TAR_MARK)
    return Opened("tar", source) if is_tar else None


def _buffered(source: Source, *, peek: bool = False) -> io.BufferedReader:
    buffered = cast(io.BufferedReader, io.BufferedReader(_Raw(source), BUFFER_BYTES))
    if peek:
        buffered.peek(1)
    return buffered


class _Decompressing(Protocol):
    """What Python's readers of compressed files have in common."""

    def read1(self, size: int = -1, /) -> bytes: ...


class _AtOnce:
    """Hands on what is read before it goes on: what is whole is not lost to damage, or to junk, behind it."""

    def __init__(self, source: _Decompressing) -> None:
        self._source = source
        self._begun = False

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes, at least one before the end; the first time enough to see what it is."""
        data = self._source.read1(size)
        while not self._begun and 0 < len(data) < PEEK_BYTES and (more := self._source.read1(size - len(data))):
            data += more
        self._begun = True
        return data


class _Raw(io.RawIOBase):
    """What Python's buffer reads from."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill what can be filled."""
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
