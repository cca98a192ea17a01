"""Text that people use again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerver.lib.exceptions import JsonableError
from zerver.models import SavedSnippet
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import UserProfile


def do_delete_saved_snippet(saved_snippet_id: int, user_profile: UserProfile) -> None:
    """Delete one of the person's snippets; raises JsonableError when there is none."""
    deleted, _ = SavedSnippet.objects.filter(id=saved_snippet_id, user_profile=user_profile).delete()
    if not deleted:
        raise JsonableError("Saved snippet does not exist.")
    event = {"type": "saved_snippets", "op": "remove", "saved_snippet_id": saved_snippet_id}
    send_event_on_commit(user_profile.realm, event, [user_profile.id])
