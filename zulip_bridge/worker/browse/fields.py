"""What the browser knows of a model's fields: how they are entered, and which of them hold secrets."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchVectorField

from zulip_bridge.api.browse import FieldKind

from .. import compat, compat_values

KINDS: dict[str, FieldKind] = {
    "CharField": "text",
    "EmailField": "text",
    "URLField": "text",
    "SlugField": "text",
    "UUIDField": "text",
    "GenericIPAddressField": "text",
    "TextField": "long_text",
    "BooleanField": "yes_no",
    "DateTimeField": "moment",
    "DateField": "date",
    "JSONField": "json",
    "FloatField": "number",
    "DecimalField": "number",
}
"""By Django's internal type; integers of all sizes are numbers."""

OWNERS = (
    "user_profile",
    "user",
    "sender",
    "owner",
    "bot_profile",
    "modified_user",
    "author",
    "creator",
    "referred_by",
    "created_user",
    "acting_user",
)
"""Names of the foreign keys that say to whom a row belongs, the most telling first."""


def fields_of(model: Any) -> list[Any]:
    """The fields that a row's values are in, its key first; what PostgreSQL keeps for searching is left out."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, SearchVectorField)]
    return sorted(fields, key=lambda field: not field.primary_key)


def kind_of(field: Any) -> FieldKind:
    """How a field is entered."""
    if field.is_relation:
        return "reference"
    if compat_values.flag_names(field):
        return "flags"
    internal = field.get_internal_type()
    if field.choices and internal in KINDS | {"IntegerField": 0}:
        return "choice"
    if internal.endswith(("IntegerField", "AutoField")):
        choosable = bool(field.choices or compat_values.constants(field.model, field.name))
        return "choice" if choosable and not field.primary_key else "number"
    return KINDS.get(internal, "other")


def person_field(model: Any) -> str:
    """Name of the field that says to whom a row belongs; "" where none does."""
    people: Any = compat.model("zerver", "UserProfile")
    if model is people:
        return str(model._meta.pk.name)
    names = [
        field.name for field in model._meta.concrete_fields if field.is_relation and field.related_model is people
    ]
    return next((name for name in OWNERS if name in names), names[0] if names else "")


def field_named(model: Any, name: str) -> Any | None:
    """The field of that name, attribute or column."""
    return next((each for each in fields_of(model) if name in (each.name, each.attname, each.column)), None)
