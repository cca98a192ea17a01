"""Channels that those who join are put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from zerver.models import DefaultStream, DefaultStreamGroup, UserProfile
from zerver.tornado.django_api import send_event_on_commit

if TYPE_CHECKING:
    from zerver.models import Realm, Stream


@transaction.atomic(savepoint=False)
def do_remove_default_stream(stream: Stream) -> None:
    """The channel is none of them any longer."""
    DefaultStream.objects.filter(realm_id=stream.realm_id, stream_id=stream.id).delete()
    left = DefaultStream.objects.filter(realm_id=stream.realm_id).values_list("stream_id", flat=True)
    _tell(stream.realm, {"type": "default_streams", "default_streams": list(left)})


@transaction.atomic(savepoint=False)
def do_remove_streams_from_default_stream_group(
    realm: Realm, group: DefaultStreamGroup, streams: list[Stream]
) -> None:
    """Take channels out of a group of them."""
    group.streams.remove(*streams)
    _tell(realm, {"type": "default_stream_groups", "default_stream_groups": [group.name]})


def _tell(realm: Realm, event: dict[str, Any]) -> None:
    members = UserProfile.objects.filter(realm=realm, is_active=True).exclude(role=UserProfile.ROLE_GUEST)
    send_event_on_commit(realm, event, list(members.values_list("id", flat=True)))
