"""Deactivating and reactivating."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from zulip_bridge.api.edit import EditableField, Effect, Refusal
from zulip_bridge.worker import compat

from .account import Account, counted, named, user_profiles
from .base import (
    Edit,
    Reading,
    Refused,
    audited,
    checked_by_zulip,
    counted_elsewhere,
    effect,
    read_yes_no,
    told,
    yes_no,
)

KEPT = "Deactivating alone keeps, for a return: API key, password, devices, drafts, groups and subscriptions."

DEACTIVATE = "zerver.actions.users.do_deactivate_user"
REACTIVATE = "zerver.actions.create_user.do_reactivate_user"


class Active(Edit):
    """Whether the account can be used."""

    label = "active"

    def read(self, account: Account) -> Reading:
        """As stored."""
        return _state(bool(account.row.is_active))

    def want(self) -> Reading:
        """Yes or no."""
        return _state(self._wanted)

    def why_not(self) -> Refusal | None:
        """A placeholder's sentence is Zulip's own, reworded: it knows what to do instead."""
        if self.account.row.is_mirror_dummy and not self.account.is_system:
            sentence = "A placeholder account cannot be activated; the person signs up instead, with this address."
            return Refusal("placeholder account", sentence)
        return super().why_not()

    def rules(self) -> Iterator[Refusal]:
        """The organization keeps an owner; a bot that comes back needs its name for itself."""
        row = self.account.row
        if not self._wanted and self.account.is_last_owner:
            yield Refusal("last owner", "This is the organization's only owner; make somebody else an owner first.")
        if self._wanted and row.is_bot:
            sentence = f"An active account is called {row.full_name}; rename or deactivate one of the two first."
            try:
                checked_by_zulip(compat.check_bot_name(row, row.full_name, True), "bot names", sentence)
            except Refused as refused:
                yield refused.refusal

    def effects(self) -> list[Effect]:
        """Facts of do_deactivate_user and do_reactivate_user."""
        found = self._effects_of_reactivating() if self._wanted else self._effects_of_deactivating()
        return found + counted_elsewhere(self._place)

    def call(self) -> compat.Call:
        """Zulip's action."""
        return compat.call(self._place, self.account.row, **compat.ON_BEHALF_OF_NOBODY)

    def observe(self, account: Account) -> object:
        """The bots go one by one, before the person does."""
        return account.row.is_active, [bot.id for bot in account.owned_bots], account.sessions

    def leftovers(self, account: Account) -> list[str]:
        """What do_deactivate_user does after it has committed, or would have done."""
        if self._wanted:
            return []
        gone = {bot.id for bot in self.account.owned_bots} - {bot.id for bot in account.owned_bots}
        left = [f"the bot {named(bot)} is deactivated" for bot in self.account.owned_bots if bot.id in gone]
        if not account.row.is_active and account.sessions:
            left.append(f"{counted(account.sessions, 'session')} not ended (end-sessions does it)")
        return left if account.row.is_active else [each for each in left if "session" in each]

    def imagined(self) -> Account:
        """Who is reactivated may join groups again."""
        row = copy.copy(self.account.row)
        row.is_active = self._wanted
        return Account(row, self.account.counts)

    def describe(self) -> EditableField:
        """Yes or no."""
        return EditableField(self.field, self.title, "access", "yes_no", *self.read(self.account))

    @property
    def _place(self) -> str:
        return REACTIVATE if self._wanted else DEACTIVATE

    @property
    def _wanted(self) -> bool:
        return read_yes_no(self.label, self.change.value)

    def _effects_of_deactivating(self) -> list[Effect]:
        account = self.account
        found = [audited(103, "deactivated"), told("everybody who can see the account")]
        for bot in account.owned_bots:
            found.append(
                effect("bot", f"The bot {named(bot)} is deactivated too (103), and stays so on reactivation.")
            )
        if account.sessions != 0:
            now = "" if account.sessions is None else f" ({account.sessions:,} now)"
            found.append(effect("session", f"The person is logged out everywhere{now}."))
        if account.invitations:
            number = counted(account.invitations, "open invitation")
            found.append(effect("invitation", f"{number} made invalid, and administrators are told."))
        found.append(effect("data", KEPT))
        found.append(
            effect("mail", "No mail is sent about it; mails that Zulip has planned for the person are dropped.")
        )
        return found

    def _effects_of_reactivating(self) -> list[Effect]:
        row = self.account.row
        found = [
            audited(104, "reactivated"),
            told("everybody who can see the account"),
            effect("note", "The role, the API key and the subscriptions are those from before."),
        ]
        inactive = user_profiles().objects.filter(bot_owner_id=row.id, is_bot=True, is_active=False).order_by("id")
        bots = ", ".join(named(bot) for bot in inactive[:20])
        if bots:
            found.append(effect("bot", f"Bots stay deactivated: {bots}."))
        if row.is_bot and row.bot_owner is not None and not row.bot_owner.is_active:
            found.append(effect("bot", f"Its owner {named(row.bot_owner)} is deactivated and stays its owner."))
        return found


def _state(active: bool) -> Reading:
    return Reading(yes_no(active).text, "active" if active else "deactivated")
