"""What every kind of edit has in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from zulip_bridge.api.changes import Change
from zulip_bridge.api.edit import EditableField, Effect, EffectKind, Refusal
from zulip_bridge.worker import compat

from .account import Account

YES_WORDS = ("yes", "true", "on", "1")
NO_WORDS = ("no", "false", "off", "0")


class Reading(NamedTuple):
    """A value as it could be entered again, and as a person reads it."""

    text: str
    shown: str


class Refused(Exception):
    """A rule forbids it."""

    def __init__(self, rule: str, sentence: str) -> None:
        super().__init__(sentence)
        self.refusal = Refusal(rule, sentence)


Subject = TypeVar("Subject")


class Deed(Generic[Subject]):
    """One thing that shall become another, on an account or a channel.

    ``undo``: whether giving the value from before to a new edit reverses it. ``observable``: whether the database
    shows that it was done. ``volatile``: whether the value changes by itself, so that another one than was previewed
    is no conflict.
    """

    label: ClassVar[str] = ""
    subject_word: ClassVar[str] = ""
    undo: ClassVar[bool] = True
    observable: ClassVar[bool] = True
    volatile: ClassVar[bool] = False

    def __init__(self, subject: Subject, change: Change) -> None:
        self.subject = subject
        self.change = change

    @property
    def field(self) -> str:
        """The field, in the form that stays the same whatever names change."""
        return self.change.field

    @property
    def title(self) -> str:
        """What the field is called on a screen."""
        return self.label

    def again(self) -> Subject:
        """What it is done to, read anew."""
        raise NotImplementedError

    def read(self, subject: Subject) -> Reading:
        """The value as it is."""
        raise NotImplementedError

    def want(self) -> Reading:
        """The value as it shall be; raises :class:`Refused` for what could never be."""
        raise NotImplementedError

    def why_not(self) -> Refusal | None:
        """Why nothing of the kind can be done here at all, whatever the value."""
        raise NotImplementedError

    def rules(self) -> Iterator[Refusal]:
        """Reasons why it may not get that value here."""
        return iter(())

    def effects(self) -> list[Effect]:
        """What else happens."""
        return []

    def call(self) -> compat.Call:
        """Zulip's action; :class:`~zulip_bridge.worker.compat.MissingAction` where there is none."""
        raise NotImplementedError

    def observe(self, subject: Subject) -> object:
        """Whatever changes with it, to tell whether something was done; never sent anywhere."""
        return self.read(subject).text

    def outcome(self, subject: Subject, changed: bool) -> Reading:
        """The value after the action; ``changed`` tells whether :meth:`observe` sees another thing than before."""
        return self.read(subject)

    def leftovers(self, subject: Subject) -> list[str]:
        """What should have followed and has not, where the action failed half-way: sentences."""
        return []


class Edit(Deed[Account]):
    """One field of one account, and what it shall be. The ``for_…`` flags say for which accounts Zulip's own screens
    offer it.
    """

    subject_word: ClassVar[str] = "account"
    for_bots: ClassVar[bool] = True
    for_people: ClassVar[bool] = True
    for_placeholders: ClassVar[bool] = False
    for_deactivated: ClassVar[bool] = True

    @property
    def account(self) -> Account:
        """Whose field it is."""
        return self.subject

    def again(self) -> Account:
        """The account as it is by now."""
        return Account.load(self.account.row.id)

    def imagined(self) -> Account:
        """The account as it would be afterwards, as far as rules for other edits depend on it."""
        return self.account

    def describe(self) -> EditableField | None:
        """How a form shows it; None where forms do not."""
        return None

    def why_not(self) -> Refusal | None:
        """Why this field cannot be edited on this account at all, whatever the value."""
        row = self.account.row
        refusal = self.refused_for(self.account)
        if refusal is not None:
            return refusal
        if row.is_bot and not self.for_bots:
            return Refusal("people only", f"A bot has no {self.title}.")
        if not row.is_bot and not self.for_people:
            return Refusal("bots only", f"Only a bot has a {self.title}.")
        return None

    @classmethod
    def refused_for(cls, account: Account) -> Refusal | None:
        """Why nothing of this kind can be edited on the account."""
        row = account.row
        if account.is_system:
            return Refusal("system bots", "This is one of the server's own bots, and it must stay as it is.")
        if account.realm.deactivated:
            return Refusal("deactivated organization", "The organization is deactivated; reactivate it first.")
        if row.is_mirror_dummy and not cls.for_placeholders:
            return Refusal(
                "placeholder account", "This is a placeholder (deleted, imported or mirrored), not an account."
            )
        if not row.is_active and not cls.for_deactivated:
            return Refusal("deactivated account", "The account is deactivated; reactivate it first.")
        return None


def audited(number: int, words: str) -> Effect:
    """An entry in Zulip's audit log (facts.md 8.2)."""
    return Effect("audit", f"Zulip's audit log gets event {number}: {words}.")


def not_audited(what: str) -> Effect:
    """Zulip keeps no record."""
    return Effect("audit", f"Zulip's audit log gets nothing: {what} is recorded in the steward's journal only.")


def told(whom: str) -> Effect:
    """An event to connected clients."""
    return Effect("event", f"Clients are told at once: {whom}.")


def counted_elsewhere(place: str) -> list[Effect]:
    """Who beside the server itself counts its accounts, where the action there tells them."""
    found: list[Effect] = []
    if compat.uses(place, "maybe_enqueue_audit_log_upload") and compat.uses_push_bouncer():
        sentence = "Zulip's push service is sent that entry by a queue worker: counts of roles, and nobody's name."
        found.append(effect("event", sentence))
    if compat.setting("BILLING_ENABLED", False):
        found.append(effect("note", "The licenses in use are counted again."))
    return found


def effect(kind: EffectKind, sentence: str) -> Effect:
    """Any other effect."""
    return Effect(kind, sentence)


def yes_no(value: bool) -> Reading:
    """A truth value."""
    return Reading("yes", "yes") if value else Reading("no", "no")


def read_yes_no(label: str, text: str) -> bool:
    """A truth value as it was typed."""
    word = text.strip().casefold()
    if word in YES_WORDS:
        return True
    if word in NO_WORDS:
        return False
    raise Refused("values", f"{label.capitalize()} is yes or no.")


def checked_by_zulip(call: compat.Call, rule: str, sentence: str = "") -> Any:
    """Run one of Zulip's own checks; what it says against the value becomes a refusal, ``sentence`` where given."""
    try:
        return call.run()
    except Exception as error:
        words = compat.words_of_zulip(error)
        if words is None:
            raise
        raise Refused(rule, sentence or f"Zulip refuses it: {words.rstrip('.!')}.") from error
