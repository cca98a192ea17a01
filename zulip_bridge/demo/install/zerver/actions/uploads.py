"""Files that nothing uses any more."""

from __future__ import annotations

from zerver.lib.attachments import get_old_unclaimed_attachments
from zerver.lib.upload import delete_message_attachments
from zerver.models import ImageAttachment


def do_delete_old_unclaimed_attachments(weeks_ago: int) -> None:
    """Remove files that are older and in no message, with their thumbnails and rows."""
    paths = set()
    for attachments in get_old_unclaimed_attachments(weeks_ago):
        for attachment in attachments:
            paths.add(attachment.path_id)
            attachment.delete()
    images = ImageAttachment.objects.filter(path_id__in=paths)
    thumbnails = [
        f"thumbnail/{image.path_id}/{each['max_width']}x{each['max_height']}.{each['extension']}"
        for image in images
        for each in image.thumbnail_metadata
    ]
    images.delete()
    delete_message_attachments([*sorted(paths), *thumbnails])
