"""The file that an archive is written to: without a name until it is whole.

Where the file system can, it has no name at all (``O_TMPFILE``), so that not even a killed process leaves anything;
elsewhere it is ``.NAME.partial-RANDOM`` beside the destination.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

FLUSH_BYTES = 32 * 1024 * 1024
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class OutputFile:
    """Ended by :meth:`finish` or :meth:`discard`. Raises :class:`OSError` where it cannot be written."""

    def __init__(self, destination: Path) -> None:
        self.size = 0
        self._destination = destination
        self._partial: Path | None = None
        self._descriptor = self._open()
        self._digest = hashlib.sha256()
        self._flusher = ThreadPoolExecutor(1, "flush")
        self._flushing: Future[None] | None = None
        self._flushed = 0
        self._finished = False

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append ``data``; all of it."""
        self._digest.update(data)
        self.size += len(data)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        if self.size - self._flushed > FLUSH_BYTES:
            self._flush()
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def finish(self, mode: int) -> str:
        """Make it durable, set its mode, and give it its name; its sha256.

        Raises :class:`FileExistsError` where something has that name by now; that is left alone.
        """
        if self._flushing is not None:
            self._flushing.result()
        os.fchmod(self._descriptor, mode)
        os.fsync(self._descriptor)
        self._name()
        self._finished = True
        flush_folder(self._destination.parent)
        return self._digest.hexdigest()

    def close(self) -> None:
        """Let go of the file."""
        self._flusher.shutdown(wait=True)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def discard(self) -> None:
        """Remove it, even when it was just finished."""
        self.close()
        for place in (self._partial, self._destination if self._finished else None):
            if place is not None:
                place.unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """Space that is left on its file system."""
        status = os.fstatvfs(self._descriptor)
        return status.f_bavail * status.f_frsize

    def _open(self) -> int:
        folder = self._destination.parent
        with contextlib.suppress(OSError, AttributeError):
            return os.open(folder, os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o600)
        self._partial = folder / f".{self._destination.name}.partial-{secrets.token_hex(6)}"
        descriptor = os.open(self._partial, CREATE, 0o600)
        # Held while this process lives: tells a later run that an abandoned file is abandoned.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor

    def _name(self) -> None:
        """A link, unlike a rename, never replaces what is there."""
        if self._partial is None:
            self._name_the_nameless()
            return
        try:
            os.link(self._partial, self._destination)
            self._partial.unlink()
        except FileExistsError:
            raise
        except OSError:
            # A file system without links: the destination was looked at when the export began, and is again.
            if os.path.lexists(self._destination):
                raise FileExistsError(f"{self._destination} is there by now") from None
            self._partial.rename(self._destination)
        self._partial = None

    def _name_the_nameless(self) -> None:
        folder = os.open(self._destination.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            # Only with a folder's descriptor does Python make the call that follows the link in /proc to the file.
            name = self._destination.name
            os.link(f"/proc/self/fd/{self._descriptor}", name, dst_dir_fd=folder, follow_symlinks=True)
        finally:
            os.close(folder)

    def _flush(self) -> None:
        """Have what was written brought to disk meanwhile, so that the end need not wait for all of it."""
        if self._flushing is not None:
            if not self._flushing.done():
                return
            self._flushing.result()
        self._flushed = self.size
        self._flushing = self._flusher.submit(os.fsync, self._descriptor)


def flush_folder(folder: Path) -> None:
    """Make names durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
