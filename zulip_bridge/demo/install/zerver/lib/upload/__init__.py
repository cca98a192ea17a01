"""Uploaded files: the demo's storage is always a local one."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from zerver.lib.avatar_hash import user_avatar_base_path_from_ids, user_avatar_path
from zerver.lib.upload.base import ZulipUploadBackend
from zerver.lib.upload.local import LocalUploadBackend

if TYPE_CHECKING:
    from zerver.models import UserProfile

upload_backend: ZulipUploadBackend = LocalUploadBackend()


def save_attachment_contents(path_id: str, filehandle: IO[bytes]) -> None:
    """Write a file's content to ``filehandle``; raises FileNotFoundError."""
    upload_backend.save_attachment_contents(path_id, filehandle)


def delete_message_attachment(path_id: str) -> bool:
    """Remove a file; says whether it was there."""
    return bool(upload_backend.delete_message_attachment(path_id))


def delete_message_attachments(path_ids: list[str]) -> None:
    """Remove files."""
    upload_backend.delete_message_attachments(path_ids)


def upload_avatar_image(
    user_file: IO[bytes],
    user_profile: UserProfile,
    content_type: str | None = None,
    backend: ZulipUploadBackend | None = None,
    future: bool = True,
) -> None:
    """Store a picture as the person's next avatar. The demo makes no smaller copies: all sizes are the picture."""
    storage = backend or upload_backend
    path = user_avatar_path(user_profile, future=future)
    image = user_file.read()
    for name in (f"{path}.original", storage.get_avatar_path(path), storage.get_avatar_path(path, medium=True)):
        storage.upload_single_avatar_image(name, image)


def delete_avatar_image(user_profile: UserProfile, avatar_version: int) -> None:
    """Remove one version of the person's avatar in all its sizes."""
    path = user_avatar_base_path_from_ids(user_profile.id, avatar_version, user_profile.realm_id)
    upload_backend.delete_avatar_image(path)
