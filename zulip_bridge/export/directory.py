"""The directory of an export under way: hidden, owner-only, and renamed into place when it is whole.

Until then it is called ``.NAME.partial-RANDOM`` beside the destination and has no manifest, so that nothing that was
interrupted looks complete. Everything here blocks: it is called from a thread.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import shutil
from pathlib import Path

from zulip_bridge.api.errors import ErrorKind, StewardError

from .container import MANIFEST, Stored
from .destination import RESERVE_BYTES, check_destination, make_parents
from .flushing import Flushing
from .output_file import CREATE, flush_folder
from .packaging import Packaging

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
"""While it is being written; :class:`~zulip_bridge.export.packaging.Packaging` says what it becomes."""

DEEP = 3
"""Folders below so many others are not remembered, but flushed with each of their files: most uploads have one of
their own.
"""


class FileUnderWay:
    """A file being written and hashed."""

    def __init__(self, path: str, descriptor: int) -> None:
        self.path = path
        self.size = 0
        self._descriptor = descriptor
        self._digest = hashlib.sha256()

    def write(self, data: bytes | memoryview) -> None:
        """Append ``data``."""
        self._digest.update(data)
        self.size += len(data)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def end(self, modified: float | None = None) -> tuple[int, str]:
        """The descriptor, for whoever makes it durable and closes it, and the digest."""
        if modified is not None:
            os.utime(self._descriptor, (modified, modified))
        return self._descriptor, self._digest.hexdigest()

    def abandon(self) -> None:
        """Close it; whoever opened it removes it."""
        os.close(self._descriptor)


class PartialDirectory:
    """Made by :meth:`create`; a :class:`~zulip_bridge.export.container.Container`."""

    def __init__(self, destination: Path, place: Path, packaging: Packaging) -> None:
        self.destination = destination
        self._packaging = packaging
        self._bytes = 0
        self.place = place
        self._root = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        # Held while this process lives: tells a later run that an abandoned directory is abandoned.
        fcntl.flock(self._root, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._flushing = Flushing()
        self._folders = {""}
        self._open: FileUnderWay | None = None
        self._closed = False

    @classmethod
    def create(cls, destination: Path, packaging: Packaging | None = None) -> PartialDirectory:
        """Check the destination and make the hidden directory beside it.

        Raises :class:`StewardError` where that cannot be.
        """
        place = check_destination(destination)
        partial = place.parent / f".{place.name}.partial-{secrets.token_hex(6)}"
        try:
            make_parents(place)
            partial.mkdir(mode=DIRECTORY_MODE)
        except OSError as error:
            sentence = f"Nothing can be written in {place.parent}: {error.strerror}."
            raise StewardError(ErrorKind.STORAGE, sentence) from error
        return cls(place, partial, packaging or Packaging())

    def begin(self, path: str) -> FileUnderWay:
        """Open a new file; ``path`` is relative and safe. :class:`FileExistsError` where it was written before."""
        self._make_folder(path.rpartition("/")[0])
        self._open = FileUnderWay(path, os.open(path, CREATE, FILE_MODE, dir_fd=self._root))
        return self._open

    def end(self, modified: float | None = None) -> tuple[int, str]:
        """The file under way is whole: gives its size and digest, and has it flushed to disk meanwhile."""
        assert self._open is not None
        size, folder = self._open.size, self._open.path.rpartition("/")[0]
        descriptor, digest = self._open.end(modified)
        if self._packaging.file_mode != FILE_MODE:
            os.fchmod(descriptor, self._packaging.file_mode)
        self._open = None
        self._bytes += size
        self._flushing.add(descriptor, size, self.place / folder if _is_deep(folder) else None)
        return size, digest

    def abandon(self) -> None:
        """Throw the file under way away, and the folders that nothing else is in."""
        if self._open is not None:
            self._open.abandon()
            os.unlink(self._open.path, dir_fd=self._root)
            self._remove_if_empty(self._open.path.rpartition("/")[0])
            self._open = None

    def finish(self, manifest: bytes) -> Stored:
        """Write the manifest, make everything durable, and give the directory its name."""
        self.begin(MANIFEST).write(manifest)
        self.end()
        folders = [self.place / each for each in self._folders]
        if self._packaging.folder_mode != DIRECTORY_MODE:
            folders = [Path(each) for each, _, _ in os.walk(self.place)]
            for folder in folders:
                folder.chmod(self._packaging.folder_mode)
        self._flushing.finish(folders)
        # An empty directory at the destination is replaced, by the kernel, in one step; one that has been filled
        # meanwhile is not.
        self.place.rename(self.destination)
        self.place = self.destination
        flush_folder(self.destination.parent)
        self._close()
        return Stored(self.destination, self._bytes)

    def discard(self) -> None:
        """Remove everything that was written, even when it was just finished.

        Raises :class:`StewardError` where something personal could not be removed.
        """
        if self._open is not None:
            self._open.abandon()
            self._open = None
        self._close()
        try:
            shutil.rmtree(self.place)
        except OSError as error:
            sentence = f"What had been written could not be removed from {self.place}: {error.strerror}."
            raise StewardError(ErrorKind.STORAGE, sentence) from error

    def free_bytes(self) -> int:
        """Space that is left for us on this file system."""
        status = os.fstatvfs(self._root)
        return max(0, status.f_bavail * status.f_frsize - RESERVE_BYTES)

    def will_take(self, size: int) -> int:
        """As it is."""
        return size

    def _make_folder(self, folder: str) -> None:
        if folder in self._folders:
            return
        self._make_folder(folder.rpartition("/")[0])
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, DIRECTORY_MODE, dir_fd=self._root)
        if not _is_deep(folder):
            self._folders.add(folder)

    def _remove_if_empty(self, folder: str) -> None:
        while folder:
            try:
                os.rmdir(folder, dir_fd=self._root)
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    return
                raise
            self._folders.discard(folder)
            folder = folder.rpartition("/")[0]

    def _close(self) -> None:
        self._flushing.close()
        if not self._closed:
            os.close(self._root)
            self._closed = True


def _is_deep(folder: str) -> bool:
    return folder.count("/") >= DEEP
