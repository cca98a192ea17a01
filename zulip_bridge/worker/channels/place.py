"""The channel that is changed, freshly read, with what hangs on it."""

from __future__ import annotations

import functools
import re
from typing import Any

from zulip_bridge.api.channel_changes import Channel
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.worker import compat
from zulip_bridge.worker.inspect.channels import privacy_words

MARK = re.compile(r"^(?:[0-9a-f]{7}!|!+)DEACTIVATED:")
"""What some versions of Zulip put before the name of a channel when they archive it."""

PURPOSES = {
    "new_stream_announcements_stream": "new channels are announced",
    "notifications_stream": "new channels are announced",
    "signup_announcements_stream": "new people are announced",
    "signup_notifications_stream": "new people are announced",
    "zulip_update_announcements_stream": "news about Zulip is posted",
    "moderation_request_channel": "reported messages go",
}
"""What the organization uses a channel for, by the field of its row; the names differ by version."""


class Place:
    """A row of ``zerver_stream`` with its realm. ``row`` is Zulip's own object, and what actions are given; it is
    read anew for every change.
    """

    def __init__(self, row: Any) -> None:
        self.row = row
        self.realm = row.realm

    @classmethod
    def load(cls, channel_id: int) -> Place:
        """Read it now; error kind ``not_found``."""
        row = channels().select_related("realm").filter(id=channel_id).first()
        if row is None:
            raise StewardError(ErrorKind.NOT_FOUND, f"There is no channel with id {channel_id}.")
        return cls(row)

    @functools.cached_property
    def subscribers(self) -> int:
        """Active subscriptions of active accounts."""
        return int(self._subscriptions().filter(is_user_active=True).count())

    @functools.cached_property
    def subscriptions(self) -> int:
        """Active subscriptions, also those of deactivated accounts."""
        return int(self._subscriptions().count())

    @functools.cached_property
    def messages(self) -> int:
        """Messages in it."""
        messages = compat.model("zerver", "Message")
        assert messages is not None
        return int(messages.objects.filter(realm_id=self.row.realm_id, recipient_id=self.row.recipient_id).count())

    @functools.cached_property
    def purposes(self) -> list[str]:
        """Fields of the realm's row that say that the organization uses this channel for something."""
        fields = [each for each in self.realm._meta.fields if each.related_model is type(self.row)]
        return [each.name for each in fields if getattr(self.realm, each.attname) == self.row.id]

    @functools.cached_property
    def is_default(self) -> bool:
        """Whether those who join the organization are put in it."""
        defaults = compat.model("zerver", "DefaultStream")
        return defaults is not None and defaults.objects.filter(stream_id=self.row.id).exists()

    @functools.cached_property
    def default_groups(self) -> list[str]:
        """Names of the groups of channels, for those who join, that have it."""
        groups = compat.model("zerver", "DefaultStreamGroup")
        if groups is None:
            return []
        return list(groups.objects.filter(streams__id=self.row.id).order_by("id").values_list("name", flat=True))

    @functools.cached_property
    def addresses(self) -> int:
        """Addresses through which mail becomes messages in it, where they have rows of their own (10.0)."""
        addresses = compat.model("zerver", "ChannelEmailAddress")
        if addresses is None:
            return 0
        return int(addresses.objects.filter(channel_id=self.row.id, deactivated=False).count())

    def homonym(self, name: str) -> Any | None:
        """Another channel of the organization of that name, whatever the case: no two may bear one."""
        return channels().filter(realm_id=self.row.realm_id, name__iexact=name).exclude(id=self.row.id).first()

    @property
    def name_before(self) -> str:
        """The name from before it was archived, as far as it can be known."""
        return MARK.sub("", str(self.row.name)) if self.row.deactivated else str(self.row.name)

    def shown(self) -> Channel:
        """The channel as the contract has it."""
        row = self.row
        return Channel(
            id=row.id,
            name=row.name,
            realm=self.realm.string_id,
            realm_id=row.realm_id,
            privacy=privacy_words(
                web_public=row.is_web_public, private=row.invite_only, shared=row.history_public_to_subscribers
            ),
            description=row.description,
            subscribers=self.subscribers,
            messages=self.messages,
            archived=row.deactivated,
        )

    def _subscriptions(self) -> Any:
        subscriptions = compat.model("zerver", "Subscription")
        assert subscriptions is not None
        return subscriptions.objects.filter(recipient_id=self.row.recipient_id, active=True)


def channels() -> Any:
    """Query set of all channels."""
    found = compat.model("zerver", "Stream")
    assert found is not None
    return found.objects.all()
