"""Uploaded files and their rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.timezone import now
from zerver.lib.exceptions import JsonableError
from zerver.lib.upload import delete_message_attachment
from zerver.models import ArchivedAttachment, Attachment

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from zerver.models import UserProfile


def remove_attachment(user_profile: UserProfile, attachment: Attachment) -> None:
    """Remove a file and its row; raises JsonableError when the storage refuses."""
    try:
        delete_message_attachment(attachment.path_id)
    except OSError as error:
        message = "An error occurred while deleting the attachment. Please try again later."
        raise JsonableError(message) from error
    attachment.delete()


def get_old_unclaimed_attachments(
    weeks_ago: int,
) -> tuple[QuerySet[Attachment], QuerySet[ArchivedAttachment]]:
    """Files older than that, in no message; and rows of archived ones that no message, live or archived, uses."""
    before = now() - timedelta(weeks=weeks_ago)
    archived = ArchivedAttachment.objects.filter(create_time__lt=before, messages=None)
    used_by_archived = ArchivedAttachment.objects.exclude(messages=None).values("id")
    live = Attachment.objects.filter(create_time__lt=before, messages=None, scheduled_messages=None)
    return live.exclude(id__in=used_by_archived), archived.exclude(id__in=Attachment.objects.values("id"))
