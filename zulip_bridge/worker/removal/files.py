"""Deleting a person's uploads: Zulip's function removes row and file, and leaves thumbnails (facts.md 4.6)."""

from __future__ import annotations

from typing import Any

from django.db import connection

from zulip_bridge.api.people import Person
from zulip_bridge.api.removal import DeletedFiles, DeleteFiles, FileDeletion, PreviewFileDeletion
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.erase.deletion import people
from zulip_bridge.worker.erase.storage import remove_thumbnails
from zulip_bridge.worker.people import person_by_id

USES = """
    SELECT a.path_id, a.file_name, a.size, count(m.id), count(m.id) FILTER (WHERE m.sender_id <> a.owner_id)
    FROM zerver_attachment a LEFT JOIN zerver_attachment_messages u ON u.attachment_id = a.id
    LEFT JOIN zerver_message m ON m.id = u.message_id
    WHERE a.owner_id = %(id)s AND (%(all)s OR a.path_id = ANY(%(paths)s)) GROUP BY a.id ORDER BY a.id
"""


def preview_file_deletion(request: PreviewFileDeletion, context: Context) -> list[FileDeletion]:
    """Answer :class:`PreviewFileDeletion`; paths that are none of the person's are absent."""
    parameters = {"id": request.person_id, "all": request.paths is None, "paths": request.paths or []}
    with connection.cursor() as cursor:
        cursor.execute(USES, parameters)
        return [FileDeletion(*row) for row in cursor.fetchall()]


def delete_files(request: DeleteFiles, context: Context) -> DeletedFiles:
    """Answer :class:`DeleteFiles`. Asked to end, it finishes the file that is under way."""
    context.finish_what_was_begun()
    person = person_by_id(request.person_id)
    rows, files, sentences = 0, 0, list[str]()
    for done, attachment in enumerate(_attachments(person, request.paths)):
        if context.cancelled:
            sentences.append("It was stopped; the rest was left.")
            break
        sentence = _delete(person, attachment)
        rows, files = rows + (not sentence), files + (not sentence)
        sentences += [sentence] if sentence else []
        if not context.cancelled:
            context.progress("files", done + 1, len(request.paths))
    return DeletedFiles(rows, files, sentences)


def _attachments(person: Person, paths: list[str]) -> list[Any]:
    model = compat.model("zerver", "Attachment")
    assert model is not None
    return list(model.objects.filter(owner_id=person.id, path_id__in=paths).order_by("id"))


def _delete(person: Person, attachment: Any) -> str:
    """Nothing, or why it is still there."""
    path = attachment.path_id
    try:
        remove_thumbnails(path)
        owner = people().objects.get(id=person.id)
        compat.call("zerver.lib.attachments.remove_attachment", owner, attachment).run()
    except Exception as error:  # noqa: BLE001 (storage of any kind may fail in ways of its own; the next file is tried)
        return f"A file could not be deleted ({compat.words_of_zulip(error) or type(error).__name__}): {path}"
    images = compat.model("zerver", "ImageAttachment")
    if images is not None:
        images.objects.filter(path_id=path).delete()
    return ""
