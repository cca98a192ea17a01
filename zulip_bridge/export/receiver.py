"""Taking the worker's events and bytes: which file they belong to, and what the manifest will say of it.

Nothing that arrives is trusted: paths are made safe again, sizes are compared, and files come one after the other.
Everything here blocks: it is called from a thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export import FileAbandoned, FileBegins, FileEnds, Planned, SectionDone, Warned
from zulip_bridge.api.paths import safe_path

from .container import MANIFEST, Container, OpenFile, WrittenFile
from .destination import RESERVE_BYTES
from .manifest import Contents
from .page import INDEX, PAGES, ReadablePage

MOST_NAMESAKES = 1_000
ESTIMATE_COUNTS = 4
"""Of messages whose number is an estimate, one of so many is taken for granted,"""
SETTLED = 10
"""once one of so many has come."""
UPLOADS = "uploads/"
"""Where the files are that were counted before the first of them."""


class Receiver:
    """Writes one export into its container."""

    def __init__(self, container: Container, with_page: bool = False) -> None:
        self.contents = Contents()
        self._page = ReadablePage(self._write) if with_page else None
        self._container = container
        self._file: OpenFile | None = None
        self._announced = ""
        self._original = ""
        self._file_bytes = 0
        self._bytes_before = 0

    def chunk(self, data: memoryview) -> None:
        """Bytes of the file under way."""
        if self._file is None:
            raise _confused("bytes that belong to no file")
        self._file.write(data)
        if self._page is not None:
            self._page.chunk(data)

    def event(self, event: Any) -> None:
        """One of :data:`zulip_bridge.api.export.ExportEvent`."""
        if isinstance(event, FileBegins):
            self._begin(event)
        elif isinstance(event, FileEnds):
            self._end(event)
        elif isinstance(event, FileAbandoned):
            self._abandon(event)
        elif isinstance(event, Warned):
            self.contents.warnings.append(event)
        elif isinstance(event, SectionDone):
            self.contents.sections.append(event)
        elif isinstance(event, Planned):
            self._file_bytes = event.file_bytes
            self._require(event.file_bytes)

    def check_space(self, progress: Progress) -> None:
        """Refuse early what will not fit: what is to come, judged by what has come.

        How many messages there are is sometimes an estimate. Somebody who wrote most of theirs long ago would be
        refused for it what does fit: it counts for a part only, from a tenth of the way on, and the export ends when
        no more room is left than others need.
        """
        if progress.phase == "messages" and not progress.done:
            self._bytes_before = progress.bytes
        if progress.phase == "messages" and not progress.exact:
            self._require(1, "messages are still to come")
        if progress.phase != "files":  # of that the worker has told all when it was planned
            self._require(self._file_bytes + self._messages_to_come(progress))

    def _messages_to_come(self, progress: Progress) -> int:
        """Bytes of messages, as they will be stored; as few as may well be where their number is an estimate."""
        if progress.phase != "messages" or not progress.total or not progress.done:
            return 0
        written = progress.bytes - self._bytes_before
        to_come = self._container.will_take(written * max(0, progress.total - progress.done) // progress.done)
        if progress.exact:
            return to_come
        return to_come // ESTIMATE_COUNTS if progress.done * SETTLED >= progress.total else 0

    def check_complete(self) -> None:
        """The worker is done: is everything that it began?"""
        if self._file is not None:
            raise _confused("no end of its last file")

    def finish_page(self, manifest: dict[str, Any]) -> None:
        """Write the rest of the readable page, if there is to be one; ``manifest`` as it is without it."""
        if self._page is not None:
            self._page.finish(manifest)

    def _write(self, path: str, pieces: Iterable[bytes]) -> None:
        """A whole file that the worker has not sent."""
        file = self._container.begin(path)
        for each in pieces:
            file.write(each)
        size, digest = self._container.end()
        self.contents.files.append(WrittenFile(path, size, digest))

    def _require(self, size: int, to_come: str = "") -> None:
        free = self._container.free_bytes()
        if size > free:
            to_come = to_come or f"{_megabytes(size)} are still to come"
            left = f"{_megabytes(free)} are free besides the {RESERVE_BYTES / 1e6:.0f} MB that others need"
            raise StewardError(ErrorKind.STORAGE, f"There is not enough room: {to_come}, and {left}.")

    def _begin(self, event: FileBegins) -> None:
        if self._file is not None:
            raise _confused("a file inside a file")
        path = safe_path(event.path)
        if path == MANIFEST:
            raise _confused("a manifest, which is not its to write")
        if self._page is not None:
            if path == INDEX or path.startswith(PAGES):
                raise _confused("a part of the readable page, which is not its to write")
            self._page.begin(path)
        self._announced, self._original = event.path, event.original
        self._file = self._open(path)
        if self._file.path != event.path and not self._original:
            self._original = event.path

    def _open(self, path: str) -> OpenFile:
        """Begin the file; in a folder of its own where another file, or a folder, has its name."""
        top, slash, rest = path.partition("/") if "/" in path else ("", "", path)
        for namesake in range(MOST_NAMESAKES):
            try:
                return self._container.begin(safe_path(f"{top}{slash}~{namesake}/{rest}") if namesake else path)
            except (FileExistsError, NotADirectoryError):
                continue
        raise _confused("the same file again and again")

    def _end(self, event: FileEnds) -> None:
        if self._file is None or event.path != self._announced:
            raise _confused("the end of a file that was not begun")
        path = self._file.path
        self._file = None
        size, digest = self._container.end(event.modified)
        if size != event.size:
            raise _confused(f"{size} bytes of a file that should have {event.size}")
        self.contents.files.append(WrittenFile(path, size, digest, event.rows, self._original))
        if path.startswith(UPLOADS):
            self._file_bytes = max(0, self._file_bytes - size)
        if self._page is not None:
            self._page.end()

    def _abandon(self, event: FileAbandoned) -> None:
        if self._file is None or event.path != self._announced:
            raise _confused("the end of a file that was not begun")
        self._file = None
        self._container.abandon()


def _megabytes(size: int) -> str:
    return f"about {size / 1e6:.0f} MB" if size >= 1e6 else "less than 1 MB" if size else "0 MB"


def _confused(what: str) -> StewardError:
    return StewardError(ErrorKind.PROTOCOL, f"The worker sent {what}; the export was not kept.")
