"""Events for clients. The demo has no clients: what would be sent is written down beside ``manage.py``.

As with a queue that is down, an action whose events cannot be written has committed already, and fails.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

if TYPE_CHECKING:
    from zerver.models import Realm

sent_events: deque[tuple[Mapping[str, Any], list[Any]]] = deque(maxlen=1000)
"""The last events of this process and whom they were for."""

EVENTS_FILE = "events.jsonl"
MOST_BYTES = 1 << 20
"""A longer file is begun anew."""


def send_event_rollback_unsafe(
    realm: Realm, event: Mapping[str, Any], users: Iterable[int] | Iterable[Mapping[str, Any]]
) -> None:
    """Send an event now."""
    sent = (event, list(users))
    path = Path(settings.DEPLOY_ROOT) / EVENTS_FILE
    mode = "w" if path.is_file() and path.stat().st_size > MOST_BYTES else "a"
    with path.open(mode, encoding="utf-8") as file:
        file.write(json.dumps({"event": event, "users": sent[1]}, cls=DjangoJSONEncoder) + "\n")
    sent_events.append(sent)


def send_event_on_commit(
    realm: Realm, event: Mapping[str, Any], users: Iterable[int] | Iterable[Mapping[str, Any]]
) -> None:
    """Send an event when, and if, the transaction commits."""
    transaction.on_commit(lambda: send_event_rollback_unsafe(realm, event, users))
