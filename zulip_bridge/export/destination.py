"""Where an export goes: whether a place will do, and what earlier exports left there."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

from zulip_bridge.api.errors import ErrorKind, StewardError

from .packaging import Packaging

FOLDER_MODE = 0o700
RESERVE_BYTES = 16 * 1024 * 1024
"""Free space that an export leaves alone: the manifest needs some, and so do others."""


def check_destination(destination: Path, packaging: Packaging | None = None) -> Path:
    """The destination as an absolute path, if an export may go there: a new or empty directory, or a new file.

    Raises :class:`StewardError`, kind ``refused``, where it may not, ``storage`` where it cannot be looked at.
    """
    place = Path(os.path.abspath(destination))  # noqa: PTH100 (resolve() would follow a link at the end)
    if not place.name:
        raise StewardError(ErrorKind.REFUSED, "The root directory cannot be an export.")
    place = place.parent.resolve() / place.name
    try:
        status = place.lstat()
        if packaging is not None and packaging.is_archive:
            raise StewardError(ErrorKind.REFUSED, f"{place} is there already; name a new file.")
        _check_directory(place, status)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StewardError(ErrorKind.STORAGE, f"{place} cannot be looked into: {error.strerror}.") from error
    return place


def _check_directory(place: Path, status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise StewardError(ErrorKind.REFUSED, f"{place} is a symbolic link; name the directory itself.")
    if not stat.S_ISDIR(status.st_mode):
        raise StewardError(ErrorKind.REFUSED, f"{place} is a file, not a directory.")
    if any(place.iterdir()):
        raise StewardError(ErrorKind.REFUSED, f"{place} is not empty; name an empty or a new directory.")
    if place.is_mount():
        raise StewardError(ErrorKind.REFUSED, f"A file system is mounted at {place}; name a directory inside it.")


def make_parents(destination: Path) -> None:
    """Make the folders on the way to the destination, for the operator alone; :class:`OSError` where that fails."""
    for parent in [each for each in reversed(destination.parents) if not each.exists()]:
        parent.mkdir(mode=FOLDER_MODE)


def free_bytes(destination: Path) -> int | None:
    """Space for an export to ``destination``, which need not be there yet; None where it cannot be told. Blocking."""
    place = Path(os.path.abspath(destination))  # noqa: PTH100 (resolve() would follow a link at the end)
    try:
        status = os.statvfs(next(each for each in (place, *place.parents) if each.exists()))
    except OSError:
        return None
    return max(0, status.f_bavail * status.f_frsize - RESERVE_BYTES)


def abandoned_exports(destination: Path) -> list[Path]:
    """Hidden directories and files that earlier exports to ``destination`` left, because they were killed.

    They hold personal data: worth telling the operator.
    """
    place = Path(os.path.abspath(destination))  # noqa: PTH100
    try:
        candidates = [each for each in place.parent.iterdir() if each.name.startswith(f".{place.name}.partial-")]
    except OSError:
        return []
    wanted = [each for each in candidates if not each.is_symlink() and (each.is_dir() or each.is_file())]
    return sorted(each for each in wanted if not _in_use(each))


def storage_error(error: OSError) -> StewardError:
    """What a failed write means for the operator."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        sentence = "The disk is full. What had been written was removed."
    else:
        sentence = f"The export could not be written: {error.strerror or error}. What had been written was removed."
    return StewardError(ErrorKind.STORAGE, sentence)


def _in_use(place: Path) -> bool:
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
