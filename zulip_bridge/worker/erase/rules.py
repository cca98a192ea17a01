"""Whom nobody may erase, and what should be known before: rules of Zulip's views, which its actions do not ask."""

from __future__ import annotations

from collections.abc import Iterator

from zulip_bridge.api.edit import Refusal
from zulip_bridge.api.erase import OVERRIDABLE, ErasureOptions, OwnedBot
from zulip_bridge.worker import compat
from zulip_bridge.worker.edit.account import Account, counted, user_profiles

GUEST = 600


def refusals(account: Account, options: ErasureOptions, bots: list[OwnedBot]) -> list[Refusal]:
    """Reasons why the account may not be erased so; nothing is done while there is one."""
    found = [*_of_account(account, options), *_of_bots(account, options, bots)]
    return [each for each in found if each.rule not in OVERRIDABLE or each.rule not in options.allow]


def warnings(account: Account, options: ErasureOptions) -> list[str]:
    """What nothing forbids, but somebody should know."""
    found = []
    if comes_back := sources_of_accounts():
        names = ", ".join(comes_back)
        found.append(
            f"The next login or synchronization makes the account again: remove the person from {names} first."
        )
    if compat.uses_push_bouncer() and account.devices:
        found.append("Zulip's push service is told to forget the devices; it keeps logs of its own.")
    if options.strategy == "scrub-profile" and account.row.is_active:
        found.append("The account stays usable: whoever uses it fills these places again.")
    if options.strategy != "scrub-profile":
        found.append("There is no way back: Zulip does not archive what it deletes with an account.")
    return found


def sources_of_accounts() -> list[str]:
    """Where accounts are made from by themselves, as the settings say (facts.md 4.3, 24)."""
    backends = " ".join(map(str, compat.setting("AUTHENTICATION_BACKENDS", ())))
    named = {"LDAP": "LDAP", "SAML": "SAML", "JWT": "Jwt", "the web server's login": "RemoteUser"}
    found = [name for name, word in named.items() if word in backends]
    return [*found, "SCIM"] if compat.setting("SCIM_CONFIG") else found


def _of_account(account: Account, options: ErasureOptions) -> Iterator[Refusal]:
    row = account.row
    if account.is_system:
        yield Refusal("system bots", "This is one of the server's own bots, and it must stay.")
    if account.realm.deactivated:
        yield Refusal(
            "deactivated organization",
            "The organization is deactivated. Erasing is possible where this rule is set aside.",
        )
    if row.is_mirror_dummy:
        sentence = (
            "This is a placeholder (deleted, imported or mirrored). Erasing is possible where this rule is set aside."
        )
        yield Refusal("placeholder account", sentence)
    if options.strategy != "scrub-profile" and account.is_last_owner:
        yield Refusal("last owner", "This is the organization's only owner; make somebody else an owner first.")


def _of_bots(account: Account, options: ErasureOptions, bots: list[OwnedBot]) -> Iterator[Refusal]:
    if options.strategy == "scrub-profile" or not bots:
        return
    if options.bots is None:
        sentence = f"{counted(len(bots), 'bot')} of theirs: say whether to deactivate, delete or transfer them."
        yield Refusal("owned bots", sentence)
    if options.bots == "transfer":
        yield from _of_new_owner(account, options.bots_to)


def _of_new_owner(account: Account, person_id: int | None) -> Iterator[Refusal]:
    owner = user_profiles().objects.filter(id=person_id, realm_id=account.row.realm_id).first()
    if owner is None or owner.id == account.row.id:
        yield Refusal("owned bots", "Name the bots' new owner: another account of the same organization.")
    elif not owner.is_active or owner.is_bot or owner.role == GUEST:
        yield Refusal("owned bots", f"{owner.full_name} cannot own bots: it must be an active person, not a guest.")
