"""Messages that were not sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from zerver.lib.exceptions import JsonableError
from zerver.models import Draft
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import UserProfile


@transaction.atomic(durable=True)
def do_delete_draft(draft_id: int, user_profile: UserProfile) -> None:
    """Delete one of the person's drafts; raises JsonableError when there is none."""
    deleted, _ = Draft.objects.filter(id=draft_id, user_profile=user_profile).delete()
    if not deleted:
        raise JsonableError("Draft does not exist")
    event = {"type": "drafts", "op": "remove", "draft_id": draft_id}
    send_event_on_commit(user_profile.realm, event, [user_profile.id])
