"""Where Zulip keeps files: a directory of this machine, or buckets of S3-compatible storage (:mod:`.buckets`)."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from .. import compat

ENDINGS = (".original", ".png", "-medium.png")
"""Of the files that belong to a profile picture on the local disk."""
Area = Literal["uploads", "avatars"]
"""Zulip's two places: files that people uploaded; pictures of people and emoji."""


class Unreadable(Exception):
    """A file cannot be had; the text is a sentence for the operator."""


class Missing(Unreadable):
    """There is no such file."""


@dataclass
class StoredFile:
    """An open file; ``record`` has what the storage itself knows of it, under the export's names."""

    stream: Readable
    modified: float | None
    record: dict[str, Any]
    local: bool = False


class Readable(Protocol):
    """What can be read in pieces; :class:`OSError` where that fails."""

    def read(self, size: int, /) -> bytes | None:
        """The next bytes; none at the end."""


class Storage(Protocol):
    """Reading files by their key."""

    def open(self, area: Area, key: str) -> Any:
        """Context manager giving a :class:`StoredFile`; raises :class:`Unreadable`."""

    def avatar_keys(self, base: str, present: bool = False) -> list[str]:
        """Keys of the pictures that belong to an avatar; with ``present`` only of those that are there."""

    def stored_avatar(self, base: str, as_zulip: bool) -> list[str]:
        """Keys of an avatar's pictures that are there; ``as_zulip``: those that ``export_single_user`` takes.

        Raises :class:`Unreadable` where the storage does not say.
        """


def storage() -> Storage:
    """The storage that this server is set up for."""
    root = compat.setting("LOCAL_UPLOADS_DIR")
    if root:
        return LocalStorage(Path(root))
    from .buckets import BucketStorage

    return BucketStorage()


class LocalStorage:
    """A directory: ``files`` below it holds the uploads, ``avatars`` the pictures."""

    def __init__(self, root: Path) -> None:
        self._roots: dict[Area, Path] = {
            "uploads": Path(compat.setting("LOCAL_FILES_DIR") or root / "files"),
            "avatars": Path(compat.setting("LOCAL_AVATARS_DIR") or root / "avatars"),
        }

    @contextlib.contextmanager
    def open(self, area: Area, key: str) -> Iterator[StoredFile]:
        """Open a regular file inside the area; links that lead out of it are not followed."""
        descriptor = self._descriptor(area, key)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise Unreadable("It is not a regular file.")
        record = {"size": status.st_size, "last_modified": status.st_mtime, "content_type": None}
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            yield StoredFile(stream, status.st_mtime, record, local=True)

    def avatar_keys(self, base: str, present: bool = False) -> list[str]:
        """Every file named like the avatar, whatever its ending."""
        folder, _, name = base.rpartition("/")
        if present:
            return [f"{base}{ending}" for ending in ENDINGS if (self._roots["avatars"] / f"{base}{ending}").exists()]
        try:
            found = [each.name for each in (self._roots["avatars"] / folder).iterdir()]
        except OSError:
            return []
        return sorted(f"{folder}/{each}" for each in found if each.startswith(f"{name}."))

    def stored_avatar(self, base: str, as_zulip: bool) -> list[str]:
        """Zulip's export leaves out the larger picture."""
        found = self.avatar_keys(base)
        return found if as_zulip else sorted({*found, *self.avatar_keys(base, present=True)})

    def _descriptor(self, area: Area, key: str) -> int:
        root = os.path.realpath(self._roots[area])
        try:
            place = os.path.realpath(Path(root) / key)
            if not place.startswith(root + os.sep):
                raise Unreadable("Its name leads out of the directory of uploads, so it was not read.")
            # Neither a link put there meanwhile nor a pipe that would never give an answer.
            return os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise Missing("It is missing on the server's disk.") from error
        except (OSError, ValueError) as error:
            raise Unreadable(f"It could not be opened: {getattr(error, 'strerror', None) or error}.") from error


def is_storages(error: Exception) -> bool:
    """Whether the storage's client library raised it; that is not imported where there is no such storage."""
    return type(error).__module__.split(".")[0] in ("botocore", "boto3", "urllib3")
