"""What rows are called: the field of a row that tells a person which one it is, and names of those it refers to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import compat
from ..people import people_by_id
from ..query.secret_lookups import holds_secrets

NAMING = (
    "full_name",
    "name",
    "string_id",
    "title",
    "file_name",
    "realm_emoji_name",
    "domain",
    "word",
    "property",
    "emoji_name",
    "status_text",
    "email",
    "model",
)
"""Fields that tell a person which row this is, the most telling first."""

LONGEST_TITLE = 80

Names = dict[tuple[Any, Any], str]
"""Model and primary key to what that row is called."""


def title_of(row: Any) -> str:
    """What a person calls the row; "" where nothing in it is a name."""
    for name in NAMING:
        field = next((each for each in row._meta.concrete_fields if each.name == name), None)
        if field is not None and not field.is_relation and not holds_secrets(field):
            value = getattr(row, field.attname)
            if value not in (None, ""):
                return str(value)[:LONGEST_TITLE]
    return ""


def names_of_targets(fields: Sequence[Any], rows: Iterable[Mapping[str, Any]], *, addresses: bool = False) -> Names:
    """Names of the rows that ``rows`` (values by attribute) refer to: one statement for each model.

    ``addresses``: of people, their address as well.
    """
    wanted: dict[Any, set[Any]] = {}
    relations = [field for field in fields if field.is_relation and field.target_field.primary_key]
    for row in rows:
        for field in relations:
            value = row.get(field.attname)
            if value is not None:
                wanted.setdefault(field.related_model, set()).add(value)
    people = compat.model("zerver", "UserProfile")
    found: Names = {}
    for target, keys in wanted.items():
        named = [each.name for each in target._meta.concrete_fields if each.name in NAMING and not each.is_relation]
        if target is people:
            for key, person in people_by_id(list(keys)).items():
                address = f" <{person.delivery_email}>" if addresses else ""
                found[target, key] = f"{person.full_name}{address}"
        elif named:
            for each in target._base_manager.filter(pk__in=keys).only("pk", *named):
                found[target, each.pk] = title_of(each)
    return found
