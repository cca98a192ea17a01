"""Groups and channels: in or out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zulip_bridge.api.changes import IN, OUT, Change
from zulip_bridge.api.edit import Effect, Refusal
from zulip_bridge.worker import compat

from .account import Account
from .base import Edit, Reading, Refused, audited, effect, told

GROUP_ACTIONS = {
    IN: "zerver.actions.user_groups.bulk_add_members_to_user_groups",
    OUT: "zerver.actions.user_groups.bulk_remove_members_from_user_groups",
}
CHANNEL_ACTIONS = {
    IN: "zerver.actions.streams.bulk_add_subscriptions",
    OUT: "zerver.actions.streams.bulk_remove_subscriptions",
}


class GroupMembership(Edit):
    """Being a direct member of a group."""

    for_deactivated = False

    def __init__(self, account: Account, change: Change) -> None:
        super().__init__(account, change)
        name = change.field.partition(":")[2]
        self.group = _by_name(compat.named_groups().filter(realm_id=account.row.realm_id), name, "group")

    @property
    def field(self) -> str:
        """By the group's own spelling."""
        return f"group:{self.group.name}"

    @property
    def title(self) -> str:
        """The group."""
        return f"group {self.group.name}"

    def read(self, account: Account) -> Reading:
        """Member or not."""
        memberships = compat.model("zerver", "UserGroupMembership")
        assert memberships is not None
        inside = memberships.objects.filter(user_group_id=self.group.pk, user_profile_id=account.row.id).exists()
        return _in_or_out(inside, "member", "not a member")

    def want(self) -> Reading:
        """In or out."""
        return _in_or_out(self.change.value == IN, "member", "not a member")

    def rules(self) -> Iterator[Refusal]:
        """Groups that follow from roles, and deactivated ones, are nobody's to change."""
        if self.group.is_system_group:
            yield Refusal("system groups", f"{self.group.name} follows from roles; change the role.")
        if getattr(self.group, "deactivated", False):
            yield Refusal("deactivated group", f"The group {self.group.name} is deactivated.")

    def effects(self) -> list[Effect]:
        """Facts of bulk_add_members_to_user_groups and its opposite."""
        return [
            audited(*((703, "added to the group") if self.change.value == IN else (704, "removed from the group"))),
            told("everybody in the organization"),
            effect("note", "Whatever the group may do or see, the person may then too, or no longer."),
            effect("mail", "The person gets no message about it: Zulip's screens send one, its action does not."),
        ]

    def call(self) -> compat.Call:
        """Zulip's action."""
        place, row = GROUP_ACTIONS[self.change.value], self.account.row
        return compat.call(place, [self.group], [row.id], **compat.ON_BEHALF_OF_NOBODY)


class ChannelSubscription(Edit):
    """Being subscribed to a channel."""

    for_deactivated = False

    def __init__(self, account: Account, change: Change) -> None:
        super().__init__(account, change)
        channels = compat.model("zerver", "Stream")
        assert channels is not None
        name = change.field.partition(":")[2]
        self.channel = _by_name(channels.objects.filter(realm_id=account.row.realm_id), name, "channel")

    @property
    def field(self) -> str:
        """By the channel's own spelling."""
        return f"channel:{self.channel.name}"

    @property
    def title(self) -> str:
        """The channel."""
        return f"channel {self.channel.name}"

    def read(self, account: Account) -> Reading:
        """Subscribed or not."""
        found = self._subscriptions().filter(user_profile_id=account.row.id).exists()
        return _in_or_out(found, "subscribed", "not subscribed")

    def want(self) -> Reading:
        """In or out."""
        return _in_or_out(self.change.value == IN, "subscribed", "not subscribed")

    def rules(self) -> Iterator[Refusal]:
        """Archived channels take nobody."""
        if self.channel.deactivated:
            yield Refusal("archived channel", f"The channel {self.channel.name} is archived.")

    def effects(self) -> list[Effect]:
        """Facts of bulk_add_subscriptions and bulk_remove_subscriptions."""
        return self._effects_of_adding() if self.change.value == IN else self._effects_of_removing()

    def call(self) -> compat.Call:
        """Zulip's action; the two take people and channels in opposite order."""
        row = self.account.row
        lists = ([self.channel], [row]) if self.change.value == IN else ([row], [self.channel])
        return compat.call(CHANNEL_ACTIONS[self.change.value], row.realm, *lists, **compat.ON_BEHALF_OF_NOBODY)

    def _subscriptions(self) -> Any:
        subscriptions = compat.model("zerver", "Subscription")
        assert subscriptions is not None
        return subscriptions.objects.filter(recipient_id=self.channel.recipient_id, active=True)

    def _effects_of_adding(self) -> list[Effect]:
        found = [
            audited(301, "subscribed (302 where the person was subscribed before)"),
            told("the person, and whoever sees the channel's subscribers"),
            effect("mail", "The person gets no message about it: Zulip's screens send one, its action does not."),
        ]
        if self.channel.invite_only:
            history = "and all of its history" if self.channel.history_public_to_subscribers else "from now on"
            found.append(effect("note", f"The channel is private: the person will read it {history}."))
        return found

    def _effects_of_removing(self) -> list[Effect]:
        found = [
            audited(303, "unsubscribed"),
            told("the person, and whoever sees the channel's subscribers"),
            effect("data", "Its unread messages are marked as read by one of the server's queue workers."),
        ]
        others = self._subscriptions().filter(is_user_active=True).exclude(user_profile_id=self.account.row.id)
        last = self.channel.invite_only and not others.exists()
        if last and compat.uses(CHANNEL_ACTIONS[OUT], "do_deactivate_stream"):
            found.append(effect("data", "The last subscriber goes: Zulip archives the private channel (602)."))
        elif self.channel.invite_only:
            found.append(effect("note", "The channel is private: the person no longer sees it."))
        return found


def _in_or_out(inside: bool, word: str, otherwise: str) -> Reading:
    return Reading(IN, word) if inside else Reading(OUT, otherwise)


def _by_name(candidates: Any, name: str, what: str) -> Any:
    """The one of that name, exactly or else regardless of case; raises :class:`Refused`."""
    alike = list(candidates.filter(name__iexact=name))
    exact = [each for each in alike if each.name == name]
    for found in (exact, alike):
        if len(found) == 1:
            return found[0]
    raise Refused(f"{what}s", f"The organization has no {what} {name}.")
