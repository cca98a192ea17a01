"""The whole list, and the machines that the server stands on."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.recipients import ListRecipients, Recipient

from .. import compat
from ..context import Context
from ..realms import ROOT, string_id
from .hosts import host_of, is_local
from .organizations import organizations
from .services import services
from .sign_in import sign_in


def list_recipients(request: ListRecipients, context: Context) -> list[Recipient]:
    """Answer :class:`ListRecipients`; :class:`StewardError`, kind ``not_found``, for an organization that is none."""
    wanted = string_id(request.realm)
    if wanted is None:
        return recipients_of(None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM zerver_realm WHERE string_id = %s", [wanted])
        found = cursor.fetchone()
    if found is None:
        raise StewardError(ErrorKind.NOT_FOUND, f"There is no organization {request.realm!r}.")
    return recipients_of(found[0], wanted)


def recipients_of(realm_id: int | None, realm: str = "") -> list[Recipient]:
    """Recipients of the personal data of one organization's people, or of all people."""
    found = [*services(), *sign_in(), *organizations(realm_id), *_infrastructure()]
    if realm_id is None:
        return found
    return [each for each in found if not each.realms or (realm or ROOT) in each.realms]


def _infrastructure() -> Iterator[Recipient]:
    """Other machines only: what runs on the server itself is the server."""
    for setting, name, data, purpose in (
        ("REMOTE_POSTGRES_HOST", "Database server", "everything but files", "the database"),
        ("RABBITMQ_HOST", "Queue server", "messages and events on their way", "the queues"),
        ("REDIS_HOST", "Redis server", "tokens and limits of requests", "short-lived data"),
        ("MEMCACHED_LOCATION", "Cache server", "messages, accounts and sessions lately used", "the cache"),
    ):
        host = host_of(compat.setting(setting))
        if host and not is_local(host):
            yield Recipient(name, "infrastructure", data, purpose, setting, [host])
    proxy = host_of(compat.config_value("http_proxy", "host"))
    if proxy and not is_local(proxy):
        data = "addresses of what the server fetches"
        yield Recipient("Proxy", "infrastructure", data, "fetching", "http_proxy (zulip.conf)", [proxy])
