"""Which channel is meant: an id, or a name as it is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zulip_bridge.api.channel_changes import Channel, FindChannel
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.realms import ROOT, string_id

from .place import Place, channels

MOST_CANDIDATES = 20
LARGEST_ID = 2**31 - 1


def find(request: FindChannel, context: Context) -> Channel:
    """Answer :class:`FindChannel`; error kind ``ambiguous`` where several are meant, ``not_found`` where none is."""
    realm, wanted = string_id(request.realm), request.channel
    candidates = channels().select_related("realm").order_by("realm__string_id", "id")
    if realm is not None:
        candidates = candidates.filter(realm__string_id=realm)
    by_id = wanted.isascii() and wanted.isdigit() and int(wanted) <= LARGEST_ID
    found = list(candidates.filter(id=int(wanted))) if by_id else []
    found = found or list(candidates.filter(name=wanted)[:MOST_CANDIDATES])
    if len(found) == 1:
        return Place(found[0]).shown()
    if found:
        sentence = f"Several organizations have a channel {wanted}: {_named(found)}. Give its id, or --realm."
        raise StewardError(ErrorKind.AMBIGUOUS, sentence)
    alike = [*candidates.filter(name__iexact=wanted), *candidates.filter(name__endswith=f"DEACTIVATED:{wanted}")]
    hint = f" There is {_named(alike[:MOST_CANDIDATES])}." if wanted and alike else ""
    raise StewardError(ErrorKind.NOT_FOUND, f"There is no channel {wanted or '(empty)'}.{hint}")


def _named(rows: Iterable[Any]) -> str:
    return ", ".join(
        f"{row.name} (id {row.id}, realm {row.realm.string_id or ROOT}{', archived' if row.deactivated else ''})"
        for row in rows
    )
