"""Who owns a bot, and the picture of an account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zulip_bridge.api.edit import NO_ACTION, EditableField, Effect, Refusal
from zulip_bridge.worker import compat

from .account import Account, named, user_profiles
from .base import Edit, Reading, Refused, audited, effect, told
from .identity import overwritten_by_ldap

GUEST = 600
ACTION = "zerver.actions.bots.do_change_bot_owner"


class BotOwner(Edit):
    """The person whom a bot belongs to."""

    label = "bot owner"
    for_people = False

    def read(self, account: Account) -> Reading:
        """By id."""
        owner = account.row.bot_owner
        return Reading("", "nobody") if owner is None else Reading(str(owner.id), named(owner))

    def want(self) -> Reading:
        """By id or address, in the bot's organization."""
        owner = self._owner()
        return Reading(str(owner.id), named(owner))

    def rules(self) -> Iterator[Refusal]:
        """Those of Zulip's patch_bot_backend."""
        owner = self._owner()
        if not owner.is_active:
            yield Refusal("bot owner", f"{named(owner)} is deactivated and cannot own a bot.")
        if owner.is_bot:
            yield Refusal("bot owner", f"{named(owner)} is a bot, and bots own no bots.")

    def effects(self) -> list[Effect]:
        """Facts of do_change_bot_owner; before 10.0 the bot also leaves channels."""
        found = [
            audited(128, "bot owner changed, without naming the old and the new one"),
            told("both owners, the administrators, and everybody in the organization"),
            effect("note", "The new owner can see and renew the bot's API key; the old one may still know it."),
        ]
        if self._owner().role == GUEST:
            found.append(
                effect("note", "The new owner is a guest; Zulip does not let guests make bots of their own.")
            )
        if compat.uses(ACTION, "remove_bot_from_inaccessible_private_streams"):
            found.append(effect("data", "The bot leaves private channels that the new owner is not subscribed to."))
        return found

    def call(self) -> compat.Call:
        """Zulip's action."""
        return compat.call(ACTION, self.account.row, self._owner(), **compat.ON_BEHALF_OF_NOBODY)

    def describe(self) -> EditableField:
        """By id or address."""
        return EditableField(self.field, self.title, "identity", "people", *self.read(self.account))

    def _owner(self) -> Any:
        word = self.change.value.strip()
        if not word:
            raise Refused(NO_ACTION, "Zulip has no action that leaves a bot without an owner.")
        candidates = user_profiles().objects.filter(realm_id=self.account.row.realm_id)
        if word.isascii() and word.isdigit():
            found = candidates.filter(id=int(word[:9])).first()
        else:
            found = candidates.filter(delivery_email__iexact=word).first()
        if found is None:
            raise Refused("bot owner", f"Nobody in the bot's organization has the id or address {word}.")
        return found


class Avatar(Edit):
    """The uploaded picture, which can only be taken away."""

    label = "picture"
    undo = False
    for_placeholders = True

    def read(self, account: Account) -> Reading:
        """Uploaded, or whatever stands in its place."""
        uploaded = account.row.avatar_source == user_profiles().AVATAR_FROM_USER
        return Reading("uploaded", "uploaded") if uploaded else Reading("", "none (Gravatar or generated)")

    def want(self) -> Reading:
        """None."""
        if self.change.value.strip() not in ("", "none"):
            raise Refused("values", "A picture can only be removed: leave the value empty.")
        return Reading("", "none (Gravatar or generated)")

    def effects(self) -> list[Effect]:
        """Facts of do_delete_avatar_image."""
        found = [
            audited(123, "source of the picture changed, to Gravatar"),
            told("everybody who can see the account"),
            effect(
                "data", "The files of this picture are deleted, for good; those of earlier pictures, if any, stay."
            ),
        ]
        if compat.setting("ENABLE_GRAVATAR", True):
            found.append(effect("note", "Gravatar is asked for a picture instead, with a hash of the address."))
        return [*found, *overwritten_by_ldap("avatar")]

    def call(self) -> compat.Call:
        """Zulip's action."""
        place = "zerver.actions.user_settings.do_delete_avatar_image"
        return compat.call(place, self.account.row, **compat.ON_BEHALF_OF_NOBODY)

    def observe(self, account: Account) -> object:
        """The version counts pictures."""
        return account.row.avatar_source, account.row.avatar_version

    def describe(self) -> EditableField | None:
        """A choice to remove it, while there is one."""
        reading = self.read(self.account)
        return EditableField(self.field, self.title, "identity", "removal", *reading)
