"""Deleting messages and files, and what the archive does with them."""

from .archive import list_archive, purge_messages, restore_messages
from .files import delete_files, preview_file_deletion
from .messages import delete_messages, preview_message_deletion

__all__ = [
    "delete_files",
    "delete_messages",
    "list_archive",
    "preview_file_deletion",
    "preview_message_deletion",
    "purge_messages",
    "restore_messages",
]
