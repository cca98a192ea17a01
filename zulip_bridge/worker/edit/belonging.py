"""Every group and channel that an account can be put into or taken out of, for a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zulip_bridge.api.changes import IN, OUT
from zulip_bridge.api.edit import EditableField, FieldSection, ListMemberships
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context

from .account import Account
from .base import Edit
from .memberships import ChannelSubscription, GroupMembership

MOST_LISTED = 20_000
"""Of each kind; the command line takes any by its name."""


def list_memberships(request: ListMemberships, context: Context) -> list[EditableField]:
    """Answer :class:`ListMemberships`: groups, then channels; of each first those that the account is in, by name.

    Those of which no account can be made a member are left out: system groups, deactivated groups, archived channels.
    """
    account = Account.load(request.person_id)
    groups = _groups(account)
    context.check()
    return [*groups, *_channels(account)]


def _groups(account: Account) -> list[EditableField]:
    memberships = compat.model("zerver", "UserGroupMembership")
    assert memberships is not None
    inside = set(memberships.objects.filter(user_profile_id=account.row.id).values_list("user_group_id", flat=True))
    candidates = compat.named_groups().filter(realm_id=account.row.realm_id, is_system_group=False)
    found = [each for each in candidates[:MOST_LISTED] if not getattr(each, "deactivated", False)]
    rows = [(each.name, str(each.description), each.pk in inside) for each in found]
    return _fields("groups", "group", rows, ("member", "not a member"), _why_not(GroupMembership, account))


def _channels(account: Account) -> list[EditableField]:
    channels, subscriptions = compat.model("zerver", "Stream"), compat.model("zerver", "Subscription")
    assert channels is not None
    assert subscriptions is not None
    subscribed = subscriptions.objects.filter(user_profile_id=account.row.id, active=True)
    inside = set(subscribed.values_list("recipient_id", flat=True))
    found = channels.objects.filter(realm_id=account.row.realm_id, deactivated=False)[:MOST_LISTED]
    rows = [(each.name, _about_channel(each), each.recipient_id in inside) for each in found]
    words = ("subscribed", "not subscribed")
    return _fields("channels", "channel", rows, words, _why_not(ChannelSubscription, account))


def _why_not(kind: type[Edit], account: Account) -> str:
    refusal = kind.refused_for(account)
    return refusal.sentence if refusal else ""


def _about_channel(channel: Any) -> str:
    private = "Private. " if channel.invite_only else ""
    return f"{private}{channel.description}"


def _fields(
    section: FieldSection, prefix: str, rows: Iterable[tuple[str, str, bool]], words: tuple[str, str], why_not: str
) -> list[EditableField]:
    ordered = sorted(rows, key=lambda row: (not row[2], row[0].casefold()))
    return [
        EditableField(
            f"{prefix}:{name}",
            name,
            section,
            "member",
            IN if inside else OUT,
            words[0] if inside else words[1],
            hint=about,
            why_not=why_not,
        )
        for name, about, inside in ordered
    ]
