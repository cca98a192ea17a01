"""Events for clients. The demo has no clients: what would be sent is kept for the process that did it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

if TYPE_CHECKING:
    from zerver.models import Realm

sent_events: deque[tuple[Mapping[str, Any], list[Any]]] = deque(maxlen=1000)
"""The last events and whom they were for."""


def send_event_rollback_unsafe(
    realm: Realm, event: Mapping[str, Any], users: Iterable[int] | Iterable[Mapping[str, Any]]
) -> None:
    """Send an event now."""
    sent_events.append((event, list(users)))


def send_event_on_commit(
    realm: Realm, event: Mapping[str, Any], users: Iterable[int] | Iterable[Mapping[str, Any]]
) -> None:
    """Send an event when, and if, the transaction commits."""
    transaction.on_commit(lambda: send_event_rollback_unsafe(realm, event, users))
