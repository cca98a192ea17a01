"""The person's own deleted messages, which Zulip's archive keeps for a while: gone with ``scrub-profile`` by choice.

The other strategies end the account, and Zulip's own deletion takes them along.
"""

from __future__ import annotations

from typing import Any

from zulip_bridge.api.erase import RowFate
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.personal_data import category

from .storage import forget_files, remove_uploads

AT_ONCE = 1000
TABLE, COLUMN = "zerver_archivedmessage", "sender_id"


def archived_fate(person_id: int) -> RowFate:
    """How many there are."""
    words = "deleted messages that Zulip's archive keeps"
    return RowFate(TABLE, COLUMN, category(TABLE, COLUMN)[0], _messages(person_id).count(), "deleted", words)


def purge_archived(person_id: int, context: Context) -> tuple[dict[str, int], list[str]]:
    """Delete them with what hangs on them, and files that nothing uses any more; counts, and what was not removed.

    Others' messages of the same transactions stay in the archive.
    """
    rows, done = _messages(person_id), 0
    while ids := list(rows.order_by("id").values_list("id", flat=True)[:AT_ONCE]):
        rows.model.objects.filter(id__in=ids).delete()
        done += len(ids)
        context.progress("archived", done)
    alone = _files_of_nothing(person_id)
    forget_files(alone)
    removed, failed = remove_uploads(alone, lambda done: None)
    return {TABLE: done, "uploads": removed}, failed


def _messages(person_id: int) -> Any:
    model = compat.model("zerver", "ArchivedMessage")
    assert model is not None
    return model.objects.filter(sender_id=person_id)


def _files_of_nothing(person_id: int) -> list[str]:
    """Files of the person's that neither an archived message nor a live row uses."""
    archived, live = compat.model("zerver", "ArchivedAttachment"), compat.model("zerver", "Attachment")
    assert archived is not None and live is not None
    rows = archived.objects.filter(owner_id=person_id, messages=None)
    return list(rows.exclude(path_id__in=live.objects.values("path_id")).values_list("path_id", flat=True))
