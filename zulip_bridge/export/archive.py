"""An export as one archive: written front to back, compressed and encrypted on the way, named when it is whole."""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from zulip_bridge.api.errors import ErrorKind, StewardError

from .compression import Plain, Stream, gzip_stream, zstd_stream
from .container import MANIFEST, Stored
from .destination import RESERVE_BYTES, make_parents
from .output_file import OutputFile
from .packaging import Packaging, Passphrase, stem_of
from .spool import Spool
from .tar_writer import TarWriter
from .zip_writer import ZipWriter

USUAL_RATIO = 4
"""How much smaller text becomes, until the export itself shows it."""
TELLING_BYTES = 4 * 1024 * 1024


class Members(Protocol):
    """A format's writer."""

    def open(self, spool: Spool) -> Stream: ...
    def folder(self, path: str, modified: float) -> None: ...
    def add(self, path: str, modified: float, spool: Spool, size: int, crc: int) -> None: ...
    def finish(self) -> None: ...


class Encryption(Stream, Protocol):
    """A stream that may have a thread to end."""

    def discard(self) -> None: ...


class MemberUnderWay:
    """A file being written and hashed."""

    def __init__(self, path: str, stream: Stream) -> None:
        self.path = path
        self.size = 0
        self.crc = 0
        self._stream = stream
        self._digest = hashlib.sha256()

    def write(self, data: bytes | memoryview) -> None:
        """Append ``data``."""
        self._digest.update(data)
        self.crc = zlib.crc32(data, self.crc)
        self.size += len(data)
        self._stream.write(data)

    def end(self) -> str:
        """It is whole; its sha256."""
        self._stream.close()
        return self._digest.hexdigest()


class PartialArchive:
    """Made by :meth:`create`; a :class:`~zulip_bridge.export.container.Container`."""

    def __init__(self, destination: Path, packaging: Packaging) -> None:
        self._packaging = packaging
        self._destination = destination
        self._output = OutputFile(destination)
        self._top = stem_of(destination)
        self._began = time.time()
        self._spool = Spool(destination.parent, encrypted=packaging.encryption is not None)
        self._encryption: Encryption | None = None
        self._members = self._open_members()
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._open: MemberUnderWay | None = None
        self._taken = 0
        self._members.folder(self._top, self._began)

    @classmethod
    def create(cls, destination: Path, packaging: Packaging) -> PartialArchive:
        """Make the file that will be the archive at ``destination``, which was checked.

        Raises :class:`StewardError` where that cannot be.
        """
        try:
            make_parents(destination)
            return cls(destination, packaging)
        except OSError as error:
            sentence = f"Nothing can be written in {destination.parent}: {error.strerror}."
            raise StewardError(ErrorKind.STORAGE, sentence) from error

    def begin(self, path: str) -> MemberUnderWay:
        """See :class:`~zulip_bridge.export.container.Container`."""
        parents = _parents(path)
        if any(parent in self._files for parent in parents):
            raise NotADirectoryError(path)
        if path in self._files or path in self._folders:
            raise FileExistsError(path)
        self._open = MemberUnderWay(path, self._members.open(self._spool))
        return self._open

    def end(self, modified: float | None = None) -> tuple[int, str]:
        """See :class:`~zulip_bridge.export.container.Container`."""
        assert self._open is not None
        file, self._open = self._open, None
        digest = file.end()
        moment = self._began if modified is None else modified
        for folder in _parents(file.path):
            if folder not in self._folders:
                self._folders.add(folder)
                self._members.folder(f"{self._top}/{folder}", self._began)
        self._files.add(file.path)
        self._members.add(f"{self._top}/{file.path}", moment, self._spool, file.size, file.crc)
        self._spool.clear()
        self._taken += file.size
        return file.size, digest

    def abandon(self) -> None:
        """See :class:`~zulip_bridge.export.container.Container`."""
        self._open = None
        self._spool.clear()

    def finish(self, manifest: bytes) -> Stored:
        """See :class:`~zulip_bridge.export.container.Container`."""
        self.begin(MANIFEST).write(manifest)
        self.end()
        self._members.finish()
        if self._encryption is not None:
            self._encryption.close()
        digest = self._output.finish(self._packaging.file_mode)
        self._spool.close()
        self._output.close()
        return Stored(self._destination, self._output.size, digest)

    def discard(self) -> None:
        """See :class:`~zulip_bridge.export.container.Container`."""
        self._spool.close()
        if self._encryption is not None:
            with suppress(OSError):
                self._encryption.discard()
        try:
            self._output.discard()
        except OSError as error:
            sentence = f"What had been written could not be removed beside {self._destination}: {error.strerror}."
            raise StewardError(ErrorKind.STORAGE, sentence) from error

    def free_bytes(self) -> int:
        """See :class:`~zulip_bridge.export.container.Container`."""
        return max(0, self._output.free_bytes() - RESERVE_BYTES)

    def will_take(self, size: int) -> int:
        """See :class:`~zulip_bridge.export.container.Container`."""
        if self._taken < TELLING_BYTES:
            return size // USUAL_RATIO
        return size * self._output.size // self._taken

    def _open_members(self) -> Members:
        compress: Callable[[Callable[[bytes], object]], Stream]
        compress = {"tar.gz": gzip_stream, "tar.zst": zstd_stream}.get(self._packaging.format, Plain)
        try:
            write = self._output.write if self._encrypt() is None else self._written_encrypted
        except BaseException:
            self._output.discard()
            raise
        writer = ZipWriter if self._packaging.format == "zip" else TarWriter
        return writer(compress(write), self._packaging.file_mode, self._packaging.folder_mode)

    def _encrypt(self) -> Encryption | None:
        if self._packaging.encryption is None:
            return None
        from .age import EncryptingToPassphrase, EncryptingToRecipients

        encryption = self._packaging.encryption
        if isinstance(encryption, Passphrase):
            self._encryption = EncryptingToPassphrase(encryption, self._output)
        else:
            self._encryption = EncryptingToRecipients(encryption, self._output)
        return self._encryption

    def _written_encrypted(self, data: bytes) -> None:
        assert self._encryption is not None
        self._encryption.write(data)


def _parents(path: str) -> list[str]:
    """The folders that a path lies in, the outermost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
