"""Zoom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import UserProfile


@transaction.atomic(durable=True)
def do_set_zoom_token(user: UserProfile, token: dict[str, object] | None) -> None:
    """Keep, or with None forget, what lets the server start meetings in the person's name."""
    user.zoom_token = token
    user.save(update_fields=["zoom_token"])
    send_event_on_commit(user.realm, {"type": "has_zoom_token", "value": token is not None}, [user.id])
