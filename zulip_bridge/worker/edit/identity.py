"""Name and address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from zulip_bridge.api.edit import EditableField, Effect, Refusal
from zulip_bridge.worker import compat

from .account import Account, user_profiles
from .base import Edit, Reading, Refused, audited, checked_by_zulip, effect, told

LONGEST_ADDRESS = 254
EVERYONE = 1
"""``email_address_visibility`` with which the API address is the real one."""

DOMAIN_RULES = {
    "DomainNotAllowedForRealmError": "The organization takes addresses of its own domains only.",
    "DisposableEmailError": "The organization takes no throw-away addresses.",
    "EmailContainsPlusError": "The organization takes no addresses with a plus sign.",
}
"""What Zulip's domain check raises, by the exception's name (zerver/lib/email_validation.py)."""


class FullName(Edit):
    """The name; Zulip's rules are those of ``check_full_name``."""

    label = "full name"
    for_placeholders = True

    def read(self, account: Account) -> Reading:
        """As stored."""
        return Reading(account.row.full_name, account.row.full_name)

    def want(self) -> Reading:
        """Without spaces around it, as Zulip stores it."""
        name = self.change.value.strip()
        self._check_form(name)
        return Reading(name, name)

    def rules(self) -> Iterator[Refusal]:
        """Uniqueness where the organization wants it, and no second active account with a bot's name."""
        row, name = self.account.row, self.change.value.strip()
        unique = getattr(self.account.realm, "require_unique_names", False)
        taken = f"Somebody in the organization is called {name} already, and it requires unique names."
        try:
            checked_by_zulip(
                compat.check_full_name(row, name), *(("unique names", taken) if unique else ("name rules",))
            )
            if row.is_bot:
                sentence = f"An active account is called {name} already, and a bot's name must be its own."
                checked_by_zulip(compat.check_bot_name(row, name, False), "bot names", sentence)
        except Refused as refused:
            yield refused.refusal

    def effects(self) -> list[Effect]:
        """Facts of do_change_full_name."""
        found = [
            audited(124, "full name changed, with the old and the new name, so that the old one stays on record"),
            told("everybody who can see the account"),
        ]
        return [*found, *overwritten_by_ldap("full_name")]

    def call(self) -> compat.Call:
        """Zulip's action."""
        place = "zerver.actions.user_settings.do_change_full_name"
        return compat.call(place, self.account.row, self.want().text, **compat.ON_BEHALF_OF_NOBODY)

    def describe(self) -> EditableField:
        """A line of text."""
        text = self.read(self.account).text
        limits = f"{user_profiles().MIN_NAME_LENGTH} to {user_profiles().MAX_NAME_LENGTH} characters"
        return EditableField(self.field, self.title, "identity", "text", text, text, hint=limits)

    def _check_form(self, name: str) -> None:
        model = user_profiles()
        if not model.MIN_NAME_LENGTH <= len(name) <= model.MAX_NAME_LENGTH:
            limits = f"{model.MIN_NAME_LENGTH} to {model.MAX_NAME_LENGTH}"
            raise Refused("name rules", f"A name has {limits} characters; this one has {len(name)}.")
        forbidden = sorted({each for each in name if each in model.NAME_INVALID_CHARS})
        if forbidden:
            raise Refused("name rules", f"A name may not contain {' '.join(forbidden)}")
        if any(unicodedata.category(each)[0] == "C" for each in name):
            raise Refused("name rules", "A name may not contain control or invisible characters.")
        if re.search(r"\|\d+$", name):
            raise Refused("name rules", "A name may not end in | and a number: mentions would be ambiguous.")


class Address(Edit):
    """The real address; the rules are those that Zulip applies when somebody changes their own."""

    label = "address"
    for_placeholders = True
    _place = "zerver.actions.user_settings.do_change_user_delivery_email"

    def read(self, account: Account) -> Reading:
        """As stored."""
        return Reading(account.row.delivery_email, account.row.delivery_email)

    def want(self) -> Reading:
        """Without spaces around it."""
        address = self.change.value.strip()
        try:
            validate_email(address)
        except ValidationError as error:
            raise Refused("address syntax", f"{address or 'Nothing'} is not an address.") from error
        if len(address) > LONGEST_ADDRESS:
            raise Refused("address syntax", f"An address has at most {LONGEST_ADDRESS} characters.")
        return Reading(address, address)

    def rules(self) -> Iterator[Refusal]:
        """Domains, reserved addresses, and other accounts of the realm."""
        address = self.want().text
        if address.lower() in {each.lower() for each in compat.setting("CROSS_REALM_BOT_EMAILS", ())}:
            yield Refusal("reserved addresses", f"{address} is reserved for the server's own bots.")
        yield from self._domain_rules(address)
        holder = user_profiles().objects.filter(
            Q(delivery_email__iexact=address) | Q(email__iexact=address), realm_id=self.account.row.realm_id
        )
        taken = holder.exclude(id=self.account.row.id).first()
        if taken is not None:
            kind = "a placeholder account" if taken.is_mirror_dummy else "an account"
            kind = "a deactivated account" if not taken.is_active and not taken.is_mirror_dummy else kind
            sentence = f"{address} belongs to {kind} of this organization already (id {taken.id})."
            yield Refusal("address conflict", sentence)

    def effects(self) -> list[Effect]:
        """Facts of do_change_user_delivery_email."""
        row = self.account.row
        found = [
            audited(125, "address changed (before Zulip 11.0 without the addresses)"),
            effect("mail", "No mail is sent, neither to the old nor to the new address: it is taken as verified."),
            told("those who may see the address"),
        ]
        if not compat.takes(self._place, "acting_user"):
            named = "In this version of Zulip that entry names the person as the one who changed it."
            found.append(effect("audit", named))
        if row.email_address_visibility == EVERYONE:
            found.append(effect("data", "The API address changes with it, because everyone may see the address."))
        if row.avatar_source == user_profiles().AVATAR_FROM_GRAVATAR:
            found.append(effect("data", "The picture may change: Gravatar knows it by the address."))
        note = (
            "Logging in through LDAP or single sign-on finds the account by its address: from now on by the new one."
        )
        return [*found, effect("note", note)]

    def call(self) -> compat.Call:
        """Zulip's action."""
        return compat.call(self._place, self.account.row, self.want().text, **compat.ON_BEHALF_OF_NOBODY)

    def describe(self) -> EditableField:
        """A line of text."""
        text = self.read(self.account).text
        return EditableField(self.field, self.title, "identity", "text", text, text, hint="name@example.org")

    def _domain_rules(self, address: str) -> Iterator[Refusal]:
        check = compat.call("zerver.lib.email_validation.get_realm_email_validator", self.account.realm).run()
        try:
            check(address)
        except Exception as error:
            sentence = DOMAIN_RULES.get(type(error).__name__)
            if sentence is None:
                raise
            yield Refusal("domain rules", sentence)


def overwritten_by_ldap(attribute: str) -> list[Effect]:
    """A warning where Zulip copies this attribute from LDAP."""
    backends = " ".join(compat.setting("AUTHENTICATION_BACKENDS", ()))
    if "LDAP" not in backends or attribute not in (compat.setting("AUTH_LDAP_USER_ATTR_MAP") or {}):
        return []
    return [effect("note", "Zulip copies this from LDAP: the next synchronization may overwrite it.")]
