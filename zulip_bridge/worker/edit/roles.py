"""Role and special permissions."""

from __future__ import annotations

from collections.abc import Iterator

from zulip_bridge.api.edit import EditableField, Effect, Option, Refusal
from zulip_bridge.api.people import ROLE_NAMES
from zulip_bridge.worker import compat
from zulip_bridge.worker.person import PERMISSIONS

from .account import Account, user_profiles
from .base import (
    Edit,
    Reading,
    Refused,
    audited,
    checked_by_zulip,
    counted_elsewhere,
    effect,
    not_audited,
    read_yes_no,
    told,
    yes_no,
)

NUMBERS = {name: number for number, name in ROLE_NAMES.items()} | {"admin": 200}
OWNER, ADMINISTRATOR, GUEST = 100, 200, 600
FOR_ADMINISTRATORS = ("can_create_users", "can_change_user_emails")
"""Zulip's views ask for these beside the role (zerver/views/users.py)."""

CHANGE_ROLE = "zerver.actions.users.do_change_user_role"
BILLING_CHECK = "corporate.lib.registration.check_spare_license_available_for_changing_guest_user_role"


class Role(Edit):
    """The role."""

    label = "role"

    def read(self, account: Account) -> Reading:
        """By name."""
        name = ROLE_NAMES.get(account.row.role, str(account.row.role))
        return Reading(name, name)

    def want(self) -> Reading:
        """A name or Zulip's number."""
        word = self.change.value.strip().casefold()
        number = int(word) if word.isascii() and word.isdigit() else NUMBERS.get(word, 0)
        if number not in user_profiles().ROLE_TYPES:
            raise Refused("role values", f"There is no role {word or '(empty)'}; roles are {', '.join(NUMBERS)}.")
        return Reading(ROLE_NAMES[number], ROLE_NAMES[number])

    def rules(self) -> Iterator[Refusal]:
        """The organization keeps an owner; a guest who becomes more needs a license where those are counted."""
        if self._number != OWNER and self.account.is_last_owner:
            yield Refusal("last owner", "This is the organization's only owner; make somebody else an owner first.")
        if compat.setting("BILLING_ENABLED", False) and self.account.row.role == GUEST:
            try:
                checked_by_zulip(compat.call(BILLING_CHECK, self.account.realm), "licenses")
            except Refused as refused:
                yield refused.refusal

    def effects(self) -> list[Effect]:
        """Facts of do_change_user_role."""
        row = self.account.row
        found = [
            audited(105, "role changed, with both roles; and 704, 703 for the groups that follow from roles"),
            effect("group", f"Leaves the system group of {self._plural(row.role)}, enters that of {self._plural()}."),
            told(
                "everybody who can see the account, and the person, of channels that come into view or go out of it"
            ),
        ]
        if self._number == GUEST:
            found.append(effect("note", "Guests see only the channels and people they share a channel with."))
        if row.role == GUEST:
            found.append(effect("note", "No longer a guest: all public channels and their history can be read."))
        if row.is_bot and self._number <= ADMINISTRATOR:
            found.append(effect("note", "Whoever has the bot's API key gets these rights."))
        return found + counted_elsewhere(CHANGE_ROLE)

    def call(self) -> compat.Call:
        """Zulip's action."""
        return compat.call(CHANGE_ROLE, self.account.row, self._number, **compat.ON_BEHALF_OF_NOBODY)

    def describe(self) -> EditableField:
        """A choice."""
        reading = self.read(self.account)
        options = [Option(ROLE_NAMES[number], ROLE_NAMES[number]) for number in user_profiles().ROLE_TYPES]
        return EditableField(self.field, self.title, "identity", "choice", *reading, options)

    @property
    def _number(self) -> int:
        return NUMBERS[self.want().text]

    def _plural(self, role: int | None = None) -> str:
        return ROLE_NAMES.get(role or self._number, "people") + "s"


class Permission(Edit):
    """``can_forge_sender`` and its like, which only the server's operator can give."""

    @property
    def title(self) -> str:
        """What it allows."""
        return PERMISSIONS[self.field]

    def read(self, account: Account) -> Reading:
        """Yes or no; no where this version does not know it."""
        return yes_no(bool(getattr(account.row, self.field, False)))

    def want(self) -> Reading:
        """Yes or no."""
        return yes_no(read_yes_no(f"the permission {self.field}", self.change.value))

    def effects(self) -> list[Effect]:
        """The audit row is new in 10.0; nobody is told."""
        found = [audited(108, "special permission changed, with the value before and after")]
        if not compat.uses(self._place, "RealmAuditLog"):
            found = [not_audited("this permission, in this version of Zulip,")]
        if self.field in FOR_ADMINISTRATORS and self.account.row.role > ADMINISTRATOR and self.want().text == "yes":
            found.append(
                effect("note", "It has an effect for administrators and owners only; this account is neither.")
            )
        return found

    def call(self) -> compat.Call:
        """Zulip's action; one of them exists from 10.0 only."""
        value = self.want().text == "yes"
        return compat.call(self._place, self.account.row, value, **compat.ON_BEHALF_OF_NOBODY)

    def describe(self) -> EditableField | None:
        """Yes or no, where this version has it."""
        if not hasattr(self.account.row, self.field):
            return None
        return EditableField(self.field, self.title, "permissions", "yes_no", *self.read(self.account))

    @property
    def _place(self) -> str:
        return f"zerver.actions.users.do_change_{self.field}"
