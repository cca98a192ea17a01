"""Custom profile values, checked by their type."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

from zulip_bridge.api.changes import Change
from zulip_bridge.api.edit import EditableField, Effect, FieldKind, Option, Refusal
from zulip_bridge.worker import compat

from .account import Account, named, user_profiles
from .base import Edit, Reading, Refused, checked_by_zulip, effect, not_audited, told
from .identity import overwritten_by_ldap

LONG_TEXT, CHOICE, DATE, LINK, PEOPLE, EXTERNAL = 2, 3, 4, 5, 6, 7
FORMS: dict[int, FieldKind] = {
    LONG_TEXT: "long_text",
    CHOICE: "choice",
    DATE: "date",
    LINK: "link",
    PEOPLE: "people",
    EXTERNAL: "account",
}
ACTION = "zerver.actions.custom_profile_fields.do_update_user_custom_profile_data_if_changed"


class ProfileValue(Edit):
    """The value of one of the organization's profile fields; empty removes it."""

    for_placeholders = True

    def __init__(self, account: Account, change: Change) -> None:
        super().__init__(account, change)
        self.definition = find_field(account, change.field.partition(":")[2])

    @property
    def field(self) -> str:
        """By id: a field's name may change."""
        return f"profile:{self.definition.id}"

    @property
    def title(self) -> str:
        """The field's name."""
        return str(self.definition.name)

    def read(self, account: Account) -> Reading:
        """The stored value; nothing where there is none."""
        stored = _values().objects.filter(user_profile_id=account.row.id, field_id=self.definition.id).first()
        return self._reading("" if stored is None else stored.value)

    def want(self) -> Reading:
        """The value as Zulip would store it."""
        value = self.value
        return self._reading(value if isinstance(value, str) else json.dumps(value))

    @property
    def value(self) -> str | list[int]:
        """The value as the action takes it, and empty to remove it; raises :class:`Refused`."""
        text = self.change.value.strip()
        if not text:
            return ""
        if self.definition.field_type == CHOICE:
            return self._choice(text)
        if self.definition.field_type == DATE:
            return _date(self.title, text)
        if self.definition.field_type == PEOPLE:
            return self._people(text)
        return text

    def rules(self) -> Iterator[Refusal]:
        """Zulip's own validation of profile data."""
        if not self.value:
            return
        try:
            checked_by_zulip(
                compat.check_profile_value(self.account.row, self.definition.id, self.value), "profile field rules"
            )
        except Refused as refused:
            yield refused.refusal

    def effects(self) -> list[Effect]:
        """Facts of do_update_user_custom_profile_data_if_changed."""
        found = [not_audited("a profile value"), told("everybody who can see the account")]
        if not self.value and getattr(self.definition, "required", False):
            found.append(effect("note", "The organization requires this field: the person will be asked to fill it."))
        attribute = "custom_profile_field__" + self.title.lower().replace(" ", "_")
        return [*found, *overwritten_by_ldap(attribute)]

    def call(self) -> compat.Call:
        """Zulip's action to set it, or to remove it."""
        if not self.value:
            return compat.remove_profile_value(self.account.row, self.definition.id)
        data = [{"id": self.definition.id, "value": self.value}]
        return compat.call(ACTION, self.account.row, data, **compat.ON_BEHALF_OF_NOBODY)

    def describe(self) -> EditableField:
        """By type."""
        options = [Option(key, text) for key, text in self._choices()]
        entered = FORMS.get(self.definition.field_type, "text")
        hint = str(self.definition.hint) or self._kind_of_account()
        many = self.definition.field_type == PEOPLE
        return EditableField(
            self.field, self.title, "profile", entered, *self.read(self.account), options, hint, many=many
        )

    def _kind_of_account(self) -> str:
        """Of an external account: where it is."""
        if self.definition.field_type != EXTERNAL:
            return ""
        data = json.loads(self.definition.field_data or "{}")
        return f"The name at {data.get('url_pattern') or data.get('subtype') or 'another service'}."

    def _reading(self, stored: str) -> Reading:
        if not stored:
            return Reading("", "")
        kind = self.definition.field_type
        if kind == CHOICE:
            return Reading(stored, dict(self._choices()).get(stored, stored))
        if kind == PEOPLE:
            ids = _ids(stored)
            people = user_profiles().objects.in_bulk(ids)
            shown = ", ".join(named(people[each]) if each in people else f"id {each}" for each in ids)
            return Reading(", ".join(str(each) for each in ids), shown)
        return Reading(stored, stored)

    def _choices(self) -> list[tuple[str, str]]:
        """Keys and texts of a choice, in the organization's order."""
        if self.definition.field_type != CHOICE:
            return []
        data = json.loads(self.definition.field_data or "{}")
        choices = [(str(key), each) for key, each in data.items() if isinstance(each, dict)]
        choices.sort(key=lambda choice: int(str(choice[1].get("order", 0)) or 0))
        return [(key, str(each.get("text", key))) for key, each in choices]

    def _choice(self, text: str) -> str:
        choices = self._choices()
        if text in dict(choices):
            return text
        matching = [key for key, words in choices if words.casefold() == text.casefold()]
        if len(matching) != 1:
            listed = ", ".join(words for _, words in choices) or "(none)"
            raise Refused("profile field rules", f"{self.title} is one of {listed}; not {text}.")
        return matching[0]

    def _people(self, text: str) -> list[int]:
        return [self._person(each) for each in re.split(r"[\s,;]+", text.strip("[] ")) if each]

    def _person(self, word: str) -> int:
        if word.isascii() and word.isdigit():
            return int(word[:12])
        found = (
            user_profiles().objects.filter(realm_id=self.account.row.realm_id, delivery_email__iexact=word).first()
        )
        if found is None:
            sentence = f"{self.title} holds people, by id or address; nobody here has the address {word}."
            raise Refused("profile field rules", sentence)
        return int(found.id)


def find_field(account: Account, name: str) -> Any:
    """The realm's profile field of that name (exactly, else regardless of case) or id; raises :class:`Refused`."""
    fields = list(realm_fields(account))
    exact = [each for each in fields if each.name == name]
    alike = [each for each in fields if each.name.casefold() == name.casefold()]
    by_id = [each for each in fields if str(each.id) == name]
    for found in (exact, alike, by_id):
        if len(found) == 1:
            return found[0]
    listed = ", ".join(each.name for each in fields) or "none"
    raise Refused("profile fields", f"The organization has no profile field {name}; it has: {listed}.")


def realm_fields(account: Account) -> Any:
    """The organization's profile fields in its order."""
    fields = compat.model("zerver", "CustomProfileField")
    assert fields is not None
    return fields.objects.filter(realm_id=account.row.realm_id).order_by("order", "id")


def _values() -> Any:
    values = compat.model("zerver", "CustomProfileFieldValue")
    assert values is not None
    return values


def _date(title: str, text: str) -> str:
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").strftime("%Y-%m-%d")
    except ValueError as error:
        raise Refused("profile field rules", f"{title} is a date like 1990-12-31; not {text}.") from error


def _ids(stored: str) -> list[int]:
    try:
        return [int(each) for each in json.loads(stored)]
    except (ValueError, TypeError):
        return []
