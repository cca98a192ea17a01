"""Work for later. The demo has no queue: it is done at once, in the same process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction


def queue_json_publish_rollback_unsafe(
    queue_name: str, event: dict[str, Any], processor: Callable[[Any], None] | None = None
) -> None:
    """Do the work of an event now."""
    if processor is not None:
        processor(event)
    elif queue_name == "deferred_work" and event.get("type") == "clear_push_device_tokens":
        from zerver.lib.push_notifications import clear_push_device_tokens

        clear_push_device_tokens(event["user_profile_id"])


def queue_event_on_commit(queue_name: str, event: dict[str, Any]) -> None:
    """Do the work of an event when, and if, the transaction commits."""
    transaction.on_commit(lambda: queue_json_publish_rollback_unsafe(queue_name, event))
