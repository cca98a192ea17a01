"""A person's web sessions. No column names the person: each must be decoded, as Zulip itself does it."""

from __future__ import annotations

from datetime import datetime, timezone
from importlib import import_module

from django.conf import settings
from django.core import signing
from django.utils.timezone import now

from zulip_bridge.api.access import WebSession
from zulip_bridge.api.people import Person
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.indirect import SESSIONS_READ
from zulip_bridge.worker.instants import iso

CHECK_EVERY = 500


def web_sessions(person: Person, context: Context) -> tuple[list[WebSession], int, bool]:
    """The person's sessions, the last to expire first; how many of the server were looked at, and whether that is all
    of them. Neither a session's key nor its data leaves this function."""
    store_class = import_module(settings.SESSION_ENGINE).SessionStore
    model = store_class.get_model_class()
    found: list[WebSession] = []
    read = 0
    moment = now()
    stored = model.objects.order_by("-expire_date")
    for data, expires in stored.values_list("session_data", "expire_date")[: SESSIONS_READ + 1].iterator(
        chunk_size=1000
    ):
        if read == SESSIONS_READ:
            return found, read, False
        read += 1
        if read % CHECK_EVERY == 0:
            context.progress("sessions", read)
        content = store_class().decode(data)
        if str(content.get("_auth_user_id")) == str(person.id):
            method = str(content.get("_auth_user_backend", "")).rpartition(".")[2]
            method = method.removesuffix("AuthBackend")
            found.append(WebSession(_saved(data), iso(expires) or "", method, expired=expires <= moment))
    return found, read, True


def _saved(data: str) -> str | None:
    """When Django signed it (``signing.dumps``: value, time in base 62, signature); it is decoded, so that holds."""
    parts = data.rsplit(":", 2)
    try:
        seconds = signing.b62_decode(parts[1])
        return iso(datetime.fromtimestamp(seconds, timezone.utc))
    except (IndexError, ValueError, OverflowError, OSError):
        return None
