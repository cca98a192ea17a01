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
import stat
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zulip_bridge.api.errors import ErrorKind, StewardError

MANIFEST = "manifest.json"
DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
RESERVE_BYTES = 16 * 1024 * 1024
"""Free space that an export leaves alone: the manifest needs some, and so do others."""


@dataclass(frozen=True)
class WrittenFile:
    """A file that is whole; ``original`` is its name on the server where that had to be changed."""

    path: str
    size: int
    sha256: str
    rows: dict[str, int] = field(default_factory=dict)
    original: str = ""


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
    """Made by :meth:`create`; ended by :meth:`finish` or :meth:`discard`."""

    def __init__(self, destination: Path, place: Path) -> None:
        self.destination = destination
        self.place = place
        self._root = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        # Held while this process lives: tells a later run that an abandoned directory is abandoned.
        fcntl.flock(self._root, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._flusher = ThreadPoolExecutor(1, "flush")
        self._flushing: list[Future[None]] = []
        self._open: FileUnderWay | None = None
        self._closed = False

    @classmethod
    def create(cls, destination: Path) -> PartialDirectory:
        """Check the destination and make the hidden directory beside it.

        Raises :class:`StewardError` where that cannot be.
        """
        place = check_destination(destination)
        partial = place.parent / f".{place.name}.partial-{secrets.token_hex(6)}"
        try:
            for parent in [each for each in reversed(place.parents) if not each.exists()]:
                parent.mkdir(mode=DIRECTORY_MODE)
            partial.mkdir(mode=DIRECTORY_MODE)
        except OSError as error:
            sentence = f"Nothing can be written in {place.parent}: {error.strerror}."
            raise StewardError(ErrorKind.STORAGE, sentence) from error
        return cls(place, partial)

    def begin(self, path: str) -> FileUnderWay:
        """Open a new file; ``path`` is relative and safe. :class:`FileExistsError` where it was written before."""
        folder = ""
        for part in path.split("/")[:-1]:
            folder = f"{folder}{part}/"
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, DIRECTORY_MODE, dir_fd=self._root)
        self._open = FileUnderWay(path, os.open(path, CREATE, FILE_MODE, dir_fd=self._root))
        return self._open

    def end(self, modified: float | None = None) -> tuple[int, str]:
        """The file under way is whole: gives its size and digest, and has it flushed to disk meanwhile."""
        assert self._open is not None
        size = self._open.size
        descriptor, digest = self._open.end(modified)
        self._open = None
        self._flushing = [each for each in self._flushing if not _raised(each)]
        self._flushing.append(self._flusher.submit(_flush_and_close, descriptor))
        return size, digest

    def abandon(self) -> None:
        """Throw the file under way away."""
        if self._open is not None:
            self._open.abandon()
            os.unlink(self._open.path, dir_fd=self._root)
            self._open = None

    def finish(self, manifest: bytes) -> None:
        """Write the manifest, make everything durable, and give the directory its name."""
        self.begin(MANIFEST).write(manifest)
        self.end()
        for each in self._flushing:
            each.result()
        for folder, _, _ in os.walk(self.place, topdown=False):
            _flush_folder(Path(folder))
        # An empty directory at the destination is replaced, by the kernel, in one step; one that has been filled
        # meanwhile is not.
        self.place.rename(self.destination)
        self.place = self.destination
        _flush_folder(self.destination.parent)
        self._close()

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

    def _close(self) -> None:
        self._flusher.shutdown(wait=True)
        if not self._closed:
            os.close(self._root)
            self._closed = True


def check_destination(destination: Path) -> Path:
    """The destination as an absolute path, if an export may go there.

    Raises :class:`StewardError`, kind ``refused``, where it may not, ``storage`` where it cannot be looked at.
    """
    place = Path(os.path.abspath(destination))  # noqa: PTH100 (resolve() would follow a link at the end)
    if not place.name:
        raise StewardError(ErrorKind.REFUSED, "The root directory cannot be an export.")
    place = place.parent.resolve() / place.name
    try:
        status = place.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise StewardError(ErrorKind.REFUSED, f"{place} is a symbolic link; name the directory itself.")
        if not stat.S_ISDIR(status.st_mode):
            raise StewardError(ErrorKind.REFUSED, f"{place} is a file, not a directory.")
        if any(place.iterdir()):
            raise StewardError(ErrorKind.REFUSED, f"{place} is not empty; name an empty or a new directory.")
        if place.is_mount():
            raise StewardError(ErrorKind.REFUSED, f"A file system is mounted at {place}; name a directory inside it.")
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StewardError(ErrorKind.STORAGE, f"{place} cannot be looked into: {error.strerror}.") from error
    return place


def abandoned_exports(destination: Path) -> list[Path]:
    """Hidden directories that earlier exports to ``destination`` left, because they were killed.

    They hold personal data: worth telling the operator.
    """
    place = Path(os.path.abspath(destination))  # noqa: PTH100
    try:
        candidates = [each for each in place.parent.iterdir() if each.name.startswith(f".{place.name}.partial-")]
    except OSError:
        return []
    return sorted(each for each in candidates if not each.is_symlink() and each.is_dir() and not _in_use(each))


def storage_error(error: OSError) -> StewardError:
    """What a failed write means for the operator."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        sentence = "The disk is full. What had been written was removed."
    else:
        sentence = f"The export could not be written: {error.strerror or error}. What had been written was removed."
    return StewardError(ErrorKind.STORAGE, sentence)


def _in_use(place: Path) -> bool:
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _flush_and_close(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _raised(flushing: Future[Any]) -> bool:
    """Whether it is done; what it raised is raised here."""
    if flushing.done():
        flushing.result()
    return flushing.done()


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
