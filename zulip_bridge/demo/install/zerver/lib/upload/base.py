"""What a storage for uploaded files can do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import IO


class ZulipUploadBackend:
    """A storage; paths are relative, the same in all storages."""

    def save_attachment_contents(self, path_id: str, filehandle: IO[bytes]) -> None:
        """Write a file's content to ``filehandle``; raises FileNotFoundError."""
        raise NotImplementedError

    def delete_message_attachment(self, path_id: str) -> bool:
        """Remove a file; says whether it was there."""
        raise NotImplementedError

    def delete_message_attachments(self, path_ids: list[str]) -> None:
        """Remove files."""
        for path_id in path_ids:
            self.delete_message_attachment(path_id)

    def all_message_attachments(
        self, include_thumbnails: bool = False, prefix: str = ""
    ) -> Iterator[tuple[str, datetime]]:
        """All files with the times of their last change."""
        raise NotImplementedError

    def get_avatar_path(self, hash_key: str, medium: bool = False) -> str:
        """File name of an avatar in one of its two sizes."""
        return f"{hash_key}-medium.png" if medium else f"{hash_key}.png"

    def get_avatar_contents(self, file_path: str) -> tuple[bytes, str]:
        """An avatar as it was uploaded, and its type."""
        raise NotImplementedError

    def upload_single_avatar_image(self, file_path: str, image_data: bytes) -> None:
        """Store one file of an avatar."""
        raise NotImplementedError

    def delete_avatar_image(self, path_id: str) -> None:
        """Remove an avatar in all its sizes."""
        raise NotImplementedError
