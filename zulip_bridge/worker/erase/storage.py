"""Removing files from Zulip's storage: uploads through Zulip's own function, pictures and thumbnails by their key."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from zulip_bridge.worker import compat
from zulip_bridge.worker.export.storage import is_storages, storage

GRAVATAR = "G"
PICTURE_ENDINGS = ("", ".png", "-medium.png", ".original")


def picture_keys(row: Any) -> list[str]:
    """Keys of the pictures of every version of a person's avatar that storage still has."""
    keys: list[str] = []
    source = storage()
    for version in range(1, row.avatar_version + 1):
        base, versioned = compat.avatar_base(row.id, version, row.realm_id)
        keys += [*source.avatar_keys(base), *(f"{base}{ending}" for ending in PICTURE_ENDINGS)]
        if not versioned:
            break
    return list(dict.fromkeys(keys))


def remove_uploads(paths: Iterable[str], progress: Callable[[int], None]) -> tuple[int, list[str]]:
    """Delete uploads with their thumbnails; how many were there, and what could not be deleted."""
    removed, failed = 0, list[str]()
    for done, path in enumerate(paths):
        progress(done)
        try:
            there = compat.call("zerver.lib.upload.delete_message_attachment", path).run()
            remove_thumbnails(path)
        except Exception as error:
            if not (isinstance(error, OSError | AssertionError | ValueError) or is_storages(error)):
                raise
            failed.append(f"A file could not be deleted ({type(error).__name__}): {path}")
            continue
        removed += bool(there)
    return removed, failed


def remove_thumbnails(path: str) -> None:
    """Delete what Zulip has made of an image; its own deletion of a file leaves it."""
    for thumbnail in _thumbnails(path):
        compat.call("zerver.lib.upload.delete_message_attachment", thumbnail).run()


def remove_pictures(keys: Iterable[str]) -> tuple[int, list[str]]:
    """Delete pictures by their key; how many were there, and what could not be deleted."""
    removed, failed = 0, list[str]()
    root = compat.setting("LOCAL_UPLOADS_DIR")
    for key in keys:
        try:
            removed += _remove_from_disk(Path(root), key) if root else _remove_from_bucket(key)
        except Exception as error:
            if not (isinstance(error, OSError) or is_storages(error)):
                raise
            failed.append(f"A picture could not be deleted ({getattr(error, 'strerror', None) or error}): {key}")
    return removed, failed


def _remove_from_disk(root: Path, key: str) -> bool:
    top = os.path.realpath(compat.setting("LOCAL_AVATARS_DIR") or root / "avatars")
    place = Path(top) / key
    if not os.path.realpath(place.parent).startswith(top):
        raise PermissionError(errno.EPERM, "its name leads out of the directory of pictures")
    try:
        place.unlink()
    except FileNotFoundError:
        return False
    return True


def _remove_from_bucket(key: str) -> bool:
    """A bucket does not say whether there was such an object."""
    compat.bucket(compat.setting("S3_AVATAR_BUCKET")).Object(key).delete()
    return True


def _thumbnails(path: str) -> list[str]:
    """Keys of a file's thumbnails (9.0 and later). They lie in a directory that is named like the file."""
    prefix = f"thumbnail/{path}/"
    place = "zerver.lib.upload.all_message_attachments"
    if compat.takes(place, "prefix"):
        found = compat.call(place, include_thumbnails=True, prefix=prefix).run()
    else:
        backend = compat.find_function("zerver.lib.upload.upload_backend")
        listing = getattr(backend, "all_message_attachments", None)
        if listing is None or not compat.accepts(listing, "prefix"):
            return []
        found = listing(include_thumbnails=True, prefix=prefix)
    return [key for key, _ in found]


def forget_files(paths: list[str]) -> None:
    """Delete the rows of files that no message uses: of the archive, and of their sizes and thumbnails."""
    for name in ("ArchivedAttachment", "ImageAttachment"):
        model = compat.model("zerver", name)
        if model is not None:
            model.objects.filter(path_id__in=paths).delete()
