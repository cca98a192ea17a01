"""Checking an archive against the manifest inside it: in one pass, without unpacking it anywhere."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal

from .container import MANIFEST
from .keys import Keys
from .listing import LONGEST_MANIFEST, Listed, listed_in, shown_path
from .manifest import ManifestError, decode
from .model import Difference, DifferenceKind
from .opening import BROKEN, Opened, open_archive
from .tar_writer import RECORD
from .verify import other_size
from .zip_reader import DamagedMember, ZipFault, ZipReader

READ_BYTES = 256 * 1024
FAULTS = (*BROKEN, ZipFault, tarfile.TarError, UnicodeError, ValueError)

JUNK = ("Not a gzipped file", "Unknown frame descriptor")
"""What the readers of gzip and zstd say where what follows is neither; the rest of the archive would be."""
FOLLOWS = "something that does not belong to it follows after its end."
DAMAGED = "What the archive has of it is damaged."

Kind = Literal["file", "folder", "other"]


@dataclass(frozen=True)
class Found:
    """A member: its path in the archive, and for a file how to read it."""

    path: str
    kind: Kind
    contents: Iterable[bytes] = ()


class End(Enum):
    """How the archive ended."""

    WHOLE = "as it was written"
    JUNK = "something follows that is not part of it"
    BROKEN = "it could not be read any further"


class ArchiveCheck:
    """What one pass over an archive finds."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []
        self._files: Listed = {}
        self._folders: set[str] = set()
        self._manifest: bytes | None = None
        self._top: str | None = None
        self._last = ""
        self._end = End.BROKEN
        self._cause = ""

    def take(self, found: Found) -> None:
        """Look at one member; reads it to its end."""
        top, _, path = found.path.rstrip("/").partition("/")
        if self._top is None:
            self._top = top
        inside = path if top == self._top else found.path
        if found.kind == "folder":
            self._folders.add(inside)
        elif found.kind == "other":
            self.differences.append(Difference("type", shown_path(inside), "It is not a regular file any more."))
        else:
            try:
                self._file(inside, found.contents)
            except DamagedMember:
                kind: DifferenceKind = "manifest" if inside == MANIFEST else "unreadable"
                self.differences.append(Difference(kind, shown_path(inside), DAMAGED))
            self._last = shown_path(inside)

    def end(self) -> None:
        """Every member was taken."""
        self._end = End.WHOLE

    def more(self) -> None:
        """There is more behind the end."""
        self._end = End.JUNK

    def stop(self, error: Exception) -> None:
        """The archive cannot be read any further."""
        is_junk = self._end is not End.BROKEN and any(each in str(error) for each in JUNK)
        self._end = End.JUNK if is_junk else End.BROKEN
        self._cause = _cause(error)

    def compare(self, archive: str) -> list[Difference]:
        """Every difference between what was found and the manifest, as far as that is known."""
        listed = self._listed()
        known = {each.path for each in self.differences if each.kind in ("type", "unreadable")}
        if listed is None:
            end, against = self._end_uncompared(), []
        else:
            end = self._end_compared(is_all=not listed.keys() - self._files.keys() - known)
            against = [each for each in self._against(listed) if each.path not in known]
        first = [Difference("archive", archive, end)] if end else []
        return [*first, *self.differences, *against]

    def _listed(self) -> Listed | None:
        """What the manifest lists; None where that is not known. Why not is then among the differences, if known."""
        try:
            if self._manifest is not None:
                return listed_in(decode(self._manifest))
            if self._end is not End.BROKEN and not self._has_damaged_manifest:
                self.differences.append(Difference("manifest", MANIFEST, "It is not there."))
        except ManifestError as error:
            self.differences.append(Difference("manifest", MANIFEST, str(error)))
        return None

    def _end_compared(self, *, is_all: bool) -> str:
        """What is known of the archive's end; ``is_all``: every file that the manifest lists was there before."""
        if self._end is End.WHOLE:
            return ""
        if self._end is End.BROKEN and not is_all:
            return self._not_beyond("what follows was not checked")
        rest = FOLLOWS if self._end is End.JUNK else f"its end is not as it was written ({self._cause})."
        return f"Its files were read and compared; {rest}"

    def _end_uncompared(self) -> str:
        """The same where there is no manifest to compare with."""
        if self._end is not End.BROKEN:
            return FOLLOWS.capitalize() if self._end is End.JUNK else ""
        if self._manifest is not None or self._has_damaged_manifest:
            return self._not_beyond("what follows was not checked")
        if not self._last:
            return f"It could not be read beyond its beginning ({self._cause}); nothing of it was checked."
        return self._not_beyond(
            "what follows, the manifest among it, was not checked, and what precedes could not be compared with it"
        )

    def _not_beyond(self, known: str) -> str:
        return f"It could not be read beyond {self._last} ({self._cause}); {known}."

    @property
    def _has_damaged_manifest(self) -> bool:
        return any(each.kind == "manifest" for each in self.differences)

    def _file(self, path: str, contents: Iterable[bytes]) -> None:
        if path in self._files or (path == MANIFEST and self._manifest is not None):
            self.differences.append(Difference("extra", shown_path(path), "It is in the archive twice."))
            _read(contents)
        elif path == MANIFEST:
            self._manifest = _small(contents)
        else:
            self._files[path] = _read(contents)

    def _against(self, listed: Listed) -> Iterator[Difference]:
        for name, (size, digest) in listed.items():
            found = self._files.get(name)
            if found is None:
                if self._end is not End.BROKEN:
                    yield Difference("missing", name, "The manifest lists it, and it is not there.")
            elif found[0] != size:
                yield Difference("size", name, other_size(found[0], size))
            elif found[1] != digest:
                yield Difference("changed", name, "Its contents are not those that were exported.")
        for name in sorted(self._files.keys() - listed.keys()):
            yield Difference("extra", shown_path(name), "The manifest does not list it.")
        wanted = {""} | {"/".join(name.split("/")[:count]) for name in listed for count in range(name.count("/") + 1)}
        for name in sorted(self._folders - wanted):
            yield Difference("extra", shown_path(name), "The manifest lists nothing in this folder.")


def verify_archive(path: Path, keys: Keys) -> list[Difference]:
    """All ways in which the archive differs from its manifest; see :func:`~zulip_bridge.export.verify_export`."""
    check = ArchiveCheck()
    try:
        with open_archive(path, keys) as opened:
            if opened is None:
                return [Difference("archive", path.name, "It is neither a directory nor an archive.")]
            for found in _members(opened):
                check.take(found)
            check.end()
            if _is_more(opened):
                check.more()
    except FAULTS as error:
        check.stop(error)
    return check.compare(path.name)


class StrictHeader(tarfile.TarInfo):
    """What stands before a file of a tar archive. Python's reader takes a damaged one for the archive's end."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> StrictHeader:
        """One from its bytes; where they are zeros, Python's own exception, which means that the archive ends."""
        if not buf:
            raise EOFError
        if not any(buf):
            return super().frombuf(buf, encoding, errors)
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error


def _members(opened: Opened) -> Iterator[Found]:
    if opened.format == "zip":
        reader = ZipReader(opened.source)
        for member in reader.members():
            name = member.name.decode()
            if name.endswith("/"):
                _read(reader.contents(member))
                yield Found(name, "folder")
            else:
                yield Found(name, "file", reader.contents(member))
        return
    # Record by record: what it reads beyond the end would not be seen to be there.
    with tarfile.open(fileobj=opened.source, mode="r|", bufsize=RECORD, tarinfo=StrictHeader) as archive:
        for entry in archive:
            # Python's reader would keep every header in memory.
            archive.members = []  # type: ignore[attr-defined]
            if entry.isfile():
                yield Found(entry.name, "file", _blocks(archive, entry))
            else:
                yield Found(entry.name, "folder" if entry.isdir() else "other")


def _blocks(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Iterator[bytes]:
    file = archive.extractfile(entry)
    assert file is not None
    while data := file.read(READ_BYTES):
        yield data


def _is_more(opened: Opened) -> bool:
    """Whether anything is left; zeros do not count behind a tar archive, which ends in them."""
    more = False
    while data := opened.source.read(READ_BYTES):
        more = more or opened.format == "zip" or any(data)
    return more


def _read(contents: Iterable[bytes]) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    for data in contents:
        digest.update(data)
        size += len(data)
    return size, digest.hexdigest()


def _small(contents: Iterable[bytes]) -> bytes:
    kept = bytearray()
    for data in contents:
        kept += data[: LONGEST_MANIFEST - len(kept)]
    return bytes(kept)


def _cause(error: Exception) -> str:
    """Why it cannot be read, to stand in a sentence."""
    if isinstance(error, EOFError):
        return "it ends in the middle"
    if isinstance(error, OSError) and error.errno is not None:
        return error.strerror or "it cannot be read"
    said = str(error)
    if said.endswith("."):
        return said[0].lower() + said[1:-1]
    return f"the archive is damaged: {said or type(error).__name__}"
