"""Custom profile values and group names, as a person reads them."""

from __future__ import annotations

import json
from typing import Any

from zulip_bridge.api.people import Person, ProfileValue

from . import compat
from .people import people_by_id

FIELD_KINDS = {
    1: "short text",
    2: "long text",
    3: "choice",
    4: "date",
    5: "link",
    6: "people",
    7: "external account",
    8: "pronouns",
}
"""Zulip's CustomProfileField types (facts.md 2.3)."""

CHOICE, PEOPLE, EXTERNAL_ACCOUNT = 3, 6, 7


def profile_values(person: Person) -> list[ProfileValue]:
    """The person's custom profile values under their fields' names, in the organization's order."""
    model = compat.model("zerver", "CustomProfileFieldValue")
    assert model is not None
    stored = model.objects.filter(user_profile_id=person.id).select_related("field").order_by("field__order", "id")
    return [
        ProfileValue(
            field_id=each.field_id,
            name=each.field.name,
            kind=FIELD_KINDS.get(each.field.field_type, f"type {each.field.field_type}"),
            value=each.value,
            shown=_shown(each.field, each.value),
        )
        for each in stored
    ]


def _shown(field: Any, value: str) -> str:
    if field.field_type == CHOICE:
        choice = _object(field.field_data).get(value, {})
        return str(choice.get("text", value)) if isinstance(choice, dict) else value
    if field.field_type == PEOPLE:
        return _names(value)
    if field.field_type == EXTERNAL_ACCOUNT:
        kind = _object(field.field_data).get("subtype", "")
        return f"{value} ({kind})" if kind else value
    return value


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _names(value: str) -> str:
    try:
        ids = [int(each) for each in json.loads(value)]
    except (ValueError, TypeError):
        return value
    people = people_by_id(ids)
    return ", ".join(f"{people[each].full_name} (id {each})" if each in people else f"id {each}" for each in ids)


def group_names(person: Person) -> list[str]:
    """Names of the groups the person is a direct member of; system groups (``role:…``) come first."""
    membership = compat.model("zerver", "UserGroupMembership")
    assert membership is not None
    ids = membership.objects.filter(user_profile_id=person.id).values("user_group_id")
    names = compat.named_groups().filter(pk__in=ids).values_list("name", flat=True)
    return sorted(names, key=lambda name: (not name.startswith("role:"), name.casefold()))
