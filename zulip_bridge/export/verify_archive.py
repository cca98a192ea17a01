"""Checking an archive against the manifest inside it: in one pass, without unpacking it anywhere."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .container import MANIFEST
from .keys import Keys
from .listing import LONGEST_MANIFEST, Listed, listed_in, shown_path
from .manifest import ManifestError, decode
from .model import Difference
from .opening import BROKEN, Opened, open_archive
from .tar_writer import RECORD
from .zip_reader import ZipFault, ZipReader

READ_BYTES = 256 * 1024
FAULTS = (*BROKEN, ZipFault, tarfile.TarError, UnicodeError, ValueError)

Kind = Literal["file", "folder", "other"]


@dataclass(frozen=True)
class Found:
    """A member: its path in the archive, and for a file how to read it."""

    path: str
    kind: Kind
    contents: Iterable[bytes] = ()


class ArchiveCheck:
    """What one pass over an archive finds."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []
        self._files: Listed = {}
        self._folders: set[str] = set()
        self._manifest: bytes | None = None
        self._top: str | None = None

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
        elif inside in self._files or (inside == MANIFEST and self._manifest is not None):
            self.differences.append(Difference("extra", shown_path(inside), "It is in the archive twice."))
            _read(found.contents)
        elif inside == MANIFEST:
            self._manifest = _small(found.contents)
        else:
            self._files[inside] = _read(found.contents)

    def compare(self) -> list[Difference]:
        """Every difference between what was found and the manifest."""
        if self._manifest is None:
            return [*self.differences, Difference("manifest", MANIFEST, "It is not there.")]
        try:
            listed = listed_in(decode(self._manifest))
        except ManifestError as error:
            return [*self.differences, Difference("manifest", MANIFEST, str(error))]
        known = {each.path for each in self.differences if each.kind == "type"}
        return [*self.differences, *(each for each in self._against(listed) if each.path not in known)]

    def _against(self, listed: Listed) -> Iterator[Difference]:
        for name, (size, digest) in listed.items():
            found = self._files.get(name)
            if found is None:
                yield Difference("missing", name, "The manifest lists it, and it is not there.")
            elif found[0] != size:
                yield Difference("size", name, f"It has {found[0]} bytes; the manifest says {size}.")
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
            if opened.format == "tar" and _is_more(opened.source):
                check.differences.append(Difference("archive", path.name, "Something follows after its end."))
    except FAULTS as error:
        check.differences.append(Difference("archive", path.name, _sentence(error)))
    return check.compare()


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
    with tarfile.open(fileobj=opened.source, mode="r|", bufsize=RECORD) as archive:
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


def _is_more(source: io.BufferedReader) -> bool:
    """Whether anything but zeros is left."""
    more = False
    while data := source.read(READ_BYTES):
        more = more or any(data)
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


def _sentence(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "The archive ends in the middle."
    if isinstance(error, OSError) and error.errno is not None:
        return f"It cannot be read: {error.strerror}."
    said = str(error)
    return said if said.endswith(".") else f"The archive is damaged: {said or type(error).__name__}."
