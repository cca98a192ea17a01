"""Checking an export against its manifest, offline: names every difference."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from .container import MANIFEST
from .keys import Keys
from .listing import LONGEST_MANIFEST, listed_in, shown_path
from .manifest import ManifestError, decode
from .model import Difference

READ_BYTES = 1 << 20


def verify_export(path: Path, keys: Keys | None = None) -> list[Difference]:
    """All ways in which a directory or an archive differs from its manifest; none means that it is as it was written.

    Blocking: reads every file. Nothing in the export is followed out of it, and nothing is unpacked.

    Raises :class:`StewardError`, kind ``invalid``, where an archive is encrypted and ``keys`` do not open it.
    """
    if path.is_file():
        from .verify_archive import verify_archive

        return verify_archive(path, keys or Keys())
    try:
        manifest = decode(_manifest_bytes(path / MANIFEST))
        listed = listed_in(manifest)
    except ManifestError as error:
        return [Difference("manifest", MANIFEST, str(error))]
    except OSError as error:
        return [Difference("manifest", MANIFEST, f"It cannot be read: {error.strerror or error}.")]
    found = [difference for name, entry in listed.items() for difference in _compare(path, name, entry)]
    return found + list(_extras(path, set(listed)))


def other_size(found: int, listed: int) -> str:
    """What is said of a file that has another size than the manifest lists."""
    return f"It has {found:,} byte{'' if found == 1 else 's'}; the manifest says {listed:,}."


def _manifest_bytes(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ManifestError("It is not a regular file.")
        return file.read(LONGEST_MANIFEST)


def _compare(root: Path, name: str, entry: tuple[int, str]) -> Iterator[Difference]:
    size, digest = entry
    try:
        status = _status(root, name)
        if status is None:
            yield Difference("missing", name, "The manifest lists it, and it is not there.")
        elif not stat.S_ISREG(status.st_mode):
            yield Difference("type", name, "It is not a regular file any more.")
        elif status.st_size != size:
            yield Difference("size", name, other_size(status.st_size, size))
        elif digest_of(root / name) != digest:
            yield Difference("changed", name, "Its contents are not those that were exported.")
    except OSError as error:
        yield Difference("unreadable", name, f"It cannot be read: {error.strerror or error}.")


def _status(root: Path, name: str) -> os.stat_result | None:
    """What is at ``name``; None for nothing, or where a folder on the way is a link that leads elsewhere."""
    place = root
    try:
        for part in PurePosixPath(name).parts[:-1]:
            place = place / part
            if not stat.S_ISDIR(place.lstat().st_mode):
                return None
        return (root / name).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def digest_of(path: Path) -> str:
    """The sha256 of a file, as ``sha256sum`` prints it; :class:`OSError`. Blocking."""
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        while data := file.read(READ_BYTES):
            digest.update(data)
    return digest.hexdigest()


def _extras(root: Path, listed: set[str]) -> Iterator[Difference]:
    """Files that the manifest does not know, links, and folders in which nothing is listed."""
    folders = {str(parent) for name in listed for parent in PurePosixPath(name).parents}
    for folder, inside, files in os.walk(root, onerror=None):
        relative = Path(folder).relative_to(root)
        for name in sorted(files):
            path = (relative / name).as_posix()
            if path not in listed and path != MANIFEST:
                yield Difference("extra", shown_path(path), "The manifest does not list it.")
        for name in sorted(inside):
            path = (relative / name).as_posix()
            if path not in folders or (root / path).is_symlink():
                yield Difference("extra", shown_path(path), "The manifest lists nothing in this folder.")
