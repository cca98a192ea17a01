"""What an export is written into: a directory or an archive, with one interface.

Files are written one after the other. Everything here blocks: it is called from a thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class WrittenFile:
    """A file that is whole; ``original`` is its name on the server where that had to be changed."""

    path: str
    size: int
    sha256: str
    rows: dict[str, int] = field(default_factory=dict)
    original: str = ""


@dataclass(frozen=True)
class Stored:
    """What stands at the destination when all is done: its bytes on disk, and for an archive its digest."""

    path: Path
    bytes: int
    sha256: str | None = None


class OpenFile(Protocol):
    """A file being written."""

    @property
    def path(self) -> str:
        """Its path in the export."""
        ...

    def write(self, data: bytes | memoryview) -> None:
        """Append ``data``."""
        ...


class Container(Protocol):
    """Made by :func:`zulip_bridge.export.create`; ended by :meth:`finish` or :meth:`discard`."""

    def begin(self, path: str) -> OpenFile:
        """Open a new file; ``path`` is relative and safe.

        Raises :class:`FileExistsError` where a file or folder has that name, :class:`NotADirectoryError` where one
        of its folders is a file.
        """
        ...

    def end(self, modified: float | None = None) -> tuple[int, str]:
        """The file under way is whole: gives its size in bytes and its sha256. ``modified`` in unix seconds."""
        ...

    def abandon(self) -> None:
        """Throw the file under way away."""
        ...

    def finish(self, manifest: bytes) -> Stored:
        """Write the manifest, make everything durable, and give the export its name."""
        ...

    def discard(self) -> None:
        """Remove everything that was written, even when it was just finished."""
        ...

    def free_bytes(self) -> int:
        """Space that is left for us on this file system."""
        ...

    def will_take(self, size: int) -> int:
        """Bytes on disk that ``size`` bytes of text will come to, as far as can be told."""
        ...
