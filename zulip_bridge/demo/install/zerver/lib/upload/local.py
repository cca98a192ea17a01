"""Uploaded files in a directory of the server."""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from django.conf import settings
from zerver.lib.upload.base import ZulipUploadBackend


class LocalUploadBackend(ZulipUploadBackend):
    """The storage below ``LOCAL_UPLOADS_DIR``: ``files`` and ``avatars``."""

    def save_attachment_contents(self, path_id: str, filehandle: IO[bytes]) -> None:
        """Write a file's content to ``filehandle``; raises FileNotFoundError."""
        with _path("files", path_id).open("rb") as file:
            shutil.copyfileobj(file, filehandle)

    def delete_message_attachment(self, path_id: str) -> bool:
        """Remove a file; says whether it was there."""
        return _delete("files", path_id)

    def all_message_attachments(
        self, include_thumbnails: bool = False, prefix: str = ""
    ) -> Iterator[tuple[str, datetime]]:
        """All files with the times of their last change."""
        top = _path("files", "")
        for path in (top / prefix).rglob("*"):
            name = path.relative_to(top)
            if path.is_file() and (include_thumbnails or name.parts[0] != "thumbnail"):
                yield str(name), datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)

    def get_avatar_contents(self, file_path: str) -> tuple[bytes, str]:
        """An avatar as it was uploaded, and its type."""
        kind = mimetypes.guess_type(file_path)[0] or "application/octet-stream"
        return _path("avatars", f"{file_path}.original").read_bytes(), kind

    def upload_single_avatar_image(self, file_path: str, image_data: bytes) -> None:
        """Store one file of an avatar."""
        path = _path("avatars", file_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(image_data)

    def delete_avatar_image(self, path_id: str) -> None:
        """Remove an avatar in all its sizes."""
        for name in (
            f"{path_id}.original",
            self.get_avatar_path(path_id),
            self.get_avatar_path(path_id, medium=True),
        ):
            _delete("avatars", name)


def _path(kind: str, name: str) -> Path:
    """A file of the storage; ValueError for a name that leads out of it."""
    top = Path(settings.LOCAL_UPLOADS_DIR, kind).resolve()
    path = (top / name).resolve()
    if not path.is_relative_to(top):
        raise ValueError("a path leads out of the upload storage")
    return path


def _delete(kind: str, name: str) -> bool:
    path = _path(kind, name)
    if not path.is_file():
        return False
    path.unlink()
    for parent in path.parents:
        if parent == _path(kind, "") or any(parent.iterdir()):
            break
        parent.rmdir()
    return True
